//! `waivers.toml`: what is accepted, who answers for it and until when. Kept where the code is, so that it is reviewed.

use std::{
    env, fs, io,
    io::Write,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Deserialize;
use time::{Date, Month};
use toml::Spanned;

use crate::{
    checks::{self, Waiver, parse_day},
    config::{Problem, line},
};

/// What the file is called.
pub const FILE: &str = "waivers.toml";

const HEAD: &str = "# Findings that are accepted: each with somebody who answers for it, a reason, and its last day.\n\
    # In a resource * stands for anything and ? for one character. `palisade scan` tells which have expired or match nothing.\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    waiver: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    check: Spanned<String>,
    resource: Spanned<String>,
    owner: Spanned<String>,
    reason: Spanned<String>,
    expires: Spanned<Day>,
}

/// A day, with or without quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Day {
    Bare(toml::value::Datetime),
    Quoted(String),
}

impl Day {
    fn date(&self) -> Option<Date> {
        match self {
            Self::Bare(datetime) => {
                let date = datetime.date.filter(|_| datetime.time.is_none())?;
                Date::from_calendar_date(i32::from(date.year), Month::try_from(date.month).ok()?, date.day).ok()
            }
            Self::Quoted(text) => parse_day(text),
        }
    }
}

/// The file that governs here: in the working directory or the nearest one above it, up to the root of its repository.
pub fn find() -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    for folder in here.ancestors() {
        let file = folder.join(FILE);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Reads the file at `path`.
///
/// # Errors
/// The problem, when it cannot be read or something in it is wrong.
pub fn read(path: &Path) -> Result<Vec<Arc<Waiver>>, Problem> {
    parse(&fs::read_to_string(path).map_err(|error| Problem { line: 0, message: format!("cannot be read: {error}") })?)
}

/// Reads waivers.
///
/// # Errors
/// The first one that is wrong: a waiver that is not understood must not seem to hold.
pub fn parse(text: &str) -> Result<Vec<Arc<Waiver>>, Problem> {
    let raw: Raw = toml::from_str(text).map_err(|error| Problem {
        line: line(text, error.span()),
        message: error.message().lines().next().unwrap_or_default().to_owned(),
    })?;
    raw.waiver.into_iter().map(|entry| waiver(text, entry).map(Arc::new)).collect()
}

fn waiver(text: &str, entry: Spanned<Entry>) -> Result<Waiver, Problem> {
    let at = |span: Range<usize>, message: String| Problem { line: line(text, Some(span)), message };
    let begins = line(text, Some(entry.span()));
    let Entry { check, resource, owner, reason, expires } = entry.into_inner();
    let Some(known) = checks::find(check.get_ref()) else {
        return Err(at(check.span(), format!("there is no check {:?}: `palisade checks` lists them", check.get_ref())));
    };
    for (name, value) in [("resource", &resource), ("owner", &owner), ("reason", &reason)] {
        if value.get_ref().trim().is_empty() {
            return Err(at(value.span(), format!("{name} is empty: every waiver says what, who and why")));
        }
    }
    let Some(last) = expires.get_ref().date() else {
        return Err(at(expires.span(), "expires is no day such as 2027-03-31".to_owned()));
    };
    Ok(Waiver {
        check: known.id.to_owned(),
        resource: resource.into_inner(),
        owner: owner.into_inner(),
        reason: reason.into_inner(),
        expires: last,
        line: begins,
    })
}

/// Adds `waiver` to the file at `path`, which is made when there is none. What stands there stays as it is.
///
/// # Errors
/// When the file cannot be read, is not understood or cannot be written.
pub fn add(path: &Path, waiver: &Waiver) -> io::Result<()> {
    let before = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => HEAD.to_owned(),
        Err(error) => return Err(error),
    };
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let gap = if before.ends_with('\n') { "" } else { "\n" };
    let after = format!(
        "{before}{gap}\n[[waiver]]\ncheck = {}\nresource = {}\nowner = {}\nreason = {}\nexpires = {}\n",
        quoted(&waiver.check),
        quoted(&waiver.resource),
        quoted(&waiver.owner),
        quoted(&waiver.reason),
        waiver.expires
    );
    parse(&after).map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem.to_string()))?;
    // Only ever appended to: whatever happens, what stands there is not lost.
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
    let begins = if before == HEAD { 0 } else { before.len() };
    file.write_all(after.get(begins..).unwrap_or_default().as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str =
        "[[waiver]]\ncheck = \"FN-002\"\nresource = \"*:function:hook\"\nowner = \"payments\"\nreason = \"signed\"\nexpires = 2027-03-31\n";

    #[test]
    fn a_day_stands_with_or_without_quotes() {
        let bare = parse(ONE).unwrap();
        let quoted = parse(&ONE.replace("2027-03-31", "\"2027-03-31\"")).unwrap();
        assert_eq!(bare, quoted);
        assert_eq!((bare[0].check.as_str(), bare[0].line, bare[0].expires), ("FN-002", 1, parse_day("2027-03-31").unwrap()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (from, to, line, word) in [
            ("FN-002", "FN-999", 2, "no check"),
            ("\"payments\"", "\" \"", 4, "owner is empty"),
            ("2027-03-31", "\"some day\"", 6, "no day"),
            ("2027-03-31", "2027-02-30", 6, ""),
            ("owner = \"payments\"\n", "", 1, "owner"),
            ("owner", "ownr", 4, "ownr"),
        ] {
            let problem = parse(&ONE.replace(from, to)).unwrap_err();
            assert!(problem.line == line && problem.message.contains(word), "{to}: {problem}");
        }
    }

    #[test]
    fn what_is_added_is_read_again_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let first = Waiver { reason: "a \"quote\",\n a line, \u{1b}[2J".to_owned(), ..(*parse(ONE).unwrap()[0]).clone() };
        add(&path, &first).unwrap();
        fs::write(&path, format!("{}# a remark", fs::read_to_string(&path).unwrap())).unwrap();
        add(&path, &parse(ONE).unwrap()[0]).unwrap();
        let all = read(&path).unwrap();
        assert_eq!((all.len(), all[0].reason.as_str()), (2, first.reason.as_str()));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(HEAD) && text.contains("# a remark\n\n[[waiver]]"), "{text}");
        fs::write(&path, "[[waiver]]\n").unwrap();
        assert_eq!(add(&path, &first).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(fs::read_to_string(&path).unwrap(), "[[waiver]]\n");
    }
}
