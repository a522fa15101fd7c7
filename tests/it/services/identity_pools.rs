//! Cognito identity pools.

use palisade::model::{IdentityPool, Posture, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::CognitoIdentity,
    plant: include_str!("identity_pools.py"),
    facts: &[
        Planted {
            name: "an identity pool gives guests credentials",
            holds: |posture| same(pool(posture)?.settings.known().map_err(ToString::to_string)?.guests, true),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an identity pool has the basic flow on",
            holds: |posture| same(pool(posture)?.settings.known().map_err(ToString::to_string)?.classic_flow, true),
            moto: Wrong("it drops it"),
            ministack: Right,
        },
        Planted {
            name: "an identity pool takes the users of a user pool",
            holds: |posture| {
                let settings = pool(posture)?.settings.known().map_err(ToString::to_string)?;
                same(&*settings.user_pools, &["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_customers".to_owned()])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an identity pool has a role for guests and one for users",
            holds: |posture| {
                let roles = pool(posture)?.roles.known().map_err(ToString::to_string)?;
                let names = [&roles.authenticated, &roles.unauthenticated].map(|arn| arn.as_ref().map(|arn| arn.name()));
                same(names, [Some("customer"), Some("guest")])
            },
            moto: Wrong("it has no roles"),
            ministack: Right,
        },
        Planted {
            name: "an identity pool has a role by a rule",
            holds: |posture| {
                let roles = pool(posture)?.roles.known().map_err(ToString::to_string)?;
                same(roles.mapped.iter().map(|arn| arn.name()).collect::<Vec<_>>(), vec!["staff"])
            },
            moto: Wrong("it has no roles"),
            ministack: Right,
        },
    ],
    // It fails at what it does not have.
    moto: &["failed cognito-identity:GetIdentityPoolRoles"],
    ministack: &[],
};

fn pool(posture: &Posture) -> Result<&IdentityPool, String> {
    let pools = &posture.regions[REGION].identity_pools;
    pools.items.iter().find(|pool| pool.name == "visitors").ok_or_else(|| format!("no pool; {:?}", pools.gap))
}
