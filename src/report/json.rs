//! The report for programs. Its keys are a contract: they may be added to, never changed.

use std::io::{self, Write};

use serde::Serialize;

use super::Filter;
use crate::{
    checks::{Evidence, Layer, Links, Severity, Waiver, WaiverState},
    model::{Arn, Gap, SourceRun, SourceState, Timestamp},
    remedy::{Effort, Plan, Risk},
    score::{Counts, Grade, LayerScore, Rating},
    world::{Finding, Status, World},
};

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    tool: Tool,
    account: &'a str,
    regions: Vec<&'a str>,
    taken_at: Timestamp,
    score: Score<'a>,
    findings: Vec<Entry<'a>>,
    sources: Vec<Source<'a>>,
    /// Only when the user has some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<Waived<'a>>,
}

/// A waiver; on a finding without what became of it.
#[derive(Serialize)]
struct Waived<'a> {
    check: &'a str,
    resource: &'a str,
    owner: &'a str,
    reason: &'a str,
    expires: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<WaiverState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fails: Option<usize>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Score<'a> {
    #[serde(flatten)]
    rating: Rated,
    /// The value as if nothing were waived; only when something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    without_waivers: Option<f64>,
    layers: Vec<LayerEntry<'a>>,
}

#[derive(Serialize)]
struct Rated {
    value: Option<f64>,
    interval: Option<[f64; 2]>,
    coverage: f64,
    grade: Grade,
}

#[derive(Serialize)]
struct LayerEntry<'a> {
    layer: Layer,
    #[serde(flatten)]
    rating: Rated,
    counts: &'a Counts,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    check: &'static str,
    slug: &'static str,
    layer: Layer,
    severity: Severity,
    status: Status,
    resource: &'a Arn,
    region: &'a str,
    title: &'static str,
    message: &'a str,
    evidence: &'a [Evidence],
    gap: Option<Reason<'a>>,
    exposure: &'static str,
    gain: f64,
    remedy: Option<Remedy>,
    frameworks: &'static Links,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<Waived<'a>>,
}

#[derive(Serialize)]
struct Reason<'a> {
    kind: &'static str,
    action: &'a str,
    detail: &'a str,
}

#[derive(Serialize)]
struct Remedy {
    kind: Effort,
    summary: String,
    commands: Vec<String>,
    undo: Vec<String>,
    risk: Risk,
    actions: Vec<String>,
}

#[derive(Serialize)]
struct Source<'a> {
    source: &'static str,
    region: &'a str,
    state: &'static str,
    items: u64,
    calls: u64,
    throttled: u64,
    seconds: f64,
    gaps: Vec<Reason<'a>>,
}

/// One decimal: more would be noise.
fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

impl From<&Rating> for Rated {
    fn from(rating: &Rating) -> Self {
        Self {
            value: rating.value.map(tenth),
            interval: rating.interval.map(|(low, high)| [tenth(low), tenth(high)]),
            coverage: (rating.coverage * 1000.0).round() / 1000.0,
            grade: rating.grade,
        }
    }
}

impl<'a> From<&'a LayerScore> for LayerEntry<'a> {
    fn from(score: &'a LayerScore) -> Self {
        Self { layer: score.layer, rating: (&score.rating).into(), counts: &score.counts }
    }
}

impl<'a> From<&'a Gap> for Reason<'a> {
    fn from(gap: &'a Gap) -> Self {
        Self { kind: gap.kind.word(), action: &gap.action, detail: &gap.detail }
    }
}

impl<'a> From<&'a Waiver> for Waived<'a> {
    fn from(waiver: &'a Waiver) -> Self {
        let Waiver { check, resource, owner, reason, expires, .. } = waiver;
        Self { check, resource, owner, reason, expires: expires.to_string(), state: None, fails: None }
    }
}

impl From<Plan> for Remedy {
    fn from(plan: Plan) -> Self {
        let (commands, undo, actions) = (plan.commands(), plan.undo_commands(), plan.actions());
        Self { kind: plan.effort, summary: plan.summary, commands, undo, risk: plan.risk, actions }
    }
}

impl<'a> From<&'a SourceRun> for Source<'a> {
    fn from(run: &'a SourceRun) -> Self {
        let state = if run.state.ended() { run.state } else { SourceState::Skipped };
        Self {
            source: run.source.word(),
            region: &run.region,
            state: state.word(),
            items: run.items,
            calls: run.calls,
            throttled: run.throttled,
            seconds: run.seconds,
            gaps: run.gaps.iter().map(Reason::from).collect(),
        }
    }
}

fn entry(finding: &Finding, plan: Option<Plan>) -> Entry<'_> {
    Entry {
        id: &finding.id,
        check: finding.check.id,
        slug: finding.check.slug,
        layer: finding.check.layer,
        severity: finding.severity,
        status: finding.status,
        resource: &finding.resource,
        region: &finding.region,
        title: finding.check.title,
        message: &finding.message,
        evidence: &finding.evidence,
        gap: finding.gap.as_ref().map(Reason::from),
        exposure: if finding.public { "public" } else { "internal" },
        gain: (finding.gain * 100.0).round() / 100.0,
        remedy: plan.map(Remedy::from),
        frameworks: &finding.check.links,
        waiver: finding.waiver.as_deref().map(Waived::from),
    }
}

pub(super) fn write(worlds: &[World], filter: &Filter, out: &mut dyn Write) -> io::Result<()> {
    match worlds {
        [world] => write_one(world, filter, out)?,
        worlds => {
            out.write_all(b"[")?;
            for (index, world) in worlds.iter().enumerate() {
                if index > 0 {
                    out.write_all(b",")?;
                }
                write_one(world, filter, out)?;
            }
            out.write_all(b"]")?;
        }
    }
    out.write_all(b"\n")
}

fn write_one(world: &World, filter: &Filter, out: &mut dyn Write) -> io::Result<()> {
    let findings = filter.findings(world);
    let plans = world.plans(findings.iter());
    let waivers = world.waivers();
    let report = Report {
        schema: 1,
        tool: Tool { name: "palisade", version: env!("CARGO_PKG_VERSION") },
        account: &world.posture.account,
        regions: world.posture.regions.keys().map(String::as_str).collect(),
        taken_at: world.posture.taken_at,
        score: Score {
            rating: (&world.score.rating).into(),
            without_waivers: world.score.without_waivers.map(tenth),
            layers: world.score.layers.iter().map(LayerEntry::from).collect(),
        },
        findings: findings.iter().zip(plans).map(|(finding, plan)| entry(finding, plan)).collect(),
        sources: world.posture.sources.iter().map(Source::from).collect(),
        waivers: waivers
            .iter()
            .map(|used| Waived { state: Some(used.state), fails: Some(used.fails), ..Waived::from(&*used.waiver) })
            .collect(),
    };
    serde_json::to_writer_pretty(out, &report).map_err(io::Error::from)
}
