//! Texts in which patterns meet.

use std::collections::{HashMap, VecDeque};

use super::{glob::Token, worlds::OTHER};

/// After so many places in patterns the search for a common instance gives up.
const MOST_PLACES: usize = 5_000;

/// From where, and with which character, a breadth-first search came to the places in some patterns.
type Way = HashMap<Vec<usize>, Option<(Vec<usize>, Option<char>)>>;

/// Texts that are instances of all `patterns`, if there are any: a shortest one, and the same with something
/// where every pattern leaves room for it.
pub(super) fn common(patterns: &[&[Token]]) -> Vec<String> {
    // Breadth first over the places in the patterns; `from` remembers the way.
    let start = vec![0; patterns.len()];
    let mut from: Way = HashMap::from([(start.clone(), None)]);
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        if at.iter().zip(patterns).all(|(at, pattern)| *at == pattern.len()) {
            return texts(patterns, &from, at);
        }
        if from.len() > MOST_PLACES {
            break;
        }
        let tokens: Vec<Option<&Token>> = at.iter().zip(patterns).map(|(at, pattern)| pattern.get(*at)).collect();
        let mut go = |to: Vec<usize>, c: Option<char>| {
            from.entry(to.clone()).or_insert_with(|| {
                queue.push_back(to);
                Some((at.clone(), c))
            });
        };
        for (index, token) in tokens.iter().enumerate() {
            if *token == Some(&Token::Many) {
                let mut to = at.clone();
                to[index] += 1;
                go(to, None);
            }
        }
        let mut wanted = tokens.iter().filter_map(|token| match token {
            Some(Token::Char(c)) => Some(*c),
            _ => None,
        });
        let c = wanted.next().unwrap_or('x');
        if tokens.contains(&None) || wanted.any(|other| other != c) {
            continue;
        }
        let to = at.iter().zip(&tokens).map(|(at, token)| if *token == Some(&Token::Many) { *at } else { at + 1 }).collect();
        go(to, Some(c));
    }
    Vec::new()
}

/// The texts along the way to `at`, backwards.
fn texts(patterns: &[&[Token]], from: &Way, mut at: Vec<usize>) -> Vec<String> {
    let (mut short, mut long) = (Vec::new(), Vec::new());
    loop {
        let room = at.iter().zip(patterns).all(|(at, pattern)| pattern.get(*at) == Some(&Token::Many));
        if room {
            long.extend(OTHER.chars().rev());
        }
        let Some(Some((before, c))) = from.get(&at) else { break };
        short.extend(*c);
        long.extend(*c);
        at.clone_from(before);
    }
    [short, long].map(|text| text.into_iter().rev().collect()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::glob;

    #[test]
    fn patterns_meet_in_texts_that_all_of_them_take() {
        for patterns in
            [vec!["a*", "*b"], vec!["a*", "*b", "*c*"], vec!["arn:aws:iam::*:role/x?", "arn:*:role/*1", "*::1*"], vec!["??", "*"]]
        {
            let tokens: Vec<_> = patterns.iter().map(|pattern| glob::tokens(pattern)).collect();
            let texts = common(&tokens.iter().map(Vec::as_slice).collect::<Vec<_>>());
            assert!(!texts.is_empty(), "{patterns:?}");
            for text in texts {
                assert!(tokens.iter().all(|pattern| glob::matches(pattern, &text)), "{patterns:?} {text}");
            }
        }
    }

    #[test]
    fn patterns_that_do_not_meet_have_none() {
        for (a, b) in [("a*", "b*"), ("a?", "a"), ("*a", "*b"), ("", "?*")] {
            assert!(common(&[&glob::tokens(a), &glob::tokens(b)]).is_empty(), "{a} {b}");
        }
    }
}
