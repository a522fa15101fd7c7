//! Layer 5: when it happens we can contain, investigate and recover.

use super::Check;
use crate::model::{EventSourceMapping, Function, Gap};

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

/// Whether `mapping` feeds whatever code of `function` was uploaded last: now, and by no version that was published.
///
/// # Errors
/// The gap, when it names an alias of which that is not known.
fn feeds_latest(function: &Function, mapping: &EventSourceMapping) -> Result<bool, Gap> {
    if matches!(mapping.state.as_str(), "Disabled" | "Disabling" | "Deleting") {
        return Ok(false);
    }
    match mapping.function.as_str().strip_prefix(function.arn.as_str()).unwrap_or_default().trim_start_matches(':') {
        "" | Function::UNQUALIFIED => Ok(true),
        version if version.bytes().all(|byte| byte.is_ascii_digit()) => Ok(false),
        alias => Ok(latest(function)?.contains(&alias)),
    }
}

/// The aliases of `function` that stand before no version but `$LATEST`.
///
/// # Errors
/// The gap, when its aliases are not known.
fn latest(function: &Function) -> Result<Vec<&str>, Gap> {
    let aliases = function.aliases.known()?.iter();
    Ok(aliases.filter(|alias| alias.version == Function::UNQUALIFIED).map(|alias| alias.name.as_str()).collect())
}
