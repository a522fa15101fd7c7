//! Reading again what was read before: what has not changed is not asked, and the outcome is as if it had been.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use palisade::{
    collect::{Budget, Depth, Errand, Event, Wanted},
    live::{self, Session},
    model::{Arn, Fact, Function, GapKind, Posture, Source, SourceState, Timestamp},
};
use tokio_util::sync::CancellationToken;

use crate::{
    endpoint::REGION,
    stub::{ACCOUNT, Ask, Plan, Reply, Size, Stub},
};

const HOUR: Duration = Duration::from_secs(3600);

/// What the account holds now, and what was asked since the last look.
#[derive(Default)]
struct Account {
    /// Revisions of the functions by name.
    functions: BTreeMap<String, u32>,
    /// The version that each alias points to; the newest one.
    versions: u32,
    /// Actions that are refused.
    refused: Vec<&'static str>,
    asked: BTreeMap<String, Vec<String>>,
}

/// The account, between the test and the server.
struct Shared(Mutex<Account>);

struct Live {
    stub: Stub,
    account: Arc<Shared>,
    depth: Depth,
}

fn function(name: &str, revision: u32) -> String {
    let mut function: serde_json::Value = serde_json::from_str(&crate::stub::function(name)).unwrap();
    function["RevisionId"] = format!("r{revision}").into();
    function["Description"] = format!("as of r{revision}").into();
    function.to_string()
}

fn answer(account: &Shared, ask: &Ask) -> Option<Reply> {
    let mut account = account.0.lock().unwrap();
    // Lists, and details of other things, are not about functions.
    let said = |name: &str| if name.is_empty() || name.starts_with("arn:") { "*".to_owned() } else { name.to_owned() };
    account.asked.entry(ask.action.clone()).or_default().push(said(&ask.name));
    if account.refused.contains(&ask.action.as_str()) {
        return Some(Reply::error(403, "AccessDeniedException"));
    }
    let revision = account.functions.get(&ask.name).copied();
    Some(match ask.action.as_str() {
        "lambda:ListFunctions" => {
            let functions: Vec<String> = account.functions.iter().map(|(name, revision)| function(name, *revision)).collect();
            Reply::ok(format!(r#"{{"Functions":[{}]}}"#, functions.join(",")))
        }
        "lambda:GetFunction" => match revision {
            Some(revision) => {
                let code = r#""Code":{"RepositoryType":"S3"}"#;
                Reply::ok(format!(r#"{{"Configuration":{},{code},"Tags":{{"revision":"{revision}"}}}}"#, function(&ask.name, revision)))
            }
            None => Reply::error(404, "ResourceNotFoundException"),
        },
        "lambda:ListAliases" => Reply::ok(format!(r#"{{"Aliases":[{{"Name":"live","FunctionVersion":"{}"}}]}}"#, account.versions)),
        "lambda:ListVersionsByFunction" => {
            let versions: Vec<String> = (1..=account.versions).map(|number| format!(r#"{{"Version":"{number}"}}"#)).collect();
            Reply::ok(format!(r#"{{"Versions":[{}]}}"#, versions.join(",")))
        }
        _ => return None,
    })
}

impl Live {
    fn start(functions: &[&str]) -> Self {
        let functions = functions.iter().map(|name| ((*name).to_owned(), 1)).collect();
        let account = Arc::new(Shared(Mutex::new(Account { functions, versions: 1, ..Account::default() })));
        let asked = account.clone();
        Self { stub: Stub::start(move |ask| answer(&asked, ask)), account, depth: Depth::Full }
    }

    fn change(&self, change: impl FnOnce(&mut Account)) {
        change(&mut self.account.0.lock().unwrap());
    }

    async fn session(&self) -> Session {
        let mut options = self.stub.endpoint.options(REGION);
        options.budget = Some(Budget { share: None, attempts: 2, backoff: Duration::from_millis(1), timeout: Duration::from_secs(20) });
        options.depth = self.depth;
        live::connect(&options).await.unwrap()
    }

    /// Reads everything at `second`; gives what was asked of functions, and of which.
    async fn read(&self, second: i64, before: Option<(&Posture, Duration)>) -> (Posture, BTreeMap<String, Vec<String>>) {
        let mut errand = Errand::everything(1, at(second));
        if let Some((before, max_age)) = before {
            errand = errand.since(Arc::new(before.clone()), max_age);
        }
        let session = self.session().await;
        self.change(|account| account.asked.clear());
        let posture = live::gather_for(&session, errand, &CancellationToken::new(), |_| ()).await;
        (posture, self.asked())
    }

    fn asked(&self) -> BTreeMap<String, Vec<String>> {
        let mut asked = std::mem::take(&mut self.account.0.lock().unwrap().asked);
        asked.retain(|action, names| {
            names.sort();
            // Of functions alone.
            let other = ["Microvm", "WebFunction", "ResourcePolicy", "Layer", "CodeSigning"].iter().any(|kind| action.contains(kind));
            action.starts_with("lambda:") && names.iter().any(|name| name != "*") && !other
        });
        asked
    }

    /// Reads these functions, on top of `posture`.
    async fn reread(&self, second: i64, posture: &mut Posture, names: &[&str]) -> BTreeMap<String, Vec<String>> {
        let arns = names.iter().map(|name| arn(name)).collect();
        let errand = Errand::everything(1, at(second)).only(Wanted::Functions(arns)).since(Arc::new(posture.clone()), HOUR);
        let session = self.session().await;
        self.change(|account| account.asked.clear());
        let (sender, mut parts) = tokio::sync::mpsc::channel(1);
        let absorb = async {
            while let Some(Event { part, .. }) = parts.recv().await {
                posture.absorb(part);
            }
        };
        let cancel = CancellationToken::new();
        tokio::join!(live::collect(&session, errand, sender, &cancel), absorb);
        self.asked()
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_unix(1_700_000_000 + second).unwrap()
}

fn arn(name: &str) -> Arn {
    Arn::build("aws", "lambda", REGION, ACCOUNT, &format!("function:{name}"))
}

fn named<'a>(posture: &'a Posture, name: &str) -> &'a Function {
    posture.function(&arn(name)).unwrap()
}

/// All that is known, without when and at what cost it was learnt.
fn facts(posture: &Posture) -> Posture {
    let mut facts = posture.clone();
    facts.taken_at = Timestamp::EPOCH;
    facts.regions.values_mut().flat_map(|region| &mut region.functions.items).for_each(|function| function.details_as_of = None);
    for run in &mut facts.sources {
        (run.calls, run.seconds) = (0, 0.0);
    }
    facts
}

#[tokio::test]
async fn a_function_that_has_not_changed_is_not_asked_again() {
    let live = Live::start(&["mail", "orders"]);
    let (cold, asked) = live.read(0, None).await;
    assert_eq!(asked["lambda:GetFunction"], ["mail", "orders"]);
    assert_eq!(asked["lambda:ListFunctionEventInvokeConfigs"], ["mail", "orders"]);
    assert!(cold.functions().all(|(_, function)| function.details_as_of == Some(at(0))));

    let (warm, asked) = live.read(600, Some((&cold, HOUR))).await;
    assert_eq!(asked, BTreeMap::new());
    assert_eq!(facts(&warm), facts(&cold));
    assert_eq!(warm.taken_at, at(600));
    assert!(warm.functions().all(|(_, function)| function.details_as_of == Some(at(0))), "it is as old as its answers");
    let run = warm.source(Source::Lambda, REGION).unwrap();
    assert_eq!((run.state, run.items, run.expected), (SourceState::Complete, 2, 2));
}

#[tokio::test]
async fn what_changed_is_asked_what_is_new_is_asked_whole_and_what_is_gone_is_gone() {
    let live = Live::start(&["gone", "mail", "orders"]);
    let (cold, _) = live.read(0, None).await;
    live.change(|account| {
        account.functions.remove("gone");
        account.functions.insert("mail".to_owned(), 2);
        account.functions.insert("new".to_owned(), 1);
    });
    let (warm, asked) = live.read(600, Some((&cold, HOUR))).await;
    for action in ["GetFunction", "GetPolicy", "ListFunctionUrlConfigs", "ListAliases"] {
        let mut names = asked[&format!("lambda:{action}")].clone();
        names.dedup();
        assert_eq!(names, ["mail", "new"], "{action}");
    }
    for action in ["ListVersionsByFunction", "GetRuntimeManagementConfig", "GetFunctionRecursionConfig", "ListFunctionEventInvokeConfigs"] {
        assert_eq!(asked[&format!("lambda:{action}")], ["new"], "{action}");
    }
    assert_eq!(named(&warm, "mail").tags.known().unwrap()["revision"], "2");
    assert_eq!(named(&warm, "mail").details_as_of, Some(at(0)), "not all of it was asked again");
    assert_eq!(named(&warm, "new").details_as_of, Some(at(600)));
    let (anew, _) = live.read(600, None).await;
    assert_eq!(facts(&warm), facts(&anew));
}

#[tokio::test]
async fn an_alias_to_a_version_that_nobody_listed_has_the_versions_listed() {
    let live = Live::start(&["mail", "orders"]);
    let (cold, _) = live.read(0, None).await;
    live.change(|account| {
        account.functions.insert("mail".to_owned(), 2);
        account.versions = 2;
    });
    let (warm, asked) = live.read(600, Some((&cold, HOUR))).await;
    assert_eq!(asked["lambda:ListVersionsByFunction"], ["mail"]);
    let numbers: Vec<&str> = named(&warm, "mail").versions.known().unwrap().iter().map(|version| version.number.as_str()).collect();
    assert_eq!(numbers, ["1", "2"]);
    assert_eq!(named(&warm, "mail").policies["2"], Fact::Known(None));
}

#[tokio::test]
async fn a_gap_is_asked_again_and_nothing_else() {
    let live = Live::start(&["mail", "orders"]);
    live.change(|account| account.refused = vec!["lambda:GetFunctionRecursionConfig", "lambda:ListFunctionUrlConfigs"]);
    let (cold, _) = live.read(0, None).await;
    assert_eq!(cold.source(Source::Lambda, REGION).unwrap().state, SourceState::Partial);

    live.change(|account| account.refused = vec!["lambda:GetFunctionRecursionConfig"]);
    let (warm, asked) = live.read(600, Some((&cold, HOUR))).await;
    assert_eq!(asked.keys().collect::<Vec<_>>(), ["lambda:GetFunctionRecursionConfig", "lambda:ListFunctionUrlConfigs"]);
    assert_eq!(named(&warm, "mail").urls, Fact::Known(Vec::new()));
    assert_eq!(named(&warm, "mail").recursive_loop_terminated.gap().unwrap().kind, GapKind::Denied);
    let (anew, _) = live.read(600, None).await;
    assert_eq!(facts(&warm), facts(&anew));
}

#[tokio::test]
async fn a_call_that_is_not_offered_is_not_asked_again_and_stays_on_the_ledger() {
    let live = Live::start(&["mail", "orders"]);
    let account = live.account.clone();
    let stub = Stub::start(move |ask| match ask.action.as_str() {
        "lambda:ListFunctionUrlConfigs" => {
            answer(&account, ask);
            Some(Reply::error(404, "UnknownOperationException"))
        }
        _ => answer(&account, ask),
    });
    let live = Live { stub, ..live };
    let (cold, asked) = live.read(0, None).await;
    assert_eq!(asked["lambda:ListFunctionUrlConfigs"], ["mail", "orders"]);
    let (warm, asked) = live.read(600, Some((&cold, HOUR))).await;
    assert_eq!(asked, BTreeMap::new());
    assert_eq!(facts(&warm), facts(&cold));
    assert_eq!(warm.source(Source::Lambda, REGION).unwrap().gaps.len(), 1);
}

#[tokio::test]
async fn details_are_asked_again_when_they_are_too_old() {
    let live = Live::start(&["mail"]);
    let (first, _) = live.read(0, None).await;
    live.change(|account| _ = account.functions.insert("orders".to_owned(), 1));
    let (second, _) = live.read(1800, Some((&first, HOUR))).await;
    let (third, asked) = live.read(3600, Some((&second, HOUR))).await;
    assert_eq!(asked["lambda:GetFunction"], ["mail"]);
    assert_eq!(asked["lambda:GetFunctionRecursionConfig"], ["mail"]);
    assert_eq!((named(&third, "mail").details_as_of, named(&third, "orders").details_as_of), (Some(at(3600)), Some(at(1800))));
    // With no patience at all everything is asked.
    let (_, asked) = live.read(3600, Some((&third, Duration::ZERO))).await;
    assert_eq!(asked["lambda:GetFunction"], ["mail", "orders"]);
}

#[tokio::test]
async fn another_depth_and_another_account_are_another_matter() {
    let live = Live::start(&["mail"]);
    let (full, _) = live.read(0, None).await;
    let live = Live { depth: Depth::Core, ..live };
    let (core, asked) = live.read(600, Some((&full, HOUR))).await;
    assert_eq!(asked, BTreeMap::new());
    assert_eq!(named(&core, "mail").aliases.gap().unwrap().kind, GapKind::Unread);
    let (anew, _) = live.read(600, None).await;
    assert_eq!(facts(&core), facts(&anew));

    let live = Live { depth: Depth::Full, ..live };
    let (again, asked) = live.read(1200, Some((&core, HOUR))).await;
    assert!(!asked.contains_key("lambda:GetFunction") && asked.contains_key("lambda:ListAliases"), "{asked:?}");
    assert_eq!(facts(&again), facts(&full));

    let elsewhere = Posture { account: "999999999999".to_owned(), ..full };
    let (_, asked) = live.read(600, Some((&elsewhere, HOUR))).await;
    assert_eq!(asked["lambda:GetFunction"], ["mail"]);
}

#[tokio::test]
async fn named_functions_are_read_by_themselves() {
    let live = Live::start(&["mail", "orders"]);
    let (mut posture, _) = live.read(0, None).await;
    let before = posture.source(Source::Lambda, REGION).unwrap().clone();
    live.change(|account| {
        account.functions.remove("orders");
        account.functions.insert("mail".to_owned(), 2);
        account.functions.insert("new".to_owned(), 1);
    });
    let asked = live.reread(5, &mut posture, &["mail", "new", "orders"]).await;
    assert_eq!(asked["lambda:GetFunction"], ["mail", "new", "orders"]);
    assert!(!asked.contains_key("lambda:ListFunctions"));
    let mail = named(&posture, "mail");
    assert_eq!((mail.revision_id.as_deref(), mail.description.as_str(), mail.details_as_of), (Some("r2"), "as of r2", Some(at(5))));
    let (anew, _) = live.read(5, None).await;
    assert_eq!(facts(&posture).regions, facts(&anew).regions);
    let run = posture.source(Source::Lambda, REGION).unwrap();
    assert_eq!((run.state, run.items), (SourceState::Complete, before.items), "the source is more than three functions");
    assert!(run.calls > before.calls);
}

#[tokio::test]
async fn a_changed_function_that_cannot_be_read_is_not_what_it_was() {
    let live = Live::start(&["mail"]);
    let (mut posture, _) = live.read(0, None).await;
    live.change(|account| account.refused = vec!["lambda:GetFunction"]);
    live.reread(5, &mut posture, &["mail"]).await;
    let mail = named(&posture, "mail");
    assert_eq!(mail.state.gap().unwrap().kind, GapKind::Denied);
    assert_eq!(mail.urls, Fact::Known(Vec::new()));
    let run = posture.source(Source::Lambda, REGION).unwrap();
    assert_eq!((run.state, run.gaps.len()), (SourceState::Partial, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_asks_for_the_few_that_changed_and_stays_within_the_quotas() {
    let size = Size { functions: 200, ..Size::SMALL };
    let before = {
        let stub = Plan::default().size(size).start();
        let session = live::connect(&stub.endpoint.options(REGION)).await.unwrap();
        live::gather_for(&session, Errand::everything(1, at(0)), &CancellationToken::new(), |_| ()).await
    };
    let stub = Plan::default().size(size).quotas().start();
    stub.change(4);
    let mut options = stub.endpoint.options(REGION);
    options.budget = Some(Budget::percent(100));
    let session = live::connect(&options).await.unwrap();
    let errand = Errand::everything(2, at(300)).since(Arc::new(before), HOUR);
    let posture = live::gather_for(&session, errand, &CancellationToken::new(), |_| ()).await;

    let lambda = posture.source(Source::Lambda, REGION).unwrap();
    assert_eq!((lambda.state, lambda.items, lambda.throttled), (SourceState::Complete, 200, 0), "{:?}", lambda.gaps);
    assert_eq!([stub.asked("lambda:GetFunction"), stub.asked("lambda:ListFunctionUrlConfigs")], [4, 4]);
    // Of each its own and that of its alias.
    assert_eq!([stub.asked("lambda:GetPolicy"), stub.asked("lambda:ListAliases")], [8, 4]);
    assert_eq!([stub.asked("lambda:ListVersionsByFunction"), stub.asked("lambda:ListFunctions")], [0, 4]);
}
