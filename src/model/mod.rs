//! What is known of an account: facts and gaps, and nothing that decides.

mod arn;
mod environment;
mod event_bus;
mod fact;
mod function;
mod function_detail;
mod hidden_text;
mod key;
mod kinds;
mod kinesis_stream;
mod lambda;
mod log_group;
mod part;
mod pipe;
mod posture;
mod principal;
mod queue;
mod schedule;
mod secret;
mod source;
mod state_machine;
pub mod text;
mod timestamp;
mod topic;

pub use arn::Arn;
pub use environment::{EnvironmentValue, FingerprintKey, SecretSign};
pub use event_bus::{EventArchive, EventBus, EventBusAttributes, EventRule, EventTarget, RetryPolicy};
pub use fact::{Fact, Gap, GapKind, Listing};
pub use function::{
    Alias, CodeLocation, Cors, DurableConfig, EventInvokeConfig, FileSystem, Function, FunctionState, FunctionUrl, LoggingConfig,
    PackageType, RuntimeManagement, ScalingConfig, Version, VpcConfig,
};
pub use function_detail::{FunctionDetail, FunctionDetails, QualifiedPolicies};
pub use hidden_text::{HiddenSecret, HiddenText, without_secrets};
pub use key::{Grant, Key, KeyMetadata};
pub(crate) use kinds::with_kinds;
pub use kinesis_stream::{KinesisStream, KinesisStreamSummary};
pub use lambda::{CapacityProvider, CodeSigningConfig, EventSourceMapping, LambdaSettings, LayerVersion};
pub use log_group::LogGroup;
pub use part::{Learnt, Part};
pub use pipe::{Pipe, PipeDetails, PipeLogging};
pub use posture::{Governance, Identity, LISTED_BY, Posture, Region, Resource, find};
pub use principal::{Group, ManagedPolicy, Policies, PolicyText, Role, User};
pub use queue::{Queue, QueueAttributes};
pub use schedule::{Schedule, ScheduleDetails, ScheduleGroup};
pub use source::{Source, SourceRun, SourceState};
pub use state_machine::{StateMachine, StateMachineConfiguration};
pub use timestamp::Timestamp;
pub use topic::{Subscription, SubscriptionEndpoint, Topic, TopicAttributes};
