//! What marks a resource: its tags first, then its name.

use std::{collections::BTreeMap, fmt};

use crate::{checks::Evidence, iam::matches_pattern};

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// A resource as its name and its tags describe it.
#[derive(Debug, Clone, Copy)]
pub struct Described<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its tags.
    pub tags: &'a Tags,
    /// The call that gave them.
    pub source: &'static str,
}

/// What marks resources as something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Values by tag key; keys and values are compared without case.
    pub tags: BTreeMap<String, Vec<String>>,
    /// Patterns of names, see [`fits`].
    pub names: Vec<String>,
}

impl Marks {
    /// The same values under each of the keys, and the names.
    pub(super) fn new(keys: &[&str], values: &[&str], names: &[&str]) -> Self {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        Self { tags: keys.iter().map(|&key| (key.to_owned(), words(values))).collect(), names: words(names) }
    }

    /// The tag of `of` that is one of these.
    pub(super) fn tag<'a>(&self, of: &Described<'a>) -> Option<Mark<'a>> {
        let is_mark = |key: &str, value: &str| {
            let mut keys = self.tags.iter().filter(|(mark, _)| mark.eq_ignore_ascii_case(key));
            keys.any(|(_, values)| values.iter().any(|wanted| wanted.eq_ignore_ascii_case(value)))
        };
        let (key, value) = of.tags.iter().find(|(key, value)| is_mark(key, value))?;
        Some(Mark { of: of.name, source: of.source, said: Said::Tag(key, value) })
    }

    /// Whether `of` has a tag under one of these keys, whatever it says.
    pub(super) fn has_key(&self, of: &Described<'_>) -> bool {
        of.tags.keys().any(|key| self.tags.keys().any(|mark| mark.eq_ignore_ascii_case(key)))
    }

    /// The pattern that fits the name of `of`.
    pub(super) fn name<'a>(&'a self, of: &Described<'a>) -> Option<Mark<'a>> {
        let pattern = self.names.iter().find(|pattern| fits(pattern, of.name))?;
        Some(Mark { of: of.name, source: of.source, said: Said::Name(pattern) })
    }
}

/// What says of a resource what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark<'a> {
    /// The name of the resource: a store may be what a function that works with it is.
    pub of: &'a str,
    source: &'static str,
    said: Said<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said<'a> {
    /// Key and value.
    Tag(&'a str, &'a str),
    /// The pattern that its name fits.
    Name(&'a str),
}

impl fmt::Display for Mark<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.said {
            Said::Tag(key, value) => write!(f, "tag {key}={value}"),
            Said::Name(pattern) => write!(f, "name, which fits {pattern},"),
        }
    }
}

impl Mark<'_> {
    /// The word of what decided: `tag` or `name`.
    pub const fn word(&self) -> &'static str {
        match self.said {
            Said::Tag(..) => "tag",
            Said::Name(_) => "name",
        }
    }

    /// The tag, or the name with the pattern that it fits.
    pub fn evidence(&self) -> Evidence {
        match self.said {
            Said::Tag(key, value) => Evidence::field(self.source, format!("{} Tags.{key}", self.of), value),
            Said::Name(pattern) => Evidence::field(self.source, "name", format!("{} (fits {pattern} of the configuration)", self.of)),
        }
    }
}

/// Whether `pattern` fits `name`, without case. With a `*` it has to fit the whole name; without, whole words of it: `prod` fits
/// `orders-prod-eu` and `/aws/lambda/prod_orders`, but neither `product` nor `nonprod`.
fn fits(pattern: &str, name: &str) -> bool {
    if pattern.contains('*') {
        return matches_pattern(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase());
    }
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    if pattern.is_empty() {
        return false;
    }
    name.windows(pattern.len()).enumerate().any(|(at, window)| {
        let ends = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && byte.is_ascii());
        window.eq_ignore_ascii_case(pattern) && ends(at.checked_sub(1).and_then(|at| name.get(at))) && ends(name.get(at + pattern.len()))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_fits_where_it_stands_alone() {
        for (pattern, name, expected) in [
            ("prod", "prod", true),
            ("prod", "orders-prod", true),
            ("prod", "PROD_orders", true),
            ("prod", "/aws/lambda/orders.prod-eu", true),
            ("prod", "product", false),
            ("prod", "nonprod-orders", false),
            ("prod", "orders-prod2", false),
            ("prod", "éprod", false),
            ("team-a", "x-team-a-y", true),
            ("team-a", "x-team-ab", false),
            ("*-prod", "orders-PROD", true),
            ("*-prod", "orders-prod-eu", false),
            ("pay*", "payments", true),
            ("", "x", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn a_word_is_found_between_any_others_and_never_inside_one(word in "[a-z]{1,8}", before in "[a-z]{1,8}", after in "[a-z]{1,8}") {
            let name = format!("{before}-{word}_{after}");
            prop_assert!(fits(&word, &name));
            let inside = format!("{before}{word}{after}");
            prop_assert!(!fits(&word, &inside));
        }

        #[test]
        fn any_pattern_and_name_have_an_answer(pattern in ".{0,12}", name in ".{0,24}") {
            let _ = fits(&pattern, &name);
            prop_assert!(fits("*", &name));
        }
    }
}
