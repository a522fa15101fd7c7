//! Cognito user pools.

use palisade::model::{Posture, Source, UserPoolSettings};

use super::{Planted, Service, Shown::Right, same};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::CognitoIdp,
    plant: include_str!("user_pools.py"),
    facts: &[
        Planted {
            name: "a user pool lets everybody sign up, another does not",
            holds: |posture| same((settings(posture, "customers")?.self_sign_up, settings(posture, "staff")?.self_sign_up), (true, false)),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a user pool offers a second factor",
            holds: |posture| same(settings(posture, "customers")?.mfa.as_deref(), Some("OPTIONAL")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a user pool has triggers",
            holds: |posture| {
                let triggers = &settings(posture, "customers")?.triggers;
                let triggers: Vec<(&str, &str)> = triggers.iter().map(|(event, arn)| (event.as_str(), arn.name())).collect();
                same(triggers, vec![("PreSignUp", "greet"), ("PreTokenGenerationConfig", "claims")])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a user pool looks out for attacks",
            holds: |posture| {
                let settings = settings(posture, "customers")?;
                same((settings.threat_protection.as_deref(), settings.tier.as_deref()), (Some("ENFORCED"), Some("PLUS")))
            },
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &[],
    ministack: &[],
};

fn settings<'a>(posture: &'a Posture, name: &str) -> Result<&'a UserPoolSettings, String> {
    let pools = &posture.regions[REGION].user_pools;
    let pool = pools.items.iter().find(|pool| pool.name == name).ok_or_else(|| format!("no {name}; {:?}", pools.gap))?;
    pool.settings.known().map_err(ToString::to_string)
}
