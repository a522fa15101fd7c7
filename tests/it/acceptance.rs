//! The promise to a new user: of an account with planted flaws `palisade scan` finds every one and nothing else, with
//! or without the network, and what it could not read it never calls good.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use palisade::{checks, model::Source};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    emulator::{Emulator, Kind},
    flaws::{
        FLAWS, ON_POSTURES, Row,
        Says::{Absent, Fail, Pass, Silent, Unknown},
    },
    planted::{self, PASSWORD, Planted, REGION, TOKEN},
    proxy::Proxy,
};

/// A check that an emulator keeps from deciding.
struct Blind {
    check: &'static str,
    kind: Kind,
    /// The call that leaves the gap.
    action: &'static str,
    /// Whether it decides nothing at all; else it decides what can be told without.
    wholly: bool,
    why: &'static str,
}

/// One that keeps a check from deciding of some.
const fn dim(check: &'static str, kind: Kind, action: &'static str, why: &'static str) -> Blind {
    Blind { wholly: false, ..blind(check, kind, action, why) }
}

const fn blind(check: &'static str, kind: Kind, action: &'static str, why: &'static str) -> Blind {
    Blind { check, kind, action, wholly: true, why }
}

const URLS: &str = "moto lists no function URLs";
const RUNTIMES: &str = "neither knows runtime management";
const SIGNING: &str = "moto has no code signing; ministack answers with a list of another name";
const ACCESS: &str = "neither says when a role last used a service";
const LAKE: &str = "neither has event data stores, which could take what no trail takes";
const TLS: &str = "neither says what the own endpoint of a REST API takes";
const NETWORK: &str = "Palisade does not ask EC2 what lies behind a network";
const INCIDENTS: &str = "neither has Incident Manager, which may have a plan";
const ANALYZER: &str = "neither has Access Analyzer";
const HUB: &str = "ministack has no Security Hub";
const PROTECTION: &str = "neither says whether a log group is protected from deletion";

/// What the emulators do not let Palisade tell. What neither does, `scanning` shows with the stub.
const BLIND: &[Blind] = &[
    blind("FN-002", Kind::Moto, "lambda:ListFunctionUrlConfigs", URLS),
    blind("FN-003", Kind::Moto, "lambda:ListFunctionUrlConfigs", URLS),
    blind("FN-004", Kind::Moto, "lambda:ListFunctionUrlConfigs", URLS),
    // Where the policy alone lets everybody in, no URL is needed to tell.
    dim("FN-018", Kind::Moto, "lambda:ListFunctionUrlConfigs", URLS),
    blind("FN-009", Kind::Moto, "lambda:GetRuntimeManagementConfig", RUNTIMES),
    blind("FN-009", Kind::Ministack, "lambda:GetRuntimeManagementConfig", RUNTIMES),
    blind("FN-014", Kind::Moto, "lambda:ListCodeSigningConfigs", SIGNING),
    blind("FN-014", Kind::Ministack, "lambda:ListCodeSigningConfigs", SIGNING),
    blind("FN-019", Kind::Moto, "lambda:GetFunctionRecursionConfig", "moto knows no recursion protection"),
    // A short timeout is short for all.
    dim("FN-020", Kind::Moto, "lambda:ListFunctionUrlConfigs", URLS),
    dim("FN-022", Kind::Moto, "", NETWORK),
    dim("FN-022", Kind::Ministack, "", NETWORK),
    dim("FN-023", Kind::Moto, "", NETWORK),
    dim("FN-023", Kind::Ministack, "", NETWORK),
    dim("DP-009", Kind::Ministack, "sqs:GetQueueAttributes", "ministack does not say whether SQS encrypts a queue by itself"),
    blind("DP-012", Kind::Ministack, "s3:GetAccountPublicAccessBlock", "ministack does not say what the account blocks"),
    dim("DP-013", Kind::Ministack, "secretsmanager:ListSecrets", "ministack does not say when a secret was rotated"),
    dim("DP-016", Kind::Moto, "apigateway:GET", TLS),
    dim("DP-016", Kind::Ministack, "apigateway:GET", TLS),
    // A role that names a bucket may read what its tags call sensitive.
    dim("DP-019", Kind::Moto, "tag:GetResources", "moto does not say in which Region a bucket has its tags"),
    dim("DP-020", Kind::Moto, "lambda:ListWebFunctions", "neither has Web Functions"),
    dim("DP-020", Kind::Ministack, "lambda:ListWebFunctions", "neither has Web Functions"),
    blind("IA-007", Kind::Moto, "iam:GenerateServiceLastAccessedDetails", ACCESS),
    blind("IA-007", Kind::Ministack, "iam:GenerateServiceLastAccessedDetails", ACCESS),
    dim("IA-024", Kind::Moto, "cognito-identity:GetIdentityPoolRoles", "moto has no roles of identity pools"),
    blind("IR-002", Kind::Ministack, "securityhub:DescribeHub", HUB),
    blind("IR-004", Kind::Moto, "iam:GetAccountAuthorizationDetails", "moto says that a user asks who does not exist"),
    dim("IR-006", Kind::Moto, "lambda:ListFunctionUrlConfigs", URLS),
    dim("IR-010", Kind::Moto, "cloudtrail:ListEventDataStores", LAKE),
    dim("IR-010", Kind::Ministack, "cloudtrail:ListEventDataStores", LAKE),
    dim("IR-014", Kind::Moto, "ssm-incidents:ListResponsePlans", INCIDENTS),
    dim("IR-014", Kind::Ministack, "ssm-incidents:ListResponsePlans", INCIDENTS),
    blind("MV-010", Kind::Moto, "cloudtrail:ListEventDataStores", LAKE),
    blind("MV-010", Kind::Ministack, "cloudtrail:ListEventDataStores", LAKE),
    blind("MV-012", Kind::Ministack, "guardduty:ListDetectors", "ministack has no GuardDuty"),
    blind("MV-013", Kind::Moto, "inspector2:BatchGetAccountStatus", "moto has no status of Inspector"),
    blind("MV-004", Kind::Moto, "logs:DescribeLogGroups", PROTECTION),
    blind("MV-004", Kind::Ministack, "logs:DescribeLogGroups", PROTECTION),
    dim("MV-018", Kind::Moto, "access-analyzer:ListAnalyzers", ANALYZER),
    dim("MV-018", Kind::Ministack, "access-analyzer:ListAnalyzers", ANALYZER),
    dim("MV-018", Kind::Ministack, "securityhub:DescribeHub", HUB),
    blind("MV-007", Kind::Moto, "lambda:ListFunctions", "moto gives no LoggingConfig back"),
];

/// The checks that the four services have to decide at least.
const PROMISED: &str = "FN-001 FN-002 FN-003 FN-004 FN-005 FN-006 FN-007 FN-008 FN-009 FN-011 FN-014 FN-015 FN-016 FN-017 FN-019 \
    IA-001 IA-003 IA-006 IA-008 IA-009 IA-010 IA-011 IA-012 IA-014 IA-015 IA-016 DP-001 DP-002 DP-003 DP-004 DP-005 DP-006 DP-008 \
    MV-001 MV-003 MV-004 MV-005 MV-007 MV-008 IR-005 IR-007 IR-015 IR-016";

/// `palisade` in a home of its own, with credentials that no cloud knows, and told where data may be.
fn palisade(home: &Path) -> Command {
    let folder = home.join("config/palisade");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), format!("[residency]\nregions = [\"{REGION}\"]\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command
        .env_clear()
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null());
    command
}

/// `palisade` with the flags that lead to `endpoint`.
fn live(home: &Path, endpoint: &str, arguments: &[&str]) -> Output {
    let mut command = palisade(home);
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    command.args(arguments).args(["--endpoint-url", endpoint, "--region", REGION]).output().unwrap()
}

const SCAN: [&str; 4] = ["scan", "--format", "json", "--include-pass"];

fn said(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[track_caller]
fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

fn findings(report: &Value) -> &[Value] {
    report["findings"].as_array().unwrap()
}

fn text<'a>(finding: &'a Value, key: &str) -> &'a str {
    finding[key].as_str().unwrap()
}

/// The resource of a finding in the words of [`FLAWS`].
fn resource(finding: &Value, planted: &Planted) -> String {
    let arn = text(finding, "resource");
    if let Some((name, _)) = planted.keys.iter().find(|(_, key)| *key == arn) {
        return format!("key/{name}");
    }
    let mut parts = arn.splitn(6, ':').skip(2);
    match (parts.next(), parts.nth(2)) {
        (Some(service), Some("*")) => service.to_owned(),
        (_, rest) => {
            let parts = rest.unwrap().split_inclusive(['/', ':']);
            let named = |part: &str| {
                let identifier = part.trim_end_matches(['/', ':']);
                planted.names.get(identifier).map_or_else(|| part.to_owned(), |name| part.replace(identifier, name))
            };
            parts.map(named).collect()
        }
    }
}

/// The coverage of a layer.
fn coverage(report: &Value, layer: &str) -> f64 {
    let layers = report["score"]["layers"].as_array().unwrap();
    layers.iter().find(|entry| entry["layer"] == layer).unwrap()["coverage"].as_f64().unwrap()
}

/// An emulator with the planted account, and what Palisade said of it first.
struct Account {
    emulator: Emulator,
    planted: Planted,
    home: TempDir,
    report: Value,
}

impl Account {
    async fn scanned(kind: Kind) -> Self {
        let emulator = Emulator::start(kind);
        let planted = planted::plant(&emulator).await;
        let home = TempDir::new().unwrap();
        let output = live(home.path(), emulator.endpoint.url(), &SCAN);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let report = report(&output);
        hides_secrets(&[&output]);
        Self { emulator, planted, home, report }
    }

    /// Every planted flaw is found, and nothing that was not planted.
    fn finds_what_was_planted(&self) {
        let kind = self.emulator.kind;
        let mut failed: BTreeMap<(&str, String), &Value> = BTreeMap::new();
        let mut unknown: BTreeMap<(&str, String), &Value> = BTreeMap::new();
        let mut passed: BTreeSet<(&str, String)> = BTreeSet::new();
        for finding in findings(&self.report) {
            let name = (text(finding, "check"), resource(finding, &self.planted));
            assert_eq!(finding["gap"].is_null(), finding["status"] != "unknown", "{finding}");
            // Which other services an emulator does not have is in their own tables, under `services`.
            if name.0 == "IR-016" && name.1 != "lambda" {
                continue;
            }
            // What these say of an account depends on what the emulators do not hold, or is true of all that is planted.
            if ON_POSTURES.contains(&name.0) {
                continue;
            }
            match text(finding, "status") {
                "fail" => drop(failed.insert(name, finding)),
                "unknown" => drop(unknown.insert(name, finding)),
                "pass" => drop(passed.insert(name)),
                other => panic!("{other}: {finding}"),
            }
        }
        let mut expected = BTreeSet::new();
        for Row(check, name, moto, ministack) in FLAWS {
            let key = (*check, (*name).to_owned());
            match if kind == Kind::Moto { moto } else { ministack } {
                Fail => drop(expected.insert(key)),
                Unknown => {
                    let gap = &unknown.get(&key).unwrap_or_else(|| panic!("{check} {name} is not unknown"))["gap"];
                    let is_told = |blind: &&Blind| blind.kind == kind && blind.check == *check && gap["action"] == blind.action;
                    assert!(BLIND.iter().any(|blind| is_told(&blind)), "{check} {name}: {gap}");
                }
                Pass(why) => assert!(passed.contains(&key), "{check} {name}: {why}"),
                Silent(why) => {
                    assert!(!failed.contains_key(&key) && !unknown.contains_key(&key) && !passed.contains(&key), "{check} {name}: {why}")
                }
                Absent(why) => {
                    assert!(self.planted.refused.contains_key(&name.replace(':', " ")), "{name}: {why}");
                    assert!(findings(&self.report).iter().all(|finding| resource(finding, &self.planted) != *name), "{name}: {why}");
                }
            }
        }
        let found: BTreeSet<_> = failed.into_keys().collect();
        let unplanted: Vec<_> = found.difference(&expected).collect();
        let missed: Vec<_> = expected.difference(&found).collect();
        assert!(unplanted.is_empty() && missed.is_empty(), "{kind:?}: not planted {unplanted:#?}, not found {missed:#?}");
        self.knows_what_it_does_not_know(&unknown, &passed, &expected);
    }

    /// Unknown is what the emulator cannot tell, and nothing else; where it can tell nothing, nothing is decided.
    fn knows_what_it_does_not_know(
        &self,
        unknown: &BTreeMap<(&str, String), &Value>,
        passed: &BTreeSet<(&str, String)>,
        failed: &BTreeSet<(&str, String)>,
    ) {
        let reasons: BTreeSet<(&str, &str)> =
            unknown.iter().map(|((check, _), finding)| (*check, text(&finding["gap"], "action"))).collect();
        let here = || BLIND.iter().filter(|blind| blind.kind == self.emulator.kind);
        assert_eq!(reasons, here().map(|blind| (blind.check, blind.action)).collect());
        for blind in here().filter(|blind| blind.wholly) {
            let is_its = |(check, _): &&(&str, String)| *check == blind.check;
            assert_eq!(passed.iter().chain(failed).find(is_its), None, "{}", blind.why);
        }
    }

    /// A snapshot says the same, and for that it needs neither credentials nor a network.
    fn says_the_same_offline(&self) {
        let snapshot = self.home.path().join("account.palisade.jsonl.zst");
        let file = snapshot.to_str().unwrap();
        let collected = live(self.home.path(), self.emulator.endpoint.url(), &["collect", "-o", file]);
        assert_eq!(collected.status.code(), Some(4), "{}", said(&collected));

        // Whoever came for the network would come here.
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
        nobody.set_nonblocking(true).unwrap();
        let url = format!("http://{}", nobody.local_addr().unwrap());
        let elsewhere = TempDir::new().unwrap();
        let offline = |arguments: &[&str]| {
            let mut command = palisade(elsewhere.path());
            command.env("AWS_ENDPOINT_URL", &url).env("HTTP_PROXY", &url).env("HTTPS_PROXY", &url);
            command.args(arguments).args(["--snapshot", file]).output().unwrap()
        };
        let saved = offline(&SCAN);
        let readable = offline(&["scan", "--include-pass"]);
        for output in [&saved, &readable] {
            assert_eq!(output.status.code(), Some(3), "{}", said(output));
            assert_eq!(said(output), "");
        }
        assert_eq!(nobody.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        let saved_report = report(&saved);
        for (saved, live) in findings(&saved_report).iter().zip(findings(&self.report)) {
            assert_eq!(saved, live);
        }
        for key in ["account", "regions", "score", "findings"] {
            assert!(saved_report[key] == self.report[key], "{key}");
        }
        hides_secrets(&[&collected, &saved, &readable]);
        let readable = String::from_utf8(readable.stdout).unwrap();
        assert!(readable.contains("DB_PASSWORD"), "{readable}");
        self.keeps_no_secret_on_disk(&snapshot);
    }

    /// Neither in the snapshot nor in whatever else was written at home.
    fn keeps_no_secret_on_disk(&self, snapshot: &Path) {
        let (mut folders, mut read) = (vec![self.home.path().to_owned()], Vec::<PathBuf>::new());
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() {
                    folders.push(entry);
                    continue;
                }
                let mut bytes = fs::read(&entry).unwrap();
                if entry.extension().is_some_and(|extension| extension == "zst") {
                    bytes = zstd::decode_all(bytes.as_slice()).unwrap();
                    assert!(find(&bytes, "DB_PASSWORD"), "{} is no snapshot of the account", entry.display());
                }
                assert!(!find(&bytes, PASSWORD) && !find(&bytes, TOKEN), "a secret is in {}", entry.display());
                read.push(entry);
            }
        }
        assert!(read.iter().any(|path| path == snapshot), "{read:?}");
    }

    /// With every call of a service refused, nothing passes that needs it.
    fn passes_nothing_that_was_refused(&self) {
        let mut decided: Vec<String> = Vec::new();
        for (source, layer) in
            [(Source::Lambda, "function"), (Source::Iam, "identity"), (Source::Kms, "data"), (Source::Logs, "monitoring")]
        {
            let proxy = Proxy::denying(source.word(), &self.emulator.endpoint);
            let home = TempDir::new().unwrap();
            let output = live(home.path(), proxy.endpoint.url(), &[&SCAN[..], &["--fail-on", "never"]].concat());
            assert_eq!(output.status.code(), Some(4), "{source}: {}", said(&output));
            let (refused, passed) = proxy.counts();
            assert!(refused > 0 && passed > 0, "{source}: {refused} refused, {passed} passed on");
            let report = report(&output);
            let (before, now) = (coverage(&self.report, layer), coverage(&report, layer));
            assert!(now < before, "{source}: coverage of {layer} is {now} and was {before}");
            let run = report["sources"].as_array().unwrap().iter().find(|run| run["source"] == source.word()).unwrap();
            assert_eq!(run["state"], "denied", "{run}");
            let of_service: Vec<&str> = checks::all().filter(|check| needs(check, source)).map(|check| check.id).collect();
            let its_own = |finding: &&Value| of_service.contains(&text(finding, "check"));
            // A function that was stopped by its own settings is stopped, whatever its role says.
            let is_stopped = |finding: &&Value| source == Source::Iam && finding["check"] == "IR-015" && finding["status"] == "fail";
            // The root user needs no policy.
            let is_root = |finding: &&Value| source == Source::Iam && finding["check"] == "IR-004" && finding["status"] == "pass";
            let wrong = |finding: &&Value| {
                (finding["status"] != "unknown" || finding["gap"]["kind"] != "denied") && !is_stopped(finding) && !is_root(finding)
            };
            for finding in findings(&report).iter().filter(its_own).filter(wrong) {
                decided.push(format!("{source}: {} {} {} {}", finding["check"], finding["status"], finding["resource"], finding["gap"]));
            }
            // What is decided without it is what was decided with it.
            let verdict = |finding: &Value| ["check", "resource", "status"].map(|key| text(finding, key).to_owned());
            let decided_before: BTreeSet<_> = findings(&self.report).iter().map(verdict).collect();
            let others = findings(&report).iter().filter(|finding| decides_without(text(finding, "check"), source));
            let others = others.filter(|finding| finding["status"] != "unknown").map(verdict);
            decided.extend(others.filter(|verdict| !decided_before.contains(verdict)).map(|verdict| format!("{source}: now {verdict:?}")));
            let silent: Vec<_> = of_service.iter().filter(|id| findings(&report).iter().all(|finding| finding["check"] != **id)).collect();
            decided.extend(silent.iter().map(|id| format!("{source}: {id} says nothing")));
            hides_secrets(&[&output]);
        }
        assert!(decided.is_empty(), "refused, and still decided: {decided:#?}");
    }

    /// Not to be told whose account it is keeps nobody from reading it.
    fn needs_no_leave_to_ask_who_it_is(&self) {
        let proxy = Proxy::denying(Source::Sts.word(), &self.emulator.endpoint);
        let output = live(self.home.path(), proxy.endpoint.url(), &SCAN);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let report = report(&output);
        assert_eq!(report["account"], self.report["account"]);
        // That it was refused is a finding, which bears on what the others are worth.
        let verdicts = |report| {
            // Whether the one who asks could contain anything is the one question that needs it.
            let others = findings(report).iter().filter(|finding| finding["check"] != "IR-016" && finding["check"] != "IR-004");
            others
                .map(|finding| ["check", "resource", "status", "message"].map(|key| text(finding, key).to_owned()))
                .collect::<BTreeSet<_>>()
        };
        let (now, before) = (verdicts(&report), verdicts(&self.report));
        assert_eq!(now.symmetric_difference(&before).next(), None);
    }
}

/// Checks that read a service and decide some without it, and by what.
const WITHOUT: &[(Source, &str, &str)] = &[
    (Source::Lambda, "IA-008 IA-010 IA-011 IA-012", "a role is judged by its own policies: functions bear on what is advised alone"),
    (Source::Lambda, "DP-014 DP-020 IR-003 IR-010", "an API, a machine, a store, a rule and a trail are judged by what they are"),
    (Source::Kms, "DP-020", "each store and function is in its own Region"),
    (Source::Iam, "DP-009 DP-010 DP-012 DP-013 DP-014", "a function's variables name what it works with, beside its role"),
    (Source::Iam, "IR-013", "whom AWS calls is no matter of roles"),
    (Source::Logs, "MV-016 MV-017", "an alarm on a metric of Lambda needs no log, and no trail here writes one"),
];

fn decides_without(id: &str, source: Source) -> bool {
    WITHOUT.iter().any(|(refused, checks, _)| *refused == source && checks.split(' ').any(|check| check == id))
}

/// Whether `check` can decide nothing without `source`. The check of blind spots tells what was refused.
fn needs(check: &checks::Check, source: Source) -> bool {
    check.reads.contains(&source) && check.id != "IR-016" && !ON_POSTURES.contains(&check.id) && !decides_without(check.id, source)
}

fn find(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Nothing that is printed has a planted secret in it.
fn hides_secrets(outputs: &[&Output]) {
    for output in outputs {
        for stream in [&output.stdout, &output.stderr] {
            assert!(!find(stream, PASSWORD) && !find(stream, TOKEN), "{}", String::from_utf8_lossy(stream));
        }
    }
}

async fn keeps_the_promise(kind: Kind) {
    let account = Account::scanned(kind).await;
    account.finds_what_was_planted();
    account.says_the_same_offline();
    account.passes_nothing_that_was_refused();
    account.needs_no_leave_to_ask_who_it_is();
}

#[tokio::test]
async fn of_moto_all_that_was_planted_is_found_and_nothing_else() {
    keeps_the_promise(Kind::Moto).await;
}

#[tokio::test]
async fn of_ministack_all_that_was_planted_is_found_and_nothing_else() {
    keeps_the_promise(Kind::Ministack).await;
}

#[test]
fn there_is_a_flaw_for_every_check() {
    let planted: BTreeSet<&str> = FLAWS.iter().map(|Row(check, ..)| *check).collect();
    assert!(ON_POSTURES.is_sorted() && ON_POSTURES.iter().all(|check| !planted.contains(check)), "one or the other");
    let planted: BTreeSet<&str> = planted.union(&ON_POSTURES.iter().copied().collect()).copied().collect();
    assert_eq!(planted, checks::all().map(|check| check.id).collect());
    assert_eq!(PROMISED.split(' ').find(|check| !planted.contains(check)), None);
    assert!(planted::ending().is_some(), "no runtime leaves support within 180 days: FN-008 has nothing to find");
}
