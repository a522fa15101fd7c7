//! FN-020: a public function may run far longer than it needs.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, context::listed, open_routes::OpenRoutes,
        permission,
    },
    iam::{Principal, url_reach},
    model::{Fact, Function, FunctionMetrics, Gap, Region, Source, find},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-020",
    slug: "timeout-too-long",
    title: "Functions that anyone can invoke run no longer than they need",
    layer: Layer::Function,
    severity: Severity::Low,
    why: "A stranger who makes the function hang holds an execution, and the account pays for it, until the timeout: fifteen minutes \
          instead of a few seconds make the same attack hundreds of times as dear.",
    how: "The function can be invoked by everyone, and its Timeout is more than five times (thresholds.timeout_times) the 99th percentile of its \
          Duration in ninety days; or only an API leads to it, and its Timeout is longer than that API waits for an answer (29 seconds unless the integration \
          says otherwise). A timeout of ten seconds or less (thresholds.short_timeout_seconds) is never too long. Functions that only named callers can invoke are left alone, \
          and so are those that nobody invoked, whose need nobody knows.",
    links: Links { csf: &["PR.PS"], csa: &["SAS-8"], attack: &["T1499.003"], ..Links::NONE },
    reads: &[Source::Lambda, Source::ApiGateway, Source::Cloudwatch],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "lambda:ListAliases",
            "lambda:ListVersionsByFunction",
            "lambda:GetPolicy",
            "lambda:ListFunctionUrlConfigs",
            "lambda:ListEventSourceMappings",
            "apigateway:GET",
            "cloudwatch:GetMetricData",
        ],
        provider: "Lambda ends an execution at its timeout, which it allows up to 15 minutes, and bills the time until then; how long is \
                  enough is yours",
        avoids: &[
            "Functions that only named callers can invoke",
            "A timeout of ten seconds or less, or of no more than five times the slowest requests",
            "A function that nobody invoked, whose need nobody knows",
            "More time than the API waits, where something else may invoke the function or requests were seen to take it",
            "An integration that need not wait for the answer",
        ],
        cli: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --timeout <SECONDS> --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  Timeout: <SECONDS>",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  timeout = <SECONDS>
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --timeout <OLD_SECONDS> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let routes = OpenRoutes::new(context);
    context.each(&CHECK, |region| &region.functions, |region, function| judge(context, &routes, region, function))
}

fn judge(context: &Context<'_>, routes: &OpenRoutes, region: &Region, function: &Function) -> Result<Ruling, Gap> {
    let public = context.public.contains_key(&function.arn);
    // Cold starts and slow days are no luxury.
    let short = context.settings.thresholds.short_timeout_seconds;
    let times = u64::from(context.settings.thresholds.timeout_times);
    let open = routes.of(function);
    if !public && open.is_empty() {
        return match unread(context, function).or_else(|| routes.unread(context, function)) {
            // Whether it is public is not known, but a short timeout would answer both.
            Some(_) if function.timeout_seconds <= short => Ok(Ruling::Pass),
            Some(gap) => Err(gap),
            None => Ok(Ruling::NotApplicable),
        };
    }
    if function.timeout_seconds <= short {
        return Ok(Ruling::Pass);
    }
    let timeout = Evidence::field("lambda:ListFunctions", "Timeout", function.timeout_seconds.to_string());
    let opened = context.public.get(&function.arn).into_iter().flatten();
    let opened = opened.map(|reach| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement));
    let way_in: Vec<_> = opened.chain(open.iter().flat_map(|route| route.evidence.clone())).collect();
    let fault =
        |message: String, shown: Evidence| Fault::new(message, [timeout.clone(), shown].into_iter().chain(way_in.clone()).collect());

    // Whatever else may invoke it may well need the time, and so does what was seen to take longer than the API waits.
    let by_api_only = if public { Ok(false) } else { has_other_callers(context, function).map(|others| !others) };
    let waits = open.iter().map(|route| route.waits_seconds).collect::<Option<Vec<_>>>().and_then(|waits| waits.into_iter().max());
    let slowest = find(&region.metrics, &function.arn).map(|metrics| &metrics.duration_p99);
    let takes_longer =
        |waits: u32| matches!(slowest.map(Fact::known), Some(Ok(Some(millis))) if *millis > u64::from(waits).saturating_mul(1000));
    let outlasted = waits.filter(|&waits| function.timeout_seconds > waits && !takes_longer(waits));
    if let Some(waits) = outlasted.filter(|_| by_api_only == Ok(true)) {
        let message = format!("{} runs up to {} s for an API that waits {waits} s", function.name, function.timeout_seconds);
        return Ok(fault(message, Evidence::field("apigateway:GET", "timeoutInMillis", format!("{waits}000")))
            .subject(vec![waits.to_string()])
            .into());
    }
    let Some(slowest) = slowest else {
        return Err(listed(&region.metrics).err().unwrap_or_else(|| Gap::unread("cloudwatch:GetMetricData")));
    };
    let undecided = outlasted.and(by_api_only.err());
    let Some(slowest) = *slowest.known()? else { return undecided.map_or(Ok(Ruling::NotApplicable), Err) };
    if u64::from(function.timeout_seconds).saturating_mul(1000) <= slowest.saturating_mul(times) {
        return undecided.map_or(Ok(Ruling::Pass), Err);
    }
    let message = format!("{} may run {} s, and its slowest requests take {slowest} ms", function.name, function.timeout_seconds);
    let shown = Evidence::field("cloudwatch:GetMetricData", format!("Duration p99 of {} days", FunctionMetrics::DAYS), slowest.to_string());
    let enough = slowest.saturating_mul(times).div_ceil(1000).max(u64::from(short));
    Ok(fault(message, shown).subject(vec![enough.to_string()]).into())
}

/// Whether anything but an API may invoke the function by its mappings, policies or URLs.
///
/// # Errors
/// The gap, when nothing is known to and something that may tell was not read.
fn has_other_callers(context: &Context<'_>, function: &Function) -> Result<bool, Gap> {
    let gateway = |principal: &Principal| matches!(principal, Principal::Service(name) if name == "apigateway.amazonaws.com");
    let mut gap = context.mappings_of(function).err();
    if !context.known_mappings_of(function).is_empty() {
        return Ok(true);
    }
    match function.urls.known() {
        Ok(urls) if urls.is_empty() => {}
        Ok(_) => return Ok(true),
        Err(found) => _ = gap.get_or_insert_with(|| found.clone()),
    }
    for policy in function.policies.values() {
        let document = match policy.known() {
            Ok(Some(text)) => context.library.document(text),
            Ok(None) => continue,
            Err(found) => Err(found.clone()),
        };
        match document {
            Ok(document) => {
                let mut allows = document.statements.iter().filter(|statement| statement.is_allow());
                if allows.any(|statement| statement.is_not_principal() || !statement.principals().iter().all(gateway)) {
                    return Ok(true);
                }
            }
            Err(found) => _ = gap.get_or_insert(found),
        }
    }
    gap.map_or(Ok(false), Err)
}

/// Why it is not known whether `function` is public.
fn unread(context: &Context<'_>, function: &Function) -> Option<Gap> {
    if let Some(gap) = permission::unread(&context.library, function) {
        return Some(gap);
    }
    match function.urls.known() {
        Ok(urls) => urls.iter().find_map(|url| url_reach(&context.library, function, url).err()),
        Err(gap) => Some(gap.clone()),
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let enough = fault.subject.first()?;
    let call = || Call::new("lambda", "update-function-configuration", &*verdict.region).with("function-name", verdict.resource.as_str());
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, format!("Let {} run no longer than it needs: {enough} s would do", function.name))
            .step(call().ask("timeout", "most seconds an execution may take"))
            .undo(call().with("timeout", function.timeout_seconds.to_string())),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{REGION, Says, cases, denied, with_function},
        },
        model::{Arn, Fact, Function, FunctionMetrics, Gap, HttpApi, HttpStage, Integration, PolicyText, Posture, Region, Route},
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
    const OPEN: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"*"}}"#;
    const BUCKET: &str =
        r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*"}}"#;
    const GATEWAY: &str = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*"}}"#;

    /// A function with this timeout, policy and p99.
    fn posture(timeout: u32, policy: Fact<Option<PolicyText>>, slowest: Fact<Option<u64>>) -> Posture {
        let mut posture = with_function(|function| {
            function.timeout_seconds = timeout;
            function.policies.insert(Function::UNQUALIFIED.to_owned(), policy);
        });
        let mut metrics = FunctionMetrics::unread(Arn::from(FUNCTION), "cloudwatch:GetMetricData");
        metrics.duration_p99 = slowest;
        posture.regions.get_mut(REGION).unwrap().metrics.items.push(metrics);
        posture
    }

    fn open(timeout: u32, slowest: Option<u64>) -> Posture {
        posture(timeout, policy(OPEN), Fact::Known(slowest))
    }

    fn policy(text: &str) -> Fact<Option<PolicyText>> {
        Fact::Known(Some(PolicyText::from(text)))
    }

    /// The same behind a route that waits this long.
    fn behind(timeout: u32, text: &str, slowest: Fact<Option<u64>>, kind: &str, waits: Option<u32>) -> Posture {
        let mut posture = posture(timeout, policy(text), slowest);
        let function = Some(Arn::from(FUNCTION));
        let integration = Integration { kind: kind.to_owned(), function, calls: None, timeout_millis: waits };
        let route = Route {
            id: "r1".to_owned(),
            key: "POST /orders".to_owned(),
            authorization_type: "NONE".to_owned(),
            authorizer: None,
            api_key_required: false,
            integration: Some("i1".to_owned()),
            models: [].into(),
            parameters: [].into(),
        };
        let stage = HttpStage {
            name: "$default".to_owned(),
            access_log: None,
            client_certificate: None,
            default_settings: None,
            settings: [].into(),
            variables: [].into(),
            tags: [].into(),
        };
        let api = HttpApi {
            arn: Arn::from("arn:aws:apigateway:eu-west-1::/apis/a1"),
            id: "a1".to_owned(),
            name: "shop".to_owned(),
            protocol: "HTTP".to_owned(),
            execute_api_disabled: false,
            cors: None,
            tags: [].into(),
            routes: Fact::Known(vec![route]),
            integrations: Fact::Known([("i1".to_owned(), integration)].into()),
            authorizers: Fact::Known(vec![]),
            stages: Fact::Known(vec![stage]),
        };
        posture.regions.get_mut(REGION).unwrap().http_apis.items.push(api);
        posture
    }

    fn changed(mut posture: Posture, change: impl FnOnce(&mut Region)) -> Posture {
        change(posture.regions.get_mut(REGION).unwrap());
        posture
    }

    #[test]
    fn what_anyone_can_invoke() {
        let gap = || Gap::denied("any:Action", "no");
        cases(
            &CHECK,
            [
                ("not public", with_function(|function| function.timeout_seconds = 900), Says::NotApplicable),
                ("far above its need", open(900, Some(2_000)), Says::Fail),
                ("near its need", open(30, Some(7_000)), Says::Pass),
                ("exactly five times", open(35, Some(7_000)), Says::Pass),
                ("short", open(10, Some(3)), Says::Pass),
                ("nobody invoked it", open(900, None), Says::NotApplicable),
                ("policy denied", posture(900, gap().into(), Fact::Known(Some(3))), Says::Unknown),
                ("policy denied, short", posture(10, gap().into(), Fact::Known(Some(3))), Says::Pass),
                ("denied", posture(900, policy(OPEN), gap().into()), Says::Unknown),
                ("unread", posture(900, policy(OPEN), Fact::unread("cloudwatch:GetMetricData")), Says::Unknown),
                ("counted nothing of it", changed(open(900, None), |region| region.metrics.items.clear()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn what_an_api_waits_for() {
        let unread = || Fact::unread("cloudwatch:GetMetricData");
        let took = |millis| Fact::Known(Some(millis));
        let closed =
            |posture| changed(posture, |region| region.functions.items[0].urls = Gap::denied("lambda:ListFunctionUrlConfigs", "").into());
        cases(
            &CHECK,
            [
                ("longer than the API waits", behind(60, GATEWAY, unread(), "AWS_PROXY", None), Says::Fail),
                ("as long as the API waits", behind(29, GATEWAY, took(9_000), "AWS_PROXY", None), Says::Pass),
                ("an API that waits longer", behind(60, GATEWAY, took(15_000), "AWS_PROXY", Some(60_000)), Says::Pass),
                ("its URLs are unread, and it may have none", closed(behind(60, GATEWAY, took(15_000), "AWS_PROXY", None)), Says::Unknown),
                (
                    "its URLs are unread, and nobody invoked it",
                    closed(behind(60, GATEWAY, Fact::Known(None), "AWS_PROXY", None)),
                    Says::Unknown,
                ),
                (
                    "its URLs are unread, which a bucket makes up for",
                    closed(behind(60, BUCKET, took(15_000), "AWS_PROXY", None)),
                    Says::Pass,
                ),
                ("a bucket may invoke it as well", behind(60, BUCKET, took(15_000), "AWS_PROXY", None), Says::Pass),
                ("it takes longer, so something else needs it", behind(300, GATEWAY, took(100_000), "AWS_PROXY", None), Says::Pass),
                ("an integration that may not wait", behind(60, GATEWAY, took(15_000), "AWS", None), Says::Pass),
            ],
        );
    }

    #[test]
    fn the_plan_says_what_would_do() {
        let settings = Settings::default();
        for (posture, enough) in [(open(900, Some(7_100)), "36 s"), (open(900, Some(20)), "10 s")] {
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let plan = (CHECK.fix)(&context, &verdict).unwrap();
            assert!(plan.summary.contains(enough), "{}", plan.summary);
            assert!(plan.undo_commands()[0].contains("--timeout 900"), "{:?}", plan.undo_commands());
        }
    }
}
