//! A world in the words of a framework: which of its requirements are met, which are not, and what cannot be said.
//!
//! Only what the checks can see is judged: a framework also asks for things that no account shows.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    io::{self, Write},
};

use serde::Serialize;

use crate::{
    checks::{Check, Framework, Ruling, all},
    model::{Timestamp, text::clean},
    world::{Finding, Status, World},
};

/// How many resources the report for people names per check.
const NAMED: usize = 5;

/// Whether a requirement is met, as far as the checks see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Met {
    /// Something fails.
    NotMet,
    /// Nothing fails, but something could not be judged.
    Unknown,
    /// What fails is waived.
    Waived,
    /// All that could be asked passed.
    Met,
    /// The account has nothing of which it could be asked.
    NotApplicable,
}

impl Met {
    const fn words(self) -> &'static str {
        match self {
            Self::NotMet => "✖ not met",
            Self::Unknown => "? unknown",
            Self::Waived => "~ waived",
            Self::Met => "✔ met",
            Self::NotApplicable => "- nothing to judge",
        }
    }
}

/// One requirement.
#[derive(Debug, Serialize)]
struct Requirement<'a> {
    requirement: &'static str,
    status: Met,
    checks: Vec<Answer<'a>>,
}

/// What one check says to it.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    check: &'static str,
    title: &'static str,
    status: Met,
    pass: usize,
    /// Ids of the findings that say otherwise.
    findings: Vec<&'a str>,
    #[serde(skip)]
    named: Vec<&'a Finding>,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    framework: &'static str,
    title: &'static str,
    account: &'a str,
    taken_at: Timestamp,
    requirements: Vec<Requirement<'a>>,
}

fn answer<'a>(world: &'a World, check: &'static Check) -> Answer<'a> {
    let named: Vec<&Finding> = world.findings.iter().filter(|finding| finding.check.id == check.id).collect();
    let pass = world.verdicts.iter().filter(|verdict| verdict.check.id == check.id && matches!(verdict.ruling, Ruling::Pass)).count();
    let has = |status| named.iter().any(|finding| finding.status == status);
    let status = match () {
        () if has(Status::Fail) => Met::NotMet,
        () if has(Status::Unknown) => Met::Unknown,
        () if has(Status::Waived) => Met::Waived,
        () if pass > 0 => Met::Met,
        () => Met::NotApplicable,
    };
    Answer { check: check.id, title: check.title, status, pass, findings: named.iter().map(|finding| finding.id.as_str()).collect(), named }
}

/// In the order of people: `S2` before `S10`, `2.3` before `2.21`.
fn in_order(a: &str, b: &str) -> Ordering {
    // A number and what follows it, again and again.
    let key = |text: &str| -> Vec<(u64, String)> {
        let parts = text.split_inclusive(|c: char| !c.is_ascii_digit());
        let cut = |part: &str| part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        parts.map(|part| part.split_at(cut(part))).map(|(number, rest)| (number.parse().unwrap_or(0), rest.to_owned())).collect()
    };
    key(a).cmp(&key(b)).then_with(|| a.cmp(b))
}

fn requirements(world: &World, framework: Framework) -> Vec<Requirement<'_>> {
    let mut by_key: BTreeMap<&'static str, Vec<Answer<'_>>> = BTreeMap::new();
    for check in all() {
        for key in framework.keys(check) {
            by_key.entry(key).or_default().push(answer(world, check));
        }
    }
    let mut requirements: Vec<Requirement<'_>> = by_key
        .into_iter()
        .map(|(requirement, checks)| {
            let status = checks.iter().map(|answer| answer.status).min().unwrap_or(Met::NotApplicable);
            Requirement { requirement, status, checks }
        })
        .collect();
    requirements.sort_by(|a, b| in_order(a.requirement, b.requirement));
    requirements
}

/// Writes for people.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_text(worlds: &[World], framework: Framework, out: &mut dyn Write) -> io::Result<()> {
    for (index, world) in worlds.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let requirements = requirements(world, framework);
        writeln!(out, "{} · account {} · taken {}", framework.title(), clean(&world.posture.account), world.posture.taken_at)?;
        writeln!(out, "Judged is what an account shows; whatever else a requirement asks for is yours to show.")?;
        writeln!(out)?;
        let count = |met| requirements.iter().filter(|requirement| requirement.status == met).count();
        let all = requirements.len();
        let (met, not, unknown) = (count(Met::Met), count(Met::NotMet), count(Met::Unknown));
        writeln!(out, "{met} of {all} requirements met, {not} not met, {unknown} unknown, {} waived", count(Met::Waived))?;
        for Requirement { requirement, status, checks } in &requirements {
            writeln!(out)?;
            writeln!(out, "{requirement:<12} {}", status.words())?;
            for answer in checks {
                writeln!(out, "    {:<18} {} {} ({} passed)", answer.status.words(), answer.check, answer.title, answer.pass)?;
                for finding in answer.named.iter().take(NAMED) {
                    let reason = finding.gap.as_ref().map_or_else(String::new, |gap| format!(": {}", clean(&gap.to_string())));
                    writeln!(out, "        {} {}{reason}", finding.status.word(), clean(finding.resource.as_str()))?;
                }
                if answer.named.len() > NAMED {
                    writeln!(out, "        and {} more: palisade scan --check {}", answer.named.len() - NAMED, answer.check)?;
                }
            }
        }
    }
    Ok(())
}

/// Writes for programs: one object, or an array when there are several accounts. The findings are those of `scan`, by id.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(worlds: &[World], framework: Framework, out: &mut dyn Write) -> io::Result<()> {
    fn report(world: &World, framework: Framework) -> Report<'_> {
        Report {
            schema: 1,
            framework: framework.word(),
            title: framework.title(),
            account: &world.posture.account,
            taken_at: world.posture.taken_at,
            requirements: requirements(world, framework),
        }
    }
    match worlds {
        [world] => serde_json::to_writer_pretty(&mut *out, &report(world, framework))?,
        worlds => serde_json::to_writer_pretty(&mut *out, &worlds.iter().map(|world| report(world, framework)).collect::<Vec<_>>())?,
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{checks::Settings, demo, world::Origin};

    #[test]
    fn requirements_stand_in_the_order_of_people() {
        for (first, second) in [("S2", "S10"), ("2.3", "2.21"), ("IAM.3", "IAM.12"), ("IAM.12", "Lambda.1"), ("PR.AA", "PR.DS")] {
            assert_eq!((in_order(first, second), in_order(second, first)), (Ordering::Less, Ordering::Greater), "{first}");
        }
    }

    #[test]
    fn a_requirement_is_as_bad_as_its_worst_check() {
        let world = World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::new(Settings::default()));
        for framework in Framework::ALL {
            let requirements = requirements(&world, framework);
            assert!(!requirements.is_empty(), "{}", framework.word());
            for requirement in requirements {
                for answer in &requirement.checks {
                    assert!(requirement.status <= answer.status);
                    let failing = world.findings.iter().any(|finding| finding.check.id == answer.check && finding.status == Status::Fail);
                    assert_eq!(failing, answer.status == Met::NotMet, "{}", answer.check);
                    assert!(answer.status != Met::Met || answer.pass > 0, "nothing is met without having been asked");
                }
            }
        }
    }
}
