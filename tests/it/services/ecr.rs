//! Repositories.

use palisade::model::{Posture, Repository, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::Ecr,
    plant: include_str!("ecr.py"),
    facts: &[
        Planted {
            name: "a repository takes each tag once, another moves them",
            holds: |posture| {
                let mutability = |name| Ok::<_, String>(repository(posture, name)?.tag_mutability.as_deref());
                same((mutability("team/orders")?, mutability("plain")?), (Some("IMMUTABLE"), Some("MUTABLE")))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a repository scans what is pushed, another does not",
            holds: |posture| {
                let scans = |name| Ok::<_, String>(repository(posture, name)?.scan_on_push);
                same((scans("team/orders")?, scans("plain")?), (Some(true), Some(false)))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a repository is encrypted with a key",
            holds: |posture| {
                let repository = repository(posture, "team/orders")?;
                let key = repository.kms_key.as_deref().and_then(|key| key.rsplit('/').next());
                same((repository.encryption.as_deref(), key), (Some("KMS"), Some("orders")))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a repository lets another account in, another has no policy",
            holds: |posture| {
                let policy = repository(posture, "team/orders")?.policy.known().map_err(ToString::to_string)?;
                same(policy.as_ref().is_some_and(|policy| policy.as_str().contains("444455556666")), true)?;
                same(repository(posture, "plain")?.policy.known().ok(), Some(&None))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an image was pushed, and nothing to another repository",
            holds: |posture| {
                let image = repository(posture, "team/orders")?.newest_image.known().map_err(ToString::to_string)?;
                let image = image.as_ref().ok_or("no image")?;
                same(image.digest.starts_with("sha256:") && image.pushed.unix() > 0, true)?;
                same(repository(posture, "plain")?.newest_image.known().ok(), Some(&None))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an image was scanned",
            holds: |posture| {
                let image = repository(posture, "team/orders")?.newest_image.known().map_err(ToString::to_string)?;
                let image = image.as_ref().ok_or("no image")?;
                same((image.scan_status.as_deref(), image.scanned.is_some()), (Some("COMPLETE"), true))
            },
            moto: Wrong("only its findings know of the scan"),
            ministack: Wrong("it does not scan"),
        },
    ],
    moto: &[],
    ministack: &[],
};

fn repository<'a>(posture: &'a Posture, name: &str) -> Result<&'a Repository, String> {
    let repositories = &posture.regions[REGION].repositories.items;
    repositories.iter().find(|repository| repository.name == name).ok_or_else(|| format!("no repository {name}"))
}
