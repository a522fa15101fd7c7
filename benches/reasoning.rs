//! What the policy engine takes, on one core: decisions, and the action sets of every policy that AWS manages.
//!
//! `cargo bench --no-default-features --bench reasoning`

mod budget;
#[path = "reasoning/cases.rs"]
mod cases;

use std::process::ExitCode;

use palisade::iam::{ActionSet, AwsPolicy, Catalog, Document, decide};

/// Passes over the cases, so that there is something to measure.
const PASSES: usize = 20;

fn main() -> ExitCode {
    let mut figures = budget::Figures::default();
    decisions(&mut figures);
    sets(&mut figures);
    if let Some(highest) = budget::memory("VmHWM") {
        figures.tell("memory at its highest", highest, "MB", None);
    }
    figures.code()
}

fn decisions(figures: &mut budget::Figures) {
    let cases = cases::read(include_bytes!("../tests/iam/cases.jsonl.zst"));
    let (took, decided) = budget::worked(|| {
        let outcomes = (0..PASSES).flat_map(|_| &cases).map(|(request, policies)| decide(request, policies).outcome);
        outcomes.fold(0_u32, |sum, outcome| sum + outcome as u32)
    });
    let count = f64::from(u32::try_from(cases.len() * PASSES).unwrap_or(u32::MAX));
    println!("{} cases, {PASSES} times, checksum {decided}", cases.len());
    figures.tell("a decision", took * 1000.0 / count, "µs", Some(5.0));
    figures.tell("decisions a second", count / took * 1000.0, "", None);
}

fn sets(figures: &mut budget::Figures) {
    let (took, catalog) = budget::worked(Catalog::embedded);
    println!("{} actions of {} services", catalog.len(), catalog.services().len());
    figures.tell("the table of actions unpacked", took, "ms", Some(15.0));
    let (took, policies) = budget::worked(AwsPolicy::all);
    figures.tell("AWS's policies unpacked", took, "ms", None);
    let (took, documents) = budget::worked(|| policies.iter().filter_map(|policy| policy.document().ok()).collect::<Vec<Document>>());
    figures.tell(&format!("{} of them parsed", documents.len()), took, "ms", None);
    let (took, sum) = budget::worked(|| documents.iter().map(|document| ActionSet::effective(document).len()).sum::<usize>());
    println!("{sum} actions in all");
    figures.tell("their action sets", took, "ms", Some(200.0));
}
