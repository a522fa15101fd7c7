//! Cognito user pools: JSON 1.1.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "cognito-idp", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "cognito-idp", &["UserPoolId"])
}

/// The category of the Cognito quotas page that both operations are in.
fn quota(_: &str) -> Quota {
    Quota::of("cognito-idp:UserPoolRead", 15)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const POOLS: [(&str, &str); 2] = [("eu-west-1_customers", "customers"), ("eu-west-1_staff", "staff")];
    let function = |name: &str| format!("arn:aws:lambda:{}:{ACCOUNT}:function:{name}", ask.region);
    Some(Reply::ok(match (ask.operation.as_str(), ask.name.as_str()) {
        ("ListUserPools", _) => {
            let page = ask.page(POOLS.len(), 60, "MaxResults", "NextToken");
            let pool = |number: usize| json!({ "Id": POOLS[number].0, "Name": POOLS[number].1, "LambdaConfig": {} }).to_string();
            format!("{{{}}}", page.json("UserPools", "NextToken", pool))
        }
        ("DescribeUserPool", "eu-west-1_customers") => json!({ "UserPool": {
            "Id": "eu-west-1_customers", "Name": "customers", "MfaConfiguration": "OPTIONAL", "UserPoolTier": "PLUS",
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7 },
            "LambdaConfig": { "PreSignUp": function("greet"), "KMSKeyID": format!("arn:aws:kms:{}:{ACCOUNT}:key/k", ask.region),
                "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": function("claims") } },
            "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" },
        } })
        .to_string(),
        ("DescribeUserPool", "eu-west-1_staff") => json!({ "UserPool": {
            "Id": "eu-west-1_staff", "Name": "staff", "MfaConfiguration": "OFF", "UserPoolTier": "ESSENTIALS", "LambdaConfig": {},
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 7 },
        } })
        .to_string(),
        _ => return None,
    }))
}
