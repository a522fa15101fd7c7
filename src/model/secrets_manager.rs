//! Secrets of AWS Secrets Manager: never their values.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText, Timestamp};

/// A secret of the account, as `ListSecrets` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// `ARN`, with the six characters that Secrets Manager puts behind the name.
    pub arn: Arn,
    /// `Name`.
    pub name: String,
    /// `KmsKeyId`: a key's id, alias or ARN; none is the key that AWS manages for Secrets Manager.
    pub kms_key: Option<String>,
    /// `RotationEnabled`; AWS leaves it out of a secret that was never set up for rotation.
    pub rotation_enabled: Option<bool>,
    /// The function that rotates it (`RotationLambdaARN`); none where a service does so itself.
    pub rotation_function: Option<Arn>,
    /// `AutomaticallyAfterDays` of `RotationRules`.
    pub rotation_days: Option<u32>,
    /// `ScheduleExpression` of `RotationRules`.
    pub rotation_schedule: Option<String>,
    /// `LastRotatedDate`; none when it never was.
    pub last_rotated: Option<Timestamp>,
    /// `NextRotationDate`.
    pub next_rotation: Option<Timestamp>,
    /// `LastChangedDate`.
    pub last_changed: Option<Timestamp>,
    /// `LastAccessedDate`, to the day.
    pub last_accessed: Option<Timestamp>,
    /// `CreatedDate`.
    pub created: Option<Timestamp>,
    /// The Region that it is replicated from, or was created in (`PrimaryRegion`).
    pub primary_region: Option<String>,
    /// The service that manages it (`OwningService`).
    pub owning_service: Option<String>,
    /// The resource policy (`GetResourcePolicy`), if it has one.
    pub policy: Fact<Option<PolicyText>>,
    /// Where copies of it are kept (`ReplicationStatus` and `CrossAccountReplicas` of `DescribeSecret`).
    pub replicas: Fact<Vec<SecretReplica>>,
}

/// A copy of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretReplica {
    /// `Region`.
    pub region: String,
    /// `Status`: `InSync`, `Failed`, `InProgress`, …
    pub status: Option<String>,
    /// The copy in another account (`ReplicaSecretARN`).
    pub arn: Option<Arn>,
}
