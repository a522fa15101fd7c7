//! FN-025: nobody has invoked the function for ninety days.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, context::listed},
    iam::Principal,
    model::{Function, FunctionMetrics, Gap, Region, Source, Timestamp, find},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-025",
    slug: "unused-function",
    title: "Functions that are deployed are used",
    layer: Layer::Function,
    severity: Severity::Low,
    why: "A function that nobody misses is a role with code that nobody watches: its packages age, its grants stay, and whoever changes it \
          is noticed by no one.",
    how: "CloudWatch counted no Invocations in ninety days (thresholds.unused_function_days), and the function was not deployed within them. Medium when something still \
          starts it: an enabled event source mapping, a URL, or a policy that lets somebody invoke it. Left alone: functions of Lambda@Edge, \
          whose invocations are counted where the viewers are, those that a secret names for its rotation, which may be due once a year, \
          and those that were stopped with a concurrency of zero.",
    links: Links { csf: &["ID.AM", "PR.PS"], csa: &["SAS-11"], attack: &["T1546"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam, Source::SecretsManager, Source::Cloudwatch],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "lambda:GetFunction",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctionUrlConfigs",
            "lambda:GetPolicy",
            "cloudwatch:GetMetricData",
            "secretsmanager:ListSecrets",
            "iam:GetAccountAuthorizationDetails",
        ],
        provider: "Lambda keeps a function, its role and its triggers for ever, at no charge; AWS counts invocations and deletes nothing",
        avoids: &[
            "A function that was deployed within the ninety days",
            "Functions of Lambda@Edge, whose invocations are counted where the viewers are",
            "A function that a secret names for its rotation",
            "A function that is stopped with a concurrency of zero",
            "A function that nothing starts any more, as more than low",
        ],
        cli: "# Delete it only after a month in which nobody missed it, and keep its package.
aws lambda put-function-concurrency --function-name <FUNCTION_NAME> --reserved-concurrent-executions 0 --region <REGION>
aws lambda delete-function --function-name <FUNCTION_NAME> --region <REGION>",
        cloudformation: "# Take the function, its role and its triggers out of the template; until then stop it.
Type: AWS::Lambda::Function
Properties:
  ReservedConcurrentExecutions: 0",
        terraform: r#"# Take the function, its role and its triggers out of the configuration; until then stop it.
resource "aws_lambda_function" "<NAME>" {
  reserved_concurrent_executions = 0
}"#,
        undo: "aws lambda delete-function-concurrency --function-name <FUNCTION_NAME> --region <REGION>
A deleted function is made anew from its package",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |region, function| judge(context, region, function))
}

fn judge(context: &Context<'_>, region: &Region, function: &Function) -> Result<Ruling, Gap> {
    let days = context.settings.thresholds.unused_function_days.min(FunctionMetrics::DAYS);
    match function.last_modified {
        Some(modified) if context.now().days_since(modified) < i64::from(days) => return Ok(Ruling::Pass),
        Some(_) => {}
        None => return Err(Gap::unsupported("when it was deployed is not said")),
    }
    let Some(metrics) = find(&region.metrics, &function.arn) else {
        return Err(listed(&region.metrics).err().unwrap_or_else(|| Gap::unread("cloudwatch:GetMetricData")));
    };
    let invocations = metrics.invocations.known()?;
    // What was counted is of ninety days; the last day is told as well.
    let is_recent = |last: Timestamp| context.now().days_since(last) < i64::from(days);
    if invocations.count > 0 && (days == FunctionMetrics::DAYS || invocations.last.is_none_or(is_recent)) {
        return Ok(Ruling::Pass);
    }
    if matches!(function.reserved_concurrency.known(), Ok(Some(0))) || rotates(region, function)? || is_at_the_edge(context, function)? {
        return Ok(Ruling::NotApplicable);
    }
    let mut evidence = vec![Evidence::field("cloudwatch:GetMetricData", format!("Invocations of {days} days"), "0")];
    if let Some(modified) = function.last_modified {
        evidence.push(Evidence::field("lambda:ListFunctions", "LastModified", modified.date().to_string()));
    }
    evidence.push(Evidence::field("lambda:ListFunctions", "Role", function.role.as_str()));
    let ways = ways_in(context, function);
    let started = !ways.is_empty();
    evidence.extend(ways);
    let still = if started { "could still be started" } else { "still holds its role" };
    let fault = Fault::new(format!("Nobody invoked {} in {days} days, and it {still}", function.name), evidence);
    Ok(if started { fault.severity(Severity::Medium) } else { fault }.into())
}

/// What still starts the function, as far as it is known.
fn ways_in(context: &Context<'_>, function: &Function) -> Vec<Evidence> {
    let mappings = context.known_mappings_of(function).iter().filter(|mapping| !mapping.state.starts_with("Disabl"));
    let mut ways: Vec<_> = mappings
        .map(|mapping| {
            let source = mapping.source.as_ref().map_or(mapping.uuid.as_str(), |source| source.as_str());
            Evidence::field("lambda:ListEventSourceMappings", "EventSourceArn", source)
        })
        .collect();
    let urls = function.urls.known().into_iter().flatten();
    ways.extend(urls.map(|url| Evidence::field("lambda:ListFunctionUrlConfigs", "FunctionUrl", &url.url)));
    for (qualifier, policy) in &function.policies {
        let Ok(Some(document)) = policy.known().map(|text| text.as_ref().and_then(|text| context.library.document(text).ok())) else {
            continue;
        };
        let policy = if qualifier == Function::UNQUALIFIED { String::new() } else { format!("policy of {qualifier}") };
        let allows = document.statements.iter().filter(|statement| statement.is_allow());
        ways.extend(allows.map(|statement| Evidence::statement("lambda:GetPolicy", &policy, statement)));
    }
    ways
}

/// Whether a secret names the function for its rotation.
fn rotates(region: &Region, function: &Function) -> Result<bool, Gap> {
    let mut secrets = region.secrets.items.iter();
    if secrets.any(|secret| secret.rotation_function.as_ref().is_some_and(|rotator| rotator.unqualified() == function.arn)) {
        return Ok(true);
    }
    listed(&region.secrets).map(|_| false)
}

/// Whether the function is run at the edge: its role says so.
fn is_at_the_edge(context: &Context<'_>, function: &Function) -> Result<bool, Gap> {
    let Some(role) = context.role(&function.role)? else { return Ok(false) };
    let edge = |principal: &Principal| matches!(principal, Principal::Service(name) if name == "edgelambda.amazonaws.com");
    let trust = context.library.document(&role.trust)?;
    Ok(trust.statements.iter().any(|statement| statement.is_allow() && statement.principals().iter().any(edge)))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let call = |operation| Call::new("lambda", operation, &*verdict.region).with("function-name", verdict.resource.as_str());
    let plan = Plan::new(Effort::Guided, Risk::Manual, format!("Stop {}, wait whether somebody misses it, and delete it", function.name))
        .step(call("put-function-concurrency").with("reserved-concurrent-executions", "0"))
        .step("After a month without a complaint, take the function and its role out of the template that made them");
    Some(match function.reserved_concurrency.known() {
        Ok(Some(ceiling)) => plan.undo(call("put-function-concurrency").with("reserved-concurrent-executions", ceiling.to_string())),
        _ => plan.undo(call("delete-function-concurrency")),
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{ACCOUNT, REGION, Says, cases, denied, secret, with_function},
        },
        model::{Arn, EventSourceMapping, Fact, Function, FunctionMetrics, Gap, Invocations, PolicyText, Posture, Region, Timestamp},
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

    /// A function that was deployed long ago and invoked this often since.
    fn invoked(count: Fact<u64>, change: impl FnOnce(&mut Region)) -> Posture {
        let old: Timestamp = "2026-01-05T12:00:00Z".parse().unwrap();
        let mut posture = with_function(|function| function.last_modified = Some(old));
        let region = posture.regions.get_mut(REGION).unwrap();
        let mut metrics = FunctionMetrics::unread(Arn::from(FUNCTION), "cloudwatch:GetMetricData");
        metrics.invocations = count.map(|count| Invocations { count, last: None });
        region.metrics.items.push(metrics);
        change(region);
        posture
    }

    fn mapped(state: &str) -> Posture {
        invoked(Fact::Known(0), |region| {
            let arn = Arn::build("aws", "lambda", REGION, ACCOUNT, "event-source-mapping:a");
            let state = state.to_owned();
            region.event_source_mappings.items.push(EventSourceMapping { state, ..EventSourceMapping::new(arn, "a", Arn::from(FUNCTION)) });
        })
    }

    #[test]
    fn rules() {
        let never = || Fact::Known(0);
        let mut edge = invoked(never(), |_| ());
        edge.identity.roles.items[0].trust = PolicyText::from(
            r#"{"Statement":{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com","edgelambda.amazonaws.com"]},"Action":"sts:AssumeRole"}}"#,
        );
        let mut roles_denied = invoked(never(), |_| ());
        roles_denied.identity.roles.items.clear();
        roles_denied.identity.roles.gap = Some(Gap::denied("iam:GetAccountAuthorizationDetails", "no"));
        cases(
            &CHECK,
            [
                ("deployed just now", with_function(|_| ()), Says::Pass),
                ("used", invoked(Fact::Known(3), |_| ()), Says::Pass),
                ("unused", invoked(never(), |_| ()), Says::Fail),
                ("unused, with a trigger", mapped("Enabled"), Says::Fail),
                ("at the edge", edge, Says::NotApplicable),
                (
                    "rotates a secret",
                    invoked(never(), |region| {
                        let mut secret = secret("db");
                        secret.rotation_function = Some(Arn::from(FUNCTION));
                        region.secrets.items.push(secret);
                    }),
                    Says::NotApplicable,
                ),
                (
                    "stopped",
                    invoked(never(), |region| region.functions.items[0].reserved_concurrency = Fact::Known(Some(0))),
                    Says::NotApplicable,
                ),
                ("roles denied", roles_denied, Says::Unknown),
                (
                    "secrets denied",
                    invoked(never(), |region| region.secrets.gap = Some(Gap::denied("secretsmanager:ListSecrets", "no"))),
                    Says::Unknown,
                ),
                ("counted nothing of it", invoked(never(), |region| region.metrics.items.clear()), Says::Unknown),
                ("denied", invoked(Gap::denied("cloudwatch:GetMetricData", "no").into(), |_| ()), Says::Unknown),
                ("unread", invoked(Fact::unread("cloudwatch:GetMetricData"), |_| ()), Says::Unknown),
                (
                    "nobody says when it was deployed",
                    invoked(never(), |region| region.functions.items[0].last_modified = None),
                    Says::Unknown,
                ),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn what_is_still_started_is_worse() {
        let settings = Settings::default();
        let open = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*"}}"#;
        let allowed = invoked(Fact::Known(0), |region| {
            let policy = Fact::Known(Some(PolicyText::from(open)));
            region.functions.items[0].policies.insert(Function::UNQUALIFIED.to_owned(), policy);
        });
        let cases = [
            ("nothing", invoked(Fact::Known(0), |_| ()), None),
            ("a mapping", mapped("Enabled"), Some(Severity::Medium)),
            ("a mapping that is off", mapped("Disabled"), None),
            ("a policy", allowed, Some(Severity::Medium)),
        ];
        for (name, posture, severity) in cases {
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let Ruling::Fail(fault) = &verdict.ruling else { panic!("{name}: {verdict:?}") };
            assert_eq!(fault.severity, severity, "{name}");
            assert!((CHECK.fix)(&context, &verdict).unwrap().undo_commands()[0].contains("delete-function-concurrency"));
        }
    }
}
