//! What is wrong with the account that `planted` makes, and which emulator shows it.

/// What a planted flaw is on an emulator, and why it is not found where it is not.
#[derive(Clone, Copy)]
pub(crate) enum Says {
    /// Found.
    Fail,
    /// The emulator cannot hold the fact, or not tell it: see `BLIND` of `acceptance`.
    Unknown,
    /// The emulator holds something else, in which there is no such flaw.
    Pass(&'static str),
    /// The emulator does not take the resource at all.
    Absent(&'static str),
}

use Says::{Absent, Fail, Pass, Unknown};

/// One flaw: the check that finds it, the resource, and what that is on moto and on ministack.
pub(crate) struct Row(pub(crate) &'static str, pub(crate) &'static str, pub(crate) Says, pub(crate) Says);

/// All that is wrong with the planted account, and nothing else is.
pub(crate) const FLAWS: &[Row] = &[
    Row("FN-001", "function:public", Fail, Fail),
    Row("FN-001", "function:public-alias", Fail, Fail),
    Row("FN-001", "function:exposed", Fail, Pass("anyone may invoke it, but only through its URL; moto forgets that condition")),
    Row("FN-002", "function:exposed", Unknown, Fail),
    Row("FN-003", "function:latent", Unknown, Fail),
    Row("FN-004", "function:cors", Unknown, Fail),
    Row("FN-005", "function:deputy", Fail, Fail),
    Row("FN-006", "function:foreigner", Fail, Fail),
    Row("FN-007", "function:old", Fail, Fail),
    Row("FN-008", "function:aging", Fail, Fail),
    Row("FN-009", "function:old", Unknown, Unknown),
    Row("FN-011", "function:leaky", Fail, Fail),
    Row("FN-014", "function:sound", Unknown, Unknown),
    Row("FN-015", "function:layered", Absent("it takes no layer that it does not have"), Fail),
    Row("FN-016", "layer:tools:1", Fail, Fail),
    Row("FN-017", "function:hooked", Fail, Fail),
    Row("FN-018", "function:public", Fail, Fail),
    Row("FN-018", "function:public-alias", Fail, Fail),
    Row("FN-018", "function:exposed", Fail, Fail),
    Row("FN-019", "function:looping", Unknown, Fail),
    Row("IA-001", "role/admin", Fail, Fail),
    Row("IA-002", "role/negative", Fail, Fail),
    Row("IA-002", "role/exporter", Fail, Fail),
    Row("IA-003", "role/broad", Fail, Fail),
    Row("IA-003", "role/wild", Fail, Fail),
    Row("IA-004", "role/broad", Fail, Fail),
    Row("IA-004", "role/negative", Fail, Fail),
    Row("IA-005", "role/negative", Fail, Fail),
    Row("IA-006", "role/shared", Fail, Fail),
    Row("IA-007", "role/shared", Unknown, Unknown),
    Row("IA-008", "role/open", Fail, Fail),
    Row("IA-009", "role/open", Fail, Fail),
    Row("IA-009", "role/mixed", Fail, Fail),
    Row("IA-010", "role/partner", Fail, Fail),
    Row("IA-011", "role/ci", Fail, Fail),
    Row("IA-012", "role/passer", Fail, Fail),
    Row("IA-013", "function:admin", Fail, Fail),
    Row("IA-014", "function:orphan", Fail, Fail),
    Row("IA-015", "role/negative", Fail, Fail),
    Row("IA-016", "role/broad", Fail, Fail),
    Row("IA-025", "function:fed", Fail, Fail),
    // Not planted, but true: neither account is in an organization.
    Row("IA-026", "root", Fail, Fail),
    Row("DP-001", "function:unkeyed", Fail, Fail),
    Row("DP-002", "function:locked", Fail, Fail),
    Row("DP-003", "key/public", Fail, Fail),
    Row("DP-004", "key/unrotated", Fail, Fail),
    Row("DP-005", "key/granted", Fail, Fail),
    Row("DP-006", "key/granted", Fail, Fail),
    Row("DP-006", "key/foreign", Fail, Fail),
    Row("DP-008", "log-group:/aws/lambda/unkeyed", Fail, Fail),
    Row("DP-011", "stream/shared", Fail, Fail),
    Row("DP-012", "orders", Fail, Unknown),
    Row("DP-019", "function:classified", Fail, Fail),
    Row("MV-001", "function:mute", Fail, Fail),
    Row("MV-003", "log-group:/aws/lambda/brief", Fail, Fail),
    Row("MV-003", "log-group:/aws/lambda/eternal", Fail, Fail),
    Row("MV-004", "log-group:/aws/lambda/classified", Unknown, Unknown),
    Row("MV-005", "log-group:/aws/lambda/classified", Fail, Fail),
    Row("MV-007", "function:terse", Unknown, Fail),
    Row("MV-007", "function:verbose", Unknown, Fail),
    Row("MV-008", "function:untraced", Fail, Fail),
    // Not planted, but true: neither account has a trail, nor anything that watches it.
    Row("MV-009", "root", Fail, Fail),
    Row("MV-010", "function:sound", Unknown, Unknown),
    Row("MV-012", "detector/*", Fail, Unknown),
    Row("MV-013", "account-status", Unknown, Fail),
    Row("IR-004", "function:sound", Unknown, Pass("the root user asks, who may do everything")),
    Row("IR-005", "function:unversioned", Fail, Fail),
    Row("IR-007", "function:weighted", Fail, Fail),
    Row("IR-011", "role/admin", Fail, Fail),
    Row("IR-011", "role/negative", Fail, Fail),
    Row("IR-015", "function:contained", Fail, Fail),
    // Not planted, but true: neither emulator offers all of Lambda.
    Row("IR-016", "lambda", Fail, Fail),
];

/// Checks that are proved by cases on postures only: what they go by is in no planted account.
pub(crate) const ON_POSTURES: &[&str] = &[
    "DP-007", "DP-009", "DP-010", "DP-013", "DP-014", "DP-015", "DP-016", "DP-017", "DP-018", "DP-020", "FN-010", "FN-012", "FN-013",
    "FN-020", "FN-021", "FN-022", "FN-023", "FN-024", "FN-025", "FN-026", "FN-027", "FN-028", "IA-017", "IA-018", "IA-019", "IA-020",
    "IA-021", "IA-022", "IA-023", "IA-024", "IR-001", "IR-002", "IR-003", "IR-006", "IR-008", "IR-009", "IR-010", "IR-012", "IR-013",
    "IR-014", "MV-002", "MV-006", "MV-011", "MV-014", "MV-015", "MV-016", "MV-017", "MV-018",
];
