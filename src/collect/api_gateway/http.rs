//! HTTP and WebSocket APIs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{ACTION, HTTP, HttpItems, QUOTA, arn, called, function, rest::AccessLog, variables};
use crate::{
    collect::{
        Depth, Operation,
        pages::{Page, whole},
        reader::Reader,
        wire::Wire,
    },
    model::{Arn, Authorizer, Cors, Fact, HttpApi, HttpStage, Integration, JwtIssuer, Learnt, Listing, Route, RouteSettings, Throttle},
};

/// Its pages are of no documented size, so this is the least that it takes.
pub(super) static GET_APIS: Operation = Operation::new(ACTION, &QUOTA).named("GetApis").of(&HTTP).get("/v2/apis");
pub(super) static GET_ROUTES: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetRoutes")
    .of(&HTTP)
    .get("/v2/apis/{apiId}/routes")
    .detail(Depth::Full, |at| at.region.http_apis.items.len() as u64);
pub(super) static GET_STAGES: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetStages")
    .of(&HTTP)
    .get("/v2/apis/{apiId}/stages")
    .detail(Depth::Full, |at| at.region.http_apis.items.len() as u64);
/// At most: it is asked where a route has one.
pub(super) static GET_INTEGRATIONS: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetIntegrations")
    .of(&HTTP)
    .get("/v2/apis/{apiId}/integrations")
    .detail(Depth::Full, |at| at.region.http_apis.items.len() as u64);
/// At most: it is asked where a route names one.
pub(super) static GET_AUTHORIZERS: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetAuthorizers")
    .of(&HTTP)
    .get("/v2/apis/{apiId}/authorizers")
    .detail(Depth::Full, |at| at.region.http_apis.items.len() as u64);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Api {
    api_id: String,
    name: String,
    protocol_type: String,
    #[serde(default)]
    disable_execute_api_endpoint: bool,
    cors_configuration: Option<CorsConfiguration>,
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CorsConfiguration {
    #[serde(default)]
    allow_credentials: bool,
    allow_methods: Option<Vec<String>>,
    allow_origins: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiRoute {
    route_id: String,
    route_key: String,
    authorization_type: String,
    authorizer_id: Option<String>,
    #[serde(default)]
    api_key_required: bool,
    target: Option<String>,
    request_models: Option<BTreeMap<String, String>>,
    request_parameters: Option<BTreeMap<String, Constraint>>,
}

#[derive(Debug, Deserialize)]
struct Constraint {
    #[serde(default)]
    required: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiIntegration {
    integration_id: String,
    integration_type: String,
    integration_subtype: Option<String>,
    integration_uri: Option<String>,
    timeout_in_millis: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpAuthorizer {
    authorizer_id: String,
    name: String,
    authorizer_type: String,
    authorizer_uri: Option<String>,
    identity_source: Option<Vec<String>>,
    authorizer_result_ttl_in_seconds: Option<u32>,
    jwt_configuration: Option<Jwt>,
}

#[derive(Debug, Deserialize)]
struct Jwt {
    issuer: Option<String>,
    audience: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stage {
    stage_name: String,
    access_log_settings: Option<AccessLog>,
    client_certificate_id: Option<String>,
    default_route_settings: Option<Settings>,
    route_settings: Option<BTreeMap<String, Settings>>,
    stage_variables: Option<BTreeMap<String, String>>,
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    #[serde(default)]
    data_trace_enabled: bool,
    logging_level: Option<String>,
    throttling_burst_limit: Option<i64>,
    throttling_rate_limit: Option<f64>,
}

/// Every page of a list.
pub(super) async fn pages<T>(
    reader: &Reader,
    wire: &Wire<'_>,
    operation: &'static Operation,
    (parameter, of): (&'static str, Option<&str>),
) -> Listing<T>
where
    T: serde::de::DeserializeOwned + std::fmt::Debug + Send + Sync + 'static,
{
    let page = |token: Option<String>| async move {
        let params = json!({ parameter: of, "nextToken": token });
        wire.ask::<HttpItems<T>>(operation, params).await.map(Page::from)
    };
    reader.pages(operation, page).await
}

pub(super) async fn list(reader: &Reader, wire: &Wire<'_>) -> Listing<HttpApi> {
    let Listing { items, gap } = pages::<Api>(reader, wire, &GET_APIS, ("apiId", None)).await;
    Listing { items: items.into_iter().map(|said| api(reader, said)).collect(), gap }
}

fn api(reader: &Reader, said: Api) -> HttpApi {
    HttpApi {
        arn: arn(reader, &format!("/apis/{}", said.api_id)),
        id: said.api_id,
        name: said.name,
        protocol: said.protocol_type,
        execute_api_disabled: said.disable_execute_api_endpoint,
        cors: said.cors_configuration.map(|cors| Cors {
            allow_origins: cors.allow_origins.unwrap_or_else(Vec::new),
            allow_methods: cors.allow_methods.unwrap_or_else(Vec::new),
            allow_credentials: cors.allow_credentials,
        }),
        tags: said.tags.unwrap_or_else(BTreeMap::new),
        routes: Fact::unread(ACTION),
        integrations: Fact::unread(ACTION),
        authorizers: Fact::unread(ACTION),
        stages: Fact::unread(ACTION),
    }
}

pub(super) async fn detail(reader: &Reader, wire: &Wire<'_>, mut api: HttpApi) -> Learnt {
    let of = ("apiId", Some(api.id.as_str()));
    let (stages, routes) = tokio::join!(pages(reader, wire, &GET_STAGES, of), pages(reader, wire, &GET_ROUTES, of));
    let routes = whole(routes).map(|routes| routes.into_iter().map(route).collect::<Vec<Route>>());
    // Where the routes are not known, it has to be asked what they could need.
    let (integrated, authorized) = match &routes {
        Fact::Known(routes) => {
            (routes.iter().any(|route| route.integration.is_some()), routes.iter().any(|route| route.authorizer.is_some()))
        }
        Fact::Gap(_) => (true, true),
    };
    let integrations = async {
        match integrated {
            true => whole(pages(reader, wire, &GET_INTEGRATIONS, of).await).map(|said| said.into_iter().map(integration).collect()),
            false => Fact::Known(BTreeMap::new()),
        }
    };
    let authorizers = async {
        match authorized {
            true => whole(pages(reader, wire, &GET_AUTHORIZERS, of).await).map(|said| said.into_iter().map(authorizer).collect()),
            false => Fact::Known(Vec::new()),
        }
    };
    (api.integrations, api.authorizers) = tokio::join!(integrations, authorizers);
    api.routes = routes;
    api.stages = whole(stages).map(|stages| stages.into_iter().map(|said| stage(reader, said)).collect());
    Learnt::HttpApi(Box::new(api))
}

fn route(said: ApiRoute) -> Route {
    let parameters = said.request_parameters.into_iter().flatten();
    Route {
        id: said.route_id,
        key: said.route_key,
        authorization_type: said.authorization_type,
        authorizer: said.authorizer_id,
        api_key_required: said.api_key_required,
        integration: said.target.and_then(|target| Some(target.strip_prefix("integrations/")?.to_owned())),
        models: said.request_models.unwrap_or_else(BTreeMap::new),
        parameters: parameters.map(|(name, constraint)| (name, constraint.required)).collect(),
    }
}

fn integration(said: ApiIntegration) -> (String, Integration) {
    let uri = said.integration_uri.as_deref();
    let integration = Integration {
        function: uri.and_then(function),
        calls: said.integration_subtype.or_else(|| uri.and_then(called)),
        kind: said.integration_type,
        timeout_millis: said.timeout_in_millis,
    };
    (said.integration_id, integration)
}

fn authorizer(said: HttpAuthorizer) -> Authorizer {
    // Without an issuer it is of an authorizer that takes no tokens.
    let issuers = said.jwt_configuration.into_iter().filter_map(|jwt| Some((jwt.issuer?, jwt.audience)));
    Authorizer {
        id: said.authorizer_id,
        name: said.name,
        kind: said.authorizer_type,
        identity_sources: said.identity_source.unwrap_or_else(Vec::new),
        ttl_seconds: said.authorizer_result_ttl_in_seconds,
        function: said.authorizer_uri.as_deref().and_then(function),
        user_pools: Vec::<Arn>::new(),
        issuers: issuers.map(|(issuer, audience)| JwtIssuer { issuer, audiences: audience.unwrap_or_else(Vec::new) }).collect(),
    }
}

fn stage(reader: &Reader, said: Stage) -> HttpStage {
    let settings = said.route_settings.into_iter().flatten();
    HttpStage {
        name: said.stage_name,
        access_log: said.access_log_settings.and_then(|settings| settings.destination_arn),
        client_certificate: said.client_certificate_id,
        default_settings: said.default_route_settings.map(route_settings),
        settings: settings.map(|(route, said)| (route, route_settings(said))).collect(),
        variables: variables(reader, said.stage_variables),
        tags: said.tags.unwrap_or_else(BTreeMap::new),
    }
}

fn route_settings(said: Settings) -> RouteSettings {
    RouteSettings {
        throttle: Throttle { rate: said.throttling_rate_limit, burst: said.throttling_burst_limit },
        data_trace: said.data_trace_enabled,
        logging_level: said.logging_level,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_leads_to_its_integration() {
        let read = |text: &str| serde_json::from_str(text).map(route);
        let found =
            read(r#"{"routeId":"r","routeKey":"GET /","authorizationType":"NONE","target":"integrations/abc","requestParameters":{"route.request.querystring.q":{"required":true}}}"#)
                .unwrap();
        assert_eq!((found.integration.as_deref(), found.parameters["route.request.querystring.q"]), (Some("abc"), true));
        // A route that does not say who may call it is not one that everybody may.
        assert!(read(r#"{"routeId":"r","routeKey":"GET /"}"#).is_err());
    }

    #[test]
    fn an_integration_with_aws_itself_has_no_uri() {
        let said = r#"{"integrationId":"i","integrationType":"AWS_PROXY","integrationSubtype":"SQS-SendMessage"}"#;
        let (id, found) = integration(serde_json::from_str(said).unwrap());
        assert_eq!((id.as_str(), found.function, found.calls.as_deref()), ("i", None, Some("SQS-SendMessage")));
    }
}
