//! Grants of KMS keys, as the policies that they amount to.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Caller, Document, Named, principal::Principals};
use crate::model::{Gap, Grant, Key};

/// What a grant can be about.
const OPERATIONS: [&str; 16] = [
    "creategrant",
    "decrypt",
    "derivesharedsecret",
    "describekey",
    "encrypt",
    "generatedatakey",
    "generatedatakeypair",
    "generatedatakeypairwithoutplaintext",
    "generatedatakeywithoutplaintext",
    "generatemac",
    "getpublickey",
    "reencryptfrom",
    "reencryptto",
    "retiregrant",
    "sign",
    "verify",
];

/// The grants of `key` that let `caller` do `action`, in lower case.
///
/// # Errors
/// The gap, when the grants were not read and the action is one that they can be about.
pub(super) fn to(key: &Key, caller: &Caller, action: &str) -> Result<Vec<Named>, Gap> {
    let Some(operation) = action.strip_prefix("kms:") else { return Ok(Vec::new()) };
    if !OPERATIONS.contains(&operation) && operation != "verifymac" {
        return Ok(Vec::new());
    }
    let grants = key.grants.known()?;
    let of_operation = grants.iter().filter(|grant| grant.operations.iter().any(|granted| granted.eq_ignore_ascii_case(operation)));
    Ok(of_operation.filter_map(|grant| named(grant, operation)).filter(|named| names(named, caller)).collect())
}

fn names(named: &Named, caller: &Caller) -> bool {
    let principals = |statement: &super::Statement| {
        let principals = Principals { not: false, entries: statement.principals().to_vec() };
        principals.cover(caller).1.is_some()
    };
    named.document.statements.iter().any(|statement| principals(statement))
}

fn named(grant: &Grant, operation: &str) -> Option<Named> {
    let kind = if grant.grantee.starts_with("arn:") { "AWS" } else { "Service" };
    let mut conditions: BTreeMap<String, &str> =
        grant.encryption_context.iter().map(|(key, value)| (format!("kms:EncryptionContext:{key}"), value.as_str())).collect();
    if grant.constrained && conditions.is_empty() {
        conditions.insert("kms:EncryptionContext".to_owned(), "what the grant asks for");
    }
    let statement = json!({
        "Sid": grant.id, "Effect": "Allow", "Principal": {kind: grant.grantee}, "Action": format!("kms:{operation}"), "Resource": "*",
        "Condition": {"StringEquals": conditions},
    });
    let document = Document::parse(&json!({"Statement": statement}).to_string()).ok()?;
    Some(Named::new(format!("grant {}", grant.name.as_deref().unwrap_or(&grant.id)), document))
}
