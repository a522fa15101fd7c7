//! Theme files: `themes/*.toml`, tokens only. A broken theme is an error that names the line;
//! nobody falls back silently.

use std::{
    fmt, fs, io,
    ops::Range,
    path::{Path, PathBuf},
};

use ratatui::style::{Color, Modifier, Style};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::theme::{Role, Theme};

/// What is wrong with a theme, in one line: where, what, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeError {
    /// The file, or the name when there is no file.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// What is wrong there, and what to do.
    pub problem: String,
}

impl fmt::Display for ThemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.problem),
            None => write!(f, "{}: {}", self.file, self.problem),
        }
    }
}

impl std::error::Error for ThemeError {}

macro_rules! built_in {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../themes/", $name, ".toml")))),*]
    };
}

/// The themes that are part of the program, in the order they are offered.
const BUILT_IN: &[(&str, &str)] = built_in![
    "default" "dark" "light" "high-contrast" "mono" "deuteranopia" "ansi16" "catppuccin-mocha" "gruvbox-dark" "solarized-light"
];

/// The names of the themes that are part of the program.
pub fn built_in() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// Where themes come from: the program's own, and those of a folder, which win.
#[derive(Debug, Clone, Default)]
pub struct Themes {
    folder: Option<PathBuf>,
}

impl Themes {
    /// The program's own themes and those of `folder`, if there is such a folder.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The names of all themes: the program's own, then the others by name.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = built_in().map(str::to_owned).collect();
        let files = self.folder.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
        let mut own: Vec<String> = files
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
            .filter(|name| !names.contains(name))
            .collect();
        own.sort();
        names.append(&mut own);
        names
    }

    /// The theme called `name`.
    ///
    /// # Errors
    /// When there is no such theme, or it is broken: the line that is to be changed.
    pub fn load(&self, name: &str) -> Result<Theme, ThemeError> {
        let mut styles = [None; Role::ALL.len()];
        let mut read: Vec<String> = Vec::new();
        let mut next = Some(Wanted { name: name.to_owned(), by: None });
        let mut first = None;
        while let Some(wanted) = next {
            let (file, text) = self.find(&wanted, &read)?;
            if read.contains(&file) {
                return Err(wanted.error(format!("theme '{}' extends itself", wanted.name)));
            }
            let layer = Layer::parse(&file, &text)?;
            for (style, own) in styles.iter_mut().zip(layer.styles) {
                *style = style.or(own);
            }
            first.get_or_insert_with(|| file.clone());
            next = layer.extends.map(|(name, line)| Wanted { name, by: Some((file.clone(), line)) });
            read.push(file);
        }
        let missing: Vec<&str> = Role::ALL.iter().filter(|role| styles[**role as usize].is_none()).map(|role| role.token()).collect();
        if let Some(token) = missing.first() {
            let more = if missing.len() > 1 { format!(" and {} more are", missing.len() - 1) } else { " is".to_owned() };
            let problem = format!("'{token}'{more} not set: set every token, or write extends = \"default\"");
            return Err(ThemeError { file: first.unwrap_or_default(), line: None, problem });
        }
        Ok(Theme::new(name, styles.map(Option::unwrap_or_default)))
    }

    /// The file and text of a theme: the folder's before the program's own.
    fn find(&self, wanted: &Wanted, read: &[String]) -> Result<(String, String), ThemeError> {
        let name = wanted.name.as_str();
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        if plain && let Some(folder) = &self.folder {
            let path = folder.join(format!("{name}.toml"));
            let file = path.display().to_string();
            // A theme of the user's may carry the name of one of the program's and extend that.
            if !(read.contains(&file) && text_of(name).is_some()) {
                match read_text(&path) {
                    Ok(Some(text)) => return Ok((file, text)),
                    Ok(None) => {}
                    Err(error) => return Err(ThemeError { file, line: None, problem: format!("cannot be read: {error}") }),
                }
            }
        }
        match text_of(name) {
            Some(text) => Ok((format!("themes/{name}.toml"), text.to_owned())),
            None => {
                let names = self.names();
                let hint = match nearest(name, names.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => "`palisade theme list` names them all".to_owned(),
                };
                Err(wanted.error(format!("there is no theme '{name}'; {hint}")))
            }
        }
    }
}

/// A theme that is looked for, and the file and line that ask for it.
struct Wanted {
    name: String,
    by: Option<(String, usize)>,
}

impl Wanted {
    fn error(&self, problem: String) -> ThemeError {
        match &self.by {
            Some((file, line)) => ThemeError { file: file.clone(), line: Some(*line), problem },
            None => ThemeError { file: "theme".to_owned(), line: None, problem },
        }
    }
}

fn text_of(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(own, _)| *own == name).map(|(_, text)| *text)
}

fn read_text(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The name most like `wrong`, when one is like it at all.
fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 3)
        .min()
        .map(|(_, name)| name)
}

/// One theme file: the roles that it sets, and the theme that sets the others.
struct Layer {
    extends: Option<(String, usize)>,
    styles: [Option<Style>; Role::ALL.len()],
}

/// A file while it is read, to say where a problem is.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        1 + self.text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
    }

    fn error(&self, span: &Range<usize>, problem: String) -> ThemeError {
        ThemeError { file: self.file.to_owned(), line: Some(self.line(span)), problem }
    }

    /// A text, or what stands there instead.
    fn text_of<'v>(&self, what: &str, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, ThemeError> {
        value.get_ref().as_str().ok_or_else(|| {
            self.error(&value.span(), format!("{what} must be a text in quotes, not of type {}", value.get_ref().type_str()))
        })
    }

    fn color(&self, value: &Spanned<DeValue<'_>>) -> Result<Color, ThemeError> {
        let name = match value.get_ref() {
            DeValue::Integer(number) => number.as_str(),
            _ => self.text_of("a colour", value)?,
        };
        name.parse().map_err(|_| {
            let problem = format!(
                "'{}' is no colour; write \"#rrggbb\", an ANSI name such as \"light-red\", \"reset\", or an index 0 to 255",
                name.escape_default()
            );
            self.error(&value.span(), problem)
        })
    }

    fn modifiers(&self, value: &Spanned<DeValue<'_>>) -> Result<Modifier, ThemeError> {
        let list =
            value.get_ref().as_array().ok_or_else(|| self.error(&value.span(), "mods must be a list such as [\"bold\"]".to_owned()))?;
        let mut modifiers = Modifier::empty();
        for item in list.iter() {
            let name = self.text_of("a modifier", item)?;
            modifiers |= MODIFIERS.iter().find(|(own, _)| *own == name).map(|(_, modifier)| *modifier).ok_or_else(|| {
                let known = MODIFIERS.map(|(own, _)| own).join(", ");
                self.error(&item.span(), format!("'{}' is no modifier; there are {known}", name.escape_default()))
            })?;
        }
        Ok(modifiers)
    }

    fn style(&self, token: &str, value: &Spanned<DeValue<'_>>) -> Result<Style, ThemeError> {
        let Some(table) = value.get_ref().as_table() else { return Ok(Style::new().fg(self.color(value)?)) };
        let mut style = Style::new();
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "fg" => style = style.fg(self.color(value)?),
                "bg" => style = style.bg(self.color(value)?),
                "mods" => style = style.add_modifier(self.modifiers(value)?),
                other => {
                    return Err(self.error(&key.span(), format!("'{token}' has fg, bg and mods, but no '{}'", other.escape_default())));
                }
            }
        }
        Ok(style)
    }
}

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

impl Layer {
    fn parse(file: &str, text: &str) -> Result<Self, ThemeError> {
        let source = Source { file, text };
        let table = DeTable::parse(text).map_err(|error| {
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            match error.span() {
                Some(span) => source.error(&span, message),
                None => ThemeError { file: file.to_owned(), line: None, problem: message },
            }
        })?;
        // The first problem of the file is told, not the first by name.
        let mut entries: Vec<_> = table.get_ref().iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let mut layer = Self { extends: None, styles: [None; Role::ALL.len()] };
        for (key, value) in entries {
            let token = key.get_ref().as_ref();
            if token == "extends" {
                layer.extends = Some((source.text_of("extends", value)?.to_owned(), source.line(&value.span())));
            } else if let Some(role) = Role::ALL.into_iter().find(|role| role.token() == token) {
                layer.styles[role as usize] = Some(source.style(token, value)?);
            } else {
                let near = nearest(token, Role::ALL.iter().map(|role| role.token()).chain(["extends"]));
                let hint = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
                return Err(source.error(&key.span(), format!("there is no token '{}'{hint}", token.escape_default())));
            }
        }
        Ok(layer)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::colour, *};

    fn luminance(color: Color) -> Option<f64> {
        let (r, g, b) = colour::rgb(color)?;
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        Some(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b))
    }

    /// The contrast ratio of WCAG 2.
    fn contrast(a: Color, b: Color) -> Option<f64> {
        let (a, b) = (luminance(a)?, luminance(b)?);
        Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
    }

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Themes) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let themes = Themes::new(Some(folder.path().to_owned()));
        (folder, themes)
    }

    /// What is said of the theme `broken.toml`, without its folder.
    fn said(text: &str) -> String {
        let (folder, themes) = folder(&[("broken.toml", text)]);
        let error = themes.load("broken").unwrap_err().to_string();
        assert_eq!(error.lines().count(), 1, "{error}");
        error.replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn every_theme_has_every_role() {
        let themes = Themes::default();
        let names = themes.names();
        assert_eq!(names.len(), BUILT_IN.len());
        for name in names {
            let theme = themes.load(&name).unwrap();
            assert_eq!(theme.name(), name);
            let selection = theme.style(Role::Selection);
            assert_ne!(selection, theme.style(Role::Text), "{name}: the cursor's row is not to be told from the others");
        }
    }

    #[test]
    fn every_theme_file_is_part_of_the_program() {
        let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/themes")).unwrap();
        for file in files {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert_eq!(text_of(name).map(str::len), Some(fs::read_to_string(&path).unwrap().len()), "{name} is not listed in BUILT_IN");
        }
    }

    #[test]
    fn text_is_readable_on_the_background_of_its_theme() {
        let mut measured = 0;
        for name in Themes::default().names() {
            let theme = Themes::default().load(&name).unwrap();
            let Some(ground) = theme.style(Role::Text).bg.filter(|ground| luminance(*ground).is_some()) else { continue };
            let selection = theme.style(Role::Selection);
            for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::Border | Role::BorderFocus)) {
                let style = theme.style(role);
                let (Some(fg), bg) = (style.fg.or(theme.style(Role::Text).fg), style.bg.unwrap_or(ground)) else { continue };
                let ratio = contrast(fg, bg).unwrap();
                assert!(ratio >= 4.5, "{name}: {} has a contrast of {ratio:.2}", role.token());
                // A role keeps its colour in the chosen row, unless the row has one.
                if let (None, Some(chosen), None) = (selection.fg, selection.bg, style.bg) {
                    let ratio = contrast(fg, chosen).unwrap();
                    assert!(ratio >= 3.0, "{name}: {} has a contrast of {ratio:.2} in the chosen row", role.token());
                }
                measured += 1;
            }
        }
        assert!(measured > 60, "only {measured} tokens were measured");
    }

    #[test]
    fn severities_differ_without_colour() {
        let mono = Themes::default().load("mono").unwrap();
        for role in Role::ALL {
            let style = mono.style(role);
            assert!(style.fg.is_none_or(|fg| fg == Color::Reset) && style.bg.is_none_or(|bg| bg == Color::Reset), "{}", role.token());
        }
        assert!(mono.style(Role::Selection).add_modifier.contains(Modifier::REVERSED));
        assert_ne!(mono.style(Role::Critical), mono.style(Role::High));
        assert_ne!(mono.style(Role::High), mono.style(Role::Medium));
    }

    #[test]
    fn the_default_and_the_ansi_theme_use_the_colours_of_the_terminal_only() {
        for name in ["default", "ansi16"] {
            let theme = Themes::default().load(name).unwrap();
            for role in Role::ALL {
                let style = theme.style(role);
                for color in [style.fg, style.bg].into_iter().flatten() {
                    assert!(!matches!(color, Color::Rgb(..) | Color::Indexed(_)), "{name}: {}", role.token());
                }
            }
        }
    }

    #[test]
    fn a_theme_of_the_users_extends_another_and_wins_over_the_programs() {
        let (_folder, themes) = folder(&[
            ("mine.toml", "extends = \"dark\"\ncritical = { fg = 9, bg = \"#102030\", mods = [\"bold\"] }\n"),
            ("dark.toml", "extends = \"dark\"\ntext = \"white\"\n"),
        ]);
        assert!(themes.names().ends_with(&["mine".to_owned()]));
        let mine = themes.load("mine").unwrap();
        assert_eq!(mine.style(Role::Critical), Style::new().fg(Color::Indexed(9)).bg(Color::Rgb(16, 32, 48)).add_modifier(Modifier::BOLD));
        assert_eq!(mine.style(Role::Text), Style::new().fg(Color::White));
        assert_eq!(mine.style(Role::High), Themes::default().load("dark").unwrap().style(Role::High));
    }

    #[test]
    fn a_broken_theme_is_told_with_its_line_and_never_replaced() {
        let cases = [
            ("extends = \"dark\"\ncritcal = \"red\"\n", "broken.toml:2: there is no token 'critcal'; did you mean 'critical'?"),
            (
                "extends = \"dark\"\n\nhigh = \"#12345\"\n",
                "broken.toml:3: '#12345' is no colour; write \"#rrggbb\", an ANSI name such as \"light-red\", \"reset\", or an index 0 to 255",
            ),
            (
                "text = 256\n",
                "broken.toml:1: '256' is no colour; write \"#rrggbb\", an ANSI name such as \"light-red\", \"reset\", or an index 0 to 255",
            ),
            ("text = true\n", "broken.toml:1: a colour must be a text in quotes, not of type boolean"),
            (
                "text = { fg = \"red\", mods = [\"blink\"] }\n",
                "broken.toml:1: 'blink' is no modifier; there are bold, dim, italic, underlined, reversed",
            ),
            ("text = { colour = \"red\" }\n", "broken.toml:1: 'text' has fg, bg and mods, but no 'colour'"),
            ("extends = \"drak\"\n", "broken.toml:1: there is no theme 'drak'; did you mean 'dark'?"),
            (
                "\nextends = \"../../etc/passwd\"\n",
                "broken.toml:2: there is no theme '../../etc/passwd'; `palisade theme list` names them all",
            ),
            ("extends = \"broken\"\n", "broken.toml:1: theme 'broken' extends itself"),
            ("text = \"red\"\n", "broken.toml: 'dim' and 16 more are not set: set every token, or write extends = \"default\""),
        ];
        for (text, wanted) in cases {
            assert_eq!(said(text), wanted);
        }
        assert!(said("text = [\n").starts_with("broken.toml:"), "{}", said("text = [\n"));
        let unknown = Themes::default().load("gruvbox").unwrap_err().to_string();
        assert_eq!(unknown, "theme: there is no theme 'gruvbox'; did you mean 'gruvbox-dark'?");
    }

    #[test]
    fn themes_that_extend_each_other_end() {
        let (_folder, themes) = folder(&[("a.toml", "extends = \"b\"\n"), ("b.toml", "extends = \"a\"\n")]);
        assert!(themes.load("a").unwrap_err().problem.contains("extends itself"));
    }
}
