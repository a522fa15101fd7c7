//! What is known of an account: facts and gaps, and nothing that decides.

mod arn;
mod environment;
mod fact;
mod function;
mod function_detail;
mod key;
mod kinds;
mod lambda;
mod log_group;
mod microvm;
mod part;
mod posture;
mod principal;
mod queue;
mod secret;
mod source;
pub mod text;
mod timestamp;
mod web_function;

pub use arn::Arn;
pub use environment::{EnvironmentValue, FingerprintKey, SecretSign};
pub use fact::{Fact, Gap, GapKind, Listing};
pub use function::{
    Alias, CodeLocation, Cors, DurableConfig, EventInvokeConfig, FileSystem, Function, FunctionState, FunctionUrl, LoggingConfig,
    PackageType, RuntimeManagement, ScalingConfig, Version, VpcConfig,
};
pub use function_detail::{FunctionAnswer, FunctionDetail, FunctionDetails, QualifiedPolicies};
pub use key::{Grant, Key, KeyMetadata};
pub(crate) use kinds::with_kinds;
pub use lambda::{CapacityProvider, CodeSigningConfig, EventSourceMapping, LambdaSettings, LayerVersion};
pub use log_group::LogGroup;
pub use microvm::{Microvm, MicrovmDetails, MicrovmImage, MicrovmImageVersion};
pub use part::{Learnt, Part};
pub use posture::{Governance, Identity, LISTED_BY, Posture, Region, Resource, find};
pub use principal::{Group, ManagedPolicy, Policies, PolicyText, Role, User};
pub use queue::{Queue, QueueAttributes};
pub use source::{Source, SourceRun, SourceState};
pub use timestamp::Timestamp;
pub use web_function::{WebFunction, WebFunctionEndpoint, WebFunctionSettings};
