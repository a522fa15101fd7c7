//! REST APIs of API Gateway.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Arn, Authorizer, EnvironmentValue, Fact, Integration, PolicyText, Throttle};

/// A REST API: what `GetRestApis` says of it, and what was asked for by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestApi {
    /// `arn:aws:apigateway:REGION::/restapis/ID`; callers are allowed another one, of `execute-api`.
    pub arn: Arn,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `endpointConfiguration.types`: `EDGE`, `REGIONAL`, `PRIVATE`.
    pub endpoint_types: Vec<String>,
    /// `endpointConfiguration.vpcEndpointIds`.
    pub vpc_endpoints: Vec<String>,
    /// Whether the `execute-api` endpoint is off (`disableExecuteApiEndpoint`).
    pub execute_api_disabled: bool,
    /// The resource policy (`policy`), if it has one.
    pub policy: Option<PolicyText>,
    /// `securityPolicy`: which TLS its own endpoint takes; none where AWS does not say.
    pub security_policy: Option<String>,
    /// Where keys are taken from (`apiKeySource`): `HEADER` or `AUTHORIZER`.
    pub api_key_source: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Every method of every resource (`GetResources`).
    pub methods: Fact<Vec<RestMethod>>,
    /// What `GetRequestValidators` says; not asked, and known to be empty, where no method names one.
    pub validators: Fact<Vec<RequestValidator>>,
    /// What `GetAuthorizers` says; not asked, and known to be empty, where no method names one.
    pub authorizers: Fact<Vec<Authorizer>>,
    /// `GetStages`.
    pub stages: Fact<Vec<RestStage>>,
}

/// A method of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestMethod {
    /// The resource's `path`.
    pub path: String,
    /// `GET`, `ANY`, …
    pub method: String,
    /// `authorizationType`: `NONE`, `AWS_IAM`, `CUSTOM`, `COGNITO_USER_POOLS`.
    pub authorization_type: String,
    /// `authorizerId`.
    pub authorizer: Option<String>,
    /// `apiKeyRequired`.
    pub api_key_required: bool,
    /// `requestValidatorId`.
    pub validator: Option<String>,
    /// `requestModels`: models by content type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub models: BTreeMap<String, String>,
    /// `requestParameters`: whether each is required.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, bool>,
    /// `methodIntegration`.
    pub integration: Option<Integration>,
}

/// What of a request is looked at before it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestValidator {
    /// Its id, which methods name.
    pub id: String,
    /// `validateRequestBody`.
    pub body: bool,
    /// `validateRequestParameters`.
    pub parameters: bool,
}

/// A stage of a REST API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestStage {
    /// `stageName`.
    pub name: String,
    /// `webAclArn`.
    pub web_acl: Option<Arn>,
    /// `accessLogSettings.destinationArn`.
    pub access_log: Option<Arn>,
    /// `tracingEnabled`.
    pub tracing_enabled: bool,
    /// `cacheClusterEnabled`.
    pub cache_enabled: bool,
    /// `clientCertificateId`.
    pub client_certificate: Option<String>,
    /// `methodSettings` by resource path and method, as in `*/*` and `~1orders/GET`.
    pub settings: BTreeMap<String, MethodSettings>,
    /// `variables`.
    pub variables: BTreeMap<String, EnvironmentValue>,
    /// `canarySettings.stageVariableOverrides`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub canary_variables: BTreeMap<String, EnvironmentValue>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// What a stage does for some of its methods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MethodSettings {
    /// `loggingLevel`: `OFF`, `ERROR`, `INFO`.
    pub logging_level: Option<String>,
    /// Whether whole requests and answers are logged (`dataTraceEnabled`).
    pub data_trace: bool,
    /// `throttlingRateLimit` and `throttlingBurstLimit`.
    pub throttle: Throttle,
    /// `cachingEnabled`.
    pub caching: bool,
    /// `cacheDataEncrypted`.
    pub cache_encrypted: bool,
    /// Whether a caller needs to be allowed to pass by the cache (`requireAuthorizationForCacheControl`).
    pub cache_control_authorized: bool,
}

/// A usage plan: what callers with an API key may.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsagePlan {
    /// `arn:aws:apigateway:REGION::/usageplans/ID`
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// `throttle`, for each key.
    pub throttle: Option<Throttle>,
    /// Whether it has a `quota`.
    pub has_quota: bool,
    /// `apiStages`.
    pub stages: Vec<UsagePlanStage>,
}

/// A stage that a usage plan is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsagePlanStage {
    /// `apiId`.
    pub api: String,
    /// `stage`.
    pub stage: String,
    /// `throttle` by path and method, as in `/orders/GET`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub methods: BTreeMap<String, Throttle>,
}
