//! CloudWatch Logs log groups.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, SubscriptionFilter, Timestamp};

/// A log group, as `DescribeLogGroups` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGroup {
    /// Its ARN without the trailing `:*`.
    pub arn: Arn,
    /// `logGroupName`.
    pub name: String,
    /// `retentionInDays`; none never expires.
    pub retention_days: Option<u32>,
    /// The customer managed key (`kmsKeyId`); without one CloudWatch Logs still encrypts with its own.
    pub kms_key: Option<Arn>,
    /// `dataProtectionStatus`: `ACTIVATED`, `DELETED`, `ARCHIVED`, `DISABLED`.
    pub data_protection: Option<String>,
    /// `inheritedProperties`: `ACCOUNT_DATA_PROTECTION` where the account's policy holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherited: Vec<String>,
    /// `deletionProtectionEnabled`; none where the endpoint does not know the field.
    pub deletion_protection: Option<bool>,
    /// `storedBytes`.
    pub stored_bytes: u64,
    /// `creationTime`.
    pub created: Option<Timestamp>,
    /// `lastEventTimestamp` of the stream with the newest event (`DescribeLogStreams`), which AWS may have an hour late;
    /// none without any event. Asked of log groups of functions alone.
    #[serde(default = "LogGroup::unasked_last_event")]
    pub last_event: Fact<Option<Timestamp>>,
    /// `DescribeSubscriptionFilters`. Asked of log groups of functions alone.
    #[serde(default = "LogGroup::unasked_subscriptions")]
    pub subscriptions: Fact<Vec<SubscriptionFilter>>,
}

impl LogGroup {
    /// Whether it is where a function logs by default: `/aws/lambda/` and its name.
    pub fn is_of_function(&self) -> bool {
        self.name.starts_with("/aws/lambda/")
    }

    fn unasked_last_event() -> Fact<Option<Timestamp>> {
        Fact::unread("logs:DescribeLogStreams")
    }

    fn unasked_subscriptions() -> Fact<Vec<SubscriptionFilter>> {
        Fact::unread("logs:DescribeSubscriptionFilters")
    }
}
