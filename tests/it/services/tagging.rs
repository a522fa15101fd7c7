//! Tags of what holds or carries data.

use palisade::model::{Arn, Posture, Resource, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

const UNLISTED: &str = "it lists none of them";

pub(super) static SERVICE: Service = Service {
    source: Source::Tag,
    plant: include_str!("tagging.py"),
    facts: &[
        Planted {
            name: "tags of a table",
            holds: |posture| class(posture, &arn(posture, "dynamodb", "table/orders"), "restricted"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a table that was never tagged has no tags",
            holds: |posture| bare(posture, &arn(posture, "dynamodb", "table/plain")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "tags of a bucket",
            holds: |posture| class(posture, &Arn::from("arn:aws:s3:::palisade-orders"), "confidential"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bucket whose tags were taken off has none",
            holds: |posture| bare(posture, &Arn::from("arn:aws:s3:::palisade-copies")),
            moto: Wrong("it says of no bucket in which Region it is, and another one may list it"),
            ministack: Right,
        },
        Planted {
            name: "tags of a queue",
            holds: |posture| class(posture, &arn(posture, "sqs", "open"), "internal"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "tags of a topic",
            holds: |posture| class(posture, &arn(posture, "sns", "orders"), "public"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "tags of a stream",
            holds: |posture| class(posture, &arn(posture, "kinesis", "stream/clicks"), "internal"),
            moto: Wrong(UNLISTED),
            ministack: Wrong(UNLISTED),
        },
        Planted {
            name: "tags of a log group",
            holds: |posture| class(posture, &arn(posture, "logs", "log-group:/aws/lambda/orders"), "internal"),
            moto: Wrong("it calls the type loggroup"),
            ministack: Wrong(UNLISTED),
        },
        Planted {
            name: "tags of an event bus",
            holds: |posture| class(posture, &arn(posture, "events", "event-bus/orders"), "internal"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "tags of a state machine",
            holds: |posture| class(posture, &arn(posture, "states", "stateMachine:checkout"), "internal"),
            moto: Right,
            ministack: Wrong(UNLISTED),
        },
        Planted {
            name: "tags of a secret",
            holds: |posture| {
                let secrets = &posture.regions[REGION].secrets.items;
                class(posture, first(secrets, |secret| secret.name == "prod/db")?, "restricted")
            },
            moto: Right,
            ministack: Wrong(UNLISTED),
        },
        Planted {
            name: "tags of a parameter",
            holds: |posture| class(posture, &arn(posture, "ssm", "parameter/app/password"), "restricted"),
            moto: Right,
            ministack: Wrong(UNLISTED),
        },
        Planted {
            name: "tags of a file system",
            holds: |posture| {
                let systems = &posture.regions[REGION].file_systems.items;
                class(posture, first(systems, |system| system.name.as_deref() == Some("shared"))?, "internal")
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "tags of a REST API",
            holds: |posture| {
                let apis = &posture.regions[REGION].rest_apis.items;
                class(posture, first(apis, |api| api.name == "orders")?, "internal")
            },
            moto: Wrong(UNLISTED),
            ministack: Wrong(UNLISTED),
        },
    ],
    moto: &[],
    ministack: &[],
};

fn arn(posture: &Posture, service: &str, resource: &str) -> Arn {
    Arn::build("aws", service, REGION, &posture.account, resource)
}

fn first<T: Resource>(items: &[T], is: impl Fn(&T) -> bool) -> Result<&Arn, String> {
    items.iter().find(|item| is(item)).map(T::arn).ok_or_else(|| "it is not there".to_owned())
}

fn class(posture: &Posture, arn: &Arn, wanted: &str) -> Result<(), String> {
    let tags = posture.tags(arn).map_err(|gap| gap.to_string())?;
    same(tags.get("data-class").map(String::as_str), Some(wanted))
}

fn bare(posture: &Posture, arn: &Arn) -> Result<(), String> {
    same(posture.tags(arn).map_err(|gap| gap.to_string())?.len(), 0)
}
