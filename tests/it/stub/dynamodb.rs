//! DynamoDB: JSON 1.0.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "dynamodb", protocol: Protocol::Json10, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "dynamodb", &["TableName", "ResourceArn"])
}

/// DynamoDB publishes one of them.
fn quota(operation: &str) -> Quota {
    match operation {
        "DescribeContinuousBackups" => Quota::of("dynamodb:DescribeContinuousBackups", 10),
        _ => Quota::of("dynamodb", 50),
    }
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const TABLES: [&str; 2] = ["orders", "plain"];
    let arn = |table: &str| format!("arn:aws:dynamodb:{}:{ACCOUNT}:table/{table}", ask.region);
    let policy = |action: &str| {
        let document = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Action": action, "Resource": "*" },
        ]});
        json!({ "Policy": document.to_string(), "RevisionId": "1" })
    };
    Some(Reply::ok(match (ask.operation.as_str(), ask.name.as_str()) {
        ("ListTables", _) => {
            let page = ask.page(TABLES.len(), 100, "Limit", "ExclusiveStartTableName");
            format!("{{{}}}", page.json("TableNames", "LastEvaluatedTableName", |number| format!("{:?}", TABLES[number])))
        }
        ("DescribeTable", "orders") => json!({ "Table": {
            "TableName": "orders", "TableArn": arn("orders"), "TableStatus": "ACTIVE", "DeletionProtectionEnabled": true,
            "SSEDescription": { "Status": "ENABLED", "SSEType": "KMS",
                "KMSMasterKeyArn": format!("arn:aws:kms:{}:{ACCOUNT}:key/orders", ask.region) },
            "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
            "LatestStreamArn": format!("{}/stream/2026-01-01T00:00:00.000", arn("orders")),
            "Replicas": [{ "RegionName": "us-east-1", "ReplicaStatus": "ACTIVE" }],
        }})
        .to_string(),
        ("DescribeTable", name) => {
            json!({ "Table": { "TableName": name, "TableArn": arn(name), "TableStatus": "ACTIVE", "DeletionProtectionEnabled": false } })
                .to_string()
        }
        ("DescribeContinuousBackups", name) => {
            let status = if name == "orders" { "ENABLED" } else { "DISABLED" };
            json!({ "ContinuousBackupsDescription": { "ContinuousBackupsStatus": "ENABLED",
                "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": status } } })
            .to_string()
        }
        ("GetResourcePolicy", of) if of.contains("/stream/") => policy("dynamodb:GetRecords").to_string(),
        ("GetResourcePolicy", of) if of.ends_with("table/orders") => policy("dynamodb:GetItem").to_string(),
        ("GetResourcePolicy", _) => return Some(Reply::error(400, "PolicyNotFoundException")),
        _ => return None,
    }))
}
