//! Parameters, never their values.

use palisade::model::{Parameter, Posture, Source};

use super::{Planted, Service, Shown::Right, same};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::Ssm,
    plant: include_str!("ssm.py"),
    facts: &[
        Planted {
            name: "a parameter is in clear",
            holds: |posture| same(parameter(posture, "/app/token")?.value_type.as_str(), "String"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a parameter is a list in clear",
            holds: |posture| same(parameter(posture, "hosts")?.is_secure(), false),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a parameter is encrypted with a key",
            holds: |posture| {
                let parameter = parameter(posture, "/app/password")?;
                same((parameter.is_secure(), parameter.kms_key.as_deref()), (true, Some("alias/orders")))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a parameter is of the advanced tier",
            holds: |posture| same(parameter(posture, "/app/password")?.tier.as_deref(), Some("Advanced")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a parameter has an ARN with its path, and a time",
            holds: |posture| {
                let parameter = parameter(posture, "/app/token")?;
                same((parameter.arn.resource(), parameter.last_modified.is_some()), ("parameter/app/token", true))
            },
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &[],
    ministack: &[],
};

fn parameter<'a>(posture: &'a Posture, name: &str) -> Result<&'a Parameter, String> {
    let parameters = &posture.regions[REGION].parameters.items;
    parameters.iter().find(|parameter| parameter.name == name).ok_or_else(|| format!("no parameter {name}"))
}
