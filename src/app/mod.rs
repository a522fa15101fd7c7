//! The dashboard's loop: one owner of the worlds, one bounded channel of one closed set of events.
//!
//! Whatever takes time happens elsewhere and posts an [`event::Event`]: the keyboard and the signals
//! on tasks of their own, the checks on a thread that owns the growing posture, clipboard and files
//! on a thread a job. The loop draws when something changed, at most sixty times a second, and
//! otherwise waits: an idle dashboard writes no byte and wakes no thread.

mod appearance;
mod clipboard;
mod event;
mod feed;
mod growing;
mod input;
mod jobs;
mod pace;
mod session;
mod signals;
mod terminal;
mod worker;

use std::{io, path::PathBuf, sync::Arc};

pub use appearance::Appearance;
pub use feed::{Feed, FeedCommand, FeedEvent};
pub use jobs::{Saver, Waiving};
use tokio::sync::watch;

use crate::{
    checks::Settings,
    model::Posture,
    ui::{Root, theme::ThemeError},
    world::Origin,
};

/// What a dashboard starts with.
pub struct Start {
    /// The accounts to show. In live mode the last snapshot of the account, or nothing.
    pub fleet: Vec<(Origin, Arc<Posture>)>,
    /// What the user says of them.
    pub settings: Arc<Settings>,
    /// Where facts of the account come from in live mode.
    pub feed: Option<Feed>,
    /// How it should look.
    pub appearance: Appearance,
    /// Whether clicks and the wheel are wanted.
    pub mouse: bool,
    /// Whether plans cannot be applied.
    pub read_only: bool,
    /// The folder that exported files are written to.
    pub out_dir: PathBuf,
    /// Saves a snapshot when the user asks, and says where.
    pub save: Option<Saver>,
    /// Keeps a waiver when the user accepts a finding.
    pub waive: Option<Waiving>,
    /// Keeps the last snapshot of a live account when a collection has ended.
    pub keep: Option<Saver>,
}

/// Why a dashboard ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// The user left.
    Quit,
    /// A signal of this number.
    Signal(i32),
}

impl ExitReason {
    /// The exit code of the process: 0, or 128 and the signal's number.
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(number) => 128u8.saturating_add(u8::try_from(number).unwrap_or(127)),
        }
    }
}

/// Why a dashboard could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The theme is broken or there is none of that name.
    #[error("{0}")]
    Theme(#[from] ThemeError),
    /// `TERM=dumb`.
    #[error("TERM=dumb: this terminal cannot show a dashboard; `palisade scan` prints a report")]
    Dumb,
    /// The terminal does not answer.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
    /// There is nothing to show: the account cannot be read.
    #[error("{0}")]
    Feed(String),
    /// A thread panicked; its message has been printed.
    #[error("an internal error ended the dashboard; the message above says where")]
    Crashed,
}

impl AppError {
    /// The exit code of the process: 2 for what the user asked for, 1 for what happened.
    pub fn code(&self) -> u8 {
        match self {
            Self::Theme(_) | Self::Dumb => 2,
            Self::Terminal(_) | Self::Feed(_) | Self::Crashed => 1,
        }
    }
}

/// Shows a dashboard until the user leaves.
///
/// # Errors
/// When the theme is broken, the terminal cannot be used, there is nothing to show, or a thread panicked. The
/// terminal is as it was by then.
pub fn run(start: Start) -> Result<ExitReason, AppError> {
    let Start { fleet, settings, feed, appearance, mouse, read_only, out_dir, save, waive, keep } = start;
    // Before the first byte of input is read: the terminal answers a question here.
    let look = appearance.settle()?;
    let root = Root::new(look.theme()?, look.glyphs());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let (events, received) = event::channel();
        signals::listen(&events)?;
        let commands = feed.as_ref().map(|feed| feed.commands.clone());
        let shown = worker::unassessed(&fleet, &settings);
        let (parts, known) = match feed {
            Some(feed) => (Some(feed.parts), feed.known),
            None => (None, watch::Sender::new(None)),
        };
        worker::spawn(worker::Job { fleet, settings, parts, known, keep, events: events.clone() })?;
        let screen = terminal::Screen::enter(mouse)?;
        input::listen(&events, look.answer_is_late());
        let jobs = jobs::Jobs::new(events, out_dir, save, waive);
        session::Session::new(screen, root, look, shown, commands, jobs, read_only).run(received).await
    });
    // A job may hang on a clipboard that does not answer; nobody waits for it.
    runtime.shutdown_background();
    result
}
