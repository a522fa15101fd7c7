//! KMS keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText, Timestamp};

/// A KMS key of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its ARN.
    pub arn: Arn,
    /// `KeyId`.
    pub id: String,
    /// Alias names with `alias/`, when `ListAliases` could be read.
    pub aliases: Fact<Vec<String>>,
    /// What `DescribeKey` says.
    pub metadata: Fact<KeyMetadata>,
    /// The key policy (`GetKeyPolicy`).
    pub policy: Fact<PolicyText>,
    /// `GetKeyRotationStatus`; unsupported for keys that cannot rotate.
    pub rotation_enabled: Fact<bool>,
    /// `ListGrants`.
    pub grants: Fact<Vec<Grant>>,
}

impl Key {
    /// A key of which nothing is known but its ARN.
    pub fn new(arn: Arn) -> Self {
        Self {
            id: arn.name().to_owned(),
            arn,
            aliases: Fact::unread("kms:ListAliases"),
            metadata: Fact::unread("kms:DescribeKey"),
            policy: Fact::unread("kms:GetKeyPolicy"),
            rotation_enabled: Fact::unread("kms:GetKeyRotationStatus"),
            grants: Fact::unread("kms:ListGrants"),
        }
    }
}

/// What `DescribeKey` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyMetadata {
    /// `Description`.
    pub description: String,
    /// `KeyState`: `Enabled`, `Disabled`, `PendingDeletion`, …
    pub state: String,
    /// Whether `KeyManager` is `CUSTOMER`.
    pub customer_managed: bool,
    /// `Origin`: `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, …
    pub origin: String,
    /// `KeySpec`: `SYMMETRIC_DEFAULT`, `RSA_2048`, `HMAC_256`, …
    pub spec: String,
    /// `MultiRegion`; some emulators leave it out.
    pub multi_region: Option<bool>,
    /// The Regions of the primary key and of its replicas (`MultiRegionConfiguration`); none where the answer has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica_regions: Option<Vec<String>>,
    /// `CreationDate`.
    pub created: Option<Timestamp>,
    /// `DeletionDate`, when it is pending deletion.
    pub deletion: Option<Timestamp>,
}

/// A grant on a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// `GrantId`.
    pub id: String,
    /// `Name`.
    pub name: Option<String>,
    /// `GranteePrincipal`: an ARN or a service.
    pub grantee: String,
    /// `Operations`.
    pub operations: Vec<String>,
    /// Whether `Constraints` bind an encryption context.
    pub constrained: bool,
    /// The encryption context that is bound, by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub encryption_context: BTreeMap<String, String>,
    /// `CreationDate`.
    pub created: Option<Timestamp>,
}
