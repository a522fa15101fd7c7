//! What a filter looks at: names and sentences of all findings, side by side in memory, for a search to run over them.

use std::collections::HashMap;

use frizbee::{Config, Matcher, Matching, SortStrategy};

use crate::{
    checks::Check,
    world::{Finding, World},
};

/// The longest text that is looked for.
const LONGEST_NEEDLE: usize = 64;

/// Many texts in one.
#[derive(Debug, Default)]
struct Lines {
    text: String,
    ends: Vec<usize>,
}

impl Lines {
    fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut lines = Self::default();
        for text in texts {
            lines.text.push_str(text);
            lines.ends.push(lines.text.len());
        }
        lines
    }

    fn get(&self, row: u32) -> &str {
        let row = row as usize;
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.ends.get(row).and_then(|&end| self.text.get(start..end)).unwrap_or_default()
    }
}

/// What a filter looks at, by the findings' places in their world.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    names: Lines,
    sentences: Lines,
    checks: Vec<&'static Check>,
    check_of: Vec<u16>,
}

impl Texts {
    /// Gathers them.
    pub(crate) fn new(world: &World) -> Self {
        let findings = || world.findings.iter();
        let mut checks: Vec<&'static Check> = Vec::new();
        let mut places: HashMap<&'static str, u16> = HashMap::new();
        let mut place = |finding: &Finding| {
            *places.entry(finding.check.id).or_insert_with(|| {
                checks.push(finding.check);
                u16::try_from(checks.len() - 1).unwrap_or(u16::MAX)
            })
        };
        let check_of = findings().map(&mut place).collect();
        Self {
            names: Lines::of(findings().map(|finding| finding.resource.name())),
            sentences: Lines::of(findings().map(|finding| finding.message.as_str())),
            checks,
            check_of,
        }
    }

    /// Those of `rows` whose resource resembles `word`, or whose sentence, check or check's title has it in it.
    pub(crate) fn resembling(&self, word: &str, rows: &[u32]) -> Vec<u32> {
        let word = needle(word);
        let lower = word.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&lower);
        let checks: Vec<bool> = self.checks.iter().map(|check| has(check.id) || has(check.slug) || has(check.title)).collect();
        let check_of = |row: &u32| self.check_of.get(*row as usize).and_then(|&check| checks.get(usize::from(check)));
        let mut found: Vec<bool> = rows.iter().map(|row| check_of(row).copied().unwrap_or_default()).collect();
        // A list keeps its order, so it is enough to know whether a name resembles the word, and not how well.
        let folds = !word.chars().any(char::is_uppercase);
        for (&row, found) in rows.iter().zip(&mut found) {
            *found = *found || is_within(word, self.names.get(row), folds);
        }
        if in_sentences(word) {
            let config = Config::default().sort(SortStrategy::IndexAsc).matching(Matching::Substring);
            // Sentences are long: only those of rows that are not found yet.
            let (open, sentences): (Vec<usize>, Vec<&str>) = (rows.iter().zip(&found).enumerate())
                .filter(|(_, (_, found))| !**found)
                .map(|(place, (&row, _))| (place, self.sentences.get(row)))
                .unzip();
            for hit in Matcher::new(word, &config).match_list(&sentences) {
                if let Some(found) = open.get(hit.index as usize).and_then(|&place| found.get_mut(place)) {
                    *found = true;
                }
            }
        }
        rows.iter().zip(found).filter_map(|(row, found)| found.then_some(*row)).collect()
    }
}

/// Whether a word is looked for in sentences: one or two letters are in nearly all of them.
pub(crate) fn in_sentences(word: &str) -> bool {
    word.chars().nth(2).is_some()
}

/// Whether the letters of `word` stand in `name` in their order; in any case when it `folds`.
fn is_within(word: &str, name: &str, folds: bool) -> bool {
    if word.is_ascii() && name.is_ascii() {
        let mut letters = name.bytes();
        return word.bytes().all(|wanted| letters.any(|letter| letter == wanted || (folds && letter.to_ascii_lowercase() == wanted)));
    }
    let mut letters = name.chars();
    word.chars().all(|wanted| letters.any(|letter| letter == wanted || (folds && letter.to_lowercase().eq(wanted.to_lowercase()))))
}

/// The indices of `labels` that resemble `words`, the best first.
pub(crate) fn best(words: &str, labels: &[impl AsRef<str>]) -> Vec<u32> {
    let words = needle(words);
    if words.is_empty() {
        return (0..u32::try_from(labels.len()).unwrap_or(u32::MAX)).collect();
    }
    Matcher::new(words, &Config::default()).match_list(labels).into_iter().map(|found| found.index).collect()
}

fn needle(words: &str) -> &str {
    words.char_indices().nth(LONGEST_NEEDLE).and_then(|(at, _)| words.get(..at)).unwrap_or(words).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_what_they_were() {
        let texts = ["orders", "", "関数", "x"];
        let lines = Lines::of(texts.into_iter());
        for (row, text) in (0..).zip(texts) {
            assert_eq!(lines.get(row), text);
        }
        assert_eq!(lines.get(4), "");
    }

    #[test]
    fn letters_in_their_order() {
        for (word, name, within) in [
            ("web", "webhook", true),
            ("wbk", "webhook", true),
            ("kw", "webhook", false),
            ("web", "WebHook", true),
            ("WH", "WebHook", true),
            ("WH", "webhook", false),
            ("数", "関数", true),
            ("x", "", false),
        ] {
            assert_eq!(is_within(word, name, !word.chars().any(char::is_uppercase)), within, "{word} {name}");
        }
    }

    #[test]
    fn the_best_comes_first() {
        assert_eq!(best("web", &["w-e-b", "webhook", "other"]), [1, 0]);
        assert_eq!(best("", &["a", "b"]), [0, 1]);
    }
}
