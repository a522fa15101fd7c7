//! What is written → what holds. Every value that is wrong names its line and what to do.

use std::{collections::BTreeMap, time::Duration};

use time::OffsetDateTime;

use super::{Collect, Config, Problem, raw, source::SourceText};
use crate::{
    checks::{Classes, DataClass, Environments, Marks, Protection, RuntimeDates, Settings, Thresholds, parse_day},
    model::{SecretPatterns, Timestamp},
};

/// # Errors
/// The first value that is wrong.
pub(super) fn config(source: &SourceText<'_>, raw: raw::Raw) -> Result<Config, Problem> {
    trust(source, &raw.trust)?;
    for (index, region) in raw.residency.regions.iter().enumerate() {
        if !is_region(region) {
            let message = format!("{region:?} is no Region: it looks like eu-west-1");
            return Err(source.at(&["residency", "regions", &index.to_string()], message));
        }
    }
    if !matches!(raw.dashboard.glyphs.as_str(), "auto" | "unicode" | "ascii") {
        return Err(source.at(&["dashboard", "glyphs"], "glyphs is one of auto, unicode, ascii"));
    }
    let defaults = Settings::default();
    let settings = Settings {
        trusted_accounts: raw.trust.accounts,
        trusted_organizations: raw.trust.organizations,
        layer_publishers: raw.trust.layer_publishers,
        allowed_regions: raw.residency.regions,
        retention_min_days: raw.logs.retention_min_days.unwrap_or(defaults.retention_min_days),
        retention_max_days: raw.logs.retention_max_days.filter(|&days| days > 0),
        thresholds: thresholds(source, &raw.thresholds)?,
        runtimes: runtimes(source, raw.runtimes)?,
        owners: owners(source, raw.owners.tags, defaults.owners)?,
        environments: environments(source, raw.environments, defaults.environments)?,
        classes: classes(source, raw.classes)?,
        waivers: defaults.waivers,
        baselines: defaults.baselines,
    };
    if settings.retention_max_days.is_some_and(|max| max < settings.retention_min_days) {
        return Err(source.at(&["logs", "retention_max_days"], "retention_max_days is below retention_min_days"));
    }
    let mut collect = Collect { secret_patterns: patterns(source, &raw.secrets.patterns)?, ..Collect::default() };
    if let Some(minutes) = raw.collect.details_max_age_minutes {
        collect.details_max_age = Duration::from_secs(u64::from(minutes) * 60);
    }
    let waivers = Some(raw.waivers.file).filter(|file| !file.as_os_str().is_empty());
    Ok(Config { dashboard: raw.dashboard, collect, settings, waivers })
}

fn trust(source: &SourceText<'_>, trust: &raw::Trust) -> Result<(), Problem> {
    for (key, ids) in [("accounts", &trust.accounts), ("layer_publishers", &trust.layer_publishers)] {
        for (index, id) in ids.iter().enumerate() {
            if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
                let message = format!("{id:?} is no account id: 12 digits, in quotes");
                return Err(source.at(&["trust", key, &index.to_string()], message));
            }
        }
    }
    match trust.organizations.iter().enumerate().find(|(_, id)| !id.starts_with("o-")) {
        Some((index, id)) => {
            let message = format!("{id:?} is no organization id: it begins with o-");
            Err(source.at(&["trust", "organizations", &index.to_string()], message))
        }
        None => Ok(()),
    }
}

/// Whether `text` has the shape of a Region's name: letters, letters, and a number at the end.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let Some((number, words)) = parts.split_last() else { return false };
    words.len() >= 2 && words.iter().all(letters) && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn thresholds(source: &SourceText<'_>, given: &BTreeMap<String, i64>) -> Result<Thresholds, Problem> {
    let mut thresholds = Thresholds::default();
    for threshold in Thresholds::ALL {
        let Some(&value) = given.get(threshold.name) else { continue };
        match u32::try_from(value).ok().filter(|value| threshold.range.contains(value)) {
            Some(value) => _ = thresholds.set(threshold.name, value),
            None => {
                let (least, most) = (threshold.range.start(), threshold.range.end());
                let message = format!("{} is {value}: it can be {least} to {most}", threshold.name);
                return Err(source.at(&["thresholds", threshold.name], message));
            }
        }
    }
    Ok(thresholds)
}

fn owners(source: &SourceText<'_>, given: Option<Vec<String>>, defaults: Vec<String>) -> Result<Vec<String>, Problem> {
    let Some(tags) = given else { return Ok(defaults) };
    if tags.is_empty() {
        return Err(source.at(&["owners", "tags"], "owners.tags is empty: name the tag that says who answers, or leave it out"));
    }
    match tags.iter().enumerate().find(|(_, tag)| !tag.contains(char::is_alphanumeric)) {
        Some((index, tag)) => {
            let message = format!("{tag:?} is no tag key: it has no letter");
            Err(source.at(&["owners", "tags", &index.to_string()], message))
        }
        None => Ok(tags),
    }
}

/// What is given, in the place of what holds.
fn marks(source: &SourceText<'_>, path: &[&str], raw::Marks { tags, names }: raw::Marks, mut marks: Marks) -> Result<Marks, Problem> {
    if let Some(tags) = tags.filter(|tags| !tags.is_empty()) {
        marks.tags = tags;
    }
    if let Some(names) = names {
        if let Some((index, name)) = names.iter().enumerate().find(|(_, name)| name.trim_matches('*').trim().is_empty()) {
            let message = format!("{name:?} fits every name, or none: write a word, such as \"prod\", or a pattern, such as \"prod-*\"");
            return Err(source.at(&[path, &["names", &index.to_string()]].concat(), message));
        }
        marks.names = names;
    }
    Ok(marks)
}

fn environments(source: &SourceText<'_>, given: raw::Environments, defaults: Environments) -> Result<Environments, Problem> {
    let one = |name, given, default| marks(source, &["environments", name], given, default);
    let says = given.development.tags.is_some();
    let production = one("production", given.production, defaults.production)?;
    let development = one("development", given.development, defaults.development)?;
    // Production is heard first: what is built in for development need not be taken out.
    for (key, values) in development.tags.iter().filter(|_| says) {
        let marked = production.tags.iter().filter(|(other, _)| other.eq_ignore_ascii_case(key)).flat_map(|(_, values)| values);
        if let Some(value) = marked.into_iter().find(|value| values.iter().any(|other| other.eq_ignore_ascii_case(value))) {
            let message = format!("{key} = {value:?} marks both production and development");
            return Err(source.at(&["environments", "development", "tags", key], message));
        }
    }
    Ok(Environments { production, development })
}

fn classes(source: &SourceText<'_>, given: BTreeMap<String, raw::Class>) -> Result<Classes, Problem> {
    let mut classes = Classes::default();
    for (name, raw::Class { rank, tags, names, demands }) in given {
        let path = ["classes", name.as_str()];
        let known = classes.named(&name).cloned();
        let is_new = known.is_none();
        let Some(rank) = rank.or(known.as_ref().map(|class| class.rank)) else {
            let message = format!("the class {name} has no rank: give it one, such as 25, which is above confidential");
            return Err(source.at(&path, message));
        };
        let (before, demanded) = known.map(|class| (class.marks, class.demands)).unwrap_or_default();
        let marks = marks(source, &path, raw::Marks { tags, names }, before)?;
        if is_new && marks == Marks::default() {
            return Err(source.at(&path, format!("nothing marks the class {name}: give it tags or names")));
        }
        let demands = match demands {
            None => demanded,
            Some(words) => words
                .iter()
                .enumerate()
                .map(|(index, word)| {
                    let found = Protection::ALL.into_iter().find(|protection| protection.word() == word);
                    found.ok_or_else(|| source.at(&["classes", &name, "demands", &index.to_string()], no_protection(word)))
                })
                .collect::<Result<_, _>>()?,
        };
        classes.set(DataClass { name, rank, marks, demands });
    }
    let ranked: Vec<&DataClass> = classes.iter().collect();
    for pair in ranked.windows(2) {
        if let [a, b] = pair
            && a.rank == b.rank
        {
            // That of the two which the file gives a rank.
            let message = |own: &str, other: &str| format!("the rank {} of {own} is {other}'s: give it another", a.rank);
            let default = Classes::default();
            let is_own = |class: &DataClass| default.named(&class.name).is_none_or(|built_in| built_in.rank != class.rank);
            let (own, other) = if is_own(b) { (b, a) } else { (a, b) };
            return Err(source.at(&["classes", &own.name, "rank"], message(&own.name, &other.name)));
        }
    }
    Ok(classes)
}

fn no_protection(word: &str) -> String {
    let words = Protection::ALL.map(Protection::word);
    let near = |known: &&str| strsim::jaro_winkler(known, word);
    let nearest = words.into_iter().max_by(|a, b| near(a).total_cmp(&near(b))).unwrap_or_default();
    format!("{word:?} is no protection; did you mean {nearest}? There are {}", words.join(", "))
}

fn patterns(source: &SourceText<'_>, given: &BTreeMap<String, String>) -> Result<SecretPatterns, Problem> {
    let mut patterns = SecretPatterns::new();
    for (name, pattern) in given {
        patterns
            .add(name, pattern)
            .map_err(|error| source.at(&["secrets", "patterns", name], format!("the pattern {name} cannot be used: {error}")))?;
    }
    Ok(patterns)
}

fn runtimes(source: &SourceText<'_>, given: BTreeMap<String, raw::Runtime>) -> Result<BTreeMap<String, RuntimeDates>, Problem> {
    let mut runtimes = BTreeMap::new();
    for (name, raw) in given {
        let day = |key: &str, value: Option<toml::Value>| {
            let Some(value) = value else { return Ok(None) };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let day = parse_day(&text).map(|day| OffsetDateTime::new_utc(day, time::Time::MIDNIGHT).unix_timestamp());
            let message = || format!("{key} is {text}, which is no day: write it as \"2027-08-31\"");
            day.and_then(Timestamp::from_unix).map(Some).ok_or_else(|| source.at(&["runtimes", &name, key], message()))
        };
        let dates = RuntimeDates {
            deprecated: day("deprecated", raw.deprecated)?,
            block_create: day("block_create", raw.block_create)?,
            block_update: day("block_update", raw.block_update)?,
        };
        if dates == RuntimeDates::default() {
            return Err(
                source.at(&["runtimes", &name], format!("nothing is said of {name}: give deprecated, block_create or block_update"))
            );
        }
        let order = [("deprecated", dates.deprecated), ("block_create", dates.block_create), ("block_update", dates.block_update)];
        let given: Vec<(&str, Timestamp)> = order.into_iter().filter_map(|(key, day)| Some((key, day?))).collect();
        for pair in given.windows(2) {
            if let [(first, before), (second, after)] = pair
                && after < before
            {
                return Err(source.at(&["runtimes", &name, second], format!("{second} is before {first}")));
            }
        }
        runtimes.insert(name, dates);
    }
    Ok(runtimes)
}
