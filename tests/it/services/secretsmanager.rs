//! Secrets, never their values.

use palisade::model::{Posture, Secret, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::SecretsManager,
    plant: include_str!("secretsmanager.py"),
    facts: &[
        Planted {
            name: "a secret is rotated",
            holds: |posture| same(secret(posture, "prod/db")?.rotation_enabled, Some(true)),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a function rotates a secret",
            holds: |posture| {
                let function = secret(posture, "prod/db")?.rotation_function.as_ref();
                same(function.map(|function| function.name()), Some("rotator"))
            },
            moto: Right,
            ministack: Wrong("its list does not say"),
        },
        Planted {
            name: "a secret is rotated every thirty days",
            holds: |posture| same(secret(posture, "prod/db")?.rotation_days, Some(30)),
            moto: Right,
            ministack: Wrong("its list does not say"),
        },
        Planted {
            name: "a secret says when it is rotated next",
            holds: |posture| same(secret(posture, "prod/db")?.next_rotation.is_some(), true),
            moto: Right,
            ministack: Wrong("its list does not say"),
        },
        Planted {
            name: "another secret is not rotated",
            holds: |posture| {
                let secret = secret(posture, "prod/plain")?;
                same((secret.rotation_enabled.unwrap_or(false), secret.last_rotated), (false, None))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a secret is encrypted with a key",
            holds: |posture| same(secret(posture, "prod/db")?.kms_key.as_deref(), Some("alias/orders")),
            moto: Right,
            ministack: Wrong("its list does not say"),
        },
        Planted {
            name: "a secret lets another account in, another has no policy",
            holds: |posture| {
                let policy = secret(posture, "prod/db")?.policy.known().map_err(ToString::to_string)?;
                same(policy.as_ref().is_some_and(|policy| policy.as_str().contains("444455556666")), true)?;
                same(secret(posture, "prod/plain")?.policy.known().ok(), Some(&None))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a secret is copied to another Region",
            holds: |posture| {
                let replicas = secret(posture, "prod/db")?.replicas.known().map_err(ToString::to_string)?;
                same(replicas.iter().map(|replica| replica.region.as_str()).collect(), vec!["us-east-1"])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a secret says when it was made",
            holds: |posture| same(secret(posture, "prod/plain")?.created.is_some(), true),
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &[],
    ministack: &[],
};

fn secret<'a>(posture: &'a Posture, name: &str) -> Result<&'a Secret, String> {
    let secrets = &posture.regions[REGION].secrets.items;
    secrets.iter().find(|secret| secret.name == name).ok_or_else(|| format!("no secret {name}"))
}
