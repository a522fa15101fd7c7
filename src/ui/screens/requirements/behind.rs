//! What is behind a requirement: the checks that speak of it, each with its findings.

use crate::{
    outcome::{Outcome, Outcomes, Requirement},
    ui::{
        glyph::{finding_role, met_role, met_word, verdict_word},
        index::resource_name,
        screen::Cx,
        theme::Role,
        widgets::{gauge::count, table::Cell},
    },
    world::{Finding, Status, World},
};

/// A row of what is behind a requirement.
pub(super) enum Line<'a> {
    /// A check that speaks of it.
    Check(&'a Outcome),
    /// A finding of one, by its place in the world.
    Finding(u32, &'a Outcome),
}

/// What the cursor is on, to be found again in another world.
pub(super) struct Held {
    check: &'static str,
    finding: Option<String>,
}

impl Held {
    /// What a row is about.
    pub(super) fn of(line: &Line<'_>, world: &World) -> Self {
        match *line {
            Line::Check(outcome) => Self { check: outcome.check.id, finding: None },
            Line::Finding(place, outcome) => {
                Self { check: outcome.check.id, finding: world.findings.get(place as usize).map(|finding| finding.id.clone()) }
            }
        }
    }

    /// The row that is about it now; that of its check, where the finding is gone.
    pub(super) fn row(&self, outcomes: &Outcomes, requirement: &Requirement, world: &World) -> Option<usize> {
        let mut first = 0;
        for outcome in outcomes.behind(requirement) {
            if outcome.check.id == self.check {
                let at = self.finding.as_ref().and_then(|id| outcome.findings(world).position(|finding| finding.id == *id));
                return Some(first + at.map_or(0, |at| at + 1));
            }
            first += 1 + outcome.findings.len();
        }
        None
    }
}

/// The row of what is behind a requirement: each check, and after it its findings.
pub(super) fn line<'a>(outcomes: &'a Outcomes, requirement: &'a Requirement, row: usize) -> Option<Line<'a>> {
    let mut row = row;
    for outcome in outcomes.behind(requirement) {
        match row.checked_sub(1) {
            None => return Some(Line::Check(outcome)),
            Some(nth) => match outcome.findings.get(nth) {
                Some(&place) => return Some(Line::Finding(place, outcome)),
                None => row = nth - outcome.findings.len(),
            },
        }
    }
    None
}

/// A check: how the account stands in it.
pub(super) fn check_row(cx: &Cx<'_>, outcome: &Outcome) -> Vec<Cell<'static>> {
    let counts = [(outcome.fail, "fail"), (outcome.unknown, "unkn"), (outcome.waived, "waived"), (outcome.pass, "pass")];
    let mut words: Vec<String> =
        counts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{} {word}", count(*number))).collect();
    // What fails or is not known says more than what is well.
    words.truncate(2);
    let words = if words.is_empty() { met_word(outcome.met).to_owned() } else { words.join(", ") };
    let sign = format!("{} {}", cx.glyphs.met(outcome.met), outcome.check.id);
    vec![
        Cell::new(sign, cx.style(met_role(outcome.met))),
        Cell::new(outcome.check.title, cx.style(Role::Title)),
        Cell::new(words, cx.style(Role::Dim)),
    ]
}

/// A finding of the check above it.
pub(super) fn finding_row(cx: &Cx<'_>, finding: &Finding) -> Vec<Cell<'static>> {
    let said = match &finding.gap {
        Some(gap) => gap.kind.word(),
        None if finding.public => "public",
        None => "",
    };
    vec![
        Cell::new(format!("  {} {}", cx.glyphs.finding(finding), verdict_word(finding)), cx.style(finding_role(finding))),
        Cell::new(format!("  {}", resource_name(&finding.resource)), cx.style(Role::Text)),
        Cell::new(said, cx.style(if finding.status == Status::Unknown { Role::Unknown } else { Role::Critical })),
    ]
}
