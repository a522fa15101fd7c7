//! Layer 2: every function has the least permission it needs and explicit trust.

use super::{Check, glance, held};

mod administrator_role;
mod allow_by_exception;
mod api_key_only;
mod api_method_open;
mod api_route_open;
mod broad_managed_policy;
mod ci_trust_too_wide;
mod cross_account_trust_unbound;
mod decrypt_with_any_key;
mod escalation;
mod event_source_open;
mod execution_role_trusts_others;
mod feeding;
mod names;
mod no_guardrail;
mod pass_role_unrestricted;
mod privileged_function_rewritable;
mod role_assumable_by_anyone;
mod role_broken;
mod role_can_escalate;
mod role_shared;
mod sensitive_data_unbounded;
mod service_wide_wildcard;
mod trust;
mod unused_permissions;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[
    &administrator_role::CHECK,
    &role_can_escalate::CHECK,
    &service_wide_wildcard::CHECK,
    &sensitive_data_unbounded::CHECK,
    &decrypt_with_any_key::CHECK,
    &role_shared::CHECK,
    &unused_permissions::CHECK,
    &role_assumable_by_anyone::CHECK,
    &execution_role_trusts_others::CHECK,
    &cross_account_trust_unbound::CHECK,
    &ci_trust_too_wide::CHECK,
    &pass_role_unrestricted::CHECK,
    &privileged_function_rewritable::CHECK,
    &role_broken::CHECK,
    &allow_by_exception::CHECK,
    &broad_managed_policy::CHECK,
    &api_method_open::CHECK,
    &api_route_open::CHECK,
    &api_key_only::CHECK,
    &event_source_open::CHECK,
    &no_guardrail::CHECK,
];
