//! MV-014: a stage of an API does not log who asks, or logs everything they say.

use crate::{
    checks::{Check, Context, Described, Environment, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{HttpApi, HttpStage, RestApi, RestStage, Source},
    remedy::{Call, Effort, Plan, Risk},
};

use std::collections::BTreeMap;

pub(super) static CHECK: Check = Check {
    id: "MV-014",
    slug: "api-access-unlogged",
    title: "APIs log who asks, and not what they say",
    layer: Layer::Monitoring,
    severity: Severity::Medium,
    why: "Without access logs nobody can say who called an API, from where, or how often. With data trace on, passwords, tokens and \
          personal data of every request stand in a log group.",
    how: "A stage of a REST, HTTP or WebSocket API has no accessLogSettings, or dataTraceEnabled is on for some of its methods or routes \
          and execution logs are written. The latter is high where a tag of the stage or the API, else a name of theirs, says that it \
          is production; where one says development it is left alone, as is a data trace whose loggingLevel is OFF. APIs without a stage answer nobody.",
    links: Links {
        security_hub: &["APIGateway.1", "APIGateway.9"],
        cis: &["4.10"],
        csf: &["DE.CM", "DE.AE"],
        owasp: &["S10"],
        pci: &["10.4.2"],
        soc: &["A1.1", "CC7.2", "CC7.3", "PI1.2"],
        ..Links::NONE
    },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET"],
        provider: "API Gateway logs nothing until a stage names where to, and with data trace on writes whole requests and answers.",
        avoids: &[
            "Data trace in a stage or an API that is tagged as development",
            "Data trace where the loggingLevel is OFF, as nothing is written",
            "An API without a stage, which answers nobody",
        ],
        cli: "aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE_NAME> --patch-operations op=replace,path=/accessLogSettings/destinationArn,value=<LOG_GROUP_ARN> 'op=replace,path=/accessLogSettings/format,value=$context.requestId $context.identity.sourceIp $context.status' --region <REGION>
aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE_NAME> --patch-operations 'op=replace,path=/*/*/logging/dataTrace,value=false' --region <REGION>
aws apigatewayv2 update-stage --api-id <API_ID> --stage-name <STAGE_NAME> --access-log-settings 'DestinationArn=<LOG_GROUP_ARN>,Format=$context.requestId $context.identity.sourceIp $context.status' --region <REGION>
aws apigatewayv2 update-stage --api-id <API_ID> --stage-name <STAGE_NAME> --default-route-settings DataTraceEnabled=false --region <REGION>",
        cloudformation: r#"RestStage:
  Type: AWS::ApiGateway::Stage
  Properties:
    AccessLogSetting:
      DestinationArn: <LOG_GROUP_ARN>
      Format: $context.requestId $context.identity.sourceIp $context.status
    MethodSettings:
      - ResourcePath: "/*"
        HttpMethod: "*"
        DataTraceEnabled: false
HttpStage:
  Type: AWS::ApiGatewayV2::Stage
  Properties:
    AccessLogSettings:
      DestinationArn: <LOG_GROUP_ARN>
      Format: $context.requestId $context.identity.sourceIp $context.status
    DefaultRouteSettings:
      DataTraceEnabled: false"#,
        terraform: r#"resource "aws_api_gateway_stage" "<NAME>" {
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.<LOG_GROUP>.arn
    format          = "$context.requestId $context.identity.sourceIp $context.status"
  }
}

resource "aws_api_gateway_method_settings" "<NAME>" {
  rest_api_id = aws_api_gateway_rest_api.<API>.id
  stage_name  = aws_api_gateway_stage.<NAME>.stage_name
  method_path = "*/*"

  settings {
    data_trace_enabled = false
  }
}

resource "aws_apigatewayv2_stage" "<NAME>" {
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.<LOG_GROUP>.arn
    format          = "$context.requestId $context.identity.sourceIp $context.status"
  }
}"#,
        undo: "aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE_NAME> --patch-operations op=remove,path=/accessLogSettings --region <REGION>
aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE_NAME> --patch-operations 'op=replace,path=/*/*/logging/dataTrace,value=true' --region <REGION>
aws apigatewayv2 delete-access-log-settings --api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>
aws apigatewayv2 update-stage --api-id <API_ID> --stage-name <STAGE_NAME> --default-route-settings DataTraceEnabled=true --region <REGION>",
    },
};

/// What the check looks at, whichever kind of API the stage is of.
struct Stage<'a> {
    name: &'a str,
    logs_access: bool,
    /// Of which methods or routes everything is logged.
    traced: Vec<&'a str>,
    tags: &'a BTreeMap<String, String>,
}

fn is_written(level: Option<&str>) -> bool {
    level != Some("OFF")
}

impl<'a> From<&'a RestStage> for Stage<'a> {
    fn from(stage: &'a RestStage) -> Self {
        let traced = stage.settings.iter().filter(|(_, settings)| settings.data_trace && is_written(settings.logging_level.as_deref()));
        let traced = traced.map(|(methods, _)| methods.as_str()).collect();
        Self { name: &stage.name, logs_access: stage.access_log.is_some(), traced, tags: &stage.tags }
    }
}

impl<'a> From<&'a HttpStage> for Stage<'a> {
    fn from(stage: &'a HttpStage) -> Self {
        let of_routes = stage.settings.iter().map(|(route, settings)| (route.as_str(), settings));
        let all = stage.default_settings.iter().map(|settings| (DEFAULT, settings)).chain(of_routes);
        let traced = all.filter(|(_, settings)| settings.data_trace && is_written(settings.logging_level.as_deref()));
        Self {
            name: &stage.name,
            logs_access: stage.access_log.is_some(),
            traced: traced.map(|(route, _)| route).collect(),
            tags: &stage.tags,
        }
    }
}

/// What stands for all routes of an HTTP or WebSocket API.
const DEFAULT: &str = "defaultRouteSettings";

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let of_rest = |api: &RestApi| {
        let stages = api.stages.known()?.iter().map(Stage::from).collect();
        Ok(judge(context, &api.name, &api.tags, stages))
    };
    let of_http = |api: &HttpApi| {
        let stages = api.stages.known()?.iter().map(Stage::from).collect();
        Ok(judge(context, &api.name, &api.tags, stages))
    };
    let mut verdicts = context.each(&CHECK, |region| &region.rest_apis, |_, api| of_rest(api));
    verdicts.extend(context.each(&CHECK, |region| &region.http_apis, |_, api| of_http(api)));
    verdicts
}

fn judge(context: &Context<'_>, api: &str, tags: &BTreeMap<String, String>, stages: Vec<Stage<'_>>) -> Ruling {
    if stages.is_empty() {
        return Ruling::NotApplicable;
    }
    let of_api = Described { name: api, tags, source: "apigateway:GET" };
    let (mut evidence, mut subject) = (Vec::new(), Vec::new());
    for stage in stages.iter().filter(|stage| !stage.logs_access) {
        evidence.push(Evidence::field("apigateway:GET", format!("stages/{} accessLogSettings", stage.name), "none"));
        subject.push(stage.name.to_owned());
    }
    let silent = subject.len();
    let mut severity = Severity::Medium;
    for stage in stages.iter().filter(|stage| !stage.traced.is_empty()) {
        let of_stage = Described { name: stage.name, tags: stage.tags, source: "apigateway:GET" };
        match context.settings.environments.of(&[of_stage, of_api]) {
            Some(placed) if placed.environment == Environment::Development => continue,
            Some(placed) => {
                evidence.push(placed.by.evidence());
                severity = Severity::High;
            }
            None => {}
        }
        for of in &stage.traced {
            evidence.push(Evidence::field("apigateway:GET", format!("stages/{} {of} dataTraceEnabled", stage.name), "true"));
            subject.push(format!("{}\n{of}", stage.name));
        }
    }
    let Some(first) = subject.first() else { return Ruling::Pass };
    let others = if silent > 1 { format!(" and {} more", silent - 1) } else { String::new() };
    match subject.iter().find_map(|subject| subject.split_once('\n')) {
        Some((stage, _)) => {
            let message = format!("The stage {stage} of the API {api} logs whole requests and answers");
            Fault::new(message, evidence).severity(severity).subject(subject).into()
        }
        None => {
            let message = format!("The stage {first}{others} of the API {api} does not log who asks");
            Fault::new(message, evidence).subject(subject).into()
        }
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let region = context.posture.regions.get(&*verdict.region)?;
    let rest = crate::model::find(&region.rest_apis, &verdict.resource).map(|api| api.id.as_str());
    let http = crate::model::find(&region.http_apis, &verdict.resource).map(|api| api.id.as_str());
    let stage = |name: &str| match rest {
        Some(id) => Call::new("apigateway", "update-stage", &*verdict.region).with("rest-api-id", id).with("stage-name", name),
        None => {
            Call::new("apigatewayv2", "update-stage", &*verdict.region).with("api-id", http.unwrap_or_default()).with("stage-name", name)
        }
    };
    let set = |name: &str, of: &str, on: bool| match rest {
        Some(_) => stage(name).with("patch-operations", format!("op=replace,path=/{of}/logging/dataTrace,value={on}")),
        None if of == DEFAULT => stage(name).with("default-route-settings", format!("DataTraceEnabled={on}")),
        None => stage(name).with("route-settings", serde_json::json!({ of: { "DataTraceEnabled": on } }).to_string()),
    };
    let mut plan = Plan::new(Effort::Prompt, Risk::Safe, "Log who asks, and not what they say");
    for subject in &fault.subject {
        plan = match subject.split_once('\n') {
            Some((name, of)) => plan.step(set(name, of, false)).undo(set(name, of, true)),
            None if rest.is_some() => plan
                .step(stage(subject).ask(
                    "patch-operations",
                    "op=replace,path=/accessLogSettings/destinationArn,value=ARN of a log group op=replace,path=/accessLogSettings/format,\
                     value=$context.requestId $context.identity.sourceIp $context.status",
                ))
                .undo(stage(subject).with("patch-operations", "op=remove,path=/accessLogSettings")),
            None => plan.step(stage(subject).ask("access-log-settings", "DestinationArn=ARN of a log group,Format=format of a line")),
        };
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{REGION, Says, ask, cases, denied, empty},
            testing_api::{method_settings, with_http_api, with_rest_api},
        },
        model::{Fact, Gap, HttpApi, Listing, MethodSettings, Posture, RestApi, RouteSettings, Throttle},
    };

    fn silent(api: &mut RestApi) {
        api.stages.known_mut().unwrap()[0].access_log = None;
    }

    fn traced(level: &str) -> impl FnOnce(&mut RestApi) {
        let settings = MethodSettings { data_trace: true, logging_level: Some(level.to_owned()), ..method_settings() };
        |api| drop(api.stages.known_mut().unwrap()[0].settings.insert("*/*".to_owned(), settings))
    }

    fn traced_socket(api: &mut HttpApi) {
        api.protocol = "WEBSOCKET".to_owned();
        let settings = RouteSettings { throttle: Throttle::default(), data_trace: true, logging_level: Some("INFO".to_owned()) };
        api.stages.known_mut().unwrap()[0].default_settings = Some(settings);
    }

    fn severity(posture: &Posture) -> Option<Severity> {
        let settings = Settings::default();
        let verdict = (CHECK.run)(&Context::new(posture, &settings)).remove(0);
        let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
        fault.severity
    }

    #[test]
    fn rules() {
        let development = || [("stage".to_owned(), "dev".to_owned())].into();
        let mut unread = empty();
        unread.regions.get_mut(REGION).unwrap().http_apis = Listing::default();
        cases(
            &CHECK,
            [
                ("logged", with_rest_api(|_| ()), Says::Pass),
                ("not logged", with_rest_api(silent), Says::Fail),
                ("everything logged", with_rest_api(traced("INFO")), Says::Fail),
                ("a trace without a log", with_rest_api(traced("OFF")), Says::Pass),
                (
                    "everything, in development",
                    with_rest_api(|api| {
                        traced("INFO")(api);
                        api.tags = development()
                    }),
                    Says::Pass,
                ),
                (
                    "everything, in a stage for development",
                    with_rest_api(|api| {
                        traced("INFO")(api);
                        api.stages.known_mut().unwrap()[0].tags = development()
                    }),
                    Says::Pass,
                ),
                ("no stage", with_rest_api(|api| api.stages = Fact::Known(vec![])), Says::NotApplicable),
                ("stages denied", with_rest_api(|api| api.stages = Gap::denied("apigateway:GET", "no").into()), Says::Unknown),
                ("HTTP API", with_http_api(|_| ()), Says::Pass),
                ("HTTP API not logged", with_http_api(|api| api.stages.known_mut().unwrap()[0].access_log = None), Says::Fail),
                ("WebSocket API, everything logged", with_http_api(traced_socket), Says::Fail),
                ("HTTP API, stages unread", with_http_api(|api| api.stages = Fact::unread("apigateway:GET")), Says::Unknown),
                ("list unread", unread, Says::Unknown),
            ],
        );
        assert_eq!(ask(&CHECK, &denied()).iter().map(|(_, says)| *says).collect::<Vec<_>>(), [Says::Unknown, Says::Unknown]);
    }

    #[test]
    fn saying_too_much_is_worse_than_saying_nothing() {
        assert_eq!(severity(&with_rest_api(silent)), None);
        assert_eq!(severity(&with_rest_api(traced("ERROR"))), Some(Severity::High));
    }

    #[test]
    fn the_fix_is_that_of_the_kind_of_api() {
        let settings = Settings::default();
        for (posture, expected) in [
            (
                with_rest_api(traced("INFO")),
                "aws apigateway update-stage --rest-api-id a1 --stage-name prod --patch-operations \
                 'op=replace,path=/*/*/logging/dataTrace,value=false' --region eu-west-1",
            ),
            (
                with_http_api(traced_socket),
                "aws apigatewayv2 update-stage --api-id a2 --stage-name '$default' --default-route-settings DataTraceEnabled=false \
                 --region eu-west-1",
            ),
        ] {
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            assert_eq!((CHECK.fix)(&context, &verdict).unwrap().commands(), [expected]);
        }
    }
}
