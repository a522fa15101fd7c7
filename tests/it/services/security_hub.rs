//! Security Hub.

use palisade::model::Source;

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::SecurityHub,
    plant: include_str!("security_hub.py"),
    facts: &[Planted {
        name: "the account is subscribed",
        holds: |posture| {
            let hub = posture.regions[REGION].security_hub.known().map_err(ToString::to_string)?.as_ref().ok_or("no hub")?;
            same(hub.arn.resource(), "hub/default")?;
            same((hub.subscribed.is_some(), hub.auto_enable_controls), (true, Some(true)))
        },
        moto: Right,
        ministack: Wrong("it has no Security Hub"),
    }],
    moto: &[],
    ministack: &["failed securityhub:DescribeHub"],
};
