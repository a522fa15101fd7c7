//! Security Hub: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "securityhub", protocol: Protocol::RestJson, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rest(request, "securityhub", &[("GET /accounts", "DescribeHub")])
}

fn quota(_: &str) -> Quota {
    Quota::of("securityhub", 10)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let arn = format!("arn:aws:securityhub:{}:{ACCOUNT}:hub/default", ask.region);
    match ask.operation.as_str() {
        "DescribeHub" => {
            Some(Reply::ok(json!({ "HubArn": arn, "SubscribedAt": "2026-01-01T00:00:00.000Z", "AutoEnableControls": true }).to_string()))
        }
        _ => None,
    }
}
