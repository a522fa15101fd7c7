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
        let config = Config::default().sort(SortStrategy::IndexAsc);
        for (lines, matching) in [(&self.names, Matching::Fuzzy), (&self.sentences, Matching::Substring)] {
            let texts: Vec<&str> = rows.iter().map(|&row| lines.get(row)).collect();
            for hit in Matcher::new(word, &config.clone().matching(matching)).match_list(&texts) {
                if let Some(found) = found.get_mut(hit.index as usize) {
                    *found = true;
                }
            }
        }
        rows.iter().zip(found).filter_map(|(row, found)| found.then_some(*row)).collect()
    }
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
    fn the_best_comes_first() {
        assert_eq!(best("web", &["w-e-b", "webhook", "other"]), [1, 0]);
        assert_eq!(best("", &["a", "b"]), [0, 1]);
    }
}
