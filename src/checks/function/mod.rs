//! Layer 1: only trusted code runs, and only for trusted callers.

use super::Check;
#[cfg(test)]
use crate::{
    checks::testing::{ACCOUNT, REGION, now},
    model::{Posture, Region},
};

mod customer_runtime_withdrawn;
mod egress_unbounded;
mod events_lost;
mod foreign_account_granted;
mod foreign_layer;
mod image_outdated;
mod injection_environment;
mod latent_public_url;
mod layer_publishers;
mod layer_shared_with_everyone;
mod microvm_exposed;
mod no_concurrency_ceiling;
mod public_function_url;
mod publicly_invocable;
mod recursive_loop_allowed;
mod requests_unvalidated;
mod runtime_support_ending;
mod runtime_unsupported;
mod runtime_updates_held_back;
mod runtimes;
mod secret_in_environment;
mod secret_in_package;
mod service_without_source;
mod single_zone;
mod timeout_too_long;
mod unsigned_code_accepted;
mod unused_function;
mod url_cors_any_origin;
mod urls;
mod vulnerable_code;
mod web_endpoint_open;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[
    &publicly_invocable::CHECK,
    &public_function_url::CHECK,
    &latent_public_url::CHECK,
    &url_cors_any_origin::CHECK,
    &service_without_source::CHECK,
    &foreign_account_granted::CHECK,
    &runtime_unsupported::CHECK,
    &runtime_support_ending::CHECK,
    &runtime_updates_held_back::CHECK,
    &image_outdated::CHECK,
    &secret_in_environment::CHECK,
    &secret_in_package::CHECK,
    &vulnerable_code::CHECK,
    &unsigned_code_accepted::CHECK,
    &foreign_layer::CHECK,
    &layer_shared_with_everyone::CHECK,
    &injection_environment::CHECK,
    &no_concurrency_ceiling::CHECK,
    &recursive_loop_allowed::CHECK,
    &timeout_too_long::CHECK,
    &requests_unvalidated::CHECK,
    &egress_unbounded::CHECK,
    &single_zone::CHECK,
    &events_lost::CHECK,
    &unused_function::CHECK,
    &web_endpoint_open::CHECK,
    &microvm_exposed::CHECK,
    &customer_runtime_withdrawn::CHECK,
];

/// A posture in which nobody has looked at anything yet, in one Region: for the cases of checks that ask a list only.
#[cfg(test)]
fn unread() -> Posture {
    let mut posture = Posture::new(ACCOUNT, now());
    posture.regions.insert(REGION.to_owned(), Region::default());
    posture
}
