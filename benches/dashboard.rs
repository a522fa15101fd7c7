//! The dashboard on large accounts: the first frame, frames, keys.
//!
//! `cargo bench --no-default-features --features tui --bench dashboard`

mod account;
mod budget;

use std::{process::ExitCode, sync::Arc};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use palisade::{
    checks::Settings,
    outcome::Outcomes,
    ui::{Glyphs, Input, Root, View, theme::Themes},
    world::{Origin, World},
};
use ratatui::{Terminal, backend::TestBackend};

fn main() -> ExitCode {
    let mut figures = budget::Figures::default();
    let theme = match Themes::default().load("dark") {
        Ok(theme) => theme,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let new_root = || Root::new(theme.clone(), Glyphs::Unicode);

    // The first frame of a snapshot: before any check has run.
    let posture = Arc::new(account::posture(10_000));
    let settings = Arc::new(Settings::default());
    let (first, ()) = budget::worked(|| {
        let blank = World::unassessed(Origin::Demo, posture.clone(), settings.clone());
        Bench::new(new_root(), 120, 36).frame(&[blank], 0, true);
    });
    figures.tell("first frame of a snapshot of 10,000 functions", first, "ms", Some(50.0));

    // As many functions as it takes for 100,000 findings.
    let mut size = 10_000;
    let mut world = World::assess(Origin::Demo, posture, settings.clone());
    while world.findings.len() < 100_000 {
        size += 5_000;
        world = World::assess(Origin::Demo, Arc::new(account::posture(size)), settings.clone());
    }
    println!("an account of {size} functions: {} findings", world.findings.len());
    let worlds = [world];

    let (stand, outcomes) = budget::worked(|| Outcomes::of(&worlds[0]));
    figures.tell("where the account stands in every check and framework", stand, "ms", Some(50.0));
    let (first, found) = budget::worked(|| worlds[0].fix_first(5).len());
    figures.tell(
        &format!("what to fix first: {found} of {}", outcomes.checks.iter().map(|check| check.fail).sum::<usize>()),
        first,
        "ms",
        Some(50.0),
    );

    for (what, keys) in [
        ("overview", ""),
        ("findings", FINDINGS),
        ("functions", FUNCTIONS),
        ("finding", FINDING),
        ("frameworks", FRAMEWORKS),
        ("requirement", REQUIREMENT),
        ("checks", CHECKS),
    ] {
        for (width, height, frame_budget) in [(120, 36, 2.0), (300, 80, 6.0)] {
            let mut bench = Bench::new(new_root(), width, height);
            let (first, ()) = budget::worked(|| bench.frame(&worlds, 1, false));
            for key in keys.chars() {
                bench.press(key, &worlds);
                bench.frame(&worlds, 1, false);
            }
            if what == "overview" && width == 120 {
                figures.tell("first frame of 100,000 findings, with what it works out", first, "ms", Some(150.0));
            }
            let mut frames: Vec<f64> = (0..200).map(|_| budget::timed(|| bench.frame(&worlds, 1, false)).0).collect();
            figures.tell(&format!("{what}: frame at {width}x{height}, median"), quantile(&mut frames, 0.5), "ms", Some(frame_budget));
            let mut turns: Vec<f64> = (0..200)
                .map(|_| {
                    budget::timed(|| {
                        bench.press('j', &worlds);
                        bench.frame(&worlds, 1, false);
                    })
                    .0
                })
                .collect();
            figures.tell(&format!("{what}: key to frame at {width}x{height}, p99"), quantile(&mut turns, 0.99), "ms", Some(8.0));
        }
    }

    let mut bench = Bench::new(new_root(), 120, 36);
    for key in FINDINGS.chars() {
        bench.press(key, &worlds);
    }
    bench.frame(&worlds, 1, false);
    bench.press('/', &worlds);
    let mut turns: Vec<f64> = "worker-00012"
        .chars()
        .map(|key| {
            budget::timed(|| {
                bench.press(key, &worlds);
                bench.frame(&worlds, 1, false);
            })
            .0
        })
        .collect();
    figures.tell("filter: slowest key at 100,000 rows", quantile(&mut turns, 1.0), "ms", Some(10.0));
    if let Some(memory) = budget::memory("VmRSS") {
        let budget = 40.0 + 1.5 * worlds[0].findings.len() as f64 / 1024.0;
        figures.tell("memory", memory, "MB", Some(budget));
    }
    figures.code()
}

/// Keys from the first screen to the list of findings.
const FINDINGS: &str = "gi";
/// Keys from the first screen to the list of functions.
const FUNCTIONS: &str = "gf";
/// Keys from the first screen to the frameworks.
const FRAMEWORKS: &str = "gw";
/// Keys from the first screen to the evidence behind a requirement.
const REQUIREMENT: &str = "gwjjj\n\n";
/// Keys from the first screen to the checks.
const CHECKS: &str = "ge";
/// Keys from the first screen to one finding.
const FINDING: &str = "\n";

/// A dashboard without a terminal.
struct Bench {
    root: Root,
    terminal: Terminal<TestBackend>,
}

fn view(fleet: &[World], generation: u64, assessing: bool) -> View<'_> {
    View { fleet, current: 0, generation, progress: &[], assessing, live: false, paused: false, read_only: true, now: None, insight: None }
}

impl Bench {
    fn new(root: Root, width: u16, height: u16) -> Self {
        let Ok(terminal) = Terminal::new(TestBackend::new(width, height));
        Self { root, terminal }
    }

    fn frame(&mut self, fleet: &[World], generation: u64, assessing: bool) {
        let Self { root, terminal } = self;
        let Ok(_) = terminal.draw(|frame| root.draw(frame, &view(fleet, generation, assessing)));
    }

    fn press(&mut self, key: char, fleet: &[World]) {
        let code = if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) };
        self.root.handle(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)), &view(fleet, 1, false));
    }
}

/// The value below which `share` of the figures are.
fn quantile(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let place = (figures.len() as f64 * share) as usize;
    figures.get(place.min(figures.len().saturating_sub(1))).copied().unwrap_or_default()
}
