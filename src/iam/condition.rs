//! `Condition`: operators, and what they say of a request.

use super::{
    glob::{self, ArnPattern, Token},
    moment::Moment,
    network::Network,
    request::{Keys, Lookup},
    template::{Template, Unresolved, Version},
    truth::Truth,
};

/// One condition of a statement: an operator, a key, and the values of which one must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The operator as written, such as `ForAnyValue:StringLike`.
    pub operator: String,
    /// The key as written, such as `aws:SourceArn`.
    pub key: String,
    /// The values as written.
    pub values: Vec<String>,
    pub(super) name: String,
    pub(super) templates: Vec<Template>,
    pub(super) test: Test,
    pub(super) over: Over,
    pub(super) if_exists: bool,
}

/// What an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Text {
        not: bool,
        fold: bool,
        like: bool,
    },
    Number {
        not: bool,
        order: Order,
    },
    Date {
        not: bool,
        order: Order,
    },
    Bool,
    Binary,
    Ip {
        not: bool,
    },
    Arn {
        not: bool,
    },
    Null,
    /// An operator that nobody knows.
    Strange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds<T: PartialOrd>(self, subject: &T, value: &T) -> bool {
        match self {
            Self::Equal => subject == value,
            Self::Less => subject < value,
            Self::LessOrEqual => subject <= value,
            Self::Greater => subject > value,
            Self::GreaterOrEqual => subject >= value,
        }
    }
}

/// How an operator treats several values of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// It expects one.
    Single,
    /// `ForAllValues:`
    All,
    /// `ForAnyValue:`
    Any,
}

impl Condition {
    pub(super) fn new(operator: &str, key: &str, values: Vec<String>, version: Version) -> Self {
        let lower = operator.to_lowercase();
        let (over, rest) = match lower.split_once(':') {
            Some(("forallvalues", rest)) => (Over::All, rest),
            Some(("foranyvalue", rest)) => (Over::Any, rest),
            _ => (Over::Single, lower.as_str()),
        };
        let (rest, if_exists) = rest.strip_suffix("ifexists").map_or((rest, false), |rest| (rest, true));
        let test = test(rest);
        let templates = values.iter().map(|value| Template::new(value, version)).collect();
        Self { operator: operator.to_owned(), key: key.to_owned(), values, name: key.to_lowercase(), templates, test, over, if_exists }
    }

    /// Whether the operator says what must *not* be.
    pub fn is_negated(&self) -> bool {
        match self.test {
            Test::Text { not, .. } | Test::Number { not, .. } | Test::Date { not, .. } | Test::Ip { not } | Test::Arn { not } => not,
            Test::Bool | Test::Binary | Test::Null | Test::Strange => false,
        }
    }

    /// Whether its values are patterns.
    pub(super) const fn is_pattern(&self) -> bool {
        matches!(self.test, Test::Text { like: true, .. } | Test::Arn { .. })
    }

    /// Whether a missing key is enough for it (`…IfExists`).
    pub const fn is_if_exists(&self) -> bool {
        self.if_exists
    }

    /// Whether variables make it depend on other keys than its own.
    pub(super) fn has_variables(&self) -> bool {
        self.templates.iter().any(|template| template.fixed().is_none())
    }

    /// Whether it holds in a request with these keys.
    pub(super) fn holds(&self, keys: &dyn Keys) -> Truth {
        let found = keys.lookup(&self.name);
        if self.test == Test::Null {
            return self.is_null(found);
        }
        if self.test == Test::Strange {
            return Truth::Unknown;
        }
        if found == Lookup::Unknown {
            return Truth::Unknown;
        }
        let absent = matches!(found, Lookup::Absent) || matches!(found, Lookup::Many([]));
        if absent {
            return match self.over {
                _ if self.if_exists => Truth::True,
                Over::All => Truth::True,
                Over::Any => Truth::False,
                Over::Single => self.is_negated().into(),
            };
        }
        let single;
        let subjects: &[String] = match found {
            Lookup::Many(values) => values,
            Lookup::One(value) => {
                if self.over == Over::Single {
                    return self.fits(value, keys);
                }
                single = [value.to_owned()];
                &single
            }
            Lookup::Absent | Lookup::Unknown => return Truth::Unknown,
        };
        match self.over {
            // An empty string counts as an empty set.
            Over::All if subjects.iter().all(String::is_empty) => Truth::True,
            Over::All => Truth::all(subjects.iter().map(|subject| self.fits(subject, keys))),
            Over::Any => Truth::any(subjects.iter().map(|subject| self.fits(subject, keys))),
            Over::Single => match subjects {
                [subject] => self.fits(subject, keys),
                // The documents ask for a set operator here and do not say what happens without.
                _ => Truth::any(subjects.iter().map(|subject| self.fits(subject, keys))).at_most_unknown(),
            },
        }
    }

    /// Whether one value of the key satisfies the operator.
    fn fits(&self, subject: &str, keys: &dyn Keys) -> Truth {
        let any = Truth::any(self.templates.iter().map(|template| self.compares(subject, template, keys)));
        if self.is_negated() { !any } else { any }
    }

    /// Whether `subject` and one value compare, a negation left aside.
    fn compares(&self, subject: &str, template: &Template, keys: &dyn Keys) -> Truth {
        let tokens = match template.resolve(keys) {
            Ok(tokens) => tokens,
            Err(Unresolved::Unknown) => return Truth::Unknown,
            // No value equals what is missing; whether that makes a negation true is not written anywhere.
            Err(Unresolved::Missing) => return if self.is_negated() { Truth::Unknown } else { Truth::False },
        };
        match self.test {
            Test::Text { fold, like: true, .. } => matches_text(&tokens, subject, fold),
            Test::Text { fold, like: false, .. } => equals(&tokens, subject, fold).into(),
            Test::Arn { .. } => matches_arn(tokens.into_owned(), subject),
            Test::Bool => equals(&tokens, subject, true).into(),
            Test::Binary => equals(&tokens, subject, false).into(),
            Test::Number { order, .. } => match (number(subject), number(template.text())) {
                (Some(subject), Some(value)) => order.holds(&subject, &value).into(),
                _ => self.incomparable(),
            },
            Test::Date { order, .. } => match (Moment::parse(subject), Moment::parse(template.text())) {
                (Some(subject), Some(value)) => order.holds(&subject, &value).into(),
                _ => self.incomparable(),
            },
            Test::Ip { .. } => match (subject.parse(), Network::parse(template.text())) {
                (Ok(address), Some(network)) => network.contains(address).into(),
                _ => self.incomparable(),
            },
            Test::Null | Test::Strange => Truth::Unknown,
        }
    }

    /// What comes of comparing what is no number, date or address: never a match.
    fn incomparable(&self) -> Truth {
        if self.is_negated() { Truth::Unknown } else { Truth::False }
    }

    fn is_null(&self, found: Lookup<'_>) -> Truth {
        let absent = match found {
            Lookup::Unknown => Truth::Unknown,
            Lookup::Absent => Truth::True,
            Lookup::Many(values) => values.is_empty().into(),
            Lookup::One(_) => Truth::False,
        };
        Truth::any(self.values.iter().map(|value| {
            if value.eq_ignore_ascii_case("true") {
                absent
            } else if value.eq_ignore_ascii_case("false") {
                !absent
            } else {
                Truth::False
            }
        }))
    }
}

fn test(name: &str) -> Test {
    let order = |rest: &str| {
        Some(match rest {
            "equals" => (false, Order::Equal),
            "notequals" => (true, Order::Equal),
            "lessthan" => (false, Order::Less),
            "lessthanequals" => (false, Order::LessOrEqual),
            "greaterthan" => (false, Order::Greater),
            "greaterthanequals" => (false, Order::GreaterOrEqual),
            _ => return None,
        })
    };
    if let Some((not, order)) = name.strip_prefix("numeric").and_then(order) {
        return Test::Number { not, order };
    }
    if let Some((not, order)) = name.strip_prefix("date").and_then(order) {
        return Test::Date { not, order };
    }
    match name {
        "stringequals" => Test::Text { not: false, fold: false, like: false },
        "stringnotequals" => Test::Text { not: true, fold: false, like: false },
        "stringequalsignorecase" => Test::Text { not: false, fold: true, like: false },
        "stringnotequalsignorecase" => Test::Text { not: true, fold: true, like: false },
        "stringlike" => Test::Text { not: false, fold: false, like: true },
        "stringnotlike" => Test::Text { not: true, fold: false, like: true },
        "bool" => Test::Bool,
        "binaryequals" => Test::Binary,
        "ipaddress" => Test::Ip { not: false },
        "notipaddress" => Test::Ip { not: true },
        "arnequals" | "arnlike" => Test::Arn { not: false },
        "arnnotequals" | "arnnotlike" => Test::Arn { not: true },
        "null" => Test::Null,
        _ => Test::Strange,
    }
}

/// Compares with stars and question marks being themselves.
fn equals(tokens: &[Token], subject: &str, fold: bool) -> bool {
    let mut chars = subject.chars();
    tokens.iter().all(|token| {
        let wanted = match token {
            Token::Char(c) => *c,
            Token::One => '?',
            Token::Many => '*',
        };
        chars.next().is_some_and(|c| c == wanted || (fold && glob::fold(c) == glob::fold(wanted)))
    }) && chars.next().is_none()
}

fn matches_text(tokens: &[Token], subject: &str, fold: bool) -> Truth {
    if fold {
        let subject: String = subject.chars().map(glob::fold).collect();
        return glob::matches(&glob::folded(tokens), &subject).into();
    }
    glob::matches(tokens, subject).into()
}

fn matches_arn(tokens: Vec<Token>, subject: &str) -> Truth {
    let pattern = ArnPattern::new(tokens);
    if pattern.matches_by_segment(subject) && pattern.is_whole() {
        return Truth::True;
    }
    // A value that is no ARN, such as `*`: seen in real policies, and the documents do not say what it matches.
    if !pattern.is_whole() && glob::matches(pattern.flat(), subject) {
        return Truth::Unknown;
    }
    Truth::False
}

/// A decimal number, and nothing behind it.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    text.parse().ok()
}
