//! Methods of REST APIs.

use std::borrow::Cow;

use super::{
    api::{Domains, Door, Gate},
    outsider::{Ask, Front},
    survey::{Survey, and},
};
use crate::{
    iam::Document,
    model::{Arn, Authorizer, RestApi, RestMethod, RestStage},
    paths::{Grip, Node},
};

const INVOKE: Ask =
    Ask { actions: &["execute-api:Invoke"], gives: Grip::Send, technique: "open-api-route", front: Front::Open, deputies: false };

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        let domains = Domains::new(region);
        for api in survey.items(name, &region.rest_apis) {
            of_api(survey, name, api, &domains);
        }
    }
}

fn of_api<'a>(survey: &mut Survey<'_, 'a>, region: &str, api: &'a RestApi, domains: &Domains<'a>) {
    let (Some(methods), Some(stages)) = (survey.known(&api.arn, &api.methods), survey.known(&api.arn, &api.stages)) else { return };
    let authorizers = survey.known(&api.arn, &api.authorizers).map_or(&[][..], Vec::as_slice);
    let Some(policy) = policy(survey, region, api) else { return };
    let is_private = api.endpoint_types.iter().any(|kind| kind == "PRIVATE");
    for stage in stages {
        let door = if is_private { Ok(None) } else { domains.door(&api.id, api.execute_api_disabled, &stage.name) };
        for method in methods {
            // Preflight answers and other fixed words reach nothing.
            let Some(integration) = method.integration.as_ref().filter(|integration| integration.kind != "MOCK") else { continue };
            let gate = gate(survey, region, api, stage, method, authorizers);
            match &door {
                Ok(Some(door)) => enter(survey, &gate, door, policy.as_deref()),
                Ok(None) => {}
                Err(gap) => survey.hide(&gate.node, gap),
            }
            survey.answer(&gate, integration);
        }
    }
}

/// The resource policy, if there is one. None where it is no policy; then the API is hidden.
fn policy<'s>(survey: &mut Survey<'s, '_>, region: &str, api: &RestApi) -> Option<Option<Cow<'s, Document>>> {
    let Some(text) = &api.policy else { return Some(None) };
    // API Gateway writes a resource as `execute-api:/STAGE/METHOD/PATH` until the policy is in force.
    const SHORT: &str = "\"execute-api:/";
    if !text.as_str().contains(SHORT) {
        return survey.document(&api.arn, text).map(|document| Some(Cow::Borrowed(document)));
    }
    let whole = format!("\"{}", survey.route(region, &api.id, ""));
    let document = Document::parse(&text.as_str().replace(SHORT, &whole));
    let document = document.map_err(|malformed| survey.hide(&api.arn, crate::model::Gap::failed(String::new(), malformed.to_string())));
    document.ok().map(|document| Some(Cow::Owned(document)))
}

fn gate<'g>(
    survey: &Survey<'_, '_>,
    region: &str,
    api: &'g RestApi,
    stage: &'g RestStage,
    method: &'g RestMethod,
    authorizers: &'g [Authorizer],
) -> Gate<'g> {
    let route = |verb: &str| survey.route(region, &api.id, &format!("{}/{verb}{}", stage.name, method.path));
    let verbs = if method.method == "ANY" { &["GET", "POST", "PUT", "DELETE", "ANY"][..] } else { &[] };
    let node = route(&method.method);
    Gate {
        sources: if verbs.is_empty() { vec![node.clone()] } else { verbs.iter().map(|verb| route(verb)).collect() },
        node,
        variables: &stage.variables,
        api_key_required: method.api_key_required,
        authorization: &method.authorization_type,
        authorizer: authorizers.iter().find(|authorizer| method.authorizer.as_ref() == Some(&authorizer.id)),
    }
}

/// Enters by the door, if the resource policy lets somebody in who signs nothing.
fn enter(survey: &mut Survey<'_, '_>, gate: &Gate<'_>, door: &Door, policy: Option<&Document>) {
    let mut condition = door.condition.clone();
    let mut proof = door.proof.clone();
    if let Some(document) = policy {
        let admitted = gate.sources.iter().flat_map(|source| {
            let resource = Arn::new(source.as_str().replace(['{', '}', '+'], ""));
            survey.admitted("API resource policy", document, &resource, &gate.node, &INVOKE)
        });
        let anyone = admitted.filter(|edge| edge.from == Node::Internet).min_by_key(|edge| edge.condition.is_some());
        let Some(edge) = anyone else { return };
        condition = and(condition, edge.condition);
        proof = edge.proof.into_iter().next().unwrap_or(proof);
    }
    survey.enter(gate, Door { condition, proof });
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::with_function,
        model::{ApiDomain, ApiMapping, Arn, Authorizer, Fact, Gap, Integration, Posture, RestApi, RestMethod, RestStage},
        paths::entry::testing::{FUNCTION, for_service, gaps, grant, policy, region, steps, user_pool},
    };

    const ROUTE: &str = "arn:aws:execute-api:eu-west-1:123456789012:a1/prod/GET/orders";

    fn method(verb: &str, authorization: &str, function: Option<&str>) -> RestMethod {
        RestMethod {
            path: "/orders".to_owned(),
            method: verb.to_owned(),
            authorization_type: authorization.to_owned(),
            authorizer: Some("auth".to_owned()),
            api_key_required: false,
            validator: None,
            models: [].into(),
            parameters: [].into(),
            integration: Some(Integration {
                kind: if function.is_some() { "AWS_PROXY" } else { "MOCK" }.to_owned(),
                function: function.map(Arn::new),
                calls: None,
                timeout_millis: None,
            }),
        }
    }

    fn stage(name: &str) -> RestStage {
        RestStage {
            name: name.to_owned(),
            web_acl: None,
            access_log: None,
            tracing_enabled: false,
            cache_enabled: false,
            client_certificate: None,
            settings: [].into(),
            variables: [].into(),
            canary_variables: [].into(),
            tags: [].into(),
        }
    }

    fn with(methods: Vec<RestMethod>, change: impl FnOnce(&mut RestApi)) -> Posture {
        let mut posture = with_function(|_| ());
        grant(&mut posture, &for_service("apigateway.amazonaws.com", "lambda:InvokeFunction"));
        let mut api = RestApi {
            arn: Arn::new("arn:aws:apigateway:eu-west-1::/restapis/a1"),
            id: "a1".to_owned(),
            name: "shop".to_owned(),
            endpoint_types: vec!["REGIONAL".to_owned()],
            vpc_endpoints: Vec::new(),
            execute_api_disabled: false,
            policy: None,
            security_policy: None,
            api_key_source: None,
            tags: [].into(),
            methods: Fact::Known(methods),
            validators: Fact::Known(Vec::new()),
            authorizers: Fact::Known(Vec::new()),
            stages: Fact::Known(vec![stage("prod")]),
        };
        change(&mut api);
        region(&mut posture).rest_apis.items.push(api);
        posture
    }

    fn open(change: impl FnOnce(&mut RestApi)) -> Posture {
        with(vec![method("GET", "NONE", Some(FUNCTION))], change)
    }

    fn entered() -> String {
        format!("internet -> {ROUTE} Send open-api-route")
    }

    fn answered() -> String {
        format!("{ROUTE} -> {FUNCTION} Send api-integration")
    }

    #[test]
    fn anyone_calls_an_open_method() {
        assert_eq!(steps(&open(|_| ())), [entered(), answered()]);
        let key = with(vec![RestMethod { api_key_required: true, ..method("GET", "NONE", Some(FUNCTION)) }], |_| ());
        assert_eq!(steps(&key)[0], format!("{} only with an API key", entered()));
    }

    #[test]
    fn an_authorized_method_is_no_way_in_beside_an_open_one() {
        let posture = with(vec![method("GET", "AWS_IAM", Some(FUNCTION)), method("OPTIONS", "NONE", None)], |_| ());
        assert_eq!(steps(&posture), [answered()]);
    }

    #[test]
    fn what_is_private_undeployed_or_off_is_no_way_in() {
        assert_eq!(steps(&open(|api| api.endpoint_types = vec!["PRIVATE".to_owned()])), [answered()]);
        assert!(steps(&open(|api| api.stages = Fact::Known(Vec::new()))).is_empty());
        let mut off = open(|api| api.execute_api_disabled = true);
        assert_eq!(steps(&off), [answered()]);
        let mut domain = ApiDomain {
            arn: Arn::new("arn:aws:apigateway:eu-west-1::/domainnames/shop.example.com"),
            name: "shop.example.com".to_owned(),
            id: None,
            endpoint_types: vec!["REGIONAL".to_owned()],
            security_policy: None,
            mutual_tls: false,
            routing_mode: None,
            policy: None,
            mappings: Fact::Known(vec![ApiMapping { api: "a1".to_owned(), stage: Some("prod".to_owned()), path: String::new() }]),
        };
        region(&mut off).api_domains.items = vec![domain.clone()];
        assert_eq!(steps(&off), [entered(), answered()]);
        domain.mutual_tls = true;
        region(&mut off).api_domains.items = vec![domain.clone()];
        assert_eq!(steps(&off)[0], format!("{} only with a certificate that shop.example.com trusts", entered()));
        domain.mappings = Gap::denied("apigateway:GET", "no").into();
        region(&mut off).api_domains.items = vec![domain];
        assert_eq!((steps(&off), gaps(&off)), (vec![answered()], vec![format!("{ROUTE} apigateway:GET")]));
    }

    #[test]
    fn the_resource_policy_has_its_say() {
        let with_policy = |statement: &str| steps(&open(|api| api.policy = Some(policy(statement))));
        let anyone = r#"{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/prod/GET/*"}"#;
        assert_eq!(with_policy(anyone), [entered(), answered()]);
        assert_eq!(with_policy(&anyone.replace("prod/GET", "prod/POST")), [answered()]);
        let office = anyone.replace(r#""Resource""#, r#""Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}},"Resource""#);
        assert_eq!(with_policy(&office)[0], format!("{} only if aws:SourceIp is in 203.0.113.0/24", entered()));
        let vpc = anyone.replace(r#""Resource""#, r#""Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}},"Resource""#);
        assert_eq!(with_policy(&vpc), [answered()]);
        assert_eq!(with_policy(&anyone.replace(r#""*","Action""#, r#"{"AWS":"210987654321"},"Action""#)), [answered()]);
    }

    fn authorizer(kind: &str, function: Option<&str>) -> Fact<Vec<Authorizer>> {
        Fact::Known(vec![Authorizer {
            id: "auth".to_owned(),
            name: "auth".to_owned(),
            kind: kind.to_owned(),
            identity_sources: Vec::new(),
            ttl_seconds: None,
            function: function.map(Arn::new),
            user_pools: vec![Arn::new("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aBcDeFgHi")],
            issuers: Vec::new(),
        }])
    }

    #[test]
    fn whoever_signs_up_gets_past_the_pool() {
        let of_pool = |self_sign_up: bool| {
            let mut posture = with(vec![method("GET", "COGNITO_USER_POOLS", Some(FUNCTION))], |api| {
                api.authorizers = authorizer("COGNITO_USER_POOLS", None);
            });
            region(&mut posture).user_pools.items.push(user_pool(self_sign_up));
            steps(&posture).into_iter().filter(|step| step.contains("execute-api")).collect::<Vec<_>>()
        };
        assert_eq!(of_pool(true), [format!("self-signed-up-user -> {ROUTE} Send self-sign-up"), answered()]);
        assert_eq!(of_pool(false), [answered()]);
    }

    #[test]
    fn anyone_is_seen_by_the_authorizer_only() {
        let posture = with(vec![method("GET", "CUSTOM", None)], |_| ());
        assert!(steps(&posture).is_empty());
        let judged = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
        let mut posture = with(vec![method("GET", "CUSTOM", Some("arn:aws:lambda:eu-west-1:123456789012:function:gone"))], |api| {
            api.authorizers = authorizer("TOKEN", Some(judged));
        });
        assert_eq!(steps(&posture), [format!("internet -> {FUNCTION} Send api-authorizer")]);
        region(&mut posture).rest_apis.items[0].authorizers = Fact::Known(Vec::new());
        assert!(steps(&posture).is_empty());
    }

    #[test]
    fn a_function_that_does_not_let_the_api_in_needs_a_role() {
        let mut posture = open(|_| ());
        grant(&mut posture, &for_service("sns.amazonaws.com", "lambda:InvokeFunction"));
        assert!(steps(&posture)[1].contains("only if the integration has a role of its own"), "{:?}", steps(&posture));
    }

    #[test]
    fn other_services_are_reached_where_the_address_tells() {
        let calling = |calls: &str| {
            let mut method = method("GET", "NONE", None);
            let integration = method.integration.as_mut().expect("an integration");
            (integration.kind, integration.calls) = ("AWS".to_owned(), Some(calls.to_owned()));
            with(vec![method], |_| ())
        };
        let queue = calling("sqs:path/123456789012/jobs");
        assert_eq!(steps(&queue)[1], format!("{ROUTE} -> arn:aws:sqs:eu-west-1:123456789012:jobs Send api-integration"));
        let machine = calling("states:action/StartExecution");
        assert_eq!((steps(&machine).len(), gaps(&machine).len()), (1, 1));
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        for change in [
            (|api: &mut RestApi| api.methods = Gap::denied("apigateway:GET", "no").into()) as fn(&mut RestApi),
            |api| api.stages = Gap::denied("apigateway:GET", "no").into(),
            |api| api.policy = Some("nonsense".into()),
        ] {
            let posture = open(change);
            assert_eq!((steps(&posture).len(), gaps(&posture).len()), (0, 1), "{:?}", gaps(&posture));
        }
    }
}
