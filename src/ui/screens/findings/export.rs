//! The findings of a list as a file.

use serde::Serialize;

use crate::world::Finding;

/// The findings with the word of their fix, as JSON.
pub(super) fn json<'a>(findings: impl Iterator<Item = (&'a Finding, &'a str)>) -> serde_json::Result<String> {
    let rows: Vec<Row<'_>> = findings.map(|(finding, fix)| Row::new(finding, fix)).collect();
    let mut text = serde_json::to_string_pretty(&rows)?;
    text.push('\n');
    Ok(text)
}

/// What is written of a finding.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    check: &'a str,
    resource: &'a str,
    region: &'a str,
    status: &'a str,
    severity: &'a str,
    message: &'a str,
    fix: &'a str,
    risk: f64,
    gain: f64,
}

impl<'a> Row<'a> {
    fn new(finding: &'a Finding, fix: &'a str) -> Self {
        Self {
            id: &finding.id,
            check: finding.check.id,
            resource: finding.resource.as_str(),
            region: &finding.region,
            status: finding.status.word(),
            severity: finding.severity.word(),
            message: &finding.message,
            fix,
            risk: finding.risk,
            gain: finding.gain,
        }
    }
}
