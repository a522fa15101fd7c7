//! EFS: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "elasticfilesystem", protocol: Protocol::RestJson, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    let routes = [
        ("GET /2015-02-01/file-systems", "DescribeFileSystems"),
        ("GET /2015-02-01/access-points", "DescribeAccessPoints"),
        ("GET /2015-02-01/file-systems/{}/policy", "DescribeFileSystemPolicy"),
    ];
    route::rest(request, "elasticfilesystem", &routes)
}

/// EFS publishes none.
fn quota(_: &str) -> Quota {
    Quota::of("elasticfilesystem", 20)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const SYSTEMS: [(&str, &str); 2] = [("fs-0001", "plain"), ("fs-0002", "shared")];
    let arn = |resource: &str| format!("arn:aws:elasticfilesystem:{}:{ACCOUNT}:{resource}", ask.region);
    Some(Reply::ok(match ask.operation.as_str() {
        "DescribeFileSystems" => {
            let page = ask.page(SYSTEMS.len(), 100, "MaxItems", "Marker");
            let written = page.json("FileSystems", "NextMarker", |number| {
                let (id, name) = SYSTEMS[number];
                let mut system = json!({ "OwnerId": ACCOUNT, "CreationToken": name, "FileSystemId": id, "Name": name, "CreationTime": 1_767_225_600,
                    "FileSystemArn": arn(&format!("file-system/{id}")), "LifeCycleState": "available", "NumberOfMountTargets": 0,
                    "SizeInBytes": { "Value": 6144 }, "PerformanceMode": "generalPurpose", "Encrypted": name == "shared",
                    "Tags": [{ "Key": "Name", "Value": name }] });
                if name == "shared" {
                    system["KmsKeyId"] = format!("arn:aws:kms:{}:{ACCOUNT}:key/orders", ask.region).into();
                }
                system.to_string()
            });
            format!("{{{written}}}")
        }
        "DescribeAccessPoints" => {
            let page = ask.page(SYSTEMS.len(), 100, "MaxResults", "NextToken");
            let written = page.json("AccessPoints", "NextToken", |number| {
                let (user, root) = if number == 0 { (0, "/") } else { (1000, "/app") };
                json!({ "ClientToken": "x", "AccessPointId": format!("fsap-000{number}"), "FileSystemId": SYSTEMS[number].0,
                    "AccessPointArn": arn(&format!("access-point/fsap-000{number}")), "OwnerId": ACCOUNT, "LifeCycleState": "available",
                    "PosixUser": { "Uid": user, "Gid": user }, "RootDirectory": { "Path": root } })
                .to_string()
            });
            format!("{{{written}}}")
        }
        "DescribeFileSystemPolicy" if ask.name == "fs-0002" => {
            let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Principal": { "AWS": "*" }, "Action": "*",
                "Condition": { "Bool": { "aws:SecureTransport": "false" } } }] });
            json!({ "FileSystemId": ask.name, "Policy": policy.to_string() }).to_string()
        }
        "DescribeFileSystemPolicy" => return Some(Reply::error(404, "PolicyNotFound")),
        _ => return None,
    }))
}
