//! Organizations: JSON 1.1. The account is in none, so a test says itself what there is.

use super::{Account, Ask, Asked, Reply, Request, Service, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "organizations", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "organizations", &["AccountId", "ParentId", "PolicyId", "TargetId", "ResourceId"])
}

/// The Organizations quotas page has some for writing; what reads is given as little as the slowest of it.
fn quota(_: &str) -> Quota {
    Quota::of("organizations", 1)
}

fn answer(_: &Ask, _: &Account) -> Option<Reply> {
    Some(Reply::error(400, "AWSOrganizationsNotInUseException"))
}
