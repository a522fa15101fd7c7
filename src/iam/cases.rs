//! The engine against the cases in `tests/iam`.

use super::{Case, Keyring, Layer, Outcome, Request, decide};

fn read(packed: &[u8]) -> Vec<Case> {
    let text = zstd::decode_all(packed).expect("zstd");
    let text = String::from_utf8(text).expect("text");
    text.lines().map(|line| Case::parse(line).expect("a case")).collect()
}

fn expected(case: &Case) -> &str {
    case.expect.as_deref().expect("what is expected")
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
        let decision = decide(&case.request, &case.policies);
        let blockers = case.blocked_by.iter().map(|word| layer(word));
        let unnamed: Vec<_> = blockers.filter(|layer| !decision.blocked_by.contains(layer)).collect();
        if format!("{:?}", decision.outcome) != expected(case) || !unnamed.is_empty() {
            wrong.push(format!(
                "{}: {:?} for {}, blocked by {:?}, not {unnamed:?}",
                case.id,
                decision.outcome,
                expected(case),
                decision.blocked_by
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
        let decision = decide(&case.request, &case.policies);
        let word = case.decide();
        assert_eq!(decision.condition.is_some(), word == "conditional");
        if word == "conditional" && expected(case) != word {
            needless.push(format!("{} for {}", case.id, expected(case)));
        } else if word != expected(case) {
            wrong.push(format!("{}: {word} for {}", case.id, expected(case)));
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
        let outcome = decide(&case.request, &case.policies).outcome;
        // What the documents leave open may be allowed.
        let expected = if expected(case) == "unclear" { "Conditional" } else { expected(case) };
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
        let allowed = match decide(&blind, &case.policies).outcome {
            Outcome::Allowed => true,
            Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => false,
            Outcome::Conditional => continue,
        };
        certain += 1;
        if allowed != (expected(case) == "Allowed") {
            wrong.push(format!("{}: allowed is {allowed} for {}", case.id, expected(case)));
        }
    }
    assert!(certain > 2_000, "{certain}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
