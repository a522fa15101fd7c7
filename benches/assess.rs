//! The checks and the score on 10,000 functions with what triggers them, what they work with and who watches them: time on
//! one core, and memory. How 10,000 roles reach one another is measured by the bench `reach`, and is left out here.
//!
//! `cargo bench --no-default-features --bench assess`, with `-- 2000` for another size.

mod account;
mod budget;
mod services;

use std::{process::ExitCode, sync::Arc};

use palisade::{
    checks::{self, Context, Settings},
    iam::Account,
    lens::{self, Ledger},
    model::Source,
    paths::Doors,
    world::{Origin, World},
};

fn main() -> ExitCode {
    let mut figures = budget::Figures::default();
    let size = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let (built, posture) = budget::timed(|| {
        let mut posture = account::posture(size);
        services::furnish(&mut posture);
        Arc::new(posture)
    });
    let settings = Arc::new(Settings::default());
    println!("an account of {size} functions and {} resources, built in {built:.0} ms", posture.arns().len());
    let before = budget::memory("VmRSS");

    let (prepared, context) = budget::worked(|| Context::new(&posture, &settings));
    figures.tell("policies parsed, and who is public", prepared, "ms", None);
    let (paths, _) = budget::worked(|| context.is_public(&posture.root()));
    figures.tell("steps and paths of the account, asked by the first check", paths, "ms", None);
    let mut slowest: Vec<(f64, usize, &str)> = checks::all()
        .map(|check| {
            let (took, verdicts) = budget::worked(|| (check.run)(&context));
            (took, verdicts.len(), check.id)
        })
        .collect();
    drop(context);
    slowest.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (took, verdicts, id) in slowest.iter().take(8) {
        figures.tell(&format!("check {id}, {verdicts} verdicts"), *took, "ms", None);
    }

    let (first, world) = budget::worked(|| World::assess(Origin::Demo, posture.clone(), settings.clone()));
    println!("{} verdicts, {} findings", world.verdicts.len(), world.findings.len());
    figures.tell("all checks and the score", first, "ms", None);
    figures.tell("the same without the paths", first - paths, "ms", Some(1500.0));
    let (again, world) = budget::worked(|| world.reassess(posture, &[Source::Logs]));
    figures.tell("the same after one source changed", again, "ms", None);
    let (plans, remedied) = budget::worked(|| world.plans(world.findings.iter().take(1000)));
    figures.tell("remedies of 1,000 findings", plans, "ms", None);
    println!("{} of them have one", remedied.iter().flatten().count());
    ways_in(&mut figures, &world);

    if let (Some(before), Some(after), Some(highest)) = (before, budget::memory("VmRSS"), budget::memory("VmHWM")) {
        figures.tell("memory of the posture", before, "MB", None);
        figures.tell("memory with the world", after, "MB", None);
        figures.tell("memory at its highest", highest, "MB", Some(700.0));
    }
    figures.code()
}

/// The findings by trigger and by interface: the doors in the background, the rest as the screen does it.
fn ways_in(figures: &mut budget::Figures, world: &World) {
    let Some(library) = world.library() else { return };
    let (found, doors) = budget::worked(|| Doors::new(&Account::new(&world.posture, library)));
    figures.tell("who outside may call or send to what", found, "ms", None);
    let (indexed, ledger) = budget::worked(|| Ledger::new(world, |_| true));
    figures.tell("findings by resource", indexed, "ms", Some(100.0));
    let (grouped, view) = budget::worked(|| lens::triggers(world, &doors, &ledger));
    figures.tell(&format!("{} groups by trigger", view.groups.len()), grouped, "ms", Some(400.0));
    let (grouped, view) = budget::worked(|| lens::interfaces(world, &doors, &ledger));
    figures.tell(&format!("{} groups by interface", view.groups.len()), grouped, "ms", Some(400.0));
}
