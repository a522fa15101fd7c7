//! Amazon SNS: topics and who is subscribed to them.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText};

/// A topic of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// `TopicArn`.
    pub arn: Arn,
    /// What `GetTopicAttributes` says.
    pub attributes: Fact<TopicAttributes>,
}

/// What `GetTopicAttributes` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicAttributes {
    /// `Policy`.
    pub policy: Option<PolicyText>,
    /// The key of its encryption (`KmsMasterKeyId`): an id, an alias or an ARN.
    pub kms_key: Option<String>,
}

/// A confirmed subscription of the account, to its own topics or to those of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// `SubscriptionArn`.
    pub arn: Arn,
    /// `TopicArn`.
    pub topic: Arn,
    /// The account that subscribed (`Owner`).
    pub owner: String,
    /// `Protocol`: `lambda`, `sqs`, `firehose`, `https`, `email`, …
    pub protocol: String,
    /// What is kept of `Endpoint`.
    pub endpoint: SubscriptionEndpoint,
}

/// What is kept of where messages go: addresses of people and numbers of telephones are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubscriptionEndpoint {
    /// A function, a queue or a delivery stream.
    Resource(Arn),
    /// The host of a URL, or the domain of an e-mail address.
    Host(String),
    /// Nothing: a telephone, a device.
    Hidden,
}

impl SubscriptionEndpoint {
    /// What may be kept of `endpoint`.
    pub fn of(protocol: &str, endpoint: &str) -> Self {
        let host = match protocol {
            "lambda" | "sqs" | "firehose" => return Self::Resource(Arn::from(endpoint)),
            // Path and query may hold tokens, and so may what stands before an `@`.
            "http" | "https" => {
                let authority = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest).split(['/', '?', '#']).next();
                authority.map(|authority| authority.rsplit('@').next().unwrap_or(authority))
            }
            "email" | "email-json" => endpoint.rsplit_once('@').map(|(_, domain)| domain),
            _ => None,
        };
        let named = |host: &&str| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte));
        host.filter(named).map_or(Self::Hidden, |host| Self::Host(host.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_not_kept() {
        let of = |protocol, endpoint| match SubscriptionEndpoint::of(protocol, endpoint) {
            SubscriptionEndpoint::Resource(arn) => format!("resource {arn}"),
            SubscriptionEndpoint::Host(host) => format!("host {host}"),
            SubscriptionEndpoint::Hidden => "hidden".to_owned(),
        };
        assert_eq!(of("lambda", "arn:aws:lambda:r:1:function:x"), "resource arn:aws:lambda:r:1:function:x");
        assert_eq!(of("https", "https://user:word@Hooks.Example.com:8443/T0/secret?x=1"), "host hooks.example.com:8443");
        assert_eq!(of("email", "jane.doe@example.com"), "host example.com");
        assert_eq!(of("email-json", "jane.doe"), "hidden");
        assert_eq!(of("sms", "+15550100"), "hidden");
        assert_eq!(of("application", "arn:aws:sns:r:1:endpoint/APNS/app/0"), "hidden");
        assert_eq!(of("https", "https://a b/"), "hidden");
    }
}
