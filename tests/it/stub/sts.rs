//! STS: forms and XML.

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "sts", protocol: Protocol::Query, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::query(request, "sts", &["RoleArn"])
}

/// STS gives an account 600 requests a second for all its operations.
fn quota(_: &str) -> Quota {
    Quota::of("sts", 600)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    Some(Reply::ok(match ask.operation.as_str() {
        "GetCallerIdentity" => format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::{ACCOUNT}:user/tester</Arn><UserId>AIDA</UserId><Account>{ACCOUNT}</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        ),
        _ => return None,
    }))
}
