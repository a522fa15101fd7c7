//! How close a role is to the least it needs, and the policies that would bring it there.

use std::io::{self, Write};

use serde::Serialize;

use crate::{
    checks::Context,
    iam::{Holder, PrivilegeScore, Rewrite, Term, UNUSED_AFTER_DAYS, Usage, least_privilege},
    model::{
        Gap, Role, Timestamp,
        text::{clean, clean_block},
    },
};

/// A role beside the least it needs.
#[derive(Debug)]
pub struct Privilege<'a> {
    account: &'a str,
    taken_at: Timestamp,
    role: &'a Role,
    score: PrivilegeScore,
    /// The policies that should say less, or why none can be proposed.
    rewrites: Result<Vec<Rewrite>, Gap>,
    /// Why it may hold more or less than is known.
    gaps: Vec<Gap>,
    /// Why its functions may need more than is known.
    unread: Vec<Gap>,
    /// Why nobody knows what it uses.
    unasked: Option<&'a Gap>,
}

impl<'a> Privilege<'a> {
    /// Judges `role` of the account that `context` is of.
    pub fn of(context: &'a Context<'_>, role: &'a Role) -> Self {
        let posture = context.posture;
        let permissions = Holder::role(posture, &context.library, role).permissions_by_service();
        let score = PrivilegeScore::of(&permissions, |service| Usage::of(role, service, posture.taken_at, UNUSED_AFTER_DAYS));
        let (needs, unread) = context.needs_of(role);
        let rewrites = least_privilege(posture, &context.library, role, &needs, UNUSED_AFTER_DAYS);
        let unasked = role.services_used.known().err();
        Self { account: &posture.account, taken_at: posture.taken_at, role, score, rewrites, gaps: permissions.gaps, unread, unasked }
    }

    /// Whether something could not be known that bears on it.
    pub fn is_partial(&self) -> bool {
        !self.gaps.is_empty() || !self.unread.is_empty() || self.unasked.is_some() || self.rewrites.is_err()
    }
}

/// What a term says: `14.2 points: 3 write actions of s3, the widest on *`.
fn term(term: &Term) -> String {
    let actions = if term.actions == 1 { "action" } else { "actions" };
    format!(
        "{:.1} points: {} {} {actions} of {}, the widest on {}",
        term.points,
        term.actions,
        term.level.word(),
        term.service,
        clean(&term.widest)
    )
}

/// Writes for people.
///
/// # Errors
/// When `out` cannot be written to.
pub fn text(told: &Privilege<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} · account {} · taken {}", clean(told.role.arn.as_str()), clean(told.account), told.taken_at)?;
    writeln!(out)?;
    body(told, out)
}

/// Writes for people who see already which role it is.
///
/// # Errors
/// When `out` cannot be written to.
pub fn body(told: &Privilege<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Least privilege {:.0} of 100", told.score.value.floor())?;
    for largest in &told.score.largest {
        writeln!(out, "    costs {}", term(largest))?;
    }
    for gap in &told.gaps {
        writeln!(out, "    ? not read: {}", clean(&gap.to_string()))?;
    }
    if let Some(gap) = told.unasked {
        writeln!(out, "    ? what it uses is not known, so nothing is taken out for that: {}", clean(&gap.to_string()))?;
    }
    let rewrites = match &told.rewrites {
        Ok(rewrites) => rewrites,
        Err(gap) => {
            writeln!(out)?;
            return writeln!(out, "No policy is proposed: {}", clean(&gap.to_string()));
        }
    };
    if rewrites.is_empty() {
        writeln!(out)?;
        return writeln!(out, "Nothing is known that could be taken out of its policies.");
    }
    for rewrite in rewrites {
        writeln!(out)?;
        match &rewrite.after {
            Some(_) => writeln!(out, "{}", clean(&rewrite.policy))?,
            None => writeln!(out, "{}: nothing of it is left", clean(&rewrite.policy))?,
        }
        for change in &rewrite.changes {
            let kind = if change.proposal { "perhaps" } else { "unused" };
            writeln!(out, "    {kind:<8} {} {}", clean(&change.statement), clean(&change.why))?;
        }
        writeln!(out)?;
        writeln!(out, "{}", clean_block(rewrite.diff.trim_end()))?;
    }
    writeln!(out)?;
    if told.unread.is_empty() {
        writeln!(out, "Proved: what is left grants nothing that was not granted before, and keeps what its functions are configured for.")?;
    } else {
        writeln!(out, "Proved: what is left grants nothing that was not granted before. Its functions may need more than is known:")?;
        for gap in &told.unread {
            writeln!(out, "    ? {}", clean(&gap.to_string()))?;
        }
    }
    if rewrites.iter().flat_map(|rewrite| &rewrite.changes).any(|change| change.proposal) {
        writeln!(out, "Perhaps: it follows from how its functions are configured; their code may use more. Try it before you rely on it.")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    account: &'a str,
    taken_at: Timestamp,
    role: &'a str,
    score: f64,
    largest: Vec<Cost<'a>>,
    gaps: Vec<String>,
    policies: Option<Vec<Policy<'a>>>,
}

#[derive(Serialize)]
struct Cost<'a> {
    service: &'a str,
    level: &'a str,
    actions: usize,
    widest: &'a str,
    points: f64,
}

#[derive(Serialize)]
struct Policy<'a> {
    policy: &'a str,
    before: &'a str,
    after: Option<&'a str>,
    diff: &'a str,
    changes: Vec<Changed<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    statement: &'a str,
    why: &'a str,
    proposal: bool,
}

/// One decimal: more would be noise.
fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Writes for programs. `policies` is null when none can be proposed.
///
/// # Errors
/// When `out` cannot be written to.
pub fn json(told: &Privilege<'_>, out: &mut dyn Write) -> io::Result<()> {
    fn cost(Term { service, level, actions, widest, points }: &Term) -> Cost<'_> {
        Cost { service, level: level.word(), actions: *actions, widest, points: tenth(*points) }
    }
    fn policy(rewrite: &Rewrite) -> Policy<'_> {
        let changes = rewrite.changes.iter();
        Policy {
            policy: &rewrite.policy,
            before: &rewrite.before,
            after: rewrite.after.as_deref(),
            diff: &rewrite.diff,
            changes: changes.map(|change| Changed { statement: &change.statement, why: &change.why, proposal: change.proposal }).collect(),
        }
    }
    let gaps = told.gaps.iter().chain(&told.unread).chain(told.unasked).chain(told.rewrites.as_ref().err());
    let report = Report {
        schema: 1,
        account: told.account,
        taken_at: told.taken_at,
        role: told.role.arn.as_str(),
        score: tenth(told.score.value),
        largest: told.score.largest.iter().map(cost).collect(),
        gaps: gaps.map(ToString::to_string).collect(),
        policies: told.rewrites.as_ref().ok().map(|rewrites| rewrites.iter().map(policy).collect()),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    out.write_all(b"\n")
}
