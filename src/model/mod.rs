//! What is known of an account: facts and gaps, and nothing that decides.

mod analyzer;
mod arn;
mod detector;
mod environment;
mod fact;
mod function;
mod function_detail;
mod inspector;
mod key;
mod kinds;
mod lambda;
mod log_group;
mod organization;
mod part;
mod posture;
mod principal;
mod queue;
mod recorder;
mod response_plan;
mod secret;
mod security_hub;
mod source;
mod stack;
pub mod text;
mod timestamp;

pub use analyzer::{AccessFinding, Analyzer};
pub use arn::Arn;
pub use detector::{Detector, DetectorFeature, DetectorSettings, Threat};
pub use environment::{EnvironmentValue, FingerprintKey, SecretSign};
pub use fact::{Fact, Gap, GapKind, Listing};
pub use function::{
    Alias, CodeLocation, Cors, DurableConfig, EventInvokeConfig, FileSystem, Function, FunctionState, FunctionUrl, LoggingConfig,
    PackageType, RuntimeManagement, ScalingConfig, Version, VpcConfig,
};
pub use function_detail::{FunctionDetail, FunctionDetails, QualifiedPolicies};
pub use inspector::{Coverage, InspectorStatus, ScanStatus, Vulnerability, VulnerableCode, VulnerablePackage};
pub use key::{Grant, Key, KeyMetadata};
pub(crate) use kinds::with_kinds;
pub use lambda::{CapacityProvider, CodeSigningConfig, EventSourceMapping, LambdaSettings, LayerVersion};
pub use log_group::LogGroup;
pub use organization::{ControlPolicy, LevelKind, Organization, OrganizationLevel};
pub use part::{Learnt, Part};
pub use posture::{Governance, Identity, LISTED_BY, Posture, Region, Resource, find};
pub use principal::{Group, ManagedPolicy, Policies, PolicyText, Role, ServiceUse, User};
pub use queue::{Queue, QueueAttributes};
pub use recorder::{ConfigRecorder, RecorderStatus};
pub use response_plan::ResponsePlan;
pub use security_hub::SecurityHub;
pub use source::{Source, SourceRun, SourceState};
pub use stack::Stack;
pub use timestamp::Timestamp;
