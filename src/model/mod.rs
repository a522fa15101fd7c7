//! What is known of an account: facts and gaps, and nothing that decides.

mod alarm;
mod arn;
mod environment;
mod fact;
mod function;
mod function_detail;
mod key;
mod kinds;
mod lambda;
mod log_group;
mod metric_filter;
mod metrics;
mod microvm;
mod part;
mod posture;
mod principal;
mod queue;
mod secret;
mod source;
pub mod text;
mod timestamp;
mod trace_encryption;
mod trail;
mod web_function;

pub use alarm::{Alarm, Watched, WatchedMetric};
pub use arn::Arn;
pub use environment::{EnvironmentValue, FingerprintKey, SecretSign};
pub use fact::{Fact, Gap, GapKind, Listing};
pub use function::{
    Alias, CodeLocation, Cors, DurableConfig, EventInvokeConfig, FileSystem, Function, FunctionState, FunctionUrl, LoggingConfig,
    PackageType, RuntimeManagement, ScalingConfig, Version, VpcConfig,
};
pub use function_detail::{FunctionDetail, FunctionDetails, QualifiedPolicies};
pub use key::{Grant, Key, KeyMetadata};
pub(crate) use kinds::with_kinds;
pub use lambda::{CapacityProvider, CodeSigningConfig, EventSourceMapping, LambdaSettings, LayerVersion};
pub use log_group::LogGroup;
pub use metric_filter::{AccountDataProtection, FilterMetric, MetricFilter, SubscriptionFilter};
pub use metrics::{FunctionMetrics, Invocations};
pub use microvm::{Microvm, MicrovmDetails, MicrovmImage, MicrovmImageVersion};
pub use part::{Learnt, Part};
pub use posture::{Governance, Identity, LISTED_BY, Posture, Region, Resource, find};
pub use principal::{Group, ManagedPolicy, Policies, PolicyText, Role, User};
pub use queue::{Queue, QueueAttributes};
pub use source::{Source, SourceRun, SourceState};
pub use timestamp::Timestamp;
pub use trace_encryption::TraceEncryption;
pub use trail::{
    AdvancedEventSelector, DataResource, EventDataStore, EventDataStoreDetails, EventSelector, FieldSelector, Trail, TrailSelectors,
    TrailStatus,
};
pub use web_function::{WebFunction, WebFunctionEndpoint, WebFunctionSettings};
