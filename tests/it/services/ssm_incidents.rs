//! Incident Manager: response plans.

use palisade::model::Source;

use super::{Planted, Service, Shown::Wrong, same};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::SsmIncidents,
    plant: include_str!("ssm_incidents.py"),
    facts: &[Planted {
        name: "there is a response plan",
        holds: |posture| {
            let plans = posture.regions[REGION].response_plans.all().map_err(ToString::to_string)?;
            let plan = plans.first().ok_or("no plan")?;
            same((plan.name.as_str(), plan.region.as_str(), plan.arn.region()), ("critical", REGION, ""))
        },
        moto: Wrong("it has no Incident Manager"),
        ministack: Wrong("it has no Incident Manager"),
    }],
    moto: &["failed ssm-incidents:ListResponsePlans"],
    ministack: &["failed ssm-incidents:ListResponsePlans"],
};
