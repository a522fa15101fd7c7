//! Lambda: functions and what belongs to them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Arn, EnvironmentValue, Fact, GapKind, PolicyText, Timestamp};

/// How a function's code is packaged (`PackageType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageType {
    /// A .zip archive with a runtime.
    Zip,
    /// A container image.
    Image,
}

/// A Lambda function: what `ListFunctions` says of it, and what was asked for by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Unqualified ARN.
    pub arn: Arn,
    /// `FunctionName`.
    pub name: String,
    /// `Description`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// `Runtime` as the API writes it, such as `python3.13`; none for container images.
    pub runtime: Option<String>,
    /// `PackageType`.
    pub package_type: PackageType,
    /// `Handler`.
    pub handler: Option<String>,
    /// The execution role's ARN.
    pub role: Arn,
    /// `MemorySize`, MiB.
    pub memory_mib: u32,
    /// `Timeout`, seconds.
    pub timeout_seconds: u32,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// When code or configuration last changed.
    pub last_modified: Option<Timestamp>,
    /// `RevisionId`, to guard a change of the function.
    pub revision_id: Option<String>,
    /// `CodeSha256`.
    pub code_sha256: Option<String>,
    /// `ConfigSha256`; older functions and some emulators have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_sha256: Option<String>,
    /// When the collection began that last asked for all its details: none of them is older. None when it never came
    /// to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details_as_of: Option<Timestamp>,
    /// Environment variables by key; a gap when KMS would not decrypt them.
    pub environment: Fact<BTreeMap<String, EnvironmentValue>>,
    /// The customer managed key of the environment (`KMSKeyArn`); none is AWS's own key.
    pub kms_key: Option<Arn>,
    /// Layer version ARNs in order.
    pub layers: Vec<Arn>,
    /// The signing profile version of each layer that is signed (`Layers[].SigningProfileVersionArn`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub layer_signers: BTreeMap<Arn, Arn>,
    /// The signing profile version of the code (`SigningProfileVersionArn`); none when it is not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<Arn>,
    /// `VpcConfig`, when the function is in a VPC.
    pub vpc: Option<VpcConfig>,
    /// `FileSystemConfigs`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub file_systems: Vec<FileSystemConfig>,
    /// Whether published versions are snapshots (`SnapStart.ApplyOn` is `PublishedVersions`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub snap_start: bool,
    /// `TenancyConfig.TenantIsolationMode`, such as `PER_TENANT`; none shares its environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_isolation: Option<String>,
    /// `DurableConfig`, when executions are durable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub durable: Option<DurableConfig>,
    /// The capacity provider it runs on (`CapacityProviderConfig`); none is Lambda's own capacity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_provider: Option<Arn>,
    /// `DeadLetterConfig.TargetArn`.
    pub dead_letter: Option<Arn>,
    /// Whether `TracingConfig.Mode` is `Active`.
    pub tracing_active: bool,
    /// `LoggingConfig`.
    pub logging: Fact<LoggingConfig>,
    /// `State` and `LastUpdateStatus` with their reason codes (`GetFunction`).
    pub state: Fact<FunctionState>,
    /// Where its code comes from (`GetFunction`).
    #[serde(default = "unread_code")]
    pub code: Fact<CodeLocation>,
    /// `RuntimeVersionConfig.RuntimeVersionArn` (`GetFunction`): the runtime it runs on now; none for images.
    #[serde(default = "unread_runtime_version")]
    pub runtime_version: Fact<Option<String>>,
    /// Tags (`GetFunction`).
    pub tags: Fact<BTreeMap<String, String>>,
    /// Reserved concurrency (`GetFunction`); known `None` is no reservation.
    pub reserved_concurrency: Fact<Option<u32>>,
    /// Resource policy by qualifier: [`Function::UNQUALIFIED`], alias names and version numbers.
    /// A known `None` is a function without a policy.
    pub policies: BTreeMap<String, Fact<Option<PolicyText>>>,
    /// Function URLs, of the function and its aliases.
    pub urls: Fact<Vec<FunctionUrl>>,
    /// Aliases (`ListAliases`).
    pub aliases: Fact<Vec<Alias>>,
    /// Published version numbers, oldest first, without `$LATEST` (`ListVersionsByFunction`).
    pub versions: Fact<Vec<Version>>,
    /// `GetRuntimeManagementConfig`.
    pub runtime_management: Fact<RuntimeManagement>,
    /// Whether recursive loops are terminated (`GetFunctionRecursionConfig`).
    pub recursive_loop_terminated: Fact<bool>,
    /// How asynchronous invocations are retried and where they go (`ListFunctionEventInvokeConfigs`), by qualifier.
    #[serde(default = "unread_event_invoke")]
    pub event_invoke: Fact<Vec<EventInvokeConfig>>,
    /// How far it scales on its capacity provider (`GetFunctionScalingConfig`); known `None` has none.
    #[serde(default = "unread_scaling")]
    pub scaling: Fact<Option<ScalingConfig>>,
}

/// A snapshot of before this was read has no such field: nobody asked.
fn unread_code() -> Fact<CodeLocation> {
    Fact::unread("lambda:GetFunction")
}

fn unread_runtime_version() -> Fact<Option<String>> {
    Fact::unread("lambda:GetFunction")
}

fn unread_event_invoke() -> Fact<Vec<EventInvokeConfig>> {
    Fact::unread("lambda:ListFunctionEventInvokeConfigs")
}

fn unread_scaling() -> Fact<Option<ScalingConfig>> {
    Fact::unread("lambda:GetFunctionScalingConfig")
}

impl Function {
    /// The key in [`Function::policies`] of the policy on the function itself.
    pub const UNQUALIFIED: &'static str = "$LATEST";

    /// A function of which nothing is known but its name: every fact is unread.
    pub fn new(arn: Arn, role: Arn) -> Self {
        Self {
            name: arn.name().to_owned(),
            arn,
            description: String::new(),
            runtime: None,
            package_type: PackageType::Zip,
            handler: None,
            role,
            memory_mib: 128,
            timeout_seconds: 3,
            architecture: "x86_64".to_owned(),
            last_modified: None,
            revision_id: None,
            code_sha256: None,
            config_sha256: None,
            details_as_of: None,
            environment: Fact::unread("lambda:ListFunctions"),
            kms_key: None,
            layers: Vec::new(),
            layer_signers: BTreeMap::new(),
            signer: None,
            vpc: None,
            file_systems: Vec::new(),
            snap_start: false,
            tenant_isolation: None,
            durable: None,
            capacity_provider: None,
            dead_letter: None,
            tracing_active: false,
            logging: Fact::unread("lambda:ListFunctions"),
            state: Fact::unread("lambda:GetFunction"),
            code: unread_code(),
            runtime_version: unread_runtime_version(),
            tags: Fact::unread("lambda:GetFunction"),
            reserved_concurrency: Fact::unread("lambda:GetFunction"),
            policies: BTreeMap::from([(Self::UNQUALIFIED.to_owned(), Fact::unread("lambda:GetPolicy"))]),
            urls: Fact::unread("lambda:ListFunctionUrlConfigs"),
            aliases: Fact::unread("lambda:ListAliases"),
            versions: Fact::unread("lambda:ListVersionsByFunction"),
            runtime_management: Fact::unread("lambda:GetRuntimeManagementConfig"),
            recursive_loop_terminated: Fact::unread("lambda:GetFunctionRecursionConfig"),
            event_invoke: unread_event_invoke(),
            scaling: unread_scaling(),
        }
    }

    /// The log group it writes to, when that is known: `/aws/lambda/NAME` unless configured otherwise, or where the
    /// endpoint does not offer to configure it.
    pub fn log_group(&self) -> Fact<String> {
        let default = || format!("/aws/lambda/{}", self.name);
        match &self.logging {
            Fact::Gap(gap) if gap.kind == GapKind::Unsupported => Fact::Known(default()),
            logging => logging.clone().map(|logging| logging.group.unwrap_or_else(default)),
        }
    }
}

/// `VpcConfig`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcConfig {
    /// The VPC's id.
    pub vpc_id: String,
    /// Subnet ids.
    pub subnets: Vec<String>,
    /// Security group ids.
    pub security_groups: Vec<String>,
}

/// A file system that a function mounts (`FileSystemConfigs`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystemConfig {
    /// The access point of Amazon EFS or S3 Files.
    pub arn: Arn,
    /// `LocalMountPath`.
    pub mount_path: String,
}

/// `DurableConfig`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DurableConfig {
    /// The customer managed key of what executions keep (`KMSKeyArn`); none is AWS's own key.
    pub kms_key: Option<Arn>,
    /// `RetentionPeriodInDays` of the history.
    pub retention_days: Option<u32>,
    /// `ExecutionTimeout`, seconds.
    pub execution_timeout_seconds: Option<u32>,
}

/// `Code` of `GetFunction`, without `Location`: that address lets anyone fetch the code for ten minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeLocation {
    /// `RepositoryType`: `S3` or `ECR`.
    pub repository: Option<String>,
    /// `ImageUri`.
    pub image: Option<String>,
    /// `ResolvedImageUri`: with the image's digest.
    pub resolved_image: Option<String>,
    /// The customer managed key of the package (`SourceKMSKeyArn`); none is AWS's own key.
    pub source_kms_key: Option<Arn>,
}

/// What becomes of asynchronous invocations (`FunctionEventInvokeConfig`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventInvokeConfig {
    /// [`Function::UNQUALIFIED`], an alias or a version.
    pub qualifier: String,
    /// `DestinationConfig.OnSuccess.Destination`.
    pub on_success: Option<Arn>,
    /// `DestinationConfig.OnFailure.Destination`.
    pub on_failure: Option<Arn>,
    /// `MaximumRetryAttempts`; none is Lambda's default of two.
    pub retry_attempts: Option<u32>,
    /// `MaximumEventAgeInSeconds`; none is Lambda's default of six hours.
    pub event_age_seconds: Option<u32>,
}

/// `AppliedFunctionScalingConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingConfig {
    /// `MinExecutionEnvironments`.
    pub min_environments: Option<u32>,
    /// `MaxExecutionEnvironments`.
    pub max_environments: Option<u32>,
}

/// `LoggingConfig`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggingConfig {
    /// `Text` or `JSON`.
    pub format: String,
    /// `ApplicationLogLevel`; only JSON has one.
    pub application_level: Option<String>,
    /// `SystemLogLevel`; only JSON has one.
    pub system_level: Option<String>,
    /// `LogGroup`.
    pub group: Option<String>,
}

/// `State`, `LastUpdateStatus` and their reason codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionState {
    /// `Active`, `Pending`, `Inactive`, `Failed`.
    pub state: String,
    /// `StateReasonCode`.
    pub reason_code: Option<String>,
    /// `Successful`, `Failed`, `InProgress`.
    pub last_update: String,
    /// `LastUpdateStatusReasonCode`.
    pub last_update_reason_code: Option<String>,
}

/// A function URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionUrl {
    /// The alias it belongs to; [`Function::UNQUALIFIED`] for the function itself.
    pub qualifier: String,
    /// The address.
    pub url: String,
    /// Whether `AuthType` is `NONE`.
    pub auth_none: bool,
    /// `Cors`, when there is any.
    pub cors: Option<Cors>,
}

/// `Cors` of a function URL; a missing list is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cors {
    /// `AllowOrigins`.
    pub allow_origins: Vec<String>,
    /// `AllowMethods`.
    pub allow_methods: Vec<String>,
    /// `AllowCredentials`.
    pub allow_credentials: bool,
}

/// An alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// Its name.
    pub name: String,
    /// The version it points to.
    pub version: String,
    /// `RoutingConfig.AdditionalVersionWeights` in thousandths, by version.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, u32>,
    /// `RevisionId`.
    pub revision_id: Option<String>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its number.
    pub number: String,
    /// `CodeSha256`.
    pub code_sha256: Option<String>,
    /// When it was published.
    pub last_modified: Option<Timestamp>,
}

/// How a runtime is updated (`UpdateRuntimeOn`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeManagement {
    /// `Auto`, `FunctionUpdate` or `Manual`.
    pub update_on: String,
    /// `RuntimeVersionArn`, when it is pinned.
    pub version_arn: Option<String>,
}
