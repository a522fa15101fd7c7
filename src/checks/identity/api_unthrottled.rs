//! IA-021: nothing holds down how much an API is asked.

use crate::{
    checks::{
        Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict,
        open_routes::{is_ceiling, keys_of, lets_in_http, lets_in_rest},
    },
    model::{Gap, HttpStage, Region, Resource, RestApi, RestMethod, RestStage, RouteSettings, Source, UsagePlan},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-021",
    slug: "api-unthrottled",
    title: "Stages hold down how much they are asked",
    layer: Layer::Identity,
    severity: Severity::Medium,
    why: "Without a limit of its own a stage takes what the whole account may take in the Region: one caller's loop, or a flood, starves \
          every other API and runs up the bill of each function behind it.",
    how: "A method or route of a stage that strangers reach has no throttling rate, of its own or for all, or one at or above the 10,000 a second that \
          API Gateway lets through of a Region. A rate in a usage plan counts where every method takes an API key.",
    links: Links { csa: &["SAS-8"], csf: &["PR.IR"], attack: &["T1499.003"], ..Links::NONE },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET"],
        provider: "AWS API Gateway lets 10,000 requests a second through of all APIs of an account in most Regions unless asked for more, \
                   and shares them out to whoever comes first",
        avoids: &[
            "A stage whose methods or routes each have a rate, or all of them one",
            "A usage plan's rate, where every method takes an API key",
            "APIs that strangers do not reach",
        ],
        cli: "aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE_NAME> --patch-operations 'op=replace,path=/*/*/throttling/rateLimit,value=<RATE>' 'op=replace,path=/*/*/throttling/burstLimit,value=<BURST>' --region <REGION>
aws apigatewayv2 update-stage --api-id <API_ID> --stage-name <STAGE_NAME> --default-route-settings ThrottlingRateLimit=<RATE>,ThrottlingBurstLimit=<BURST> --region <REGION>",
        cloudformation: r#"Rest:
  Type: AWS::ApiGateway::Stage
  Properties:
    MethodSettings:
      - ResourcePath: "/*"
        HttpMethod: "*"
        ThrottlingRateLimit: <RATE>
        ThrottlingBurstLimit: <BURST>
Http:
  Type: AWS::ApiGatewayV2::Stage
  Properties:
    DefaultRouteSettings:
      ThrottlingRateLimit: <RATE>
      ThrottlingBurstLimit: <BURST>"#,
        terraform: r#"resource "aws_api_gateway_method_settings" "<NAME>" {
  rest_api_id = aws_api_gateway_rest_api.<API>.id
  stage_name  = aws_api_gateway_stage.<STAGE>.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = <RATE>
    throttling_burst_limit = <BURST>
  }
}

resource "aws_apigatewayv2_stage" "<NAME>" {
  default_route_settings {
    throttling_rate_limit  = <RATE>
    throttling_burst_limit = <BURST>
  }
}"#,
        undo: "The same commands with the rates of before, which get-stage shows; a rate of -1 lifts the throttle of a REST API",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(
        &CHECK,
        |region| &region.rest_apis,
        |region, api| {
            if !lets_in_rest(context, region, api)? {
                return Ok(Ruling::NotApplicable);
            }
            let planned = by_plan(region, api)?;
            let methods = api.methods.known()?;
            let of = |stage: &RestStage, key: &str| stage.settings.get(key).map(|settings| is_ceiling(settings.throttle));
            let held = |stage: &RestStage| {
                let closest = |method: &RestMethod| keys_of(method).iter().find_map(|key| of(stage, key));
                let each = methods.iter().all(|method| closest(method) == Some(true));
                planned.contains(&stage.name) || if methods.is_empty() { of(stage, "*/*") == Some(true) } else { each }
            };
            let loose = api.stages.known()?.iter().find(|stage| !held(stage));
            Ok(loose.map_or(Ruling::Pass, |stage| unthrottled(&api.name, &stage.name, "methodSettings */* throttlingRateLimit")))
        },
    );
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.http_apis,
        |region, api| {
            if !lets_in_http(region, api)? {
                return Ok(Ruling::NotApplicable);
            }
            let routes = api.routes.known()?;
            let held = |stage: &&HttpStage| {
                let default = stage.default_settings.as_ref();
                let ceiling = |settings: Option<&RouteSettings>| settings.is_some_and(|settings| is_ceiling(settings.throttle));
                let each = || routes.iter().all(|route| ceiling(stage.settings.get(&route.key).or(default)));
                if routes.is_empty() { ceiling(default) } else { each() }
            };
            let loose = api.stages.known()?.iter().find(|stage| !held(stage));
            Ok(loose.map_or(Ruling::Pass, |stage| unthrottled(&api.name, &stage.name, "DefaultRouteSettings.ThrottlingRateLimit")))
        },
    ));
    verdicts
}

fn unthrottled(api: &str, stage: &str, pointer: &str) -> Ruling {
    let message = format!("The stage {stage} of the API {api} takes as much as the whole Region may");
    Ruling::fail(message, vec![Evidence::field("apigateway:GET", format!("{stage} {pointer}"), "none")])
}

/// The stages of `api` that usage plans hold down: none unless every method takes a key.
fn by_plan(region: &Region, api: &RestApi) -> Result<Vec<String>, Gap> {
    if api.methods.known()?.iter().any(|method| !method.api_key_required && method.method != "OPTIONS") {
        return Ok(Vec::new());
    }
    let plans = region.usage_plans.items.iter().filter(|plan| plan.throttle.is_some_and(is_ceiling));
    let stages = plans.flat_map(|plan| &plan.stages).filter(|stage| stage.api == api.id);
    let found: Vec<String> = stages.map(|stage| stage.stage.clone()).collect();
    match &region.usage_plans.gap {
        Some(gap) if found.is_empty() => {
            Err(if gap.action.is_empty() { Gap { action: UsagePlan::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() })
        }
        _ => Ok(found),
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let region = context.posture.regions.get(&*verdict.region)?;
    let plan = Plan::new(Effort::Prompt, Risk::Careful, "Hold the stage down to what it is made for")
        .step("See its busiest minute first: the metric Count of the API, by the minute");
    if let Some(api) = crate::model::find(&region.rest_apis, &verdict.resource) {
        let call = || {
            Call::new("apigateway", "update-stage", &*verdict.region)
                .with("rest-api-id", api.id.as_str())
                .ask("stage-name", "the stage")
                .ask(
                    "patch-operations",
                    "op=replace,path=/*/*/throttling/rateLimit,value=RATE op=replace,path=/*/*/throttling/burstLimit,value=BURST",
                )
        };
        return Some(plan.step(call()).undo(call()));
    }
    let api = crate::model::find(&region.http_apis, &verdict.resource)?;
    let call = || {
        Call::new("apigatewayv2", "update-stage", &*verdict.region)
            .with("api-id", api.id.as_str())
            .ask("stage-name", "the stage")
            .ask("default-route-settings", "ThrottlingRateLimit=RATE,ThrottlingBurstLimit=BURST")
    };
    Some(plan.step(call()).undo(call()))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            testing::{Says, ask, cases, denied},
            testing_api::{method_settings, rest_method, with_http_api, with_rest_api},
        },
        model::{Fact, Posture, RouteSettings, Throttle, UsagePlan, UsagePlanStage},
    };

    fn rest(rate: Option<f64>) -> Posture {
        with_rest_api(|api| {
            if let Fact::Known(stages) = &mut api.stages {
                let mut settings = method_settings();
                settings.throttle = Throttle { rate, burst: None };
                stages[0].settings.insert("*/*".to_owned(), settings);
            }
        })
    }

    fn http(rate: Option<f64>) -> Posture {
        with_http_api(|api| {
            if let Fact::Known(stages) = &mut api.stages {
                let throttle = Throttle { rate, burst: None };
                stages[0].default_settings = Some(RouteSettings { throttle, data_trace: false, logging_level: None });
            }
        })
    }

    fn with_method_rate(rate: Option<f64>) -> Posture {
        let mut posture = rest(rate.is_none().then_some(50.0));
        let api = &mut posture.regions.values_mut().next().expect("a Region").rest_apis.items[0];
        api.methods = Fact::Known(vec![rest_method("GET", "/orders")]);
        let mut settings = method_settings();
        settings.throttle = Throttle { rate, burst: None };
        api.stages.known_mut().expect("the stages")[0].settings.insert("~1orders/GET".to_owned(), settings);
        posture
    }

    fn planned(key: bool) -> Posture {
        let mut posture = with_rest_api(|api| {
            let mut method = rest_method("GET", "/orders");
            method.api_key_required = key;
            api.methods = Fact::Known(vec![method]);
        });
        let region = posture.regions.values_mut().next().expect("a Region");
        region.usage_plans.items.push(UsagePlan {
            arn: crate::model::Arn::from("arn:aws:apigateway:eu-west-1::/usageplans/p1"),
            name: "partners".to_owned(),
            throttle: Some(Throttle { rate: Some(20.0), burst: Some(40) }),
            has_quota: false,
            stages: vec![UsagePlanStage { api: "a1".to_owned(), stage: "prod".to_owned(), methods: Default::default() }],
        });
        posture
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("no settings", with_rest_api(|_| ()), Says::Fail),
                ("no rate", rest(None), Says::Fail),
                ("a rate", rest(Some(50.0)), Says::Pass),
                ("a rate that holds nothing", rest(Some(10_000.0)), Says::Fail),
                ("an HTTP API", http(None), Says::Fail),
                ("an HTTP API with a rate", http(Some(50.0)), Says::Pass),
                ("a rate for the one method", with_method_rate(Some(50.0)), Says::Pass),
                ("a method without", with_method_rate(None), Says::Fail),
                ("a plan for those with a key", planned(true), Says::Pass),
                ("a plan that others need not", planned(false), Says::Fail),
                ("private", with_rest_api(|api| api.endpoint_types = vec!["PRIVATE".to_owned()]), Says::NotApplicable),
                ("not read", with_rest_api(|api| api.stages = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
