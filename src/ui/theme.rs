//! Roles and what they look like.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text is for; a theme gives each role its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Plain text.
    Text,
    /// Text of less weight.
    Dim,
    /// The one colour that draws the eye.
    Accent,
    /// Frames.
    Border,
    /// The frame of the pane with the cursor.
    BorderFocus,
    /// The row under the cursor.
    Selection,
    /// Titles.
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
    /// As it should be.
    Pass,
    /// Not as it should be.
    Fail,
    /// Not known.
    Unknown,
    /// Accepted.
    Waived,
    /// New.
    Added,
    /// Gone.
    Removed,
}

/// A style for every role.
#[derive(Debug, Clone, Default)]
pub struct Theme {}

impl Theme {
    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        let bold = |color| Style::new().fg(color).add_modifier(Modifier::BOLD);
        match role {
            Role::Text => Style::new(),
            Role::Dim | Role::Border | Role::Low | Role::Info | Role::Waived => Style::new().fg(Color::DarkGray),
            Role::Accent | Role::BorderFocus => Style::new().fg(Color::Cyan),
            Role::Selection => Style::new().add_modifier(Modifier::REVERSED),
            Role::Title => Style::new().add_modifier(Modifier::BOLD),
            Role::Critical | Role::Fail => bold(Color::Red),
            Role::High | Role::Removed => Style::new().fg(Color::Red),
            Role::Medium => Style::new().fg(Color::Yellow),
            Role::Pass | Role::Added => Style::new().fg(Color::Green),
            Role::Unknown => Style::new().fg(Color::Magenta),
        }
    }
}

/// Which signs are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// Box drawing, arrows and blocks.
    #[default]
    Unicode,
    /// ASCII only.
    Ascii,
}

/// Which theme is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThemeChoice {
    /// The next of light, dark and mono.
    Next,
}
