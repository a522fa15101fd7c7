//! SQS: JSON 1.0.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "sqs", protocol: Protocol::Json10, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "sqs", &["QueueUrl"])
}

/// SQS publishes none for these.
fn quota(_: &str) -> Quota {
    Quota::of("sqs", 100)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let arn = |name: &str| format!("arn:aws:sqs:{}:{ACCOUNT}:{name}", ask.region);
    const QUEUES: [&str; 2] = ["dead", "open"];
    Some(Reply::ok(match (ask.operation.as_str(), ask.name.rsplit('/').next()?) {
        ("ListQueues", _) => {
            let page = ask.page(QUEUES.len(), 1000, "MaxResults", "NextToken");
            let urls = page.json("QueueUrls", "NextToken", |number| format!(r#""http://127.0.0.1/{ACCOUNT}/{}""#, QUEUES[number]));
            format!("{{{urls}}}")
        }
        ("GetQueueAttributes", "open") => {
            let redrive = json!({ "deadLetterTargetArn": arn("dead"), "maxReceiveCount": 3 }).to_string();
            let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}]}"#;
            json!({ "Attributes": { "QueueArn": arn("open"), "Policy": policy, "KmsMasterKeyId": "alias/orders", "RedrivePolicy": redrive,
                "MessageRetentionPeriod": "345600", "SqsManagedSseEnabled": "false" } })
            .to_string()
        }
        ("GetQueueAttributes", name) => {
            json!({ "Attributes": { "QueueArn": arn(name), "MessageRetentionPeriod": "1209600", "SqsManagedSseEnabled": "true" } })
                .to_string()
        }
        _ => return None,
    }))
}
