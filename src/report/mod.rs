//! Reports: a world, written for people or for programs.

pub mod decision;
pub mod explain;
pub mod framework;
mod json;
pub mod privilege;
pub mod reach;
mod text;
pub mod ways_in;

use std::io::{self, Write};

use crate::{
    checks::{Check, Layer, Severity},
    world::{Finding, Status, World},
};

/// What a report contains.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these layers; empty is all.
    pub layers: Vec<Layer>,
    /// Only these checks; empty is all.
    pub checks: Vec<&'static Check>,
    /// With what passed.
    pub passes: bool,
}

impl Filter {
    fn admits(&self, finding: &Finding) -> bool {
        (self.layers.is_empty() || self.layers.contains(&finding.check.layer))
            && (self.checks.is_empty() || self.checks.iter().any(|check| check.id == finding.check.id))
    }

    /// The findings of `world` that the report contains: by risk, passes last.
    pub fn findings(&self, world: &World) -> Vec<Finding> {
        let mut findings: Vec<Finding> = world.findings.iter().filter(|finding| self.admits(finding)).cloned().collect();
        if self.passes {
            findings.extend(world.passes().into_iter().filter(|finding| self.admits(finding)));
        }
        findings
    }

    /// The worst severity among the fails that the report contains.
    pub fn worst(&self, world: &World) -> Option<Severity> {
        world.findings.iter().filter(|finding| finding.status == Status::Fail && self.admits(finding)).map(|finding| finding.severity).min()
    }
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one object, or an array when there are several accounts.
    Json,
}

/// Writes a report on `worlds`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(worlds: &[World], format: Format, filter: &Filter, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => {
            for (index, world) in worlds.iter().enumerate() {
                if index > 0 {
                    writeln!(out)?;
                }
                text::write(world, filter, out)?;
            }
            Ok(())
        }
        Format::Json => json::write(worlds, filter, out),
    }
}
