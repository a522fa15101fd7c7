//! FN-021: an API hands requests to a function without looking at them.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Gap, HttpApi, RequestValidator, RestApi, RestMethod, Route, Source},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-021",
    slug: "requests-unvalidated",
    title: "APIs look at a request before a function gets it",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "Whatever a caller sends goes straight into the function's code: fields that nobody expects, of any length and type, are how \
          injection begins, and each such request costs an invocation.",
    how: "A deployed REST API has a method with a body (POST, PUT, PATCH) that calls a function, and no request validator that looks at \
          bodies with a model other than Empty to look with; or the method names required parameters, and no validator looks at those. A WebSocket API has a \
          route for messages that calls a function, without a request model. Low when every such method or route asks who is calling. Left \
          alone: catch-all paths such as /{proxy+} and ANY methods, for which no one model exists, methods without a body, and HTTP APIs, \
          which cannot validate requests at all.",
    links: Links { csf: &["PR.PS"], owasp: &["S1"], csa: &["SAS-1"], attack: &["T1190"], ..Links::NONE },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET"],
        provider: "API Gateway refuses what does not fit a model or lacks a required parameter, where a method has a validator; what a \
                  request may hold only you know",
        avoids: &[
            "Catch-all paths and ANY methods, for which no one model exists",
            "Methods without a body that require no parameters",
            "HTTP APIs, which cannot validate requests",
            "APIs that are deployed nowhere, and methods that call no function",
            "Methods and routes that ask who is calling, as more than low",
        ],
        cli: "aws apigateway create-model --rest-api-id <API_ID> --name <MODEL_NAME> --content-type application/json --schema file://schema.json --region <REGION>
aws apigateway create-request-validator --rest-api-id <API_ID> --name body-and-parameters --validate-request-body --validate-request-parameters --region <REGION>
aws apigateway update-method --rest-api-id <API_ID> --resource-id <RESOURCE_ID> --http-method <METHOD> --patch-operations op=replace,path=/requestValidatorId,value=<VALIDATOR_ID> op=add,path=/requestModels/application~1json,value=<MODEL_NAME> --region <REGION>
aws apigateway create-deployment --rest-api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>",
        cloudformation: "Validator:
  Type: AWS::ApiGateway::RequestValidator
  Properties:
    RestApiId: !Ref <API>
    ValidateRequestBody: true
    ValidateRequestParameters: true
Method:
  Type: AWS::ApiGateway::Method
  Properties:
    RequestValidatorId: !Ref Validator
    RequestModels:
      application/json: !Ref <MODEL>",
        terraform: r#"resource "aws_api_gateway_request_validator" "<NAME>" {
  rest_api_id                 = aws_api_gateway_rest_api.<API>.id
  name                        = "body-and-parameters"
  validate_request_body       = true
  validate_request_parameters = true
}

resource "aws_api_gateway_method" "<NAME>" {
  request_validator_id = aws_api_gateway_request_validator.<NAME>.id
  request_models = {
    "application/json" = aws_api_gateway_model.<MODEL>.name
  }
}"#,
        undo: "aws apigateway update-method --rest-api-id <API_ID> --resource-id <RESOURCE_ID> --http-method <METHOD> --patch-operations op=replace,path=/requestValidatorId,value= op=remove,path=/requestModels/application~1json --region <REGION>
aws apigateway create-deployment --rest-api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>",
    },
};

/// How many methods or routes the evidence names.
const SHOWN: usize = 5;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(&CHECK, |region| &region.rest_apis, |_, api| of_rest(api));
    verdicts.extend(context.each(&CHECK, |region| &region.http_apis, |_, api| of_http(api)));
    verdicts
}

/// What is wrong with a method or route: how it is called, whether it asks who is calling, and the field that shows it.
struct Lax {
    called: String,
    asks: bool,
    evidence: Evidence,
}

fn of_rest(api: &RestApi) -> Result<Ruling, Gap> {
    if api.stages.known()?.is_empty() {
        return Ok(Ruling::NotApplicable);
    }
    let mut judged = false;
    let mut gap = None;
    let mut lax = Vec::new();
    for method in api.methods.known()?.iter().filter(|method| calls_function(method)) {
        let (body, parameters) = expects(method);
        if !body && !parameters {
            continue;
        }
        judged = true;
        let validator = match &method.validator {
            // The method names one: what it looks at has to be known.
            Some(id) => match api.validators.known() {
                Ok(validators) => validators.iter().find(|validator| validator.id == *id),
                Err(unread) => {
                    gap = Some(unread.clone());
                    continue;
                }
            },
            None => None,
        };
        if let Some(what) = overlooked(method, validator, body, parameters) {
            let called = format!("{} {}", method.method, method.path);
            let asks = method.authorization_type != "NONE";
            lax.push(Lax { evidence: Evidence::field("apigateway:GET", format!("{called} {what}"), "none"), called, asks });
        }
    }
    match gap {
        Some(gap) if lax.is_empty() => Err(gap),
        _ => Ok(ruling(&api.name, judged, lax)),
    }
}

fn calls_function(method: &RestMethod) -> bool {
    let is_catch_all = method.method == "ANY" || method.path.contains("+}");
    !is_catch_all && method.integration.as_ref().is_some_and(|integration| integration.function.is_some())
}

/// Whether there is something to look at: a body, and required parameters.
fn expects(method: &RestMethod) -> (bool, bool) {
    (matches!(method.method.as_str(), "POST" | "PUT" | "PATCH"), method.parameters.values().any(|&required| required))
}

/// The field that would have to be set for the method to be looked at.
fn overlooked(method: &RestMethod, validator: Option<&RequestValidator>, body: bool, parameters: bool) -> Option<&'static str> {
    match validator {
        None => Some("requestValidatorId"),
        Some(validator) if body && !validator.body => Some("validateRequestBody"),
        // The model called Empty, which every API has, lets everything through.
        Some(_) if body && method.models.values().all(|model| model == "Empty") => Some("requestModels"),
        Some(validator) if parameters && !validator.parameters => Some("validateRequestParameters"),
        Some(_) => None,
    }
}

fn of_http(api: &HttpApi) -> Result<Ruling, Gap> {
    if api.protocol != "WEBSOCKET" || api.stages.known()?.is_empty() {
        return Ok(Ruling::NotApplicable);
    }
    let (routes, integrations) = (api.routes.known()?, api.integrations.known()?);
    let calls = |route: &&Route| {
        let integration = route.integration.as_ref().and_then(|id| integrations.get(id));
        // A connection that is opened or closed has no body, and what matches no route has no one model.
        !route.key.starts_with('$') && integration.is_some_and(|integration| integration.function.is_some())
    };
    // A WebSocket asks who it is when it is opened.
    let asks = routes.iter().any(|route| route.key == "$connect" && route.authorization_type != "NONE");
    let lax = routes.iter().filter(calls).filter(|route| route.models.is_empty()).map(|route| Lax {
        called: route.key.clone(),
        asks,
        evidence: Evidence::field("apigateway:GET", format!("{} requestModels", route.key), "none"),
    });
    Ok(ruling(&api.name, routes.iter().any(|route| calls(&route)), lax.collect()))
}

fn ruling(name: &str, judged: bool, lax: Vec<Lax>) -> Ruling {
    let Some(first) = lax.first() else { return if judged { Ruling::Pass } else { Ruling::NotApplicable } };
    let more = if lax.len() > 1 { format!(" and {} more", lax.len() - 1) } else { String::new() };
    let message = format!("The API {name} hands on what {}{more} gets without looking at it", first.called);
    let asks = lax.iter().all(|lax| lax.asks);
    let fault = Fault::new(message, lax.into_iter().take(SHOWN).map(|lax| lax.evidence).collect());
    if asks { fault.severity(Severity::Low).into() } else { fault.into() }
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Describe what each method takes, and let API Gateway refuse the rest")
            .step("Write a model for the body of each method, as strict as its clients allow, and mark the parameters it needs")
            .step("Set a request validator on the methods in the API's template, deploy to a test stage, and watch the answers with 400"),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{REGION, Says, ask, cases, denied, empty},
        },
        model::{Arn, Fact, Gap, HttpApi, HttpStage, Integration, Posture, RequestValidator, RestApi, RestMethod, RestStage, Route},
    };

    fn integration() -> Integration {
        let function = Some(Arn::from("arn:aws:lambda:eu-west-1:123456789012:function:orders"));
        Integration { kind: "AWS_PROXY".to_owned(), function, calls: None, timeout_millis: None }
    }

    fn rest(change: impl FnOnce(&mut RestApi)) -> Posture {
        let mut api = RestApi {
            arn: Arn::from("arn:aws:apigateway:eu-west-1::/restapis/a1"),
            id: "a1".to_owned(),
            name: "shop".to_owned(),
            endpoint_types: vec!["REGIONAL".to_owned()],
            vpc_endpoints: vec![],
            execute_api_disabled: false,
            policy: None,
            security_policy: None,
            api_key_source: None,
            tags: [].into(),
            methods: Fact::Known(vec![RestMethod {
                path: "/orders".to_owned(),
                method: "POST".to_owned(),
                authorization_type: "NONE".to_owned(),
                authorizer: None,
                api_key_required: false,
                validator: Some("v1".to_owned()),
                models: [("application/json".to_owned(), "Order".to_owned())].into(),
                parameters: [].into(),
                integration: Some(integration()),
            }]),
            validators: Fact::Known(vec![RequestValidator { id: "v1".to_owned(), body: true, parameters: true }]),
            authorizers: Fact::Known(vec![]),
            stages: Fact::Known(vec![RestStage {
                name: "live".to_owned(),
                web_acl: None,
                access_log: None,
                tracing_enabled: false,
                cache_enabled: false,
                client_certificate: None,
                settings: [].into(),
                variables: [].into(),
                canary_variables: [].into(),
                tags: [].into(),
            }]),
        };
        change(&mut api);
        let mut posture = empty();
        posture.regions.get_mut(REGION).unwrap().rest_apis.items.push(api);
        posture
    }

    fn method(change: impl FnOnce(&mut RestMethod)) -> Posture {
        rest(|api| change(&mut api.methods.known_mut().unwrap()[0]))
    }

    fn unread(change: impl FnOnce(&mut RestApi)) -> Posture {
        rest(change)
    }

    fn http(protocol: &str, change: impl FnOnce(&mut HttpApi)) -> Posture {
        let route = |key: &str, authorization: &str| Route {
            id: key.to_owned(),
            key: key.to_owned(),
            authorization_type: authorization.to_owned(),
            authorizer: None,
            api_key_required: false,
            integration: Some("i1".to_owned()),
            models: [].into(),
            parameters: [].into(),
        };
        let mut api = HttpApi {
            arn: Arn::from("arn:aws:apigateway:eu-west-1::/apis/a2"),
            id: "a2".to_owned(),
            name: "chat".to_owned(),
            protocol: protocol.to_owned(),
            execute_api_disabled: false,
            cors: None,
            tags: [].into(),
            routes: Fact::Known(vec![route("$connect", "AWS_IAM"), route("say", "NONE")]),
            integrations: Fact::Known([("i1".to_owned(), integration())].into()),
            authorizers: Fact::Known(vec![]),
            stages: Fact::Known(vec![HttpStage {
                name: "live".to_owned(),
                access_log: None,
                client_certificate: None,
                default_settings: None,
                settings: [].into(),
                variables: [].into(),
                tags: [].into(),
            }]),
        };
        change(&mut api);
        let mut posture = empty();
        posture.regions.get_mut(REGION).unwrap().http_apis.items.push(api);
        posture
    }

    fn routes(api: &mut HttpApi) -> &mut Vec<Route> {
        api.routes.known_mut().unwrap()
    }

    #[test]
    fn methods() {
        let gap = || Gap::denied("apigateway:GET", "no");
        cases(
            &CHECK,
            [
                ("validated", method(|_| ()), Says::Pass),
                ("no validator", method(|method| method.validator = None), Says::Fail),
                ("a validator that is gone", method(|method| method.validator = Some("v9".to_owned())), Says::Fail),
                ("nothing to look with", method(|method| method.models.clear()), Says::Fail),
                (
                    "a model that lets everything through",
                    method(|method| {
                        method.models.insert("application/json".to_owned(), "Empty".to_owned());
                    }),
                    Says::Fail,
                ),
                (
                    "a validator of parameters only",
                    rest(|api| api.validators = Fact::Known(vec![RequestValidator { id: "v1".to_owned(), body: false, parameters: true }])),
                    Says::Fail,
                ),
                (
                    "a body that nobody reads",
                    method(|method| {
                        method.method = "GET".to_owned();
                        method.validator = None;
                    }),
                    Says::NotApplicable,
                ),
                (
                    "required parameters",
                    method(|method| {
                        method.method = "GET".to_owned();
                        method.validator = None;
                        method.parameters.insert("method.request.querystring.id".to_owned(), true);
                    }),
                    Says::Fail,
                ),
                (
                    "a catch-all",
                    method(|method| {
                        method.path = "/{proxy+}".to_owned();
                        method.validator = None;
                    }),
                    Says::NotApplicable,
                ),
                (
                    "any method",
                    method(|method| {
                        method.method = "ANY".to_owned();
                        method.validator = None;
                    }),
                    Says::NotApplicable,
                ),
                (
                    "no function",
                    method(|method| {
                        method.integration = None;
                        method.validator = None;
                    }),
                    Says::NotApplicable,
                ),
                (
                    "never deployed",
                    rest(|api| {
                        api.stages = Fact::Known(vec![]);
                        api.validators = Fact::Known(vec![]);
                    }),
                    Says::NotApplicable,
                ),
                ("validators denied", unread(|api| api.validators = gap().into()), Says::Unknown),
                (
                    "validators denied, and a method names none",
                    unread(|api| {
                        let methods = api.methods.known_mut().unwrap();
                        methods.push(RestMethod { path: "/refunds".to_owned(), validator: None, ..methods[0].clone() });
                        api.validators = gap().into();
                    }),
                    Says::Fail,
                ),
                ("methods denied", unread(|api| api.methods = gap().into()), Says::Unknown),
                ("unread", unread(|api| api.stages = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
    }

    #[test]
    fn routes_and_lists() {
        cases(
            &CHECK,
            [
                ("a WebSocket", http("WEBSOCKET", |_| ()), Says::Fail),
                (
                    "a WebSocket with a model",
                    http("WEBSOCKET", |api| {
                        routes(api)[1].models.insert("say".to_owned(), "Message".to_owned());
                    }),
                    Says::Pass,
                ),
                ("a WebSocket without messages", http("WEBSOCKET", |api| drop(routes(api).pop())), Says::NotApplicable),
                ("an HTTP API, which cannot", http("HTTP", |_| ()), Says::NotApplicable),
                ("routes denied", http("WEBSOCKET", |api| api.routes = Gap::denied("apigateway:GET", "no").into()), Says::Unknown),
            ],
        );
        let said = ask(&CHECK, &denied());
        assert!(said.len() == 2 && said.iter().all(|(_, says)| *says == Says::Unknown), "{said:?}");
    }

    #[test]
    fn it_is_worse_where_nobody_asks_who_is_calling() {
        let settings = Settings::default();
        let lax = |authorization: &str| {
            method(|method| {
                method.validator = None;
                method.authorization_type = authorization.to_owned();
            })
        };
        let cases = [(lax("NONE"), None), (lax("AWS_IAM"), Some(Severity::Low)), (http("WEBSOCKET", |_| ()), Some(Severity::Low))];
        for (posture, severity) in cases {
            let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
            let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
            assert_eq!(fault.severity, severity);
        }
    }
}
