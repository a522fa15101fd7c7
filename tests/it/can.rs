//! `palisade can` as a contract: single decisions, batches, and what is wrong with either.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use palisade::iam::Case;
use serde_json::Value;
use tempfile::TempDir;

fn palisade(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin").env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn run(arguments: &[&str]) -> Output {
    let home = TempDir::new().unwrap();
    palisade(home.path()).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/iam").join(name)
}

/// What a batch says, by id.
fn decisions(output: &Output) -> BTreeMap<String, String> {
    let line = |line: &str| -> (String, String) {
        let value: Value = serde_json::from_str(line).unwrap();
        assert_eq!(value.as_object().unwrap().len(), 2, "{line}");
        (value["id"].as_str().unwrap().to_owned(), value["decision"].as_str().unwrap().to_owned())
    };
    stdout(output).lines().map(line).collect()
}

/// The cases of a file, and how many of them the binary decides otherwise than expected.
fn wrong(name: &str) -> (usize, Vec<String>) {
    let path = file(name);
    let output = run(&["can", "--cases", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let decided = decisions(&output);
    let text = String::from_utf8(zstd::decode_all(fs::read(path).unwrap().as_slice()).unwrap()).unwrap();
    let cases: Vec<Case> = text.lines().map(|line| Case::parse(line).unwrap()).collect();
    let expected = |case: &Case| match case.expect.as_deref() {
        // What the documents leave open may be allowed.
        None | Some("unclear") => "conditional".to_owned(),
        Some(word) => word.to_owned(),
    };
    let wrong = cases.iter().filter(|case| decided[&case.id] != expected(case));
    (cases.len(), wrong.map(|case| format!("{}: {} for {}", case.id, decided[&case.id], expected(case))).collect())
}

#[test]
fn every_case_is_decided_as_expected() {
    assert_eq!(wrong("cases.jsonl.zst"), (4_900, vec![]));
    assert_eq!(wrong("contested.jsonl.zst"), (25, vec![]));
    let (count, needless) = wrong("three-valued.jsonl.zst");
    assert_eq!(count, 900);
    assert!(needless.iter().all(|case| case.contains(": conditional for ")), "{needless:#?}");
    assert!(needless.len() * 100 <= count * 2, "{needless:#?}");
}

/// A case without policies.
fn case(id: &str) -> String {
    format!(r#"{{"id":"{id}","request":{{"principal":"s3.amazonaws.com","action":"a:B","resource":"*","context":{{}}}}}}"#)
}

#[test]
fn a_line_that_is_no_case_is_told_and_the_others_are_decided() {
    let broken = case("broken").replace(r#""context":{}"#, r#""context":7"#);
    let twice = case("twice").replace(r#""id""#, r#""identity":[{"Statement":[],"Statement":[]}],"id""#);
    let lines = [&case("first"), &broken, "", &twice, "\u{1b}]0;owned", &case("last")].map(ToString::to_string).join("\n");
    let home = TempDir::new().unwrap();
    let mut child = palisade(home.path())
        .args(["can", "--cases", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        decisions(&output).into_iter().collect::<Vec<_>>(),
        [("first".to_owned(), "ImplicitlyDenied".to_owned()), ("last".to_owned(), "ImplicitlyDenied".to_owned())]
    );
    let said: Vec<&str> = stderr(&output).lines().collect();
    assert_eq!(said.len(), 3, "{said:?}");
    for (line, number) in said.iter().zip([2, 4, 5]) {
        assert!(line.contains(&format!("line {number}: ")), "{line}");
    }
    assert!(said[1].contains("twice"), "{}", said[1]);
    assert!(!output.stderr.contains(&0x1b));
}

#[test]
fn a_decision_comes_with_its_proof() {
    let asked = ["can", "break-glass", "s3:GetObject", "*", "--demo"];
    let output = run(&asked);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for says in ["Allowed", "user/break-glass", "Decided by", "AdministratorAccess", "\"Effect\": \"Allow\"", "line "] {
        assert!(stdout(&output).contains(says), "{says}: {}", stdout(&output));
    }
    let output = run(&[&asked[..], &["--format", "json"]].concat());
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["schema"], &answer["decision"]), (&Value::from(1), &Value::from("Allowed")));
    assert_eq!((&answer["condition"], &answer["blocked_by"]), (&Value::Null, &Value::Array(vec![])));
    let proof = &answer["proof"][0];
    assert_eq!((&proof["policy"], &proof["effect"], &proof["layer"]), (&"AdministratorAccess".into(), &"Allow".into(), &"identity".into()));
    assert!(proof["pointer"].as_str().unwrap().starts_with("/Statement"), "{proof}");
    assert!(proof["line"].as_u64().unwrap() > 1, "{proof}");
}

#[test]
fn what_stands_in_the_way_is_named() {
    let output = run(&["can", "etl-batch", "iam:CreateUser", "*", "--demo", "--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["decision"], &answer["blocked_by"]), (&"ImplicitlyDenied".into(), &vec!["identity"].into()));
    // Nobody read the buckets of the demo account: whose they are and what they say is not known.
    let output = run(&["can", "etl-batch", "s3:GetObject", "arn:aws:s3:::larkspur-lake/x", "--demo", "--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["decision"], if output.status.code() == Some(4) { "conditional" } else { "Allowed" }, "{answer}");
}

#[test]
fn what_cannot_be_asked_says_what_to_do() {
    for (arguments, code, says) in [
        (&["can", "break-glass", "s3:GetObject", "*"][..], 1, "palisade collect -o"),
        (&["can", "break-glass"], 2, "ACTION"),
        (&["can", "nobody", "s3:GetObject", "*", "--demo"], 2, "no role or user"),
        (&["can", "break-glass", "GetObject", "*", "--demo"], 2, "lambda:InvokeFunction"),
        (&["can", "break-glass", "s3:GetObject", "*", "--demo", "--context", "x"], 2, "aws:SourceIp"),
        (&["can", "--cases", "/nowhere/at-all.jsonl"], 1, "No such file"),
        (&["can", "--cases", "-", "--demo"], 2, "cannot be used with"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}
