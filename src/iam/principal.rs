//! `Principal` and `NotPrincipal`: whom a statement of a resource policy names.

use super::{request::Caller, truth::Truth};

/// One principal that a statement names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Principal {
    /// `*` or `{"AWS": "*"}`.
    Anyone,
    /// An account, by its 12-digit id or its `:root` ARN.
    Account(String),
    /// `AWS`: the ARN of a user, role or session, or the unique id that stays when it was deleted.
    Aws(String),
    /// `Service`.
    Service(String),
    /// `Federated`: an identity provider.
    Federated(String),
    /// `CanonicalUser`: an account, by its S3 id.
    CanonicalUser(String),
}

impl Principal {
    /// Reads a value under `kind`; none when there is no such kind.
    pub(super) fn new(kind: &str, value: &str) -> Option<Self> {
        Some(match kind {
            "AWS" if value == "*" => Self::Anyone,
            "AWS" => match account(value) {
                Some(account) => Self::Account(account.to_owned()),
                None => Self::Aws(value.to_owned()),
            },
            "Service" => Self::Service(value.to_owned()),
            "Federated" => Self::Federated(value.to_owned()),
            "CanonicalUser" => Self::CanonicalUser(value.to_owned()),
            _ => return None,
        })
    }

    /// What the statement says: an id, an ARN, a service or `*`.
    pub fn text(&self) -> &str {
        match self {
            Self::Anyone => "*",
            Self::Account(text) | Self::Aws(text) | Self::Service(text) | Self::Federated(text) | Self::CanonicalUser(text) => text,
        }
    }

    /// How it names `caller`.
    fn names(&self, caller: &Caller) -> Option<Naming> {
        match (self, caller) {
            (Self::Anyone, _) => Some(Naming::Everyone),
            (Self::Account(account), Caller::Principal(_)) => (caller.account() == Some(account)).then_some(Naming::Account),
            (Self::Aws(arn), Caller::Principal(caller)) => names(arn, caller),
            (Self::Service(name), Caller::Service(caller)) => name.eq_ignore_ascii_case(caller).then_some(Naming::Itself),
            (Self::Federated(name), Caller::Federated(caller)) => (name == caller).then_some(Naming::Itself),
            _ => None,
        }
    }
}

/// The account id that a principal stands for, if it is a whole account.
fn account(value: &str) -> Option<&str> {
    if value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value);
    }
    let mut parts = value.splitn(6, ':');
    let (arn, service) = (parts.next()?, parts.nth(1)?);
    let (account, resource) = (parts.nth(1)?, parts.next()?);
    (arn == "arn" && service == "iam" && resource == "root").then_some(account)
}

/// How `arn` in a statement names the caller: exactly, or the role or user that its session comes from.
fn names(arn: &str, caller: &str) -> Option<Naming> {
    if arn == caller {
        // A role that asks is, in truth, one of its sessions.
        let is_role = caller.splitn(6, ':').nth(5).is_some_and(|resource| resource.starts_with("role/"));
        return Some(if is_role { Naming::Role } else { Naming::Itself });
    }
    session_of(arn, caller).then_some(Naming::Role)
}

/// Whether `caller` is a session of the role or user `arn`. Sessions do not tell the role's path.
fn session_of(arn: &str, caller: &str) -> bool {
    let (Some(known), Some(asking)) = (identity(arn), identity(caller)) else { return false };
    if (known.0, known.1) != (asking.0, asking.1) {
        return false;
    }
    let last = known.2.rsplit('/').next().unwrap_or_default();
    if known.2.starts_with("role/") {
        let mut steps = asking.2.splitn(3, '/');
        return steps.next() == Some("assumed-role") && steps.next() == Some(last);
    }
    known.2.starts_with("user/") && asking.2.strip_prefix("federated-user/") == Some(last)
}

/// Partition, account and resource of an ARN.
fn identity(arn: &str) -> Option<(&str, &str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let partition = parts.nth(1)?;
    let account = parts.nth(2)?;
    Some((partition, account, parts.next()?))
}

/// How a statement names a caller; the closest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Naming {
    /// Its account.
    Account,
    /// The role or user that its session comes from.
    Role,
    /// Everyone.
    Everyone,
    /// Itself.
    Itself,
}

/// `Principal` or `NotPrincipal` of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Principals {
    pub(super) not: bool,
    pub(super) entries: Vec<Principal>,
}

impl Principals {
    /// Whether the statement speaks of `caller`, and how closely it names it.
    pub(super) fn cover(&self, caller: &Caller) -> (Truth, Option<Naming>) {
        let naming = self.entries.iter().filter_map(|entry| entry.names(caller)).max();
        if !self.not {
            return (naming.is_some().into(), naming);
        }
        match naming {
            // The documents ask for the account *and* the principal, and do not say what the account alone does.
            Some(Naming::Account) => (Truth::Unknown, None),
            Some(_) => (Truth::False, None),
            None => (Truth::True, Some(Naming::Everyone)),
        }
    }
}
