//! Cognito identity pools: JSON 1.1.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "cognito-identity", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "cognito-identity", &["IdentityPoolId"])
}

/// What it is for reading pools is not known here.
fn quota(_: &str) -> Quota {
    Quota::of("cognito-identity", 5)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const POOLS: [(&str, &str); 2] = [("eu-west-1:0001", "visitors"), ("eu-west-1:0002", "bare")];
    let role = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    Some(Reply::ok(match (ask.operation.as_str(), ask.name.as_str()) {
        ("ListIdentityPools", _) => {
            let page = ask.page(POOLS.len(), 60, "MaxResults", "NextToken");
            let pool = |number: usize| json!({ "IdentityPoolId": POOLS[number].0, "IdentityPoolName": POOLS[number].1 }).to_string();
            format!("{{{}}}", page.json("IdentityPools", "NextToken", pool))
        }
        ("DescribeIdentityPool", "eu-west-1:0001") => json!({
            "IdentityPoolId": "eu-west-1:0001", "IdentityPoolName": "visitors", "AllowUnauthenticatedIdentities": true, "AllowClassicFlow": true,
            "CognitoIdentityProviders": [{ "ProviderName": format!("cognito-idp.{}.amazonaws.com/eu-west-1_customers", ask.region),
                "ClientId": "c", "ServerSideTokenCheck": false }],
        })
        .to_string(),
        ("DescribeIdentityPool", id) => {
            json!({ "IdentityPoolId": id, "IdentityPoolName": "bare", "AllowUnauthenticatedIdentities": false }).to_string()
        }
        ("GetIdentityPoolRoles", "eu-west-1:0001") => json!({
            "IdentityPoolId": "eu-west-1:0001", "Roles": { "authenticated": role("customer"), "unauthenticated": role("guest") },
            "RoleMappings": { "p": { "Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": { "Rules": [
                { "Claim": "group", "MatchType": "Equals", "Value": "staff", "RoleARN": role("staff") }] } } },
        })
        .to_string(),
        ("GetIdentityPoolRoles", id) => json!({ "IdentityPoolId": id }).to_string(),
        _ => return None,
    }))
}
