//! Account Management: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "account", protocol: Protocol::RestJson, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rest(request, "account", &[("POST /getAlternateContact", "GetAlternateContact")])
}

fn quota(_: &str) -> Quota {
    Quota::of("account", 10)
}

/// Somebody for security, and nobody for operations.
fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    match (ask.operation.as_str(), ask.parameter("AlternateContactType")?) {
        ("GetAlternateContact", "SECURITY") => Some(Reply::ok(
            json!({ "AlternateContact": { "AlternateContactType": "SECURITY", "EmailAddress": "ann@example.com", "Name": "Ann",
                "PhoneNumber": "+1 555 0100", "Title": "CISO" } })
            .to_string(),
        )),
        ("GetAlternateContact", _) => Some(Reply::error(404, "ResourceNotFoundException")),
        _ => None,
    }
}
