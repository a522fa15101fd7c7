//! Figures against what they may be. A figure over its budget is marked, and the bench fails.

use std::{
    fs,
    time::{Duration, Instant},
};

/// What was measured.
#[derive(Default)]
pub(crate) struct Figures {
    over: usize,
}

impl Figures {
    /// Prints a figure, and the budget when there is one.
    pub(crate) fn tell(&mut self, what: &str, figure: f64, unit: &str, budget: Option<f64>) {
        let verdict = match budget {
            Some(budget) if figure > budget => {
                self.over += 1;
                format!("OVER the budget of {budget} {unit}")
            }
            Some(budget) => format!("budget {budget} {unit}"),
            None => String::new(),
        };
        println!("{what:<58} {figure:>10.2} {unit:<3} {verdict}");
    }

    /// Ends the bench: 1 when a figure is over its budget.
    pub(crate) fn code(self) -> std::process::ExitCode {
        if self.over == 0 { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
    }
}

/// How long `work` takes, in milliseconds, and what came of it.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let result = work();
    (millis(begun.elapsed()), result)
}

/// How long `work` keeps this thread busy, in milliseconds, and what came of it: other programs do not count, where the
/// system tells. For work of some length.
pub(crate) fn worked<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let busy = || -> Option<f64> {
        let nanoseconds: f64 = fs::read_to_string("/proc/thread-self/schedstat").ok()?.split_whitespace().next()?.parse().ok()?;
        Some(nanoseconds / 1e6)
    };
    let before = busy();
    let (passed, result) = timed(work);
    match (before, busy()) {
        (Some(before), Some(after)) => (after - before, result),
        _ => (passed, result),
    }
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Resident memory in MB, now or at its highest; none where the system does not tell.
pub(crate) fn memory(line: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes: f64 = status.lines().find(|found| found.starts_with(line))?.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
