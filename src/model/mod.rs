//! What is known of an account: facts and gaps, and nothing that decides.

mod api;
mod api_domain;
mod arn;
mod environment;
mod fact;
mod function;
mod function_detail;
mod graphql_api;
mod http_api;
mod identity_pool;
mod key;
mod kinds;
mod lambda;
mod log_group;
mod part;
mod posture;
mod principal;
mod queue;
mod rest_api;
mod secret;
mod source;
pub mod text;
mod timestamp;
mod user_pool;

pub use api::{Authorizer, Integration, JwtIssuer, Throttle};
pub use api_domain::{ApiDomain, ApiMapping};
pub use arn::Arn;
pub use environment::{EnvironmentValue, FingerprintKey, SecretSign};
pub use fact::{Fact, Gap, GapKind, Listing};
pub use function::{
    Alias, CodeLocation, Cors, DurableConfig, EventInvokeConfig, FileSystem, Function, FunctionState, FunctionUrl, LoggingConfig,
    PackageType, RuntimeManagement, ScalingConfig, Version, VpcConfig,
};
pub use function_detail::{FunctionDetail, FunctionDetails, QualifiedPolicies};
pub use graphql_api::{DataSource, GraphqlApi};
pub use http_api::{HttpApi, HttpStage, Route, RouteSettings};
pub use identity_pool::{IdentityPool, IdentityPoolRoles, IdentityPoolSettings};
pub use key::{Grant, Key, KeyMetadata};
pub(crate) use kinds::with_kinds;
pub use lambda::{CapacityProvider, CodeSigningConfig, EventSourceMapping, LambdaSettings, LayerVersion};
pub use log_group::LogGroup;
pub use part::{Learnt, Part};
pub use posture::{Governance, Identity, LISTED_BY, Posture, Region, Resource, find};
pub use principal::{Group, ManagedPolicy, Policies, PolicyText, Role, User};
pub use queue::{Queue, QueueAttributes};
pub use rest_api::{MethodSettings, RequestValidator, RestApi, RestMethod, RestStage, UsagePlan, UsagePlanStage};
pub use source::{Source, SourceRun, SourceState};
pub use timestamp::Timestamp;
pub use user_pool::{UserPool, UserPoolSettings};
