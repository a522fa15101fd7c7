//! Inspector: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "inspector2", protocol: Protocol::RestJson, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    let routes = [
        ("POST /status/batch/get", "BatchGetAccountStatus"),
        ("POST /coverage/list", "ListCoverage"),
        ("POST /findings/list", "ListFindings"),
    ];
    route::rest(request, "inspector2", &routes)
}

/// Inspector publishes none for these.
fn quota(_: &str) -> Quota {
    Quota::of("inspector2", 10)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let function = |name: &str| format!("arn:aws:lambda:{}:{ACCOUNT}:function:{name}:$LATEST", ask.region);
    let state = |status: &str| json!({ "status": status, "errorCode": "ALREADY_ENABLED", "errorMessage": "" });
    // Other accounts are played as well, by the roles that are assumed there.
    let asked = ask.parameter("accountIds").and_then(|ids| serde_json::from_str::<[String; 1]>(ids).ok()).map(|[id]| id);
    Some(Reply::ok(match ask.operation.as_str() {
        "BatchGetAccountStatus" => json!({ "failedAccounts": [], "accounts": [{ "accountId": asked, "state": state("ENABLED"),
            "resourceState": { "ec2": state("DISABLED"), "ecr": state("DISABLED"), "lambda": state("ENABLED"),
                "lambdaCode": state("DISABLED") } }] })
        .to_string(),
        "ListCoverage" => {
            assert!(ask.parameter("filterCriteria")?.contains("AWS_LAMBDA_FUNCTION"));
            let scans = [("orders", "ACTIVE", "SUCCESSFUL"), ("mail", "INACTIVE", "EXCLUDED_BY_TAG")];
            let page = ask.page(scans.len(), 200, "maxResults", "nextToken");
            let entry = |number: usize| {
                let (name, code, reason) = scans[number];
                json!({ "resourceType": "AWS_LAMBDA_FUNCTION", "resourceId": function(name), "accountId": ACCOUNT, "scanType": "PACKAGE",
                    "scanStatus": { "statusCode": code, "reason": reason } })
                .to_string()
            };
            format!("{{{}}}", page.json("coveredResources", "nextToken", entry))
        }
        "ListFindings" => {
            let filter = ask.parameter("filterCriteria")?;
            assert!(["AWS_LAMBDA_FUNCTION", "ACTIVE", "CRITICAL", "HIGH", "MEDIUM"].iter().all(|word| filter.contains(word)), "{filter}");
            let finding = |number: usize| {
                let mut finding = json!({ "findingArn": format!("arn:aws:inspector2:{}:{ACCOUNT}:finding/{number}", ask.region),
                    "awsAccountId": ACCOUNT, "description": "x", "remediation": {}, "severity": "CRITICAL",
                    "firstObservedAt": 1.79e9, "lastObservedAt": 1.79e9, "updatedAt": 1.795e9, "status": "ACTIVE",
                    "resources": [{ "type": "AWS_LAMBDA_FUNCTION", "id": function("orders") }] });
                let more = if number == 0 {
                    json!({ "type": "PACKAGE_VULNERABILITY", "fixAvailable": "YES", "exploitAvailable": "YES", "epss": { "score": 0.97 },
                        "packageVulnerabilityDetails": { "vulnerabilityId": "CVE-2021-44228", "source": "NVD", "vulnerablePackages": [
                            { "name": "log4j-core", "version": "2.14.1", "fixedInVersion": "2.15.0" }] } })
                } else {
                    json!({ "type": "CODE_VULNERABILITY", "codeVulnerabilityDetails": { "detectorId": "python/sql-injection",
                        "detectorName": "SQL injection", "cwes": ["CWE-89"],
                        "filePath": { "fileName": "app.py", "filePath": "src/app.py", "startLine": 7, "endLine": 9 } } })
                };
                for (name, value) in more.as_object().unwrap() {
                    finding[name] = value.clone();
                }
                finding.to_string()
            };
            format!("{{{}}}", ask.page(2, 100, "maxResults", "nextToken").json("findings", "nextToken", finding))
        }
        _ => return None,
    }))
}
