//! REST APIs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{ACTION, Items, PAGE, QUOTA, RESOURCES_QUOTA, REST, arn, called, function, one, policy, variables};
use crate::{
    collect::{
        Depth, Operation,
        pages::{Page, whole},
        reader::Reader,
        wire::Wire,
    },
    model::{
        Arn, Authorizer, Fact, Integration, JwtIssuer, Learnt, Listing, MethodSettings, RequestValidator, RestApi, RestMethod, RestStage,
        Throttle,
    },
};

pub(super) static GET_REST_APIS: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetRestApis")
    .of(&REST)
    .get("/restapis")
    .calls(|at| at.pages(at.region.rest_apis.items.len(), PAGE));
pub(super) static GET_RESOURCES: Operation = Operation::new(ACTION, &RESOURCES_QUOTA)
    .named("GetResources")
    .of(&REST)
    .get("/restapis/{restapi_id}/resources?embed=methods")
    .detail(Depth::Full, |at| at.region.rest_apis.items.len() as u64);
pub(super) static GET_STAGES: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetStages")
    .of(&REST)
    .get("/restapis/{restapi_id}/stages")
    .detail(Depth::Full, |at| at.region.rest_apis.items.len() as u64);
/// At most: it is asked where a method names one.
pub(super) static GET_REQUEST_VALIDATORS: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetRequestValidators")
    .of(&REST)
    .get("/restapis/{restapi_id}/requestvalidators")
    .detail(Depth::Full, |at| at.region.rest_apis.items.len() as u64);
/// At most: it is asked where a method names one.
pub(super) static GET_AUTHORIZERS: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetAuthorizers")
    .of(&REST)
    .get("/restapis/{restapi_id}/authorizers")
    .detail(Depth::Full, |at| at.region.rest_apis.items.len() as u64);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Api {
    id: String,
    name: Option<String>,
    endpoint_configuration: Endpoint,
    #[serde(default)]
    disable_execute_api_endpoint: bool,
    policy: Option<String>,
    security_policy: Option<String>,
    api_key_source: Option<String>,
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Endpoint {
    pub(super) types: Vec<String>,
    /// Left out unless it is private.
    vpc_endpoint_ids: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    path: String,
    /// Left out where it has none: folders of others.
    resource_methods: Option<BTreeMap<String, Method>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Method {
    authorization_type: String,
    authorizer_id: Option<String>,
    #[serde(default)]
    api_key_required: bool,
    request_validator_id: Option<String>,
    request_models: Option<BTreeMap<String, String>>,
    request_parameters: Option<BTreeMap<String, bool>>,
    method_integration: Option<MethodIntegration>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MethodIntegration {
    #[serde(rename = "type")]
    kind: String,
    uri: Option<String>,
    timeout_in_millis: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Validator {
    id: String,
    #[serde(default)]
    validate_request_body: bool,
    #[serde(default)]
    validate_request_parameters: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestAuthorizer {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "providerARNs")]
    provider_arns: Option<Vec<Arn>>,
    authorizer_uri: Option<String>,
    identity_source: Option<String>,
    authorizer_result_ttl_in_seconds: Option<u32>,
    jwt_configuration: Option<Jwt>,
}

#[derive(Debug, Deserialize)]
struct Jwt {
    issuers: Vec<Issuer>,
}

#[derive(Debug, Deserialize)]
struct Issuer {
    issuer: String,
    audiences: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stage {
    stage_name: String,
    web_acl_arn: Option<Arn>,
    access_log_settings: Option<AccessLog>,
    #[serde(default)]
    tracing_enabled: bool,
    #[serde(default)]
    cache_cluster_enabled: bool,
    client_certificate_id: Option<String>,
    method_settings: Option<BTreeMap<String, Settings>>,
    variables: Option<BTreeMap<String, String>>,
    canary_settings: Option<Canary>,
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccessLog {
    /// Left out where logging was switched off and the format kept.
    pub(super) destination_arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Canary {
    stage_variable_overrides: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    logging_level: Option<String>,
    #[serde(default)]
    data_trace_enabled: bool,
    throttling_burst_limit: Option<i64>,
    throttling_rate_limit: Option<f64>,
    #[serde(default)]
    caching_enabled: bool,
    #[serde(default)]
    cache_data_encrypted: bool,
    #[serde(default)]
    require_authorization_for_cache_control: bool,
}

/// Every page of a list.
pub(super) async fn pages<T>(reader: &Reader, wire: &Wire<'_>, operation: &'static Operation, api: Option<&str>) -> Listing<T>
where
    T: serde::de::DeserializeOwned + std::fmt::Debug + Send + Sync + 'static,
{
    let page = |position: Option<String>| async move {
        let params = json!({ "restapi_id": api, "limit": PAGE, "position": position });
        wire.ask::<Items<T>>(operation, params).await.map(Page::from)
    };
    reader.pages(operation, page).await
}

pub(super) async fn list(reader: &Reader, wire: &Wire<'_>) -> Listing<RestApi> {
    let Listing { items, gap } = pages::<Api>(reader, wire, &GET_REST_APIS, None).await;
    Listing { items: items.into_iter().map(|said| api(reader, said)).collect(), gap }
}

fn api(reader: &Reader, said: Api) -> RestApi {
    RestApi {
        arn: arn(reader, &format!("/restapis/{}", said.id)),
        name: said.name.unwrap_or_else(|| said.id.clone()),
        id: said.id,
        endpoint_types: said.endpoint_configuration.types,
        vpc_endpoints: said.endpoint_configuration.vpc_endpoint_ids.unwrap_or_else(Vec::new),
        execute_api_disabled: said.disable_execute_api_endpoint,
        policy: policy(said.policy),
        security_policy: said.security_policy,
        api_key_source: said.api_key_source,
        tags: said.tags.unwrap_or_else(BTreeMap::new),
        methods: Fact::unread(ACTION),
        validators: Fact::unread(ACTION),
        authorizers: Fact::unread(ACTION),
        stages: Fact::unread(ACTION),
    }
}

pub(super) async fn detail(reader: &Reader, wire: &Wire<'_>, mut api: RestApi) -> Learnt {
    let id = Some(api.id.as_str());
    let stages = async {
        // It is the one list without pages.
        let answer = wire.ask(&GET_STAGES, json!({ "restapi_id": id })).await;
        reader.fact(one(answer, &GET_STAGES)).map(|stages| stages.into_iter().map(|said| stage(reader, said)).collect())
    };
    let (stages, resources) = tokio::join!(stages, pages(reader, wire, &GET_RESOURCES, id));
    let methods = whole(resources).map(methods);
    // Where the methods are not known, it has to be asked what they could need.
    let (validated, authorized) = match &methods {
        Fact::Known(methods) => {
            (methods.iter().any(|method| method.validator.is_some()), methods.iter().any(|method| method.authorizer.is_some()))
        }
        Fact::Gap(_) => (true, true),
    };
    let validators = async {
        match validated {
            true => whole(pages(reader, wire, &GET_REQUEST_VALIDATORS, id).await).map(|said| said.into_iter().map(validator).collect()),
            false => Fact::Known(Vec::new()),
        }
    };
    let authorizers = async {
        match authorized {
            true => whole(pages(reader, wire, &GET_AUTHORIZERS, id).await).map(|said| said.into_iter().map(authorizer).collect()),
            false => Fact::Known(Vec::new()),
        }
    };
    (api.validators, api.authorizers) = tokio::join!(validators, authorizers);
    api.methods = methods;
    api.stages = stages;
    Learnt::RestApi(Box::new(api))
}

fn methods(resources: Vec<Resource>) -> Vec<RestMethod> {
    let mut methods: Vec<RestMethod> = resources
        .into_iter()
        .flat_map(|Resource { path, resource_methods }| {
            let methods = resource_methods.into_iter().flatten();
            methods.map(move |(name, said)| RestMethod {
                path: path.clone(),
                method: name,
                authorization_type: said.authorization_type,
                authorizer: said.authorizer_id,
                api_key_required: said.api_key_required,
                validator: said.request_validator_id,
                models: said.request_models.unwrap_or_else(BTreeMap::new),
                parameters: said.request_parameters.unwrap_or_else(BTreeMap::new),
                integration: said.method_integration.map(integration),
            })
        })
        .collect();
    methods.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    methods
}

fn integration(said: MethodIntegration) -> Integration {
    let uri = said.uri.as_deref();
    Integration { function: uri.and_then(function), calls: uri.and_then(called), kind: said.kind, timeout_millis: said.timeout_in_millis }
}

fn validator(said: Validator) -> RequestValidator {
    RequestValidator { id: said.id, body: said.validate_request_body, parameters: said.validate_request_parameters }
}

fn authorizer(said: RestAuthorizer) -> Authorizer {
    let sources = said.identity_source.iter().flat_map(|sources| sources.split(','));
    let issuers = said.jwt_configuration.into_iter().flat_map(|jwt| jwt.issuers);
    Authorizer {
        id: said.id,
        name: said.name,
        kind: said.kind,
        identity_sources: sources.map(str::trim).filter(|source| !source.is_empty()).map(str::to_owned).collect(),
        ttl_seconds: said.authorizer_result_ttl_in_seconds,
        function: said.authorizer_uri.as_deref().and_then(function),
        user_pools: said.provider_arns.unwrap_or_else(Vec::new),
        issuers: issuers.map(|Issuer { issuer, audiences }| JwtIssuer { issuer, audiences: audiences.unwrap_or_else(Vec::new) }).collect(),
    }
}

fn stage(reader: &Reader, said: Stage) -> RestStage {
    let settings = said.method_settings.into_iter().flatten();
    RestStage {
        name: said.stage_name,
        web_acl: said.web_acl_arn,
        access_log: said.access_log_settings.and_then(|settings| settings.destination_arn),
        tracing_enabled: said.tracing_enabled,
        cache_enabled: said.cache_cluster_enabled,
        client_certificate: said.client_certificate_id,
        settings: settings.map(|(methods, said)| (methods, method_settings(said))).collect(),
        variables: variables(reader, said.variables),
        canary_variables: variables(reader, said.canary_settings.and_then(|canary| canary.stage_variable_overrides)),
        tags: said.tags.unwrap_or_else(BTreeMap::new),
    }
}

fn method_settings(said: Settings) -> MethodSettings {
    MethodSettings {
        logging_level: said.logging_level,
        data_trace: said.data_trace_enabled,
        throttle: Throttle { rate: said.throttling_rate_limit, burst: said.throttling_burst_limit },
        caching: said.caching_enabled,
        cache_encrypted: said.cache_data_encrypted,
        cache_control_authorized: said.require_authorization_for_cache_control,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_give_their_methods() {
        let read = |text: &str| serde_json::from_str::<Items<Resource>>(text).map(|items| methods(items.item));
        let found = read(
            r#"{"item":[{"id":"r","path":"/"},{"id":"a","path":"/orders","resourceMethods":{"POST":{"httpMethod":"POST",
            "authorizationType":"NONE","apiKeyRequired":true,"requestModels":{"application/json":"Order"}},
            "OPTIONS":{"authorizationType":"NONE","methodIntegration":{"type":"MOCK"}}}}]}"#,
        )
        .unwrap();
        let named: Vec<(&str, &str, bool)> =
            found.iter().map(|method| (method.path.as_str(), method.method.as_str(), method.api_key_required)).collect();
        assert_eq!(named, [("/orders", "OPTIONS", false), ("/orders", "POST", true)]);
        assert_eq!(found[0].integration.as_ref().unwrap().kind, "MOCK");
        // A method that does not say who may call it is not one that everybody may.
        assert!(read(r#"{"item":[{"path":"/","resourceMethods":{"GET":{}}}]}"#).is_err());
        assert!(read(r#"{"position":"x"}"#).is_err());
    }

    #[test]
    fn identity_sources_stand_in_one_text() {
        let said = |source: &str| {
            let text = format!(r#"{{"id":"a","name":"b","type":"REQUEST","identitySource":"{source}"}}"#);
            authorizer(serde_json::from_str(&text).unwrap()).identity_sources
        };
        assert_eq!(said("method.request.header.Auth, context.path"), ["method.request.header.Auth", "context.path"]);
        assert_eq!(said(""), Vec::<String>::new());
    }
}
