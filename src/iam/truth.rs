//! Three-valued logic: what is not known is neither true nor false.

use std::ops::Not;

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    False,
    /// It depends on what is not known, or the documents do not say.
    Unknown,
    True,
}

impl Truth {
    pub(super) fn and(self, other: Self) -> Self {
        self.min(other)
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// Whether any is true; stops at the first that is.
    pub(super) fn any(items: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Self::False;
        for item in items {
            found = found.or(item);
            if found == Self::True {
                break;
            }
        }
        found
    }

    /// Whether all are true; stops at the first that is not.
    pub(super) fn all(items: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Self::True;
        for item in items {
            found = found.and(item);
            if found == Self::False {
                break;
            }
        }
        found
    }

    /// A truth that only some readings of the documents share.
    pub(super) fn at_most_unknown(self) -> Self {
        self.min(Self::Unknown)
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}
