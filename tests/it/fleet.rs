//! Many accounts and many Regions: each account is read on its own, and one that fails stops no other.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    sync::mpsc,
};

use palisade::store;
use serde_json::{Value, json};

use crate::{
    emulator::{Emulator, Kind},
    organization,
    planted::REGION,
    stub::{ACCOUNT, Ask, Fault, Reply, Stub},
};

/// Whose credentials the stub takes `ask` to be signed with: its key's digits, or those of the account that it plays.
fn account(ask: &Ask) -> &str {
    ask.key().strip_prefix("ASIA").unwrap_or(ACCOUNT)
}

/// STS for a fleet: roles of the accounts in `denied` are handed out to nobody.
fn sts(ask: &Ask, partition: &str, denied: &[&str]) -> Option<Reply> {
    match ask.action.as_str() {
        "sts:GetCallerIdentity" => Some(Reply::ok(identity(partition, account(ask)))),
        "sts:AssumeRole" => {
            let account = ask.parameter("RoleArn")?.split(':').nth(4)?.to_owned();
            if denied.contains(&account.as_str()) {
                return Some(Reply::error(403, "AccessDenied"));
            }
            Some(Reply::ok(format!(
                "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
                 <AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                 <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
            )))
        }
        _ => None,
    }
}

fn identity(partition: &str, account: &str) -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:{partition}:sts::{account}:assumed-role/auditor/palisade</Arn><UserId>AIDA</UserId><Account>{account}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The accounts and files in a folder, by name.
fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .map_or_else(|_| BTreeSet::new(), |entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
}

fn file(account: &str) -> String {
    format!("{account}.palisade.jsonl.zst")
}

const FIRST: &str = "444455556666";
const REFUSED: &str = "555566667777";
const LAST: &str = "222233334444";

/// A list of the account that the credentials are of, and three others.
fn list(home: &Path) -> String {
    let path = home.join("accounts.txt");
    fs::write(&path, format!("# ours\n{FIRST} shop\n{REFUSED} closed # to all\n{ACCOUNT}\n{LAST}\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_account_whose_role_is_refused_stops_no_other() {
    let home = tempfile::tempdir().unwrap();
    let (sender, asked) = mpsc::channel();
    let stub = Stub::start(move |ask| {
        if ask.action == "sts:AssumeRole" {
            sender.send((ask.key().to_owned(), ask.text.clone())).unwrap();
        }
        sts(ask, "aws", &[REFUSED])
    });
    let folder = home.path().join("fleet");
    let mut palisade = stub.endpoint.palisade(home.path());
    palisade.args(["collect", "--accounts", &list(home.path()), "--role", "audit/reader", "--external-id", "x-42", "-o"]).arg(&folder);
    let output = palisade.output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert_eq!(names(&folder), [file(FIRST), file(ACCOUNT), file(LAST)].into(), "{text}");
    for account in [FIRST, ACCOUNT, LAST] {
        let posture = store::load(&folder.join(file(account))).unwrap();
        assert_eq!((posture.account.as_str(), posture.functions().count()), (account, 2));
        assert!(text.contains(&format!("{account} lambda")), "progress names the account: {text}");
    }
    let line = text.lines().find(|line| line.contains(REFUSED)).unwrap();
    assert!(line.starts_with(&format!("palisade: {REFUSED} (closed): cannot assume arn:aws:iam::{REFUSED}:role/audit/reader: ")), "{line}");
    assert!(line.contains("AccessDenied") && line.contains("sts:AssumeRole"), "{line}");
    assert_eq!(text.matches(REFUSED).count(), 2, "one line says it: {text}");

    drop(stub);
    let roles: Vec<(String, String)> = asked.iter().collect();
    for (key, text) in &roles {
        assert_eq!(key, "test", "each role is assumed with the credentials to begin with");
        assert!(text.contains("RoleSessionName=palisade") && text.contains("ExternalId=x-42"), "{text}");
    }
    assert!(roles.iter().all(|(_, text)| !text.contains(ACCOUNT)), "nobody assumes a role of the account they are in: {roles:?}");
}

#[test]
fn the_report_has_every_account_in_the_order_of_the_list() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|ask| sts(ask, "aws", &[REFUSED]));
    let scan = |arguments: &[&str]| {
        let mut palisade = stub.endpoint.palisade(home.path());
        palisade.args(["scan", "--accounts", &list(home.path()), "--role", "reader"]).args(arguments).output().unwrap()
    };
    let output = scan(&["--format", "json", "--fail-on", "never"]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let accounts: Vec<&str> = report.as_array().unwrap().iter().map(|report| report["account"].as_str().unwrap()).collect();
    assert_eq!(accounts, [FIRST, ACCOUNT, LAST]);
    let text = String::from_utf8(scan(&["--fail-on", "low"]).stdout).unwrap();
    let places: Vec<usize> = [FIRST, ACCOUNT, LAST].iter().map(|account| text.find(&format!("account {account}")).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
    // Findings win over what could not be read.
    assert_eq!(scan(&["--fail-on", "low"]).status.code(), Some(3));
}

#[test]
fn without_any_account_it_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|ask| sts(ask, "aws", &[FIRST, REFUSED]));
    let path = home.path().join("accounts.txt");
    fs::write(&path, format!("{FIRST}\n{REFUSED}\n")).unwrap();
    let mut palisade = stub.endpoint.palisade(home.path());
    let output = palisade.args(["scan", "--role", "reader", "--accounts"]).arg(&path).output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(output.stdout.is_empty());
    assert_eq!(text.lines().count(), 3, "{text}");
    assert_eq!(text.lines().last(), Some("palisade: none of the 2 accounts could be read"));
}

#[test]
fn several_profiles_are_a_fleet() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|ask| sts(ask, "aws", &[]));
    let (config, credentials) = (home.path().join("config"), home.path().join("credentials"));
    fs::write(&config, "[profile shop]\nregion = eu-west-1\n[profile mail]\nregion = us-east-1\n[profile shop-us]\nregion = us-east-1\n[profile nobody]\nregion = us-east-1\n")
        .unwrap();
    let keys = |profile: &str, account: &str| format!("[{profile}]\naws_access_key_id = ASIA{account}\naws_secret_access_key = s\n");
    fs::write(&credentials, [keys("shop", FIRST), keys("mail", LAST), keys("shop-us", FIRST)].concat()).unwrap();
    let scan = |profiles: &str| {
        let mut palisade = stub.endpoint.palisade(home.path());
        palisade.env("AWS_CONFIG_FILE", &config).env("AWS_SHARED_CREDENTIALS_FILE", &credentials).env_remove("AWS_REGION");
        palisade.args(["scan", "--format", "json", "--fail-on", "never", "--profile", profiles]).output().unwrap()
    };
    let read = |output: &Output| {
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let of = |report: &Value| format!("{} {}", report["account"].as_str().unwrap(), report["regions"][0].as_str().unwrap());
        report.as_array().map_or_else(|| vec![of(&report)], |reports| reports.iter().map(of).collect())
    };
    let output = scan("mail,shop");
    assert_eq!(read(&output), [format!("{LAST} us-east-1"), format!("{FIRST} eu-west-1")], "{}", said(&output));

    let output = scan("shop,nobody,mail,shop-us");
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(read(&output), [format!("{FIRST} eu-west-1"), format!("{LAST} us-east-1")]);
    let text = said(&output);
    assert!(text.contains("palisade: profile nobody: ") && text.contains("credentials"), "{text}");
    let twice = format!("palisade: profile shop-us: account {FIRST} is read with profile shop already, in other Regions");
    assert!(text.contains(&twice), "{text}");
}

/// A command that asks for what it cannot have: nothing is asked of AWS.
#[test]
fn what_does_not_go_together_is_wrong_usage() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|ask| sts(ask, "aws", &[]));
    let list = &list(home.path());
    let broken = home.path().join("broken.txt");
    fs::write(&broken, "111122223333\nshop\n").unwrap();
    let (broken, nowhere) = (broken.to_str().unwrap(), "/nowhere/at-all");
    for (arguments, says) in [
        (&["collect", "-o", "fleet.palisade.jsonl.zst", "--accounts", list, "--role", "r"][..], "-o DIR"),
        (&["collect", "-o", "fleet.jsonl", "--organization", "--role", "r"], "-o DIR"),
        (&["collect", "-o", list, "--profile", "a,b"], "-o DIR"),
        (&["scan", "--accounts", list], "--role NAME"),
        (&["scan", "--accounts", broken, "--role", "r"], "line 2"),
        (&["scan", "--accounts", nowhere, "--role", "r"], nowhere),
        (&["scan", "--accounts", list, "--role", "arn:aws:iam::111122223333:role/r"], "--accounts"),
        (&["scan", "--organization"], "--role"),
        (&["scan", "--organization", "--accounts", list, "--role", "r"], "cannot be used with"),
        (&["scan", "--role", "r"], "--organization"),
        (&["scan", "--profile", "a,b", "--accounts", list, "--role", "r"], "--profile"),
        (&["scan", "--profile", "a,b", "--region", "moon"], "is no AWS Region"),
    ] {
        let mut palisade = stub.endpoint.palisade(home.path());
        let output = palisade.current_dir(home.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(says), "{arguments:?}: {}", said(&output));
    }
    assert_eq!(stub.asked_in_all(), 0);
}

#[test]
fn a_few_accounts_are_read_at_a_time() {
    let home = tempfile::tempdir().unwrap();
    let (sender, asked) = mpsc::channel();
    let stub = Stub::start(move |ask| {
        if !ask.action.starts_with("sts:") {
            sender.send(ask.key().to_owned()).unwrap();
        }
        sts(ask, "aws", &[])
    });
    let path = home.path().join("accounts.txt");
    let accounts: Vec<String> = (0..12).map(|number| format!("9000000000{number:02}")).collect();
    fs::write(&path, accounts.join("\n")).unwrap();
    let mut palisade = stub.endpoint.palisade(home.path());
    let output = palisade.args(["collect", "--role", "reader", "--accounts"]).arg(&path).arg("-o").arg(home.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    drop(stub);
    let asked: Vec<String> = asked.iter().collect();
    let spans: Vec<(usize, usize)> = accounts
        .iter()
        .map(|account| {
            let of_account = |key: &String| key.ends_with(account);
            (asked.iter().position(of_account).unwrap(), asked.iter().rposition(of_account).unwrap())
        })
        .collect();
    let open = |place: usize| spans.iter().filter(|(first, last)| (*first..=*last).contains(&place)).count();
    let most = (0..asked.len()).map(open).max().unwrap();
    assert!((2..=4).contains(&most), "{most} at a time");
}

#[test]
fn a_session_that_has_ended_is_begun_anew() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|ask| match sts(ask, "aws", &[]) {
        Some(Reply::Body(status, body)) if ask.action == "sts:AssumeRole" => Some(Reply::Body(status, body.replace("2099-", "2019-"))),
        other => other,
    });
    let path = home.path().join("accounts.txt");
    fs::write(&path, FIRST).unwrap();
    let mut palisade = stub.endpoint.palisade(home.path());
    let output = palisade.args(["collect", "--role", "reader", "--accounts"]).arg(&path).arg("-o").arg(home.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(stub.asked("sts:AssumeRole") > 5, "{}", stub.asked("sts:AssumeRole"));
}

/// A program may ask its user for a code each time.
#[cfg(unix)]
#[test]
fn a_program_that_gives_credentials_is_started_once_for_the_whole_fleet() {
    let home = tempfile::tempdir().unwrap();
    let (config, runs, script) = (home.path().join("config"), home.path().join("runs"), home.path().join("give.sh"));
    let given = r#"{"Version":1,"AccessKeyId":"AKIAGIVEN","SecretAccessKey":"s","SessionToken":"t","Expiration":"2099-01-01T00:00:00Z"}"#;
    fs::write(&script, format!("echo run >> '{}'\necho '{given}'\n", runs.display())).unwrap();
    fs::write(&config, format!("[profile base]\nregion = {REGION}\ncredential_process = sh {}\n", script.display())).unwrap();
    let stub = Stub::start(|ask| sts(ask, "aws", &[]));
    let mut palisade = stub.endpoint.palisade(home.path());
    palisade.env("AWS_CONFIG_FILE", &config).env("PATH", "/usr/bin:/bin");
    palisade
        .args(["collect", "--profile", "base", "--role", "reader", "--accounts", &list(home.path()), "-o"])
        .arg(home.path().join("fleet"));
    let output = palisade.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(stub.asked("sts:AssumeRole"), 3);
    assert_eq!(fs::read_to_string(&runs).unwrap(), "run\n");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_all_accounts() {
    let home = tempfile::tempdir().unwrap();
    let stub =
        Stub::start(|ask| sts(ask, "aws", &[]).or_else(|| (ask.action == "lambda:ListFunctions").then_some(Reply::Fault(Fault::Hang))));
    let folder = home.path().join("fleet");
    let mut palisade = stub.endpoint.palisade(home.path());
    palisade.args(["collect", "--accounts", &list(home.path()), "--role", "reader", "-o"]).arg(&folder);
    let mut child = palisade.stderr(Stdio::null()).spawn().unwrap();
    stub.wait_for("lambda:ListFunctions");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(names(&folder), BTreeSet::new());
}

/// What each Region says when `all` is asked for.
fn of_region(ask: &Ask) -> Option<Reply> {
    let empty = |list: &str| Some(Reply::ok(format!(r#"{{"{list}":[]}}"#)));
    match (ask.action.as_str(), ask.region.as_str()) {
        ("lambda:ListFunctions", "eu-west-1") => None,
        ("lambda:ListFunctions", "ap-south-1") => Some(Reply::error(403, "AccessDeniedException")),
        ("lambda:ListFunctions", "ap-east-1") => Some(Reply::error(403, "UnrecognizedClientException")),
        ("lambda:ListFunctions", "me-south-1") => Some(Reply::error(403, "OptInRequired")),
        ("lambda:ListFunctions", "eu-south-1") => Some(Reply::error(403, "InvalidClientTokenId")),
        ("lambda:ListFunctions", "ap-south-2") => Some(Reply::Fault(Fault::Reset)),
        ("lambda:ListFunctions", "ca-west-1") => Some(Reply::ok("{}")),
        ("lambda:ListFunctions", "sa-east-1") => Some(Reply::ok(r#"{"Functions":[],"NextMarker":"more"}"#))
            .filter(|_| !ask.text.contains("Marker=more"))
            .or_else(|| empty("Functions")),
        ("lambda:ListFunctions", _) => empty("Functions"),
        ("lambda:ListEventSourceMappings", "us-west-2") => Some(Reply::ok(
            r#"{"EventSourceMappings":[{"UUID":"u","FunctionArn":"arn:aws:lambda:us-west-2:111122223333:function:gone","State":"Enabled"}]}"#,
        )),
        ("lambda:ListEventSourceMappings", "us-west-1") => Some(Reply::error(403, "AccessDeniedException")),
        _ => None,
    }
}

#[test]
fn all_regions_are_those_in_which_something_is() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(of_region);
    let mut palisade = stub.endpoint.palisade(home.path());
    let output = palisade.args(["scan", "--region", "all", "--format", "json", "--fail-on", "never"]).output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(4), "{text}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let regions: Vec<&str> = report["regions"].as_array().unwrap().iter().map(|region| region.as_str().unwrap()).collect();
    // One with functions, one with a mapping alone; those that refuse, cannot be reached or make no sense stay, and show their gap.
    assert_eq!(regions, ["ap-south-1", "ap-south-2", "ca-west-1", "eu-west-1", "sa-east-1", "us-west-1", "us-west-2"], "{text}");
    let source = |region: &str| {
        let sources = report["sources"].as_array().unwrap();
        sources.iter().find(|run| run["source"] == "lambda" && run["region"] == region).unwrap_or_else(|| panic!("{region}"))
    };
    assert_eq!(source("ap-south-1")["gaps"][0]["action"], "lambda:ListFunctions");
    assert_eq!(source("ap-south-2")["gaps"][0]["kind"], "failed");
    assert_eq!(source("us-west-1")["gaps"][0]["action"], "lambda:ListEventSourceMappings");
    assert_eq!(source("eu-west-1")["state"], "complete");

    let line = |what: &str| text.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{what}: {text}"));
    let empty = line("without functions and event source mappings");
    let (said, left) = empty.split_once(" are left out: ").unwrap();
    assert_eq!((said, left.split(", ").count()), ("palisade: Regions without functions and event source mappings", 24));
    assert!(left.contains("af-south-1") && left.contains("us-east-1"), "{left}");
    assert!(!regions.iter().any(|region| empty.contains(region)), "{empty}");
    for (code, region) in
        [("UnrecognizedClientException", "ap-east-1"), ("OptInRequired", "me-south-1"), ("InvalidClientTokenId", "eu-south-1")]
    {
        assert_eq!(line(code), format!("palisade: Regions not switched on for these credentials ({code}) are left out: {region}"));
    }
}

#[test]
fn an_account_without_functions_anywhere_keeps_its_own_region() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|ask| (ask.action == "lambda:ListFunctions").then(|| Reply::ok(r#"{"Functions":[]}"#)));
    let mut palisade = stub.endpoint.palisade(home.path());
    let output = palisade.args(["scan", "--region", "all", "--format", "json", "--fail-on", "never"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!(report["regions"], json!([REGION]));
}

#[test]
fn each_partition_has_its_regions_and_its_arns() {
    for (partition, home_region, all) in [
        ("aws-cn", "cn-northwest-1", &["cn-north-1", "cn-northwest-1"]),
        ("aws-us-gov", "us-gov-west-1", &["us-gov-east-1", "us-gov-west-1"]),
    ] {
        let home = tempfile::tempdir().unwrap();
        let (sender, asked) = mpsc::channel();
        let stub = Stub::start(move |ask| {
            sender.send((ask.action.clone(), ask.region.clone(), ask.text.clone())).unwrap();
            sts(ask, partition, &[])
        });
        let list = home.path().join("accounts.txt");
        fs::write(&list, format!("{FIRST}\n{ACCOUNT}\n")).unwrap();
        let mut palisade = stub.endpoint.palisade(home.path());
        palisade.env("AWS_REGION", home_region).args(["scan", "--format", "json", "--fail-on", "never"]);
        let output = palisade.args(["--region", "all", "--role", "reader", "--accounts"]).arg(&list).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        for (place, account) in [FIRST, ACCOUNT].into_iter().enumerate() {
            assert_eq!((&report[place]["account"], &report[place]["regions"]), (&json!(account), &json!(all)));
        }
        drop(stub);
        let asked: Vec<_> = asked.iter().collect();
        let regional = asked.iter().filter(|(action, ..)| action.starts_with("lambda:") || action.starts_with("sts:"));
        let regions: BTreeSet<&str> = regional.map(|(_, region, _)| region.as_str()).collect();
        assert_eq!(regions, all.iter().copied().collect());
        let role = format!("arn%3A{partition}%3Aiam%3A%3A{FIRST}%3Arole%2Freader");
        assert!(asked.iter().any(|(action, _, text)| action == "sts:AssumeRole" && text.contains(&role)), "{asked:?}");
    }
}

#[test]
fn credentials_without_a_region_are_asked_for_in_each_partition() {
    let stub = Stub::start(|ask| match ask.action.as_str() {
        "sts:GetCallerIdentity" if ask.region == "us-gov-west-1" => Some(Reply::ok(identity("aws-us-gov", ACCOUNT))),
        "sts:GetCallerIdentity" => Some(Reply::error(403, "InvalidClientTokenId")),
        _ => None,
    });
    let home = tempfile::tempdir().unwrap();
    let mut palisade = stub.endpoint.palisade(home.path());
    palisade.env_remove("AWS_REGION").args(["scan", "--region", "all", "--format", "json", "--fail-on", "never"]);
    let output = palisade.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!(report["regions"], json!(["us-gov-east-1", "us-gov-west-1"]));
}

#[test]
fn an_organisation_that_cannot_be_listed_to_its_end_is_an_error() {
    let page = |more: &str| Some(Reply::ok(format!(r#"{{"Accounts":[{{"Id":"{FIRST}","Name":"shop","State":"ACTIVE"}}]{more}}}"#)));
    for (what, says) in [
        ("denied", "AccessDeniedException"),
        ("alone", "AWSOrganizationsNotInUseException"),
        ("loop", "the same page token came twice"),
        ("empty", "lacks its list"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let stub = Stub::start(move |ask| match (ask.action.as_str(), what) {
            ("organizations:ListAccounts", "denied" | "alone") => Some(Reply::error(400, says)),
            ("organizations:ListAccounts", "loop") => page(r#","NextToken":"again""#),
            ("organizations:ListAccounts", _) => Some(Reply::ok("{}")),
            _ => sts(ask, "aws", &[]),
        });
        let mut palisade = stub.endpoint.palisade(home.path());
        let output = palisade.args(["scan", "--organization", "--role", "reader"]).output().unwrap();
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{what}: {text}");
        assert!(text.contains("organizations:ListAccounts: ") && text.contains(says), "{what}: {text}");
        assert_eq!((text.lines().count(), stub.asked("sts:AssumeRole")), (1, 0), "{what}: {text}");
    }
}

#[test]
fn all_pages_of_an_organisation_are_read_and_what_is_closed_is_named() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|ask| {
        let account = |id: &str, state: &str| format!(r#"{{"Id":"{id}","Name":"n\u001b[31m","State":"{state}"}}"#);
        match (ask.action.as_str(), ask.parameter("NextToken")) {
            ("organizations:ListAccounts", None) => {
                assert_eq!(ask.region, "us-east-1", "it has one endpoint a partition");
                Some(Reply::ok(format!(r#"{{"Accounts":[{}],"NextToken":"two"}}"#, account(FIRST, "ACTIVE"))))
            }
            ("organizations:ListAccounts", Some(_)) => {
                let accounts = [account(REFUSED, "SUSPENDED"), account(LAST, "ACTIVE"), account(ACCOUNT, "ACTIVE")];
                Some(Reply::ok(format!(r#"{{"Accounts":[{}]}}"#, accounts.join(","))))
            }
            _ => sts(ask, "aws", &[]),
        }
    });
    let mut palisade = stub.endpoint.palisade(home.path());
    palisade.args(["scan", "--organization", "--role", "reader", "--format", "json", "--fail-on", "never"]);
    let output = palisade.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let accounts: Vec<&str> = report.as_array().unwrap().iter().map(|report| report["account"].as_str().unwrap()).collect();
    assert_eq!(accounts, [ACCOUNT, LAST, FIRST]);
    assert!(said(&output).contains(&format!("palisade: account {REFUSED} is SUSPENDED and left out")), "{}", said(&output));
    assert!(!output.stderr.contains(&0x1b));
    // The one of the credentials is read with them.
    assert_eq!(stub.asked("sts:AssumeRole"), 2);
}

#[tokio::test]
async fn an_organisation_of_an_emulator_is_read_account_by_account() {
    let emulator = Emulator::start(Kind::Moto);
    let members = organization::plant(&emulator).await;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("fleet");
    let mut palisade = emulator.endpoint.palisade(home.path());
    palisade.args(["collect", "--organization", "--role", organization::ROLE, "-o"]).arg(&folder);
    let output = palisade.output().unwrap();
    // Moto lacks calls of Lambda's, so something could not be read.
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let mut accounts: BTreeSet<String> = members.iter().map(|(account, _)| file(account)).collect();
    accounts.insert(file(emulator.kind.account()));
    assert_eq!(names(&folder), accounts, "{}", said(&output));
    for (account, function) in &members {
        let posture = store::load(&folder.join(file(account))).unwrap();
        let found: Vec<&str> = posture.functions().map(|(_, function)| function.arn.as_str()).collect();
        assert_eq!(found, [format!("arn:aws:lambda:{REGION}:{account}:function:{function}")]);
    }
    assert_eq!(store::load(&folder.join(file(emulator.kind.account()))).unwrap().functions().count(), 0);
    assert!(said(&output).contains("is SUSPENDED and left out"), "{}", said(&output));
}

#[cfg(all(unix, feature = "tui"))]
#[test]
fn a_fleet_is_shown_in_one_dashboard() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|ask| sts(ask, "aws", &[REFUSED]));
    let (list, folder) = (list(home.path()), home.path().to_str().unwrap());
    let arguments = ["--theme", "dark", "--endpoint-url", stub.endpoint.url(), "--region", REGION, "--accounts", &list, "--role", "reader"];
    let environment =
        [("HOME", folder), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_EC2_METADATA_DISABLED", "true")];
    let mut tty = crate::pty::Tty::spawn(env!("CARGO_BIN_EXE_palisade"), &arguments, &environment);
    tty.until_shown("Overview");
    tty.press("ga");
    for account in [FIRST, ACCOUNT, LAST] {
        tty.until_shown(account);
    }
    assert!(!tty.text().contains(REFUSED));
    tty.press("\x03");
    assert_eq!(tty.end(), 0);
    tty.assert_given_back();
}
