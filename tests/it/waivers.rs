//! Waivers of a repository: found from within it, taken out of score and exit code, and told when they are spent.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

const WAIVER: &str = "[[waiver]]\ncheck = \"CHECK\"\nresource = \"*\"\nowner = \"payments\"\nreason = \"agreed\"\nexpires = EXPIRES\n";

fn scan(folder: &Path) -> (Option<i32>, Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.env_clear().env("HOME", folder).current_dir(folder);
    let output = command.args(["scan", "--demo", "--format", "json", "--fail-on", "critical"]).output().unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code(), report, String::from_utf8(output.stderr).unwrap())
}

/// The checks of the report's findings with `status`, worst first.
fn checks<'a>(report: &'a Value, status: &str) -> Vec<&'a str> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["status"] == status);
    findings.map(|finding| finding["check"].as_str().unwrap()).collect()
}

#[test]
fn what_the_repository_accepts_is_waived_until_its_day() {
    let root = tempfile::tempdir().unwrap();
    let inner = root.path().join("infra/lambda");
    fs::create_dir_all(&inner).unwrap();
    fs::create_dir(root.path().join(".git")).unwrap();
    let (code, before, _) = scan(&inner);
    assert_eq!((code, before["score"]["without_waivers"].as_f64()), (Some(3), None));

    let mut critical: Vec<&str> = Vec::new();
    for finding in before["findings"].as_array().unwrap() {
        let check = finding["check"].as_str().unwrap();
        if finding["status"] == "fail" && finding["severity"] == "critical" && !critical.contains(&check) {
            critical.push(check);
        }
    }
    let waivers =
        |expires: &str| -> String { critical.iter().map(|check| WAIVER.replace("CHECK", check).replace("EXPIRES", expires)).collect() };
    let file = root.path().join("waivers.toml");
    fs::write(&file, waivers("9000-01-01")).unwrap();
    let (code, waived, _) = scan(&inner);
    assert_ne!(code, Some(3), "nothing critical is left");
    assert!(checks(&waived, "fail").iter().all(|check| !critical.contains(check)));
    assert_eq!(waived["score"]["without_waivers"], before["score"]["value"]);
    assert!(waived["score"]["value"].as_f64() > before["score"]["value"].as_f64());
    assert!(waived["waivers"].as_array().unwrap().iter().all(|waiver| waiver["state"] == "in-force"));

    fs::write(&file, waivers("2020-01-01")).unwrap();
    let (code, expired, _) = scan(&inner);
    assert_eq!((code, &expired["findings"]), (Some(3), &before["findings"]));
    assert!(expired["waivers"].as_array().unwrap().iter().all(|waiver| waiver["state"] == "expired"));
}

#[test]
fn a_file_that_is_not_understood_is_refused_with_its_line() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("waivers.toml"), WAIVER.replace("CHECK", "FN-9").replace("EXPIRES", "2027-01-01")).unwrap();
    let (code, _, said) = scan(root.path());
    assert_eq!(code, Some(2));
    assert!(said.contains("waivers.toml: line 2: there is no check \"FN-9\""), "{said}");
}
