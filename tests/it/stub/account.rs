//! The account that the server plays: as large as a test wants, and always the same.
//!
//! Nothing is kept of it: what a thing looks like hangs on its number, so a million of them cost nothing.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Mutex, PoisonError},
};

/// The account's id.
pub(crate) const ACCOUNT: &str = "111122223333";
/// The id of the first key.
pub(super) const KEY: &str = "0b9f2b0e-6a0d-4c3e-9a55-0f5f3f1f7a11";

/// How much there is of everything, in each Region; of roles in the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) functions: usize,
    pub(crate) mappings: usize,
    pub(crate) keys: usize,
    pub(crate) log_groups: usize,
    pub(crate) roles: usize,
}

impl Size {
    /// Two functions, `orders` and `mail`, their role and log groups, and a key.
    pub(crate) const SMALL: Self = Self { functions: 2, mappings: 0, keys: 1, log_groups: 2, roles: 1 };

    /// As accounts with so many functions are.
    pub(crate) const fn of(functions: usize) -> Self {
        Self { functions, mappings: functions / 4, keys: functions / 50, log_groups: functions, roles: functions }
    }
}

impl Default for Size {
    fn default() -> Self {
        Self::SMALL
    }
}

/// The account itself.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(super) size: Size,
    /// How often a function was changed, by its number.
    changes: Mutex<BTreeMap<usize, u32>>,
}

impl Account {
    pub(super) fn new(size: Size) -> Self {
        Self { size, changes: Mutex::default() }
    }

    /// Deploys `count` functions anew, evenly spread: they get another revision, code and time.
    pub(super) fn change(&self, count: usize) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        for place in 0..count.min(self.size.functions) {
            *changes.entry(place * self.size.functions / count).or_default() += 1;
        }
    }

    /// How often function `number` was deployed anew.
    pub(super) fn changes(&self, number: usize) -> u32 {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).get(&number).copied().unwrap_or(0)
    }
}

/// The name of thing `number`: the first ones have names of their own.
pub(super) fn name(own: &[&str], kind: &str, number: usize) -> String {
    own.get(number).map_or_else(|| format!("{kind}-{number:06}"), |own| (*own).to_owned())
}

/// The number of the thing called `name`, if it is one of `count`.
pub(super) fn number(own: &[&str], name: &str, count: usize) -> Option<usize> {
    let number = match own.iter().position(|own| *own == name) {
        Some(number) => number,
        None => name.rsplit('-').next()?.parse().ok()?,
    };
    (number < count).then_some(number)
}

/// A page of a list: which items, and the token of the next one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(super) items: Range<usize>,
    pub(super) next: Option<String>,
}

impl Page {
    /// The page after `token` of a list of `count`, with at most `most` on it.
    pub(super) fn after(token: Option<&str>, count: usize, most: usize) -> Self {
        let start = token.and_then(|token| token.strip_prefix("after-")).and_then(|start| start.parse().ok()).unwrap_or(0).min(count);
        let end = count.min(start + most.max(1));
        Self { items: start..end, next: (end < count).then(|| format!("after-{end}")) }
    }

    /// `"items":[…],"token":…` with each item written by `item`.
    pub(super) fn json(&self, items: &str, token: &str, item: impl Fn(usize) -> String) -> String {
        let written: Vec<String> = self.items.clone().map(item).collect();
        let next = self.next.as_ref().map_or_else(String::new, |next| format!(r#","{token}":"{next}""#));
        format!(r#""{items}":[{}]{next}"#, written.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let first = Page::after(None, 120, 50);
        assert_eq!(first, Page { items: 0..50, next: Some("after-50".to_owned()) });
        assert_eq!(Page::after(Some("after-100"), 120, 50), Page { items: 100..120, next: None });
        assert_eq!(Page::after(None, 0, 50), Page { items: 0..0, next: None });
        assert_eq!(
            Page::after(None, 3, 2).json("Keys", "NextMarker", |number| number.to_string()),
            r#""Keys":[0,1],"NextMarker":"after-2""#
        );
    }

    #[test]
    fn changes_are_spread_and_stay() {
        let account = Account::new(Size { functions: 100, ..Size::SMALL });
        account.change(2);
        account.change(1);
        assert_eq!([account.changes(0), account.changes(50), account.changes(1)], [2, 1, 0]);
    }

    #[test]
    fn names_and_numbers_belong_together() {
        let own = ["orders", "mail"];
        for place in [0, 1, 2, 5000] {
            assert_eq!(number(&own, &name(&own, "function", place), 10_000), Some(place));
        }
        assert_eq!(number(&own, "function-000007", 7), None);
        assert_eq!(number(&own, "nobody", 7), None);
    }
}
