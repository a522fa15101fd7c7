//! AWS Config: JSON 1.1.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "config", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "config", &[])
}

/// AWS Config publishes none for these.
fn quota(_: &str) -> Quota {
    Quota::of("config", 10)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    Some(Reply::ok(match ask.operation.as_str() {
        "DescribeConfigurationRecorders" => json!({ "ConfigurationRecorders": [{ "name": "default",
            "arn": format!("arn:aws:config:{}:{ACCOUNT}:configuration-recorder/default/x", ask.region),
            "roleARN": format!("arn:aws:iam::{ACCOUNT}:role/config"), "recordingScope": "PAID",
            "recordingGroup": { "allSupported": false, "includeGlobalResourceTypes": false,
                "resourceTypes": ["AWS::Lambda::Function", "AWS::S3::Bucket"],
                "exclusionByResourceTypes": { "resourceTypes": [] }, "recordingStrategy": { "useOnly": "INCLUSION_BY_RESOURCE_TYPES" } } }] })
        .to_string(),
        "DescribeConfigurationRecorderStatus" => json!({ "ConfigurationRecordersStatus": [{ "name": "default", "recording": true,
            "lastStatus": "SUCCESS", "lastStatusChangeTime": 1.79e9 }] })
        .to_string(),
        _ => return None,
    }))
}
