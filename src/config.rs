//! The configuration file: raw text → valid settings; every problem points at its line.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use crate::checks::Settings;

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
}

impl Default for Collect {
    fn default() -> Self {
        Self { details_max_age: Duration::from_secs(60 * 60) }
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

/// A key that the file may have: its path, its default as TOML, and what it says.
struct Key {
    path: &'static str,
    default: &'static str,
    about: &'static str,
}

/// Every key, in the order of the file that `palisade config init` writes. Tables of the user's own keys end in `.*`.
const KEYS: &[Key] = &[
    Key {
        path: "dashboard.theme",
        default: "\"auto\"",
        about: "A theme of `palisade theme list`; auto asks the terminal for light or dark.",
    },
    Key { path: "dashboard.mouse", default: "true", about: "Take clicks and the wheel. Shift-drag selects text all the same." },
    Key { path: "dashboard.glyphs", default: "\"auto\"", about: "unicode, ascii, or auto (by the locale)." },
    Key {
        path: "collect.details_max_age_minutes",
        default: "60",
        about: "A refresh asks again for policies, URLs and the like of unchanged functions when they are this old.",
    },
    Key {
        path: "waivers.file",
        default: "\"\"",
        about: "The file of accepted findings; empty takes waivers.toml of the working directory or of those above it, up to the repository's root.",
    },
    Key { path: "trust.accounts", default: "[]", about: "12-digit ids of accounts that may be granted access." },
    Key { path: "trust.organizations", default: "[]", about: "AWS Organizations ids (o-...) that may be granted access." },
    Key { path: "trust.layer_publishers", default: "[]", about: "Account ids whose layers are trusted, beside AWS's own publishers." },
    Key { path: "logs.retention_min_days", default: "30", about: "Logs kept for fewer days are reported." },
    Key { path: "logs.retention_max_days", default: "0", about: "Logs kept for more days are reported; 0 sets no upper bound." },
    Key {
        path: "residency.regions",
        default: "[]",
        about: "The Regions where data may be, such as \"eu-west-1\": data, replicas and triggers elsewhere are reported.",
    },
    Key { path: "runtimes.notice_days", default: "180", about: "Runtimes are reported this many days before support ends." },
    Key { path: "roles.shared_by", default: "3", about: "A role that this many functions share is reported." },
    Key {
        path: "tags.sensitive.*",
        default: "[\"confidential\", \"restricted\", \"sensitive\", \"secret\", \"pii\", \"pci\", \"phi\"]",
        about: "Tag values that mark sensitive functions, by tag key. Naming a key replaces the built-in ones.",
    },
    Key {
        path: "tags.development.*",
        default: "[\"dev\", \"development\", \"test\", \"sandbox\", \"staging\"]",
        about: "Tag values that mark development, by tag key. Naming a key replaces the built-in ones.",
    },
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    dashboard: Dashboard,
    collect: RawCollect,
    waivers: Waivers,
    trust: Trust,
    logs: Logs,
    residency: Residency,
    runtimes: Runtimes,
    roles: Roles,
    tags: Tags,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawCollect {
    details_max_age_minutes: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Waivers {
    file: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Trust {
    accounts: Vec<String>,
    organizations: Vec<String>,
    layer_publishers: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Logs {
    retention_min_days: Option<u32>,
    retention_max_days: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Residency {
    regions: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Runtimes {
    notice_days: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Roles {
    shared_by: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tags {
    sensitive: Option<BTreeMap<String, Vec<String>>>,
    development: Option<BTreeMap<String, Vec<String>>>,
}

/// Something about the file: what, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
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
        Err(error) => Err(Problem { line: 1, message: error.to_string() }),
    }
}

/// Reads a configuration. Also gives the warnings: keys that mean nothing.
///
/// # Errors
/// The first value that is wrong.
pub fn parse(text: &str) -> Result<(Config, Vec<Problem>), Problem> {
    let failed = |error: toml::de::Error| Problem { line: line(text, error.span()), message: first_line(error.message()) };
    let warnings = unknown_keys(text, &DeTable::parse(text).map_err(failed)?.into_inner());
    let raw: Raw = toml::from_str(text).map_err(failed)?;
    let at = |message: String, needle: &str| Problem { line: line(text, text.find(needle).map(|start| start..start)), message };
    for id in raw.trust.accounts.iter().chain(&raw.trust.layer_publishers) {
        if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(at(format!("{id:?} is no account id: 12 digits, in quotes"), id));
        }
    }
    for id in &raw.trust.organizations {
        if !id.starts_with("o-") {
            return Err(at(format!("{id:?} is no organization id: it begins with o-"), id));
        }
    }
    for region in &raw.residency.regions {
        if !is_region(region) {
            return Err(at(format!("{region:?} is no Region: it looks like eu-west-1"), region));
        }
    }
    if !matches!(raw.dashboard.glyphs.as_str(), "auto" | "unicode" | "ascii") {
        return Err(at("glyphs is one of auto, unicode, ascii".to_owned(), "glyphs"));
    }
    let defaults = Settings::default();
    let settings = Settings {
        trusted_accounts: raw.trust.accounts,
        trusted_organizations: raw.trust.organizations,
        layer_publishers: raw.trust.layer_publishers,
        allowed_regions: raw.residency.regions,
        retention_min_days: raw.logs.retention_min_days.unwrap_or(defaults.retention_min_days),
        retention_max_days: raw.logs.retention_max_days.filter(|&days| days > 0),
        runtime_notice_days: raw.runtimes.notice_days.unwrap_or(defaults.runtime_notice_days),
        shared_role_functions: raw.roles.shared_by.unwrap_or(defaults.shared_role_functions),
        sensitive_tags: raw.tags.sensitive.filter(|tags| !tags.is_empty()).unwrap_or(defaults.sensitive_tags),
        waivers: defaults.waivers,
        baselines: defaults.baselines,
        development_tags: raw.tags.development.filter(|tags| !tags.is_empty()).unwrap_or(defaults.development_tags),
    };
    if settings.retention_max_days.is_some_and(|max| max < settings.retention_min_days) {
        return Err(at("retention_max_days is below retention_min_days".to_owned(), "retention_max_days"));
    }
    let details_max_age = raw.collect.details_max_age_minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    let collect = details_max_age.map_or_else(Collect::default, |details_max_age| Collect { details_max_age });
    let waivers = Some(raw.waivers.file).filter(|file| !file.as_os_str().is_empty());
    Ok((Config { dashboard: raw.dashboard, collect, settings, waivers }, warnings))
}

/// Whether `text` has the shape of a Region's name: letters, letters, and a number at the end.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let Some((number, words)) = parts.split_last() else { return false };
    words.len() >= 2 && words.iter().all(letters) && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// The file that explains itself: every key with its default, commented out.
pub fn sample() -> String {
    let mut text = "# Palisade's configuration. Remove the # of a line to change it.\n".to_owned();
    let mut table = "";
    for key in KEYS {
        let (section, name) = key.path.rsplit_once('.').unwrap_or(("", key.path));
        if section != table {
            text.push_str(&format!("\n[{section}]\n"));
            table = section;
        }
        let name = if name == "*" { if section.ends_with("sensitive") { "data-class" } else { "env" } } else { name };
        text.push_str(&format!("# {}\n# {name} = {}\n", key.about, key.default));
    }
    text
}

fn unknown_keys(text: &str, table: &DeTable<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    walk(text, table, "", &mut problems);
    problems
}

fn walk(text: &str, table: &DeTable<'_>, prefix: &str, problems: &mut Vec<Problem>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
        let depth = path.matches('.').count();
        let inside = format!("{path}.");
        let known = KEYS.iter().any(|key| {
            key.path == path || key.path.starts_with(&inside) || key.path.strip_suffix('*').is_some_and(|table| path.starts_with(table))
        });
        match value.get_ref() {
            DeValue::Table(table) if known => walk(text, table, &path, problems),
            _ if known => {}
            _ => {
                let nearest = KEYS.iter().map(|key| upto(key.path, depth)).max_by(|a, b| {
                    let near = |known: &str| strsim::jaro_winkler(known, &path);
                    near(a).total_cmp(&near(b))
                });
                let hint = nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"));
                problems.push(Problem { line: line(text, Some(key.span())), message: format!("unknown key {path}{hint}") });
            }
        }
    }
}

/// The first `depth + 1` segments of a key's path.
fn upto(path: &str, depth: usize) -> &str {
    path.match_indices('.').nth(depth).map_or(path, |(end, _)| &path[..end])
}

/// The line on which `span` begins, from 1.
pub(crate) fn line(text: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start).min(text.len());
    text.as_bytes()[..start].iter().filter(|&&byte| byte == b'\n').count() + 1
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_the_default_and_every_line_of_it_works() {
        assert_eq!(parse(&sample()).unwrap(), (Config::default(), vec![]));
        let uncommented: String = sample()
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n");
        let (config, warnings) = parse(&uncommented).unwrap();
        assert_eq!(warnings, vec![]);
        assert_eq!((config.dashboard, config.collect), (Dashboard::default(), Collect::default()));
        assert_eq!(config.settings.retention_min_days, Settings::default().retention_min_days);
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
    fn a_wrong_value_names_its_line() {
        for (text, line) in [
            ("\n[logs]\nretention_min_days = \"x\"", 3),
            ("[trust]\naccounts = [\"12\"]", 2),
            ("[dashboard]\n\nglyphs = \"emoji\"", 3),
            ("[residency]\nregions = [\n  \"eu-west-1\",\n  \"Ireland\",\n]", 4),
            ("[logs", 1),
        ] {
            assert_eq!(parse(text).unwrap_err().line, line, "{text}");
        }
    }
}
