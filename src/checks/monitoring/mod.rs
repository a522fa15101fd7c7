//! Layer 4: everything leaves a trace that somebody reads.

use super::{Asset, Check, Context};
use crate::model::{Function, Gap};

mod control_plane_unwatched;
mod log_group_deletable;
mod log_retention_out_of_bounds;
mod logging_blind_or_leaky;
mod logs_not_writable;
mod logs_unmasked;
mod no_alarm;
mod state_machine_logging_off;
mod tracing_off;
mod watchers_missing;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[
    &logs_not_writable::CHECK,
    &log_retention_out_of_bounds::CHECK,
    &log_group_deletable::CHECK,
    &logs_unmasked::CHECK,
    &logging_blind_or_leaky::CHECK,
    &tracing_off::CHECK,
    &state_machine_logging_off::CHECK,
    &no_alarm::CHECK,
    &control_plane_unwatched::CHECK,
    &watchers_missing::CHECK,
];

/// A function among `functions` that is tagged as sensitive.
///
/// # Errors
/// The gap, when none is but the tags of some are not known.
fn sensitive<'a>(context: &Context<'_>, functions: &[&'a Function]) -> Result<Option<&'a Function>, Gap> {
    let found = functions.iter().find(|function| context.settings.asset(function) == Asset::Sensitive);
    match (found, functions.iter().find_map(|function| function.tags.gap())) {
        (None, Some(gap)) => Err(gap.clone()),
        (found, _) => Ok(found.copied()),
    }
}
