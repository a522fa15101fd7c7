//! The filter language: words that are looked for, and terms such as `sev>=high layer:1 fix:1key status:unknown`.

use crate::{
    checks::{Layer, Severity},
    remedy::Effort,
    world::{Finding, Status},
};

/// A filter, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// What a name has to resemble.
    pub(crate) words: String,
    /// What must hold besides.
    pub(crate) terms: Vec<Term>,
}

/// One term, or its opposite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    negated: bool,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Severity(Order, Severity),
    Layer(Layer),
    Fix(Option<Effort>),
    Status(Status),
    Region(String),
    Rule(String),
    /// The namespace and resource type of an ARN, and a name with `*`.
    Resource(&'static str, &'static str, String),
    Public,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Equal,
    AtLeast,
    AtMost,
}

/// The terms there are, for messages and the help.
pub(crate) const TERMS: &str = "sev>=high  layer:1  fix:1key  status:unknown  region:  rule:  fn:  role:  key:  log:  public";

impl Query {
    /// Reads a filter.
    ///
    /// # Errors
    /// What is wrong with a term.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut query = Self::default();
        for word in text.split_whitespace() {
            match Term::parse(word)? {
                Some(term) => query.terms.push(term),
                None => {
                    if !query.words.is_empty() {
                        query.words.push(' ');
                    }
                    query.words.push_str(word);
                }
            }
        }
        Ok(query)
    }

    /// Whether it has to know the fixes.
    pub(crate) fn asks_for_fixes(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.kind, Kind::Fix(_)))
    }

    /// Whether every term holds of `finding`.
    pub(crate) fn holds(&self, finding: &Finding, effort: impl Fn() -> Option<Effort>) -> bool {
        self.terms.iter().all(|term| term.kind.holds(finding, &effort) != term.negated)
    }
}

impl Term {
    /// A term, or none when it is a plain word.
    fn parse(word: &str) -> Result<Option<Self>, String> {
        let (negated, text) = match word.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, word),
        };
        let term = |kind| Ok(Some(Self { negated, kind }));
        if text == "public" {
            return term(Kind::Public);
        }
        let Some(at) = text.find([':', '=', '<', '>']) else { return Ok(None) };
        let (name, rest) = text.split_at(at);
        let value = rest.trim_start_matches([':', '=', '<', '>']);
        let operator = rest.get(..rest.len() - value.len()).unwrap_or_default();
        let order = match operator {
            ">" | ">=" => Order::AtLeast,
            "<" | "<=" => Order::AtMost,
            _ => Order::Equal,
        };
        let unknown = || format!("{name}: no such value as “{value}”");
        let lower = value.to_lowercase();
        match name {
            "sev" | "severity" => severity(&lower).map_or_else(|| Err(unknown()), |severity| term(Kind::Severity(order, severity))),
            "layer" => layer(&lower).map_or_else(|| Err(unknown()), |layer| term(Kind::Layer(layer))),
            "fix" => match lower.as_str() {
                "1key" | "1-key" | "one-key" => term(Kind::Fix(Some(Effort::OneKey))),
                "prompt" => term(Kind::Fix(Some(Effort::Prompt))),
                "guided" => term(Kind::Fix(Some(Effort::Guided))),
                "none" => term(Kind::Fix(None)),
                _ => Err(unknown()),
            },
            "status" => match lower.as_str() {
                "fail" => term(Kind::Status(Status::Fail)),
                "unknown" | "unkn" | "?" => term(Kind::Status(Status::Unknown)),
                "waived" => term(Kind::Status(Status::Waived)),
                _ => Err(unknown()),
            },
            "region" => term(Kind::Region(lower)),
            "rule" => term(Kind::Rule(lower)),
            "fn" => term(Kind::Resource("lambda", "function", lower)),
            "role" => term(Kind::Resource("iam", "role", lower)),
            "key" => term(Kind::Resource("kms", "key", lower)),
            "log" | "lg" => term(Kind::Resource("logs", "log-group", lower)),
            _ => Err(format!("no such term as “{name}”; there are {TERMS}")),
        }
    }
}

impl Kind {
    fn holds(&self, finding: &Finding, effort: impl Fn() -> Option<Effort>) -> bool {
        match self {
            Self::Severity(Order::Equal, severity) => finding.severity == *severity,
            Self::Severity(Order::AtLeast, severity) => finding.severity <= *severity,
            Self::Severity(Order::AtMost, severity) => finding.severity >= *severity,
            Self::Layer(layer) => finding.check.layer == *layer,
            Self::Fix(wanted) => effort() == *wanted,
            Self::Status(status) => finding.status == *status,
            Self::Region(region) => *finding.region == **region,
            Self::Rule(rule) => resembles(rule, &finding.check.id.to_lowercase()) || resembles(rule, finding.check.slug),
            Self::Resource(service, kind, name) => {
                finding.resource.service() == *service
                    && finding.resource.resource().starts_with(kind)
                    && resembles(name, &finding.resource.name().to_lowercase())
            }
            Self::Public => finding.public,
        }
    }
}

fn severity(word: &str) -> Option<Severity> {
    // As short as people like, but not empty: `crit`, `h`.
    Severity::ALL.into_iter().find(|severity| !word.is_empty() && severity.word().starts_with(word))
}

fn layer(word: &str) -> Option<Layer> {
    Layer::ALL.into_iter().find(|layer| word.parse() == Ok(layer.index() + 1) || (!word.is_empty() && layer.word().starts_with(word)))
}

/// Whether `name` is like `pattern`, where `*` stands for anything; without one, whether it begins with it.
fn resembles(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return name.starts_with(pattern) };
    let Some(mut name) = name.strip_prefix(head) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return name.ends_with(part);
        }
        match name.find(part) {
            Some(at) => name = name.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_terms() {
        let query = Query::parse("pass sev>=high !layer:2 role").unwrap();
        assert_eq!(query.words, "pass role");
        assert_eq!(query.terms.len(), 2);
        assert_eq!(Query::parse("").unwrap(), Query::default());
        assert!(Query::parse("fix:1key").unwrap().asks_for_fixes());
    }

    #[test]
    fn mistakes_are_named() {
        for (text, word) in [("sev>=loud", "loud"), ("layer:9", "9"), ("colour:red", "colour"), ("fix:", "fix")] {
            assert!(Query::parse(text).unwrap_err().contains(word), "{text}");
        }
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name, like) in [
            ("bill*", "billing", true),
            ("*port", "export", true),
            ("b*l*g", "billing", true),
            ("b*x", "billing", false),
            ("bil", "billing", true),
        ] {
            assert_eq!(resembles(pattern, name), like, "{pattern} {name}");
        }
    }
}
