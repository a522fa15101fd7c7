//! What is known, and what is not: a [`Fact`] is a value or a [`Gap`] with its cause.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why something is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// AWS refused the call: the credentials lack the action.
    Denied,
    /// AWS throttled the call until the retries were used up.
    Throttled,
    /// The call failed, or its answer could not be understood.
    Failed,
    /// Nobody asked, or not yet.
    Unread,
    /// This Region, partition or endpoint does not offer the call.
    Unsupported,
}

impl GapKind {
    /// The word that the command line and the snapshot use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
            Self::Unread => "unread",
            Self::Unsupported => "unsupported",
        }
    }
}

impl fmt::Display for GapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A hole in what is known, with its cause. Never a pass, never an empty list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// What kind of hole it is.
    pub kind: GapKind,
    /// The IAM action that was refused or failed, such as `lambda:GetPolicy`; empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub action: String,
    /// The service's own words, or ours; on what it happened.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Gap {
    /// A gap of `kind` on the IAM `action`.
    pub fn new(kind: GapKind, action: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind, action: action.into(), detail: detail.into() }
    }

    /// AWS refused `action`.
    pub fn denied(action: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(GapKind::Denied, action, detail)
    }

    /// `action` failed.
    pub fn failed(action: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(GapKind::Failed, action, detail)
    }

    /// Nobody called `action` yet.
    pub fn unread(action: impl Into<String>) -> Self {
        Self::new(GapKind::Unread, action, "")
    }

    /// The fact cannot be had here, because of `detail`.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(GapKind::Unsupported, "", detail)
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.word())?;
        if !self.action.is_empty() {
            write!(f, " {}", self.action)?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

/// One known thing, or the gap in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact<T> {
    /// The account said so.
    Known(T),
    /// It is not known, and this is why.
    Gap(Box<Gap>),
}

impl<T> Fact<T> {
    /// The value, or the gap to pass on: `let tags = function.tags.known()?;`
    ///
    /// # Errors
    /// The gap, when the fact is not known.
    pub fn known(&self) -> Result<&T, &Gap> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Gap(gap) => Err(gap),
        }
    }

    /// The value to change in place, if it is known.
    pub fn known_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Gap(_) => None,
        }
    }

    /// The gap, if there is one.
    pub fn gap(&self) -> Option<&Gap> {
        self.known().err()
    }

    /// A fact that nobody has asked for yet; `action` would answer it.
    pub fn unread(action: &str) -> Self {
        Self::Gap(Box::new(Gap::unread(action)))
    }

    /// The same gap, or the value changed by `change`.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(change(value)),
            Self::Gap(gap) => Fact::Gap(gap),
        }
    }
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self::unread("")
    }
}

impl<T> From<Gap> for Fact<T> {
    fn from(gap: Gap) -> Self {
        Self::Gap(Box::new(gap))
    }
}

impl<T> From<Result<T, Gap>> for Fact<T> {
    fn from(result: Result<T, Gap>) -> Self {
        match result {
            Ok(value) => Self::Known(value),
            Err(gap) => gap.into(),
        }
    }
}

impl From<&Gap> for Gap {
    fn from(gap: &Gap) -> Self {
        gap.clone()
    }
}

/// A list as an account gave it: what was read, and whether that is all of it.
///
/// A list nobody read is not an empty list: the default is a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// What was read, sorted by ARN.
    pub items: Vec<T>,
    /// Why the list is not complete, if it is not.
    pub gap: Option<Gap>,
}

impl<T> Listing<T> {
    /// A complete list.
    pub fn complete(items: Vec<T>) -> Self {
        Self { items, gap: None }
    }

    /// A list of which only `items` are known.
    pub fn partial(items: Vec<T>, gap: Gap) -> Self {
        Self { items, gap: Some(gap) }
    }

    /// The items, if the list is complete: for questions about what is *not* there.
    ///
    /// # Errors
    /// The gap, when part of the list is missing.
    pub fn all(&self) -> Result<&[T], &Gap> {
        match &self.gap {
            None => Ok(&self.items),
            Some(gap) => Err(gap),
        }
    }
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self::partial(Vec::new(), Gap::unread(""))
    }
}
