//! Usage plans: what callers with an API key may.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ACTION, PAGE, QUOTA, REST, arn, rest::pages};
use crate::{
    collect::{Operation, reader::Reader, wire::Wire},
    model::{Listing, Throttle, UsagePlan, UsagePlanStage},
};

pub(super) static GET_USAGE_PLANS: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetUsagePlans")
    .of(&REST)
    .get("/usageplans")
    .calls(|at| at.pages(at.region.usage_plans.items.len(), PAGE));

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan {
    id: String,
    name: Option<String>,
    throttle: Option<Limits>,
    quota: Option<serde::de::IgnoredAny>,
    /// Left out where it is for none.
    api_stages: Option<Vec<PlanStage>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlanStage {
    api_id: String,
    stage: String,
    throttle: Option<BTreeMap<String, Limits>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Limits {
    burst_limit: Option<i64>,
    rate_limit: Option<f64>,
}

impl From<Limits> for Throttle {
    fn from(limits: Limits) -> Self {
        Self { rate: limits.rate_limit, burst: limits.burst_limit }
    }
}

pub(super) async fn list(reader: &Reader, wire: &Wire<'_>) -> Listing<UsagePlan> {
    let Listing { items, gap } = pages::<Plan>(reader, wire, &GET_USAGE_PLANS, None).await;
    Listing { items: items.into_iter().map(|said| plan(reader, said)).collect(), gap }
}

fn plan(reader: &Reader, said: Plan) -> UsagePlan {
    let methods = |throttle: Option<BTreeMap<String, Limits>>| throttle.into_iter().flatten().map(|(path, said)| (path, said.into()));
    let stages = said.api_stages.into_iter().flatten();
    UsagePlan {
        arn: arn(reader, &format!("/usageplans/{}", said.id)),
        name: said.name.unwrap_or(said.id),
        throttle: said.throttle.map(Throttle::from),
        has_quota: said.quota.is_some(),
        stages: stages
            .map(|said| UsagePlanStage { api: said.api_id, stage: said.stage, methods: methods(said.throttle).collect() })
            .collect(),
    }
}
