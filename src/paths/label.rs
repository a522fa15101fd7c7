//! What people call a node: short, with its kind.

use std::borrow::Cow;

use super::Node;
use crate::model::{Arn, text};

impl Node {
    /// What people call it, cleaned: `fn:orders`, `role:deploy`, `internet`.
    pub fn label(&self) -> String {
        match self {
            Self::Resource(arn) => resource_name(arn),
            word => text::clean(&word.to_string()).into_owned(),
        }
    }
}

/// What people call a resource, cleaned: its kind and its name.
pub fn resource_name(arn: &Arn) -> String {
    let name = text::clean(arn.name());
    let Some(kind) = kind(arn) else { return name.into_owned() };
    let name: Cow<'_, str> = match kind {
        // Their names may have slashes.
        "param" => text::clean(arn.resource().strip_prefix("parameter").unwrap_or(&name)).into_owned().into(),
        "key" => short_id(&name).to_owned().into(),
        // An object stands for its bucket.
        "bucket" => text::clean(arn.resource()).into_owned().into(),
        _ => name,
    };
    format!("{kind}:{name}")
}

fn kind(arn: &Arn) -> Option<&'static str> {
    let resource = arn.resource();
    let head = resource.split([':', '/']).find(|part| !part.is_empty()).unwrap_or_default();
    Some(match (arn.service(), head) {
        ("lambda", "function") => "fn",
        ("lambda", "layer") => "layer",
        ("lambda", "microvm") => "microvm",
        ("iam", "root") => "account",
        ("iam", "role") => "role",
        ("iam", "user") => "user",
        ("iam", "group") => "group",
        ("iam", "policy") => "policy",
        ("iam", "oidc-provider" | "saml-provider") => "provider",
        ("sts", "assumed-role") => "session",
        ("kms", "key") => "key",
        ("logs", "log-group") => "log",
        ("dynamodb", "table") => "table",
        ("s3", _) => "bucket",
        ("sqs", _) => "queue",
        ("sns", _) => "topic",
        ("secretsmanager", "secret") => "secret",
        ("ssm", "parameter") => "param",
        ("kinesis", "stream") => "stream",
        ("states", "stateMachine") => "machine",
        ("events", "rule") => "rule",
        ("events", "event-bus") => "bus",
        ("execute-api" | "apigateway" | "appsync", _) => "api",
        ("cognito-idp", "userpool") => "users",
        ("cognito-identity", "identitypool") => "identities",
        ("ecr", "repository") => "repo",
        _ => return None,
    })
}

/// A UUID by its first eight digits; other names whole.
fn short_id(name: &str) -> &str {
    let uuid = name.len() == 36
        && name.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if uuid { name.get(..8).unwrap_or(name) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_kind_and_no_controls() {
        for (arn, name) in [
            ("arn:aws:lambda:eu-west-1:123456789012:function:orders", "fn:orders"),
            ("arn:aws:iam::123456789012:role/service/orders", "role:orders"),
            ("arn:aws:kms:eu-west-1:123456789012:key/3f1c0000-0000-4000-8000-000000000000", "key:3f1c0000"),
            ("arn:aws:s3:::billing", "bucket:billing"),
            ("arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db", "param:/prod/db"),
            ("arn:aws:dynamodb:eu-west-1:123456789012:table/o\u{1b}[2J", "table:o\u{FFFD}[2J"),
            ("arn:aws:sqs:eu-west-1:123456789012:jobs", "queue:jobs"),
            ("no arn", "no arn"),
        ] {
            assert_eq!(Node::parse(arn).label(), name);
        }
        assert_eq!(Node::Admin.label(), "admin");
    }
}
