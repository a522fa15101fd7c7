//! Amazon DynamoDB tables.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText, Timestamp};

/// A table of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its ARN.
    pub arn: Arn,
    /// `TableName`.
    pub name: String,
    /// What `DescribeTable` says.
    pub description: Fact<TableDescription>,
    /// Whether it can be restored to any point of the last days (`PointInTimeRecoveryStatus` of
    /// `DescribeContinuousBackups`).
    pub point_in_time_recovery: Fact<bool>,
    /// The table's resource policy (`GetResourcePolicy`), if it has one.
    pub policy: Fact<Option<PolicyText>>,
    /// The resource policy of its stream, which is a resource of its own; none without a stream.
    pub stream_policy: Fact<Option<PolicyText>>,
}

/// What `DescribeTable` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDescription {
    /// `TableStatus`: `ACTIVE`, `INACCESSIBLE_ENCRYPTION_CREDENTIALS`, `ARCHIVED`, …
    pub status: String,
    /// `DeletionProtectionEnabled`; none where the endpoint does not say.
    pub deletion_protection: Option<bool>,
    /// Encryption with a key of the account or of AWS's service (`SSEDescription`); none is a key that AWS owns.
    pub encryption: Option<TableEncryption>,
    /// The stream (`LatestStreamArn`), while `StreamSpecification` has it enabled.
    pub stream: Option<Arn>,
    /// Replicas in other Regions (`Replicas`), which belong to a global table.
    pub replicas: Vec<TableReplica>,
}

/// `SSEDescription` of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEncryption {
    /// `Status`: `ENABLED`, `UPDATING`, …
    pub status: Option<String>,
    /// `KMSMasterKeyArn`.
    pub kms_key: Option<Arn>,
    /// Since when the key cannot be used (`InaccessibleEncryptionDateTime`): after seven days AWS archives the table.
    pub inaccessible_since: Option<Timestamp>,
}

/// A replica of a global table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableReplica {
    /// `RegionName`.
    pub region: String,
    /// `ReplicaStatus`.
    pub status: Option<String>,
    /// `KMSMasterKeyId`.
    pub kms_key: Option<String>,
}
