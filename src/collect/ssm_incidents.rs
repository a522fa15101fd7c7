//! Incident Manager: response plans.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Operation, Scope,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Learnt, ResponsePlan, Source};

static SERVICE: Service = Service::new("SSM Incidents", "ssm-incidents", Protocol::RestJson);

/// Incident Manager publishes no quota for it; five a second is modest, and a Region takes one call.
static QUOTA: Quota = Quota::new("ssm-incidents", 5);

static LIST_PLANS: Operation = Operation::new("ssm-incidents:ListResponsePlans", &QUOTA)
    .of(&SERVICE)
    .post("/listResponsePlans")
    .calls(|at| at.pages(at.region.response_plans.items.len(), 100));

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::SsmIncidents, scope: Scope::Regional, operations: &[&LIST_PLANS], run };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plans {
    response_plan_summaries: Vec<Plan>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Plan {
    arn: Arn,
    name: String,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let plans = reader
            .pages(&LIST_PLANS, |token| async move {
                let answer: Plans = wire.ask(&LIST_PLANS, json!({ "maxResults": 100, "nextToken": token })).await?;
                let plan = |plan: Plan| ResponsePlan { arn: plan.arn, region: reader.region().to_owned(), name: plan.name };
                Ok(Page::new(Some(answer.response_plan_summaries.into_iter().map(plan).collect()), answer.next_token))
            })
            .await;
        reader.done(plans.items.len());
        vec![Learnt::ResponsePlans(plans)]
    }
    .boxed()
}
