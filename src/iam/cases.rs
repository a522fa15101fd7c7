//! The engine against the cases in `tests/iam`.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;

use super::{Caller, Document, Keyring, Layer, Named, Outcome, PolicySet, Request, Value, decide};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    id: String,
    request: GivenRequest,
    #[serde(default)]
    identity: Vec<Text>,
    boundary: Option<Vec<Text>>,
    session: Option<Text>,
    resource_policy: Option<Text>,
    #[serde(default)]
    scp: Vec<Vec<Text>>,
    #[serde(default)]
    rcp: Vec<Vec<Text>>,
    vpce: Option<Vec<Text>>,
    expect: String,
    blocked_by: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GivenRequest {
    principal: GivenCaller,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: Option<BTreeMap<String, GivenValue>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum GivenCaller {
    Named(String),
    Typed {
        #[serde(rename = "type")]
        kind: String,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum GivenValue {
    One(String),
    Many(Vec<String>),
}

type Text = Box<serde_json::value::Value>;

/// A case with its policies read.
struct Ready {
    id: String,
    request: Request,
    identity: Vec<Arc<Document>>,
    boundary: Option<Vec<Arc<Document>>>,
    session: Option<Arc<Document>>,
    resource: Option<Arc<Document>>,
    scp: Vec<Vec<Arc<Document>>>,
    rcp: Vec<Vec<Arc<Document>>>,
    endpoint: Option<Vec<Arc<Document>>>,
    expect: String,
    blocked_by: Option<Vec<String>>,
}

fn read(packed: &[u8]) -> Vec<Ready> {
    let text = zstd::decode_all(packed).expect("zstd");
    let text = String::from_utf8(text).expect("text");
    text.lines().map(|line| ready(serde_json::from_str(line).expect("a case"))).collect()
}

fn document(text: &Text) -> Arc<Document> {
    Arc::new(Document::parse(&text.to_string()).expect("a policy"))
}

fn documents(texts: &[Text]) -> Vec<Arc<Document>> {
    texts.iter().map(document).collect()
}

fn ready(given: Given) -> Ready {
    let caller = match given.request.principal {
        GivenCaller::Named(name) if name.starts_with("arn:") => Caller::Principal(name),
        GivenCaller::Named(name) => Caller::Service(name),
        GivenCaller::Typed { kind } => {
            assert_eq!(kind, "Anonymous");
            Caller::Anonymous
        }
    };
    let context = match given.request.context {
        None => Keyring::unknown(),
        Some(keys) => {
            let mut context = Keyring::complete();
            for (key, value) in keys {
                let value = match value {
                    GivenValue::One(value) => Value::One(value),
                    GivenValue::Many(values) => Value::Many(values),
                };
                context.set(&key, value);
            }
            context
        }
    };
    Ready {
        id: given.id,
        request: Request {
            caller,
            action: given.request.action,
            resource: given.request.resource,
            resource_account: given.request.resource_account,
            context,
        },
        identity: documents(&given.identity),
        boundary: given.boundary.as_deref().map(documents),
        session: given.session.as_ref().map(document),
        resource: given.resource_policy.as_ref().map(document),
        scp: given.scp.iter().map(|level| documents(level)).collect(),
        rcp: given.rcp.iter().map(|level| documents(level)).collect(),
        endpoint: given.vpce.as_deref().map(documents),
        expect: given.expect,
        blocked_by: given.blocked_by,
    }
}

fn named(documents: &[Arc<Document>]) -> Vec<Named> {
    documents.iter().map(|document| Named::new("policy", Arc::clone(document))).collect()
}

fn levels(levels: &[Vec<Arc<Document>>]) -> Vec<Vec<Named>> {
    levels.iter().map(|level| named(level)).collect()
}

fn policies(case: &Ready) -> PolicySet {
    PolicySet {
        identity: named(&case.identity),
        boundary: case.boundary.as_deref().map(named),
        session: case.session.as_ref().map(|document| Named::new("session", Arc::clone(document))),
        resource: case.resource.as_ref().map(|document| Named::new("resource", Arc::clone(document))),
        scp: levels(&case.scp),
        rcp: levels(&case.rcp),
        endpoint: case.endpoint.as_deref().map(named),
        caller_side_only: false,
    }
}

fn layer(word: &str) -> Layer {
    match word {
        "identity" => Layer::Identity,
        "pb" => Layer::Boundary,
        "resource" => Layer::Resource,
        "scp" => Layer::ServiceControl,
        "rcp" => Layer::ResourceControl,
        "vpce" => Layer::Endpoint,
        other => panic!("{other} blocks nothing"),
    }
}

#[test]
fn decisions_with_everything_known() {
    let cases = read(include_bytes!("../../tests/iam/cases.jsonl.zst"));
    let mut wrong = Vec::new();
    for case in &cases {
        let decision = decide(&case.request, &policies(case));
        let blockers = case.blocked_by.iter().flatten().map(|word| layer(word));
        let unnamed: Vec<_> = blockers.filter(|layer| !decision.blocked_by.contains(layer)).collect();
        if format!("{:?}", decision.outcome) != case.expect || !unnamed.is_empty() {
            wrong.push(format!(
                "{}: {:?} for {}, blocked by {:?}, not {unnamed:?}",
                case.id, decision.outcome, case.expect, decision.blocked_by
            ));
        }
    }
    assert_eq!(cases.len(), 4_900);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn decisions_with_nothing_known() {
    let cases = read(include_bytes!("../../tests/iam/three-valued.jsonl.zst"));
    let (mut wrong, mut needless) = (Vec::new(), Vec::new());
    for case in &cases {
        let decision = decide(&case.request, &policies(case));
        let word = match decision.outcome {
            Outcome::Allowed => "always",
            Outcome::Conditional => "conditional",
            Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => "never",
        };
        assert_eq!(decision.condition.is_some(), word == "conditional");
        if word == "conditional" && case.expect != word {
            needless.push(format!("{} for {}", case.id, case.expect));
        } else if word != case.expect {
            wrong.push(format!("{}: {word} for {}", case.id, case.expect));
        }
    }
    assert_eq!(cases.len(), 900);
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(needless.len() * 100 <= cases.len() * 2, "{} needless:\n{}", needless.len(), needless.join("\n"));
}

#[test]
fn where_evaluators_differ_the_documents_are_followed() {
    let cases = read(include_bytes!("../../tests/iam/contested.jsonl.zst"));
    let mut wrong = Vec::new();
    for case in &cases {
        let outcome = decide(&case.request, &policies(case)).outcome;
        // What the documents leave open may be allowed.
        let expected = if case.expect == "unclear" { "Conditional" } else { &case.expect };
        if format!("{outcome:?}") != expected {
            wrong.push(format!("{}: {outcome:?} for {expected}", case.id));
        }
    }
    assert_eq!(cases.len(), 25);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_certain_without_a_context_is_so_with_it() {
    let cases = read(include_bytes!("../../tests/iam/cases.jsonl.zst"));
    let mut wrong = Vec::new();
    let mut certain = 0;
    for case in &cases {
        let blind = Request { context: Keyring::unknown(), ..case.request.clone() };
        let allowed = match decide(&blind, &policies(case)).outcome {
            Outcome::Allowed => true,
            Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => false,
            Outcome::Conditional => continue,
        };
        certain += 1;
        if allowed != (case.expect == "Allowed") {
            wrong.push(format!("{}: allowed is {allowed} for {}", case.id, case.expect));
        }
    }
    assert!(certain > 2_000, "{certain}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
