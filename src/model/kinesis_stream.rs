//! Amazon Kinesis data streams.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText};

/// A data stream of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KinesisStream {
    /// `StreamARN`.
    pub arn: Arn,
    /// What `DescribeStreamSummary` says.
    pub summary: Fact<KinesisStreamSummary>,
    /// Its resource policy (`GetResourcePolicy`); a known `None` is open to its own account only.
    pub policy: Fact<Option<PolicyText>>,
}

/// What `DescribeStreamSummary` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KinesisStreamSummary {
    /// `StreamStatus`.
    pub status: String,
    /// `EncryptionType`: `KMS` or `NONE`; none where the endpoint does not say.
    pub encryption: Option<String>,
    /// The key of its encryption (`KeyId`): an id, an alias or an ARN.
    pub kms_key: Option<String>,
    /// For how long records stay (`RetentionPeriodHours`): 24 to 8,760.
    pub retention_hours: u32,
}
