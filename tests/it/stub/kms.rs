//! KMS: JSON 1.1.

use super::{
    Account, Ask, Asked, Reply, Request, Service,
    account::{ACCOUNT, KEY},
    protocol::Protocol,
    quota::Quota,
    route,
};

pub(super) static SERVICE: Service = Service { name: "kms", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "kms", &["KeyId"])
}

/// The KMS request quotas page: each operation has its own.
fn quota(operation: &str) -> Quota {
    match operation {
        "DescribeKey" => Quota::of("kms:DescribeKey", 2000),
        "GetKeyPolicy" => Quota::of("kms:GetKeyPolicy", 1000),
        "GetKeyRotationStatus" => Quota::of("kms:GetKeyRotationStatus", 1000),
        "ListKeys" => Quota::of("kms:ListKeys", 500),
        "ListAliases" => Quota::of("kms:ListAliases", 500),
        "ListResourceTags" => Quota::of("kms:ListResourceTags", 2000),
        "ListKeyPolicies" => Quota::of("kms:ListKeyPolicies", 100),
        "GetKeyLastUsage" => Quota::of("kms:GetKeyLastUsage", 5),
        _ => Quota::of("kms:ListGrants", 100),
    }
}

fn id(number: usize) -> String {
    if number == 0 { KEY.to_owned() } else { format!("{number:08x}-0000-4000-8000-000000000000") }
}

fn answer(ask: &Ask, account: &Account) -> Option<Reply> {
    let arn = |id: &str| format!("arn:aws:kms:{}:{ACCOUNT}:key/{id}", ask.region);
    let truncated = |next: &Option<String>| next.is_some();
    Some(Reply::ok(match ask.operation.as_str() {
        "ListKeys" => {
            let page = ask.page(account.size.keys, 100, "Limit", "Marker");
            let keys = page.json("Keys", "NextMarker", |number| {
                let id = id(number);
                format!(r#"{{"KeyId":"{id}","KeyArn":"{}"}}"#, arn(&id))
            });
            format!(r#"{{{keys},"Truncated":{}}}"#, truncated(&page.next))
        }
        "ListAliases" => {
            let page = ask.page(account.size.keys, 50, "Limit", "Marker");
            let aliases = page.json("Aliases", "NextMarker", |number| {
                let alias = if number == 0 { "orders".to_owned() } else { format!("key-{number:06}") };
                format!(r#"{{"AliasName":"alias/{alias}","TargetKeyId":"{}"}}"#, id(number))
            });
            format!(r#"{{{aliases},"Truncated":{}}}"#, truncated(&page.next))
        }
        "DescribeKey" => format!(
            r#"{{"KeyMetadata":{{"KeyId":"{}","Arn":"{}","KeyManager":"CUSTOMER","KeyState":"Enabled","Origin":"AWS_KMS","KeySpec":"SYMMETRIC_DEFAULT"}}}}"#,
            ask.name,
            arn(&ask.name)
        ),
        "GetKeyPolicy" => r#"{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[]}","PolicyName":"default"}"#.to_owned(),
        "GetKeyRotationStatus" => r#"{"KeyRotationEnabled":true}"#.to_owned(),
        "ListGrants" => r#"{"Grants":[],"Truncated":false}"#.to_owned(),
        _ => return None,
    }))
}
