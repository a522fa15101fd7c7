//! What must hold for every policy and every request.

use std::sync::Arc;

use proptest::{
    collection::vec,
    prelude::*,
    sample::{select, subsequence},
};

use super::{
    Audience, Caller, Document, Keyring, Named, Outcome, PolicySet, Request, Value, audience, decide,
    glob::{self, ArnPattern, Token},
};
use crate::model::Arn;

/// Matching by trying everything.
fn brute(pattern: &[Token], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((Token::Many, rest)), _) => brute(rest, text) || (!text.is_empty() && brute(pattern, &text[1..])),
        (Some((Token::One, rest)), Some((_, after))) => brute(rest, after),
        (Some((Token::Char(wanted), rest)), Some((c, after))) => wanted == c && brute(rest, after),
        _ => false,
    }
}

/// Every text of at most `length` letters `a` and `b`.
fn texts(length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..length {
        last = last.iter().flat_map(|text| ["a", "b"].map(|c| format!("{text}{c}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        select(vec!["*", "Allow", "Deny", "2012-10-17", "s3:Get*", "arn:aws:s3:::b/${aws:username}", "", "${", "\u{202E}"])
            .prop_map(Into::into),
    ];
    let key = select(vec![
        "Version",
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
        "Sid",
        "AWS",
        "Service",
        "StringEquals",
        "ForAnyValue:ArnLike",
        "aws:SourceIp",
        "effect",
        "Nonsense",
    ]);
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
            vec((key.clone(), inner), 0..6).prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

/// Operators, keys and values of one kind, so that they often meet.
fn condition() -> impl Strategy<Value = serde_json::Value> {
    let kinds: Vec<(&[&str], &str, &[&str])> = vec![
        (
            &["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringLikeIfExists", "Null"],
            "aws:PrincipalTag/team",
            &["pay", "p*", "*y", "PAY", "true", "${aws:username}"],
        ),
        (
            &["ForAllValues:StringEquals", "ForAnyValue:StringLike", "ForAnyValue:StringNotEquals", "ForAllValues:StringNotLike", "Null"],
            "aws:TagKeys",
            &["a", "b", "a*", "false"],
        ),
        (&["IpAddress", "NotIpAddress", "NotIpAddressIfExists"], "aws:SourceIp", &["203.0.113.0/24", "203.0.113.7", "0.0.0.0/1", "::/0"]),
        (&["NumericLessThan", "NumericEquals", "NumericGreaterThanEqualsIfExists"], "s3:max-keys", &["10", "11", "10.5"]),
        (
            &["DateLessThan", "DateGreaterThanEquals", "DateNotEquals"],
            "aws:CurrentTime",
            &["2026-11-23T12:00:00Z", "2026-11-23", "1800000000"],
        ),
        (
            &["ArnLike", "ArnNotEquals", "ArnEqualsIfExists"],
            "aws:PrincipalArn",
            &["arn:aws:iam::*:role/*", "arn:aws:iam::111111111111:role/x", "arn:aws:iam::111111111111:*"],
        ),
        (&["Bool", "BoolIfExists"], "aws:SecureTransport", &["true", "false"]),
        (&["StringEquals", "StringNotEquals", "StringEqualsIfExists"], "aws:PrincipalOrgID", &["o-a", "o-b"]),
    ];
    select(kinds).prop_flat_map(|(operators, key, values)| {
        (select(operators.to_vec()), subsequence(values.to_vec(), 1..=2))
            .prop_map(move |(operator, values)| serde_json::json!({operator: {key: values}}))
    })
}

fn statement(effect: &'static str) -> impl Strategy<Value = serde_json::Value> {
    let actions = subsequence(vec!["s3:GetObject", "s3:*", "*", "s3:Get*", "sqs:*", "s3:Put?bject"], 1..=2);
    let resources =
        subsequence(vec!["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "arn:aws:s3:::${aws:username}/k", "arn:aws:sqs:*"], 1..=2);
    let principal = select(vec![
        serde_json::json!("*"),
        serde_json::json!({"AWS": "111111111111"}),
        serde_json::json!({"AWS": "arn:aws:iam::111111111111:role/x"}),
        serde_json::json!({"AWS": ["arn:aws:iam::222222222222:root", "*"]}),
        serde_json::json!({"Service": "s3.amazonaws.com"}),
    ]);
    let nots = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.2));
    (actions, resources, principal, vec(condition(), 0..3), nots).prop_map(move |(actions, resources, principal, conditions, nots)| {
        let name = |not: bool, name: &str| if not { format!("Not{name}") } else { name.to_owned() };
        let mut condition = serde_json::Map::new();
        for one in conditions {
            condition.extend(one.as_object().cloned().unwrap_or_default());
        }
        serde_json::json!({
            "Effect": effect, name(nots.0 && nots.1, "Action"): actions, name(!nots.0 && nots.1, "Resource"): resources,
            name(nots.2, "Principal"): principal, "Condition": condition,
        })
    })
}

fn statements() -> impl Strategy<Value = Vec<serde_json::Value>> {
    vec(prop_oneof![2 => statement("Allow"), 1 => statement("Deny")], 1..4)
}

fn document(statements: &[serde_json::Value]) -> Arc<Document> {
    let text = serde_json::json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    Arc::new(Document::parse(&text).expect("a policy"))
}

/// A context in which each key has one of the values that conditions speak of, or another, or none.
fn context() -> impl Strategy<Value = Keyring> {
    let one = |values: &[&str]| {
        let mut values: Vec<Value> = values.iter().map(|value| Value::One((*value).to_owned())).collect();
        values.push(Value::Absent);
        select(values)
    };
    let tags = subsequence(vec!["a", "b", "ab", "c", "", "ac"], 0..4)
        .prop_map(|values| if values.is_empty() { Value::Absent } else { Value::Many(values.into_iter().map(str::to_owned).collect()) });
    (
        one(&["pay", "PAY", "play", "x", "", "pa", "true"]),
        tags,
        one(&["203.0.113.7", "203.0.113.200", "10.0.0.1", "198.51.100.1", "2001:db8::1"]),
        one(&["9", "10", "10.2", "10.5", "11", "500"]),
        one(&["2026-11-22T00:00:00Z", "2026-11-23T12:00:00Z", "2026-11-23T00:00:00Z", "2027-06-01T00:00:00Z"]),
        one(&["arn:aws:iam::111111111111:role/x", "arn:aws:iam::111111111111:user/y", "arn:aws:iam::222222222222:role/z"]),
        one(&["true", "false"]),
        one(&["o-a", "o-b", "o-c"]),
        one(&["b", "pay", "other"]),
    )
        .prop_map(|values| {
            let mut context = Keyring::complete();
            context.set("aws:PrincipalTag/team", values.0);
            context.set("aws:TagKeys", values.1);
            context.set("aws:SourceIp", values.2);
            context.set("s3:max-keys", values.3);
            context.set("aws:CurrentTime", values.4);
            context.set("aws:PrincipalArn", values.5);
            context.set("aws:SecureTransport", values.6);
            context.set("aws:PrincipalOrgID", values.7);
            context.set("aws:username", values.8);
            context
        })
}

fn caller() -> impl Strategy<Value = Caller> {
    select(vec![
        Caller::Principal("arn:aws:iam::111111111111:role/x".to_owned()),
        Caller::Principal("arn:aws:sts::222222222222:assumed-role/z/s".to_owned()),
        Caller::Service("s3.amazonaws.com".to_owned()),
        Caller::Anonymous,
    ])
}

/// Everything that bears on a request: the first statements are the caller's, then come the resource's, and so on.
#[derive(Debug, Clone)]
struct Parts {
    caller: Caller,
    context: Keyring,
    policies: [Vec<serde_json::Value>; 5],
    /// Which of the last three there are.
    present: [bool; 3],
}

impl Parts {
    fn outcome(&self) -> Outcome {
        self.outcome_in(self.context.clone())
    }

    fn outcome_in(&self, context: Keyring) -> Outcome {
        let named = |index: usize| Named::new("policy", document(&self.policies[index]));
        let when = |index: usize| self.present[index - 2].then(|| named(index));
        let policies = PolicySet {
            identity: vec![named(0)],
            resource: Some(named(1)),
            boundary: when(2).map(|policy| vec![policy]),
            session: when(3),
            scp: when(4).map(|policy| vec![policy]).into_iter().collect(),
            ..PolicySet::default()
        };
        let mut request = Request::new(self.caller.clone(), "s3:GetObject", "arn:aws:s3:::b/k");
        request.resource_account = Some("111111111111".to_owned());
        request.context = context;
        decide(&request, &policies).outcome
    }
}

fn parts() -> impl Strategy<Value = Parts> {
    let policies = [statements(), statements(), statements(), statements(), statements()];
    (caller(), context(), policies, any::<[bool; 3]>()).prop_map(|(caller, context, policies, present)| Parts {
        caller,
        context,
        policies,
        present,
    })
}

/// How much an outcome lets through.
fn access(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Allowed => 2,
        Outcome::Conditional => 1,
        Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => 0,
    }
}

proptest! {
    // Failures are printed whole: nothing to keep in a file.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Document::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_json_makes_the_parser_panic_and_what_it_reads_it_reads_again(value in json()) {
        if let Ok(document) = Document::parse(&value.to_string()) {
            let again = Document::parse(&document.pretty()).expect("its own text");
            prop_assert_eq!(again.statements.len(), document.statements.len());
            for (statement, again) in document.statements.iter().zip(&again.statements) {
                prop_assert_eq!(statement.json(), again.json());
                prop_assert_eq!(statement.line(), again.line());
            }
        }
    }

    #[test]
    fn a_broken_policy_never_makes_the_parser_panic(statements in statements(), at in any::<prop::sample::Index>(), cut in any::<bool>(), c in any::<char>()) {
        let mut text: Vec<char> = document(&statements).pretty().chars().collect();
        let at = at.index(text.len());
        if cut { text.truncate(at) } else { text[at] = c }
        let _ = Document::parse(&text.into_iter().collect::<String>());
    }

    #[test]
    fn globs_match_what_trying_everything_matches(pattern in "[ab*?]{0,7}", text in "[ab]{0,9}") {
        let tokens = glob::tokens(&pattern);
        let chars: Vec<char> = text.chars().collect();
        prop_assert_eq!(glob::matches(&tokens, &text), brute(&tokens, &chars));
    }

    #[test]
    fn patterns_overlap_when_some_text_is_in_both(a in "[ab*?]{0,3}", b in "[ab*?]{0,3}") {
        let (a, b) = (glob::tokens(&a), glob::tokens(&b));
        let shared = texts(6).iter().any(|text| glob::matches(&a, text) && glob::matches(&b, text));
        prop_assert_eq!(glob::overlap(&a, &b), shared);
    }

    #[test]
    fn segments_match_only_what_the_whole_matches(pattern in "(arn|a\\*):aws:s3:[*]?:1?[*]?:[ab*?/]{0,4}", resource in "[ab/:]{0,4}") {
        let arn = format!("arn:aws:s3::1:{resource}");
        let tokens = glob::tokens(&pattern);
        if ArnPattern::new(tokens.clone()).matches_by_segment(&arn) {
            prop_assert!(glob::matches(&tokens, &arn));
        }
    }

    #[test]
    fn a_deny_never_adds_access(parts in parts(), deny in statement("Deny"), index in 0..5_usize) {
        let mut denied = parts.clone();
        denied.policies[index].push(deny);
        prop_assert!(access(denied.outcome()) <= access(parts.outcome()));
    }

    #[test]
    fn an_allow_less_never_adds_access(parts in parts(), index in 0..5_usize) {
        let mut fewer = parts.clone();
        if let Some(at) = fewer.policies[index].iter().position(|statement| statement["Effect"] == "Allow") {
            fewer.policies[index].remove(at);
        }
        prop_assert!(access(fewer.outcome()) <= access(parts.outcome()));
    }

    #[test]
    fn what_holds_whatever_the_context_holds_in_every_context(parts in parts()) {
        let (blind, seeing) = (parts.outcome_in(Keyring::unknown()), parts.outcome());
        match blind {
            Outcome::Allowed => prop_assert_eq!(access(seeing), 2),
            Outcome::Conditional => {}
            Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => prop_assert_eq!(access(seeing), 0),
        }
    }

    #[test]
    fn a_deny_never_widens_an_audience(statements in statements(), deny in statement("Deny")) {
        let resource = Arn::new("arn:aws:s3:::b/k");
        let public = |statements: &[serde_json::Value]| {
            let reaches = audience(&document(statements), &["s3:GetObject"], &resource);
            (reaches.iter().any(|reach| reach.audience == Audience::Anyone), reaches.iter().any(|reach| reach.audience.is_public()))
        };
        let before = public(&statements);
        let after = public(&[statements.as_slice(), &[deny]].concat());
        prop_assert!(after.0 <= before.0 && after.1 <= before.1);
    }

    #[test]
    fn whoever_gets_in_without_credentials_is_in_the_audience(statements in statements(), context in context()) {
        // Of what a stranger cannot bring, he has nothing.
        let mut context = context;
        for key in ["aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalTag/team", "aws:username"] {
            context.set(key, Value::Absent);
        }
        context.set("aws:SourceIp", Value::One("198.51.100.1".to_owned()));
        let parts = Parts { caller: Caller::Anonymous, context, policies: [vec![], statements.clone(), vec![], vec![], vec![]], present: [false; 3] };
        let reaches = audience(&document(&statements), &["s3:GetObject"], &Arn::new("arn:aws:s3:::b/k"));
        if parts.outcome() == Outcome::Allowed && !names_a_half_of_the_internet(&statements) {
            prop_assert!(reaches.iter().any(|reach| reach.audience == Audience::Anyone), "{reaches:?}");
        }
    }
}

/// Half of the internet is the internet to an audience, and not to a request.
fn names_a_half_of_the_internet(statements: &[serde_json::Value]) -> bool {
    statements.iter().any(|statement| statement.to_string().contains("0.0.0.0/1"))
}
