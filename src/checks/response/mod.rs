//! Layer 5: when it happens we can contain, investigate and recover.

use super::Check;

mod alias_split;
mod blind_spot;
mod containment_left_behind;
mod no_rollback_point;
mod operator_cannot_contain;
mod secrets_not_rotatable;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[
    &operator_cannot_contain::CHECK,
    &no_rollback_point::CHECK,
    &alias_split::CHECK,
    &secrets_not_rotatable::CHECK,
    &containment_left_behind::CHECK,
    &blind_spot::CHECK,
];
