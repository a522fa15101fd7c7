//! File systems and access points.

use palisade::model::{AccessPoint, FileSystem, Posture, Source};

use super::{Planted, Service, Shown::Right, same};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::Efs,
    plant: include_str!("efs.py"),
    facts: &[
        Planted {
            name: "a file system is encrypted with a key",
            holds: |posture| {
                let system = system(posture, "shared")?;
                same((system.encrypted, system.kms_key.as_deref().and_then(|key| key.rsplit('/').next())), (Some(true), Some("orders")))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "another one is not encrypted",
            holds: |posture| same(system(posture, "plain")?.encrypted, Some(false)),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an access point mounts all of it as root",
            holds: |posture| {
                let point = point(posture, "plain")?;
                same((point.user, point.group, point.root.as_str()), (Some(0), Some(0), "/"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an access point mounts a folder as somebody",
            holds: |posture| {
                let point = point(posture, "shared")?;
                same((point.user, point.root.as_str()), (Some(1000), "/app"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a file system has a policy, another has none",
            holds: |posture| {
                let policy = system(posture, "shared")?.policy.known().map_err(ToString::to_string)?;
                same(policy.as_ref().is_some_and(|policy| policy.as_str().contains("aws:SecureTransport")), true)?;
                same(system(posture, "plain")?.policy.known().ok(), Some(&None))
            },
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &[],
    ministack: &[],
};

fn system<'a>(posture: &'a Posture, name: &str) -> Result<&'a FileSystem, String> {
    let systems = &posture.regions[REGION].file_systems.items;
    systems.iter().find(|system| system.name.as_deref() == Some(name)).ok_or_else(|| format!("no file system {name}"))
}

/// The one access point of a file system.
fn point<'a>(posture: &'a Posture, of: &str) -> Result<&'a AccessPoint, String> {
    let id = &system(posture, of)?.id;
    let points = &posture.regions[REGION].access_points.items;
    points.iter().find(|point| point.file_system == *id).ok_or_else(|| format!("no access point of {of}"))
}
