//! Faults that no emulator has: each leaves a gap on exactly the field concerned, and nothing is taken for empty.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use palisade::{
    collect::{self, Budget, Errand},
    live::{self, ConnectError, Options},
    model::{Fact, Function, GapKind, Posture, Region, Source, SourceRun, SourceState, Timestamp},
};
use tokio_util::sync::CancellationToken;

use crate::{
    planted::REGION,
    stub::{ACCOUNT, Ask, Fault, Reply, Stub, details, function},
};

/// No pace and no patience.
pub(crate) const QUICK: Budget = Budget { share: None, attempts: 3, backoff: Duration::from_millis(1), timeout: Duration::from_secs(20) };

pub(crate) fn options(stub: &Stub) -> Options {
    let mut options = stub.endpoint.options(REGION);
    options.budget = Some(QUICK);
    options
}

pub(crate) async fn collected(stub: &Stub) -> Posture {
    let session = live::connect(&options(stub)).await.unwrap();
    live::gather(&session, &CancellationToken::new(), |_| ()).await
}

fn region(posture: &Posture) -> &Region {
    &posture.regions[REGION]
}

pub(crate) fn state(posture: &Posture, source: Source) -> SourceState {
    posture.sources.iter().find(|run| run.source == source).unwrap().state
}

/// Every gap of the ledger: `kind action`.
pub(crate) fn ledger(posture: &Posture) -> Vec<String> {
    posture.sources.iter().flat_map(|run| &run.gaps).map(|gap| format!("{} {}", gap.kind, gap.action)).collect()
}

/// Every gap that stands in the place of a fact, without those that are no trouble: `kind action`.
pub(crate) fn holes(posture: &Posture) -> BTreeSet<String> {
    /// Every gap under a key of that name: a list's, or one in the place of a fact.
    fn gaps(value: &serde_json::Value, found: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                if let Some(gap) = fields.get("gap").filter(|gap| gap.is_object()) {
                    let word = |field| gap.get(field).and_then(serde_json::Value::as_str).unwrap_or_default();
                    found.insert(format!("{} {}", word("kind"), word("action")));
                }
                fields.values().for_each(|value| gaps(value, found));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|value| gaps(value, found)),
            _ => {}
        }
    }
    // As the snapshot writes it, so that no field is forgotten here.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posture.jsonl");
    palisade::store::save(posture, &path).unwrap();
    let mut found = BTreeSet::new();
    for line in std::fs::read_to_string(&path).unwrap().lines().skip(1) {
        gaps(&serde_json::from_str(line).unwrap(), &mut found);
    }
    found
}

#[tokio::test]
async fn a_healthy_account_is_read_to_the_end_and_every_request_is_counted() {
    let stub = Stub::start(|_| None);
    let posture = collected(&stub).await;
    assert_eq!(holes(&posture), BTreeSet::new());
    assert!(posture.sources.iter().all(|run| run.state == SourceState::Complete && run.gaps.is_empty()), "{:#?}", posture.sources);
    assert_eq!((posture.account.as_str(), posture.partition.as_str()), (ACCOUNT, "aws"));
    // One more: connecting asks who we are.
    let calls: u64 = posture.sources.iter().map(|run| run.calls).sum();
    assert_eq!(calls as usize + 1, stub.asked_in_all());
    // At most what is needed: a handful of lists, and eight calls a function with two more policies.
    assert_eq!(stub.asked("lambda:GetFunction"), 2);
    assert_eq!(stub.asked("lambda:GetPolicy"), 6);
    assert_eq!(stub.asked("lambda:ListFunctions"), 1);
}

#[tokio::test]
async fn every_page_is_read() {
    let stub = Stub::start(|ask| {
        let page = |first: &str| if ask.text.contains(first) { 1 } else { 0 };
        Some(Reply::ok(match ask.action.as_str() {
            "lambda:ListFunctions" if page("Marker=two") == 1 => format!(r#"{{"Functions":[{}]}}"#, function("mail")),
            "lambda:ListFunctions" => format!(r#"{{"Functions":[{}],"NextMarker":"two"}}"#, function("orders")),
            "lambda:ListAliases" if page("Marker=two") == 1 => r#"{"Aliases":[{"Name":"b","FunctionVersion":"1"}]}"#.to_owned(),
            "lambda:ListAliases" => r#"{"Aliases":[{"Name":"a","FunctionVersion":"1"}],"NextMarker":"two"}"#.to_owned(),
            "iam:GetAccountAuthorizationDetails" if page("Marker=two") == 1 => details("second", None),
            "iam:GetAccountAuthorizationDetails" => details("first", Some("two")),
            "kms:ListKeys" if page("\"two\"") == 1 => r#"{"Keys":[{"KeyId":"b"}],"Truncated":false}"#.to_owned(),
            "kms:ListKeys" => r#"{"Keys":[{"KeyId":"a"}],"Truncated":true,"NextMarker":"two"}"#.to_owned(),
            "logs:DescribeLogGroups" if page("\"two\"") == 1 => r#"{"logGroups":[{"logGroupName":"/aws/lambda/b"}]}"#.to_owned(),
            "logs:DescribeLogGroups" => r#"{"logGroups":[{"logGroupName":"/aws/lambda/a"}],"nextToken":"two"}"#.to_owned(),
            _ => return None,
        }))
    });
    let posture = collected(&stub).await;
    assert_eq!(holes(&posture), BTreeSet::new());
    let region = region(&posture);
    assert_eq!(region.functions.items.iter().map(|function| function.name.as_str()).collect::<Vec<_>>(), ["mail", "orders"]);
    assert_eq!(region.functions.items[0].aliases.known().unwrap().len(), 2);
    assert_eq!(region.keys.items.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(region.log_groups.items.iter().map(|group| group.arn.name()).collect::<Vec<_>>(), ["/aws/lambda/a", "/aws/lambda/b"]);
    assert_eq!(posture.identity.roles.items.iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["first", "second"]);
}

#[tokio::test]
async fn a_refused_action_is_a_gap_on_its_own_field_and_on_no_other() {
    // Not called where all is well, or not a call of its own.
    let aside = [
        "cloudformation:ListStacks",
        "iam:GenerateServiceLastAccessedDetails",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:GetServiceLastAccessedDetails",
        "lambda:GetFunctionScalingConfig",
        "lambda:ListTags",
        "sts:GetCallerIdentity",
    ];
    for action in collect::actions().into_iter().filter(|action| !aside.contains(action)) {
        let stub = Stub::refusing(403, "AccessDeniedException", move |asked| asked == action);
        let posture = collected(&stub).await;
        let denied = format!("denied {action}");
        assert_eq!(ledger(&posture), std::slice::from_ref(&denied), "{action}");
        assert_eq!(holes(&posture), BTreeSet::from([denied]), "{action}");
        assert!(stub.asked(action) > 0, "{action}");
        let collector = collect::Collector::ALL.iter().find(|collector| collector.actions().any(|own| own == action)).unwrap();
        // Denied is who got no answer at all, because nothing else can be asked without that one.
        let asked_else = collector.operations.iter().any(|other| other.action != action && stub.asked(other.action) > 0);
        for run in &posture.sources {
            let own = run.source == collector.source && (run.region == SourceRun::GLOBAL) == (collector.scope == collect::Scope::Global);
            let wanted = match (own, asked_else) {
                (false, _) => SourceState::Complete,
                (true, true) => SourceState::Partial,
                (true, false) => SourceState::Denied,
            };
            assert_eq!(run.state, wanted, "{} in {} without {action}", run.source, run.region);
        }
    }
}

#[tokio::test]
async fn a_cause_on_many_resources_reads_the_same_whichever_came_first() {
    let stub = Stub::start(|ask| {
        let said = if ask.before == 0 { "zebra" } else { "ant" };
        let body = format!(r#"{{"__type":"AccessDeniedException","message":"{said}"}}"#);
        (ask.action == "lambda:GetPolicy").then_some(Reply::Body(403, body))
    });
    let posture = collected(&stub).await;
    let gaps: Vec<&str> = posture.sources.iter().flat_map(|run| &run.gaps).map(|gap| gap.detail.as_str()).collect();
    assert_eq!(gaps, [format!("AccessDeniedException: ant (on {} resources)", stub.asked("lambda:GetPolicy"))]);
}

#[tokio::test]
async fn a_service_that_refuses_everything_is_denied_and_the_others_are_complete() {
    for source in [Source::Lambda, Source::Iam, Source::Kms, Source::Logs] {
        let stub = Stub::refusing(403, "AccessDenied", move |asked| asked.split(':').next() == Some(source.word()));
        let posture = collected(&stub).await;
        for other in Source::ALL.iter().copied() {
            let expected = if other == source { SourceState::Denied } else { SourceState::Complete };
            assert_eq!(state(&posture, other), expected, "{other} while {source} refuses");
        }
        let run = posture.sources.iter().find(|run| run.source == source).unwrap();
        assert!(
            run.items == 0 && run.gaps.iter().all(|gap| gap.kind == GapKind::Denied && gap.detail.contains("AccessDenied")),
            "{run:#?}"
        );
    }
}

#[tokio::test]
async fn a_throttled_call_is_tried_again_and_counted() {
    let stub = Stub::start(|ask| {
        let (status, code) = match ask.action.as_str() {
            "lambda:GetPolicy" => (429, "TooManyRequestsException"),
            "kms:GetKeyPolicy" => (400, "ThrottlingException"),
            "iam:GetAccountAuthorizationDetails" => (400, "Throttling"),
            _ => return None,
        };
        (ask.before == 0).then(|| Reply::error(status, code))
    });
    let posture = collected(&stub).await;
    assert_eq!(holes(&posture), BTreeSet::new());
    for (source, throttled) in [(Source::Lambda, 1), (Source::Kms, 1), (Source::Iam, 1), (Source::Logs, 0)] {
        let run = posture.sources.iter().find(|run| run.source == source).unwrap();
        assert_eq!((run.throttled, run.state), (throttled, SourceState::Complete), "{source}");
    }
}

#[tokio::test]
async fn calls_keep_the_pace_of_their_quota() {
    let stub = Stub::start(|_| None);
    let mut options = options(&stub);
    // Fifteen a second: the six policies take five intervals, or longer on a slow machine.
    options.budget = Some(Budget { share: Some(1.0), ..QUICK });
    let session = live::connect(&options).await.unwrap();
    let start = Instant::now();
    let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
    assert_eq!(stub.asked("lambda:GetPolicy"), 6);
    assert!(start.elapsed() >= Duration::from_secs(5) / 15, "{:?}", start.elapsed());
    assert_eq!(holes(&posture), BTreeSet::new());
}

#[tokio::test]
async fn what_is_throttled_to_the_end_is_a_gap() {
    let stub = Stub::refusing(429, "TooManyRequestsException", |asked| asked == "lambda:GetPolicy");
    let posture = collected(&stub).await;
    assert_eq!(holes(&posture), BTreeSet::from(["throttled lambda:GetPolicy".to_owned()]));
    let run = posture.source(Source::Lambda, REGION).unwrap();
    assert_eq!(run.throttled as usize, stub.asked("lambda:GetPolicy"));
    assert_eq!(run.state, SourceState::Partial);
    // The cause once, and on how many resources.
    assert!(run.gaps.len() == 1 && run.gaps[0].detail.ends_with("(on 6 resources)"), "{:#?}", run.gaps);
}

#[tokio::test]
async fn an_answer_without_its_list_is_a_failure_and_no_empty_account() {
    for action in [
        "lambda:ListFunctions",
        "lambda:ListEventSourceMappings",
        "lambda:ListLayers",
        "lambda:ListCodeSigningConfigs",
        "lambda:ListFunctionsByCodeSigningConfig",
        "lambda:ListAliases",
        "lambda:ListVersionsByFunction",
        "lambda:ListFunctionUrlConfigs",
        "lambda:GetAccountSettings",
        "lambda:GetRuntimeManagementConfig",
        "lambda:GetFunctionRecursionConfig",
        "lambda:ListFunctionEventInvokeConfigs",
        "lambda:ListCapacityProviders",
        "lambda:ListMicrovms",
        "lambda:GetMicrovm",
        "lambda:ListMicrovmImages",
        "lambda:GetMicrovmImageVersion",
        "lambda:ListManagedMicrovmImageVersions",
        "lambda:ListWebFunctions",
        "lambda:ListWebFunctionEndpoints",
        "lambda:GetWebFunctionEndpoint",
        "lambda:GetResourcePolicy",
        "kms:ListKeys",
        "kms:ListAliases",
        "kms:ListGrants",
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "logs:DescribeLogGroups",
    ] {
        let stub = Stub::start(move |ask| (ask.action == action).then(|| Reply::ok("{}")));
        let posture = collected(&stub).await;
        assert_eq!(holes(&posture), BTreeSet::from([format!("failed {action}")]), "{action}");
        assert_eq!(ledger(&posture), [format!("failed {action}")], "{action}");
    }
    let empty = "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult><IsTruncated>false</IsTruncated>\
                 </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>";
    let stub = Stub::start(move |ask| (ask.action == "iam:GetAccountAuthorizationDetails").then(|| Reply::ok(empty)));
    let identity = collected(&stub).await.identity;
    for gap in [identity.roles.gap, identity.users.gap, identity.groups.gap, identity.policies.gap] {
        assert_eq!(gap.unwrap().kind, GapKind::Failed);
    }
}

#[tokio::test]
async fn a_policy_that_the_account_details_leave_out_is_asked_for() {
    let held = "<AttachedManagedPolicies><member><PolicyName>Held</PolicyName><PolicyArn>arn:aws:iam::aws:policy/Held</PolicyArn>\
                </member></AttachedManagedPolicies>";
    let answer = move |ask: &Ask| {
        Some(Reply::ok(match ask.action.as_str() {
            "iam:GetAccountAuthorizationDetails" => details("worker", None).replace("<AttachedManagedPolicies/>", held),
            "iam:GetPolicy" => "<GetPolicyResponse><GetPolicyResult><Policy><DefaultVersionId>v3</DefaultVersionId></Policy>\
                                </GetPolicyResult></GetPolicyResponse>"
                .to_owned(),
            "iam:GetPolicyVersion" => "<GetPolicyVersionResponse><GetPolicyVersionResult><PolicyVersion><Document>%7B%7D</Document>\
                                       </PolicyVersion></GetPolicyVersionResult></GetPolicyVersionResponse>"
                .to_owned(),
            _ => return None,
        }))
    };
    let posture = collected(&Stub::start(answer)).await;
    let policy = &posture.identity.policies.items[0];
    assert_eq!((policy.name.as_str(), policy.document.known().unwrap().as_str()), ("Held", "{}"));

    let refused = Stub::start(move |ask| match ask.action.as_str() {
        "iam:GetPolicy" => Some(Reply::error(403, "AccessDenied")),
        _ => answer(ask),
    });
    let posture = collected(&refused).await;
    assert_eq!(posture.identity.policies.items[0].document.gap().unwrap().kind, GapKind::Denied);
    assert_eq!(ledger(&posture), ["denied iam:GetPolicy"]);
}

#[tokio::test]
async fn a_body_that_is_cut_short_is_a_failure() {
    for action in ["lambda:ListFunctions", "iam:GetAccountAuthorizationDetails", "kms:ListKeys", "logs:DescribeLogGroups"] {
        for whole in [true, false] {
            let stub = Stub::start(move |ask| {
                let body = match action {
                    "iam:GetAccountAuthorizationDetails" => {
                        "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>"
                    }
                    _ => r#"{"Functions":["#,
                };
                // Cut by the network, or by a proxy that sends a new length along.
                let reply = if whole { Reply::ok(body) } else { Reply::Truncated(body.to_owned()) };
                (ask.action == action).then_some(reply)
            });
            let posture = collected(&stub).await;
            assert_eq!(holes(&posture), BTreeSet::from([format!("failed {action}")]), "{action} {whole}");
        }
    }
}

#[tokio::test]
async fn a_page_token_that_comes_twice_ends_the_list_with_a_gap() {
    let stub = Stub::start(|ask| match ask.action.as_str() {
        "lambda:ListFunctions" => Some(Reply::ok(format!(r#"{{"Functions":[{}],"NextMarker":"again"}}"#, function("orders")))),
        "iam:GetAccountAuthorizationDetails" => Some(Reply::ok(details("worker", Some("again")))),
        _ => None,
    });
    let posture = collected(&stub).await;
    let functions = &region(&posture).functions;
    assert_eq!(functions.items.len(), 1);
    assert!(functions.gap.as_ref().unwrap().detail.contains("token"));
    assert_eq!(stub.asked("lambda:ListFunctions"), 2);
    assert_eq!((posture.identity.roles.items.len(), posture.identity.roles.gap.as_ref().unwrap().kind), (1, GapKind::Failed));
    assert_eq!(state(&posture, Source::Iam), SourceState::Partial);
}

#[tokio::test]
async fn a_truncated_list_without_a_marker_is_not_whole() {
    let stub = Stub::start(|ask| (ask.action == "kms:ListGrants").then(|| Reply::ok(r#"{"Grants":[],"Truncated":true}"#)));
    assert_eq!(holes(&collected(&stub).await), BTreeSet::from(["failed kms:ListGrants".to_owned()]));
}

#[tokio::test]
async fn pages_of_a_proxy_are_no_answers() {
    for (status, kind) in [(500, "failed"), (503, "failed"), (200, "failed"), (404, "unsupported"), (403, "denied")] {
        let stub =
            Stub::start(move |ask| ["lambda:GetPolicy", "kms:GetKeyPolicy"].contains(&ask.action.as_str()).then_some(Reply::Html(status)));
        let expected = ["kms:GetKeyPolicy", "lambda:GetPolicy"].map(|action| format!("{kind} {action}"));
        assert_eq!(holes(&collected(&stub).await), BTreeSet::from(expected), "{status}");
    }
}

#[tokio::test]
async fn a_function_that_is_deleted_meanwhile_falls_out() {
    let stub = Stub::start(|ask| {
        (ask.action == "lambda:GetFunction" && ask.name == "mail").then(|| Reply::error(404, "ResourceNotFoundException"))
    });
    let posture = collected(&stub).await;
    assert_eq!(region(&posture).functions.items.iter().map(|function| function.name.as_str()).collect::<Vec<_>>(), ["orders"]);
    assert_eq!(holes(&posture), BTreeSet::new());
}

#[tokio::test]
async fn policies_of_older_versions_are_unread_and_said_to_be() {
    let stub = Stub::start(|ask| {
        let versions = (1..=8).map(|number| format!(r#"{{"Version":"{number}"}}"#)).collect::<Vec<_>>().join(",");
        (ask.action == "lambda:ListVersionsByFunction").then(|| Reply::ok(format!(r#"{{"Versions":[{versions}]}}"#)))
    });
    let posture = collected(&stub).await;
    let policies = &region(&posture).functions.items[0].policies;
    let unread: Vec<&str> = policies.iter().filter(|(_, policy)| policy.gap().is_some()).map(|(name, _)| name.as_str()).collect();
    assert_eq!(unread, ["1", "2", "3"]);
    assert_eq!(policies["8"], Fact::Known(None));
    assert_eq!(policies[Function::UNQUALIFIED], Fact::Known(None));
}

#[tokio::test]
async fn a_variable_that_kms_does_not_decrypt_is_a_gap() {
    let stub = Stub::start(|ask| {
        let blind = function("orders").replacen(
            '{',
            r#"{"Environment":{"Error":{"ErrorCode":"AccessDeniedException","Message":"no kms:Decrypt"}},"#,
            1,
        );
        (ask.action == "lambda:ListFunctions").then(|| Reply::ok(format!(r#"{{"Functions":[{blind}]}}"#)))
    });
    assert_eq!(holes(&collected(&stub).await), BTreeSet::from(["denied kms:Decrypt".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_endpoint_is_given_up_or_cancelled() {
    let silent = || Stub::start(|ask| (ask.action == "logs:DescribeLogGroups").then_some(Reply::Fault(Fault::Hang)));

    let stub = silent();
    let mut options = options(&stub);
    options.budget = Some(Budget { attempts: 1, timeout: Duration::from_secs(1), ..QUICK });
    let session = live::connect(&options).await.unwrap();
    let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
    assert_eq!(ledger(&posture), ["failed logs:DescribeLogGroups"]);

    let stub = silent();
    let session = live::connect(&self::options(&stub)).await.unwrap();
    let cancel = CancellationToken::new();
    let (posture, ()) = tokio::join!(live::gather(&session, &cancel, |_| ()), async {
        tokio::task::block_in_place(|| stub.wait_for("logs:DescribeLogGroups"));
        cancel.cancel();
    });
    assert_eq!(state(&posture, Source::Logs), SourceState::Skipped);
    assert_eq!(region(&posture).log_groups.gap.as_ref().unwrap().kind, GapKind::Unread);
}

#[tokio::test]
async fn collecting_ends_when_nobody_listens() {
    let stub = Stub::start(|_| None);
    let session = live::connect(&options(&stub)).await.unwrap();
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    drop(receiver);
    let cancel = CancellationToken::new();
    live::collect(&session, Errand::everything(1, Timestamp::EPOCH), sender, &cancel).await;
    assert!(cancel.is_cancelled());
}

#[tokio::test]
async fn parts_carry_their_generation_and_every_source_ends() {
    let stub = Stub::start(|_| None);
    let session = live::connect(&options(&stub)).await.unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<collect::Event>(1);
    let cancel = CancellationToken::new();
    let mut ended = BTreeSet::new();
    let listen = async {
        while let Some(event) = receiver.recv().await {
            assert_eq!(event.generation, 7);
            if event.part.run.state.ended() {
                let run = event.part.run;
                assert!(ended.insert((run.source, run.region.clone())), "{} in {} ended twice", run.source, run.region);
            }
        }
    };
    tokio::join!(live::collect(&session, Errand::everything(7, Timestamp::EPOCH), sender, &cancel), listen);
    let blank = session.blank(Timestamp::EPOCH);
    assert_eq!(ended, blank.sources.into_iter().map(|run| (run.source, run.region)).collect::<BTreeSet<_>>());
}

#[tokio::test]
async fn why_an_account_cannot_be_reached_is_one_line() {
    let with = |code: &'static str| Stub::refusing(403, code, |asked| asked == "sts:GetCallerIdentity");

    let error = live::connect(&options(&with("ExpiredToken"))).await.unwrap_err();
    assert!(matches!(error, ConnectError::Credentials(_)) && error.to_string().contains("log in again"), "{error}");
    let error = live::connect(&options(&with("InvalidClientTokenId"))).await.unwrap_err();
    assert!(matches!(error, ConnectError::Rejected(_)), "{error}");
    assert!(!error.to_string().contains('\n'));

    let stub = Stub::start(|_| None);
    let mut bad = options(&stub);
    bad.regions = vec!["Europe".to_owned()];
    assert_eq!(live::connect(&bad).await.unwrap_err(), ConnectError::BadRegion("Europe".to_owned()));

    // A port on which nobody listens any more.
    let gone = options(&stub);
    drop(stub);
    let mut gone = gone;
    gone.endpoint_url = Some("http://127.0.0.1:1".to_owned());
    let error = live::connect(&gone).await.unwrap_err();
    assert!(matches!(error, ConnectError::Endpoint(_)) && error.to_string().contains("cannot reach"), "{error}");

    let html = Stub::start(|ask| (ask.action == "sts:GetCallerIdentity").then_some(Reply::Html(200)));
    assert!(matches!(live::connect(&options(&html)).await.unwrap_err(), ConnectError::Endpoint(_)));
}

#[tokio::test]
async fn where_sts_is_forbidden_a_function_names_the_account() {
    let stub = Stub::refusing(403, "AccessDenied", |asked| asked == "sts:GetCallerIdentity");
    let session = live::connect(&options(&stub)).await.unwrap();
    assert_eq!((session.account.as_str(), session.caller), (ACCOUNT, None));
}

#[tokio::test]
async fn all_regions_are_those_that_know_the_account() {
    let stub = Stub::start(|ask| {
        // The region is in the signature, which is in no body: refuse the fourth one that asks.
        (ask.action == "lambda:ListFunctions" && ask.before == 3).then(|| Reply::error(403, "UnrecognizedClientException"))
    });
    let mut options = options(&stub);
    options.regions = vec!["all".to_owned()];
    let session = live::connect(&options).await.unwrap();
    assert_eq!(session.regions.len(), 33);
    assert!(session.regions.is_sorted());
    let blank = session.blank(Timestamp::EPOCH);
    let regional = collect::Collector::ALL.iter().filter(|collector| collector.scope == collect::Scope::Regional).count();
    assert_eq!(blank.sources.len(), 33 * regional + collect::Collector::ALL.len() - regional);
    assert!(blank.sources.iter().all(|run| run.state == SourceState::Queued));
}
