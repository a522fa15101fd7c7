//! Policies that no account should hold, and that some will.

use super::{Caller, Document, Named, Outcome, PolicySet, Request, decide};

/// How a document stands to a request that nothing else allows; none when it is no policy.
fn outcome_of(text: &str) -> Option<(Outcome, Option<String>)> {
    let document = Document::parse(text).ok()?;
    let policies = PolicySet { identity: vec![Named::new("policy", document)], ..PolicySet::default() };
    let caller = Caller::Principal("arn:aws:iam::111111111111:role/x".to_owned());
    let decision = decide(&Request::new(caller, "s3:GetObject", "arn:aws:s3:::b/k"), &policies);
    Some((decision.outcome, decision.condition))
}

#[test]
fn hostile_documents_are_refused_or_decided_with_a_reason() {
    let allow = |condition: &str| {
        format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{condition}}}}}"#)
    };
    let deny = |condition: &str| {
        format!(
            r#"{{"Statement":[{{"Effect":"Allow","Action":"*","Resource":"*"}},{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{condition}}}]}}"#
        )
    };
    let nested = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let refused = [
        allow(&nested),
        format!(r#"{{"Statement":{nested}}}"#),
        r#"{"Statement":{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}}"#.to_owned(),
        r#"{"Statement":{"Effect":"Allow","Action":{"s3":"*"},"Resource":"*"}}"#.to_owned(),
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":[7]}}"#.to_owned(),
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":null}}"#.to_owned(),
        r#"{"Statement":{"Effect":"Maybe","Action":"*","Resource":"*"}}"#.to_owned(),
        allow(r#"{"StringEquals":"aws:SourceVpc"}"#),
        allow(r#"{"StringEquals":{"aws:SourceVpc":{"x":1}}}"#),
        format!("{}{}", allow("{}"), " ".repeat(1 << 20)),
    ];
    for text in refused {
        assert_eq!(outcome_of(&text), None, "{}", &text[..text.len().min(200)]);
    }
    // An operator that nobody knows neither allows nor denies, and says so.
    for text in [allow(r#"{"StringResembles":{"aws:SourceVpc":"x"}}"#), deny(r#"{"StringResembles":{"aws:SourceVpc":"x"}}"#)] {
        let (outcome, condition) = outcome_of(&text).expect("a decision");
        assert_eq!(outcome, Outcome::Conditional, "{text}");
        assert!(condition.is_some_and(|words| words.contains("aws:SourceVpc")), "{text}");
    }
    // An action that nobody knows is matched as any other is.
    let unknown = r#"{"Statement":{"Effect":"Allow","Action":"s3:Get\u200bObject","Resource":"*"}}"#;
    assert_eq!(outcome_of(unknown).map(|found| found.0), Some(Outcome::ImplicitlyDenied));
}

/// A megabyte of values, of conditions, of statements or of stars: decided within a bound, and what the bound leaves open is said.
#[test]
#[allow(clippy::disallowed_methods, reason = "time is what is measured")]
fn large_documents_take_bounded_time_and_say_what_was_not_tried() {
    let mut large: Vec<(&str, String)> = Vec::new();
    let value = |number: usize| format!("\"arn:aws:iam::{number:012}:role/*-{number}\"");
    let values = |count: usize| (0..count).map(value).collect::<Vec<_>>().join(",");
    let statement =
        |effect: &str, condition: String| format!(r#"{{"Effect":"{effect}","Action":"*","Resource":"*","Condition":{{{condition}}}}}"#);
    let like = |operator: &str, values: String| format!(r#""{operator}":{{"aws:PrincipalArn":[{values}]}}"#);
    let whole = |statements: String| format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    large.push(("patterns of one key", whole(statement("Allow", like("ArnLike", values(20_000))))));
    let both = [statement("Allow", like("ArnLike", values(9_000))), statement("Deny", like("StringNotLike", values(9_000)))];
    large.push(("patterns for and against", whole(both.join(","))));
    let keys = |number: usize| statement("Allow", format!(r#""StringEquals":{{"aws:RequestTag/{number}":"{number}"}}"#));
    large.push(("keys", whole((0..8_000).map(keys).collect::<Vec<_>>().join(","))));
    let sets = (0..12_000).map(|number| format!("\"{number}\"")).collect::<Vec<_>>().join(",");
    large.push(("sets", whole(statement("Allow", format!(r#""ForAllValues:StringNotLike":{{"aws:TagKeys":[{sets}]}}"#)))));
    let networks = (0..30_000).map(|number| format!("\"10.{}.{}.0/24\"", number / 256 % 256, number % 256)).collect::<Vec<_>>().join(",");
    large.push(("networks", whole(statement("Deny", format!(r#""NotIpAddress":{{"aws:SourceIp":[{networks}]}}"#)))));
    for (name, text) in large {
        assert!(text.len() > 60_000 && text.len() < 1 << 20, "{name}: {}", text.len());
        let begun = std::time::Instant::now();
        let (outcome, condition) = outcome_of(&text).expect(name);
        let took = begun.elapsed().as_secs();
        if name == "networks" {
            assert_eq!(outcome, Outcome::ImplicitlyDenied, "{name}");
        } else {
            assert_eq!(outcome, Outcome::Conditional, "{name}");
            let words = condition.expect("a condition");
            // Of the keys, two combinations are enough to see that it depends.
            assert!(name == "keys" || words.contains("more ways than are tried out"), "{name}: {words}");
            assert!(words.len() < 4_000, "{name}: {words}");
        }
        // Without a build's optimisation, and beside others.
        assert!(took < 60, "{name} took {took} s");
    }
    let stars = whole(format!(r#"{{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{}k"}}"#, "*a*".repeat(150_000)));
    assert_eq!(outcome_of(&stars).map(|found| found.0), Some(Outcome::ImplicitlyDenied));
}
