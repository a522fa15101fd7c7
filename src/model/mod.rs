//! What is known of an account: facts and gaps, and nothing that decides.

mod alarm;
mod analyzer;
mod api;
mod api_domain;
mod arn;
mod bucket;
mod detector;
mod environment;
mod event_bus;
mod fact;
mod file_system;
mod function;
mod function_detail;
mod graphql_api;
mod hidden_text;
mod http_api;
mod identity_pool;
mod inspector;
mod key;
mod kinds;
mod kinesis_stream;
mod lambda;
mod log_group;
mod metric_filter;
mod metrics;
mod microvm;
mod organization;
mod parameter;
mod part;
mod pipe;
mod posture;
mod principal;
mod queue;
mod recorder;
mod repository;
mod response_plan;
mod rest_api;
mod schedule;
mod secret;
mod secret_pattern;
mod secrets_manager;
mod security_hub;
mod shape;
mod source;
mod stack;
mod state_machine;
mod table;
mod tagged_resource;
pub mod text;
mod timestamp;
mod topic;
mod trace_encryption;
mod trail;
mod web_function;

pub use alarm::{Alarm, Watched, WatchedMetric};
mod user_pool;

pub use analyzer::{AccessFinding, Analyzer};
pub use api::{Authorizer, Integration, JwtIssuer, Throttle};
pub use api_domain::{ApiDomain, ApiMapping};
pub use arn::Arn;
pub use bucket::{
    Bucket, BucketEncryption, BucketNotifications, BucketVersioning, NotificationTarget, ObjectLock, PublicAccessBlock, ReplicationRule,
};
pub use detector::{Detector, DetectorFeature, DetectorSettings, Threat};
pub use environment::{EnvironmentValue, FingerprintKey, SecretSign};
pub use event_bus::{EventArchive, EventBus, EventBusAttributes, EventRule, EventTarget, RetryPolicy};
pub use fact::{Fact, Gap, GapKind, Listing};
pub use file_system::{AccessPoint, FileSystem};
pub use function::{
    Alias, CodeLocation, Cors, DurableConfig, EventInvokeConfig, FileSystemConfig, Function, FunctionState, FunctionUrl, LoggingConfig,
    PackageType, RuntimeManagement, ScalingConfig, Version, VpcConfig,
};
pub use function_detail::{FunctionAnswer, FunctionDetail, FunctionDetails, QualifiedPolicies};
pub use graphql_api::{DataSource, GraphqlApi};
pub use hidden_text::{HiddenSecret, HiddenText, without_secrets};
pub use http_api::{HttpApi, HttpStage, Route, RouteSettings};
pub use identity_pool::{IdentityPool, IdentityPoolRoles, IdentityPoolSettings};
pub use inspector::{Coverage, InspectorStatus, ScanStatus, Vulnerability, VulnerableCode, VulnerablePackage};
pub use key::{Grant, Key, KeyMetadata};
pub(crate) use kinds::with_kinds;
pub use kinesis_stream::{KinesisStream, KinesisStreamSummary};
pub use lambda::{CapacityProvider, CodeSigningConfig, EventSourceMapping, LambdaSettings, LayerVersion};
pub use log_group::LogGroup;
pub use metric_filter::{AccountDataProtection, FilterMetric, MetricFilter, SubscriptionFilter};
pub use metrics::{FunctionMetrics, Invocations};
pub use microvm::{Microvm, MicrovmDetails, MicrovmImage, MicrovmImageVersion};
pub use organization::{ControlPolicy, LevelKind, Organization, OrganizationLevel};
pub use parameter::Parameter;
pub use part::{Learnt, Part};
pub use pipe::{Pipe, PipeDetails, PipeLogging};
pub use posture::{Governance, Identity, LISTED_BY, Posture, Region, Resource, find};
pub use principal::{Group, ManagedPolicy, Policies, PolicyText, Role, ServiceUse, User};
pub use queue::{Queue, QueueAttributes};
pub use recorder::{ConfigRecorder, RecorderStatus};
pub use repository::{Repository, RepositoryImage};
pub use response_plan::ResponsePlan;
pub use rest_api::{MethodSettings, RequestValidator, RestApi, RestMethod, RestStage, UsagePlan, UsagePlanStage};
pub use schedule::{Schedule, ScheduleDetails, ScheduleGroup};
pub use secret::names_a_secret;
pub use secret_pattern::SecretPatterns;
pub use secrets_manager::{Secret, SecretReplica};
pub use security_hub::SecurityHub;
pub use source::{Source, SourceRun, SourceState};
pub use stack::Stack;
pub use state_machine::{StateMachine, StateMachineConfiguration};
pub use table::{Table, TableDescription, TableEncryption, TableReplica};
pub use tagged_resource::TaggedResource;
pub use timestamp::Timestamp;
pub use topic::{Subscription, SubscriptionEndpoint, Topic, TopicAttributes};
pub use trace_encryption::TraceEncryption;
pub use trail::{
    AdvancedEventSelector, DataResource, EventDataStore, EventDataStoreDetails, EventSelector, FieldSelector, Trail, TrailSelectors,
    TrailStatus,
};
pub use user_pool::{UserPool, UserPoolSettings};
pub use web_function::{WebFunction, WebFunctionEndpoint, WebFunctionSettings};
