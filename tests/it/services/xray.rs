//! Traces.

use palisade::model::Source;

use super::{Planted, Service, Shown::Wrong, same};
use crate::planted::REGION;

const MISSING: &str = "it has no settings for encryption";

pub(super) static SERVICE: Service = Service {
    source: Source::Xray,
    plant: include_str!("xray.py"),
    facts: &[Planted {
        name: "traces are encrypted with a key",
        holds: |posture| {
            let encryption = posture.regions[REGION].trace_encryption.known().map_err(ToString::to_string)?;
            let key = encryption.key.as_ref().map(|key| key.name());
            same((encryption.kms, key, encryption.status.as_str()), (true, Some("traces"), "ACTIVE"))
        },
        moto: Wrong(MISSING),
        ministack: Wrong(MISSING),
    }],
    moto: &["failed xray:GetEncryptionConfig"],
    ministack: &["failed xray:GetEncryptionConfig"],
};
