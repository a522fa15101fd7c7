//! Environment variables: what may be kept of a value, and what it gives away.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is kept of an environment variable's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvironmentValue {
    /// Provably harmless: a number, a boolean, a Region, a log level, an ARN, a path.
    Plain(String),
    /// Anything else: only its length, a fingerprint to compare it by, and what it looks like.
    Redacted {
        /// Length in bytes.
        length: usize,
        /// Keyed BLAKE3, 16 hexadecimal digits: equal values of one installation compare equal.
        fingerprint: String,
        /// What kind of secret it looks like, if any.
        secret: Option<SecretSign>,
    },
}

/// Why a value looks like a secret: the rule that matched, never the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretSign {
    /// The rule, such as `aws-secret-access-key` or `entropy-under-telling-name`.
    pub rule: String,
    /// Whether the shape alone proves it (a token prefix, a PEM block), as against a guess by name and entropy.
    pub proven: bool,
}

/// The key of fingerprints: one an installation, so that a snapshot alone cannot be guessed against.
#[derive(Clone)]
pub struct FingerprintKey([u8; 32]);

impl FingerprintKey {
    /// Wraps 32 random bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(..)")
    }
}

impl EnvironmentValue {
    /// What may be kept of `value` under the name `key`.
    pub fn classify(key: &str, value: &str, fingerprints: &FingerprintKey) -> Self {
        let _ = key;
        let hash = blake3::keyed_hash(&fingerprints.0, value.as_bytes());
        Self::Redacted { length: value.len(), fingerprint: hash.to_hex()[..16].to_owned(), secret: None }
    }
}
