//! `palisade scan` of accounts that no emulator plays: settings that the emulators do not have, accounts in which
//! nothing is, and accounts that cannot be reached.

use std::{
    collections::BTreeSet,
    net::TcpListener,
    process::{Command, Output},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    emulator::{Emulator, Kind},
    endpoint::Endpoint,
    stub::{ACCOUNT, Reply, Stub, details, function},
};

fn scan(mut palisade: Command, arguments: &[&str]) -> (Output, Value) {
    let output = palisade.args(["scan", "--format", "json"]).args(arguments).output().unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output, report)
}

fn findings(report: &Value) -> &Vec<Value> {
    report["findings"].as_array().unwrap_or_else(|| panic!("no findings in {report}"))
}

/// The functions that `check` fails on.
fn failing(report: &Value, check: &str) -> BTreeSet<String> {
    let of_check = findings(report).iter().filter(|finding| finding["check"] == check && finding["status"] == "fail");
    of_check.map(|finding| finding["resource"].as_str().unwrap().rsplit(':').next().unwrap().to_owned()).collect()
}

#[test]
fn flaws_that_no_emulator_can_hold_are_found() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|ask| match (ask.action.as_str(), ask.name.as_str()) {
        ("lambda:GetRuntimeManagementConfig", "mail") => Some(Reply::ok(r#"{"UpdateRuntimeOn":"Manual","RuntimeVersionArn":"arn:x"}"#)),
        ("lambda:ListFunctionsByCodeSigningConfig", _) => {
            Some(Reply::ok(format!(r#"{{"FunctionArns":["arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders"]}}"#)))
        }
        ("lambda:GetFunction", "orders") => {
            Some(Reply::ok(format!(r#"{{"Configuration":{},"Tags":{{"data-class":"pii"}}}}"#, function("orders"))))
        }
        ("logs:DescribeLogGroups", _) => {
            let group = |name| format!(r#"{{"logGroupName":"/aws/lambda/{name}","deletionProtectionEnabled":false}}"#);
            Some(Reply::ok(format!(r#"{{"logGroups":[{},{}]}}"#, group("orders"), group("mail"))))
        }
        _ => None,
    });
    let (_, report) = scan(stub.endpoint.palisade(home.path()), &[]);
    assert_eq!(failing(&report, "FN-009"), BTreeSet::from(["mail".to_owned()]));
    assert_eq!(failing(&report, "FN-014"), BTreeSet::from(["mail".to_owned()]));
    assert_eq!(failing(&report, "MV-004"), BTreeSet::from(["/aws/lambda/orders".to_owned()]));
}

/// A command that cannot do its work: the one line that it says.
#[track_caller]
fn fails(mut palisade: Command, arguments: &[&str], code: i32) -> String {
    let output = palisade.args(arguments).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(output.stdout.is_empty());
    let line = said.strip_suffix('\n').unwrap();
    assert!(line.starts_with("palisade: ") && !line.contains('\n'), "{said}");
    line.to_owned()
}

#[test]
fn without_credentials_it_says_how_to_get_some() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|_| None);
    for command in [&["scan"][..], &["collect", "-o", "x.palisade.jsonl.zst"]] {
        let mut palisade = stub.endpoint.palisade(home.path());
        palisade.current_dir(home.path()).env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        let line = fails(palisade, command, 1);
        assert!(line.contains("credentials") && line.contains("AWS_ACCESS_KEY_ID"), "{line}");
    }
    let line = fails(stub.endpoint.palisade(home.path()), &["scan", "--profile", "nobody"], 1);
    assert!(line.contains("nobody"), "{line}");
    assert_eq!(stub.asked_in_all(), 0);
    assert!(!home.path().join("x.palisade.jsonl.zst").exists());
}

#[test]
fn with_an_expired_token_it_says_to_log_in_again() {
    let home = tempfile::tempdir().unwrap();
    for code in ["ExpiredTokenException", "ExpiredToken"] {
        let stub = Stub::refusing(403, code, |_| true);
        let line = fails(stub.endpoint.palisade(home.path()), &["scan"], 1);
        assert!(line.contains("expired") && line.contains("log in again"), "{line}");
    }
}

#[test]
fn a_region_that_can_be_none_is_wrong_usage() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|_| None);
    for region in ["eu-west", "Ireland", "eu-west-1.example.com/", "eu-west-1,moon"] {
        let line = fails(stub.endpoint.palisade(home.path()), &["scan", "--region", region], 2);
        assert!(line.contains("is no AWS Region") && line.contains("eu-west-1"), "{line}");
    }
    let mut homeless = stub.endpoint.palisade(home.path());
    homeless.env_remove("AWS_REGION");
    let line = fails(homeless, &["scan"], 2);
    assert!(line.contains("--region"), "{line}");
    assert_eq!(stub.asked_in_all(), 0);
}

#[test]
fn an_endpoint_that_is_not_there_is_given_up_at_once() {
    let home = tempfile::tempdir().unwrap();
    // Bound and let go: nobody listens there.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = Endpoint::new(&format!("http://{address}"));
    let started = Instant::now();
    let line = fails(nowhere.palisade(home.path()), &["scan"], 1);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert!(line.contains("cannot reach the endpoint") && line.contains("check"), "{line}");
}

#[test]
fn what_is_no_endpoint_is_one_line_too() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|_| None);
    for url in ["nonsense", "http://", "ftp://127.0.0.1:1", "http://127.0.0.1:1:2"] {
        let mut palisade = stub.endpoint.palisade(home.path());
        let output = palisade.args(["scan", "--endpoint-url", url]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(matches!(output.status.code(), Some(1 | 2)), "{url}: {said}");
        assert!(said.starts_with("palisade: ") && said.trim_end().lines().count() == 1, "{url}: {said}");
    }
}

#[test]
fn an_account_without_functions_is_no_error_and_nothing_is_said_of_any() {
    let home = tempfile::tempdir().unwrap();
    let nobody = details("worker", None);
    let (head, rest) = nobody.split_once("<member>").unwrap();
    let nobody = format!("{head}{}", rest.split_once("</member>").unwrap().1);
    let stub = Stub::start(move |ask| {
        let body = match ask.action.as_str() {
            "lambda:ListFunctions" => r#"{"Functions":[]}"#,
            "lambda:ListLayers" => r#"{"Layers":[]}"#,
            "kms:ListKeys" => r#"{"Keys":[],"Truncated":false}"#,
            "dynamodb:ListTables" => r#"{"TableNames":[]}"#,
            "kinesis:ListStreams" => r#"{"StreamNames":[],"StreamSummaries":[],"HasMoreStreams":false}"#,
            "secretsmanager:ListSecrets" => r#"{"SecretList":[]}"#,
            "s3:ListAllMyBuckets" => "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
            "logs:DescribeLogGroups" => r#"{"logGroups":[]}"#,
            "iam:GetAccountAuthorizationDetails" => nobody.as_str(),
            _ => return None,
        };
        Some(Reply::ok(body))
    });
    let (output, report) = scan(stub.endpoint.palisade(home.path()), &["--include-pass"]);
    let said = String::from_utf8_lossy(&output.stderr);
    // What other services hold is judged all the same.
    assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{said}");
    assert!(said.contains("lambda  eu-west-1       complete  0 items"), "{said}");
    let of_functions = |finding: &&Value| {
        let resource = finding["resource"].as_str().unwrap();
        resource.contains(":function:") || resource.contains(":role/") || resource.contains(":log-group:")
    };
    assert_eq!(findings(&report).iter().find(of_functions), None);
    assert!(findings(&report).iter().filter(|finding| finding["check"] == "IR-016").all(|finding| finding["status"] == "pass"));
}

#[test]
fn an_emulator_in_which_nothing_is_has_gaps_at_most() {
    let home = tempfile::tempdir().unwrap();
    for kind in [Kind::Moto, Kind::Ministack] {
        let emulator = Emulator::start(kind);
        let (output, report) = scan(emulator.endpoint.palisade(home.path()), &["--include-pass"]);
        assert!(matches!(output.status.code(), Some(0 | 4)), "{}", String::from_utf8_lossy(&output.stderr));
        let function = &report["score"]["layers"][0];
        assert!(function["layer"] == "function" && function["value"].is_null(), "{report:#}");
    }
}
