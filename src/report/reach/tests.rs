//! Answers made by hand, in every format.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::{
    demo,
    paths::{Access, Confidence, Hop, Node, Proof, Total, Touched, Via},
};

const HOSTILE: &str = "arn:aws:lambda:eu-west-1:123456789012:function:x\"];<b>`}\n|\\N\u{1b}[2J#%%{{";

fn hop(from: Node, to: Node, technique: &'static str, actions: &[&str]) -> Hop {
    let proof = vec![Proof::field("lambda:ListFunctionUrlConfigs", "AuthType", "NONE")];
    Hop { from, to, technique, actions: actions.iter().map(ToString::to_string).collect(), condition: None, proof, needs_trigger: false }
}

fn story() -> Path {
    let function = Node::parse(HOSTILE);
    let mut last = hop(function.clone(), Node::Admin, "iam-002", &["iam:CreateAccessKey"]);
    last.condition = Some("only if aws:SourceVpce is vpce-1".to_owned());
    Path {
        id: "0123456789ab".to_owned(),
        from: Node::Internet,
        to: Node::Admin,
        confidence: Confidence::Conditional,
        hops: vec![hop(Node::Internet, function, "function-url", &[]), last],
        break_at: 1,
        gain: 12.345,
    }
}

fn radius() -> Radius {
    let touched = |arn: &str, via| Touched {
        arn: Arn::new(arn),
        kind: "table",
        access: vec![Access::Read, Access::Write],
        via,
        condition: None,
        proof: Vec::new(),
    };
    let table = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
    Radius {
        subject: Node::parse("arn:aws:lambda:eu-west-1:123456789012:function:orders"),
        resources: vec![touched(table, Via::Direct), touched(table, Via::Escalation)],
        totals: BTreeMap::from([("table", Total { reached: 4, of: 5 })]),
        admin: true,
    }
}

fn who() -> Answer {
    let path = story();
    let reacher = Reacher { node: Node::Internet, access: vec![Access::Administer], via: Via::Escalation, hops: path.hops };
    Answer::Who { resource: Arn::new(HOSTILE), principals: vec![reacher] }
}

fn written(format: Format, answers: Vec<Answer>) -> String {
    let posture = demo::posture();
    let told: Vec<Told<'_>> = answers.into_iter().map(|answer| Told { posture: &posture, origin: &Origin::Demo, answer }).collect();
    let mut out = Vec::new();
    write(&told, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(answer: Answer) -> Value {
    serde_json::from_str(&written(Format::Json, vec![answer])).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_json_of_paths_keeps_its_contract() {
    let answer = json(Answer::Paths(vec![story()]));
    assert_eq!(answer["schema"], 1);
    let path = &answer["paths"][0];
    assert_eq!(keys(path), ["break_at", "confidence", "from", "gain", "hops", "id", "to"]);
    assert_eq!(keys(&path["hops"][1]), ["actions", "condition", "from", "proof", "technique", "to"]);
    assert_eq!(keys(&path["hops"][0]["proof"][0]), ["pointer", "policy", "statement"]);
    assert_eq!((&path["from"], &path["to"], &path["confidence"]), (&"internet".into(), &"admin".into(), &"conditional".into()));
    assert_eq!((&path["break_at"], &path["gain"]), (&2.into(), &12.35.into()));
    assert_eq!((&path["hops"][0]["condition"], &path["hops"][0]["to"]), (&Value::Null, &HOSTILE.into()));
}

#[test]
fn the_json_of_reach_and_who_keeps_its_contract() {
    let answer = json(Answer::Reach(radius()));
    assert_eq!(keys(&answer), ["admin", "resources", "schema", "subject", "totals"]);
    assert_eq!(keys(&answer["resources"][0]), ["access", "arn", "condition", "kind", "proof", "via"]);
    assert_eq!(answer["resources"][0]["access"], serde_json::json!(["read", "write"]));
    assert_eq!(answer["resources"][1]["via"], "escalation");
    assert_eq!(answer["totals"], serde_json::json!({"table": {"reached": 4, "of": 5}}));
    let answer = json(who());
    assert_eq!(keys(&answer), ["principals", "resource", "schema"]);
    assert_eq!(keys(&answer["principals"][0]), ["access", "hops", "node", "via"]);
}

#[test]
fn several_accounts_are_an_array() {
    let answers: Value = serde_json::from_str(&written(Format::Json, vec![who(), Answer::Paths(Vec::new())])).unwrap();
    assert_eq!(answers.as_array().map(Vec::len), Some(2));
    assert_eq!(keys(&answers[1]), ["account", "paths", "schema"]);
}

#[test]
fn a_story_says_how_why_and_where_to_break_it() {
    let text = written(Format::Text, vec![Answer::Paths(vec![story(), story()])]);
    for part in [
        "2 paths",
        "1  internet → admin   2 steps · conditional",
        "1 → fn:x",
        "function-url",
        "because  lambda:ListFunctionUrlConfigs, NONE at AuthType",
        "2 → admin   iam-002: iam:CreateAccessKey",
        "open     only if aws:SourceVpce is vpce-1",
        "break here: step 2, score +12.3",
        "path 2 with it",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    assert!(written(Format::Text, vec![Answer::Paths(Vec::new())]).contains("No path found in what was read"));
}

#[test]
fn a_blast_radius_counts_against_the_account_and_keeps_the_ways_apart() {
    let text = written(Format::Text, vec![Answer::Reach(radius())]);
    let places: Vec<usize> = [
        "4 of 5 tables",
        "By its own permissions:\n  table          read, write: table:orders",
        "By becoming somebody else first:\n  table",
    ]
    .iter()
    .map(|part| text.find(part).unwrap_or_else(|| panic!("no {part:?} in\n{text}")))
    .collect();
    assert!(places.is_sorted());
    assert!(text.contains("can become administrator"));
}

#[test]
fn a_hostile_name_stays_a_name_in_every_format() {
    for answer in [Answer::Paths(vec![story()]), who()] {
        for format in [Format::Text, Format::Mermaid, Format::Dot] {
            let text = written(format, vec![answer.clone()]);
            assert!(!text.contains('\u{1b}'), "{text}");
            assert!(format == Format::Text || !text.contains("x\"]"), "{format:?} lets the name end its quotation:\n{text}");
        }
        let mermaid = written(Format::Mermaid, vec![answer.clone()]);
        for line in mermaid.lines().skip(1) {
            let quotes = line.matches('"').count();
            assert!(quotes == 2 || line.trim_start().starts_with("linkStyle"), "{line}");
            assert!(!line.contains('<') && !line.contains('`'), "{line}");
        }
        let dot = written(Format::Dot, vec![answer]);
        assert!(dot.contains(r#"label="fn:x\"];<b>"#) && dot.contains(r"\\N"), "{dot}");
    }
}

#[test]
fn drawings_have_each_node_and_step_once() {
    let paths = || Answer::Paths(vec![story(), story()]);
    let mermaid = written(Format::Mermaid, vec![paths()]);
    assert_eq!(mermaid.lines().count(), 1 + 3 + 2 + 1, "{mermaid}");
    assert!(
        mermaid.contains("n0([\"internet\"])") && mermaid.contains("n1 -.->|\"iam-002: iam:CreateAccessKey (break here)\"| n2"),
        "{mermaid}"
    );
    assert!(mermaid.ends_with("linkStyle 1 stroke-width:4px\n"), "{mermaid}");
    let dot = written(Format::Dot, vec![paths()]);
    assert_eq!(dot.matches(" -> ").count(), 2, "{dot}");
    assert!(dot.starts_with("digraph palisade {\n") && dot.ends_with("}\n"));
    assert!(written(Format::Mermaid, vec![Answer::Reach(radius())]).contains("read, write by escalation"));
}
