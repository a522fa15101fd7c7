//! Layer 1: only trusted code runs, and only for trusted callers.

use super::Check;

mod recursive_loop_allowed;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[&recursive_loop_allowed::CHECK];
