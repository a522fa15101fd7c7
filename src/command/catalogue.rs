//! `palisade checks` and `palisade explain`: the catalogue, and one check in full.

use std::{fmt::Write, process::ExitCode};

use serde::Serialize;

use super::{CommandError, print};
use crate::{
    checks::{self, Check, Layer, Links, Severity},
    cli::Format,
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
        }
    }
}

pub(super) fn explain(name: &str) -> Result<ExitCode, CommandError> {
    let check = find(name)?;
    let sources: Vec<&str> = check.reads.iter().map(|source| source.word()).collect();
    let mut text = format!("{} {}\n\n  {}\n\n", check.id, check.slug, check.title);
    for (label, value) in [
        ("Layer", format!("{}: {}", check.layer, check.layer.promise())),
        ("Severity", check.severity.word().to_owned()),
        ("Why", check.why.to_owned()),
        ("Decided by", check.how.to_owned()),
        ("Reads", sources.join(", ")),
        ("Responsible", "you: this is on the customer's side of the shared responsibility model".to_owned()),
    ] {
        let _ = writeln!(text, "  {label:<12} {}", wrap(&value, 100).join("\n               "));
    }
    for (framework, keys) in check.links.iter() {
        let _ = writeln!(text, "  {framework:<15} {}", keys.join(", "));
    }
    if !check.guide.avoids.is_empty() {
        text.push_str("\n  Keeps quiet about\n");
    }
    for avoided in check.guide.avoids {
        let _ = writeln!(text, "    - {}", wrap(avoided, 100).join("\n      "));
    }
    for (way, lines) in check.guide.ways() {
        let _ = writeln!(text, "\n  {way}\n    {}", lines.replace('\n', "\n    "));
    }
    print(text.as_bytes())
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

/// Breaks `text` into lines of at most `width` characters, at spaces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full = lines.last().is_some_and(|line| !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
