//! The ends of a step: outsiders, and what the account holds.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer};

use crate::model::Arn;

/// Somebody or something that a step leads from or to. As text it is an ARN or one of the words of the variants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// Anyone, without credentials.
    Internet,
    /// Anyone who makes an account in a user pool that lets people sign up.
    SelfSignedUpUser,
    /// Any principal of any AWS account.
    AnyAwsAccount,
    /// The members of an organization (`o-…`).
    Organization(Arc<str>),
    /// Everyone whom another account lets: its 12-digit id.
    Account(Arc<str>),
    /// A resource, principal or identity provider.
    Resource(Arn),
    /// Everything in the account.
    Admin,
}

impl Node {
    /// Whether it stands outside of the account: where a path may begin without anything having been lost.
    pub const fn is_outside(&self) -> bool {
        !matches!(self, Self::Resource(_) | Self::Admin)
    }

    /// Reads what [`Node`] prints; anything without a word of its own is an ARN.
    pub fn parse(text: &str) -> Self {
        match text {
            "internet" => Self::Internet,
            "self-signed-up-user" => Self::SelfSignedUpUser,
            "any-aws-account" => Self::AnyAwsAccount,
            "admin" => Self::Admin,
            _ => match text.split_once(':') {
                Some(("account", id)) => Self::Account(id.into()),
                Some(("organization", id)) => Self::Organization(id.into()),
                _ => Self::Resource(Arn::new(text)),
            },
        }
    }

    /// The ARN, if it has one.
    pub const fn arn(&self) -> Option<&Arn> {
        match self {
            Self::Resource(arn) => Some(arn),
            _ => None,
        }
    }
}

impl From<&Arn> for Node {
    fn from(arn: &Arn) -> Self {
        Self::Resource(arn.clone())
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internet => f.write_str("internet"),
            Self::SelfSignedUpUser => f.write_str("self-signed-up-user"),
            Self::AnyAwsAccount => f.write_str("any-aws-account"),
            Self::Organization(id) => write!(f, "organization:{id}"),
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Resource(arn) => write!(f, "{arn}"),
            Self::Admin => f.write_str("admin"),
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_again() {
        for text in
            ["internet", "self-signed-up-user", "any-aws-account", "organization:o-a1", "account:210987654321", "admin", "arn:aws:s3:::b"]
        {
            assert_eq!(Node::parse(text).to_string(), text);
        }
        assert!(Node::Internet.is_outside() && !Node::Admin.is_outside());
    }
}
