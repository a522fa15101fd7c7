//! Classes of data: how sensitive it is, what marks it, and which protections it demands.

use std::{collections::BTreeSet, fmt};

use super::marks::{Described, Mark, Marks};
use crate::checks::Evidence;

/// A protection that a class of data may demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// Encryption with a customer managed key.
    CustomerKey,
    /// Recovery to a point in time.
    Recovery,
    /// Protection from deletion.
    DeletionProtection,
    /// Rotation of secrets.
    Rotation,
    /// A record of who reads and writes.
    DataEvents,
    /// Personal data stays out of logs.
    Masking,
    /// A network that does not let everything out.
    PrivateNetwork,
    /// Somebody who answers for it.
    Owner,
}

impl Protection {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::CustomerKey,
        Self::Recovery,
        Self::DeletionProtection,
        Self::Rotation,
        Self::DataEvents,
        Self::Masking,
        Self::PrivateNetwork,
        Self::Owner,
    ];

    /// The word of the configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CustomerKey => "customer-key",
            Self::Recovery => "recovery",
            Self::DeletionProtection => "deletion-protection",
            Self::Rotation => "rotation",
            Self::DataEvents => "data-events",
            Self::Masking => "masking",
            Self::PrivateNetwork => "private-network",
            Self::Owner => "owner",
        }
    }

    /// The checks that decide whether it is there.
    pub const fn checks(self) -> &'static [&'static str] {
        match self {
            Self::CustomerKey => &["DP-001", "DP-008", "DP-009", "DP-017"],
            Self::Recovery => &["DP-010"],
            Self::DeletionProtection => &["DP-010", "MV-004"],
            Self::Rotation => &["DP-013"],
            Self::DataEvents => &["MV-010", "MV-011"],
            Self::Masking => &["DP-017", "MV-005"],
            Self::PrivateNetwork => &["FN-022"],
            Self::Owner => &["IR-014"],
        }
    }
}

/// A class of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataClass {
    /// What people call it.
    pub name: String,
    /// How sensitive it is: the higher, the more.
    pub rank: u32,
    /// What marks it.
    pub marks: Marks,
    /// What it demands.
    pub demands: BTreeSet<Protection>,
}

/// The classes, the most sensitive first. Those that are built in are always there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classes(Vec<DataClass>);

/// A class, and what says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classified<'a> {
    /// The class.
    pub class: &'a DataClass,
    /// Whether it ranks as high as `confidential`.
    pub is_sensitive: bool,
    /// The tag or the name; none is the class of what nothing marks.
    pub by: Option<Mark<'a>>,
}

/// What a class demands of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Demand<'a> {
    /// The class, and what says that it is of it.
    pub of: Classified<'a>,
    /// What it demands.
    pub protection: Protection,
}

impl fmt::Display for Demand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the class {} demands {}", self.of.class.name, self.protection.word())
    }
}

impl Demand<'_> {
    /// What makes it of the class.
    pub fn evidence(&self) -> Evidence {
        match &self.of.by {
            Some(mark) => mark.evidence(),
            None => Evidence::field("configuration", format!("classes.{}.demands", self.of.class.name), self.protection.word()),
        }
    }
}

impl<'a> Classified<'a> {
    /// What the class demands, if that is `protection`.
    pub fn demand(self, protection: Protection) -> Option<Demand<'a>> {
        self.class.demands.contains(&protection).then_some(Demand { of: self, protection })
    }
}

impl Default for Classes {
    fn default() -> Self {
        const KEYS: &[&str] = &["data-class", "data-classification", "dataclass", "classification"];
        let class = |name: &str, rank, values: &[&str], demands: &[Protection]| DataClass {
            name: name.to_owned(),
            rank,
            marks: Marks::new(KEYS, values, &[]),
            demands: demands.iter().copied().collect(),
        };
        Self(vec![
            class("restricted", 30, &["restricted", "secret", "pci", "phi"], &Protection::ALL),
            class(Self::SENSITIVE, 20, &["confidential", "sensitive", "pii"], &Protection::ALL),
            class(Self::UNMARKED, 10, &["internal"], &[]),
            class("public", 0, &["public"], &[]),
        ])
    }
}

impl Classes {
    /// The class of what nothing marks.
    pub const UNMARKED: &str = "internal";
    /// The class from which on data is sensitive.
    pub const SENSITIVE: &str = "confidential";

    /// The class of this name.
    pub fn named(&self, name: &str) -> Option<&DataClass> {
        self.0.iter().find(|class| class.name == name)
    }

    /// The classes, the most sensitive first.
    pub fn iter(&self) -> impl Iterator<Item = &DataClass> {
        self.0.iter()
    }

    /// Adds `class`, or puts it in the place of the one with its name.
    pub fn set(&mut self, class: DataClass) {
        self.0.retain(|other| other.name != class.name);
        self.0.push(class);
        self.0.sort_by(|a, b| b.rank.cmp(&a.rank).then_with(|| a.name.cmp(&b.name)));
    }

    /// The class of a resource: the most sensitive that a tag of it marks, else that its name does.
    pub fn of<'a>(&'a self, of: Described<'a>) -> Classified<'a> {
        let by_tag = || self.0.iter().find_map(|class| Some((class, class.marks.tag(&of)?)));
        let by_name = || self.0.iter().find_map(|class| Some((class, class.marks.name(&of)?)));
        match by_tag().or_else(by_name) {
            Some((class, mark)) => self.classified(class, Some(mark)),
            None => self.unmarked(),
        }
    }

    /// The class of what nothing marks.
    pub fn unmarked(&self) -> Classified<'_> {
        // It is never taken out, nor is the last of them.
        self.classified(self.named(Self::UNMARKED).unwrap_or(&self.0[self.0.len() - 1]), None)
    }

    fn classified<'a>(&'a self, class: &'a DataClass, by: Option<Mark<'a>>) -> Classified<'a> {
        let is_sensitive = self.named(Self::SENSITIVE).is_some_and(|sensitive| class.rank >= sensitive.rank);
        Classified { class, is_sensitive, by }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{self, settings::Tags};

    fn described<'a>(name: &'a str, tags: &'a Tags) -> Described<'a> {
        Described { name, tags, source: "lambda:GetFunction" }
    }

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_most_sensitive_mark_decides_and_what_nothing_marks_is_internal() {
        for (pairs, class, is_sensitive) in [
            (&[][..], "internal", false),
            (&[("Data-Class", "PII")], "confidential", true),
            (&[("data-class", "public")], "public", false),
            (&[("classification", "phi"), ("data-class", "internal")], "restricted", true),
            (&[("data-class", "whatever")], "internal", false),
        ] {
            let (classes, tags) = (Classes::default(), tags(pairs));
            let found = classes.of(described("orders", &tags));
            assert_eq!((found.class.name.as_str(), found.is_sensitive), (class, is_sensitive), "{pairs:?}");
            assert_eq!(found.demand(Protection::Masking).is_some(), is_sensitive);
        }
    }

    #[test]
    fn a_class_of_ones_own_takes_its_place_by_rank() {
        let mut classes = Classes::default();
        let demands = BTreeSet::from([Protection::Rotation]);
        let marks = Marks { names: vec!["gdpr".to_owned()], ..Marks::default() };
        classes.set(DataClass { name: "gdpr".to_owned(), rank: 25, marks, demands });
        assert_eq!(
            classes.iter().map(|class| class.name.as_str()).collect::<Vec<_>>(),
            ["restricted", "gdpr", "confidential", "internal", "public"]
        );
        let (none, pii) = (Tags::new(), tags(&[("data-class", "pii")]));
        let found = classes.of(described("gdpr-export", &none));
        assert_eq!((found.class.name.as_str(), found.is_sensitive), ("gdpr", true));
        assert!(found.demand(Protection::Masking).is_none());
        let demand = found.demand(Protection::Rotation).unwrap();
        assert_eq!(demand.to_string(), "the class gdpr demands rotation");
        assert!(demand.evidence().value.contains("gdpr-export"));
        assert_eq!(classes.of(described("gdpr-export", &pii)).class.name, "confidential", "a tag wins over a name");
    }

    #[test]
    fn every_protection_is_decided_by_checks_of_the_catalogue() {
        for protection in Protection::ALL {
            for id in protection.checks() {
                assert!(checks::find(id).is_some(), "{} names {id}", protection.word());
            }
        }
    }
}
