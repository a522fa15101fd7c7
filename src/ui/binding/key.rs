//! One key with its modifiers, as terminals tell it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key: for letters the case is part of it, so that Shift is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    control: bool,
    alt: bool,
}

/// Letters of other layouts by their place on the keyboard, so that `j` moves down on any of them.
const LAYOUTS: [(&str, &str); 2] = [
    ("йцукенгшщзфывапролдячсмитьЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ", "qwertyuiopasdfghjklzxcvbnmQWERTYUIOPASDFGHJKLZXCVBNM"),
    ("ςερτυθιοπασδφγηξκλζχψωβνμΕΡΤΥΘΙΟΠΑΣΔΦΓΗΞΚΛΖΧΨΩΒΝΜ", "wertyuiopasdfghjklzxcvbnmERTYUIOPASDFGHJKLZXCVBNM"),
];

impl Key {
    /// The key of an event.
    pub fn of(event: KeyEvent) -> Self {
        let code = match event.code {
            KeyCode::Char(letter) => KeyCode::Char(latin(letter)),
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        Self { code, control: event.modifiers.contains(KeyModifiers::CONTROL), alt: event.modifiers.contains(KeyModifiers::ALT) }
    }

    /// Reads `j`, `G`, `ctrl-d`, `pagedown`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut letters = text.chars();
        if let (Some(letter), None) = (letters.next(), letters.next()) {
            return Some(Self { code: KeyCode::Char(letter), control: false, alt: false });
        }
        let key = crokey::parse(text).ok()?;
        let crokey::OneToThree::One(code) = key.codes else { return None };
        Some(Self::of(KeyEvent::new(code, key.modifiers)))
    }

    /// Reads keys with spaces between them.
    pub fn sequence(text: &str) -> impl Iterator<Item = Self> + '_ {
        text.split(' ').filter_map(Self::parse)
    }

    /// As people write it.
    pub fn written(self) -> String {
        let name = match self.code {
            KeyCode::Char(letter) if self.control => letter.to_ascii_uppercase().to_string(),
            KeyCode::Char(letter) => letter.to_string(),
            KeyCode::Enter => "Enter".to_owned(),
            KeyCode::Esc => "Esc".to_owned(),
            KeyCode::Tab => "Tab".to_owned(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::Backspace => "Backspace".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Home => "Home".to_owned(),
            KeyCode::End => "End".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::F(number) => format!("F{number}"),
            code => format!("{code:?}"),
        };
        format!("{}{}{name}", if self.control { "Ctrl-" } else { "" }, if self.alt { "Alt-" } else { "" })
    }
}

/// A sequence as people write it.
pub(super) fn written(keys: &str) -> String {
    Key::sequence(keys).map(Key::written).collect::<Vec<_>>().join(" ")
}

fn latin(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    LAYOUTS
        .iter()
        .find_map(|(there, here)| there.chars().zip(here.chars()).find(|(other, _)| *other == letter))
        .map_or(letter, |(_, here)| here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(code: KeyCode, modifiers: KeyModifiers) -> Key {
        Key::of(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn shift_belongs_to_the_letter() {
        assert_eq!(Key::parse("G"), Some(event(KeyCode::Char('G'), KeyModifiers::SHIFT)));
        assert_eq!(Key::parse("?"), Some(event(KeyCode::Char('?'), KeyModifiers::NONE)));
        assert_eq!(Key::parse("?"), Some(event(KeyCode::Char('?'), KeyModifiers::SHIFT)));
        assert_eq!(Key::parse("backtab"), Some(event(KeyCode::BackTab, KeyModifiers::SHIFT)));
        assert_eq!(Key::parse("ctrl-d"), Some(event(KeyCode::Char('d'), KeyModifiers::CONTROL)));
        assert_ne!(Key::parse("g"), Key::parse("G"));
        assert_eq!(Key::parse("no-such"), None);
    }

    #[test]
    fn other_layouts_are_read_by_position() {
        assert_eq!(Key::parse("j"), Some(event(KeyCode::Char('о'), KeyModifiers::NONE)));
        assert_eq!(Key::parse("G"), Some(event(KeyCode::Char('П'), KeyModifiers::NONE)));
        for (there, here) in LAYOUTS {
            assert_eq!(there.chars().count(), here.chars().count());
        }
    }

    #[test]
    fn keys_are_written_as_people_do() {
        assert_eq!(written("ctrl-d"), "Ctrl-D");
        assert_eq!(written("g o"), "g o");
    }
}
