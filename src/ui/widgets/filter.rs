//! The line in which a filter is typed, below the list that it narrows while it is being typed.

use ratatui::{
    Frame,
    layout::{Position, Rect},
};
use tui_input::Input;

use crate::{
    model::text,
    ui::{
        binding::Action,
        paint::{put, row},
        screen::{Cx, Edit},
        theme::Role,
        width::{Cut, fit},
    },
};

/// A filter of words, and the line while it is open.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    text: String,
    /// What is being typed, and what the filter was before.
    line: Option<(Input, String)>,
}

impl Filter {
    /// As it was typed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether letters are text now.
    pub(crate) fn typing(&self) -> bool {
        self.line.is_some()
    }

    /// Opens the line, closes it, or takes the filter away; `None` where `action` does nothing to it, else whether it may
    /// be another one now.
    pub(crate) fn act(&mut self, action: Action) -> Option<bool> {
        match action {
            Action::Filter => self.line = Some((Input::new(self.text.clone()), self.text.clone())),
            Action::Accept => self.line = None,
            Action::Discard => {
                if let Some((_, before)) = self.line.take() {
                    self.text = before;
                }
                return Some(true);
            }
            Action::Back if !self.text.is_empty() => {
                self.text.clear();
                return Some(true);
            }
            _ => return None,
        }
        Some(false)
    }

    /// Types into the line; says whether the filter changed.
    pub(crate) fn edit(&mut self, edit: Edit) -> bool {
        let Some((input, _)) = &mut self.line else { return false };
        edit.apply(input);
        let changed = input.value() != self.text;
        input.value().clone_into(&mut self.text);
        changed
    }

    /// Whether every one of its words is in one of the texts, in any case.
    pub(crate) fn holds(&self, texts: &[&str]) -> bool {
        let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        self.text.to_lowercase().split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
    }

    /// What stands in the heading of its screen.
    pub(crate) fn heading(&self) -> String {
        if self.text.is_empty() { String::new() } else { format!("/{}", text::clean(&self.text)) }
    }

    /// Which row of the `shown` ones is under the cursor, and how many of `all` are not shown.
    pub(crate) fn note(row: usize, shown: usize, all: usize) -> String {
        match shown {
            0 => format!("0 of {all}"),
            shown if shown == all => format!("{} of {shown}", row + 1),
            shown => format!("{} of {shown}, {} filtered out", row + 1, all - shown),
        }
    }

    /// The room that the open line leaves to the list.
    pub(crate) fn above(&self, area: Rect) -> Rect {
        Rect { height: area.height.saturating_sub(u16::from(self.typing())), ..area }
    }

    /// Draws the line, while it is open, into the last row of `area`.
    pub(crate) fn draw(&self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some((input, _)) = &self.line else { return };
        let area = row(area, area.height.saturating_sub(1));
        let buffer = frame.buffer_mut();
        let x = put(buffer, area, 1, 0, "/", cx.style(Role::Accent));
        let shown = text::clean(input.value());
        let room = usize::from(area.width.saturating_sub(x + 1));
        put(buffer, area, x, 0, &fit(&shown, room, Cut::Middle, cx.glyphs.ellipsis()), cx.style(Role::Text));
        let cursor = x.saturating_add(u16::try_from(input.visual_cursor()).unwrap_or(u16::MAX)).min(area.width.saturating_sub(1));
        if !area.is_empty() {
            frame.set_cursor_position(Position::new(area.x + cursor, area.y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_be_somewhere() {
        let filter = |text: &str| Filter { text: text.to_owned(), line: None };
        assert!(filter("").holds(&[]));
        assert!(filter("fn url").holds(&["FN-002", "Function URLs ask for credentials"]));
        assert!(!filter("fn urn").holds(&["FN-002", "Function URLs ask for credentials"]));
    }

    #[test]
    fn what_is_discarded_was_never_typed() {
        let mut filter = Filter::default();
        filter.act(Action::Filter);
        assert!(filter.edit(Edit::Paste("url".to_owned())));
        filter.act(Action::Accept);
        filter.act(Action::Filter);
        assert!(filter.edit(Edit::Paste("s".to_owned())));
        assert_eq!(filter.text(), "urls");
        filter.act(Action::Discard);
        assert_eq!((filter.text(), filter.typing()), ("url", false));
    }
}
