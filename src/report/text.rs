//! The report for people: reads from top to bottom without colour, boxes or a wide terminal.

use std::io::{self, Write};

use super::Filter;
use crate::{
    checks::{Severity, WaiverState, WaiverUse},
    model::text::{clean, clean_block},
    score::Rating,
    world::{Finding, Origin, Status, World},
};

pub(super) fn write(world: &World, filter: &Filter, out: &mut dyn Write) -> io::Result<()> {
    head(world, out)?;
    layers(world, out)?;
    fix_first(world, out)?;
    blind_spots(world, out)?;
    findings(world, filter, out)?;
    waivers(world, out)
}

/// The user's waivers: what is accepted, and what should be looked at again.
fn waivers(world: &World, out: &mut dyn Write) -> io::Result<()> {
    let all = world.waivers();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "Waivers:")?;
    for WaiverUse { waiver, state, fails } in all {
        let (resource, owner) = (clean(&waiver.resource), clean(&waiver.owner));
        writeln!(out, "  {} {} {resource}, until {} ({owner}): {}", waiver_glyph(state), waiver.check, waiver.expires, state.words())?;
        if fails > 0 {
            writeln!(out, "    {fails} {}: {}", if fails == 1 { "finding" } else { "findings" }, clean(&waiver.reason))?;
        }
    }
    Ok(())
}

const fn waiver_glyph(state: WaiverState) -> &'static str {
    match state {
        WaiverState::InForce => "~",
        WaiverState::Expired | WaiverState::Unmatched => "!",
    }
}

fn head(world: &World, out: &mut dyn Write) -> io::Result<()> {
    let posture = &world.posture;
    let origin = match &world.origin {
        Origin::Demo => "demo account".to_owned(),
        Origin::Snapshot(path) => format!("snapshot {path}"),
        Origin::Live => "live".to_owned(),
    };
    let regions: Vec<&str> = posture.regions.keys().map(String::as_str).collect();
    let regions = if regions.is_empty() { "no Region".to_owned() } else { regions.join(", ") };
    writeln!(out, "Palisade · account {} · {} · {}", clean(&posture.account), clean(&regions), clean(&origin))?;
    writeln!(out, "Taken {} · {} functions · {} roles", posture.taken_at, posture.functions().count(), posture.identity.roles.items.len())?;
    writeln!(out)?;
    writeln!(out, "Score {}", rating(&world.score.rating))?;
    match world.score.without_waivers {
        Some(value) => writeln!(out, "      {} without waivers", whole(value)),
        None => Ok(()),
    }
}

/// `72 [61–78] C · 91 % known`.
fn rating(rating: &Rating) -> String {
    let interval = rating.interval.map_or_else(String::new, |(low, high)| format!(" [{}–{}]", whole(low), whole(high)));
    let coverage = format!("{:.0} % known", (rating.coverage * 100.0).floor());
    match (rating.value, rating.interval) {
        (Some(value), _) => format!("{}{interval} {} · {coverage}", whole(value), rating.grade.letter()),
        (None, Some(_)) => format!("unknown{interval} · {coverage}"),
        (None, None) => "n/a · nothing to judge".to_owned(),
    }
}

/// Whole points, never rounded up: 59.9 is not yet a D.
fn whole(value: f64) -> i64 {
    value.floor() as i64
}

fn layers(world: &World, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    writeln!(
        out,
        "  {:<12} {:<34} {:>5} {:>5} {:>5} {:>5} {:>5} {:>8} {:>6}",
        "LAYER", "SCORE", "CRIT", "HIGH", "MED", "LOW", "INFO", "UNKNOWN", "PASS"
    )?;
    for layer in &world.score.layers {
        let counts = &layer.counts;
        let fails: String = Severity::ALL.iter().map(|severity| format!(" {:>5}", counts.of(*severity))).collect();
        writeln!(out, "  {:<12} {:<34}{fails} {:>8} {:>6}", layer.layer, rating(&layer.rating), counts.unknown, counts.pass)?;
    }
    Ok(())
}

/// Where an hour is best spent.
fn fix_first(world: &World, out: &mut dyn Write) -> io::Result<()> {
    const SHOWN: usize = 5;
    let first = world.fix_first(SHOWN);
    if first.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "Fix these first, by points gained for effort:")?;
    for (finding, plan) in first {
        let resource = clean(finding.resource.as_str());
        writeln!(out, "  {:>+5.1}  {:<7} {} {resource}: {}", finding.gain, plan.effort.word(), finding.check.id, clean(&plan.summary))?;
    }
    Ok(())
}

fn blind_spots(world: &World, out: &mut dyn Write) -> io::Result<()> {
    let mut blind = world.blind().peekable();
    if blind.peek().is_none() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "Not everything could be read; what is unknown counts neither as pass nor as fail:")?;
    for run in blind {
        writeln!(out, "  {} {} {}", run.source, run.region, run.state.word())?;
        for gap in &run.gaps {
            writeln!(out, "    {}", clean(&gap.to_string()))?;
        }
    }
    Ok(())
}

fn findings(world: &World, filter: &Filter, out: &mut dyn Write) -> io::Result<()> {
    let findings = filter.findings(world);
    let fails = findings.iter().filter(|finding| finding.status == Status::Fail).count();
    let unknowns = findings.iter().filter(|finding| finding.status == Status::Unknown).count();
    writeln!(out)?;
    let waived = findings.iter().filter(|finding| finding.status == Status::Waived).count();
    let accepted = if waived > 0 { format!(", {waived} waived") } else { String::new() };
    writeln!(out, "{fails} {}, {unknowns} unknown{accepted}", if fails == 1 { "finding" } else { "findings" })?;
    let plans = world.plans(findings.iter());
    for (finding, plan) in findings.iter().zip(plans).filter(|(finding, _)| !matches!(finding.status, Status::Unknown | Status::Waived)) {
        writeln!(out)?;
        writeln!(out, "{} {} {}", label(finding), finding.check.id, finding.message)?;
        writeln!(out, "    on       {}", clean(finding.resource.as_str()))?;
        for evidence in &*finding.evidence {
            let value = clean_block(&evidence.value).replace('\n', "\n             ");
            writeln!(out, "    because  {} {} = {value}", evidence.source, evidence.pointer)?;
        }
        if let Some(plan) = plan {
            writeln!(out, "    fix      {} ({}, {})", clean(&plan.summary), plan.effort.word(), plan.risk.word())?;
            for command in plan.commands() {
                writeln!(out, "             {}", command.replace('\n', "\n             "))?;
            }
        }
    }
    summary_of_unknowns(&findings, out)
}

/// Unknowns by cause, not one by one: a denied call leaves hundreds.
fn summary_of_unknowns(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let mut causes = std::collections::BTreeMap::<(String, &str), usize>::new();
    for finding in findings.iter().filter(|finding| finding.status == Status::Unknown) {
        let cause = finding.gap.as_ref().map_or_else(String::new, |gap| format!("{} {}", gap.kind, gap.action));
        *causes.entry((cause, finding.check.id)).or_default() += 1;
    }
    if causes.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "Unknown:")?;
    for ((cause, check), count) in causes {
        writeln!(out, "  ? {check} on {count} {}: {}", if count == 1 { "resource" } else { "resources" }, clean(cause.trim()))?;
    }
    Ok(())
}

fn label(finding: &Finding) -> String {
    match finding.status {
        Status::Fail => format!("{} {}", glyph(finding.severity), finding.severity.word().to_uppercase()),
        status => format!("{} {}", if status == Status::Pass { "✔" } else { "~" }, status.word().to_uppercase()),
    }
}

pub(super) const fn glyph(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "✖",
        Severity::High => "▲",
        Severity::Medium => "●",
        Severity::Low => "·",
        Severity::Info => "i",
    }
}
