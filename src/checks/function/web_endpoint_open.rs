//! FN-026: an endpoint of a Web Function lets everyone in, or knows no bound.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::audience,
    model::{Gap, PolicyText, Source, WebFunction, WebFunctionEndpoint, WebFunctionSettings, find},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-026",
    slug: "web-endpoint-open",
    title: "Endpoints of Web Functions ask who is calling, and have bounds",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "An endpoint that leaves authentication to the application hands every request of the internet to its code. One without a rate \
          limit or a ceiling of environments lets whoever may call it run up the bill.",
    how: "GetWebFunctionEndpoint says authType=ApplicationManaged, in any Region of the endpoint, or the policy of the function \
          (GetResourcePolicy) lets everyone sign requests to it: high. The endpoint names no throttleConfig.rateLimit, or no \
          scalingConfig.maxEnvironments: medium. Endpoints on the way out are left alone.",
    links: Links { csf: &["PR.AA", "PR.PS"], owasp: &["S2"], csa: &["SAS-2"], attack: &["T1190"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListWebFunctions", "lambda:ListWebFunctionEndpoints", "lambda:GetWebFunctionEndpoint", "lambda:GetResourcePolicy"],
        provider: "Lambda ends TLS at the endpoint and checks signatures only where AuthType is IamAuth; who may ask, how often and how \
                  far it scales is yours",
        avoids: &[
            "Endpoints on the way out",
            "Web Functions without an endpoint",
            "A policy for everyone, under a condition that fixes an account or an organization",
        ],
        cli: "aws lambda-web update-web-function-endpoint --function-name <FUNCTION_NAME> --endpoint-name <ENDPOINT_NAME> --auth-type IamAuth --throttle-config rateLimit=100 --scaling-config maxEnvironments=10 --region <REGION>
aws lambda-web get-resource-policy --resource-arn <FUNCTION_ARN> --region <REGION>
aws lambda-web put-resource-policy --resource-arn <FUNCTION_ARN> --policy file://policy.json --region <REGION>",
        cloudformation: "Type: AWS::Lambda::WebFunctionEndpoint
Properties:
  FunctionName: <FUNCTION_NAME>
  EndpointName: <ENDPOINT_NAME>
  EndpointType: HomeRegion
  AuthType: IamAuth
  ThrottleConfig:
    RateLimit: 100
  ScalingConfig:
    MaxEnvironments: 10",
        terraform: r#"resource "awscc_lambda_web_function_endpoint" "<NAME>" {
  function_name   = "<FUNCTION_NAME>"
  endpoint_name   = "<ENDPOINT_NAME>"
  endpoint_type   = "HomeRegion"
  auth_type       = "IamAuth"
  throttle_config = { rate_limit = 100 }
  scaling_config  = { max_environments = 10 }
}"#,
        undo: "aws lambda-web update-web-function-endpoint --function-name <FUNCTION_NAME> --endpoint-name <ENDPOINT_NAME> --auth-type ApplicationManaged --throttle-config '{}' --scaling-config '{}' --region <REGION>
aws lambda-web put-resource-policy --resource-arn <FUNCTION_ARN> --policy file://before.json --region <REGION>",
    },
};

const READ_BY: &str = "lambda:GetWebFunctionEndpoint";
const POLICY_READ_BY: &str = "lambda:GetResourcePolicy";

/// By what somebody asks an endpoint: the action of IAM's lists, and the one that the provider's examples of policies name.
const ASK: [&str; 2] = ["lambda:InvokeWebFunctionEndpoint", "lambda:InvokeWebFunction"];

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.web_functions, |_, function| judge(context, function))
}

/// The settings of an endpoint, those of single Regions among them, with where they hold.
fn settings(endpoint: &WebFunctionEndpoint) -> impl Iterator<Item = (String, &WebFunctionSettings)> {
    let regional = endpoint.regional.known().into_iter().flatten();
    let regional = regional.map(|(region, settings)| (format!("{} in {region}", endpoint.name), settings));
    [(endpoint.name.clone(), &endpoint.settings)].into_iter().chain(regional)
}

fn is_open(settings: &WebFunctionSettings) -> bool {
    settings.auth == "ApplicationManaged"
}

/// The statements by which everyone may ask one of `endpoints` with a signature.
fn for_everyone<'a>(
    context: &Context<'_>,
    function: &WebFunction,
    endpoints: impl Iterator<Item = &'a WebFunctionEndpoint>,
) -> Result<Vec<Evidence>, Gap> {
    let Some(policy) = function.policy.known()? else { return Ok(Vec::new()) };
    let document = context.library.document(policy)?;
    let mut all = Vec::new();
    for asked in endpoints.map(|endpoint| &endpoint.arn).chain([&function.arn]) {
        for reach in audience(document, &ASK, asked).into_iter().filter(|reach| reach.audience.is_public()) {
            let statement = Evidence::statement(POLICY_READ_BY, "", &reach.statement);
            if !all.contains(&statement) {
                all.push(statement);
            }
        }
    }
    Ok(all)
}

fn judge(context: &Context<'_>, function: &WebFunction) -> Result<Ruling, Gap> {
    let endpoints = function.endpoints.known()?;
    let live = || endpoints.iter().filter(|endpoint| !endpoint.settings.state.to_ascii_lowercase().starts_with("delet"));
    if live().next().is_none() {
        return Ok(Ruling::NotApplicable);
    }
    let open: Vec<_> = live()
        .flat_map(settings)
        .filter(|(_, settings)| is_open(settings))
        .map(|(called, settings)| Evidence::field(READ_BY, format!("{called} authType"), &settings.auth))
        .collect();
    let unbound: Vec<_> = live()
        .flat_map(settings)
        .flat_map(|(called, settings)| {
            let rate =
                settings.rate_limit.is_none().then(|| Evidence::field(READ_BY, format!("{called} throttleConfig.rateLimit"), "none"));
            let scale = settings.max_environments.is_none();
            let scale = scale.then(|| Evidence::field(READ_BY, format!("{called} scalingConfig.maxEnvironments"), "none"));
            rate.into_iter().chain(scale)
        })
        .collect();
    let names = live().filter(|endpoint| settings(endpoint).any(|(_, settings)| is_open(settings)));
    let subject = names.map(|endpoint| endpoint.name.clone()).collect();
    if !open.is_empty() {
        let message =
            format!("{} answers whoever asks: Lambda lets everyone in, and its own code has to tell who is calling", function.name);
        return Ok(Fault::new(message, open.into_iter().chain(unbound).collect()).severity(Severity::High).subject(subject).into());
    }
    let everyone = for_everyone(context, function, live());
    if let Ok(statements) = &everyone
        && !statements.is_empty()
    {
        let evidence = statements.iter().cloned().chain(unbound).collect();
        let message = format!("{} answers every AWS account: its policy lets everyone sign requests to it", function.name);
        return Ok(Fault::new(message, evidence).severity(Severity::High).into());
    }
    if !unbound.is_empty() {
        return Ok(Ruling::fail(format!("{} answers and scales without a bound of its own", function.name), unbound));
    }
    match live().find_map(|endpoint| endpoint.regional.gap()) {
        Some(gap) => Err(gap.clone()),
        None => everyone.map(|_| Ruling::Pass),
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let web_function = find(&context.posture.regions.get(&*verdict.region)?.web_functions, &verdict.resource)?;
    let function = web_function.name.as_str();
    if fault.evidence.iter().any(|evidence| evidence.source == POLICY_READ_BY) {
        let policy = web_function.policy.known().ok()?.as_ref().map(PolicyText::as_str)?;
        let put = || Call::new("lambda-web", "put-resource-policy", &*verdict.region).with("resource-arn", verdict.resource.as_str());
        let plan = Plan::new(Effort::Prompt, Risk::Careful, format!("Let named callers only sign requests to {function}"));
        return Some(plan.step(put().ask("policy", "the policy without the statements for everyone")).undo(put().with("policy", policy)));
    }
    let call = |endpoint: &str| {
        Call::new("lambda-web", "update-web-function-endpoint", &*verdict.region)
            .with("function-name", function)
            .with("endpoint-name", endpoint)
    };
    if fault.subject.is_empty() {
        let plan = Plan::new(Effort::Guided, Risk::Careful, format!("Give the endpoints of {function} a rate limit and a ceiling"));
        return Some(plan.step("Set throttleConfig.rateLimit and scalingConfig.maxEnvironments to twice what its busiest hour needed"));
    }
    let plan = Plan::new(Effort::OneKey, Risk::Manual, format!("Let {function} answer signed requests only"));
    let plan = fault.subject.iter().fold(plan, |plan, name| plan.step(call(name).with("auth-type", "IamAuth")));
    Some(fault.subject.iter().fold(plan, |plan, name| plan.undo(call(name).with("auth-type", "ApplicationManaged"))))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{ACCOUNT, REGION, Says, cases, denied, empty},
        },
        model::{Arn, Fact, Gap, PolicyText, Posture, WebFunction, WebFunctionEndpoint, WebFunctionSettings},
    };

    fn endpoint() -> WebFunctionEndpoint {
        WebFunctionEndpoint {
            arn: Arn::build("aws", "lambda", REGION, ACCOUNT, "web-function/shop/endpoint/live"),
            name: "live".to_owned(),
            kind: "HomeRegion".to_owned(),
            regions: vec![REGION.to_owned()],
            settings: WebFunctionSettings {
                domain: None,
                auth: "IamAuth".to_owned(),
                rate_limit: Some(50),
                max_environments: Some(10),
                state: "Active".to_owned(),
            },
            regional: Fact::Known([].into()),
        }
    }

    fn posture(endpoints: Fact<Vec<WebFunctionEndpoint>>) -> Posture {
        let mut posture = empty();
        posture.regions.get_mut(REGION).unwrap().web_functions.items.push(WebFunction {
            arn: Arn::build("aws", "lambda", REGION, ACCOUNT, "web-function/shop"),
            name: "shop".to_owned(),
            state: "Active".to_owned(),
            policy: Fact::Known(None),
            endpoints,
        });
        posture
    }

    fn with(change: impl FnOnce(&mut WebFunctionEndpoint)) -> Posture {
        let mut endpoint = endpoint();
        change(&mut endpoint);
        posture(Fact::Known(vec![endpoint]))
    }

    /// A sound endpoint whose function has this policy.
    fn under(policy: Fact<Option<PolicyText>>) -> Posture {
        let mut posture = with(|_| ());
        posture.regions.get_mut(REGION).unwrap().web_functions.items[0].policy = policy;
        posture
    }

    fn everyone(condition: &str) -> Posture {
        under(Fact::Known(Some(PolicyText::new(format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeWebFunction*","Resource":"*"{condition}}}]}}"#
        )))))
    }

    fn open(endpoint: &mut WebFunctionEndpoint) {
        endpoint.settings.auth = "ApplicationManaged".to_owned();
    }

    #[test]
    fn rules() {
        let elsewhere = WebFunctionSettings { auth: "ApplicationManaged".to_owned(), ..endpoint().settings };
        cases(
            &CHECK,
            [
                ("signed and bound", with(|_| ()), Says::Pass),
                ("open", with(open), Says::Fail),
                ("no rate limit", with(|endpoint| endpoint.settings.rate_limit = None), Says::Fail),
                ("no ceiling", with(|endpoint| endpoint.settings.max_environments = None), Says::Fail),
                (
                    "open in one Region",
                    with(|endpoint| endpoint.regional = Fact::Known([("eu-central-1".to_owned(), elsewhere)].into())),
                    Says::Fail,
                ),
                (
                    "open, on its way out",
                    with(|endpoint| {
                        open(endpoint);
                        endpoint.settings.state = "Deleting".to_owned();
                    }),
                    Says::NotApplicable,
                ),
                ("a policy for everyone", everyone(""), Says::Fail),
                (
                    "a policy for an organization",
                    everyone(r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abcde12345"}}"#),
                    Says::Pass,
                ),
                ("policy denied", under(Gap::denied(super::POLICY_READ_BY, "no").into()), Says::Unknown),
                ("policy unread", under(Fact::unread(super::POLICY_READ_BY)), Says::Unknown),
                ("no endpoint", posture(Fact::Known(vec![])), Says::NotApplicable),
                ("Regions denied", with(|endpoint| endpoint.regional = Gap::denied(super::READ_BY, "no").into()), Says::Unknown),
                ("denied", posture(Gap::denied("lambda:ListWebFunctionEndpoints", "no").into()), Says::Unknown),
                ("unread", posture(Fact::unread("lambda:ListWebFunctionEndpoints")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn an_open_endpoint_is_worse_than_an_unbound_one_and_can_be_closed_by_name() {
        let settings = Settings::default();
        let judged = |posture: &Posture| {
            let context = Context::new(posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
            (fault.severity, (CHECK.fix)(&context, &verdict).unwrap())
        };
        let (severity, plan) = judged(&with(open));
        assert_eq!(severity, Some(Severity::High));
        assert!(plan.commands()[0].contains("--function-name shop --endpoint-name live"), "{:?}", plan.commands());
        assert_eq!(plan.undo.len(), 1);
        let (severity, plan) = judged(&everyone(""));
        assert_eq!(severity, Some(Severity::High));
        assert!(plan.commands()[0].contains("put-resource-policy") && plan.undo_commands()[0].contains("InvokeWebFunction"));
        let (severity, plan) = judged(&with(|endpoint| endpoint.settings.rate_limit = None));
        assert_eq!(severity, None);
        assert!(plan.undo.is_empty());
    }
}
