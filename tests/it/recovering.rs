//! An account on a bad day: what can be had by asking again is had, and what cannot is a gap in its own place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
    time::{Duration, Instant},
};

use futures::future::join_all;
use palisade::{
    collect::{self, Budget, Depth, Errand},
    live::{self, Session},
    model::{GapKind, Posture, SourceState, Timestamp},
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    faults::{QUICK, collected, holes, ledger, options},
    stub::{ACCOUNT, Fault, Faults, Plan, Refusal, Reply, Shares, Size, Stub, details, function},
};

/// What the account is, always read at the same time, without what it cost to read it.
async fn known(session: &Session) -> Posture {
    let mut posture = live::gather_for(session, Errand::everything(0, Timestamp::EPOCH), &CancellationToken::new(), |_| ()).await;
    for run in &mut posture.sources {
        (run.calls, run.throttled, run.seconds) = (0, 0, 0.0);
    }
    posture
}

async fn known_of(stub: &Stub) -> Posture {
    known(&live::connect(&options(stub)).await.unwrap()).await
}

/// Gets in, however often it takes: whoever is in front of a terminal would ask again as well.
async fn stubborn(stub: &Stub, depth: Depth) -> Session {
    let mut options = options(stub);
    options.budget = Some(Budget { attempts: 8, ..QUICK });
    options.depth = depth;
    for _ in 0..8 {
        if let Ok(session) = live::connect(&options).await {
            return session;
        }
    }
    panic!("eight times nobody could get in")
}

const BAD_DAY: Shares = &[
    (Fault::Refused(Refusal::Throttled), 0.20),
    (Fault::Refused(Refusal::InternalError), 0.03),
    (Fault::Refused(Refusal::Unavailable), 0.02),
    (Fault::Reset, 0.01),
    (Fault::ResetInHeaders, 0.01),
    (Fault::Malformed, 0.005),
    (Fault::Truncated, 0.005),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bad_day_leaves_is_what_a_good_day_leaves() {
    // What is asked of each thing by name is the greater part of all requests, and much the same: every fourth day has it.
    const DEPTHS: [Depth; 4] = [Depth::Full, Depth::Core, Depth::Core, Depth::Core];
    let calm = Stub::start(|_| None);
    let good = [known(&stubborn(&calm, Depth::Full).await).await, known(&stubborn(&calm, Depth::Core).await).await];
    assert_ne!(good[0], good[1]);
    let days = |seeds: Range<u64>| {
        let good = &good;
        async move {
            let stub = Plan::default().faults(Faults::seeded(seeds.start, BAD_DAY)).start();
            let sessions = [stubborn(&stub, Depth::Full).await, stubborn(&stub, Depth::Core).await];
            let mut met = BTreeSet::new();
            for (seed, depth) in seeds.zip(DEPTHS.into_iter().cycle()) {
                let place = usize::from(depth == Depth::Core);
                stub.plan_faults(Faults::seeded(seed, BAD_DAY));
                let posture = known(&sessions[place]).await;
                assert_eq!(posture, good[place], "seed {seed}, faults {:?}", stub.faults_met());
                met.extend(stub.faults_met().into_keys());
            }
            met
        }
    };
    // Some at a time, for what takes time is the waiting between attempts.
    let met: Vec<BTreeSet<String>> = join_all((0..200).step_by(25).map(|seed| days(seed..seed + 25))).await;
    // All of them did happen.
    let kinds: BTreeSet<&String> = met.iter().flatten().collect();
    assert_eq!(kinds.len(), BAD_DAY.len(), "{kinds:?}");
}

/// Whatever can go wrong, all at once; but for nulls: many a field is left out where there is nothing to say, and one that
/// was lost cannot be told from that.
const WORST_DAY: Shares = &[
    (Fault::Refused(Refusal::Throttled), 0.05),
    (Fault::Refused(Refusal::Denied), 0.05),
    (Fault::Refused(Refusal::ExpiredToken), 0.03),
    (Fault::Refused(Refusal::InternalError), 0.05),
    (Fault::Reset, 0.03),
    (Fault::Truncated, 0.03),
    (Fault::Malformed, 0.05),
    (Fault::Empty, 0.05),
    (Fault::Html, 0.05),
    (Fault::Drip, 0.02),
    (Fault::RepeatedToken, 0.05),
];

/// The records of a posture as its snapshot has them, by kind and ARN.
fn records(posture: &Posture) -> BTreeMap<(String, String), Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posture.jsonl");
    palisade::store::save(posture, &path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let records = text.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap()).filter(|record| record["kind"].is_string());
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    records.map(|record| ((format!("{} {}", word(&record["kind"]), word(&record["list"])), word(&record["arn"])), record)).collect()
}

/// Where `bad` says something else than `good` and does not say that it does not know.
fn lies(good: &Value, bad: &Value, place: &str, found: &mut Vec<String>) {
    match (good, bad) {
        (_, Value::Object(fact)) if fact.get("gap").is_some_and(Value::is_object) => {}
        (Value::Object(good), Value::Object(bad)) => {
            let null = Value::Null;
            let unknown = |name: &str| bad.get(name).is_some_and(|fact| fact["gap"].is_object());
            for name in good.keys().chain(bad.keys()).collect::<BTreeSet<_>>() {
                // Of aliases and versions that are not known there are no policies to tell.
                if name == "policies" && (unknown("aliases") || unknown("versions")) {
                    continue;
                }
                lies(good.get(name).unwrap_or(&null), bad.get(name).unwrap_or(&null), &format!("{place}.{name}"), found);
            }
        }
        (Value::Array(good), Value::Array(bad)) if good.len() == bad.len() => {
            good.iter().zip(bad).for_each(|(good, bad)| lies(good, bad, place, found));
        }
        (good, bad) if good == bad => {}
        _ => found.push(format!("{place}: {bad} where it is {good}")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_worst_day_leaves_is_true_or_a_gap() {
    let good = records(&known_of(&Stub::start(|_| None)).await);
    let stub = Stub::start(|_| None);
    let session = live::connect(&options(&stub)).await.unwrap();
    let mut met = BTreeSet::new();
    for seed in 0..20 {
        stub.plan_faults(Faults::seeded(seed, WORST_DAY));
        let bad = records(&known(&session).await);
        let mut found = Vec::new();
        for (key @ (kind, arn), record) in &good {
            match bad.get(key) {
                Some(bad) => lies(record, bad, &format!("{kind} {arn}"), &mut found),
                // A list that is not whole says so.
                None => {
                    let kind = kind.trim_end();
                    let lists = match kind {
                        "layer-version" => vec!["layers".to_owned()],
                        "managed-policy" => vec!["policies".to_owned()],
                        "function-metrics" => vec!["metrics".to_owned()],
                        // Keys, buses, repositories.
                        _ => vec![format!("{kind}s"), format!("{kind}es"), format!("{}ies", kind.trim_end_matches('y'))],
                    };
                    let list = bad.iter().find(|((list, _), _)| lists.iter().any(|kind| *list == format!("list {kind}")));
                    if list.is_none_or(|(_, list)| !list["gap"].is_object()) {
                        found.push(format!("{kind} {arn} is not there"));
                    }
                }
            }
        }
        assert!(found.is_empty(), "seed {seed}: {found:#?}, faults {:#?}", stub.faults_met());
        met.extend(stub.faults_met().into_keys());
    }
    assert_eq!(met.len(), WORST_DAY.len(), "{met:?}");
}

/// One action of each protocol that has but one resource to be asked for, and one list of each.
const ASKED: [&str; 8] = [
    "iam:GetAccountAuthorizationDetails",
    "kms:GetKeyPolicy",
    "kms:ListAliases",
    "kms:ListKeys",
    "lambda:GetAccountSettings",
    "lambda:ListEventSourceMappings",
    "lambda:ListFunctions",
    "logs:DescribeLogGroups",
];

#[tokio::test]
async fn what_goes_wrong_once_leaves_no_trace() {
    let good = known_of(&Stub::start(|_| None)).await;
    for fault in [
        Fault::Refused(Refusal::Throttled),
        Fault::Refused(Refusal::InternalError),
        Fault::Refused(Refusal::Unavailable),
        Fault::Reset,
        Fault::ResetInHeaders,
        Fault::Truncated,
        Fault::Malformed,
        Fault::Html,
        Fault::Drip,
    ] {
        let stub = Stub::start(move |ask| (ASKED.contains(&ask.action.as_str()) && ask.before == 0).then_some(Reply::Fault(fault)));
        assert_eq!(known_of(&stub).await, good, "{fault:?}");
    }
}

#[tokio::test]
async fn what_goes_wrong_for_good_is_a_gap_in_its_own_place() {
    for fault in [
        Fault::Refused(Refusal::Denied),
        Fault::Refused(Refusal::ExpiredToken),
        Fault::Refused(Refusal::Throttled),
        Fault::Refused(Refusal::InternalError),
        Fault::Refused(Refusal::Unavailable),
        Fault::Reset,
        Fault::ResetInHeaders,
        Fault::Truncated,
        Fault::Malformed,
        Fault::Empty,
        Fault::Html,
        Fault::Nulls,
    ] {
        for action in ASKED {
            let stub = Stub::start(move |ask| (ask.action == action).then_some(Reply::Fault(fault)));
            let posture = collected(&stub).await;
            let kind = match fault {
                Fault::Refused(Refusal::Denied) => GapKind::Denied,
                Fault::Refused(Refusal::Throttled) => GapKind::Throttled,
                _ => GapKind::Failed,
            };
            assert_eq!(holes(&posture), BTreeSet::from([format!("{kind} {action}")]), "{fault:?}");
            // IAM's four lists come in one answer.
            assert!(ledger(&posture).iter().all(|gap| *gap == format!("{kind} {action}")), "{fault:?} {:?}", ledger(&posture));
        }
    }
}

#[tokio::test]
async fn a_page_token_that_repeats_is_a_gap_whatever_the_service() {
    for action in [
        "iam:GetAccountAuthorizationDetails",
        "kms:ListAliases",
        "kms:ListKeys",
        "lambda:ListEventSourceMappings",
        "lambda:ListFunctions",
        "logs:DescribeLogGroups",
    ] {
        let stub = Stub::start(move |ask| (ask.action == action).then_some(Reply::Fault(Fault::RepeatedToken)));
        let posture = collected(&stub).await;
        assert_eq!(holes(&posture), BTreeSet::from([format!("failed {action}")]));
        assert_eq!(stub.asked(action), 2, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes_is_a_gap_in_its_own_place() {
    for action in ["iam:GetAccountAuthorizationDetails", "kms:GetKeyPolicy", "lambda:ListFunctions"] {
        let stub = Stub::start(move |ask| (ask.action == action).then_some(Reply::Fault(Fault::Hang)));
        let mut options = options(&stub);
        options.budget = Some(Budget { attempts: 1, timeout: Duration::from_secs(1), ..QUICK });
        let session = live::connect(&options).await.unwrap();
        let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
        assert_eq!(holes(&posture), BTreeSet::from([format!("failed {action}")]));
    }
}

#[tokio::test]
async fn a_list_in_xml_that_is_cut_between_its_items_is_no_shorter_list() {
    // AWS's order of the lists is not fixed: nothing but roles is missing here.
    let whole = details("worker", None).replace("<UserDetailList/>", "<UserDetailList/><Policies/>");
    let cut = whole.split_once("</RoleDetailList>").unwrap().0.to_owned();
    let stub = Stub::start(move |ask| (ask.action == "iam:GetAccountAuthorizationDetails").then(|| Reply::ok(cut.clone())));
    let posture = collected(&stub).await;
    assert_eq!(holes(&posture), BTreeSet::from(["failed iam:GetAccountAuthorizationDetails".to_owned()]));
    assert!(posture.identity.roles.gap.is_some() && posture.identity.roles.items.is_empty());
    // Asked again twice, in case it was the network.
    assert_eq!(stub.asked("iam:GetAccountAuthorizationDetails"), 3);
}

#[tokio::test]
async fn an_account_is_the_same_in_pages_of_any_length() {
    let size = Size { functions: 60, mappings: 3, keys: 3, log_groups: 60, roles: 110 };
    let whole = known_of(&Plan::default().size(size).start()).await;
    assert_eq!(holes(&whole), BTreeSet::new());
    let region = &whole.regions["eu-west-1"];
    let lengths = [region.functions.items.len(), region.event_source_mappings.items.len(), region.log_groups.items.len()];
    assert_eq!((lengths, region.keys.items.len(), whole.identity.roles.items.len()), ([60, 3, 60], 3, 110));

    let stub = Plan::default().size(size).pages_of(1).start();
    assert_eq!(known_of(&stub).await, whole);
    assert_eq!(stub.asked("lambda:ListFunctions"), 60);
}

#[tokio::test]
async fn the_policy_is_exactly_what_is_used() {
    // What a healthy account has no need of: a managed policy that the details leave out, a function on a capacity provider.
    let held = "<AttachedManagedPolicies><member><PolicyName>Held</PolicyName><PolicyArn>arn:aws:iam::aws:policy/Held</PolicyArn>\
                </member></AttachedManagedPolicies>";
    let capacity = format!(
        r#""CapacityProviderConfig":{{"LambdaManagedInstancesCapacityProviderConfig":{{"CapacityProviderArn":"arn:aws:lambda:eu-west-1:{ACCOUNT}:capacity-provider:own"}}}},"#
    );
    let stub = Stub::start(move |ask| match ask.action.as_str() {
        "iam:GetAccountAuthorizationDetails" => {
            // Functions can take it on: only of such roles is it asked when they last used what.
            let role = details("worker", None).replace("<AttachedManagedPolicies/>", held);
            Some(Reply::ok(role.replace("%5B%5D", "%5B%22lambda.amazonaws.com%22%5D")))
        }
        "lambda:ListFunctions" => {
            Some(Reply::ok(format!(r#"{{"Functions":[{}]}}"#, function("orders").replacen('{', &format!("{{{capacity}"), 1))))
        }
        _ => None,
    });
    let mut options = options(&stub);
    options.last_accessed = true;
    let session = live::connect(&options).await.unwrap();
    let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
    assert_eq!(holes(&posture), BTreeSet::new());
    let used = stub.actions();
    assert_eq!(used.iter().map(String::as_str).collect::<Vec<_>>(), collect::actions());
    // Regional services are asked where the functions are.
    let global = |action: &str| ["iam:", "organizations:", "account:"].iter().any(|service| action.starts_with(service));
    assert!(stub.saw().keys().all(|(action, _, region)| region == "eu-west-1" || global(action)), "{:#?}", stub.saw());
}

#[tokio::test]
async fn quotas_are_kept_at_full_budget() {
    let stub = Plan::default().quotas().size(Size { functions: 20, ..Size::SMALL }).start();
    let mut options = options(&stub);
    options.budget = Some(Budget { share: Some(1.0), ..QUICK });
    options.depth = Depth::Core;
    let session = live::connect(&options).await.unwrap();
    let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
    assert_eq!(holes_of_core(&posture), BTreeSet::new());
    assert!(posture.sources.iter().all(|run| run.throttled == 0 && run.state == SourceState::Complete), "{:#?}", posture.sources);
    assert!(stub.usage().values().all(|usage| usage.throttled == 0), "{:#?}", stub.usage());
}

/// Without what only the full depth asks.
fn holes_of_core(posture: &Posture) -> BTreeSet<String> {
    holes(posture).into_iter().filter(|gap| !gap.starts_with("unread")).collect()
}

#[tokio::test]
async fn without_a_pace_the_quotas_throttle() {
    let stub = Plan::default().quotas().size(Size { functions: 40, ..Size::SMALL }).start();
    let mut options = options(&stub);
    options.budget = Some(Budget { attempts: 1, ..QUICK });
    let session = live::connect(&options).await.unwrap();
    let started = Instant::now();
    let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
    let usage = stub.usage()[&("eu-west-1".to_owned(), "lambda:GetPolicy")];
    // A second's worth at once, and no more than the rate after that.
    assert!(usage.passed as f64 <= 15.0 * (1.0 + started.elapsed().as_secs_f64()), "{usage:?}");
    let throttled: u64 = stub.usage().values().map(|usage| usage.throttled).sum();
    assert!(throttled > 0);
    assert_eq!(posture.sources.iter().map(|run| run.throttled).sum::<u64>(), throttled);
}
