//! The text of the file, and where in it something stands.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Problem, keys::shown};

/// A file that is TOML.
pub(super) struct SourceText<'t> {
    text: &'t str,
    table: DeTable<'t>,
}

impl<'t> SourceText<'t> {
    /// # Errors
    /// Where it is no TOML.
    pub(super) fn parse(text: &'t str) -> Result<Self, Problem> {
        let table = DeTable::parse(text).map_err(|error| problem(text, &error))?;
        Ok(Self { text, table: table.into_inner() })
    }

    /// The whole of it.
    pub(super) fn table(&self) -> &DeTable<'t> {
        &self.table
    }

    /// A problem with what stands at `path`: keys of tables, and places in arrays from 0 on. It is where the last of them is
    /// that there is.
    pub(super) fn at(&self, path: &[&str], message: impl Into<String>) -> Problem {
        Problem { line: self.line(self.span(path)), message: message.into() }
    }

    /// What serde says of a value that is of another kind than its key takes.
    pub(super) fn mistyped(&self, error: &toml::de::Error) -> Problem {
        let Problem { line, message } = problem(self.text, error);
        let Some((found, expected)) = message.split_once(", expected ") else { return Problem { line, message } };
        let found = found.strip_prefix("invalid type: ").or_else(|| found.strip_prefix("invalid value: ")).unwrap_or(found);
        let path = error.span().and_then(|span| path_at(&self.table, &span)).unwrap_or_default();
        let key = if path.is_empty() { "this".to_owned() } else { shown(&path) };
        let found = match found {
            "map" => "a table".to_owned(),
            "sequence" => "a list".to_owned(),
            found => format!("the {found}"),
        };
        Problem { line, message: format!("{key} is {found}, and takes {}", wanted(expected)) }
    }

    /// The line on which `span` begins, from 1.
    pub(super) fn line(&self, span: Option<Range<usize>>) -> usize {
        line(self.text, span)
    }

    fn span(&self, path: &[&str]) -> Option<Range<usize>> {
        let (first, rest) = path.split_first()?;
        let (key, mut value) = self.table.iter().find(|(key, _)| key.get_ref() == first)?;
        let mut span = key.span();
        for part in rest {
            let Some((next, found)) = step(value, part) else { break };
            (span, value) = (next, found);
        }
        Some(span)
    }
}

fn step<'v, 't>(value: &'v Spanned<DeValue<'t>>, part: &str) -> Option<(Range<usize>, &'v Spanned<DeValue<'t>>)> {
    match value.get_ref() {
        DeValue::Table(table) => table.iter().find(|(key, _)| key.get_ref() == part).map(|(key, value)| (key.span(), value)),
        DeValue::Array(items) => items.get(part.parse::<usize>().ok()?).map(|item| (item.span(), item)),
        _ => None,
    }
}

/// The path of the value, no table, that `span` begins in.
fn path_at<'v>(table: &'v DeTable<'_>, span: &Range<usize>) -> Option<Vec<&'v str>> {
    table.iter().find_map(|(key, value)| match value.get_ref() {
        DeValue::Table(inside) => path_at(inside, span).map(|rest| std::iter::once(key.get_ref().as_ref()).chain(rest).collect()),
        _ => value.span().contains(&span.start).then(|| vec![key.get_ref().as_ref()]),
    })
}

/// What serde wanted in the place of what it found, in the words of somebody who writes the file.
fn wanted(expected: &str) -> &str {
    match expected {
        "i64" | "u32" => "a whole number",
        "a sequence" => "a list, such as [\"one\", \"two\"]",
        "a string" | "path string" => "a text, in quotes",
        "a boolean" => "true or false",
        "a map" => "a table of its own",
        other => other,
    }
}

/// What the reader of TOML says is wrong with `text`.
pub(super) fn problem(text: &str, error: &toml::de::Error) -> Problem {
    Problem { line: line(text, error.span()), message: error.message().lines().next().unwrap_or_default().to_owned() }
}

/// The line on which `span` begins, from 1.
pub(crate) fn line(text: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start).min(text.len());
    text.as_bytes()[..start].iter().filter(|&&byte| byte == b'\n').count() + 1
}
