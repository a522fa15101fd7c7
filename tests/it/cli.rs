//! The command line as a contract: commands, streams, exit codes, JSON keys. The real binary, without a network.

use std::{
    collections::BTreeSet,
    fs,
    io::Read,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The binary in a home of its own, with nothing of the caller's AWS configuration.
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

#[track_caller]
fn fails(arguments: &[&str], code: i32, says: &str) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
    assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    assert!(stdout(&output).is_empty(), "{arguments:?}: data where there should be none");
}

#[test]
fn help_and_version_are_asked_for_and_go_to_stdout() {
    for arguments in [&["--help"][..], &["--version"], &["scan", "--help"], &["help", "collect"], &["paths", "--help"], &["help", "who"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn wrong_usage_is_2_and_goes_to_stderr() {
    fails(&["frobnicate"], 2, "unrecognized subcommand");
    fails(&["scan", "--fail-on", "severe"], 2, "possible values");
    fails(&["scan", "--demo", "--check", "FN-01"], 2, "Did you mean FN-0");
    fails(&["explain", "anyone-can-invok"], 2, "Did you mean");
    fails(&["open"], 2, "PATH");
}

#[test]
fn what_fails_says_what_on_what_and_what_next_in_one_line() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    for (path, says) in [
        ("/nowhere/at-all.jsonl".to_owned(), "No such file"),
        (file("hostile.jsonl", b"\x1b]0;owned\x07\n"), "not a palisade snapshot"),
        (file("newer.jsonl", br#"{"schema":99}"#), "update palisade"),
        (empty.to_str().unwrap().to_owned(), "no snapshot in this folder"),
    ] {
        let output = run(&["scan", "--snapshot", &path]);
        assert_eq!(output.status.code(), Some(1), "{path}");
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
        assert!(!output.stderr.contains(&0x1b));
    }
}

#[test]
fn the_exit_code_tells_findings_from_gaps() {
    for (arguments, code) in [
        (&["scan", "--demo"][..], 3),
        (&["scan", "--demo", "--fail-on", "critical"], 3),
        // The demo account has a denied source.
        (&["scan", "--demo", "--fail-on", "never"], 4),
        (&["demo"], 0),
    ] {
        assert_eq!(run(arguments).status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn reach_is_asked_for_by_name_and_refused_with_what_is_near() {
    for (arguments, key) in [
        (&["paths", "--demo", "--format", "json", "--from", "internet", "--to", "admin"][..], "paths"),
        (&["reach", "webhook-in", "--demo", "--format", "json"], "resources"),
        (&["who", "role:etl-admin", "--demo", "--format", "json"], "principals"),
    ] {
        let output = run(arguments);
        // The demo account has a denied source: one line says so, and the exit code.
        assert_eq!(output.status.code(), Some(4), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains("not read whole: paths may be missing"), "{}", stderr(&output));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["schema"], 1);
        assert!(answer[key].is_array(), "{answer}");
    }
    fails(&["reach", "webhook-inn", "--demo"], 2, "did you mean arn:aws:lambda");
    fails(&["paths", "--demo", "--to", "arn:aws:iam::123456789012:role/never"], 2, "has no");
    fails(&["who", "internet", "--demo"], 2, "nothing that could be reached");
}

#[test]
fn the_json_report_keeps_its_contract() {
    let output = run(&["scan", "--demo", "--format", "json", "--include-pass"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&report), ["account", "findings", "regions", "schema", "score", "sources", "taken_at", "tool"]);
    assert_eq!(report["schema"], 1);
    assert_eq!(keys(&report["tool"]), ["name", "version"]);
    assert_eq!(keys(&report["score"]), ["coverage", "grade", "interval", "layers", "value"]);
    let layers = report["score"]["layers"].as_array().unwrap();
    let words: Vec<&str> = layers.iter().map(|layer| layer["layer"].as_str().unwrap()).collect();
    assert_eq!(words, ["function", "identity", "data", "monitoring", "response"]);
    for layer in layers {
        assert_eq!(keys(layer), ["counts", "coverage", "grade", "interval", "layer", "value"]);
        assert_eq!(keys(&layer["counts"]), ["critical", "high", "info", "low", "medium", "pass", "unknown", "waived"]);
    }
    let findings = report["findings"].as_array().unwrap();
    for status in ["fail", "unknown", "pass"] {
        assert!(findings.iter().any(|finding| finding["status"] == status), "no {status}");
    }
    let expected = [
        "check",
        "evidence",
        "exposure",
        "frameworks",
        "gain",
        "gap",
        "id",
        "layer",
        "message",
        "region",
        "remedy",
        "resource",
        "severity",
        "slug",
        "status",
        "title",
    ];
    for finding in findings {
        assert_eq!(keys(finding), expected);
        match finding["status"].as_str().unwrap() {
            "fail" => assert!(!finding["evidence"].as_array().unwrap().is_empty(), "a fail without evidence: {finding}"),
            "unknown" => assert_eq!(keys(&finding["gap"]), ["action", "detail", "kind"]),
            _ => {}
        }
        assert_eq!(
            keys(&finding["frameworks"]),
            ["attack-18", "cis-aws-7.0", "csa-sas", "nist-csf-2.0", "owasp-sls-2018", "pci-dss-4.0.1", "security-hub", "soc-2"]
        );
        if let Some(remedy) = finding["remedy"].as_object() {
            for key in ["kind", "commands", "undo", "risk", "actions"] {
                assert!(remedy.contains_key(key), "{finding}");
            }
        }
    }
    for source in report["sources"].as_array().unwrap() {
        assert_eq!(keys(source), ["calls", "gaps", "items", "region", "seconds", "source", "state", "throttled"]);
    }
    assert!(report["sources"].as_array().unwrap().iter().any(|source| source["state"] == "denied"));
}

#[test]
fn the_same_posture_gives_the_same_bytes() {
    let [first, second] = [(); 2].map(|()| run(&["scan", "--demo", "--format", "json"]).stdout);
    assert!(first == second);
}

#[test]
fn filters_narrow_the_report_and_the_exit_code() {
    let report = |arguments: &[&str]| -> Vec<Value> {
        let output = run(&[&["scan", "--demo", "--format", "json"], arguments].concat());
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["findings"].as_array().unwrap().clone()
    };
    assert!(report(&["--layer", "data"]).iter().all(|finding| finding["layer"] == "data"));
    let one = report(&["--check", "fn-007"]);
    assert!(!one.is_empty() && one.iter().all(|finding| finding["check"] == "FN-007"));
    assert_eq!(run(&["scan", "--demo", "--check", "FN-019", "--fail-on", "critical"]).status.code(), Some(4));
}

#[test]
fn a_broken_pipe_is_quiet() {
    let home = TempDir::new().unwrap();
    let mut child = palisade(home.path()).args(["scan", "--demo"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    assert_eq!(said, "");
}

#[test]
fn the_catalogue_is_listed_and_explained() {
    let listed = run(&["checks"]);
    let json: Value = serde_json::from_slice(&run(&["checks", "--format", "json"]).stdout).unwrap();
    assert_eq!(json.as_array().unwrap().len(), palisade::checks::all().count());
    for check in palisade::checks::all() {
        assert!(stdout(&listed).contains(check.id));
        let explained = run(&["explain", &check.id.to_lowercase()]);
        assert_eq!(stdout(&explained), palisade::report::explain::text(check), "{}", check.id);
    }
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let expected = ["frameworks", "guide", "how", "id", "layer", "reads", "requirements", "severity", "slug", "title", "why"];
    for entry in json.as_array().unwrap() {
        assert_eq!(keys(entry), expected);
        assert_eq!(keys(&entry["guide"]), ["avoids", "calls", "cli", "cloudformation", "provider", "terraform", "undo"]);
        for requirement in entry["requirements"].as_array().unwrap() {
            assert_eq!(keys(requirement), ["framework", "requirement", "title"]);
        }
    }
    let explained: Value = serde_json::from_slice(&run(&["explain", "FN-001", "--format", "json"]).stdout).unwrap();
    assert_eq!(explained, json[0]);
}

#[test]
fn a_framework_is_told_per_requirement_with_its_title() {
    let report: Value =
        serde_json::from_slice(&run(&["scan", "--demo", "--framework", "owasp-sls-2018", "--format", "json"]).stdout).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&report), ["account", "framework", "requirements", "schema", "taken_at", "title"]);
    for requirement in report["requirements"].as_array().unwrap() {
        assert_eq!(keys(requirement), ["checks", "requirement", "status", "title"]);
        for check in requirement["checks"].as_array().unwrap() {
            assert_eq!(keys(check), ["check", "findings", "pass", "status", "title"]);
        }
    }
    let text = run(&["scan", "--demo", "--framework", "owasp-sls-2018"]);
    assert!(stdout(&text).contains("broken access control"), "{}", stdout(&text));
}

#[test]
fn the_configuration_explains_itself_and_names_the_nearest_key() {
    let home = TempDir::new().unwrap();
    let ask = |arguments: &[&str]| palisade(home.path()).args(arguments).output().unwrap();
    let dirs = ask(&["config", "dirs"]);
    let path = stdout(&dirs).lines().find_map(|line| line.strip_prefix("config ")).unwrap().trim().to_owned();
    assert!(Path::new(&path).starts_with(home.path()));
    assert_eq!(ask(&["config", "init"]).status.code(), Some(0));
    assert_eq!(ask(&["config", "init"]).status.code(), Some(2), "it must not replace a file unasked");
    assert_eq!(ask(&["config", "init", "--force"]).status.code(), Some(0));

    fs::write(&path, "[logs]\nretention_min_dais = 3\n").unwrap();
    let warned = ask(&["scan", "--demo"]);
    assert_eq!(warned.status.code(), Some(3));
    assert!(
        stderr(&warned).contains("line 2: unknown key logs.retention_min_dais; did you mean logs.retention_min_days?"),
        "{}",
        stderr(&warned)
    );

    fs::write(&path, "[logs]\nretention_min_days = \"long\"\n").unwrap();
    let refused = ask(&["scan", "--demo"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("line 2"), "{}", stderr(&refused));
}

#[test]
fn data_is_told_in_a_table_and_one_by_one() {
    let all = run(&["data", "--demo"]);
    // Something of the demo account was denied.
    assert_eq!(all.status.code(), Some(4), "{}", stderr(&all));
    assert!(stderr(&all).contains("not read whole"), "{}", stderr(&all));
    assert!(stdout(&all).contains("WRITERS") && stdout(&all).contains("table:ledger"), "{}", stdout(&all));
    let output = run(&["data", "ledger", "--demo"]);
    let one = stdout(&output);
    assert!(one.contains("Who writes") && one.contains("/Statement/") && one.contains("It lacks"), "{one}");
    let output = run(&["data", "table:ledger", "--demo", "--format", "json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let store = &told["data"][0]["stores"][0];
    assert_eq!((store["kind"].as_str(), store["class"].as_str()), (Some("table"), Some("sensitive")), "{told}");
    assert_eq!(run(&["data", "nowhere", "--demo"]).status.code(), Some(2));
}

#[test]
fn findings_are_grouped_by_trigger_by_interface_and_by_data() {
    let plain: Value = serde_json::from_slice(&run(&["scan", "--demo", "--format", "json"]).stdout).unwrap();
    let ids = |list: &Value| list.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>();
    let every: BTreeSet<String> =
        plain["findings"].as_array().unwrap().iter().map(|found| found["id"].as_str().unwrap().to_owned()).collect();
    for (by, kind, who, words) in [
        ("trigger", "queue", "anyone", "starts   fn:tracking-geocode:live, an event source mapping"),
        ("interface", "HTTP API", "anyone", "leads to fn:auth-login:live, POST /login"),
        ("data", "table", "named", "used by"),
    ] {
        let output = run(&["scan", "--demo", "--by", by, "--format", "json"]);
        assert_eq!(output.status.code(), Some(3), "{by}: {}", stderr(&output));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((told["schema"].as_u64(), told["by"].as_str()), (Some(1), Some(by)));
        let groups = told["groups"].as_array().unwrap();
        let group = groups.iter().find(|group| group["kind"] == kind && group["who"] == who).unwrap();
        for key in ["name", "resource", "state", "functions", "guards", "counts", "findings"] {
            assert!(group.get(key).is_some(), "{by} lacks {key}: {group}");
        }
        let counts = group["counts"].as_object().unwrap();
        let counted: u64 = counts.values().filter_map(Value::as_u64).sum();
        assert_eq!(usize::try_from(counted).unwrap(), ids(&group["findings"]).len(), "{by}");
        let shown: BTreeSet<String> = groups.iter().chain([&told["rest"]]).flat_map(|group| ids(&group["findings"])).collect();
        assert_eq!(shown, every, "{by} shows every finding");
        // Of the demo account every store was read, and not every API.
        assert_eq!(told["unread"].as_array().unwrap().is_empty(), by == "data", "{by}: {}", told["unread"]);
        let text = run(&["scan", "--demo", "--by", by]);
        assert!(stdout(&text).contains(words) && stdout(&text).contains("everything else"), "{by}: {}", stdout(&text));
    }
    // One check alone: what does not concern it is counted nowhere, and the exit code is that of the check.
    let one = run(&["scan", "--demo", "--by", "interface", "--check", "IA-018", "--format", "json", "--fail-on", "critical"]);
    assert_eq!(one.status.code(), Some(4), "{}", stderr(&one));
    let told: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert!(ids(&told["rest"]["findings"]).is_empty(), "each of its findings is about an API");
    fails(&["scan", "--demo", "--by", "colour"], 2, "possible values: trigger, interface, data");
    fails(&["scan", "--demo", "--by", "data", "--framework", "soc-2"], 2, "cannot be used with");
}

#[test]
fn completions_and_the_manual_come_from_the_definition() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(&run(&["completions", shell])).contains("palisade"), "{shell}");
    }
    assert!(stdout(&run(&["man"])).contains(".TH palisade"));
    let scan = run(&["man", "scan"]);
    assert!(stdout(&scan).contains(".TH palisade-scan") && stdout(&scan).contains("\\-\\-framework"), "{}", stdout(&scan));
    fails(&["man", "skan"], 2, "there is no command \"skan\": `palisade help` lists them");
}

#[test]
fn a_wrong_configuration_names_the_line_and_the_key_and_is_never_to_be_overwritten() {
    for (text, says) in [
        ("[thresholds]\nimage_age_days = \"old\"\n", "line 2: thresholds.image_age_days is the string \"old\", and takes a whole number\n"),
        ("[owners]\ntags = \"team\"\n", "line 2: owners.tags is the string \"team\", and takes a list, such as"),
        ("[waivers]\nfile = \"no-such.toml\"\n", "no-such.toml: cannot be read: No such file or directory (os error 2); waivers.file"),
    ] {
        let home = TempDir::new().unwrap();
        let folder = home.path().join(".config/palisade");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), text).unwrap();
        let output = palisade(home.path()).args(["scan", "--demo"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(says) && !stderr(&output).contains("--force"), "{}", stderr(&output));
    }
}

#[test]
fn several_snapshots_are_a_fleet() {
    let folder = TempDir::new().unwrap();
    for name in ["a", "b"] {
        palisade::store::save(&palisade::demo::posture(), &folder.path().join(format!("{name}.palisade.jsonl.zst"))).unwrap();
    }
    let output = run(&["scan", "--format", "json", "--snapshot", folder.path().to_str().unwrap()]);
    let fleet: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(fleet.as_array().map(Vec::len), Some(2));
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_snapshot_says_the_same_as_what_it_was_taken_from_even_through_a_pipe() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("demo.palisade.jsonl.zst");
    palisade::store::save(&palisade::demo::posture(), &path).unwrap();
    let demo = run(&["scan", "--demo", "--format", "json"]).stdout;
    assert!(run(&["scan", "--snapshot", path.to_str().unwrap(), "--format", "json"]).stdout == demo);
    let piped = palisade(folder.path())
        .args(["scan", "--snapshot", "-", "--format", "json"])
        .stdin(fs::File::open(&path).unwrap())
        .output()
        .unwrap();
    assert!(piped.stdout == demo, "{}", stderr(&piped));
}
