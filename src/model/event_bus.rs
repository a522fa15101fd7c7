//! Amazon EventBridge: event buses, their rules and archives.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, HiddenText, PolicyText};

/// An event bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBus {
    /// `Arn`.
    pub arn: Arn,
    /// `Name`: `default`, one of the account's own, or that of a partner.
    pub name: String,
    /// What `DescribeEventBus` says.
    pub attributes: Fact<EventBusAttributes>,
}

/// What `DescribeEventBus` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBusAttributes {
    /// Who else may put events on it (`Policy`), if anybody.
    pub policy: Option<PolicyText>,
    /// The key of its encryption (`KmsKeyIdentifier`), if the customer chose one.
    pub kms_key: Option<String>,
    /// Where events go that could not be encrypted or delivered (`DeadLetterConfig.Arn`).
    pub dead_letter_queue: Option<Arn>,
    /// Whether its log has the events themselves (`LogConfig.IncludeDetail` is `FULL`).
    pub logs_events: bool,
}

/// A rule of an event bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRule {
    /// `Arn`.
    pub arn: Arn,
    /// `Name`.
    pub name: String,
    /// The bus it listens to (`EventBusName`).
    pub bus: String,
    /// What it lets through (`EventPattern`), without what proves to be a secret; none for a schedule alone.
    pub pattern: Option<String>,
    /// When it starts by itself (`ScheduleExpression`).
    pub schedule: Option<String>,
    /// `State`: `ENABLED`, `DISABLED` or `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`.
    pub state: String,
    /// The role for its targets (`RoleArn`).
    pub role: Option<Arn>,
    /// The AWS service that keeps it (`ManagedBy`).
    pub managed_by: Option<String>,
    /// `ListTargetsByRule`.
    pub targets: Fact<Vec<EventTarget>>,
}

impl EventRule {
    /// Whether `state` lets events through.
    pub fn is_enabled(&self) -> bool {
        self.state != "DISABLED"
    }
}

/// A target of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTarget {
    /// `Id`, within its rule.
    pub id: String,
    /// What is called (`Arn`).
    pub arn: Arn,
    /// The role it is called with (`RoleArn`).
    pub role: Option<Arn>,
    /// Where events go that could not be delivered (`DeadLetterConfig.Arn`).
    pub dead_letter_queue: Option<Arn>,
    /// `RetryPolicy`; none is AWS's default of 24 hours and 185 attempts.
    pub retries: Option<RetryPolicy>,
    /// What is sent in place of the event (`Input`, or `InputTransformer.InputTemplate`).
    pub input: Option<HiddenText>,
    /// Headers and query of an API destination (`HttpParameters`).
    pub http_parameters: Option<HiddenText>,
}

/// How stubborn a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// `MaximumRetryAttempts`: 0 to 185.
    pub attempts: Option<u32>,
    /// `MaximumEventAgeInSeconds`: 60 to 86,400.
    pub age_seconds: Option<u32>,
}

/// An archive, from which events can be replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventArchive {
    /// Built of `ArchiveName`.
    pub arn: Arn,
    /// The bus whose events it keeps (`EventSourceArn`).
    pub bus: Arn,
    /// `State`: `ENABLED`, `DISABLED`, `CREATE_FAILED`, …
    pub state: String,
    /// For how many days it keeps them (`RetentionDays`); 0 is for ever.
    pub retention_days: u32,
}
