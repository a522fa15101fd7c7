//! A request, as far as it is known.

use std::{collections::BTreeMap, sync::Arc};

/// What is known of one context key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lookup<'a> {
    /// The request has no such key.
    Absent,
    One(&'a str),
    Many(&'a [String]),
    /// Nobody knows.
    Unknown,
}

/// The context keys of a request; names are in lower case.
pub(super) trait Keys {
    fn lookup(&self, key: &str) -> Lookup<'_>;
}

/// The value of a context key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// The request has no such key.
    Absent,
    /// A single value.
    One(String),
    /// A key that has several values, or could have.
    Many(Vec<String>),
}

impl Value {
    /// The texts it consists of.
    pub fn texts(&self) -> &[String] {
        match self {
            Self::Absent => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    pub(super) fn lookup(&self) -> Lookup<'_> {
        match self {
            Self::Absent => Lookup::Absent,
            Self::One(value) => Lookup::One(value),
            Self::Many(values) => Lookup::Many(values),
        }
    }
}

/// The context keys of a request, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keyring {
    known: BTreeMap<String, Value>,
    /// Whether keys that are not listed are absent; else they are unknown.
    complete: bool,
    /// Beginnings of names: of these, keys that are not listed are absent.
    closed: Vec<String>,
    /// What is known besides, where nothing above says otherwise: it is shared by many requests.
    base: Option<Arc<Keyring>>,
}

impl Keyring {
    /// A context in which nothing is known yet.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// A context that has no keys but those that are set.
    pub fn complete() -> Self {
        Self { complete: true, ..Self::default() }
    }

    /// A context of which `base` is known, to which more is added.
    pub(super) fn over(base: Arc<Self>) -> Self {
        Self { base: Some(base), ..Self::default() }
    }

    /// Sets `key`, whose name may be in any case.
    pub fn set(&mut self, key: &str, value: Value) {
        self.known.insert(key.to_lowercase(), value);
    }

    /// With `key` set.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.set(key, Value::One(value.into()));
        self
    }

    /// With `key` known to be absent.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.set(key, Value::Absent);
        self
    }

    /// Takes all keys that begin with `prefix` and are not set for absent.
    pub fn close(&mut self, prefix: &str) {
        self.closed.push(prefix.to_lowercase());
    }

    /// Whether `key` was set here.
    pub(super) fn sets(&self, key: &str) -> bool {
        self.known.contains_key(&key.to_lowercase())
    }

    /// Whether the value of `key` is known, or that it has none.
    pub fn knows(&self, key: &str) -> bool {
        self.lookup(&key.to_lowercase()) != Lookup::Unknown
    }
}

impl Keys for Keyring {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        if let Some(value) = self.known.get(key) {
            return value.lookup();
        }
        if let Some(base) = &self.base
            && let found = base.lookup(key)
            && found != Lookup::Unknown
        {
            return found;
        }
        if self.complete || self.closed.iter().any(|prefix| key.starts_with(prefix.as_str())) { Lookup::Absent } else { Lookup::Unknown }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A user, role, session or account root, by ARN.
    Principal(String),
    /// An AWS service by itself, such as `s3.amazonaws.com`.
    Service(String),
    /// Somebody from an identity provider, by the provider's ARN or name.
    Federated(String),
    /// Somebody without credentials.
    Anonymous,
}

impl Caller {
    /// The caller that a text names: an ARN, or the name of a service.
    pub fn named(text: &str) -> Self {
        if text.starts_with("arn:") { Self::Principal(text.to_owned()) } else { Self::Service(text.to_owned()) }
    }

    /// The account that the caller belongs to; services and strangers have none.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Principal(arn) => arn.split(':').nth(4),
            _ => None,
        }
    }

    /// Whether it is a role that a service made for itself, or a session of one.
    pub(super) fn is_service_linked(&self) -> bool {
        let Self::Principal(arn) = self else { return false };
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        resource.starts_with("role/aws-service-role/") || resource.starts_with("assumed-role/AWSServiceRoleFor")
    }

    /// Whether it is the root user of an account.
    pub(super) fn is_root(&self) -> bool {
        matches!(self, Self::Principal(arn) if arn.splitn(6, ':').nth(5) == Some("root"))
    }

    /// Whether service control policies bind it: services, strangers and service-linked roles stand outside.
    pub(super) fn is_under_service_control(&self) -> bool {
        matches!(self, Self::Principal(_)) && !self.is_service_linked()
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The action, such as `s3:GetObject`.
    pub action: String,
    /// The resource's ARN; `*` for actions that know no resources.
    pub resource: String,
    /// The account that the resource belongs to, when its ARN does not say.
    pub resource_account: Option<String>,
    /// The context keys.
    pub context: Keyring,
}

impl Request {
    /// A request of which no context is known.
    pub fn new(caller: Caller, action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { caller, action: action.into(), resource: resource.into(), resource_account: None, context: Keyring::unknown() }
    }

    /// The account that owns the resource, if that is known.
    pub fn owner(&self) -> Option<&str> {
        self.resource_account.as_deref().or_else(|| self.resource.split(':').nth(4)).filter(|account| !account.is_empty())
    }
}
