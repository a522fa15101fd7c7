//! What the pieces of a screen mean, and how a theme makes them look.

use ratatui::style::Style;

use super::colour::Depth;
pub use super::themes::{ThemeError, Themes, built_in};

/// What a piece of the screen means; a theme says how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text; its background is the screen's.
    Text,
    /// Text of less weight: hints, units, ages.
    Dim,
    /// Keys, links and what is active.
    Accent,
    /// Frames.
    Border,
    /// The frame of the pane with the cursor.
    BorderFocus,
    /// The row under the cursor.
    Selection,
    /// Titles and column heads.
    Title,
    /// Severity critical.
    Critical,
    /// Severity high.
    High,
    /// Severity medium.
    Medium,
    /// Severity low.
    Low,
    /// Severity info.
    Info,
    /// Passed.
    Pass,
    /// Failed.
    Fail,
    /// It cannot be said.
    Unknown,
    /// Failed and accepted.
    Waived,
    /// Lines that came.
    Added,
    /// Lines that went.
    Removed,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 18] = [
        Self::Text,
        Self::Dim,
        Self::Accent,
        Self::Border,
        Self::BorderFocus,
        Self::Selection,
        Self::Title,
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
        Self::Pass,
        Self::Fail,
        Self::Unknown,
        Self::Waived,
        Self::Added,
        Self::Removed,
    ];

    /// Its token in a theme file.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dim => "dim",
            Self::Accent => "accent",
            Self::Border => "border",
            Self::BorderFocus => "border_focus",
            Self::Selection => "selection",
            Self::Title => "title",
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// Which theme to show next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThemeChoice {
    /// The one after the present one.
    Next,
    /// The one of this name.
    Named(String),
}

/// Which characters draw frames, bars and marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// Box drawing and symbols.
    #[default]
    Unicode,
    /// ASCII only: for terminals and locales without UTF-8.
    Ascii,
}

/// A style for every role.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    name: String,
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    pub(super) fn new(name: &str, styles: [Style; Role::ALL.len()]) -> Self {
        Self { name: name.to_owned(), styles }
    }

    /// Its name: that of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How `role` looks. Colours that a role leaves open are those of whatever it is drawn on.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The same theme in the colours that a terminal shows.
    #[must_use]
    pub fn reduced(mut self, depth: Depth) -> Self {
        for style in &mut self.styles {
            style.fg = style.fg.map(|color| depth.reduce(color));
            style.bg = style.bg.map(|color| depth.reduce(color));
        }
        self
    }
}

#[cfg(test)]
impl Default for Theme {
    fn default() -> Self {
        Themes::default().load("default").expect("the default theme")
    }
}
