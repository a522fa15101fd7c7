//! EventBridge: JSON 1.1.

use serde_json::{Value, json};

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "events", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "events", &["Name", "Rule", "EventBusName"])
}

/// An older edition of the EventBridge quotas page: all but `PutEvents`.
fn quota(_: &str) -> Quota {
    Quota::of("events", 50)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let arn = |service: &str, resource: &str| format!("arn:aws:{service}:{}:{ACCOUNT}:{resource}", ask.region);
    let page = |name: &str, items: &[Value]| {
        let page = ask.page(items.len(), 100, "Limit", "NextToken");
        format!("{{{}}}", page.json(name, "NextToken", |number| items[number].to_string()))
    };
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "open", "Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": arn("events", "event-bus/orders") }
    ] });
    let bus = |name: &str| json!({ "Name": name, "Arn": arn("events", &format!("event-bus/{name}")), "CreationTime": 1.7e9 });
    Some(Reply::ok(match (ask.operation.as_str(), ask.name.as_str()) {
        ("ListEventBuses", _) => page("EventBuses", &[bus("default"), bus("orders")]),
        ("DescribeEventBus", "orders") => {
            let mut bus = bus("orders");
            bus["Policy"] = policy.to_string().into();
            bus["KmsKeyIdentifier"] = "alias/orders".into();
            bus["DeadLetterConfig"] = json!({ "Arn": arn("sqs", "dead") });
            bus["LogConfig"] = json!({ "IncludeDetail": "FULL", "Level": "INFO" });
            bus.to_string()
        }
        ("DescribeEventBus", name) => bus(name).to_string(),
        ("ListRules", "orders") => {
            let rule = arn("events", "rule/orders/placed");
            page(
                "Rules",
                &[json!({ "Name": "placed", "Arn": rule, "EventPattern": "{\"source\":[\"shop\"]}", "State": "ENABLED",
                    "EventBusName": "orders" })],
            )
        }
        ("ListRules", _) => page(
            "Rules",
            &[
                json!({ "Name": "findings", "Arn": arn("events", "rule/findings"), "State": "ENABLED", "EventBusName": "default",
                    "EventPattern": "{\"source\":[\"aws.guardduty\"]}" }),
                json!({ "Name": "kept", "Arn": arn("events", "rule/kept"), "State": "ENABLED", "EventBusName": "default",
                    "EventPattern": "{\"source\":[\"aws.config\"]}", "ManagedBy": "config.amazonaws.com" }),
                json!({ "Name": "nightly", "Arn": arn("events", "rule/nightly"), "State": "DISABLED", "EventBusName": "default",
                    "ScheduleExpression": "rate(1 day)", "RoleArn": format!("arn:aws:iam::{ACCOUNT}:role/events") }),
            ],
        ),
        ("ListTargetsByRule", "findings") => page(
            "Targets",
            &[
                json!({ "Id": "responder", "Arn": arn("lambda", "function:responder"), "Input": "{\"db_password\": \"S3cr3t-Hunter2\"}",
                    "RoleArn": format!("arn:aws:iam::{ACCOUNT}:role/events"), "DeadLetterConfig": { "Arn": arn("sqs", "dead") },
                    "RetryPolicy": { "MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600 } }),
                json!({ "Id": "templated", "Arn": arn("lambda", "function:mail"), "InputTransformer": {
                    "InputPathsMap": { "id": "$.id" }, "InputTemplate": "{\"id\": <id>, \"api_key\": \"f3a9c1d07b52\"}" } }),
            ],
        ),
        ("ListTargetsByRule", _) => page("Targets", &[]),
        ("ListArchives", _) => page(
            "Archives",
            &[json!({ "ArchiveName": "orders", "EventSourceArn": arn("events", "event-bus/orders"), "State": "ENABLED",
                "RetentionDays": 7, "SizeBytes": 0, "EventCount": 0, "CreationTime": 1.7e9 })],
        ),
        _ => return None,
    }))
}
