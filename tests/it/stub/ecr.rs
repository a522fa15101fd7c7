//! ECR: JSON 1.1.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "ecr", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "ecr", &["repositoryName"])
}

/// ECR publishes none for these.
fn quota(_: &str) -> Quota {
    Quota::of("ecr", 20)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const REPOSITORIES: [&str; 2] = ["plain", "team/orders"];
    Some(Reply::ok(match (ask.operation.as_str(), ask.name.as_str()) {
        ("DescribeRepositories", _) => {
            let page = ask.page(REPOSITORIES.len(), 1000, "maxResults", "nextToken");
            let written = page.json("repositories", "nextToken", |number| {
                let name = REPOSITORIES[number];
                let careful = number == 1;
                let key = format!("arn:aws:kms:{}:{ACCOUNT}:key/orders", ask.region);
                let encryption =
                    if careful { json!({ "encryptionType": "KMS", "kmsKey": key }) } else { json!({ "encryptionType": "AES256" }) };
                json!({ "repositoryArn": format!("arn:aws:ecr:{}:{ACCOUNT}:repository/{name}", ask.region), "registryId": ACCOUNT,
                    "repositoryName": name, "repositoryUri": format!("{ACCOUNT}.dkr.ecr.{}.amazonaws.com/{name}", ask.region),
                    "createdAt": 1_767_225_600.0, "imageTagMutability": if careful { "IMMUTABLE" } else { "MUTABLE" },
                    "imageScanningConfiguration": { "scanOnPush": careful }, "encryptionConfiguration": encryption })
                .to_string()
            });
            format!("{{{written}}}")
        }
        ("GetRepositoryPolicy", "team/orders") => {
            let policy = json!({ "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Action": "ecr:BatchGetImage" }] });
            json!({ "registryId": ACCOUNT, "repositoryName": ask.name, "policyText": policy.to_string() }).to_string()
        }
        ("GetRepositoryPolicy", _) => return Some(Reply::error(400, "RepositoryPolicyNotFoundException")),
        ("DescribeImages", "team/orders") => json!({ "imageDetails": [
            { "imageDigest": "sha256:b", "imagePushedAt": 1_767_312_000.0, "imageTags": ["v1"], "imageScanStatus": { "status": "COMPLETE" },
                "imageScanFindingsSummary": { "imageScanCompletedAt": 1_767_312_060.0, "findingSeverityCounts": { "LOW": 1 } } },
            { "imageDigest": "sha256:a", "imagePushedAt": 1_767_225_600.0 }] })
        .to_string(),
        ("DescribeImages", _) => json!({ "imageDetails": [] }).to_string(),
        _ => return None,
    }))
}
