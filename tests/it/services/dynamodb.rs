//! Tables.

use palisade::model::{Posture, Source, Table, TableDescription};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::DynamoDb,
    plant: include_str!("dynamodb.py"),
    facts: &[
        Planted {
            name: "a table is protected from deletion, another is not",
            holds: |posture| {
                let protected = |name| Ok::<_, String>(description(posture, name)?.deletion_protection);
                same((protected("orders")?, protected("plain")?), (Some(true), Some(false)))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a table can be restored to any point in time, another cannot",
            holds: |posture| {
                let restored = |name| Ok::<_, String>(table(posture, name)?.point_in_time_recovery.known().ok().copied());
                same((restored("orders")?, restored("plain")?), (Some(true), Some(false)))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a table is encrypted with a key",
            holds: |posture| {
                let encryption = description(posture, "orders")?.encryption.as_ref().ok_or("no encryption")?;
                same(encryption.kms_key.as_ref().map(|key| key.name()), Some("orders"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a table without a key is encrypted with one that AWS owns",
            holds: |posture| same(description(posture, "plain")?.encryption.is_some(), false),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a table has a stream, another has none",
            holds: |posture| {
                let stream = description(posture, "orders")?.stream.as_ref().ok_or("no stream")?;
                same(stream.resource().starts_with("table/orders/stream/"), true)?;
                same(description(posture, "plain")?.stream.as_ref(), None)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a table has a replica in another Region",
            holds: |posture| {
                let replicas = &description(posture, "orders")?.replicas;
                same(replicas.iter().map(|replica| replica.region.as_str()).collect(), vec!["us-east-1"])
            },
            moto: Wrong("it keeps no replicas"),
            ministack: Right,
        },
        Planted {
            name: "a table lets another account in, another has no policy",
            holds: |posture| {
                let policy = table(posture, "orders")?.policy.known().map_err(ToString::to_string)?;
                same(policy.as_ref().is_some_and(|policy| policy.as_str().contains("444455556666")), true)?;
                same(table(posture, "plain")?.policy.known().ok(), Some(&None))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stream lets another account in",
            holds: |posture| {
                let policy = table(posture, "orders")?.stream_policy.known().map_err(ToString::to_string)?;
                same(policy.as_ref().is_some_and(|policy| policy.as_str().contains("GetRecords")), true)
            },
            moto: Wrong("it takes the stream's ARN for a table's name"),
            ministack: Right,
        },
    ],
    moto: &["failed dynamodb:GetResourcePolicy"],
    ministack: &[],
};

fn table<'a>(posture: &'a Posture, name: &str) -> Result<&'a Table, String> {
    let tables = &posture.regions[REGION].tables.items;
    tables.iter().find(|table| table.name == name).ok_or_else(|| format!("no table {name}"))
}

fn description<'a>(posture: &'a Posture, name: &str) -> Result<&'a TableDescription, String> {
    table(posture, name)?.description.known().map_err(ToString::to_string)
}
