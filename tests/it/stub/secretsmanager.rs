//! Secrets Manager: JSON 1.1. Whoever asks for a value is not answered.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "secretsmanager", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "secretsmanager", &["SecretId"])
}

/// As Secrets Manager publishes them.
fn quota(operation: &str) -> Quota {
    match operation {
        "DescribeSecret" => Quota::of("secretsmanager:DescribeSecret", 10_000),
        "GetResourcePolicy" => Quota::of("secretsmanager:GetResourcePolicy", 50),
        _ => Quota::of("secretsmanager:ListSecrets", 50),
    }
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const SECRETS: [&str; 2] = ["prod/db", "prod/plain"];
    let arn = |name: &str| format!("arn:aws:secretsmanager:{}:{ACCOUNT}:secret:{name}-AbCdEf", ask.region);
    let rotated = ask.name.contains(":secret:prod/db-");
    let name = if rotated { SECRETS[0] } else { SECRETS[1] };
    Some(Reply::ok(match ask.operation.as_str() {
        "ListSecrets" => {
            let page = ask.page(SECRETS.len(), 100, "MaxResults", "NextToken");
            let written = page.json("SecretList", "NextToken", |number| {
                let name = SECRETS[number];
                let mut secret =
                    json!({ "ARN": arn(name), "Name": name, "CreatedDate": 1_767_225_600.123, "LastChangedDate": 1_767_225_600.5 });
                if number == 0 {
                    secret["KmsKeyId"] = "alias/orders".into();
                    secret["RotationEnabled"] = true.into();
                    secret["RotationLambdaARN"] = format!("arn:aws:lambda:{}:{ACCOUNT}:function:rotator", ask.region).into();
                    secret["RotationRules"] = json!({ "AutomaticallyAfterDays": 30 });
                    secret["LastRotatedDate"] = json!(1_767_225_600.7);
                    secret["NextRotationDate"] = json!(1_769_817_599.0);
                }
                secret.to_string()
            });
            format!("{{{written}}}")
        }
        "DescribeSecret" => {
            let mut said = json!({ "ARN": arn(name), "Name": name, "CreatedDate": 1_767_225_600.123 });
            if rotated {
                said["ReplicationStatus"] = json!([{ "Region": "us-east-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InSync" }]);
            }
            said.to_string()
        }
        "GetResourcePolicy" => {
            let mut said = json!({ "ARN": arn(name), "Name": name });
            if rotated {
                let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Resource": "*",
                    "Principal": { "AWS": "arn:aws:iam::444455556666:root" }, "Action": "secretsmanager:GetSecretValue" }] });
                said["ResourcePolicy"] = policy.to_string().into();
            }
            said.to_string()
        }
        _ => return None,
    }))
}
