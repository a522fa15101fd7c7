//! Topics and subscriptions.

use palisade::model::{Posture, Source, SubscriptionEndpoint, TopicAttributes};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::Sns,
    plant: include_str!("sns.py"),
    facts: &[
        Planted {
            name: "a topic has its policy",
            holds: |posture| {
                let policy = topic(posture, "orders")?.policy.as_ref().ok_or("no policy")?;
                same(policy.as_str().contains("sns:Publish"), true)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a topic is encrypted with a key",
            holds: |posture| same(topic(posture, "orders")?.kms_key.as_deref(), Some("alias/orders")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a topic is not encrypted",
            holds: |posture| same(topic(posture, "plain")?.kms_key.as_deref(), None),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a function is subscribed",
            holds: |posture| same(subscribed(posture, "lambda")?, "function:orders"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a queue is subscribed",
            holds: |posture| same(subscribed(posture, "sqs")?, "open"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "the number of a telephone is not kept",
            holds: |posture| same(subscribed(posture, "sms")?, "hidden"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "who has not confirmed is not there",
            holds: |posture| same(subscribed(posture, "email").is_err(), true),
            moto: Wrong("it confirms e-mail by itself"),
            ministack: Wrong("it gives them an ARN as if they had"),
        },
    ],
    moto: &[],
    ministack: &[],
};

fn topic<'a>(posture: &'a Posture, name: &str) -> Result<&'a TopicAttributes, String> {
    let topics = &posture.regions[REGION].topics.items;
    let topic = topics.iter().find(|topic| topic.arn.name() == name).ok_or_else(|| format!("no topic {name}"))?;
    topic.attributes.known().map_err(ToString::to_string)
}

fn subscribed<'a>(posture: &'a Posture, protocol: &str) -> Result<&'a str, String> {
    let subscriptions = &posture.regions[REGION].subscriptions.items;
    let found = subscriptions.iter().find(|subscription| subscription.protocol == protocol && subscription.topic.name() == "orders");
    Ok(match &found.ok_or_else(|| format!("nobody by {protocol}"))?.endpoint {
        SubscriptionEndpoint::Resource(arn) => arn.resource(),
        SubscriptionEndpoint::Host(host) => host,
        SubscriptionEndpoint::Hidden => "hidden",
    })
}
