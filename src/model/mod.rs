//! What is known of an account: facts and gaps, and nothing that decides.

mod arn;
mod environment;
mod fact;
mod function;
mod key;
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
    Alias, CodeSigningConfig, Cors, EventSourceMapping, Function, FunctionState, FunctionUrl, LambdaSettings, LayerVersion, LoggingConfig,
    PackageType, RuntimeManagement, Version, VpcConfig,
};
pub use key::{Grant, Key, KeyMetadata};
pub use log_group::LogGroup;
pub use part::{Learnt, Part};
pub use posture::{Identity, Posture, Region, Resource, find};
pub use principal::{Group, ManagedPolicy, Policies, PolicyText, Role, User};
pub use source::{Source, SourceRun, SourceState};
pub use timestamp::Timestamp;
