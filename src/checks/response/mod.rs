//! Layer 5: when it happens we can contain, investigate and recover.

use super::Check;

mod alias_split;
mod blind_spot;
mod changed_since_baseline;
mod containment_left_behind;
mod events_not_replayable;
mod evidence_perishable;
mod findings_unrouted;
mod live_threat;
mod no_rollback_point;
mod nobody_to_call;
mod operator_cannot_contain;
mod owner_unknown;
mod responder_dead;
mod secrets_not_rotatable;
mod stack_drifted;
mod unreleased_code;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[
    &live_threat::CHECK,
    &findings_unrouted::CHECK,
    &responder_dead::CHECK,
    &operator_cannot_contain::CHECK,
    &no_rollback_point::CHECK,
    &unreleased_code::CHECK,
    &alias_split::CHECK,
    &changed_since_baseline::CHECK,
    &stack_drifted::CHECK,
    &evidence_perishable::CHECK,
    &secrets_not_rotatable::CHECK,
    &events_not_replayable::CHECK,
    &nobody_to_call::CHECK,
    &owner_unknown::CHECK,
    &containment_left_behind::CHECK,
    &blind_spot::CHECK,
];
