//! `palisade collect --plan`: what a collection would ask, and how long the quotas make it take.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    process::ExitCode,
};

use super::{
    CommandError, PARTIAL, configured,
    live::{breadth, gather, wanted},
};
use crate::{
    cli::{Format, Live},
    collect::{CollectionPlan, Depth, PlannedCalls},
    model::{Posture, text::clean},
};

/// Reads the lists of the accounts and prints what the rest would cost.
pub(super) fn run(live: &Live, format: Format) -> Result<ExitCode, CommandError> {
    let mut options = wanted(live, &configured()?)?;
    let depth = std::mem::replace(&mut options.depth, Depth::Lists);
    let lists = gather(&options, &breadth(live)?, |posture, _| Ok((CollectionPlan::of(&posture, depth), posture)))?;
    let mut out = Vec::new();
    for (plan, posture) in &lists.accounts {
        match format {
            Format::Text => write(&mut out, posture, plan, live.budget),
            Format::Json => json(&mut out, posture, plan, live.budget),
        }
        .map_err(CommandError::failed)?;
    }
    super::print(&out)?;
    let whole = lists.accounts.iter().all(|(_, posture)| posture.sources.iter().all(|run| run.gaps.is_empty()));
    Ok(if whole && lists.missed == 0 { ExitCode::SUCCESS } else { ExitCode::from(PARTIAL) })
}

/// One line of JSON an account.
fn json(out: &mut Vec<u8>, posture: &Posture, plan: &CollectionPlan, percent: u8) -> io::Result<()> {
    let share = f64::from(percent) / 100.0;
    let line = serde_json::json!({
        "schema": 1,
        "account": posture.account,
        "calls": plan.calls(),
        "seconds": plan.seconds(share),
        "bound_seconds": plan.seconds(1.0),
        "operations": plan.operations,
    });
    writeln!(out, "{line}")
}

/// Writes the plan for people; `percent` is the share of the quotas that may be used.
fn write(out: &mut Vec<u8>, posture: &Posture, plan: &CollectionPlan, percent: u8) -> io::Result<()> {
    let share = f64::from(percent) / 100.0;
    writeln!(out, "Collecting account {} at {percent} % of its request quotas\n", clean(&posture.account))?;
    writeln!(out, "  {:<16} {:<16} {:<36} {:>8} {:>8} {:>9}", "REGION", "SOURCE", "OPERATION", "CALLS", "QUOTA/S", "TIME")?;
    for row in &plan.operations {
        writeln!(
            out,
            "  {:<16} {:<16} {:<36} {:>8} {:>8} {:>9}",
            clean(&row.region),
            row.source,
            row.operation,
            row.calls,
            row.per_second,
            duration(seconds(row) / share)
        )?;
    }
    writeln!(out, "\n  Operations of one quota wait for each other, quotas and Regions do not:")?;
    let mut quotas: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for row in &plan.operations {
        *quotas.entry((&row.region, row.quota)).or_default() += seconds(row);
    }
    let mut quotas: Vec<_> = quotas.into_iter().collect();
    quotas.sort_by(|a, b| b.1.total_cmp(&a.1));
    for ((region, quota), seconds) in quotas.iter().take(3) {
        writeln!(out, "  {:<16} {:<36} {:>9}", clean(region), quota, duration(seconds / share))?;
    }
    writeln!(
        out,
        "\n{} calls, about {}; the quotas in full would allow {}",
        plan.calls(),
        duration(plan.seconds(share)),
        duration(plan.seconds(1.0))
    )
}

/// Seconds of one operation when its quota is used in full.
fn seconds(row: &PlannedCalls) -> f64 {
    row.calls as f64 / f64::from(row.per_second.max(1))
}

/// `0.4 s`, `12 s`, `7 min 32 s`, `1 h 05 min`.
fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!([0.44, 12.4, 452.0, 3900.0].map(duration), ["0.4 s", "12 s", "7 min 32 s", "1 h 05 min"]);
    }
}
