//! AWS Step Functions state machines.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, HiddenText};

/// A state machine of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateMachine {
    /// `stateMachineArn`.
    pub arn: Arn,
    /// `name`.
    pub name: String,
    /// `type`: `STANDARD` or `EXPRESS`.
    pub machine_type: String,
    /// What `DescribeStateMachine` says of how it runs.
    pub configuration: Fact<StateMachineConfiguration>,
    /// What its `definition` gives away: which functions it calls, and what in it looks like a secret.
    pub definition: Fact<HiddenText>,
}

/// What `DescribeStateMachine` says beside the definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateMachineConfiguration {
    /// `status`: `ACTIVE` or `DELETING`; none where the endpoint does not say.
    pub status: Option<String>,
    /// `roleArn`.
    pub role: Arn,
    /// `loggingConfiguration.level`: `ALL`, `ERROR`, `FATAL` or `OFF`; none is off.
    pub log_level: Option<String>,
    /// `loggingConfiguration.includeExecutionData`.
    pub logs_execution_data: bool,
    /// The log groups it logs to (`loggingConfiguration.destinations`), with `:*` at their end.
    pub log_groups: Vec<Arn>,
    /// `tracingConfiguration.enabled`.
    pub tracing: bool,
    /// `encryptionConfiguration.type`: `AWS_OWNED_KEY` or `CUSTOMER_MANAGED_KMS_KEY`; none is AWS's.
    pub encryption: Option<String>,
    /// `encryptionConfiguration.kmsKeyId`.
    pub kms_key: Option<String>,
}
