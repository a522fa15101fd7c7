//! Which findings a list shows, in which order: worked out once for a world, a filter and an order.

use std::ops::Range;

use super::{
    cache::{Cache, Stamp},
    query::Query,
    texts::in_sentences,
};
use crate::{
    checks::Layer,
    model::{Arn, text},
    world::{Finding, Status, World},
};

/// What a list is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The whole account.
    All,
    /// One layer.
    Layer(Layer),
    /// One check, by its id.
    Check(&'static str),
    /// One resource.
    Resource(Arn),
}

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Fails before unknowns, by risk, the highest first.
    Risk,
    /// Severity, the worst first.
    Severity,
    /// What fixing it gives back, the most first.
    Gain,
    /// Resource.
    Resource,
    /// Check.
    Rule,
}

impl Sort {
    /// The next one.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Risk => Self::Severity,
            Self::Severity => Self::Gain,
            Self::Gain => Self::Resource,
            Self::Resource => Self::Rule,
            Self::Rule => Self::Risk,
        }
    }

    /// The word on screen.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Severity => "severity",
            Self::Gain => "gain",
            Self::Resource => "resource",
            Self::Rule => "rule",
        }
    }
}

/// A finding that the cursor stays on while lists and worlds change around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    stamp: Option<Stamp>,
    place: u32,
    id: String,
}

impl Chosen {
    /// Its id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

fn words(query: &Query) -> impl Iterator<Item = &str> {
    query.words.split(' ').filter(|word| !word.is_empty())
}

/// The rows of a list of findings.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    /// What it is about.
    pub(crate) scope: Scope,
    sort: Sort,
    text: String,
    query: Query,
    problem: Option<String>,
    rows: Vec<u32>,
    made_for: Option<Stamp>,
    scoped: usize,
}

impl Index {
    /// All of `scope`, by risk.
    pub(crate) fn new(scope: Scope) -> Self {
        Self {
            scope,
            sort: Sort::Risk,
            text: String::new(),
            query: Query::default(),
            problem: None,
            rows: Vec::new(),
            made_for: None,
            scoped: 0,
        }
    }

    /// The filter as it was typed.
    pub(crate) fn filter(&self) -> &str {
        &self.text
    }

    /// What is wrong with the filter.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Sets the filter; one that cannot be read leaves the rows as they are.
    pub(crate) fn set_filter(&mut self, text: &str, world: &World, cache: &Cache) {
        if text == self.text {
            return;
        }
        text.clone_into(&mut self.text);
        match Query::parse(text) {
            Ok(query) => {
                self.problem = None;
                // Whoever types on only asks for more: what was left out stays out.
                let narrows = query.terms == self.query.terms
                    && query.words.starts_with(&self.query.words)
                    && words(&self.query).last().is_some()
                    && words(&self.query).zip(words(&query)).all(|(old, new)| in_sentences(old) == in_sentences(new))
                    && self.made_for.is_some()
                    && self.made_for == cache.stamp();
                self.query = query;
                if narrows {
                    for word in words(&self.query) {
                        self.rows = cache.texts(world).resembling(word, &self.rows);
                    }
                } else {
                    self.made_for = None;
                }
            }
            Err(problem) => self.problem = Some(problem),
        }
    }

    /// What it is ordered by.
    pub(crate) fn sort(&self) -> Sort {
        self.sort
    }

    /// Orders it by something else.
    pub(crate) fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
        self.made_for = None;
    }

    /// The rows: places in the world's findings.
    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// How many there would be without a filter.
    pub(crate) fn scoped(&self) -> usize {
        self.scoped
    }

    /// Brings the rows up to date; says whether they changed.
    pub(crate) fn refresh(&mut self, world: &World, cache: &Cache) -> bool {
        if self.made_for.is_some() && self.made_for == cache.stamp() {
            return false;
        }
        self.made_for = cache.stamp();
        if self.query.asks_for_fixes() {
            cache.fill_efforts(world, (0u32..).zip(&world.findings).map(|(row, _)| row));
        }
        let in_scope = |finding: &Finding| match &self.scope {
            Scope::All => true,
            Scope::Layer(layer) => finding.check.layer == *layer,
            Scope::Check(id) => finding.check.id == *id,
            Scope::Resource(arn) => finding.resource == *arn,
        };
        let mut scoped = 0;
        let mut rows: Vec<u32> = (0u32..)
            .zip(&world.findings)
            .filter(|(_, finding)| in_scope(finding))
            .inspect(|_| scoped += 1)
            .filter(|(row, finding)| self.query.holds(finding, || cache.effort(world, *row)))
            .map(|(row, _)| row)
            .collect();
        self.scoped = scoped;
        for word in words(&self.query) {
            rows = cache.texts(world).resembling(word, &rows);
        }
        let finding = |row: &u32| world.findings.get(*row as usize);
        match self.sort {
            // They come by risk; what is only unknown follows what is known to be wrong.
            Sort::Risk => rows.sort_by_key(|row| finding(row).map(|finding| finding.status != Status::Fail)),
            Sort::Severity => rows.sort_by_key(|row| finding(row).map(|finding| (finding.status != Status::Fail, finding.severity))),
            Sort::Gain => rows.sort_by(|a, b| {
                let gain = |row| finding(row).map_or(0.0, |finding: &Finding| finding.gain);
                gain(b).total_cmp(&gain(a))
            }),
            Sort::Resource => rows.sort_by(|a, b| finding(a).map(|f| &f.resource).cmp(&finding(b).map(|f| &f.resource))),
            Sort::Rule => rows.sort_by_key(|row| finding(row).map(|finding| finding.check.id)),
        }
        self.rows = rows;
        true
    }

    /// Works out the efforts around the cursor a few pages ahead, so that moving on finds them made.
    pub(crate) fn fill_efforts(&self, world: &World, cache: &Cache, row: usize, page: u16) {
        const PAGES: usize = 3;
        let page = usize::from(page);
        let around = |pages: usize| row.saturating_sub(page * pages)..row.saturating_add(page * pages).min(self.rows.len());
        let known = |range: Range<usize>| self.rows.get(range).is_none_or(|rows| cache.knows_efforts(rows));
        if !known(around(1)) {
            cache.fill_efforts(world, self.rows.get(around(PAGES)).unwrap_or_default().iter().copied());
        }
    }

    /// The row that shows the finding with this id.
    pub(crate) fn position(&self, world: &World, id: &str) -> Option<usize> {
        self.rows.iter().position(|&row| world.findings.get(row as usize).is_some_and(|finding| finding.id == id))
    }

    /// The row that shows what was chosen, in this world or in the one before.
    pub(crate) fn row_of(&self, chosen: &Chosen, world: &World, cache: &Cache) -> Option<usize> {
        if chosen.stamp == cache.stamp() {
            return self.rows.iter().position(|&row| row == chosen.place);
        }
        self.position(world, &chosen.id)
    }

    /// The finding at a row, to be found again.
    pub(crate) fn choose(&self, world: &World, cache: &Cache, row: usize) -> Option<Chosen> {
        self.at(world, row).map(|(place, finding)| Chosen { stamp: cache.stamp(), place, id: finding.id.clone() })
    }

    /// The finding at a row, with its place in the world.
    pub(crate) fn at<'w>(&self, world: &'w World, row: usize) -> Option<(u32, &'w Finding)> {
        let place = *self.rows.get(row)?;
        Some((place, world.findings.get(place as usize)?))
    }
}

/// A UUID by its first eight digits, anything else as it is.
fn short_id(name: &str) -> &str {
    let uuid = name.len() == 36
        && name.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if uuid { name.get(..8).unwrap_or(name) } else { name }
}

/// What people call a resource: its kind and its name, cleaned.
pub(crate) fn resource_name(arn: &Arn) -> String {
    let name = text::clean(arn.name());
    if name == "*" {
        // A whole service: so it is in blind spots.
        return text::clean(arn.service()).into_owned();
    }
    let kind = match (arn.service(), arn.resource().split([':', '/']).next().unwrap_or_default()) {
        ("lambda", "function") => "fn",
        ("lambda", "layer") => "layer",
        ("lambda", "code-signing-config") => "signing",
        ("lambda", "event-source-mapping") => "mapping",
        ("iam", "root") => return "account".to_owned(),
        ("iam", "role") => "role",
        ("iam", "user") => "user",
        ("iam", "group") => "group",
        ("iam", "policy") => "policy",
        ("kms", "key") => return format!("key:{}", short_id(&name)),
        ("logs", "log-group") => "log",
        _ => return name.into_owned(),
    };
    format!("{kind}:{name}")
}
