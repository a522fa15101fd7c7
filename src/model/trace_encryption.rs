//! How X-Ray keeps traces.

use serde::{Deserialize, Serialize};

use super::Arn;

/// How X-Ray encrypts the traces of a Region (`GetEncryptionConfig`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceEncryption {
    /// Whether `Type` is `KMS`; `NONE` is encryption with a key that AWS owns.
    pub kms: bool,
    /// The customer's key (`KeyId`), with `KMS`.
    pub key: Option<Arn>,
    /// `Status`: `ACTIVE`, or `UPDATING` while a change is on its way.
    pub status: String,
}
