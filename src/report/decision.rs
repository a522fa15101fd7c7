//! One decision, written for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use crate::{
    iam::{Decision, Effect, Outcome, Permission},
    model::{Gap, text},
};

/// Of a longer statement the rest is left out.
const MOST_LINES: usize = 24;

/// A decision, and what it is about.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Who asks, in words or as ARN.
    pub principal: &'a str,
    /// The action.
    pub action: &'a str,
    /// The resource.
    pub resource: &'a str,
    /// The decision, or the gap that stands in its way.
    pub decision: &'a Result<Decision, Gap>,
    /// Why policies of the organization may be missing.
    pub unread: Option<&'a Gap>,
}

impl Answer<'_> {
    fn outcome(&self) -> Outcome {
        // What cannot be known is neither allowed nor denied.
        self.decision.as_ref().map_or(Outcome::Conditional, |decision| decision.outcome)
    }

    fn condition(&self) -> Option<String> {
        match self.decision {
            Ok(decision) => decision.condition.clone(),
            Err(gap) => Some(format!("not known, as a policy that bears on it was not read: {gap}")),
        }
    }

    fn proof(&self) -> impl Iterator<Item = &Permission> {
        self.decision.iter().flat_map(|decision| decision.proof.iter().chain(&decision.agreed))
    }
}

#[derive(Serialize)]
struct Written<'a> {
    schema: u32,
    decision: &'static str,
    condition: Option<String>,
    blocked_by: Vec<&'static str>,
    proof: Vec<Proof<'a>>,
    /// Policies that were not read, and could only take away.
    unread: Vec<&'a Gap>,
}

#[derive(Serialize)]
struct Proof<'a> {
    policy: &'a str,
    /// Its `Sid`.
    statement: Option<&'a str>,
    pointer: String,
    line: u32,
    effect: &'static str,
    layer: &'static str,
}

/// Writes the answer as one JSON object.
///
/// # Errors
/// When `out` cannot be written to.
pub fn json(answer: &Answer<'_>, out: &mut dyn Write) -> io::Result<()> {
    let blocked_by = answer.decision.iter().flat_map(|decision| &decision.blocked_by).map(|layer| layer.word());
    let proof = answer.proof().map(|permission| Proof {
        policy: &permission.policy,
        statement: permission.statement.sid.as_deref(),
        pointer: permission.statement.pointer(),
        line: permission.statement.line(),
        effect: effect(permission),
        layer: permission.layer.word(),
    });
    let written = Written {
        schema: 1,
        decision: answer.outcome().word(),
        condition: answer.condition(),
        blocked_by: blocked_by.collect(),
        proof: proof.collect(),
        unread: answer.unread.into_iter().chain(answer.decision.as_ref().err()).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &written)?;
    writeln!(out)
}

fn effect(permission: &Permission) -> &'static str {
    match permission.statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    }
}

/// Writes the answer for people: what came out, what decided it, and what it still depends on.
///
/// # Errors
/// When `out` cannot be written to.
pub fn text(answer: &Answer<'_>, out: &mut dyn Write) -> io::Result<()> {
    let [principal, action, resource] = [answer.principal, answer.action, answer.resource].map(text::clean);
    let (head, may) = match answer.outcome() {
        Outcome::Allowed => ("Allowed", "may do"),
        Outcome::Conditional => ("Conditional", "may perhaps do"),
        Outcome::ImplicitlyDenied => ("Denied, as nothing allows it", "may not do"),
        Outcome::ExplicitlyDenied => ("Denied, by a statement that says so", "may not do"),
    };
    writeln!(out, "{head}: {principal} {may} {action} on {resource}")?;
    if let Some(condition) = answer.condition() {
        writeln!(out, "\n  Depends on\n    {}", text::clean(&condition))?;
    }
    let blocked: Vec<&str> = answer.decision.iter().flat_map(|decision| &decision.blocked_by).map(|layer| layer.words()).collect();
    if !blocked.is_empty() {
        writeln!(out, "\n  In the way\n    {}", blocked.join(", "))?;
    }
    if let Ok(decision) = answer.decision {
        let title = match decision.outcome {
            Outcome::Allowed | Outcome::ExplicitlyDenied => "Decided by",
            Outcome::ImplicitlyDenied => "Allowed by, which is not enough",
            Outcome::Conditional => "Speak of it",
        };
        statements(title, &decision.proof, out)?;
        statements("Agreed to by", &decision.agreed, out)?;
    }
    if let Some(gap) = answer.unread {
        writeln!(out, "\n  Not read\n    policies of the organization ({}): they can only take away", text::clean(&gap.to_string()))?;
    }
    Ok(())
}

fn statements(title: &str, permissions: &[Permission], out: &mut dyn Write) -> io::Result<()> {
    if permissions.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {title}")?;
    for permission in permissions {
        let statement = &permission.statement;
        let sid = statement.sid.as_deref().map(|sid| format!(" ({})", text::clean(sid))).unwrap_or_default();
        let (policy, layer) = (text::clean(&permission.policy), permission.layer.words());
        writeln!(out, "    {policy}, line {}: {}{sid}, {layer}", statement.line(), statement.pointer())?;
        let json = statement.json();
        for line in json.lines().take(MOST_LINES) {
            writeln!(out, "      {}", text::clean(line))?;
        }
        if json.lines().nth(MOST_LINES).is_some() {
            writeln!(out, "      …")?;
        }
    }
    Ok(())
}
