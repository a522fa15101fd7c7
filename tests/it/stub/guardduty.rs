//! GuardDuty: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "guardduty", protocol: Protocol::RestJson, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    let routes = [
        ("GET /detector", "ListDetectors"),
        ("GET /detector/{}", "GetDetector"),
        ("POST /detector/{}/findings", "ListFindings"),
        ("POST /detector/{}/findings/get", "GetFindings"),
    ];
    route::rest(request, "guardduty", &routes)
}

/// GuardDuty publishes none for these.
fn quota(_: &str) -> Quota {
    Quota::of("guardduty", 10)
}

const DETECTOR: &str = "12abc34d567e8fa901bc2d34e56789f0";

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let arn = |rest: &str| format!("arn:aws:guardduty:{}:{ACCOUNT}:detector/{DETECTOR}/finding/{rest}", ask.region);
    Some(Reply::ok(match ask.operation.as_str() {
        "ListDetectors" => {
            format!("{{{}}}", ask.page(1, 50, "maxResults", "nextToken").json("detectorIds", "nextToken", |_| format!("\"{DETECTOR}\"")))
        }
        "GetDetector" => json!({ "serviceRole": "x", "status": "ENABLED", "findingPublishingFrequency": "SIX_HOURS", "features": [
            { "name": "CLOUD_TRAIL", "status": "ENABLED" }, { "name": "LAMBDA_NETWORK_LOGS", "status": "ENABLED" } ] })
        .to_string(),
        "ListFindings" => {
            // Whoever forgets the filter would get those of instances as well.
            let criteria = ask.parameter("findingCriteria")?;
            assert!(criteria.contains("\"Lambda\"") && criteria.contains("service.archived"), "{criteria}");
            let page = ask.page(1, 50, "maxResults", "nextToken");
            format!("{{{}}}", page.json("findingIds", "nextToken", |_| "\"f1\"".to_owned()))
        }
        "GetFindings" => json!({ "findings": [{
            "accountId": ACCOUNT, "arn": arn("f1"), "id": "f1", "region": ask.region, "schemaVersion": "2.0",
            "type": "Backdoor:Lambda/C&CActivity.B", "severity": 8.0,
            "createdAt": "2026-11-01T10:00:00.000Z", "updatedAt": "2026-11-20T10:00:00.123Z",
            "resource": { "resourceType": "Lambda", "lambdaDetails": { "functionName": "orders", "functionVersion": "$LATEST",
                "functionArn": format!("arn:aws:lambda:{}:{ACCOUNT}:function:orders:$LATEST", ask.region) } },
            "service": { "count": 3, "archived": false },
        }] })
        .to_string(),
        _ => return None,
    }))
}
