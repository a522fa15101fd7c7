//! A world in the words of a framework: which of its requirements are met, which are not, and what cannot be said.

use std::io::{self, Write};

use serde::Serialize;

use crate::{
    checks::Framework,
    model::{Timestamp, text::clean},
    outcome::{Met, Outcome, Outcomes, Requirement},
    world::World,
};

/// How many resources the report for people names per check.
const NAMED: usize = 5;

const fn sign(met: Met) -> &'static str {
    match met {
        Met::NotMet => "✖",
        Met::Unknown => "?",
        Met::Waived => "~",
        Met::Met => "✔",
        Met::NotApplicable => "-",
    }
}

/// One requirement.
#[derive(Serialize)]
struct Entry<'a> {
    requirement: &'static str,
    title: &'static str,
    status: Met,
    checks: Vec<Answer<'a>>,
}

/// What one check says to it.
#[derive(Serialize)]
struct Answer<'a> {
    check: &'static str,
    title: &'static str,
    status: Met,
    pass: usize,
    /// Ids of the findings that say otherwise.
    findings: Vec<&'a str>,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    framework: &'static str,
    title: &'static str,
    account: &'a str,
    taken_at: Timestamp,
    requirements: Vec<Entry<'a>>,
}

fn answer<'a>(world: &'a World, outcome: &Outcome) -> Answer<'a> {
    Answer {
        check: outcome.check.id,
        title: outcome.check.title,
        status: outcome.met,
        pass: outcome.pass,
        findings: outcome.findings(world).map(|finding| finding.id.as_str()).collect(),
    }
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
        let outcomes = Outcomes::of(world);
        writeln!(out, "{} · account {} · taken {}", framework.title(), clean(&world.posture.account), world.posture.taken_at)?;
        writeln!(out, "Only what an account shows is judged; whatever else a requirement asks for is yours to show.")?;
        if framework.names_risks() {
            writeln!(out, "Its requirements are risks: met is one for which no check finds an opening.")?;
        }
        writeln!(out)?;
        writeln!(out, "{}", outcomes.counts(framework).line())?;
        for requirement in outcomes.requirements(framework) {
            writeln!(out)?;
            write_requirement(world, &outcomes, requirement, out)?;
        }
    }
    Ok(())
}

/// Writes one requirement for people, with the evidence behind it.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_requirement(world: &World, outcomes: &Outcomes, requirement: &Requirement, out: &mut dyn Write) -> io::Result<()> {
    let Requirement { key, title, met, .. } = requirement;
    writeln!(out, "{key:<12} {} {:<16}  {title}", sign(*met), met.words())?;
    for outcome in outcomes.behind(requirement) {
        let Outcome { check, met, pass, findings, .. } = outcome;
        writeln!(out, "    {} {:<16} {} {} ({pass} passed)", sign(*met), met.words(), check.id, check.title)?;
        for finding in outcome.findings(world).take(NAMED) {
            let reason = finding.gap.as_ref().map_or_else(String::new, |gap| format!(": {}", clean(&gap.to_string())));
            writeln!(out, "        {} {}{reason}", finding.status.word(), clean(finding.resource.as_str()))?;
        }
        if findings.len() > NAMED {
            writeln!(out, "        and {} more: palisade scan --check {}", findings.len() - NAMED, check.id)?;
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
        let outcomes = Outcomes::of(world);
        let entry = |requirement: &Requirement| Entry {
            requirement: requirement.key,
            title: requirement.title,
            status: requirement.met,
            checks: outcomes.behind(requirement).map(|outcome| answer(world, outcome)).collect(),
        };
        Report {
            schema: 1,
            framework: framework.word(),
            title: framework.title(),
            account: &world.posture.account,
            taken_at: world.posture.taken_at,
            requirements: outcomes.requirements(framework).iter().map(entry).collect(),
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
    use crate::{demo, world::Origin};

    #[test]
    fn text_and_json_say_the_same_of_every_requirement() {
        let worlds = [World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default())];
        for framework in Framework::ALL {
            let (mut text, mut json) = (Vec::new(), Vec::new());
            write_text(&worlds, framework, &mut text).unwrap();
            write_json(&worlds, framework, &mut json).unwrap();
            let text = String::from_utf8(text).unwrap();
            let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
            let requirements = json["requirements"].as_array().unwrap();
            for requirement in requirements {
                let [key, title, status] = ["requirement", "title", "status"].map(|key| requirement[key].as_str().unwrap());
                let line = text.lines().find(|line| line.split(' ').next() == Some(key)).unwrap();
                assert!(line.ends_with(&format!("  {title}")) && !title.is_empty(), "{line}");
                assert!(line.contains(&status.replace('-', " ").replace("not applicable", "nothing to judge")), "{line}");
            }
            let met = requirements.iter().filter(|requirement| requirement["status"] == "met").count();
            assert!(text.contains(&format!("\n{met} of {} requirements met", requirements.len())), "{text}");
        }
    }
}
