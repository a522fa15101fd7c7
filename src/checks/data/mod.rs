//! Layer 3: encrypted in transit and at rest, keys rotate, data stays where it may be.

use super::Check;

mod api_cache_unprotected;
mod data_flow_leak;
mod data_open_to_foreign_account;
mod data_outside_regions;
mod environment_without_customer_key;
mod function_bucket_exposed;
mod grant_too_wide;
mod key_actions;
mod key_not_used;
mod key_open_to_foreign_account;
mod key_policy_public;
mod key_rotation_off;
mod key_unusable;
mod log_group_without_customer_key;
mod mount_unprotected;
mod old_tls_accepted;
mod payload_unprotected;
mod queue_unencrypted;
mod secret_in_clear;
mod secret_not_rotated;
mod sinks;
mod sources;
mod table_unprotected;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[
    &environment_without_customer_key::CHECK,
    &key_unusable::CHECK,
    &key_policy_public::CHECK,
    &key_rotation_off::CHECK,
    &grant_too_wide::CHECK,
    &key_open_to_foreign_account::CHECK,
    &key_not_used::CHECK,
    &log_group_without_customer_key::CHECK,
    &queue_unencrypted::CHECK,
    &table_unprotected::CHECK,
    &data_open_to_foreign_account::CHECK,
    &function_bucket_exposed::CHECK,
    &secret_not_rotated::CHECK,
    &secret_in_clear::CHECK,
    &api_cache_unprotected::CHECK,
    &old_tls_accepted::CHECK,
    &payload_unprotected::CHECK,
    &mount_unprotected::CHECK,
    &data_flow_leak::CHECK,
    &data_outside_regions::CHECK,
];
