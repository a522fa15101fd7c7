//! What the checks on keys share.

use crate::{
    checks::Evidence,
    model::{Arn, Grant, Key, text},
    remedy::{Call, Plan},
};

/// What a key policy can grant on a key, as far as it harms.
pub(super) const KEY_ACTIONS: &[&str] = &[
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:DisableKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateMac",
    "kms:PutKeyPolicy",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:ReplicateKey",
    "kms:ScheduleKeyDeletion",
    "kms:Sign",
    "kms:Verify",
    "kms:VerifyMac",
];

/// Whether `key` is known to be one of AWS's.
pub(super) fn is_aws_managed(key: &Key) -> bool {
    key.metadata.known().is_ok_and(|metadata| !metadata.customer_managed)
}

/// What people call `key`: its first alias, else its id.
pub(super) fn called(key: &Key) -> String {
    let alias = key.aliases.known().ok().and_then(|aliases| aliases.first());
    text::clean(alias.unwrap_or(&key.id)).into_owned()
}

/// The plan with a new key policy to give, and the old one to put back.
pub(super) fn replace_policy(plan: Plan, key: &Key) -> Option<Plan> {
    let put = || Call::new("kms", "put-key-policy", key.arn.region()).with("key-id", key.arn.as_str()).with("policy-name", "default");
    Some(
        plan.step("Keep a statement that lets an administrator of this account change the policy, or the key is lost to everyone")
            .step(put().ask("policy", "file://path to the policy without these statements"))
            .undo(put().with("policy", key.policy.known().ok()?.as_str())),
    )
}

/// Whether `grantee` is an AWS service or the role that one keeps in the account.
pub(super) fn is_service(grantee: &str) -> bool {
    grantee.ends_with(".amazonaws.com") || Arn::from(grantee).resource().starts_with("role/aws-service-role/")
}

/// What shows a grant: whom it is for, and what for.
pub(super) fn grant_evidence(grant: &Grant) -> [Evidence; 2] {
    let pointer = |field: &str| format!("Grants[{}].{field}", text::clean(&grant.id));
    [
        Evidence::field("kms:ListGrants", pointer("GranteePrincipal"), &grant.grantee),
        Evidence::field("kms:ListGrants", pointer("Operations"), grant.operations.join(", ")),
    ]
}
