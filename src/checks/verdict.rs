//! What a check says of one resource.

use std::sync::Arc;

use serde::Serialize;

use super::{Check, Severity};
use crate::{
    iam::Statement,
    model::{Arn, Gap, text},
};

/// What one check says of one resource. A check has at most one verdict a resource.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The check.
    pub check: &'static Check,
    /// The resource.
    pub resource: Arn,
    /// Its Region; empty for global resources.
    pub region: Arc<str>,
    /// The ruling.
    pub ruling: Ruling,
}

/// The ruling itself.
#[derive(Debug, Clone)]
pub enum Ruling {
    /// As it should be.
    Pass,
    /// The question does not arise for this resource.
    NotApplicable,
    /// Not as it should be.
    Fail(Box<Fault>),
    /// It cannot be said, and this is why.
    Unknown(Box<Gap>),
}

impl Ruling {
    /// A fail that says `message`.
    pub fn fail(message: impl AsRef<str>, evidence: Vec<Evidence>) -> Self {
        Fault::new(message, evidence).into()
    }

    /// Pass when `good`, else a fail.
    pub fn pass_if(good: bool, fault: impl FnOnce() -> Fault) -> Self {
        if good { Self::Pass } else { fault().into() }
    }
}

impl From<Fault> for Ruling {
    fn from(fault: Fault) -> Self {
        Self::Fail(Box::new(fault))
    }
}

impl From<Gap> for Ruling {
    fn from(gap: Gap) -> Self {
        Self::Unknown(Box::new(gap))
    }
}

/// What is wrong, and how we know.
#[derive(Debug, Clone)]
pub struct Fault {
    /// One sentence about this resource, cleaned.
    pub message: String,
    /// The fields, statements or hops that decided it: never empty.
    pub evidence: Arc<[Evidence]>,
    /// Where it differs from the check's own severity.
    pub severity: Option<Severity>,
    /// Whether it is proven or a heuristic says so.
    pub confidence: Confidence,
    /// What `fix` needs to know, as the check likes to write it: a statement id, a qualifier.
    pub subject: Vec<String>,
}

impl Fault {
    /// A proven fault of the check's own severity.
    pub fn new(message: impl AsRef<str>, evidence: Vec<Evidence>) -> Self {
        Self {
            message: text::clean(message.as_ref()).into_owned(),
            evidence: evidence.into(),
            severity: None,
            confidence: Confidence::Proven,
            subject: Vec::new(),
        }
    }

    /// With another severity than the check's.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// By heuristic only.
    #[must_use]
    pub fn heuristic(mut self) -> Self {
        self.confidence = Confidence::Heuristic;
        self
    }

    /// With notes for the check's own `fix`.
    #[must_use]
    pub fn subject(mut self, subject: Vec<String>) -> Self {
        self.subject = subject;
        self
    }
}

/// How sure a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The evidence proves it.
    Proven,
    /// A name, a shape or a habit suggests it.
    Heuristic,
}

/// One field, statement or hop that decided a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The call that gave it, such as `lambda:GetPolicy`.
    pub source: &'static str,
    /// Where in its answer: a JSON pointer into the document, or a field's name.
    pub pointer: String,
    /// The field's value or the statement's JSON, cleaned. Never a secret.
    pub value: String,
    /// The line of the statement in the document as shown, from 1; 0 for plain fields.
    #[serde(skip)]
    pub line: u32,
}

impl Evidence {
    /// A plain field.
    pub fn field(source: &'static str, pointer: impl Into<String>, value: impl AsRef<str>) -> Self {
        Self { source, pointer: text::clean(&pointer.into()).into_owned(), value: text::clean(value.as_ref()).into_owned(), line: 0 }
    }

    /// A statement of the policy called `policy` (such as `inline policy deploy`, or empty when there is only one).
    pub fn statement(source: &'static str, policy: &str, statement: &Statement) -> Self {
        let pointer =
            format!("{}{}", if policy.is_empty() { String::new() } else { format!("{} ", text::clean(policy)) }, statement.pointer());
        Self { source, pointer, value: text::clean_block(&statement.json()), line: statement.line() }
    }
}
