//! X-Ray: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "xray", protocol: Protocol::RestJson, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rest(request, "xray", &[("POST /EncryptionConfig", "GetEncryptionConfig")])
}

/// X-Ray publishes none for its settings.
fn quota(_: &str) -> Quota {
    Quota::of("xray", 5)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let key = format!("arn:aws:kms:{}:{ACCOUNT}:key/traces", ask.region);
    Some(Reply::ok(json!({ "EncryptionConfig": { "KeyId": key, "Status": "ACTIVE", "Type": "KMS" } }).to_string()))
}
