//! The algebra of patterns with `*` and `?`: what one covers of another.

use std::collections::{BTreeSet, HashSet, VecDeque};

use super::glob::{self, Token};

/// States that are looked at before containment counts as not shown: patterns of real policies need dozens.
const MOST: usize = 20_000;

/// Whether every instance of `inner` is one of `outer`. False also where finding out would take too long.
pub(super) fn contains(outer: &[Token], inner: &[Token]) -> bool {
    if outer == inner || (!outer.is_empty() && outer.iter().all(|token| *token == Token::Many)) {
        return true;
    }
    if inner.iter().all(|token| matches!(token, Token::Char(_))) {
        return glob::matches(outer, &glob::literal(inner));
    }
    // Of the letters that `outer` does not know, one stands for all.
    let mut letters: BTreeSet<char> = outer.iter().filter_map(|token| if let Token::Char(c) = token { Some(*c) } else { None }).collect();
    let fresh = ('\u{1}'..).find(|c| !letters.contains(c) && !inner.contains(&Token::Char(*c)));
    letters.extend(fresh);
    // For each state of `inner`, the states of `outer` that the same text can have led to.
    let start = (0, closed(outer, BTreeSet::from([0])));
    let mut seen = HashSet::from([start.clone()]);
    let mut open = VecDeque::from([start]);
    while let Some((at, states)) = open.pop_front() {
        // Whatever follows, a star at the end takes it.
        if outer.last() == Some(&Token::Many) && states.contains(&outer.len()) {
            continue;
        }
        let Some(token) = inner.get(at) else {
            if states.contains(&outer.len()) {
                continue;
            }
            return false;
        };
        let mut next = Vec::new();
        let stepped = |letter: char| step(outer, &states, letter);
        match token {
            Token::Char(c) => next.push((at + 1, stepped(*c))),
            Token::One => next.extend(letters.iter().map(|letter| (at + 1, stepped(*letter)))),
            Token::Many => {
                next.push((at + 1, states.clone()));
                next.extend(letters.iter().map(|letter| (at, stepped(*letter))));
            }
        }
        for state in next {
            if state.1.is_empty() {
                // Every pattern has an instance, so the rest of `inner` has one too.
                return false;
            }
            if seen.insert(state.clone()) {
                open.push_back(state);
            }
        }
        if seen.len() > MOST {
            return false;
        }
    }
    true
}

fn step(pattern: &[Token], states: &BTreeSet<usize>, letter: char) -> BTreeSet<usize> {
    let next = states.iter().filter_map(|at| match pattern.get(*at)? {
        Token::Many => Some(*at),
        Token::One => Some(at + 1),
        Token::Char(c) => (*c == letter).then_some(at + 1),
    });
    closed(pattern, next.collect())
}

/// With the states that stars lead to without a letter.
fn closed(pattern: &[Token], mut states: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut more: Vec<usize> = states.iter().copied().collect();
    while let Some(at) = more.pop() {
        if pattern.get(at) == Some(&Token::Many) && states.insert(at + 1) {
            more.push(at + 1);
        }
    }
    states
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every text over two letters and one that no pattern knows, up to six letters: longer than the patterns.
    fn texts() -> Vec<String> {
        let mut texts = vec![String::new()];
        let mut last = texts.clone();
        for _ in 0..6 {
            last = last.iter().flat_map(|text| ["a", "b", "z"].map(|letter| format!("{text}{letter}"))).collect();
            texts.extend(last.iter().cloned());
        }
        texts
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn containment_and_overlap_are_what_trying_out_finds(a in "[ab*?]{0,4}", b in "[ab*?]{0,4}") {
            let (x, y) = (glob::tokens(&a), glob::tokens(&b));
            let mut within = true;
            let mut common = false;
            for text in texts() {
                let (in_x, in_y) = (glob::matches(&x, &text), glob::matches(&y, &text));
                within &= in_x || !in_y;
                common |= in_x && in_y;
            }
            prop_assert_eq!(contains(&x, &y), within, "{} in {}", b, a);
            prop_assert_eq!(glob::overlap(&x, &y), common, "{} and {}", a, b);
        }
    }

    #[test]
    fn patterns_of_policies() {
        let cases = [
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/home/*", true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b*", false),
            ("arn:aws:sqs:*:*:orders-*", "arn:aws:sqs:eu-west-1:123456789012:orders-*", true),
            ("*", "arn:aws:s3:::*", true),
            ("?*", "*a", true),
            ("a?*", "a*", false),
            ("*?", "?*", true),
            ("*a*", "*a*a*", true),
            ("*a*a*", "*a*", false),
            ("", "*", false),
        ];
        for (outer, inner, expected) in cases {
            assert_eq!(contains(&glob::tokens(outer), &glob::tokens(inner)), expected, "{inner} in {outer}");
        }
        // Bounded, however it is written.
        let many = "*a".repeat(200);
        assert!(contains(&glob::tokens(&many), &glob::tokens(&many)));
        contains(&glob::tokens(&"*a?".repeat(20)), &glob::tokens(&"?*a*".repeat(20)));
    }
}
