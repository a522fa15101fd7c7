//! Layer 5: when it happens we can contain, investigate and recover.

use super::Check;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[];
