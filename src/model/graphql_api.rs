//! AWS AppSync's GraphQL APIs.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact};

/// A GraphQL API, as `ListGraphqlApis` gives it, and what it reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphqlApi {
    /// Its ARN.
    pub arn: Arn,
    /// `apiId`.
    pub id: String,
    /// `name`.
    pub name: String,
    /// How callers prove who they are unless the schema says otherwise (`authenticationType`): `API_KEY`, `AWS_IAM`,
    /// `AMAZON_COGNITO_USER_POOLS`, `OPENID_CONNECT`, `AWS_LAMBDA`.
    pub authentication: String,
    /// The other ways (`additionalAuthenticationProviders`).
    pub additional_authentication: Vec<String>,
    /// Functions that decide who may (`authorizerUri` of `lambdaAuthorizerConfig`).
    pub authorizers: Vec<Arn>,
    /// `wafWebAclArn`.
    pub web_acl: Option<Arn>,
    /// `logConfig.fieldLogLevel`; none logs nothing.
    pub log_level: Option<String>,
    /// Whether headers, contexts and results stay out of the log (`logConfig.excludeVerboseContent`).
    pub verbose_excluded: Option<bool>,
    /// `xrayEnabled`.
    pub tracing_enabled: bool,
    /// `visibility`: `GLOBAL` or `PRIVATE`; none where AWS does not say, and then it is global.
    pub visibility: Option<String>,
    /// What it reads and writes (`ListDataSources`).
    pub data_sources: Fact<Vec<DataSource>>,
}

/// What a GraphQL API reads and writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSource {
    /// `name`.
    pub name: String,
    /// `type`: `AWS_LAMBDA`, `AMAZON_DYNAMODB`, `HTTP`, …
    pub kind: String,
    /// `lambdaConfig.lambdaFunctionArn`.
    pub function: Option<Arn>,
    /// The role that it is used with (`serviceRoleArn`).
    pub role: Option<Arn>,
}
