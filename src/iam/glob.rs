//! Patterns with `*` and `?`, of actions and of ARNs.

use super::truth::Truth;

/// One step of a pattern. A star that came out of a variable is a character, not a [`Token::Many`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Token {
    Char(char),
    /// `?`
    One,
    /// `*`
    Many,
}

/// The tokens of `text`, in which `*` and `?` are wildcards.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    text.chars().map(token).collect()
}

pub(super) const fn token(c: char) -> Token {
    match c {
        '*' => Token::Many,
        '?' => Token::One,
        c => Token::Char(c),
    }
}

/// The text that wrote the tokens, wildcards being characters.
pub(super) fn literal(tokens: &[Token]) -> String {
    tokens
        .iter()
        .map(|token| match token {
            Token::Char(c) => *c,
            Token::One => '?',
            Token::Many => '*',
        })
        .collect()
}

/// The tokens with their letters in lower case.
pub(super) fn folded(tokens: &[Token]) -> Vec<Token> {
    tokens
        .iter()
        .map(|token| match token {
            Token::Char(c) => Token::Char(fold(*c)),
            other => *other,
        })
        .collect()
}

/// `c` in lower case; where that takes several characters, `c` itself.
pub(super) fn fold(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Whether `text` is what `pattern` stands for, `*` being anything and `?` one character.
pub fn matches_pattern(pattern: &str, text: &str) -> bool {
    matches(&tokens(pattern), text)
}

/// Whether `text` is an instance of the pattern.
pub(super) fn matches(pattern: &[Token], text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    // Where to go on when the present try fails: after the last star, which then takes one character more.
    let mut retry: Option<(usize, &str)> = None;
    loop {
        let token = pattern.get(at);
        if token == Some(&Token::Many) {
            at += 1;
            retry = Some((at, rest));
            continue;
        }
        let mut chars = rest.chars();
        let fits = match (token, chars.next()) {
            (None, None) => return true,
            (Some(Token::One), Some(_)) => true,
            (Some(Token::Char(wanted)), Some(c)) => *wanted == c,
            _ => false,
        };
        if fits {
            at += 1;
            rest = chars.as_str();
            continue;
        }
        let Some((after, from)) = retry else { return false };
        let mut chars = from.chars();
        if chars.next().is_none() {
            return false;
        }
        retry = Some((after, chars.as_str()));
        (at, rest) = (after, chars.as_str());
    }
}

/// Whether some text is an instance of both patterns.
pub(super) fn overlap(a: &[Token], b: &[Token]) -> bool {
    // reach[j]: some text is an instance of the first i tokens of a and of the first j of b.
    let mut reach = vec![false; b.len() + 1];
    reach[0] = true;
    for (j, token) in b.iter().enumerate() {
        reach[j + 1] = reach[j] && *token == Token::Many;
    }
    for first in a {
        let mut next = vec![false; b.len() + 1];
        next[0] = reach[0] && *first == Token::Many;
        for (j, second) in b.iter().enumerate() {
            next[j + 1] = match (first, second) {
                (Token::Many, _) | (_, Token::Many) => next[j] || reach[j + 1],
                (Token::Char(x), Token::Char(y)) => reach[j] && x == y,
                (Token::One, _) | (_, Token::One) => reach[j],
            };
        }
        reach = next;
    }
    reach[b.len()]
}

/// A text that is an instance of the pattern and looks like nothing else: each wildcard becomes `filler`.
pub(super) fn instance(pattern: &[Token], filler: &str) -> String {
    let mut text = String::new();
    for token in pattern {
        match token {
            Token::Char(c) => text.push(*c),
            Token::One => text.push(filler.chars().next().unwrap_or('x')),
            Token::Many => text.push_str(filler),
        }
    }
    text
}

/// Parts of an ARN, the resource being the last, which may have colons of its own.
const SEGMENTS: usize = 6;

/// A pattern of ARNs: compared segment by segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArnPattern {
    flat: Vec<Token>,
    /// Where each segment but the last ends.
    colons: Vec<usize>,
}

impl ArnPattern {
    pub(super) fn new(flat: Vec<Token>) -> Self {
        let colons =
            flat.iter().enumerate().filter(|(_, token)| **token == Token::Char(':')).map(|(at, _)| at).take(SEGMENTS - 1).collect();
        Self { flat, colons }
    }

    pub(super) fn flat(&self) -> &[Token] {
        &self.flat
    }

    /// Whether the pattern is nothing but stars.
    pub(super) fn is_everything(&self) -> bool {
        !self.flat.is_empty() && self.flat.iter().all(|token| *token == Token::Many)
    }

    /// Whether it has all the segments of an ARN.
    pub(super) fn is_whole(&self) -> bool {
        self.colons.len() == SEGMENTS - 1
    }

    pub(super) fn segment(&self, index: usize) -> Option<&[Token]> {
        let start = if index == 0 { 0 } else { self.colons.get(index - 1)? + 1 };
        let end = self.colons.get(index).copied().unwrap_or(self.flat.len());
        self.flat.get(start..end)
    }

    /// Whether `arn` matches with every wildcard staying in its segment. A short pattern that ends in a
    /// star covers the segments that it does not name.
    pub(super) fn matches_by_segment(&self, arn: &str) -> bool {
        let mut parts = arn.splitn(SEGMENTS, ':');
        let last = self.colons.len();
        for index in 0..=last {
            let (Some(pattern), Some(part)) = (self.segment(index), parts.next()) else { return false };
            if !matches(pattern, part) {
                return false;
            }
        }
        match parts.next() {
            None => self.is_whole(),
            Some(_) => self.flat.last() == Some(&Token::Many),
        }
    }

    /// Whether `arn` matches when a star that ends a segment may run on over the colons behind it.
    fn matches_across_segments(&self, arn: &str) -> bool {
        // States of the pattern that the text read so far can have led to.
        let closed = |states: &mut Vec<bool>| {
            for at in 0..self.flat.len() {
                if states[at] && self.flat[at] == Token::Many {
                    states[at + 1] = true;
                }
            }
        };
        let mut states = vec![false; self.flat.len() + 1];
        states[0] = true;
        closed(&mut states);
        let resource_starts = self.colons.get(SEGMENTS - 2).copied().unwrap_or(self.flat.len());
        for c in arn.chars() {
            let mut next = vec![false; self.flat.len() + 1];
            for (at, token) in self.flat.iter().enumerate() {
                if !states[at] {
                    continue;
                }
                match token {
                    Token::Many => {
                        let ends_segment = at + 1 == self.flat.len() || self.flat[at + 1] == Token::Char(':');
                        if c != ':' || ends_segment || at > resource_starts {
                            next[at] = true;
                        }
                    }
                    Token::One => next[at + 1] |= c != ':' || at > resource_starts,
                    Token::Char(wanted) => next[at + 1] |= *wanted == c,
                }
            }
            closed(&mut next);
            states = next;
        }
        states[self.flat.len()]
    }

    /// How `arn`, the resource of a request, stands to the pattern.
    pub(super) fn covers(&self, arn: &str) -> Cover {
        if self.is_everything() {
            return Cover::Yes;
        }
        if self.matches_by_segment(arn) {
            return if self.type_is_open() { Cover::Unclear } else { Cover::Yes };
        }
        if matches(&self.flat, arn) && self.matches_across_segments(arn) { Cover::AcrossColons } else { Cover::No }
    }

    /// Whether a wildcard stands inside the word for the type of resource, `t*ble/orders`: the documents
    /// advise against it and do not say what it matches.
    fn type_is_open(&self) -> bool {
        let Some(resource) = self.segment(SEGMENTS - 1) else { return false };
        let Some(separator) = resource.iter().position(|token| matches!(token, Token::Char('/' | ':'))) else { return false };
        let service = self.segment(2).unwrap_or_default();
        // These have no types: what comes before the slash is a name.
        let untyped = ["s3", "sns", "sqs", "execute-api", "apigateway"].iter().any(|name| matches(service, name));
        !untyped && resource[..separator].iter().any(|token| !matches!(token, Token::Char(_)))
    }
}

/// How a resource stands to a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cover {
    No,
    /// The documents do not say.
    Unclear,
    /// Only when a star at the end of a segment runs over colons: documented, advised against, and not
    /// something that a deny should be trusted to do.
    AcrossColons,
    Yes,
}

impl Cover {
    /// Whether the pattern of a statement covers the resource.
    pub(super) fn truth(self, allow: bool) -> Truth {
        match self {
            Self::No => Truth::False,
            Self::Unclear => Truth::Unknown,
            Self::AcrossColons => {
                if allow {
                    Truth::True
                } else {
                    Truth::Unknown
                }
            }
            Self::Yes => Truth::True,
        }
    }
}

/// A pattern of actions, `lambda:Invoke*`; letters of any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ActionPattern {
    pub(super) text: String,
    flat: Vec<Token>,
    /// Whether its service is written out, as IAM demands.
    named_service: bool,
    everything: bool,
}

impl ActionPattern {
    pub(super) fn new(text: &str) -> Self {
        let flat = folded(&tokens(text));
        let colon = flat.iter().position(|token| *token == Token::Char(':'));
        let named_service = colon.is_some_and(|colon| flat[..colon].iter().all(|token| matches!(token, Token::Char(_))));
        // `*:*` is another way to write `*`.
        let rest = |tokens: &[Token]| !tokens.is_empty() && tokens.iter().all(|token| *token == Token::Many);
        let everything = match colon {
            None => rest(&flat),
            Some(colon) => rest(&flat[..colon]) && rest(&flat[colon + 1..]),
        };
        Self { text: text.to_owned(), flat, named_service, everything }
    }

    /// Whether it covers `action`, which is in lower case.
    pub(super) fn covers(&self, action: &str) -> Truth {
        if self.everything {
            return Truth::True;
        }
        let found = Truth::from(matches(&self.flat, action));
        if self.named_service { found } else { found.at_most_unknown() }
    }

    /// Its tokens, letters in lower case.
    pub(super) fn tokens(&self) -> &[Token] {
        &self.flat
    }

    /// Whether it stands for every action there is.
    pub(super) const fn is_everything(&self) -> bool {
        self.everything
    }

    /// Whether its service is written out.
    pub(super) const fn names_service(&self) -> bool {
        self.named_service
    }

    /// Whether it has an action in common with the pattern `asked`, which is in lower case.
    pub(super) fn overlaps(&self, asked: &[Token]) -> bool {
        overlap(&self.flat, asked)
    }
}
