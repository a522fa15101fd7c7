//! Progress on standard error: bars on a terminal, a line for each source that ended otherwise.

use std::io::{IsTerminal, stderr};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::{
    live::{Reason, Session},
    model::{GapKind, SourceRun, SourceState, text::clean},
};

/// How far the accounts are.
pub(super) struct Progress {
    bars: Option<MultiProgress>,
    known: Vec<(String, ProgressBar)>,
    /// Whether lines say of which account they are.
    fleet: bool,
}

impl Progress {
    pub(super) fn new(fleet: bool) -> Self {
        Self { bars: stderr().is_terminal().then(MultiProgress::new), known: Vec::new(), fleet }
    }

    /// Says something between the bars.
    pub(super) fn say(&self, line: &str) {
        match &self.bars {
            Some(bars) => drop(bars.println(line)),
            None => eprintln!("{line}"),
        }
    }

    /// Says which Regions of `all` are not read, and why.
    pub(super) fn left_out(&self, session: &Session) {
        let whose = if self.fleet { format!("{}: ", clean(&session.account)) } else { String::new() };
        let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
        for left in &session.left_out {
            let reason = match &left.reason {
                Reason::Empty => "without functions and event source mappings".to_owned(),
                Reason::Off(code) => format!("not switched on for these credentials ({})", clean(code)),
            };
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, regions)) => regions.push(&left.region),
                None => reasons.push((reason, vec![&left.region])),
            }
        }
        for (reason, regions) in reasons {
            self.say(&format!("palisade: {whose}Regions {reason} are left out: {}", regions.join(", ")));
        }
    }

    /// What `run` of `session` has come to.
    pub(super) fn show(&mut self, session: &Session, runs: &Runs, run: &SourceRun) {
        let whose = if self.fleet { format!("{} ", clean(&session.account)) } else { String::new() };
        let ended = run.state.ended();
        // A bar for each account of a fleet, or the terminal is full of them.
        let (bar, length, position, calls, throttled) = match &mut self.bars {
            None if ended => return eprintln!("{whose}{}", line(run)),
            None => return,
            Some(bars) => {
                let name = if self.fleet { session.account.clone() } else { format!("{} {}", run.source, run.region) };
                let bar = match self.known.iter().find(|(known, _)| *known == name) {
                    Some((_, bar)) => bar.clone(),
                    None => {
                        let style = ProgressStyle::with_template("{prefix:<22} {bar:20} {pos}/{len} {msg}")
                            .unwrap_or_else(|_| ProgressStyle::default_bar());
                        let bar = bars.add(ProgressBar::new(0).with_style(style).with_prefix(clean(&name).into_owned()));
                        self.known.push((name, bar.clone()));
                        bar
                    }
                };
                match self.fleet {
                    true => (bar, runs.all(), runs.ended(), runs.sum(|run| run.calls), runs.sum(|run| run.throttled)),
                    false => (bar, run.expected.max(run.items), run.items, run.calls, run.throttled),
                }
            }
        };
        bar.set_length(length);
        bar.set_position(position);
        bar.set_message(format!("{calls} calls{}", throttles(throttled)));
        if if self.fleet { runs.ended() == runs.all() } else { ended } {
            bar.finish_and_clear();
        }
        if ended && (!self.fleet || run.state != SourceState::Complete) {
            self.say(&format!("{whose}{}", line(run)));
        }
    }
}

/// Where each source of an account stands.
pub(super) struct Runs(Vec<SourceRun>);

impl Runs {
    pub(super) fn of(session: &Session) -> Self {
        Self(session.sources())
    }

    pub(super) fn note(&mut self, run: &SourceRun) {
        match self.0.iter_mut().find(|known| known.source == run.source && known.region == run.region) {
            Some(known) => *known = run.clone(),
            None => self.0.push(run.clone()),
        }
    }

    fn all(&self) -> u64 {
        self.0.len() as u64
    }

    fn ended(&self) -> u64 {
        self.0.iter().filter(|run| run.state.ended()).count() as u64
    }

    fn sum(&self, of: impl Fn(&SourceRun) -> u64) -> u64 {
        self.0.iter().map(of).sum()
    }
}

fn throttles(throttled: u64) -> String {
    if throttled == 0 { String::new() } else { format!(", {throttled} throttled") }
}

fn line(run: &SourceRun) -> String {
    let mut line = format!(
        "{:<7} {:<15} {:<9} {} items, {} calls{}, {:.1} s",
        run.source,
        run.region,
        run.state.word(),
        run.items,
        run.calls,
        throttles(run.throttled),
        run.seconds
    );
    for gap in run.gaps.iter().filter(|gap| gap.kind != GapKind::Unsupported) {
        line.push_str(&format!("\n        {}", clean(&gap.to_string())));
    }
    line
}
