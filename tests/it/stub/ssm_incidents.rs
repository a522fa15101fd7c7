//! Incident Manager: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "ssm-incidents", protocol: Protocol::RestJson, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rest(request, "ssm-incidents", &[("POST /listResponsePlans", "ListResponsePlans")])
}

/// Incident Manager publishes none for it.
fn quota(_: &str) -> Quota {
    Quota::of("ssm-incidents", 10)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let plan = |_| json!({ "arn": format!("arn:aws:ssm-incidents::{ACCOUNT}:response-plan/critical"), "name": "critical" }).to_string();
    match ask.operation.as_str() {
        "ListResponsePlans" => {
            Some(Reply::ok(format!("{{{}}}", ask.page(1, 100, "maxResults", "nextToken").json("responsePlanSummaries", "nextToken", plan))))
        }
        _ => None,
    }
}
