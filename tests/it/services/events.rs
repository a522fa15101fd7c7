//! Event buses, rules and archives.

use palisade::{
    live,
    model::{EventArchive, EventBus, EventBusAttributes, EventRule, EventTarget, Posture, Resource, Source},
};
use tokio_util::sync::CancellationToken;

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::{planted::REGION, stub::Stub};

pub(super) static SERVICE: Service = Service {
    source: Source::Events,
    plant: include_str!("events.py"),
    facts: &[
        Planted {
            name: "every bus is there",
            holds: |posture| same(names(&posture.regions[REGION].event_buses.items), vec!["default", "orders"]),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bus has its policy",
            holds: |posture| {
                let policy = bus(posture, "orders")?.policy.as_ref().ok_or("no policy")?;
                same(policy.as_str().contains("events:PutEvents") && policy.as_str().contains("\"*\""), true)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bus without a policy has none",
            holds: |posture| same(bus(posture, "default")?.policy.is_none(), true),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bus is encrypted with a key",
            holds: |posture| same(bus(posture, "orders")?.kms_key.as_deref(), Some("alias/orders")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bus has a dead-letter queue",
            holds: |posture| same(bus(posture, "orders")?.dead_letter_queue.as_ref().map(|arn| arn.name()), Some("dead")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bus logs its events",
            holds: |posture| same(bus(posture, "orders")?.logs_events, true),
            moto: Wrong("it drops LogConfig"),
            ministack: Right,
        },
        Planted {
            name: "rules of every bus are there",
            holds: |posture| {
                let found = ["findings", "nightly", "placed"].map(|name| rule(posture, name).map(|rule| rule.bus.as_str()));
                same(found, [Ok("default"), Ok("default"), Ok("orders")])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a rule has its pattern",
            holds: |posture| {
                let pattern = rule(posture, "findings")?.pattern.as_deref();
                same(pattern.is_some_and(|pattern| pattern.contains("aws.guardduty")), true)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a rule on a schedule is off",
            holds: |posture| {
                let rule = rule(posture, "nightly")?;
                same((rule.schedule.as_deref(), rule.pattern.as_deref(), rule.is_enabled()), (Some("rate(1 day)"), None, false))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a rule has its role",
            holds: |posture| same(rule(posture, "nightly")?.role.as_ref().map(|arn| arn.name()), Some("events")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a target has its role, dead-letter queue and patience",
            holds: |posture| {
                let target = target(posture, "responder")?;
                let retries = target.retries.map(|retries| (retries.attempts, retries.age_seconds));
                let names = [&target.role, &target.dead_letter_queue].map(|arn| arn.as_ref().map(|arn| arn.name()));
                same((names, retries), ([Some("events"), Some("dead")], Some((Some(2), Some(3600)))))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a secret in the input of a target is found",
            holds: |posture| {
                let input = target(posture, "responder")?.input.as_ref().ok_or("no input")?;
                same(input.secrets.iter().map(|secret| secret.key.as_str()).collect::<Vec<_>>(), vec!["db_password"])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a secret in the template of a target is found",
            holds: |posture| {
                let input = target(posture, "templated")?.input.as_ref().ok_or("no input")?;
                same(input.secrets.iter().map(|secret| secret.key.as_str()).collect::<Vec<_>>(), vec!["api_key"])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a rule without targets has none",
            holds: |posture| same(rule(posture, "placed")?.targets.known().map_err(ToString::to_string)?.len(), 0),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an archive keeps the events of its bus for a week",
            holds: |posture| {
                let archives: Vec<&EventArchive> = posture.regions[REGION].event_archives.items.iter().collect();
                let archive = archives.first().ok_or("no archive")?;
                same((archive.arn.name(), archive.bus.name(), archive.retention_days), ("orders", "orders", 7))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an archive is on",
            holds: |posture| {
                same(posture.regions[REGION].event_archives.items.first().map(|archive| archive.state.as_str()), Some("ENABLED"))
            },
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &[],
    ministack: &[],
};

fn names<T: Resource>(items: &[T]) -> Vec<&str> {
    items.iter().map(|item| item.arn().name()).collect()
}

fn bus<'a>(posture: &'a Posture, name: &str) -> Result<&'a EventBusAttributes, String> {
    let buses: &[EventBus] = &posture.regions[REGION].event_buses.items;
    let bus = buses.iter().find(|bus| bus.name == name).ok_or_else(|| format!("no bus {name}"))?;
    bus.attributes.known().map_err(ToString::to_string)
}

fn rule<'a>(posture: &'a Posture, name: &str) -> Result<&'a EventRule, String> {
    posture.regions[REGION].event_rules.items.iter().find(|rule| rule.name == name).ok_or_else(|| format!("no rule {name}"))
}

fn target<'a>(posture: &'a Posture, id: &str) -> Result<&'a EventTarget, String> {
    let targets = rule(posture, "findings")?.targets.known().map_err(ToString::to_string)?;
    targets.iter().find(|target| target.id == id).ok_or_else(|| format!("no target {id}"))
}

#[tokio::test]
async fn without_a_list_of_buses_the_rules_of_the_default_one_are_read_and_the_list_is_not_whole() {
    let stub = Stub::refusing(400, "AccessDeniedException", |action| action == "events:ListEventBuses");
    let session = live::connect(&stub.endpoint.options(REGION)).await.unwrap();
    let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
    let rules = &posture.regions[REGION].event_rules;
    assert_eq!(names(&rules.items), ["findings", "kept", "nightly"]);
    assert_eq!(rules.gap.as_ref().unwrap().action, "events:ListEventBuses");
}
