//! Lambda Web Functions and their endpoints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText};

/// A Web Function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebFunction {
    /// `functionArn`.
    pub arn: Arn,
    /// `functionName`.
    pub name: String,
    /// `state`.
    pub state: String,
    /// Its resource policy (`GetResourcePolicy`); a known `None` has none.
    pub policy: Fact<Option<PolicyText>>,
    /// Its endpoints (`ListWebFunctionEndpoints`).
    pub endpoints: Fact<Vec<WebFunctionEndpoint>>,
}

/// An endpoint of a Web Function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebFunctionEndpoint {
    /// `endpointArn`.
    pub arn: Arn,
    /// `endpointName`.
    pub name: String,
    /// `endpointType`: `HomeRegion`, `PerRegion` or `MultiRegion`.
    pub kind: String,
    /// `regions`.
    pub regions: Vec<String>,
    /// Where it listens, who may ask it, and how much.
    pub settings: WebFunctionSettings,
    /// What differs from that in a Region (`regionalEndpoints` of `GetWebFunctionEndpoint`); only `PerRegion` has any.
    pub regional: Fact<BTreeMap<String, WebFunctionSettings>>,
}

/// Where an endpoint listens, who may ask it, and how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebFunctionSettings {
    /// `domainName`.
    pub domain: Option<String>,
    /// `authType`: `IamAuth`, or `ApplicationManaged`, where Lambda lets everyone in.
    pub auth: String,
    /// `throttleConfig.rateLimit`, requests a second; none is without a limit of its own.
    pub rate_limit: Option<u32>,
    /// `scalingConfig.maxEnvironments`; none is without a ceiling of its own.
    pub max_environments: Option<u32>,
    /// `state`.
    pub state: String,
}
