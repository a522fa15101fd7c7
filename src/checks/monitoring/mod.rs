//! Layer 4: everything leaves a trace that somebody reads.

use super::{Check, Context, Demand, Protection, Verdict};
use crate::{
    model::{Function, Gap},
    remedy::{Effort, Plan, Risk},
};

mod api_access_unlogged;
mod control_plane_unwatched;
mod data_access_unrecorded;
mod data_events;
mod function_unscanned;
mod functions_unwatched;
mod invocations_unrecorded;
mod log_group_deletable;
mod log_retention_out_of_bounds;
mod log_silent;
mod logging_blind_or_leaky;
mod logs_not_writable;
mod logs_unmasked;
mod no_alarm;
mod no_live_trail;
mod secret_in_log;
mod state_machine_logging_off;
mod tracing_off;
mod watchers_missing;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[
    &logs_not_writable::CHECK,
    &log_silent::CHECK,
    &log_retention_out_of_bounds::CHECK,
    &log_group_deletable::CHECK,
    &logs_unmasked::CHECK,
    &secret_in_log::CHECK,
    &logging_blind_or_leaky::CHECK,
    &tracing_off::CHECK,
    &no_live_trail::CHECK,
    &invocations_unrecorded::CHECK,
    &data_access_unrecorded::CHECK,
    &functions_unwatched::CHECK,
    &function_unscanned::CHECK,
    &api_access_unlogged::CHECK,
    &state_machine_logging_off::CHECK,
    &no_alarm::CHECK,
    &control_plane_unwatched::CHECK,
    &watchers_missing::CHECK,
];

/// A function among `functions` of which the class demands `protection`.
///
/// # Errors
/// The gap, when none is but the tags of some are not known.
fn demanding<'a, 'f>(
    context: &Context<'a>,
    functions: &[&'f Function],
    protection: Protection,
) -> Result<Option<(&'f Function, Demand<'a>)>, Gap> {
    let mut gap = None;
    for function in functions {
        match context.standing_of(function).demand(protection) {
            Ok(Some(demand)) => return Ok(Some((function, demand))),
            Ok(None) => {}
            Err(unread) => gap = gap.or(Some(unread)),
        }
    }
    gap.map_or(Ok(None), Err)
}

/// A plan that has a trail take the data events that `wanted` selects.
fn record(verdict: &Verdict, summary: &str, wanted: &str) -> Plan {
    Plan::new(Effort::Guided, Risk::Careful, summary)
        .step(format!("Keep what a trail of {} selects: put-event-selectors replaces all of it", verdict.region))
        .step(crate::remedy::Call::new("cloudtrail", "get-event-selectors", &*verdict.region).ask("trail-name", "name of the trail"))
        .step(format!("Add to that: eventCategory Equals Data and {wanted}"))
        .step("Data events cost by the event: a function that is called often is worth its own selector")
}
