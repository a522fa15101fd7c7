//! The least policy of a role, as the command hands it over.

use std::process::{Command, Output};

use serde_json::Value;

fn policy(arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.env_clear().env("HOME", home.path()).current_dir(home.path()).arg("policy");
    command.args(arguments).output().unwrap()
}

#[test]
fn a_role_is_scored_and_its_policy_handed_over_with_less_in_it() {
    let output = policy(&["forecast-demand-role", "--demo", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let score = report["score"].as_f64().unwrap();
    assert!((0.0..100.0).contains(&score), "{score}");
    assert!(!report["largest"].as_array().unwrap().is_empty());
    let policies = report["policies"].as_array().unwrap();
    assert!(!policies.is_empty());
    for policy in policies {
        assert!(!policy["changes"].as_array().unwrap().is_empty());
        let diff = policy["diff"].as_str().unwrap();
        assert!(diff.lines().any(|line| line.starts_with('-')), "{diff}");
        let document = |key: &str| policy[key].as_str().map(|text| serde_json::from_str::<Value>(text).unwrap());
        assert_ne!(document("before"), document("after"));
    }
    let text = String::from_utf8(policy(&["forecast-demand-role", "--demo"]).stdout).unwrap();
    assert!(text.contains("Least privilege") && text.contains("Proved: "), "{text}");
}

#[test]
fn what_collection_needs_is_printed_without_a_role_and_a_role_is_named_when_misspelt() {
    let own: Value = serde_json::from_slice(&policy(&[]).stdout).unwrap();
    assert!(own["Statement"].is_array());
    let unasked = policy(&["--demo"]);
    assert_eq!(unasked.status.code(), Some(2));
    let misspelt = policy(&["forecast-demnd-role", "--demo"]);
    assert_eq!(misspelt.status.code(), Some(2));
    assert!(String::from_utf8(misspelt.stderr).unwrap().contains("forecast-demand-role"));
}
