//! What is known of an account: facts and gaps, and nothing that decides.

mod arn;
mod environment;
mod fact;
mod function;
mod function_detail;
mod key;
mod lambda;
mod log_group;
mod part;
mod posture;
mod principal;
mod secret;
mod source;
pub mod text;
mod timestamp;

pub use arn::Arn;
pub use environment::{EnvironmentValue, FingerprintKey, SecretSign};
pub use fact::{Fact, Gap, GapKind, Listing};
pub use function::{
    Alias, CodeLocation, Cors, DurableConfig, EventInvokeConfig, FileSystem, Function, FunctionState, FunctionUrl, LoggingConfig,
    PackageType, RuntimeManagement, ScalingConfig, Version, VpcConfig,
};
pub use function_detail::{FunctionDetail, FunctionDetails, QualifiedPolicies};
pub use key::{Grant, Key, KeyMetadata};
pub use lambda::{CapacityProvider, CodeSigningConfig, EventSourceMapping, LambdaSettings, LayerVersion};
pub use log_group::LogGroup;
pub use part::{Learnt, Part};
pub use posture::{Identity, Posture, Region, Resource, find};
pub use principal::{Group, ManagedPolicy, Policies, PolicyText, Role, User};
pub use source::{Source, SourceRun, SourceState};
pub use timestamp::Timestamp;
