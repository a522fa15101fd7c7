//! Parameters of AWS Systems Manager Parameter Store: never their values.

use serde::{Deserialize, Serialize};

use super::{Arn, Timestamp};

/// A parameter of the account, as `DescribeParameters` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its ARN.
    pub arn: Arn,
    /// `Name`, with its path.
    pub name: String,
    /// `Type`: `String`, `StringList` or `SecureString`.
    pub value_type: String,
    /// `KeyId` of a `SecureString`: a key's id, alias or ARN.
    pub kms_key: Option<String>,
    /// `Tier`: `Standard`, `Advanced`, `Intelligent-Tiering`.
    pub tier: Option<String>,
    /// `LastModifiedDate`.
    pub last_modified: Option<Timestamp>,
}

impl Parameter {
    /// Whether the value is stored encrypted.
    pub fn is_secure(&self) -> bool {
        self.value_type == "SecureString"
    }
}
