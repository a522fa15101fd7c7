//! Texts of a policy that may hold variables: `home/${aws:username}/*`.

use std::borrow::Cow;

use super::{
    glob::{self, ArnPattern, Token},
    request::{Keys, Lookup},
    truth::Truth,
};

/// What the language version of a policy makes of `${…}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// 2008-10-17, or none: literal text.
    Old,
    /// 2012-10-17: variables.
    Variables,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Text of the policy, in which stars are wildcards where the operator knows any.
    Text(Vec<Token>),
    /// The value of a key, in which nothing is a wildcard.
    Variable { key: String, default: Option<String> },
}

/// A text with its variables found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    text: String,
    pieces: Vec<Piece>,
    /// The tokens, when no variable changes them.
    fixed: Option<Vec<Token>>,
}

/// Why a template has no value in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// A variable has no value and no default.
    Missing,
    /// Nobody knows the value of a variable.
    Unknown,
}

impl Template {
    pub(super) fn new(text: &str, version: Version) -> Self {
        let pieces = match version {
            Version::Old => vec![Piece::Text(glob::tokens(text))],
            Version::Variables => split(text),
        };
        let fixed = match pieces.as_slice() {
            [] => Some(Vec::new()),
            [Piece::Text(tokens)] => Some(tokens.clone()),
            _ => None,
        };
        Self { text: text.to_owned(), pieces, fixed }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The tokens, when there is no variable.
    pub(super) fn fixed(&self) -> Option<&[Token]> {
        self.fixed.as_deref()
    }

    /// The keys of its variables, in lower case.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The tokens with the values of `keys` in place.
    pub(super) fn resolve(&self, keys: &dyn Keys) -> Result<Cow<'_, [Token]>, Unresolved> {
        if let Some(fixed) = &self.fixed {
            return Ok(Cow::Borrowed(fixed));
        }
        let mut tokens = Vec::new();
        let mut unknown = false;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => tokens.extend_from_slice(text),
                Piece::Variable { key, default } => match keys.lookup(key) {
                    Lookup::One(value) => tokens.extend(value.chars().map(Token::Char)),
                    // A key with several values is no variable.
                    Lookup::Absent | Lookup::Many(_) => match default {
                        Some(default) => tokens.extend(default.chars().map(Token::Char)),
                        None => return Err(Unresolved::Missing),
                    },
                    Lookup::Unknown => unknown = true,
                },
            }
        }
        if unknown { Err(Unresolved::Unknown) } else { Ok(Cow::Owned(tokens)) }
    }
}

/// Finds the variables. What looks like one and has no end is text.
fn split(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, after) = rest.split_at(start);
        let Some(end) = after.find('}') else { break };
        literal.extend(before.chars().map(glob::token));
        let inside = &after[2..end];
        match inside {
            "*" | "?" | "$" => literal.extend(inside.chars().map(Token::Char)),
            _ => {
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                let (key, default) = match inside.split_once(',') {
                    Some((key, default)) => {
                        let default = default.trim();
                        let quoted = default.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
                        (key, Some(quoted.unwrap_or(default).to_owned()))
                    }
                    None => (inside, None),
                };
                pieces.push(Piece::Variable { key: key.trim().to_lowercase(), default });
            }
        }
        rest = &after[end + 1..];
    }
    literal.extend(rest.chars().map(glob::token));
    if !literal.is_empty() {
        pieces.push(Piece::Text(literal));
    }
    pieces
}

/// A pattern of `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResourcePattern {
    template: Template,
    fixed: Option<ArnPattern>,
}

impl ResourcePattern {
    pub(super) fn new(text: &str, version: Version) -> Self {
        let template = Template::new(text, version);
        let fixed = template.fixed().map(|tokens| ArnPattern::new(tokens.to_vec()));
        Self { template, fixed }
    }

    pub(super) fn text(&self) -> &str {
        self.template.text()
    }

    pub(super) fn template(&self) -> &Template {
        &self.template
    }

    /// Whether it covers `resource`, in a statement that allows or denies.
    pub(super) fn covers(&self, resource: &str, allow: bool, keys: &dyn Keys) -> Truth {
        if let Some(pattern) = &self.fixed {
            return pattern.covers(resource).truth(allow);
        }
        match self.template.resolve(keys) {
            Ok(tokens) => ArnPattern::new(tokens.into_owned()).covers(resource).truth(allow),
            Err(Unresolved::Missing) => Truth::False,
            Err(Unresolved::Unknown) => Truth::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::Keyring;

    fn resolved(text: &str, version: Version) -> Result<String, Unresolved> {
        let keys = Keyring::complete().with("aws:username", "a*b").without("aws:PrincipalTag/team");
        Template::new(text, version).resolve(&keys).map(|tokens| glob::literal(&tokens))
    }

    #[test]
    fn variables_take_values_defaults_or_nothing() {
        let cases = [
            ("home/${aws:username}/*", Ok("home/a*b/*")),
            ("${AWS:UserName}", Ok("a*b")),
            ("${aws:PrincipalTag/team, 'none'}", Ok("none")),
            ("${aws:PrincipalTag/team}", Err(Unresolved::Missing)),
            ("${*}${?}${$}", Ok("*?$")),
            ("open ${aws:username", Ok("open ${aws:username")),
            ("", Ok("")),
        ];
        for (text, expected) in cases {
            assert_eq!(resolved(text, Version::Variables), expected.map(str::to_owned), "{text}");
        }
        assert_eq!(resolved("${aws:username}", Version::Old).as_deref(), Ok("${aws:username}"));
        assert_eq!(Template::new("${aws:username}", Version::Variables).resolve(&Keyring::unknown()), Err(Unresolved::Unknown));
    }

    #[test]
    fn a_star_in_a_value_is_a_star() {
        let keys = Keyring::complete().with("aws:username", "*");
        let pattern = ResourcePattern::new("arn:aws:s3:::b/${aws:username}", Version::Variables);
        assert_eq!(pattern.covers("arn:aws:s3:::b/*", true, &keys), Truth::True);
        assert_eq!(pattern.covers("arn:aws:s3:::b/x", true, &keys), Truth::False);
        assert_eq!(ResourcePattern::new("arn:aws:s3:::b/${*}", Version::Variables).covers("arn:aws:s3:::b/x", true, &keys), Truth::False);
    }
}
