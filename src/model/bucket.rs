//! Amazon S3 buckets, and what S3 blocks for the account as a whole.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText, Timestamp};

/// A general purpose bucket of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its ARN, which names neither Region nor account.
    pub arn: Arn,
    /// `Name`.
    pub name: String,
    /// The Region it is in (`BucketRegion`).
    pub region: String,
    /// Whether the endpoint said so; where it does not, every bucket counts for the Region that was asked.
    pub region_stated: bool,
    /// `CreationDate`.
    pub created: Option<Timestamp>,
    /// The bucket policy (`GetBucketPolicy`), if it has one.
    pub policy: Fact<Option<PolicyText>>,
    /// Whether S3 takes the policy for public (`GetBucketPolicyStatus`, `IsPublic`); none without a policy.
    pub policy_is_public: Fact<Option<bool>>,
    /// What the bucket blocks (`GetPublicAccessBlock`); none where it blocks nothing by itself.
    pub public_access_block: Fact<Option<PublicAccessBlock>>,
    /// How objects are encrypted by default (`GetBucketEncryption`).
    pub encryption: Fact<Option<BucketEncryption>>,
    /// `GetBucketVersioning`.
    pub versioning: Fact<BucketVersioning>,
    /// `GetObjectLockConfiguration`; none without Object Lock.
    pub object_lock: Fact<Option<ObjectLock>>,
    /// The rules of `GetBucketReplication`; empty without replication.
    pub replication: Fact<Vec<ReplicationRule>>,
    /// `GetBucketNotificationConfiguration`.
    pub notifications: Fact<BucketNotifications>,
}

impl Bucket {
    /// A bucket of which nothing is known but where it is.
    pub fn new(partition: &str, name: String, region: &str) -> Self {
        Self {
            arn: Arn::build(partition, "s3", "", "", &name),
            name,
            region: region.to_owned(),
            region_stated: true,
            created: None,
            policy: Fact::unread("s3:GetBucketPolicy"),
            policy_is_public: Fact::unread("s3:GetBucketPolicyStatus"),
            public_access_block: Fact::unread("s3:GetBucketPublicAccessBlock"),
            encryption: Fact::unread("s3:GetEncryptionConfiguration"),
            versioning: Fact::unread("s3:GetBucketVersioning"),
            object_lock: Fact::unread("s3:GetBucketObjectLockConfiguration"),
            replication: Fact::unread("s3:GetReplicationConfiguration"),
            notifications: Fact::unread("s3:GetBucketNotification"),
        }
    }
}

/// `PublicAccessBlockConfiguration`, of a bucket or of the account: what either of them blocks is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAccessBlock {
    /// `BlockPublicAcls`.
    pub block_public_acls: bool,
    /// `IgnorePublicAcls`.
    pub ignore_public_acls: bool,
    /// `BlockPublicPolicy`.
    pub block_public_policy: bool,
    /// `RestrictPublicBuckets`.
    pub restrict_public_buckets: bool,
}

/// The rule of `GetBucketEncryption`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketEncryption {
    /// `SSEAlgorithm`: `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub algorithm: String,
    /// `KMSMasterKeyID`: an id, an alias or an ARN; none with `aws:kms` is the key that AWS manages for S3.
    pub kms_key: Option<String>,
}

/// `Status` of `GetBucketVersioning`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BucketVersioning {
    /// It was never switched on: AWS leaves `Status` out.
    Never,
    /// `Enabled`.
    Enabled,
    /// `Suspended`.
    Suspended,
}

/// `ObjectLockConfiguration` of a bucket with Object Lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLock {
    /// `Mode` of the default retention: `GOVERNANCE`, which some may bypass, or `COMPLIANCE`; none without a default.
    pub mode: Option<String>,
    /// `Days` of the default retention.
    pub days: Option<u32>,
    /// `Years` of the default retention.
    pub years: Option<u32>,
}

/// A rule of `GetBucketReplication`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicationRule {
    /// Whether `Status` is `Enabled`.
    pub enabled: bool,
    /// The bucket that objects are copied to (`Destination.Bucket`), whose ARN does not say in which Region it is.
    pub bucket: Arn,
    /// The account that gets to own the copies (`Destination.Account`), where it is named.
    pub account: Option<String>,
}

/// `GetBucketNotificationConfiguration`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketNotifications {
    /// Functions, queues and topics that are told.
    pub targets: Vec<NotificationTarget>,
    /// Whether all events go to EventBridge (`EventBridgeConfiguration`).
    pub event_bridge: bool,
}

/// Who is told of which events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationTarget {
    /// `CloudFunction`, `Queue` or `Topic`.
    pub arn: Arn,
    /// `Event`: `s3:ObjectCreated:*`, …
    pub events: Vec<String>,
}
