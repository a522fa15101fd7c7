//! Layer 2: every function has the least permission it needs and explicit trust.

use super::Check;

mod allow_by_exception;
mod broad_managed_policy;
mod cross_account_trust_unbound;
mod execution_role_trusts_others;
mod held;
mod role_assumable_by_anyone;
mod role_broken;
mod role_shared;
mod trust;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[
    &role_shared::CHECK,
    &role_assumable_by_anyone::CHECK,
    &execution_role_trusts_others::CHECK,
    &cross_account_trust_unbound::CHECK,
    &role_broken::CHECK,
    &allow_by_exception::CHECK,
    &broad_managed_policy::CHECK,
];
