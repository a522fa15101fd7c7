//! Amazon SQS queues.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText};

/// A queue of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its ARN.
    pub arn: Arn,
    /// Its URL, which every call names it by.
    pub url: String,
    /// What `GetQueueAttributes` says.
    pub attributes: Fact<QueueAttributes>,
}

/// What `GetQueueAttributes` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueAttributes {
    /// The queue policy (`Policy`), if it has one.
    pub policy: Option<PolicyText>,
    /// Encryption with SQS's own keys (`SqsManagedSseEnabled`); none where the endpoint does not say.
    pub sqs_managed_sse: Option<bool>,
    /// The key of its encryption (`KmsMasterKeyId`): an id, an alias or an ARN.
    pub kms_key: Option<String>,
    /// Seconds for which a message is kept (`MessageRetentionPeriod`): 60 to 1,209,600.
    pub retention_seconds: Option<u32>,
    /// Where messages go that nobody could handle (`deadLetterTargetArn` of `RedrivePolicy`).
    pub dead_letter_queue: Option<Arn>,
}
