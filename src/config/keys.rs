//! Every key that the file may have, with its default and what it says; and the keys that it may not have.

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use super::{Problem, source::SourceText};
use crate::checks::{Classes, DataClass, Environments, Marks, Protection, Settings, Thresholds};

/// A key: its path, its default as TOML, and what it says. A `*` in the path is a name of the user's own.
#[derive(Clone)]
struct Key {
    path: Cow<'static, str>,
    default: Cow<'static, str>,
    about: Cow<'static, str>,
}

const fn key(path: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { path: Cow::Borrowed(path), default: Cow::Borrowed(default), about: Cow::Borrowed(about) }
}

const PLAIN: &[Key] = &[
    key("dashboard.theme", "\"auto\"", "A theme of `palisade theme list`; auto asks the terminal for light or dark."),
    key("dashboard.mouse", "true", "Take clicks and the wheel. Shift-drag selects text all the same."),
    key("dashboard.glyphs", "\"auto\"", "unicode, ascii, or auto (by the locale)."),
    key(
        "collect.details_max_age_minutes",
        "60",
        "A refresh asks again for policies, URLs and the like of unchanged functions when they are this old.",
    ),
    key(
        "waivers.file",
        "\"\"",
        "The file of accepted findings; empty takes waivers.toml of the working directory or of those above it, up to the repository's root.",
    ),
    key("trust.accounts", "[]", "12-digit ids of accounts that may be granted access."),
    key("trust.organizations", "[]", "AWS Organizations ids (o-...) that may be granted access."),
    key("trust.layer_publishers", "[]", "Account ids whose layers are trusted, beside AWS's own publishers."),
    key("logs.retention_min_days", "30", "Logs kept for fewer days are reported."),
    key("logs.retention_max_days", "0", "Logs kept for more days are reported; 0 sets no upper bound."),
    key(
        "residency.regions",
        "[]",
        "The Regions where data may be, such as \"eu-west-1\": data, replicas and triggers elsewhere are reported.",
    ),
];

/// Keys of tables that have names of the user's own, or are written from what is built in.
const FREE: &[Key] = &[
    key("environments.production.tags.*", "", "Tag values that mark production, by tag key. Naming a key replaces the built-in ones."),
    key(
        "environments.production.names",
        "",
        "Names that mark it where no such tag does: a word between dashes or the like, or a pattern with a * for the whole name.",
    ),
    key("environments.development.tags.*", "", "Tag values that mark development, by tag key. Naming a key replaces the built-in ones."),
    key("environments.development.names", "", "Names that mark it where no such tag does."),
    key("classes.*.rank", "", "How sensitive the data is: the higher, the more. From the rank of confidential on it is sensitive."),
    key("classes.*.tags.*", "", "Tag values that mark the class, by tag key. Naming a key replaces the built-in ones."),
    key("classes.*.names", "", "Names that mark it where no tag marks a class, as for environments."),
    key("classes.*.demands", "", ""),
    key("secrets.patterns.*", "", "Secrets of your own: the name of a rule, and the regular expression that finds one in a value."),
    key("runtimes.*.deprecated", "", "The day on which support ends, where the table that is part of Palisade is behind AWS."),
    key("runtimes.*.block_create", "", "From this day on no function can be created with it."),
    key("runtimes.*.block_update", "", "From this day on no function that uses it can be changed."),
];

fn about(path: &str) -> String {
    if path == "classes.*.demands" {
        let words = Protection::ALL.map(|protection| format!("{} ({})", protection.word(), protection.checks().join(", ")));
        return format!("The protections that the class demands, of: {}.", words.join(", "));
    }
    FREE.iter().find(|key| key.path == path).map_or_else(String::new, |key| key.about.to_string())
}

/// Every key but those of [`FREE`], in the order of the file.
fn plain() -> Vec<Key> {
    let thresholds = Thresholds::ALL.iter().map(|threshold| Key {
        path: format!("thresholds.{}", threshold.name).into(),
        default: threshold.default.to_string().into(),
        about: format!("{} {} to {}.", threshold.about, threshold.range.start(), threshold.range.end()).into(),
    });
    let owners = Key {
        path: "owners.tags".into(),
        default: list(&Settings::default().owners).into(),
        about: "Tag keys that say who answers for a function, or how (IR-014).".into(),
    };
    PLAIN.iter().cloned().chain(thresholds).chain([owners]).collect()
}

/// The file that explains itself: every key with its default, commented out.
pub fn sample() -> String {
    let mut text = "# Palisade's configuration. Remove the # of a line to change it.\n".to_owned();
    let mut table = String::new();
    for key in plain() {
        let (section, name) = key.path.rsplit_once('.').unwrap_or(("", &key.path));
        if section != table {
            text.push_str(&format!("\n[{section}]\n"));
            section.clone_into(&mut table);
        }
        text.push_str(&format!("# {}\n# {name} = {}\n", key.about, key.default));
    }
    let Environments { production, development } = Environments::default();
    for (name, marks) in [("production", production), ("development", development)] {
        let path = format!("environments.{name}");
        text.push_str(&format!("\n[{path}]\n"));
        marked(&mut text, &marks, [about(&format!("{path}.tags.*")), about(&format!("{path}.names"))].each_ref().map(String::as_str));
    }
    for (index, class) in Classes::default().iter().enumerate() {
        of_class(&mut text, class, index == 0);
    }
    text.push_str("\n# A class of your own has a rank that no other class has.\n# [classes.gdpr]\n# rank = 25\n");
    text.push_str("# tags.regulation = [\"gdpr\"]\n# demands = [\"customer-key\", \"masking\"]\n");
    text.push_str(&format!("\n[secrets.patterns]\n# {}\n# acme-token = 'ACME-[0-9A-F]{{32}}'\n", about("secrets.patterns.*")));
    text.push_str("\n# [runtimes.\"ruby2.7\"]\n");
    for (name, day) in [("deprecated", "2023-12-07"), ("block_create", "2024-01-09"), ("block_update", "2027-08-31")] {
        text.push_str(&format!("# {}\n# {name} = \"{day}\"\n", about(&format!("runtimes.*.{name}"))));
    }
    text
}

fn of_class(text: &mut String, class: &DataClass, explain: bool) {
    let about = |path: &str| if explain { about(path) } else { String::new() };
    let say = |text: &mut String, about: &str| text.push_str(&if about.is_empty() { String::new() } else { format!("# {about}\n") });
    text.push_str(&format!("\n[classes.{}]\n", class.name));
    say(text, &about("classes.*.rank"));
    text.push_str(&format!("# rank = {}\n", class.rank));
    marked(text, &class.marks, [&about("classes.*.tags.*"), &about("classes.*.names")]);
    say(text, &about("classes.*.demands"));
    let demands: Vec<String> = class.demands.iter().map(|demand| demand.word().to_owned()).collect();
    text.push_str(&format!("# demands = {}\n", list(&demands)));
}

fn marked(text: &mut String, marks: &Marks, [tags, names]: [&str; 2]) {
    let mut say = |about: &str, line: String| {
        let about = if about.is_empty() { String::new() } else { format!("# {about}\n") };
        text.push_str(&format!("{about}# {line}\n"));
    };
    for (index, (key, values)) in marks.tags.iter().enumerate() {
        say(if index == 0 { tags } else { "" }, format!("tags.{key} = {}", list(values)));
    }
    say(names, format!("names = {}", list(&marks.names)));
}

/// A list of texts as TOML writes it.
fn list(words: &[String]) -> String {
    toml::Value::from(words.to_vec()).to_string()
}

/// The keys of the file that mean nothing, each with the nearest that does.
pub(super) fn unknown(source: &SourceText<'_>) -> Vec<Problem> {
    let known = plain();
    let paths: Vec<Vec<&str>> = known.iter().chain(FREE).map(|key| key.path.split('.').collect()).collect();
    let mut problems = Vec::new();
    walk(source, source.table(), &mut Vec::new(), &paths, &mut problems);
    problems.sort_by_key(|problem| problem.line);
    problems
}

/// Whether `path` is one of the keys, or leads to one.
fn is_known(keys: &[Vec<&str>], path: &[&str]) -> bool {
    keys.iter().any(|key| key.len() >= path.len() && key.iter().zip(path).all(|(known, part)| *known == "*" || known == part))
}

fn walk<'t>(source: &SourceText<'_>, table: &'t DeTable<'_>, path: &mut Vec<&'t str>, keys: &[Vec<&str>], problems: &mut Vec<Problem>) {
    for (key, value) in table {
        path.push(key.get_ref());
        match value.get_ref() {
            _ if !is_known(keys, path) => {
                let hint = nearest(keys, path).map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"));
                problems.push(Problem { line: source.line(Some(key.span())), message: format!("unknown key {}{hint}", shown(path)) });
            }
            DeValue::Table(table) => walk(source, table, path, keys, problems),
            _ => {}
        }
        path.pop();
    }
}

/// The key that `path` was probably meant to be: as long as it, with the user's own names where it has them.
fn nearest(keys: &[Vec<&str>], path: &[&str]) -> Option<String> {
    let wanted = shown(path);
    let near = |key: &Vec<&str>| {
        let parts: Vec<&str> = key.iter().zip(path).map(|(known, part)| if *known == "*" { part } else { known }).copied().collect();
        shown(&parts)
    };
    let candidates = keys.iter().map(near).filter(|near| *near != wanted);
    candidates.max_by(|a, b| strsim::jaro_winkler(a, &wanted).total_cmp(&strsim::jaro_winkler(b, &wanted)))
}

/// A path as it is written: names that have dots in quotes.
pub(super) fn shown(path: &[&str]) -> String {
    let part = |part: &&str| if part.contains('.') { format!("{part:?}") } else { (*part).to_owned() };
    path.iter().map(part).collect::<Vec<_>>().join(".")
}
