//! Drawing and keys: screens over a world, and nothing that waits, reads or writes.
//!
//! [`Root`] holds a stack of screens and gives back [`Effect`]s for the application to carry out. Screens own
//! their cursor and filter; what many of them need to know of a world is worked out once in [`cache`].

pub mod binding;
mod cache;
pub mod colour;
mod glyph;
mod index;
mod insight;
mod paint;
mod portrait;
mod query;
mod root;
mod roster;
mod screen;
mod screens;
pub mod svg;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod texts;
pub mod theme;
pub mod themes;
mod widgets;
mod width;

use crossterm::event::{KeyEvent, MouseEvent};

pub use insight::Insight;
pub use root::Root;
pub use theme::{Glyphs, Role, Theme, ThemeChoice};

use crate::{
    checks::Waiver,
    model::{Source, SourceRun, Timestamp},
    world::World,
};

/// Something the user did.
#[derive(Debug, Clone)]
pub enum Input {
    /// A key.
    Key(KeyEvent),
    /// The mouse.
    Mouse(MouseEvent),
    /// A pasted text.
    Paste(String),
}

/// What there is to see.
#[derive(Debug, Clone, Copy, Default)]
pub struct View<'a> {
    /// The accounts.
    pub fleet: &'a [World],
    /// Which of them is shown.
    pub current: usize,
    /// Rises whenever a world is replaced: what was worked out for another generation is stale.
    pub generation: u64,
    /// The running collection; empty when there is none.
    pub progress: &'a [SourceRun],
    /// Whether the checks have still to speak.
    pub assessing: bool,
    /// Whether the account can be read again.
    pub live: bool,
    /// Whether reading is paused.
    pub paused: bool,
    /// Whether nothing can be changed in the account.
    pub read_only: bool,
    /// The time, where ages mean something.
    pub now: Option<Timestamp>,
    /// What was found out about the account that is shown.
    pub insight: Option<&'a Insight>,
}

impl<'a> View<'a> {
    /// The account that is shown, if there is one yet.
    pub fn world(&self) -> Option<&'a World> {
        self.fleet.get(self.current)
    }

    /// How the sources stand: of the running collection, or as the posture was collected.
    pub fn runs(&self) -> &'a [SourceRun] {
        match self.world() {
            Some(world) if self.progress.is_empty() => &world.posture.sources,
            _ => self.progress,
        }
    }

    /// Whether a collection is running.
    pub fn collecting(&self) -> bool {
        self.progress.iter().any(|run| !run.state.ended())
    }
}

/// Something for the application to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// End the program.
    Quit,
    /// Back to the shell, for now.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// Put a text into the clipboard.
    Copy {
        /// The text.
        text: String,
        /// What it is, for the toast.
        what: String,
    },
    /// Change the theme.
    Theme(ThemeChoice),
    /// Read one source again.
    Retry {
        /// Which.
        source: Source,
        /// Where.
        region: String,
    },
    /// Read everything again.
    RefreshAll,
    /// Stop reading.
    Cancel,
    /// Pause reading, or go on.
    Pause,
    /// Save a snapshot.
    SaveSnapshot,
    /// Show another account.
    SelectAccount(usize),
    /// Accept what a waiver speaks of.
    Waive(Box<Waiver>),
    /// Write a file.
    Write {
        /// Its name, without a directory.
        name: String,
        /// What is in it.
        contents: String,
    },
}

/// A word to the user, until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// What it says: one line.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How a toast is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// It did not.
    Bad,
    /// By the way.
    Note,
}

impl Toast {
    /// It worked.
    pub fn good(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Good }
    }

    /// It did not.
    pub fn bad(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Bad }
    }

    /// By the way.
    pub fn note(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Note }
    }
}
