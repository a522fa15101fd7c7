//! Organizations: JSON 1.1. The account is alone in its organisation, two levels below the root.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "organizations", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "organizations", &["AccountId", "ChildId", "TargetId", "PolicyId"])
}

fn quota(operation: &str) -> Quota {
    match operation {
        "ListAccounts" => Quota::of("organizations:ListAccounts", 8),
        _ => Quota::of("organizations", 4),
    }
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    Some(Reply::ok(match ask.operation.as_str() {
        "ListAccounts" => {
            let page = ask.page(1, 20, "MaxResults", "NextToken");
            let accounts = page.json("Accounts", "NextToken", |_| format!(r#"{{"Id":"{ACCOUNT}","Name":"alone","State":"ACTIVE"}}"#));
            format!("{{{accounts}}}")
        }
        "DescribeOrganization" => json!({ "Organization": { "Id": "o-a1b2c3d4e5", "FeatureSet": "ALL", "MasterAccountId": "999988887777",
            "Arn": "arn:aws:organizations::999988887777:organization/o-a1b2c3d4e5", "MasterAccountEmail": "ann@example.com" } })
        .to_string(),
        "ListParents" => {
            let (id, kind) =
                if ask.name.starts_with(|first: char| first.is_ascii_digit()) { (UNIT, "ORGANIZATIONAL_UNIT") } else { (ROOT, "ROOT") };
            json!({ "Parents": [{ "Id": id, "Type": kind }] }).to_string()
        }
        "ListPoliciesForTarget" => {
            let kind = ask.parameter("Filter")?;
            let everything = if kind == "SERVICE_CONTROL_POLICY" { "p-FullAWSAccess" } else { "p-RCPFullAWSAccess" };
            let mut ids = vec![everything];
            if ask.name == UNIT && kind == "SERVICE_CONTROL_POLICY" {
                ids.push("p-guard");
            }
            let page = ask.page(ids.len(), 20, "MaxResults", "NextToken");
            let policy = |number: usize| {
                let id = ids[number];
                json!({ "Id": id, "Name": id.trim_start_matches("p-"), "Type": kind, "AwsManaged": id != "p-guard" }).to_string()
            };
            format!("{{{}}}", page.json("Policies", "NextToken", policy))
        }
        "DescribePolicy" => {
            let content = match ask.name.as_str() {
                "p-guard" => NO_PUBLIC_URLS,
                "p-RCPFullAWSAccess" => {
                    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#
                }
                _ => r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            };
            json!({ "Policy": { "PolicySummary": { "Id": ask.name }, "Content": content } }).to_string()
        }
        _ => return None,
    }))
}

const ROOT: &str = "r-ab12";
const UNIT: &str = "ou-ab12-production";
const NO_PUBLIC_URLS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"lambda:CreateFunctionUrlConfig","Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}]}"#;
