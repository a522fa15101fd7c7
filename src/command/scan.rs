//! `palisade scan`: a report, and an exit code that a pipeline can act on.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    process::ExitCode,
};

use super::{CommandError, FOUND, PARTIAL, configured, snapshots};
use crate::{
    checks::{Check, Layer, Severity, all},
    cli::{FailOn, Format, LayerName, Scan},
    config::Config,
    report::{self, Filter},
    world::{Status, World},
};

pub(super) fn run(scan: &Scan) -> Result<ExitCode, CommandError> {
    let filter = filter(scan)?;
    let (worlds, missed) = worlds(scan)?;
    match &scan.output {
        None => write(scan, &worlds, &filter, io::stdout().lock())?,
        Some(path) => {
            let failed = |error| CommandError::failed(format!("{}: {error}", path.display()));
            write(scan, &worlds, &filter, File::create(path).map_err(failed)?).map_err(failed)?;
        }
    }
    Ok(ExitCode::from(match verdict(&worlds, &filter, scan.fail_on) {
        // Accounts that could not be read at all.
        0 if missed > 0 => PARTIAL,
        code => code,
    }))
}

fn write(scan: &Scan, worlds: &[World], filter: &Filter, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match (scan.framework, scan.by, scan.format) {
        (None, None, Format::Text) => report::write(worlds, report::Format::Text, filter, &mut out)?,
        (None, None, Format::Json) => report::write(worlds, report::Format::Json, filter, &mut out)?,
        (Some(framework), _, Format::Text) => report::framework::write_text(worlds, framework, &mut out)?,
        (Some(framework), _, Format::Json) => report::framework::write_json(worlds, framework, &mut out)?,
        (None, Some(by), Format::Text) => report::ways_in::write_text(worlds, by, filter, &mut out)?,
        (None, Some(by), Format::Json) => report::ways_in::write_json(worlds, by, filter, &mut out)?,
    }
    out.flush()
}

/// The worlds, and how many more there should be.
fn worlds(scan: &Scan) -> Result<(Vec<World>, usize), CommandError> {
    let mut config = configured()?;
    let baselines = snapshots::open(&scan.baseline, false, &config)?;
    config.settings.baselines = baselines.into_iter().map(|baseline| baseline.posture).collect();
    let (unjudged, missed) = if scan.demo {
        (vec![snapshots::demo(&config)], 0)
    } else if !scan.snapshot.is_empty() {
        (snapshots::open(&scan.snapshot, scan.salvage, &config)?, 0)
    } else {
        live(scan, &config)?
    };
    Ok((unjudged.into_iter().map(snapshots::Unjudged::judge).collect(), missed))
}

#[cfg(feature = "aws")]
fn live(scan: &Scan, config: &Config) -> Result<(Vec<snapshots::Unjudged>, usize), CommandError> {
    snapshots::live(&scan.live, &super::live::breadth(&scan.live)?, config)
}

#[cfg(not(feature = "aws"))]
fn live(_: &Scan, _: &Config) -> Result<(Vec<snapshots::Unjudged>, usize), CommandError> {
    Err(CommandError::usage(super::NO_AWS))
}

fn filter(scan: &Scan) -> Result<Filter, CommandError> {
    let layers = scan.layer.iter().map(|layer| match layer {
        LayerName::Function => Layer::Function,
        LayerName::Identity => Layer::Identity,
        LayerName::Data => Layer::Data,
        LayerName::Monitoring => Layer::Monitoring,
        LayerName::Response => Layer::Response,
    });
    let mut checks = scan.check.iter().map(|name| super::catalogue::find(name)).collect::<Result<Vec<&'static Check>, _>>()?;
    if let Some(framework) = scan.framework {
        checks.extend(all().filter(|check| !framework.keys(check).is_empty()));
    }
    Ok(Filter { layers: layers.collect(), checks, passes: scan.include_pass })
}

/// 3 wins over 4.
fn verdict(worlds: &[World], filter: &Filter, fail_on: FailOn) -> u8 {
    let bar = match fail_on {
        FailOn::Critical => Some(Severity::Critical),
        FailOn::High => Some(Severity::High),
        FailOn::Medium => Some(Severity::Medium),
        FailOn::Low => Some(Severity::Low),
        FailOn::Never => None,
    };
    let worst = worlds.iter().filter_map(|world| filter.worst(world)).min();
    if worst.zip(bar).is_some_and(|(worst, bar)| worst <= bar) {
        FOUND
    } else if worlds.iter().any(partial) {
        PARTIAL
    } else {
        0
    }
}

/// Whether something could not be read.
fn partial(world: &World) -> bool {
    world.blind().next().is_some() || world.findings.iter().any(|finding| finding.status == Status::Unknown)
}
