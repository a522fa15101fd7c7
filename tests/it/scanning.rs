//! `palisade scan` and `collect` from end to end: an account with planted flaws, and accounts that cannot be read.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::{Command, Output},
};

use palisade::{checks, model::Source};
use serde_json::Value;

use crate::{
    emulator::{Emulator, Kind},
    planted::{self, PASSWORD, Planted},
    stub::{Reply, Stub},
};

/// What was planted, by check: the names of functions, roles, keys, log groups and layers.
const PLANTED: &[(&str, &[&str])] = &[
    ("FN-001", &["public", "public-alias"]),
    ("FN-002", &["exposed"]),
    ("FN-003", &["latent"]),
    ("FN-004", &["cors"]),
    ("FN-005", &["deputy"]),
    ("FN-006", &["foreigner"]),
    ("FN-007", &["old"]),
    ("FN-011", &["leaky"]),
    ("FN-015", &["layered"]),
    ("FN-016", &["tools:1"]),
    ("FN-017", &["hooked"]),
    ("FN-018", &["exposed", "public", "public-alias"]),
    ("FN-019", &["looping"]),
    ("IA-001", &["admin"]),
    ("IA-002", &["negative"]),
    ("IA-003", &["broad", "wild"]),
    ("IA-004", &["broad", "negative"]),
    ("IA-005", &["negative"]),
    ("IA-006", &["shared"]),
    ("IA-008", &["open"]),
    ("IA-009", &["mixed", "open"]),
    ("IA-010", &["partner"]),
    ("IA-011", &["ci"]),
    ("IA-012", &["passer"]),
    ("IA-013", &["admin"]),
    ("IA-014", &["orphan"]),
    ("IA-015", &["negative"]),
    ("IA-016", &["broad"]),
    ("DP-001", &["unkeyed"]),
    ("DP-002", &["locked"]),
    ("DP-003", &["public"]),
    ("DP-004", &["unrotated"]),
    ("DP-005", &["granted"]),
    ("DP-006", &["foreign", "granted"]),
    ("DP-008", &["unkeyed"]),
    ("MV-001", &["mute"]),
    ("MV-003", &["brief", "eternal"]),
    ("MV-005", &["classified"]),
    ("MV-008", &["untraced"]),
    ("IR-005", &["unversioned"]),
    ("IR-007", &["weighted"]),
    ("IR-015", &["contained"]),
    // The emulator itself: what it does not offer.
    ("IR-016", &["*"]),
];

/// Where an emulator differs from what was planted.
struct Differs {
    /// Checks that it keeps from deciding anything.
    blind: &'static [&'static str],
    /// What is found because it stores something else than was planted.
    instead: &'static [(&'static str, &'static [&'static str])],
}

const MOTO: Differs = Differs {
    blind: &["FN-002", "FN-003", "FN-004", "FN-009", "FN-014", "FN-019", "MV-007"],
    instead: &[
        // It keeps `FunctionUrlAuthType` beside the conditions, so the grant is not bound to the URL.
        ("FN-001", &["exposed", "public", "public-alias"]),
        // It does not take a layer that it does not have.
        ("FN-015", &[]),
    ],
};

const MINISTACK: Differs = Differs { blind: &["FN-009", "FN-014"], instead: &[] };

fn scan(mut palisade: Command, arguments: &[&str]) -> (Output, Value) {
    let output = palisade.args(["scan", "--format", "json"]).args(arguments).output().unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output, report)
}

fn findings(report: &Value) -> &Vec<Value> {
    report["findings"].as_array().unwrap_or_else(|| panic!("no findings in {report}"))
}

/// Findings of a status by check: the last word of each resource's name, keys by what is wrong with them.
fn by_check(report: &Value, status: &str, planted: &Planted) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in findings(report).iter().filter(|finding| finding["status"] == status) {
        let resource = finding["resource"].as_str().unwrap();
        let key = planted.keys.iter().find(|(_, arn)| *arn == resource).map(|(name, _)| *name);
        let name = resource.splitn(6, ':').nth(5).unwrap();
        let name = name.rsplit('/').next().unwrap().trim_start_matches("function:").trim_start_matches("layer:");
        found.entry(finding["check"].as_str().unwrap().to_owned()).or_default().insert(key.unwrap_or(name).to_owned());
    }
    found
}

async fn finds_what_was_planted(kind: Kind, differs: &Differs) {
    let home = tempfile::tempdir().unwrap();
    let snapshot = home.path().join("account.palisade.jsonl.zst");
    let emulator = Emulator::start(kind);
    let planted = planted::plant(&emulator).await;

    let (output, report) = scan(emulator.endpoint.palisade(home.path()), &[]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(report["account"], kind.account());
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let instead = |check: &str| differs.instead.iter().find(|(known, _)| *known == check);
    for (check, names) in PLANTED.iter().filter(|(check, _)| !differs.blind.contains(check)) {
        let names = instead(check).map_or(*names, |(_, names)| *names);
        if !names.is_empty() {
            expected.insert((*check).to_owned(), names.iter().map(|&name| name.to_owned()).collect());
        }
    }
    // The date decides this one, and it is today's.
    let mut found = by_check(&report, "fail", &planted);
    found.remove("FN-008");
    assert_eq!(found, expected);
    let unknown = by_check(&report, "unknown", &planted);
    for check in differs.blind {
        assert!(unknown[*check].len() > 30, "{check}: {:?}", unknown[*check]);
    }

    // A snapshot of the same account, read when the account is gone.
    let output = emulator.endpoint.palisade(home.path()).args(["collect", "-o"]).arg(&snapshot).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let offline = emulator.endpoint.palisade(home.path());
    drop(emulator);
    let (_, saved) = scan(offline, &["--snapshot", snapshot.to_str().unwrap()]);
    assert_eq!(findings(&saved), findings(&report));

    nothing_holds_the_secrets(home.path(), &[report.to_string(), saved.to_string()]);
}

/// The planted password is neither in a report nor in any file that was written.
fn nothing_holds_the_secrets(home: &Path, reports: &[String]) {
    assert!(reports.iter().all(|report| !report.contains(PASSWORD) && !report.contains("AKIAABCDEFGHIJKLMNOP")));
    let posture = palisade::store::load(&home.join("account.palisade.jsonl.zst")).unwrap();
    let text = format!("{posture:?}");
    assert!(text.contains("DB_PASSWORD") && !text.contains(PASSWORD) && !text.contains("AKIAABCDEFGHIJKLMNOP"));
}

#[tokio::test]
async fn moto_shows_what_was_planted_and_nothing_else() {
    finds_what_was_planted(Kind::Moto, &MOTO).await;
}

#[tokio::test]
async fn ministack_shows_what_was_planted_and_nothing_else() {
    finds_what_was_planted(Kind::Ministack, &MINISTACK).await;
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
    let found = by_check(&report, "fail", &Planted::default());
    assert_eq!(found["FN-009"], BTreeSet::from(["mail".to_owned()]));
    assert_eq!(found["FN-014"], BTreeSet::from(["mail".to_owned()]));
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
