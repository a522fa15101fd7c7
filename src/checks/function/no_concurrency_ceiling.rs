//! FN-018: a public function may scale without a ceiling.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        open_routes::{OpenRoute, OpenRoutes},
        permission,
    },
    iam::url_reach,
    model::{Function, Gap, Region, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-018",
    slug: "no-concurrency-ceiling",
    title: "Functions that anyone can invoke have a ceiling of concurrency",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "A stranger's loop scales the function to the limit of the account: the bill grows with it, and every other function of the \
          Region is throttled meanwhile.",
    how: "The function can be invoked by everyone: by its policy, by a URL, or by a method or route of an API that asks for neither \
          authorization nor an API key; and GetFunction names no ReservedConcurrentExecutions. A throttle of every stage below the \
          10,000 requests a second of a Region is a ceiling as well, where the API is the only way in. Functions that only named callers \
          can invoke are left alone.",
    links: Links { csf: &["PR.PS"], csa: &["SAS-8"], attack: &["T1499.003", "T1496"], ..Links::NONE },
    reads: &[Source::Lambda, Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "lambda:GetFunction",
            "lambda:GetAccountSettings",
            "lambda:ListAliases",
            "lambda:ListVersionsByFunction",
            "lambda:GetPolicy",
            "lambda:ListFunctionUrlConfigs",
            "apigateway:GET",
        ],
        provider: "Lambda scales each function up to the limit that all functions of the account share in a Region, and bills what ran; a \
                  ceiling below that is yours",
        avoids: &[
            "Functions that only named callers can invoke",
            "A throttle on every stage of the API, where that is the only way in",
            "Methods and routes that ask for a signature or an API key, and a WebSocket that asks when it is opened",
            "APIs that are private, deployed nowhere, behind no endpoint or kept to the account by their policy",
            "A function that is stopped with a concurrency of zero",
        ],
        cli: "aws lambda put-function-concurrency --function-name <FUNCTION_NAME> --reserved-concurrent-executions <MOST_EXECUTIONS> --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  ReservedConcurrentExecutions: <MOST_EXECUTIONS>",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  reserved_concurrent_executions = <MOST_EXECUTIONS>
}"#,
        undo: "aws lambda delete-function-concurrency --function-name <FUNCTION_NAME> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let routes = OpenRoutes::new(context);
    context.each(&CHECK, |region| &region.functions, |region, function| judge(context, &routes, region, function))
}

fn judge(context: &Context<'_>, routes: &OpenRoutes, region: &Region, function: &Function) -> Result<Ruling, Gap> {
    let open: Vec<&OpenRoute> = routes.of(function).iter().filter(|route| !route.throttled).collect();
    if !context.public.contains_key(&function.arn) && open.is_empty() {
        return match unread(context, function).or_else(|| routes.unread(context, function)) {
            // Whether it is public is not known, but a ceiling would answer both.
            Some(gap) => match function.reserved_concurrency.known() {
                Ok(Some(_)) => Ok(Ruling::Pass),
                Ok(None) | Err(_) => Err(gap),
            },
            None if routes.of(function).is_empty() => Ok(Ruling::NotApplicable),
            None => Ok(Ruling::Pass),
        };
    }
    if function.reserved_concurrency.known()?.is_some() {
        return Ok(Ruling::Pass);
    }
    let mut evidence = vec![Evidence::field("lambda:GetFunction", "Concurrency.ReservedConcurrentExecutions", "none")];
    if let Ok(settings) = region.lambda_settings.known() {
        let limit = settings.concurrent_executions.to_string();
        evidence.push(Evidence::field("lambda:GetAccountSettings", "AccountLimit.ConcurrentExecutions", limit));
    }
    let opened = context.public.get(&function.arn).into_iter().flatten();
    evidence.extend(opened.map(|reach| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement)));
    evidence.extend(open.iter().flat_map(|route| route.evidence.clone()));
    let by = open.first().map_or_else(String::new, |route| format!(" by {}", route.called));
    Ok(Fault::new(format!("Anyone can invoke {}{by} as often as the account's limit allows", function.name), evidence).into())
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

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call = |operation| Call::new("lambda", operation, &*verdict.region).with("function-name", verdict.resource.as_str());
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Reserve as much concurrency as the function needs, and no more")
            .step(call("put-function-concurrency").ask("reserved-concurrent-executions", "most executions at a time"))
            .undo(call("delete-function-concurrency")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, cases, denied, with_function},
        model::{
            Arn, Fact, Function, FunctionUrl, Gap, HttpApi, HttpStage, Integration, PolicyText, Posture, RestApi, RestMethod, RestStage,
            Route, RouteSettings, Throttle,
        },
    };

    /// The function behind a route, in an API that is changed by `change`.
    fn behind_api(ceiling: Option<u32>, change: impl FnOnce(&mut HttpApi)) -> Posture {
        let mut posture = with_function(|function| function.reserved_concurrency = Fact::Known(ceiling));
        let integration = Integration {
            kind: "AWS_PROXY".to_owned(),
            function: Some(Arn::from("arn:aws:lambda:eu-west-1:123456789012:function:orders:live")),
            calls: None,
            timeout_millis: None,
        };
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
        let mut api = HttpApi {
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
        change(&mut api);
        posture.regions.get_mut(REGION).unwrap().http_apis.items.push(api);
        posture
    }

    /// The same with a method of a REST API.
    fn behind_method(change: impl FnOnce(&mut RestApi)) -> Posture {
        let mut posture = behind_api(None, |_| ());
        let http = posture.regions.get_mut(REGION).unwrap().http_apis.items.remove(0);
        let mut api = RestApi {
            arn: Arn::from("arn:aws:apigateway:eu-west-1::/restapis/a2"),
            id: "a2".to_owned(),
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
                validator: None,
                models: [].into(),
                parameters: [].into(),
                integration: http.integrations.known().unwrap().get("i1").cloned(),
            }]),
            validators: Fact::Known(vec![]),
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
        posture.regions.get_mut(REGION).unwrap().rest_apis.items.push(api);
        posture
    }

    fn known<T>(fact: &mut Fact<T>) -> &mut T {
        fact.known_mut().unwrap()
    }

    #[test]
    fn routes_without_authorization() {
        let throttle =
            |rate| RouteSettings { throttle: Throttle { rate: Some(rate), burst: Some(100) }, data_trace: false, logging_level: None };
        let own = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"execute-api:Invoke","Resource":"*"}}"#;
        cases(
            &CHECK,
            [
                ("open", behind_api(None, |_| ()), Says::Fail),
                ("open, with a ceiling", behind_api(Some(10), |_| ()), Says::Pass),
                (
                    "signed",
                    behind_api(None, |api| known(&mut api.routes)[0].authorization_type = "AWS_IAM".to_owned()),
                    Says::NotApplicable,
                ),
                ("never deployed", behind_api(None, |api| known(&mut api.stages).clear()), Says::NotApplicable),
                ("behind no endpoint", behind_api(None, |api| api.execute_api_disabled = true), Says::NotApplicable),
                ("held down", behind_api(None, |api| known(&mut api.stages)[0].default_settings = Some(throttle(50.0))), Says::Pass),
                (
                    "held down to what AWS allows anyway",
                    behind_api(None, |api| known(&mut api.stages)[0].default_settings = Some(throttle(10_000.0))),
                    Says::Fail,
                ),
                (
                    "a socket that asks when it is opened",
                    behind_api(None, |api| {
                        api.protocol = "WEBSOCKET".to_owned();
                        let connect = Route {
                            key: "$connect".to_owned(),
                            authorization_type: "AWS_IAM".to_owned(),
                            integration: None,
                            ..known(&mut api.routes)[0].clone()
                        };
                        known(&mut api.routes).push(connect);
                    }),
                    Says::NotApplicable,
                ),
                ("a method", behind_method(|_| ()), Says::Fail),
                ("a method with a key", behind_method(|api| known(&mut api.methods)[0].api_key_required = true), Says::NotApplicable),
                ("a private API", behind_method(|api| api.endpoint_types = vec!["PRIVATE".to_owned()]), Says::NotApplicable),
                ("a policy for the account", behind_method(|api| api.policy = Some(PolicyText::from(own))), Says::NotApplicable),
                ("a policy for everyone", behind_method(|api| api.policy = Some(PolicyText::from(EVERYONE))), Says::Fail),
            ],
        );
        let gateway = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*"}}"#;
        let mut unread = behind_api(None, |api| api.routes = Gap::denied("apigateway:GET", "no").into());
        cases(&CHECK, [("routes denied, and no API may call it", unread.clone(), Says::NotApplicable)]);
        unread.regions.get_mut(REGION).unwrap().functions.items[0]
            .policies
            .insert(Function::UNQUALIFIED.to_owned(), Fact::Known(Some(PolicyText::from(gateway))));
        cases(&CHECK, [("routes denied", unread, Says::Unknown)]);
    }

    const EVERYONE: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"}}"#;
    const OPEN: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"lambda:Invoke*","Resource":"*"}}"#;

    fn with(policy: Fact<Option<PolicyText>>, ceiling: Fact<Option<u32>>) -> Posture {
        with_function(|function| {
            function.policies.insert(Function::UNQUALIFIED.to_owned(), policy);
            function.reserved_concurrency = ceiling;
        })
    }

    fn open(ceiling: Fact<Option<u32>>) -> Posture {
        with(Fact::Known(Some(PolicyText::from(OPEN))), ceiling)
    }

    fn by_url(ceiling: Option<u32>) -> Posture {
        let policy = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"*"},{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"*","Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}]}"#;
        with_function(|function| {
            let qualifier = Function::UNQUALIFIED.to_owned();
            function.policies.insert(qualifier.clone(), Fact::Known(Some(PolicyText::from(policy))));
            function.urls = Fact::Known(vec![FunctionUrl { qualifier, url: "https://abc/".to_owned(), auth_none: true, cors: None }]);
            function.reserved_concurrency = Fact::Known(ceiling);
        })
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("not public", with_function(|_| ()), Says::NotApplicable),
                ("public", open(Fact::Known(None)), Says::Fail),
                ("public by URL", by_url(None), Says::Fail),
                ("public by URL, with a ceiling", by_url(Some(10)), Says::Pass),
                ("public, with a ceiling", open(Fact::Known(Some(10))), Says::Pass),
                ("public, and stopped", open(Fact::Known(Some(0))), Says::Pass),
                ("denied", open(Gap::denied("lambda:GetFunction", "no").into()), Says::Unknown),
                ("unread", open(Fact::unread("lambda:GetFunction")), Says::Unknown),
                ("policy denied", with(Gap::denied("lambda:GetPolicy", "no").into(), Fact::Known(None)), Says::Unknown),
                ("policy denied, with a ceiling", with(Gap::denied("lambda:GetPolicy", "no").into(), Fact::Known(Some(5))), Says::Pass),
                ("URLs unread", with_function(|function| function.urls = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
