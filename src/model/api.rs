//! What REST, HTTP and WebSocket APIs of API Gateway have in common.

use serde::{Deserialize, Serialize};

use super::Arn;

/// What answers a method or route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Integration {
    /// `type`: `AWS_PROXY`, `AWS`, `HTTP_PROXY`, `HTTP` or `MOCK`.
    pub kind: String,
    /// The function, version or alias that its URI names; it may hold `${stageVariables.NAME}`, which each stage fills in.
    pub function: Option<Arn>,
    /// What else of AWS it calls: `states:action/StartExecution`, or `integrationSubtype` as in `SQS-SendMessage`.
    pub calls: Option<String>,
    /// `timeoutInMillis`.
    pub timeout_millis: Option<u32>,
}

/// Who decides whether a caller may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorizer {
    /// Its id, which methods and routes name.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `TOKEN`, `REQUEST`, `COGNITO_USER_POOLS` or `JWT`.
    pub kind: String,
    /// `identitySource`, each by itself: where the caller's identity is, and what a cached answer is kept by.
    pub identity_sources: Vec<String>,
    /// `authorizerResultTtlInSeconds`; zero caches nothing.
    pub ttl_seconds: Option<u32>,
    /// The function in `authorizerUri`.
    pub function: Option<Arn>,
    /// User pools (`providerARNs`).
    pub user_pools: Vec<Arn>,
    /// Whose tokens it takes (`jwtConfiguration`).
    pub issuers: Vec<JwtIssuer>,
}

/// Whose tokens an authorizer takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtIssuer {
    /// `issuer`.
    pub issuer: String,
    /// `audience`, of which the token must name one; empty takes any.
    pub audiences: Vec<String>,
}

/// How many requests go through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Throttle {
    /// Requests a second (`throttlingRateLimit`).
    pub rate: Option<f64>,
    /// Requests at once (`throttlingBurstLimit`).
    pub burst: Option<i64>,
}
