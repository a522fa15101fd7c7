//! What is known of an account: facts and gaps, and nothing that decides.

mod arn;
mod bucket;
mod environment;
mod fact;
mod file_system;
mod function;
mod function_detail;
mod key;
mod kinds;
mod lambda;
mod log_group;
mod parameter;
mod part;
mod posture;
mod principal;
mod queue;
mod repository;
mod secret;
mod secrets_manager;
mod source;
mod table;
pub mod text;
mod timestamp;

pub use arn::Arn;
pub use bucket::{
    Bucket, BucketEncryption, BucketNotifications, BucketVersioning, NotificationTarget, ObjectLock, PublicAccessBlock, ReplicationRule,
};
pub use environment::{EnvironmentValue, FingerprintKey, SecretSign};
pub use fact::{Fact, Gap, GapKind, Listing};
pub use file_system::{AccessPoint, FileSystem};
pub use function::{
    Alias, CodeLocation, Cors, DurableConfig, EventInvokeConfig, FileSystemConfig, Function, FunctionState, FunctionUrl, LoggingConfig,
    PackageType, RuntimeManagement, ScalingConfig, Version, VpcConfig,
};
pub use function_detail::{FunctionDetail, FunctionDetails, QualifiedPolicies};
pub use key::{Grant, Key, KeyMetadata};
pub(crate) use kinds::with_kinds;
pub use lambda::{CapacityProvider, CodeSigningConfig, EventSourceMapping, LambdaSettings, LayerVersion};
pub use log_group::LogGroup;
pub use parameter::Parameter;
pub use part::{Learnt, Part};
pub use posture::{Governance, Identity, LISTED_BY, Posture, Region, Resource, find};
pub use principal::{Group, ManagedPolicy, Policies, PolicyText, Role, User};
pub use queue::{Queue, QueueAttributes};
pub use repository::{Repository, RepositoryImage};
pub use secrets_manager::{Secret, SecretReplica};
pub use source::{Source, SourceRun, SourceState};
pub use table::{Table, TableDescription, TableEncryption, TableReplica};
pub use timestamp::Timestamp;
