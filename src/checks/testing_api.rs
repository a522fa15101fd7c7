//! What the cases about APIs are made of.

use std::collections::BTreeMap;

use super::testing::{ACCOUNT, REGION, empty};
use crate::model::{
    ApiDomain, ApiMapping, Arn, Fact, HttpApi, HttpStage, Integration, MethodSettings, Posture, RestApi, RestMethod, RestStage, Route,
    Throttle,
};

/// A log group that stages log to.
fn access_log() -> Option<Arn> {
    Some(Arn::build("aws", "logs", REGION, ACCOUNT, "log-group:/shop/access"))
}

/// A stage that logs who asks, caches nothing and is sound.
pub(crate) fn rest_stage(name: &str) -> RestStage {
    RestStage {
        name: name.to_owned(),
        web_acl: None,
        access_log: access_log(),
        tracing_enabled: true,
        cache_enabled: false,
        client_certificate: None,
        settings: BTreeMap::new(),
        variables: BTreeMap::new(),
        canary_variables: BTreeMap::new(),
        tags: BTreeMap::new(),
    }
}

/// What a stage does for some methods: nothing beyond what it has to.
pub(crate) fn method_settings() -> MethodSettings {
    MethodSettings {
        logging_level: Some("INFO".to_owned()),
        data_trace: false,
        throttle: Throttle::default(),
        caching: false,
        cache_encrypted: true,
        cache_control_authorized: true,
    }
}

/// A regional REST API with one sound stage.
pub(crate) fn rest_api(id: &str) -> RestApi {
    RestApi {
        arn: Arn::build("aws", "apigateway", REGION, "", &format!("/restapis/{id}")),
        id: id.to_owned(),
        name: "shop".to_owned(),
        endpoint_types: vec!["REGIONAL".to_owned()],
        vpc_endpoints: Vec::new(),
        execute_api_disabled: false,
        policy: None,
        security_policy: Some("TLS_1_2".to_owned()),
        api_key_source: None,
        tags: BTreeMap::new(),
        methods: Fact::Known(Vec::new()),
        validators: Fact::Known(Vec::new()),
        authorizers: Fact::Known(Vec::new()),
        stages: Fact::Known(vec![rest_stage("prod")]),
    }
}

/// An HTTP API with one sound stage.
pub(crate) fn http_api(id: &str) -> HttpApi {
    HttpApi {
        arn: Arn::build("aws", "apigateway", REGION, "", &format!("/apis/{id}")),
        id: id.to_owned(),
        name: "shop".to_owned(),
        protocol: "HTTP".to_owned(),
        execute_api_disabled: false,
        cors: None,
        tags: BTreeMap::new(),
        routes: Fact::Known(Vec::new()),
        integrations: Fact::Known(BTreeMap::new()),
        authorizers: Fact::Known(Vec::new()),
        stages: Fact::Known(vec![HttpStage {
            name: "$default".to_owned(),
            access_log: access_log(),
            client_certificate: None,
            default_settings: None,
            settings: BTreeMap::new(),
            variables: BTreeMap::new(),
            tags: BTreeMap::new(),
        }]),
    }
}

/// A regional domain name that leads to an API and takes TLS 1.2.
pub(crate) fn api_domain(name: &str) -> ApiDomain {
    ApiDomain {
        arn: Arn::build("aws", "apigateway", REGION, "", &format!("/domainnames/{name}")),
        name: name.to_owned(),
        id: None,
        endpoint_types: vec!["REGIONAL".to_owned()],
        security_policy: Some("TLS_1_2".to_owned()),
        mutual_tls: false,
        routing_mode: None,
        policy: None,
        mappings: Fact::Known(vec![ApiMapping { api: "a1".to_owned(), stage: None, path: String::new() }]),
    }
}

/// A posture with a REST API, changed by `change`, and nothing else.
pub(crate) fn with_rest_api(change: impl FnOnce(&mut RestApi)) -> Posture {
    let mut posture = empty();
    let mut api = rest_api("a1");
    change(&mut api);
    posture.regions.get_mut(REGION).expect("the Region").rest_apis.items.push(api);
    posture
}

/// A posture with an HTTP API, changed by `change`, and nothing else.
pub(crate) fn with_http_api(change: impl FnOnce(&mut HttpApi)) -> Posture {
    let mut posture = empty();
    let mut api = http_api("a2");
    change(&mut api);
    posture.regions.get_mut(REGION).expect("the Region").http_apis.items.push(api);
    posture
}

/// A method that calls the function `orders` for whoever asks.
pub(crate) fn rest_method(method: &str, path: &str) -> RestMethod {
    RestMethod {
        path: path.to_owned(),
        method: method.to_owned(),
        authorization_type: "NONE".to_owned(),
        authorizer: None,
        api_key_required: false,
        validator: None,
        models: BTreeMap::new(),
        parameters: BTreeMap::new(),
        integration: Some(integration()),
    }
}

/// A route that calls the function `orders` for whoever asks.
pub(crate) fn route(key: &str) -> Route {
    Route {
        id: "r1".to_owned(),
        key: key.to_owned(),
        authorization_type: "NONE".to_owned(),
        authorizer: None,
        api_key_required: false,
        integration: Some("i1".to_owned()),
        models: BTreeMap::new(),
        parameters: BTreeMap::new(),
    }
}

fn integration() -> Integration {
    Integration {
        kind: "AWS_PROXY".to_owned(),
        function: Some(Arn::build("aws", "lambda", REGION, ACCOUNT, "function:orders")),
        calls: None,
        timeout_millis: None,
    }
}
