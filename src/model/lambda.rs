//! Lambda: what stands beside the functions of a Region.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText};

/// An event source mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSourceMapping {
    /// `EventSourceMappingArn`, or built from the UUID.
    pub arn: Arn,
    /// `UUID`.
    pub uuid: String,
    /// The function, version or alias it invokes.
    pub function: Arn,
    /// The queue, stream or table it reads; none for self-managed Kafka.
    pub source: Option<Arn>,
    /// `Enabled`, `Disabled`, …
    pub state: String,
    /// `DestinationConfig.OnFailure.Destination`.
    pub on_failure: Option<Arn>,
    /// `BisectBatchOnFunctionError`; only streams have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bisects_batches: Option<bool>,
    /// `MaximumRetryAttempts`; −1 never gives up. Only streams have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_attempts: Option<i32>,
    /// `MaximumRecordAgeInSeconds`; −1 is as long as the stream keeps them. Only streams have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_age_seconds: Option<i32>,
    /// How many patterns `FilterCriteria` has; their text stays out, for it may quote data.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub filters: usize,
    /// The customer managed key of the filter criteria (`KMSKeyArn`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<Arn>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl EventSourceMapping {
    /// An enabled mapping to `function` of which nothing else is known.
    pub fn new(arn: Arn, uuid: impl Into<String>, function: Arn) -> Self {
        Self {
            arn,
            uuid: uuid.into(),
            function,
            source: None,
            state: "Enabled".to_owned(),
            on_failure: None,
            bisects_batches: None,
            retry_attempts: None,
            record_age_seconds: None,
            filters: 0,
            kms_key: None,
        }
    }
}

/// The newest version of a layer of this account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerVersion {
    /// The version's ARN.
    pub arn: Arn,
    /// Its number.
    pub version: i64,
    /// Its resource policy (`GetLayerVersionPolicy`); a known `None` is not shared.
    pub policy: Fact<Option<PolicyText>>,
}

/// A code signing configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSigningConfig {
    /// Its ARN.
    pub arn: Arn,
    /// Whether `UntrustedArtifactOnDeployment` is `Enforce` (`Warn` lets anything through).
    pub enforced: bool,
    /// Signing profile version ARNs.
    pub profiles: Vec<Arn>,
    /// The functions that use it (`ListFunctionsByCodeSigningConfig`).
    pub functions: Fact<Vec<Arn>>,
}

/// `GetAccountSettings`: the account's Lambda limits in a Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LambdaSettings {
    /// `ConcurrentExecutions`.
    pub concurrent_executions: u32,
    /// `UnreservedConcurrentExecutions`.
    pub unreserved_concurrent_executions: u32,
}

/// A capacity provider: instances of the account's own that functions run on (`ListCapacityProviders`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityProvider {
    /// `CapacityProviderArn`.
    pub arn: Arn,
    /// `Active`, `Pending`, `Failed`, `Deleting`.
    pub state: String,
    /// `VpcConfig.SubnetIds`.
    pub subnets: Vec<String>,
    /// `VpcConfig.SecurityGroupIds`.
    pub security_groups: Vec<String>,
    /// The role with which Lambda keeps its instances (`CapacityProviderOperatorRoleArn`).
    pub operator_role: Option<Arn>,
    /// The customer managed key of its volumes (`KmsKeyArn`); none is AWS's own key.
    pub kms_key: Option<Arn>,
    /// `MaxVCpuCount`: its ceiling.
    pub max_vcpus: Option<u32>,
    /// The log group of its instances (`TelemetryConfig.LoggingConfig.LogGroup`).
    pub log_group: Option<String>,
}
