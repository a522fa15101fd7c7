//! Organizations: JSON 1.1. The account is alone in its organisation.

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "organizations", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "organizations", &["AccountId"])
}

fn quota(operation: &str) -> Quota {
    match operation {
        "ListAccounts" => Quota::of("organizations:ListAccounts", 8),
        _ => Quota::of("organizations", 1),
    }
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    Some(Reply::ok(match ask.operation.as_str() {
        "ListAccounts" => {
            let page = ask.page(1, 20, "MaxResults", "NextToken");
            let accounts = page.json("Accounts", "NextToken", |_| format!(r#"{{"Id":"{ACCOUNT}","Name":"alone","State":"ACTIVE"}}"#));
            format!("{{{accounts}}}")
        }
        _ => return None,
    }))
}
