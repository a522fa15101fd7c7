//! Everything that can happen to a dashboard.

use std::{io, sync::Arc, thread};

use tokio::sync::mpsc;

use crate::{checks::Waiver, model::SourceRun, paths::Found, ui::Toast, world::World};

/// Everything that can happen to a dashboard.
#[derive(Debug)]
pub(super) enum Event {
    /// A key, a click, a paste, another size.
    Terminal(crossterm::event::Event),
    /// The terminal is gone.
    Lost(io::Error),
    /// SIGTERM, SIGHUP, SIGINT.
    Ended(i32),
    /// SIGTSTP from elsewhere.
    Stop,
    /// SIGCONT: the terminal may show anything.
    Continued,
    /// Checks run, or have run.
    Assessing(bool),
    /// A newer world for a place in the fleet.
    Assessed { generation: u64, place: usize, world: Box<World> },
    /// A collection has begun; what belongs to earlier ones is late.
    Began(u64),
    /// Where the running collection stands; empty when none runs.
    Progress { generation: u64, runs: Vec<SourceRun> },
    /// The account cannot be read.
    Failed(String),
    /// What a screen asked about the account; `worlds` is what was shown when it asked.
    Answered { worlds: u64, found: Found },
    /// A finding is accepted.
    Waived(Arc<Waiver>),
    /// A job has something to say.
    Told(Toast),
    /// A thread panicked.
    Crashed,
}

/// Tells the loop when the thread or task that holds it panics: the panic hook has given the terminal
/// back by then, and nobody would see what is drawn.
pub(super) struct Crash(pub(super) Events);

impl Drop for Crash {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.try_send(Event::Crashed);
        }
    }
}

/// Sends events to the loop.
pub(super) type Events = mpsc::Sender<Event>;

/// The one channel: whoever sends faster than the loop takes has to wait.
pub(super) fn channel() -> (Events, mpsc::Receiver<Event>) {
    mpsc::channel(256)
}
