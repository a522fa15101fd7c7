//! Inspector: whether it scans functions, which ones, and what it found in them.

use std::collections::BTreeMap;

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{
    Arn, Coverage, InspectorStatus, Learnt, Listing, ScanStatus, Source, Timestamp, Vulnerability, VulnerableCode, VulnerablePackage,
};

static SERVICE: Service = Service::new("Inspector2", "inspector2", Protocol::RestJson);

/// Inspector publishes no quota for these; five a second is modest.
static QUOTA: Quota = Quota::new("inspector2", 5);

static STATUS: Operation = Operation::new("inspector2:BatchGetAccountStatus", &QUOTA).of(&SERVICE).post("/status/batch/get");
static LIST_COVERAGE: Operation = Operation::new("inspector2:ListCoverage", &QUOTA)
    .of(&SERVICE)
    .post("/coverage/list")
    // Most functions have an entry for their packages and one for their code.
    .calls(|at| at.pages(2 * at.region.coverage.items.len(), 200));
static LIST_FINDINGS: Operation = Operation::new("inspector2:ListFindings", &QUOTA)
    .of(&SERVICE)
    .post("/findings/list")
    .calls(|at| at.pages(at.region.vulnerabilities.items.len(), 100));

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::Inspector, scope: Scope::Regional, operations: &[&STATUS, &LIST_COVERAGE, &LIST_FINDINGS], run };

/// Ten thousand findings a Region, the worst ones first: some 5 MB.
const MOST_PAGES: usize = 100;

#[derive(Debug, Deserialize)]
struct Accounts {
    accounts: Vec<Account>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    account_id: String,
    state: State,
    resource_state: ResourceState,
}

#[derive(Debug, Deserialize)]
struct State {
    status: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceState {
    lambda: Option<State>,
    lambda_code: Option<State>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Covered {
    covered_resources: Option<Vec<CoveredResource>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CoveredResource {
    resource_id: Arn,
    scan_type: String,
    scan_status: Option<Scan>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scan {
    status_code: String,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Findings {
    findings: Option<Vec<Finding>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    finding_arn: Arn,
    #[serde(rename = "type")]
    kind: String,
    severity: String,
    last_observed_at: f64,
    updated_at: Option<f64>,
    resources: Vec<Resource>,
    package_vulnerability_details: Option<Packages>,
    code_vulnerability_details: Option<Code>,
    fix_available: Option<String>,
    exploit_available: Option<String>,
    epss: Option<Epss>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    #[serde(rename = "type")]
    kind: String,
    id: Arn,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Packages {
    vulnerability_id: String,
    /// Optional by the model.
    #[serde(default)]
    vulnerable_packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    name: String,
    version: String,
    fixed_in_version: Option<String>,
    source_lambda_layer_arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Code {
    detector_id: String,
    detector_name: String,
    cwes: Vec<String>,
    file_path: FilePath,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FilePath {
    file_path: String,
    start_line: u32,
}

#[derive(Debug, Deserialize)]
struct Epss {
    score: Option<f64>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let answer: Result<Accounts, Failure> = wire.ask(&STATUS, json!({ "accountIds": [reader.account()] })).await;
        let status = reader.fact(answer.and_then(|answer| status(answer, reader.account())));
        let off = status.known().is_ok_and(InspectorStatus::is_off);
        reader.post(vec![Learnt::Inspector(status)]).await;
        if off {
            // It covers nothing, and keeps no findings.
            return vec![Learnt::Coverages(Listing::complete(Vec::new())), Learnt::Vulnerabilities(Listing::complete(Vec::new()))];
        }
        let covered = reader
            .pages(&LIST_COVERAGE, |token| async move {
                let params = json!({ "filterCriteria": { "resourceType": equals(&["AWS_LAMBDA_FUNCTION"]),
                    "accountId": equals(&[reader.account()]) }, "maxResults": 200, "nextToken": token });
                let answer: Covered = wire.ask(&LIST_COVERAGE, params).await?;
                Ok(Page::new(answer.covered_resources, answer.next_token))
            })
            .await;
        let Listing { items, gap } = covered;
        let coverage = Listing { items: coverage(items), gap };
        reader.done(coverage.items.len());
        reader.post(vec![Learnt::Coverages(coverage)]).await;
        if reader.depth() == Depth::Core {
            return Vec::new();
        }
        let found = reader
            .pages_within(&LIST_FINDINGS, MOST_PAGES, |token| async move {
                let params = json!({
                    "filterCriteria": {
                        "resourceType": equals(&["AWS_LAMBDA_FUNCTION"]),
                        "awsAccountId": equals(&[reader.account()]),
                        "findingStatus": equals(&["ACTIVE"]),
                        "severity": equals(&["CRITICAL", "HIGH", "MEDIUM"]),
                    },
                    "sortCriteria": { "field": "SEVERITY", "sortOrder": "DESC" },
                    "maxResults": 100,
                    "nextToken": token,
                });
                let answer: Findings = wire.ask(&LIST_FINDINGS, params).await?;
                // Read page by page into what is kept: the answers are several times as large.
                let Some(findings) = answer.findings else { return Ok(Page::new(None, None)) };
                Ok(Page::new(Some(findings.into_iter().map(vulnerability).collect()), answer.next_token))
            })
            .await;
        let found = reader.converted(&LIST_FINDINGS, found, |finding| finding);
        reader.done(found.items.len());
        vec![Learnt::Vulnerabilities(found)]
    }
    .boxed()
}

/// A filter that one of `values` has to equal.
fn equals(values: &[&str]) -> serde_json::Value {
    values.iter().map(|value| json!({ "comparison": "EQUALS", "value": value })).collect()
}

fn status(answer: Accounts, id: &str) -> Result<InspectorStatus, Failure> {
    let own = answer.accounts.into_iter().find(|account| account.account_id == id);
    let own = own.ok_or_else(|| STATUS.broken("the answer does not have this account"))?;
    Ok(InspectorStatus {
        account: own.state.status,
        lambda: own.resource_state.lambda.map(|state| state.status),
        lambda_code: own.resource_state.lambda_code.map(|state| state.status),
    })
}

/// One entry a function, of one a kind of scan.
fn coverage(resources: Vec<CoveredResource>) -> Vec<Coverage> {
    let mut functions: BTreeMap<Arn, Coverage> = BTreeMap::new();
    for resource in resources {
        let arn = resource.resource_id.unqualified();
        let known = functions.entry(arn.clone()).or_insert(Coverage { arn, packages: None, code: None });
        let status = resource.scan_status.map(|scan| ScanStatus { active: scan.status_code == "ACTIVE", reason: scan.reason });
        match resource.scan_type.as_str() {
            "CODE" => known.code = status,
            "PACKAGE" => known.packages = status,
            _ => {}
        }
    }
    functions.into_values().collect()
}

/// None when it is on no function.
fn vulnerability(finding: Finding) -> Option<Vulnerability> {
    let function = finding.resources.into_iter().find(|resource| resource.kind == "AWS_LAMBDA_FUNCTION")?.id.unqualified();
    let package = |package: Package| VulnerablePackage {
        name: package.name,
        version: package.version,
        // Inspector says `NotAvailable` where there is no fix.
        fixed_in: package.fixed_in_version.filter(|version| !version.is_empty() && version != "NotAvailable"),
        layer: package.source_lambda_layer_arn,
    };
    let (mut id, mut packages, mut code) = (None, Vec::new(), None);
    if let Some(details) = finding.package_vulnerability_details {
        id = Some(details.vulnerability_id);
        packages = details.vulnerable_packages.into_iter().map(package).collect();
    }
    if let Some(details) = finding.code_vulnerability_details {
        id = Some(details.detector_id);
        let FilePath { file_path: file, start_line: line } = details.file_path;
        code = Some(VulnerableCode { detector: details.detector_name, cwes: details.cwes, file, line });
    }
    let exploit_available = match finding.exploit_available.as_deref() {
        Some("YES") => Some(true),
        Some("NO") => Some(false),
        _ => None,
    };
    Some(Vulnerability {
        arn: finding.finding_arn,
        function,
        kind: finding.kind,
        severity: finding.severity,
        id,
        exploit_available,
        fix_available: finding.fix_available,
        epss: finding.epss.and_then(|epss| epss.score),
        packages,
        code,
        updated: Timestamp::from_unix(finding.updated_at.unwrap_or(finding.last_observed_at) as i64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_of_a_function_come_together() {
        let entry = |qualifier: &str, kind: &str, code: &str, reason: &str| CoveredResource {
            resource_id: Arn::new(format!("arn:aws:lambda:eu-west-1:1:function:orders{qualifier}")),
            scan_type: kind.to_owned(),
            scan_status: Some(Scan { status_code: code.to_owned(), reason: reason.to_owned() }),
        };
        let covered =
            coverage(vec![entry(":$LATEST", "PACKAGE", "ACTIVE", "SUCCESSFUL"), entry("", "CODE", "INACTIVE", "EXCLUDED_BY_TAG")]);
        assert_eq!(covered.len(), 1);
        assert_eq!(covered[0].arn.as_str(), "arn:aws:lambda:eu-west-1:1:function:orders");
        assert!(covered[0].packages.as_ref().unwrap().active);
        assert_eq!(covered[0].code, Some(ScanStatus { active: false, reason: "EXCLUDED_BY_TAG".to_owned() }));
    }

    #[test]
    fn the_status_of_another_account_is_no_answer() {
        let said = |id: &str| Accounts {
            accounts: vec![Account {
                account_id: id.to_owned(),
                state: State { status: "ENABLED".to_owned() },
                resource_state: ResourceState { lambda: Some(State { status: "DISABLED".to_owned() }), lambda_code: None },
            }],
        };
        assert!(status(said("2"), "1").is_err());
        // Of code nothing is said, so it is not off for certain.
        assert!(!status(said("1"), "1").unwrap().is_off());
    }

    #[test]
    fn a_finding_without_a_fix_has_none() {
        let text = r#"{"findingArn":"arn:aws:inspector2:eu-west-1:1:finding/a","type":"PACKAGE_VULNERABILITY","severity":"HIGH",
            "lastObservedAt":1.7e9,"resources":[{"type":"AWS_LAMBDA_FUNCTION","id":"arn:aws:lambda:eu-west-1:1:function:orders:$LATEST"}],
            "packageVulnerabilityDetails":{"vulnerabilityId":"CVE-1","source":"NVD","vulnerablePackages":[
                {"name":"a","version":"1","fixedInVersion":"NotAvailable"}]}}"#;
        let found = vulnerability(serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!((found.function.name(), found.packages[0].fixed_in.as_deref(), found.exploit_available), ("orders", None, None));
        let elsewhere = text.replace("AWS_LAMBDA_FUNCTION", "AWS_EC2_INSTANCE");
        assert_eq!(vulnerability(serde_json::from_str(&elsewhere).unwrap()), None);
    }
}
