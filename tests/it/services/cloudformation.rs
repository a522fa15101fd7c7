//! CloudFormation stacks.

use palisade::model::{Posture, Source, Stack};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::CloudFormation,
    plant: include_str!("cloudformation.py"),
    facts: &[
        Planted {
            name: "a stack is protected",
            holds: |posture| {
                let protection = |name| stack(posture, name).map(|stack| stack.termination_protection);
                same((protection("orders")?, protection("mail")?), (Some(true), Some(false)))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stack is deployed by a role",
            holds: |posture| same(stack(posture, "orders")?.role.as_ref().map(|arn| arn.name()), Some("deployer")),
            moto: Right,
            ministack: Wrong("it forgets the role"),
        },
        Planted {
            name: "a stack is complete",
            holds: |posture| {
                let mail = stack(posture, "mail")?;
                same((mail.status.ends_with("_COMPLETE"), mail.updated.is_some()), (true, true))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stack has drifted, and another was not looked at",
            holds: |posture| {
                let orders = stack(posture, "orders")?;
                same((orders.drift.as_deref(), orders.drift_checked.is_some()), (Some("DRIFTED"), true))?;
                same(stack(posture, "mail")?.drift.as_deref(), Some("NOT_CHECKED"))
            },
            moto: Wrong("it does not say"),
            ministack: Wrong("nothing has changed what it deployed, so it is in sync"),
        },
        Planted {
            name: "what was put into a stack is not kept",
            holds: |posture| same(format!("{:?}", posture.regions[REGION].stacks).contains("hush-hush"), false),
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &[],
    ministack: &[],
};

fn stack<'a>(posture: &'a Posture, name: &str) -> Result<&'a Stack, String> {
    let stacks = posture.regions[REGION].stacks.all().map_err(ToString::to_string)?;
    stacks.iter().find(|stack| stack.name == name).ok_or_else(|| format!("no stack {name}"))
}
