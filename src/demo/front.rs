//! The doors for partners and guests: an API that was made in a hurry, and a GraphQL API with a key.

use std::collections::BTreeMap;

use super::{ACCOUNT, EU, PARTITION, insert, made_up};
use crate::model::{
    ApiDomain, ApiMapping, Arn, Authorizer, EnvironmentValue, Fact, GraphqlApi, Integration, MethodSettings, Posture, RestApi, RestMethod,
    RestStage, SecretSign, Throttle,
};

/// The table that nobody could bring back.
const UNPROTECTED: &str = "carts";

/// Adds them to `posture`.
pub(super) fn note(posture: &mut Posture) {
    let Some(region) = posture.regions.get_mut(EU) else { return };
    let (api, domain) = depots();
    insert(&mut region.rest_apis, api);
    insert(&mut region.api_domains, domain);
    insert(&mut region.graphql_apis, news());
    for table in region.tables.items.iter_mut().filter(|table| table.name == UNPROTECTED) {
        table.point_in_time_recovery = Fact::Known(false);
    }
}

fn method(method: &str, path: &str, authorization: &str) -> RestMethod {
    RestMethod {
        path: path.to_owned(),
        method: method.to_owned(),
        authorization_type: authorization.to_owned(),
        authorizer: None,
        api_key_required: false,
        validator: None,
        models: BTreeMap::new(),
        parameters: BTreeMap::new(),
        integration: Some(Integration {
            kind: "HTTP_PROXY".to_owned(),
            function: None,
            calls: Some("depots.larkspur.example".to_owned()),
            timeout_millis: Some(29_000),
        }),
    }
}

/// Story: depots ask for their parcels here. Opening hours were to be for everybody, tills send a key, and whoever asks
/// first is remembered for all.
fn depots() -> (RestApi, ApiDomain) {
    let id = made_up::id("depots", 10);
    let mut till = method("POST", "/parcels", "NONE");
    till.api_key_required = true;
    let mut stock = method("GET", "/stock", "CUSTOM");
    stock.authorizer = Some("gate1".to_owned());
    let stage = RestStage {
        name: "live".to_owned(),
        web_acl: Some(Arn::build(PARTITION, "wafv2", EU, ACCOUNT, "regional/webacl/front/1f0c")),
        access_log: Some(Arn::build(PARTITION, "logs", EU, ACCOUNT, "log-group:/larkspur/api/depots")),
        tracing_enabled: true,
        cache_enabled: false,
        client_certificate: None,
        settings: BTreeMap::from([(
            "*/*".to_owned(),
            MethodSettings {
                logging_level: Some("ERROR".to_owned()),
                data_trace: false,
                throttle: Throttle { rate: Some(50.0), burst: Some(100) },
                caching: false,
                cache_encrypted: true,
                cache_control_authorized: true,
            },
        )]),
        variables: BTreeMap::from([(
            "backendToken".to_owned(),
            EnvironmentValue::Redacted {
                length: 40,
                fingerprint: made_up::id("backend token", 16),
                secret: Some(SecretSign { rule: "entropy-under-telling-name".to_owned(), proven: false }),
            },
        )]),
        canary_variables: BTreeMap::new(),
        tags: BTreeMap::new(),
    };
    let api = RestApi {
        arn: Arn::new(format!("arn:{PARTITION}:apigateway:{EU}::/restapis/{id}")),
        id: id.clone(),
        name: "depots".to_owned(),
        endpoint_types: vec!["REGIONAL".to_owned()],
        vpc_endpoints: Vec::new(),
        execute_api_disabled: false,
        policy: None,
        security_policy: Some("TLS_1_2".to_owned()),
        api_key_source: Some("HEADER".to_owned()),
        tags: BTreeMap::new(),
        methods: Fact::Known(vec![method("GET", "/hours", "NONE"), till, stock]),
        validators: Fact::Known(Vec::new()),
        authorizers: Fact::Known(vec![Authorizer {
            id: "gate1".to_owned(),
            name: "depot-gate".to_owned(),
            kind: "REQUEST".to_owned(),
            identity_sources: Vec::new(),
            ttl_seconds: Some(300),
            function: None,
            user_pools: Vec::new(),
            issuers: Vec::new(),
        }]),
        stages: Fact::Known(vec![stage]),
    };
    let domain = ApiDomain {
        arn: Arn::new(format!("arn:{PARTITION}:apigateway:{EU}::/domainnames/depots.larkspur.example")),
        name: "depots.larkspur.example".to_owned(),
        id: None,
        endpoint_types: vec!["REGIONAL".to_owned()],
        security_policy: Some("TLS_1_2".to_owned()),
        mutual_tls: true,
        routing_mode: None,
        policy: None,
        mappings: Fact::Known(vec![ApiMapping { api: id, stage: Some("live".to_owned()), path: String::new() }]),
    };
    (api, domain)
}

/// Story: news for the app, before it could sign anybody in.
fn news() -> GraphqlApi {
    let id = made_up::id("news", 26);
    GraphqlApi {
        arn: Arn::build(PARTITION, "appsync", EU, ACCOUNT, &format!("apis/{id}")),
        id,
        name: "news".to_owned(),
        authentication: "API_KEY".to_owned(),
        additional_authentication: vec!["AMAZON_COGNITO_USER_POOLS".to_owned()],
        authorizers: Vec::new(),
        web_acl: Some(Arn::build(PARTITION, "wafv2", EU, ACCOUNT, "regional/webacl/front/1f0c")),
        log_level: Some("ERROR".to_owned()),
        verbose_excluded: Some(true),
        tracing_enabled: true,
        visibility: Some("GLOBAL".to_owned()),
        data_sources: Fact::Known(Vec::new()),
    }
}
