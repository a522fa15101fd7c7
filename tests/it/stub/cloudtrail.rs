//! CloudTrail: JSON 1.1.

use serde_json::{Value, json};

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "cloudtrail", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "cloudtrail", &["Name", "TrailName", "EventDataStore"])
}

/// The quotas page of CloudTrail: ten a second for what reads trails. It has no number for event data stores.
fn quota(operation: &str) -> Quota {
    match operation {
        "ListEventDataStores" | "GetEventDataStore" => Quota::of("cloudtrail:EventDataStores", 2),
        _ => Quota::of("cloudtrail", 10),
    }
}

fn trail(name: &str, home: &str, multi_region: bool, more: Value) -> Value {
    let mut trail = json!({
        "Name": name, "TrailARN": format!("arn:aws:cloudtrail:{home}:{ACCOUNT}:trail/{name}"), "HomeRegion": home,
        "S3BucketName": "trail-logs", "IncludeGlobalServiceEvents": multi_region, "IsMultiRegionTrail": multi_region,
        "LogFileValidationEnabled": false, "HasCustomEventSelectors": true, "HasInsightSelectors": false, "IsOrganizationTrail": false,
    });
    if let (Some(trail), Value::Object(more)) = (trail.as_object_mut(), more) {
        trail.extend(more);
    }
    trail
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let region = &ask.region;
    let store = format!("arn:aws:cloudtrail:{region}:{ACCOUNT}:eventdatastore/5f0a3a5e-0b5c-4a1e-9a52-2f2b6f0c8d11");
    Some(Reply::ok(
        match (ask.operation.as_str(), ask.name.rsplit('/').next()?) {
            ("DescribeTrails", _) => json!({ "trailList": [
                trail("everything", region, true, json!({
                    "LogFileValidationEnabled": true,
                    "KmsKeyId": format!("arn:aws:kms:{region}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"),
                    "CloudWatchLogsLogGroupArn": format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:trail:*"),
                    "CloudWatchLogsRoleArn": format!("arn:aws:iam::{ACCOUNT}:role/trail"),
                })),
                trail("local", region, false, json!({})),
                trail("elsewhere", "us-east-1", true, json!({})),
            ] }),
            ("GetTrailStatus", "local") => json!({ "IsLogging": false, "StopLoggingTime": 1_762_000_000.5, "TimeLoggingStopped": "" }),
            ("GetTrailStatus", _) => {
                json!({ "IsLogging": true, "LatestDeliveryTime": 1_763_900_000.125, "StartLoggingTime": 1_750_000_000.0 })
            }
            ("GetEventSelectors", "everything") => json!({ "TrailARN": ask.name, "AdvancedEventSelectors": [{
                "Name": "functions but one",
                "FieldSelectors": [
                    { "Field": "eventCategory", "Equals": ["Data"] },
                    { "Field": "resources.type", "Equals": ["AWS::Lambda::Function"] },
                    { "Field": "resources.ARN", "NotStartsWith": [format!("arn:aws:lambda:{region}:{ACCOUNT}:function:noisy")] },
                ],
            }] }),
            ("GetEventSelectors", "local") => json!({ "TrailARN": ask.name, "EventSelectors": [{
                "ReadWriteType": "WriteOnly", "IncludeManagementEvents": true, "ExcludeManagementEventSources": ["kms.amazonaws.com"],
                "DataResources": [{ "Type": "AWS::S3::Object", "Values": ["arn:aws:s3"] }],
            }] }),
            ("GetEventSelectors", _) => json!({ "TrailARN": ask.name, "EventSelectors": [
                { "ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [], "ExcludeManagementEventSources": [] },
            ] }),
            ("ListEventDataStores", _) => json!({ "EventDataStores": [{ "EventDataStoreArn": store, "Name": "lake" }] }),
            ("GetEventDataStore", _) => json!({
                "EventDataStoreArn": store, "Name": "lake", "Status": "ENABLED", "MultiRegionEnabled": true, "OrganizationEnabled": false,
                "BillingMode": "EXTENDABLE_RETENTION_PRICING", "RetentionPeriod": 2557, "TerminationProtectionEnabled": true,
                "AdvancedEventSelectors": [{ "Name": "all", "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }] }],
            }),
            _ => return None,
        }
        .to_string(),
    ))
}
