//! The configuration file: raw text → valid settings; every problem points at its line.

mod keys;
mod raw;
mod source;
mod validate;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

pub use keys::sample;
pub(crate) use source::line;

use self::{raw::Raw, source::SourceText};
use crate::{checks::Settings, model::SecretPatterns};

/// What the user configured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// How the dashboard looks.
    pub dashboard: Dashboard,
    /// How live accounts are read.
    pub collect: Collect,
    /// What the user says of the account.
    pub settings: Settings,
    /// The file of waivers; none searches for `waivers.toml`.
    pub waivers: Option<PathBuf>,
}

/// How live accounts are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collect {
    /// How long policies and other details of an unchanged function stand before a refresh asks for them again.
    pub details_max_age: Duration,
    /// Patterns of secrets beside those that are built in.
    pub secret_patterns: SecretPatterns,
}

impl Default for Collect {
    fn default() -> Self {
        Self { details_max_age: Duration::from_secs(60 * 60), secret_patterns: SecretPatterns::new() }
    }
}

/// How the dashboard looks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Dashboard {
    /// A theme's name, or `auto`.
    pub theme: String,
    /// Whether clicks and the wheel are taken.
    pub mouse: bool,
    /// `unicode`, `ascii` or `auto`.
    pub glyphs: String,
}

impl Default for Dashboard {
    fn default() -> Self {
        Self { theme: "auto".to_owned(), mouse: true, glyphs: "auto".to_owned() }
    }
}

/// Something about the file: what, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// From 1; 0 where it is about the file as a whole.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

/// Reads the file at `path`; without a file everything is as it is by default. Also gives the warnings.
///
/// # Errors
/// The problem, when the file cannot be read or a value is wrong.
pub fn read(path: &Path) -> Result<(Config, Vec<Problem>), Problem> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((Config::default(), Vec::new())),
        Err(error) => Err(Problem { line: 0, message: format!("cannot be read: {error}") }),
    }
}

/// Reads a configuration. Also gives the warnings: keys that mean nothing.
///
/// # Errors
/// The first value that is wrong.
pub fn parse(text: &str) -> Result<(Config, Vec<Problem>), Problem> {
    let source = SourceText::parse(text)?;
    let raw: Raw = toml::from_str(text).map_err(|error| source.mistyped(&error))?;
    Ok((validate::config(&source, raw)?, keys::unknown(&source)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::Classes;

    #[test]
    fn the_sample_is_the_default_and_every_line_of_it_works() {
        assert_eq!(parse(&sample()).unwrap(), (Config::default(), vec![]));
        let lines = sample();
        let uncommented = lines.lines().map(|line| {
            let is_key = |rest: &&str| rest.contains(" = ") || rest.starts_with('[');
            line.strip_prefix("# ").filter(is_key).unwrap_or(line)
        });
        let (config, warnings) = parse(&uncommented.collect::<Vec<_>>().join("\n")).unwrap();
        assert_eq!(warnings, vec![]);
        // Only the examples are new.
        let Config { dashboard, collect, settings, waivers } = config;
        assert_eq!((dashboard, waivers), (Dashboard::default(), None));
        assert_ne!(collect.secret_patterns, SecretPatterns::new());
        assert_eq!(collect.details_max_age, Collect::default().details_max_age);
        let gdpr = settings.classes.named("gdpr").unwrap();
        assert_eq!((gdpr.rank, gdpr.demands.len()), (25, 2));
        assert_eq!(settings.runtimes.keys().collect::<Vec<_>>(), ["ruby2.7"]);
        let mut classes = Classes::default();
        classes.set(gdpr.clone());
        let runtimes = settings.runtimes.clone();
        assert_eq!(settings, Settings { classes, runtimes, ..Settings::default() });
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest() {
        let (_, warnings) = parse("[logs]\nretention_mindays = 3\n[trusted]\naccounts = []\n").unwrap();
        let said: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "line 2: unknown key logs.retention_mindays; did you mean logs.retention_min_days?",
                "line 3: unknown key trusted; did you mean trust?"
            ]
        );
    }

    #[test]
    fn an_unknown_key_among_names_of_the_users_own_names_the_nearest() {
        let text = "[classes.gdpr]\nrank = 25\ndemand = [\"masking\"]\ntags.any = [\"x\"]\n[runtimes.\"python3.9\"]\ndeprecatd = \"2025-12-15\"\n\
                    block_update = \"2027-08-31\"\n[environments.staging]\nnames = []\n[thresholds]\nimage_days = 3\n[secrets]\npattern = {}\n";
        let (_, warnings) = parse(text).unwrap();
        let said: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "line 3: unknown key classes.gdpr.demand; did you mean classes.gdpr.demands?",
                "line 6: unknown key runtimes.\"python3.9\".deprecatd; did you mean runtimes.\"python3.9\".deprecated?",
                "line 8: unknown key environments.staging; did you mean environments.production?",
                "line 11: unknown key thresholds.image_days; did you mean thresholds.image_age_days?",
                "line 13: unknown key secrets.pattern; did you mean secrets.patterns?",
            ]
        );
    }

    #[test]
    fn a_wrong_value_names_its_line() {
        for (text, line, word) in [
            ("\n[logs]\nretention_min_days = \"x\"", 3, "logs.retention_min_days is the string \"x\", and takes a whole number"),
            ("[logs]\nretention_max_days = 7", 2, "below"),
            ("[trust]\naccounts = [\"12\"]", 2, "12 digits"),
            ("[trust]\naccounts = [\"111122223333\",\n\"1\"]", 3, "12 digits"),
            ("[trust]\norganizations = [\"1\"]", 2, "o-"),
            ("[dashboard]\n\nglyphs = \"emoji\"", 3, "ascii"),
            ("[residency]\nregions = [\n  \"eu-west-1\",\n  \"Ireland\",\n]", 4, "eu-west-1"),
            ("[logs", 1, ""),
            ("[thresholds]\n\nimage_age_days = 0", 3, "1 to 3650"),
            ("[thresholds]\nqueue_replay_days = -1", 2, "1 to 14"),
            ("[thresholds]\nqueue_replay_days = \"four\"", 2, "thresholds.queue_replay_days is"),
            ("[logs]\nretention_min_days = -1", 2, "a whole number"),
            ("[dashboard]\nmouse = 1", 2, "true or false"),
            (
                "[environments.production]\ntags.env = \"prod\"",
                2,
                "environments.production.tags.env is the string \"prod\", and takes a list",
            ),
            ("[owners]\ntags = []", 2, "empty"),
            ("[owners]\ntags = [\"owner\",\n\"-\"]", 3, "\"-\" is no tag key"),
            ("[environments.production]\nnames = [\"prod\",\n\"*\"]", 3, "\"*\" fits every name"),
            ("[environments.development]\ntags.env = [\"prod\"]", 2, "both"),
            ("[classes.gdpr]\ntags.x = [\"y\"]", 1, "no rank"),
            ("[classes.gdpr]\nrank = 25", 1, "nothing marks"),
            ("[classes.gdpr]\nnames = [\"gdpr\"]\nrank = 20", 3, "confidential's"),
            ("[classes.confidential]\n\ndemands = [\"masking\",\n\"customer_key\"]", 4, "customer-key"),
            ("[classes.confidential]\nrank = \"high\"", 2, "classes.confidential.rank is"),
            ("[secrets.patterns]\nok = \"a+\"\nbad = \"ACME-(\"", 3, "bad"),
            ("[secrets.patterns]\nall = \"x*\"", 2, "everything"),
            ("[runtimes.\"python3.9\"]\ndeprecated = \"soon\"", 2, "2027-08-31"),
            ("[runtimes.\"python3.9\"]", 1, "nothing is said"),
            ("[runtimes.\"python3.9\"]\ndeprecated = \"2027-01-01\"\nblock_update = 2026-01-01", 3, "before"),
        ] {
            let problem = parse(text).unwrap_err();
            assert_eq!(problem.line, line, "{text}: {problem}");
            assert!(problem.message.contains(word), "{text}: {problem}");
        }
    }

    #[test]
    fn a_part_of_a_built_in_table_may_be_changed_alone() {
        let text = "[classes.confidential]\ndemands = [\"masking\"]\n[environments.production]\nnames = [\"live-*\"]\n[runtimes.ruby9]\ndeprecated = 2030-01-01\n";
        let (config, warnings) = parse(text).unwrap();
        assert_eq!(warnings, vec![]);
        let (settings, defaults) = (config.settings, Settings::default());
        let (class, before) = (settings.classes.named("confidential").unwrap(), defaults.classes.named("confidential").unwrap());
        assert_eq!((class.rank, &class.marks, class.demands.len()), (before.rank, &before.marks, 1));
        assert_eq!(settings.environments.production.tags, defaults.environments.production.tags);
        assert_eq!(settings.environments.production.names, ["live-*"]);
        assert!(settings.runtimes["ruby9"].deprecated.is_some());
    }

    proptest! {
        #[test]
        fn any_text_is_a_configuration_or_names_a_line_of_it(text in "(\\[(classes|environments|runtimes|secrets|thresholds)(\\.[a-z\"*]{1,6}){0,2}\\]\n|[a-z_.]{1,12} = [\"\\[\\]{}a-z0-9, -]{0,12}\n){0,6}") {
            let lines = text.lines().count().max(1) + 1;
            match parse(&text) {
                Ok((_, warnings)) => prop_assert!(warnings.iter().all(|warning| (1..=lines).contains(&warning.line))),
                Err(problem) => prop_assert!((1..=lines).contains(&problem.line)),
            }
        }
    }
}
