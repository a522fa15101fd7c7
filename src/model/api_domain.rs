//! Custom domain names of API Gateway.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText};

/// A custom domain name, for APIs of every kind (`GetDomainNames`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiDomain {
    /// `domainNameArn`, or built from the name.
    pub arn: Arn,
    /// `domainName`.
    pub name: String,
    /// `domainNameId`; only private ones have it.
    pub id: Option<String>,
    /// `endpointConfiguration.types`: `EDGE`, `REGIONAL`, `PRIVATE`.
    pub endpoint_types: Vec<String>,
    /// Which TLS it takes (`securityPolicy`): `TLS_1_0`, `TLS_1_2`, `SecurityPolicy_…`.
    pub security_policy: Option<String>,
    /// Whether callers must show a certificate (`mutualTlsAuthentication`).
    pub mutual_tls: bool,
    /// `routingMode`; `ROUTING_RULE_ONLY` does not heed the mappings.
    pub routing_mode: Option<String>,
    /// Who may call a private one (`policy`).
    pub policy: Option<PolicyText>,
    /// Which APIs it leads to (`GetApiMappings` or `GetBasePathMappings`).
    pub mappings: Fact<Vec<ApiMapping>>,
}

/// Where a path of a custom domain name leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiMapping {
    /// The API's id.
    pub api: String,
    /// Its stage; none leaves it to the caller.
    pub stage: Option<String>,
    /// The path that leads there; empty is all.
    pub path: String,
}
