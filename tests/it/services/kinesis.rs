//! Data streams.

use palisade::model::{KinesisStream, KinesisStreamSummary, Posture, Source};

use super::{Planted, Service, Shown::Right, same};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::Kinesis,
    plant: include_str!("kinesis.py"),
    facts: &[
        Planted {
            name: "a stream is encrypted with a key",
            holds: |posture| {
                let summary = summary(posture, "clicks")?;
                same((summary.encryption.as_deref(), summary.kms_key.as_deref()), (Some("KMS"), Some("alias/clicks")))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stream keeps its records for a week",
            holds: |posture| same(summary(posture, "clicks")?.retention_hours, 168),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stream has its policy",
            holds: |posture| {
                let policy = stream(posture, "clicks")?.policy.known().map_err(ToString::to_string)?;
                same(policy.as_ref().is_some_and(|policy| policy.as_str().contains("kinesis:PutRecord")), true)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stream is not encrypted",
            holds: |posture| {
                let summary = summary(posture, "plain")?;
                same((summary.encryption.as_deref(), summary.kms_key.as_deref(), summary.retention_hours), (Some("NONE"), None, 24))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stream without a policy has none",
            holds: |posture| same(stream(posture, "plain")?.policy.known().map_err(ToString::to_string)?.is_none(), true),
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &[],
    ministack: &[],
};

fn stream<'a>(posture: &'a Posture, name: &str) -> Result<&'a KinesisStream, String> {
    let streams = &posture.regions[REGION].kinesis_streams.items;
    streams.iter().find(|stream| stream.arn.name() == name).ok_or_else(|| format!("no stream {name}"))
}

fn summary<'a>(posture: &'a Posture, name: &str) -> Result<&'a KinesisStreamSummary, String> {
    stream(posture, name)?.summary.known().map_err(ToString::to_string)
}
