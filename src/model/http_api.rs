//! HTTP and WebSocket APIs of API Gateway.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Arn, Authorizer, Cors, EnvironmentValue, Fact, Integration, Throttle};

/// An HTTP or WebSocket API: what `GetApis` says of it, and what was asked for by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpApi {
    /// `arn:aws:apigateway:REGION::/apis/ID`; callers are allowed another one, of `execute-api`.
    pub arn: Arn,
    /// `apiId`.
    pub id: String,
    /// `name`.
    pub name: String,
    /// `protocolType`: `HTTP` or `WEBSOCKET`.
    pub protocol: String,
    /// Whether the `execute-api` endpoint is off (`disableExecuteApiEndpoint`).
    pub execute_api_disabled: bool,
    /// `corsConfiguration`.
    pub cors: Option<Cors>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// `GetRoutes`.
    pub routes: Fact<Vec<Route>>,
    /// What `GetIntegrations` says, by id; not asked, and known to be empty, where no route has one.
    pub integrations: Fact<BTreeMap<String, Integration>>,
    /// What `GetAuthorizers` says; not asked, and known to be empty, where no route names one.
    pub authorizers: Fact<Vec<Authorizer>>,
    /// `GetStages`.
    pub stages: Fact<Vec<HttpStage>>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// `routeId`.
    pub id: String,
    /// `routeKey`: `GET /orders`, `$default`, `$connect`.
    pub key: String,
    /// `authorizationType`: `NONE`, `AWS_IAM`, `CUSTOM`, `JWT`.
    pub authorization_type: String,
    /// `authorizerId`.
    pub authorizer: Option<String>,
    /// `apiKeyRequired`; only WebSocket APIs know keys.
    pub api_key_required: bool,
    /// The integration's id, out of `target`.
    pub integration: Option<String>,
    /// `requestModels` by the selection of messages; only WebSocket APIs have them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub models: BTreeMap<String, String>,
    /// `requestParameters`: whether each is required; only WebSocket APIs have them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, bool>,
}

/// A stage of an HTTP or WebSocket API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpStage {
    /// `stageName`.
    pub name: String,
    /// `accessLogSettings.destinationArn`.
    pub access_log: Option<Arn>,
    /// `clientCertificateId`; only WebSocket APIs have one.
    pub client_certificate: Option<String>,
    /// `defaultRouteSettings`.
    pub default_settings: Option<RouteSettings>,
    /// `routeSettings` by route key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, RouteSettings>,
    /// `stageVariables`.
    pub variables: BTreeMap<String, EnvironmentValue>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// What a stage does for its routes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteSettings {
    /// `throttlingRateLimit` and `throttlingBurstLimit`.
    pub throttle: Throttle,
    /// Whether whole messages are logged (`dataTraceEnabled`); only WebSocket APIs can.
    pub data_trace: bool,
    /// `loggingLevel`: `OFF`, `ERROR`, `INFO`; only WebSocket APIs have one.
    pub logging_level: Option<String>,
}
