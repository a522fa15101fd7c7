//! IAM Access Analyzer: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "access-analyzer", protocol: Protocol::RestJson, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    let asked = route::rest(request, "access-analyzer", &[("GET /analyzer", "ListAnalyzers"), ("POST /findingv2", "ListFindingsV2")])?;
    let asked = if asked.operation == "ListFindingsV2" { asked.by("access-analyzer:ListFindings") } else { asked };
    let name = request.parameter("analyzerArn").unwrap_or_default().to_owned();
    Some(Asked { name, ..asked })
}

/// Access Analyzer publishes none for these.
fn quota(_: &str) -> Quota {
    Quota::of("access-analyzer", 20)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const ANALYZERS: [(&str, &str); 2] = [("outside", "ACCOUNT"), ("unused", "ACCOUNT_UNUSED_ACCESS")];
    const AT: &str = "2026-11-01T00:00:00.000Z";
    let arn = |name: &str| format!("arn:aws:access-analyzer:{}:{ACCOUNT}:analyzer/{name}", ask.region);
    Some(Reply::ok(match ask.operation.as_str() {
        "ListAnalyzers" => {
            let page = ask.page(ANALYZERS.len(), 100, "maxResults", "nextToken");
            let analyzer = |number: usize| {
                let (name, kind) = ANALYZERS[number];
                let configuration = if number == 0 { json!(null) } else { json!({ "unusedAccess": { "unusedAccessAge": 90 } }) };
                json!({ "arn": arn(name), "name": name, "type": kind, "createdAt": AT, "status": "ACTIVE", "configuration": configuration })
                    .to_string()
            };
            format!("{{{}}}", page.json("analyzers", "nextToken", analyzer))
        }
        "ListFindingsV2" => {
            assert!(ask.parameter("filter")?.contains("ACTIVE"));
            let (kind, resource, resource_type) = if ask.name.ends_with("/unused") {
                ("UnusedPermission", format!("arn:aws:iam::{ACCOUNT}:role/worker"), "AWS::IAM::Role")
            } else {
                ("ExternalAccess", format!("arn:aws:lambda:{}:{ACCOUNT}:function:orders", ask.region), "AWS::Lambda::Function")
            };
            let finding = |_| {
                json!({ "id": format!("id-{kind}"), "analyzedAt": AT, "createdAt": AT, "updatedAt": AT, "resource": resource,
                    "resourceType": resource_type, "resourceOwnerAccount": ACCOUNT, "status": "ACTIVE", "findingType": kind })
                .to_string()
            };
            format!("{{{}}}", ask.page(1, 100, "maxResults", "nextToken").json("findings", "nextToken", finding))
        }
        _ => return None,
    }))
}
