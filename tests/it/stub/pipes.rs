//! EventBridge Pipes: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "pipes", protocol: Protocol::RestJson, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rest(request, "pipes", &[("GET /v1/pipes", "ListPipes"), ("GET /v1/pipes/{}", "DescribePipe")])
}

/// Not published.
fn quota(_: &str) -> Quota {
    Quota::of("pipes", 10)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let arn = |service: &str, resource: &str| format!("arn:aws:{service}:{}:{ACCOUNT}:{resource}", ask.region);
    let source = arn("dynamodb", "table/orders/stream/2026-01-01T00:00:00.000");
    let pipe = json!({ "Name": "changes", "Arn": arn("pipes", "pipe/changes"), "DesiredState": "RUNNING", "CurrentState": "RUNNING",
        "Source": source, "Enrichment": arn("lambda", "function:enrich"), "Target": arn("sns", "orders"),
        "CreationTime": 1.7e9, "LastModifiedTime": 1.7e9 });
    Some(Reply::ok(match (ask.operation.as_str(), ask.name.as_str()) {
        ("ListPipes", _) => {
            let page = ask.page(1, 100, "Limit", "NextToken");
            format!("{{{}}}", page.json("Pipes", "NextToken", |_| pipe.to_string()))
        }
        ("DescribePipe", "changes") => {
            let mut pipe = pipe;
            pipe["RoleArn"] = format!("arn:aws:iam::{ACCOUNT}:role/pipes").into();
            pipe["KmsKeyIdentifier"] = arn("kms", "key/pipes").into();
            let dead = json!({ "Arn": arn("sqs", "dead") });
            pipe["SourceParameters"] = json!({ "DynamoDBStreamParameters": { "StartingPosition": "LATEST", "DeadLetterConfig": dead } });
            pipe["TargetParameters"] = json!({ "InputTemplate": "{\"id\": <$.id>, \"db_password\": \"S3cr3t-Hunter2\"}" });
            pipe["EnrichmentParameters"] = json!({ "HttpParameters": { "HeaderParameters": { "x-api-key": "f3a9c1d07b52" } } });
            pipe["LogConfiguration"] = json!({ "Level": "TRACE", "IncludeExecutionData": ["ALL"],
                "CloudwatchLogsLogDestination": { "LogGroupArn": arn("logs", "log-group:/aws/vendedlogs/pipes/changes") } });
            pipe.to_string()
        }
        _ => return None,
    }))
}
