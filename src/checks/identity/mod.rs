//! Layer 2: every function has the least permission it needs and explicit trust.

use super::Check;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[];
