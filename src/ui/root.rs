//! The stack of screens.

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::{Frame, text::Line, widgets::Paragraph};

use super::{Effect, Glyphs, Input, Role, Theme, ThemeChoice, Toast, View};

/// The stack of screens.
#[derive(Debug)]
pub struct Root {
    theme: Theme,
    toast: Option<Toast>,
}

impl Root {
    /// A root with the first screen.
    pub fn new(theme: Theme, _glyphs: Glyphs) -> Self {
        Self { theme, toast: None }
    }

    /// Takes in what the user did.
    pub fn handle(&mut self, input: Input, _view: &View<'_>) -> Vec<Effect> {
        self.toast = None;
        match input {
            Input::Key(key) if key.modifiers.contains(KeyModifiers::CONTROL) => match key.code {
                KeyCode::Char('c') => vec![Effect::Quit],
                KeyCode::Char('z') => vec![Effect::Suspend],
                KeyCode::Char('l') => vec![Effect::Redraw],
                _ => Vec::new(),
            },
            Input::Key(key) => match key.code {
                KeyCode::Char('q') => vec![Effect::Quit],
                KeyCode::Char('T') => vec![Effect::Theme(ThemeChoice::Next)],
                KeyCode::Char('y') => vec![Effect::Copy { text: "arn".to_owned(), what: "ARN".to_owned() }],
                _ => Vec::new(),
            },
            Input::Mouse(_) | Input::Paste(_) => Vec::new(),
        }
    }

    /// Tells what became of an effect.
    pub fn notify(&mut self, toast: Toast) {
        self.toast = Some(toast);
    }

    /// Draws the screen.
    pub fn draw(&mut self, frame: &mut Frame<'_>, view: &View<'_>) {
        let mut lines: Vec<Line<'_>> =
            view.fleet.iter().map(|world| Line::from(format!("{} {} findings", world.posture.account, world.findings.len()))).collect();
        lines.push(Line::styled("chosen", self.theme.style(Role::Selection)));
        if let Some(toast) = &self.toast {
            lines.push(Line::styled(toast.text.clone(), self.theme.style(Role::Accent)));
        }
        frame.render_widget(Paragraph::new(lines).style(self.theme.style(Role::Text)), frame.area());
    }

    /// Shows another theme.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme;
    }
}
