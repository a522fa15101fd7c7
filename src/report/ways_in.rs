//! The findings of a world as people think of the account: by trigger, by interface or by data.

use std::io::{self, Write};

use serde::Serialize;

use super::{Filter, text::glyph};
use crate::{
    checks::Severity,
    flow::{Flow, Protection},
    iam::{Account, Library},
    lens::{By, Group, Ledger, Link, View, Who, interfaces, stores, triggers},
    model::{Arn, Gap, Timestamp, text::clean},
    paths::{DataUses, Doors, resource_name},
    score::Counts,
    world::{Finding, Status, World},
};

/// How many functions and findings of a group the report for people names.
const NAMED: usize = 5;

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    by: By,
    account: &'a str,
    taken_at: Timestamp,
    groups: Vec<Entry<'a>>,
    /// What belongs to no group.
    rest: Rest<'a>,
    /// Why groups or functions may be missing.
    unread: Vec<String>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    kind: &'static str,
    resource: Option<&'a Arn>,
    who: Option<&'static str>,
    /// The accounts and organizations that are named.
    named: &'a [String],
    condition: Option<&'a str>,
    through: Option<&'a Arn>,
    gap: Option<String>,
    evidence: &'a [String],
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<crate::flow::Class>,
    functions: Vec<Function<'a>>,
    guards: Guards<'a>,
    counts: Counts,
    findings: Vec<&'a str>,
}

/// A function, or whatever else of the account it leads to.
#[derive(Serialize)]
struct Function<'a> {
    function: Option<&'a Arn>,
    qualifier: Option<&'a str>,
    by: &'a str,
    who: Option<&'static str>,
    state: &'static str,
    evidence: &'a [String],
}

#[derive(Serialize)]
struct Guards<'a> {
    has: &'a [Protection],
    lacks: &'a [Protection],
    unknown: &'a [Protection],
}

#[derive(Serialize)]
struct Rest<'a> {
    counts: Counts,
    findings: Vec<&'a str>,
}

/// The view of `world` by `by`, of the findings that `filter` lets.
fn view(world: &World, by: By, filter: &Filter) -> (View, Ledger) {
    let ledger = Ledger::new(world, |finding| filter.admits(finding));
    let library = world.library().unwrap_or_else(|| Library::new(&world.posture).into());
    let account = Account::new(&world.posture, library);
    let doors = Doors::new(&account);
    let view = match by {
        By::Trigger => triggers(world, &doors, &ledger),
        By::Interface => interfaces(world, &doors, &ledger),
        By::Data => stores(world, &Flow::new(world, &DataUses::new(&account)), &doors, &ledger),
    };
    (view, ledger)
}

/// Writes for programs: one object, or an array when there are several accounts. The findings are those of `scan`, by id.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(worlds: &[World], by: By, filter: &Filter, out: &mut dyn Write) -> io::Result<()> {
    let views: Vec<(View, Ledger)> = worlds.iter().map(|world| view(world, by, filter)).collect();
    let reports: Vec<Report<'_>> = worlds.iter().zip(&views).map(|(world, (view, ledger))| report(world, view, ledger)).collect();
    match reports.as_slice() {
        [report] => serde_json::to_writer_pretty(&mut *out, report)?,
        reports => serde_json::to_writer_pretty(&mut *out, reports)?,
    }
    out.write_all(b"\n")
}

fn report<'a>(world: &'a World, view: &'a View, ledger: &Ledger) -> Report<'a> {
    let ids = |group: &Group| found(world, group, ledger).map(|finding| finding.id.as_str()).collect();
    Report {
        schema: 1,
        by: view.by,
        account: &world.posture.account,
        taken_at: world.posture.taken_at,
        groups: view.groups.iter().map(|group| Entry { findings: ids(group), ..entry(group) }).collect(),
        rest: Rest { counts: view.rest.counts, findings: ids(&view.rest) },
        unread: view.gaps.iter().map(Gap::to_string).collect(),
    }
}

fn entry(group: &Group) -> Entry<'_> {
    let opening = group.opening.as_ref();
    let named = opening.map_or(&[][..], |opening| if let Who::Named(names) = &opening.who { names } else { &[] });
    let state = |is_on: bool| if is_on { "on" } else { "off" };
    Entry {
        name: &group.name,
        kind: group.kind,
        resource: group.resource.as_ref(),
        who: opening.map(|opening| opening.who.word()),
        named,
        condition: opening.and_then(|opening| opening.condition.as_deref()),
        through: opening.and_then(|opening| opening.through.as_ref()),
        gap: opening.and_then(|opening| if let Who::Unknown(gap) = &opening.who { Some(gap.to_string()) } else { None }),
        evidence: opening.map_or(&[], |opening| &opening.evidence),
        state: group.is_on().map(state),
        class: group.class,
        functions: group
            .links
            .iter()
            .map(|link| Function {
                function: link.to.as_ref(),
                qualifier: link.qualifier.as_deref(),
                by: &link.by,
                who: link.who.as_ref().map(Who::word),
                state: state(link.is_on),
                evidence: &link.evidence,
            })
            .collect(),
        guards: Guards { has: &group.has, lacks: &group.lacks, unknown: &group.unknown },
        counts: group.counts,
        findings: Vec::new(),
    }
}

fn found<'a>(world: &'a World, group: &Group, ledger: &Ledger) -> impl Iterator<Item = &'a Finding> {
    group.findings(ledger).into_iter().filter_map(|place| world.findings.get(place as usize))
}

/// Writes for people.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_text(worlds: &[World], by: By, filter: &Filter, out: &mut dyn Write) -> io::Result<()> {
    for (index, world) in worlds.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let (view, ledger) = view(world, by, filter);
        writeln!(out, "{} · account {} · taken {}", by.title(), clean(&world.posture.account), world.posture.taken_at)?;
        writeln!(out, "{}", about(by))?;
        for gap in &view.gaps {
            writeln!(out, "? something may be missing: {}", clean(&gap.to_string()))?;
        }
        for group in view.rows() {
            writeln!(out)?;
            write_group(world, by, group, &ledger, out)?;
        }
    }
    Ok(())
}

const fn about(by: By) -> &'static str {
    match by {
        By::Trigger => {
            "What can start functions, who can put something in there, and what is found on it, on the functions and their roles."
        }
        By::Interface => "What somebody can call, who that is, what guards it, and what is found on it, on the functions and their roles.",
        By::Data => "What holds data, who outside may use it, and what is found on it and on the functions that write or read it.",
    }
}

fn write_group(world: &World, by: By, group: &Group, ledger: &Ledger, out: &mut dyn Write) -> io::Result<()> {
    let worst = Severity::ALL.into_iter().find(|severity| group.counts.of(*severity) > 0);
    let sign = worst.map_or_else(|| "✔".to_owned(), |worst| format!("{} {}", glyph(worst), worst.word().to_uppercase()));
    let sign = if worst.is_none() && group.counts.unknown > 0 { "? UNKNOWN".to_owned() } else { sign };
    let off = if group.is_on() == Some(false) { ", off" } else { "" };
    let kind = if group.opening.is_none() { "" } else { group.kind };
    writeln!(out, "{sign:<10} {}{off}", clean(format!("{kind} {}", group.name).trim()))?;
    if let Some(opening) = &group.opening {
        let through = opening.through.as_ref().map_or_else(String::new, |arn| format!(", by way of {}", resource_name(arn)));
        let condition = opening.condition.as_ref().map_or_else(String::new, |condition| format!(", {condition}"));
        writeln!(out, "    who      {}", clean(&format!("{}{through}{condition}", opening.who.words())))?;
        for line in &opening.evidence {
            writeln!(out, "    because  {}", clean(line))?;
        }
    }
    let verb = match by {
        By::Trigger => "starts",
        By::Interface => "leads to",
        By::Data => "used by",
    };
    for link in group.links.iter().take(NAMED) {
        let who = group.opening.as_ref().map(|opening| &opening.who);
        writeln!(out, "    {verb:<8} {}", clean(&in_words(link, who)))?;
        let told = |line: &&String| group.opening.as_ref().is_none_or(|opening| !opening.evidence.contains(line));
        for line in link.evidence.iter().filter(told) {
            writeln!(out, "             because {}", clean(line))?;
        }
    }
    if group.links.len() > NAMED {
        writeln!(out, "             and {} more: --format json names all", group.links.len() - NAMED)?;
    }
    for (word, protections) in [("has", &group.has), ("lacks", &group.lacks), ("unknown", &group.unknown)] {
        for one in protections {
            writeln!(out, "    {word:<8} {} {}", one.check, clean(&one.said))?;
        }
    }
    for gap in &group.gaps {
        writeln!(out, "    ?        {}", clean(&gap.to_string()))?;
    }
    write_found(world, group, ledger, out)
}

/// What a link leads to, by what, and who may, where that is not `who` of the whole group.
fn in_words(link: &Link, who: Option<&Who>) -> String {
    let to = link.to.as_ref().map_or_else(|| "no function".to_owned(), resource_name);
    let qualifier = link.qualifier.as_ref().map_or_else(String::new, |qualifier| format!(":{qualifier}"));
    let by = if link.by.is_empty() { String::new() } else { format!(", {}", link.by) };
    let who = link.who.as_ref().filter(|own| Some(*own) != who).map_or_else(String::new, |who| format!(", {}", who.words()));
    let off = if link.is_on || link.by.is_empty() { "" } else { ", off" };
    format!("{to}{qualifier}{by}{who}{off}")
}

fn write_found(world: &World, group: &Group, ledger: &Ledger, out: &mut dyn Write) -> io::Result<()> {
    let counts = &group.counts;
    let fails = Severity::ALL.into_iter().map(|severity| (counts.of(severity), severity.word()));
    let told = fails.chain([(counts.unknown, "unknown"), (counts.waived, "waived")]).filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, word)| format!("{count} {word}")).collect();
    writeln!(out, "    found    {}", if told.is_empty() { "nothing".to_owned() } else { told.join(", ") })?;
    let fails: Vec<&Finding> = found(world, group, ledger).filter(|finding| finding.status == Status::Fail).collect();
    for finding in fails.iter().take(NAMED) {
        writeln!(out, "             {} {} {}", glyph(finding.severity), finding.check.id, finding.message)?;
    }
    if fails.len() > NAMED {
        writeln!(out, "             and {} more: --format json names all", fails.len() - NAMED)?;
    }
    Ok(())
}
