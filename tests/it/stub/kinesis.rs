//! Kinesis: JSON 1.1.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "kinesis", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "kinesis", &["StreamARN", "ResourceARN"])
}

/// The API reference and "Quotas and limits" of Kinesis; none is published for policies.
fn quota(operation: &str) -> Quota {
    match operation {
        "ListStreams" => Quota::of("kinesis:ListStreams", 5),
        "DescribeStreamSummary" => Quota::of("kinesis:DescribeStreamSummary", 20),
        _ => Quota::of("kinesis:GetResourcePolicy", 5),
    }
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const STREAMS: [&str; 2] = ["clicks", "plain"];
    let arn = |name: &str| format!("arn:aws:kinesis:{}:{ACCOUNT}:stream/{name}", ask.region);
    Some(match (ask.operation.as_str(), ask.name.rsplit('/').next()?) {
        ("ListStreams", _) => {
            let page = ask.page(STREAMS.len(), 10_000, "Limit", "NextToken");
            let (more, names) = (page.next.is_some(), page.json("StreamNames", "NextToken", |number| format!("\"{}\"", STREAMS[number])));
            Reply::ok(format!(r#"{{{names},"HasMoreStreams":{more}}}"#))
        }
        ("DescribeStreamSummary", name) => {
            let mut summary = json!({ "StreamName": name, "StreamARN": arn(name), "StreamStatus": "ACTIVE", "RetentionPeriodHours": 24,
                "StreamCreationTimestamp": 1.7e9, "EnhancedMonitoring": [], "OpenShardCount": 1, "EncryptionType": "NONE" });
            if name == "clicks" {
                summary["EncryptionType"] = "KMS".into();
                summary["KeyId"] = "alias/clicks".into();
                summary["RetentionPeriodHours"] = 168.into();
            }
            Reply::ok(json!({ "StreamDescriptionSummary": summary }).to_string())
        }
        ("GetResourcePolicy", "clicks") => {
            let policy = json!({ "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Principal": "*", "Action": "kinesis:PutRecord", "Resource": arn("clicks") }
            ] });
            Reply::ok(json!({ "Policy": policy.to_string() }).to_string())
        }
        ("GetResourcePolicy", _) => Reply::error(400, "ResourceNotFoundException"),
        _ => return None,
    })
}
