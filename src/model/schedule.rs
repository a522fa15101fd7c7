//! Amazon EventBridge Scheduler.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, HiddenText, RetryPolicy};

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// `Arn`.
    pub arn: Arn,
    /// `Name`, within its group.
    pub name: String,
    /// `GroupName`.
    pub group: String,
    /// `State`: `ENABLED` or `DISABLED`.
    pub state: String,
    /// What is called (`Target.Arn`): a resource, or an API as in `arn:aws:scheduler:::aws-sdk:lambda:invoke`.
    pub target: Arn,
    /// What `GetSchedule` says beyond that.
    pub details: Fact<ScheduleDetails>,
}

/// What `GetSchedule` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleDetails {
    /// `ScheduleExpression`.
    pub expression: String,
    /// The role it calls its target with (`Target.RoleArn`).
    pub role: Arn,
    /// Where invocations go that failed (`Target.DeadLetterConfig.Arn`).
    pub dead_letter_queue: Option<Arn>,
    /// `Target.RetryPolicy`.
    pub retries: Option<RetryPolicy>,
    /// The key of its encryption (`KmsKeyArn`), if the customer chose one.
    pub kms_key: Option<Arn>,
    /// What is sent to the target (`Target.Input`).
    pub input: Option<HiddenText>,
}

/// A group of schedules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleGroup {
    /// `Arn`.
    pub arn: Arn,
    /// `Name`.
    pub name: String,
    /// `State`: `ACTIVE`, or `DELETING` together with its schedules.
    pub state: String,
}
