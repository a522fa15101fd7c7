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
