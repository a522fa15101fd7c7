//! Layer 5: when it happens we can contain, investigate and recover.

use super::Check;

mod alias_split;
mod blind_spot;
mod containment_left_behind;
mod no_rollback_point;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] =
    &[&no_rollback_point::CHECK, &alias_split::CHECK, &containment_left_behind::CHECK, &blind_spot::CHECK];
