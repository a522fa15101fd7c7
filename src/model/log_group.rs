//! CloudWatch Logs log groups.

use serde::{Deserialize, Serialize};

use super::{Arn, Timestamp};

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
    /// `deletionProtectionEnabled`; none where the endpoint does not know the field.
    pub deletion_protection: Option<bool>,
    /// `storedBytes`.
    pub stored_bytes: u64,
    /// `creationTime`.
    pub created: Option<Timestamp>,
}
