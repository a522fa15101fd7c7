//! `palisade checks` and `palisade explain`: the catalogue, and one check in full.

use std::{fmt::Write, process::ExitCode};

use serde::Serialize;

use super::{CommandError, print};
use crate::{
    checks::{self, Check, Framework, Guide, Layer, Links, Severity},
    cli::Format,
    report,
};

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    slug: &'static str,
    layer: Layer,
    severity: Severity,
    title: &'static str,
    why: &'static str,
    how: &'static str,
    reads: &'static [crate::model::Source],
    frameworks: &'static Links,
    requirements: Vec<Requirement>,
    guide: &'static Guide,
}

/// What a key of another framework asks for.
#[derive(Serialize)]
struct Requirement {
    framework: &'static str,
    requirement: &'static str,
    title: &'static str,
}

pub(super) fn list(format: Format) -> Result<ExitCode, CommandError> {
    match format {
        Format::Text => {
            let mut text = String::new();
            let mut layer = None;
            for check in checks::all() {
                if layer.replace(check.layer) != Some(check.layer) {
                    let gap = if text.is_empty() { "" } else { "\n" };
                    let _ = writeln!(text, "{gap}{}: {}", check.layer, check.layer.promise());
                }
                let _ = writeln!(text, "  {}  {:<8}  {}", check.id, check.severity, check.title);
            }
            print(text.as_bytes())
        }
        Format::Json => {
            let entries: Vec<Entry> = checks::all().map(Entry::from).collect();
            let mut json = serde_json::to_vec_pretty(&entries).map_err(CommandError::failed)?;
            json.push(b'\n');
            print(&json)
        }
    }
}

impl From<&'static Check> for Entry {
    fn from(check: &'static Check) -> Self {
        Self {
            id: check.id,
            slug: check.slug,
            layer: check.layer,
            severity: check.severity,
            title: check.title,
            why: check.why,
            how: check.how,
            reads: check.reads,
            frameworks: &check.links,
            requirements: Framework::ALL.into_iter().flat_map(|framework| requirements(framework, check)).collect(),
            guide: &check.guide,
        }
    }
}

fn requirements(framework: Framework, check: &Check) -> impl Iterator<Item = Requirement> {
    let keys = framework.keys(check).iter();
    keys.map(move |&key| Requirement { framework: framework.word(), requirement: key, title: framework.requirement(key) })
}

pub(super) fn explain(name: &str, format: Format) -> Result<ExitCode, CommandError> {
    let check = find(name)?;
    match format {
        Format::Text => print(report::explain::text(check).as_bytes()),
        Format::Json => {
            let mut json = serde_json::to_vec_pretty(&Entry::from(check)).map_err(CommandError::failed)?;
            json.push(b'\n');
            print(&json)
        }
    }
}

/// The check called `name`.
///
/// # Errors
/// With the nearest id, when there is none.
pub(super) fn find(name: &str) -> Result<&'static Check, CommandError> {
    checks::find(name).ok_or_else(|| {
        let near = |check: &&'static Check| {
            let like = |known: &str| strsim::jaro_winkler(known, &name.to_lowercase());
            like(&check.id.to_lowercase()).max(like(check.slug))
        };
        let nearest = checks::all().max_by(|a, b| near(a).total_cmp(&near(b)));
        let hint = nearest.map_or_else(String::new, |check| format!(" Did you mean {} ({})?", check.id, check.slug));
        CommandError::usage(format!("there is no check {name:?}.{hint} `palisade checks` lists them all"))
    })
}
