//! `palisade scan` of accounts that no emulator plays: services that refuse everything, settings that the emulators
//! do not have, and accounts that cannot be reached.

use std::{
    collections::BTreeSet,
    process::{Command, Output},
};

use palisade::{checks, model::Source};
use serde_json::Value;

use crate::stub::{Reply, Stub};

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
fn where_a_service_refuses_everything_no_check_passes_for_it() {
    let home = tempfile::tempdir().unwrap();
    let healthy = Stub::start(|_| None);
    let (_, whole) = scan(healthy.endpoint.palisade(home.path()), &["--include-pass"]);
    let coverage = |report: &Value| report["score"]["coverage"].as_f64().unwrap();
    for source in [Source::Lambda, Source::Iam, Source::Kms, Source::Logs] {
        let stub = Stub::refusing(403, "AccessDeniedException", move |asked| asked.split(':').next() == Some(source.word()));
        let (output, report) = scan(stub.endpoint.palisade(home.path()), &["--include-pass"]);
        assert!(matches!(output.status.code(), Some(3 | 4)), "{source}: {output:?}");
        assert!(coverage(&report) < coverage(&whole), "{source}");
        let only: Vec<&str> = checks::all().filter(|check| check.reads == [source]).map(|check| check.id).collect();
        for finding in findings(&report).iter().filter(|finding| only.contains(&finding["check"].as_str().unwrap())) {
            assert_eq!(finding["status"], "unknown", "{source}: {finding}");
            assert_eq!(finding["gap"]["kind"], "denied", "{source}: {finding}");
        }
        let run = report["sources"].as_array().unwrap().iter().find(|run| run["source"] == source.word()).unwrap().clone();
        assert_eq!(run["state"], "denied", "{run}");
    }
}

#[test]
fn runtime_updates_and_code_signing_that_no_emulator_has() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|ask| match (ask.action.as_str(), ask.name.as_str()) {
        ("lambda:GetRuntimeManagementConfig", "mail") => Some(Reply::ok(r#"{"UpdateRuntimeOn":"Manual","RuntimeVersionArn":"arn:x"}"#)),
        ("lambda:ListFunctionsByCodeSigningConfig", _) => {
            let arn = format!("arn:aws:lambda:eu-west-1:{}:function:orders", crate::stub::ACCOUNT);
            Some(Reply::ok(format!(r#"{{"FunctionArns":["{arn}"]}}"#)))
        }
        _ => None,
    });
    let (_, report) = scan(stub.endpoint.palisade(home.path()), &[]);
    assert_eq!(failing(&report, "FN-009"), BTreeSet::from(["mail".to_owned()]));
    assert_eq!(failing(&report, "FN-014"), BTreeSet::from(["mail".to_owned()]));
}

/// The one line on standard error, and the exit code.
fn fails(mut palisade: Command, arguments: &[&str]) -> (Option<i32>, String) {
    let output = palisade.arg("scan").args(arguments).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout.is_empty());
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    (output.status.code(), said)
}

#[test]
fn what_cannot_be_reached_is_one_line_with_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|_| None);
    let palisade = || stub.endpoint.palisade(home.path());

    let mut without = palisade();
    without.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    let (code, said) = fails(without, &[]);
    assert!(code == Some(1) && said.contains("credentials") && said.contains("log in"), "{said}");

    let mut homeless = palisade();
    homeless.env_remove("AWS_REGION");
    let (code, said) = fails(homeless, &[]);
    assert!(code == Some(2) && said.contains("--region"), "{said}");

    let (code, said) = fails(palisade(), &["--region", "Ireland"]);
    assert!(code == Some(2) && said.contains("Ireland"), "{said}");

    let (code, said) = fails(palisade(), &["--endpoint-url", "http://127.0.0.1:1"]);
    assert!(code == Some(1) && said.contains("cannot reach"), "{said}");

    let (code, said) = fails(palisade(), &["--profile", "nobody"]);
    assert!(code == Some(1) && said.contains("nobody"), "{said}");

    let expired = Stub::refusing(403, "ExpiredToken", |asked| asked == "sts:GetCallerIdentity");
    let (code, said) = fails(expired.endpoint.palisade(home.path()), &[]);
    assert!(code == Some(1) && said.contains("expired") && said.contains("log in again"), "{said}");
}
