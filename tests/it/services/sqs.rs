//! Queues.

use palisade::model::{Posture, QueueAttributes, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::Sqs,
    plant: include_str!("sqs.py"),
    facts: &[
        Planted {
            name: "a queue has its policy",
            holds: |posture| {
                let policy = attributes(posture, "open")?.policy.as_ref().ok_or("no policy")?;
                same(policy.as_str().contains(r#""Principal": "*""#), true)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a queue is encrypted with a key",
            holds: |posture| same(attributes(posture, "open")?.kms_key.as_deref(), Some("alias/orders")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a queue has a dead-letter queue",
            holds: |posture| {
                let dead = attributes(posture, "open")?.dead_letter_queue.as_ref();
                same(dead.map(|arn| arn.name()), Some("dead"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a queue keeps its messages for two weeks",
            holds: |posture| same(attributes(posture, "dead")?.retention_seconds, Some(1_209_600)),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a queue without a key is encrypted by SQS",
            holds: |posture| same(attributes(posture, "dead")?.sqs_managed_sse, Some(true)),
            moto: Right,
            ministack: Wrong("it does not say"),
        },
    ],
    moto: &[],
    ministack: &[],
};

fn attributes<'a>(posture: &'a Posture, name: &str) -> Result<&'a QueueAttributes, String> {
    let queues = &posture.regions[REGION].queues.items;
    let queue = queues.iter().find(|queue| queue.arn.name() == name).ok_or_else(|| format!("no queue {name}"))?;
    queue.attributes.known().map_err(ToString::to_string)
}
