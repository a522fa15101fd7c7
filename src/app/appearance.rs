//! How the dashboard looks here: theme, colours and glyphs, from what the user wants and what the
//! terminal can do.

use std::{env, time::Duration};

use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

use super::AppError;
use crate::ui::{
    Glyphs, Theme, ThemeChoice,
    colour::Depth,
    theme::{ThemeError, Themes},
};

/// How long the terminal may take to tell its colours.
const PATIENCE: Duration = Duration::from_millis(100);
/// What `T` goes through, after the theme the dashboard started with.
const CYCLE: [&str; 4] = ["dark", "light", "high-contrast", "mono"];

/// How a dashboard should look.
#[derive(Debug, Clone, Default)]
pub struct Appearance {
    /// The theme; without one, or with `auto`, the terminal is asked whether it is light or dark.
    pub theme: Option<String>,
    /// Where themes come from.
    pub themes: Themes,
    /// The characters; without, the locale decides.
    pub glyphs: Option<Glyphs>,
}

impl Appearance {
    /// Settles it on this terminal, which may be asked for its colours: nobody may read it meanwhile.
    pub(super) fn settle(self) -> Result<Look, AppError> {
        let ask = || theme_mode(with(PATIENCE)).map_err(drop);
        self.settle_in(|name| env::var(name).ok(), ask)
    }

    /// Like [`Self::settle`], with the environment and the terminal given.
    pub(super) fn settle_in(
        self,
        variable: impl Fn(&str) -> Option<String>,
        ask: impl FnOnce() -> Result<ThemeMode, ()>,
    ) -> Result<Look, AppError> {
        if variable("TERM").is_some_and(|term| term == "dumb") {
            return Err(AppError::Dumb);
        }
        let depth = Depth::detect(&variable);
        let mut late = false;
        let name = match self.theme.filter(|name| name != "auto") {
            // A broken theme is told even where it would not be shown.
            Some(name) => {
                self.themes.load(&name)?;
                name
            }
            None if depth < Depth::Ansi256 => "default".to_owned(),
            None => match ask() {
                Ok(ThemeMode::Dark) => "dark".to_owned(),
                Ok(ThemeMode::Light) => "light".to_owned(),
                Err(()) => {
                    late = true;
                    "default".to_owned()
                }
            },
        };
        let name = if depth == Depth::None { "mono".to_owned() } else { name };
        let glyphs = self.glyphs.unwrap_or_else(|| glyphs(&variable));
        Ok(Look { themes: self.themes, depth, first: name.clone(), name, glyphs, late })
    }
}

fn with(timeout: Duration) -> QueryOptions {
    let mut options = QueryOptions::default();
    options.timeout = timeout;
    options
}

/// ASCII where the locale is known not to be UTF-8, and on the console, whose font lacks the symbols.
fn glyphs(variable: impl Fn(&str) -> Option<String>) -> Glyphs {
    if variable("TERM").is_some_and(|term| term == "linux") {
        return Glyphs::Ascii;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    match locale.map(|locale| locale.to_ascii_lowercase()) {
        Some(locale) if !locale.contains("utf-8") && !locale.contains("utf8") => Glyphs::Ascii,
        _ => Glyphs::Unicode,
    }
}

/// How the dashboard looks.
#[derive(Debug)]
pub(super) struct Look {
    themes: Themes,
    depth: Depth,
    first: String,
    name: String,
    glyphs: Glyphs,
    late: bool,
}

impl Look {
    /// The theme, in the colours of this terminal.
    pub(super) fn theme(&self) -> Result<Theme, ThemeError> {
        Ok(self.themes.load(&self.name)?.reduced(self.depth))
    }

    /// The characters.
    pub(super) fn glyphs(&self) -> Glyphs {
        self.glyphs
    }

    /// Whether the terminal was asked and has not answered yet: it still may.
    pub(super) fn answer_is_late(&self) -> bool {
        self.late
    }

    /// Another theme; the present one stays when that is broken.
    pub(super) fn choose(&mut self, choice: &ThemeChoice) -> Result<Theme, String> {
        if self.depth == Depth::None {
            return Err("NO_COLOR is set: there is no other theme".to_owned());
        }
        let name = match choice {
            ThemeChoice::Named(name) => name.clone(),
            ThemeChoice::Next => self.next().to_owned(),
        };
        let theme = self.themes.load(&name).map_err(|error| error.to_string())?;
        self.name = name;
        Ok(theme.reduced(self.depth))
    }

    fn next(&self) -> &str {
        let mut cycle = vec![self.first.as_str()];
        cycle.extend(CYCLE.into_iter().filter(|name| *name != self.first));
        let place = cycle.iter().position(|name| *name == self.name).map_or(0, |place| (place + 1) % cycle.len());
        cycle.get(place).copied().unwrap_or("default")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Role;
    use ratatui::style::{Color, Modifier};

    const GOOD: [(&str, &str); 3] = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "de_DE.UTF-8")];

    fn settle(theme: Option<&str>, variables: &[(&str, &str)], answer: Result<ThemeMode, ()>) -> Result<Look, AppError> {
        let appearance = Appearance { theme: theme.map(str::to_owned), ..Appearance::default() };
        appearance.settle_in(
            |name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
            || if theme.is_some() { panic!("the terminal was asked for nothing") } else { answer },
        )
    }

    #[test]
    fn the_terminal_decides_between_light_and_dark() {
        let shown = |answer| settle(None, &GOOD, answer).unwrap().theme().unwrap().name().to_owned();
        assert_eq!(shown(Ok(ThemeMode::Light)), "light");
        assert_eq!(shown(Ok(ThemeMode::Dark)), "dark");
        assert_eq!(shown(Err(())), "default");
        assert!(settle(None, &GOOD, Err(())).unwrap().answer_is_late());
        assert!(!settle(Some("dark"), &GOOD, Err(())).unwrap().answer_is_late());
    }

    #[test]
    fn no_color_means_weight_and_reversal_only() {
        let variables = [("TERM", "xterm-256color"), ("NO_COLOR", "1")];
        for theme in [None, Some("dark")] {
            let mut look = settle(theme, &variables, Err(())).unwrap();
            let theme = look.theme().unwrap();
            assert_eq!(theme.name(), "mono");
            assert!(theme.style(Role::Selection).add_modifier.contains(Modifier::REVERSED));
            assert!(look.choose(&ThemeChoice::Next).is_err());
        }
    }

    #[test]
    fn a_dumb_terminal_and_a_missing_theme_are_refused() {
        assert!(matches!(settle(None, &[("TERM", "dumb")], Err(())), Err(AppError::Dumb)));
        let error = settle(Some("drak"), &GOOD, Err(())).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (2, "theme: there is no theme 'drak'; did you mean 'dark'?"));
    }

    #[test]
    fn colours_are_those_that_the_terminal_shows() {
        let few = settle(Some("dark"), &[("TERM", "screen-256color")], Err(())).unwrap().theme().unwrap();
        assert!(matches!(few.style(Role::Critical).fg, Some(Color::Indexed(16..))));
        let fewer = settle(Some("dark"), &[("TERM", "xterm")], Err(())).unwrap().theme().unwrap();
        assert!(!matches!(fewer.style(Role::Critical).fg, Some(Color::Indexed(_) | Color::Rgb(..)) | None));
    }

    #[test]
    fn themes_come_round() {
        let mut look = settle(Some("light"), &GOOD, Err(())).unwrap();
        let names: Vec<String> = (0..4).map(|_| look.choose(&ThemeChoice::Next).unwrap().name().to_owned()).collect();
        assert_eq!(names, ["dark", "high-contrast", "mono", "light"]);
        assert!(look.choose(&ThemeChoice::Named("nope".to_owned())).is_err());
        assert_eq!(look.theme().unwrap().name(), "light");
    }

    #[test]
    fn the_locale_decides_on_the_glyphs() {
        let of = |variables: &[(&str, &str)]| {
            glyphs(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(of(&[("LANG", "C.UTF-8")]), Glyphs::Unicode);
        assert_eq!(of(&[("LANG", "en_US.utf8"), ("LC_ALL", "C")]), Glyphs::Ascii);
        assert_eq!(of(&[("LANG", "de_DE.ISO-8859-1")]), Glyphs::Ascii);
        assert_eq!(of(&[]), Glyphs::Unicode);
        assert_eq!(of(&[("LANG", "C.UTF-8"), ("TERM", "linux")]), Glyphs::Ascii);
    }
}
