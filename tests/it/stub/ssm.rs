//! Systems Manager: JSON 1.1. Whoever asks for a value is not answered.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "ssm", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "ssm", &[])
}

/// Systems Manager publishes none for what is not a value.
fn quota(_: &str) -> Quota {
    Quota::of("ssm", 40)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const PARAMETERS: [(&str, &str); 3] = [("/app/password", "SecureString"), ("/app/token", "String"), ("hosts", "StringList")];
    if ask.operation != "DescribeParameters" {
        return None;
    }
    let page = ask.page(PARAMETERS.len(), 50, "MaxResults", "NextToken");
    let written = page.json("Parameters", "NextToken", |number| {
        let (name, kind) = PARAMETERS[number];
        let arn = format!("arn:aws:ssm:{}:{ACCOUNT}:parameter/{}", ask.region, name.trim_start_matches('/'));
        let mut parameter = json!({ "Name": name, "ARN": arn, "Type": kind, "Tier": "Standard", "Version": 1, "DataType": "text",
            "LastModifiedDate": 1_767_225_600.25, "Policies": [] });
        if kind == "SecureString" {
            parameter["KeyId"] = "alias/orders".into();
            parameter["Tier"] = "Advanced".into();
        }
        parameter.to_string()
    });
    Some(Reply::ok(format!("{{{written}}}")))
}
