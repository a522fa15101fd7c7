//! What the unknown keys of a request could be: per key one value for each way in which conditions can tell
//! values apart, and every combination of those.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use super::{
    condition::{Condition, Over, Test, number},
    glob::{self, Token},
    meeting::common,
    moment::Moment,
    network::Network,
    request::{Keys, Lookup, Value},
    template::Template,
    truth::Truth,
};

/// More combinations than this are not walked.
const MOST: usize = 20_000;
/// Of more patterns than this, only pairs are searched for common instances.
const MOST_PATTERNS: usize = 4;
/// Of more values than this, sets are not built.
const MOST_MEMBERS: usize = 16;
/// Of more values of one key than this, the rest is not tried: a policy of AWS has a few dozen.
const MOST_VALUES: usize = 256;
/// More patterns of one key than this are not searched for common instances.
const MOST_LIKE: usize = 40;
/// Longer patterns than this are not searched for common instances.
const LONGEST_PATTERN: usize = 1_024;
/// Comparisons of a value with a condition's value that may be made in one walk.
const MOST_COMPARISONS: usize = 20_000_000;
/// A value that no policy names.
pub(super) const OTHER: &str = "palisade-other";
/// An account that no policy names.
pub(super) const OTHER_ACCOUNT: &str = "000000000019";

/// What a policy makes of a combination of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    /// Go on.
    On,
    /// Enough was seen.
    Stop,
}

/// The keys that a decision depends on and what each could be.
pub(super) struct Worlds<'a> {
    base: &'a dyn Keys,
    axes: Vec<(&'a str, Vec<Value>)>,
    exact: bool,
    cut: bool,
    /// How many combinations are walked.
    most: usize,
}

/// One combination.
struct World<'w> {
    base: &'w dyn Keys,
    axes: &'w [(&'w str, Vec<Value>)],
    chosen: Vec<usize>,
}

impl Keys for World<'_> {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        let found = self.axes.iter().zip(&self.chosen).find(|((name, _), _)| *name == key);
        match found.and_then(|((_, values), at)| values.get(*at)) {
            Some(value) => value.lookup(),
            None => self.base.lookup(key),
        }
    }
}

impl<'a> Worlds<'a> {
    /// The worlds that `conditions` and the variables of `patterns` can tell apart. `base` holds the keys that
    /// are known, and `domain` says which of the values that a key could have it can have here.
    pub(super) fn new(
        conditions: &[&'a Condition],
        patterns: &[&'a Template],
        resource: &str,
        base: &'a dyn Keys,
        domain: &dyn Fn(&str, Vec<Value>) -> Vec<Value>,
    ) -> Self {
        let mut by_key: BTreeMap<&'a str, Vec<&'a Condition>> = BTreeMap::new();
        let mut variables: BTreeSet<&'a str> = BTreeSet::new();
        for condition in conditions {
            by_key.entry(&condition.name).or_default().push(condition);
            variables.extend(condition.templates.iter().flat_map(Template::variables));
        }
        variables.extend(patterns.iter().flat_map(|template| template.variables()));
        for key in &variables {
            by_key.entry(key).or_default();
        }
        // What a variable could be compared with: the values of every key, and the steps of the resource.
        let mut neighbours: BTreeSet<String> = BTreeSet::new();
        if !variables.is_empty() {
            neighbours.extend(resource.split(['/', ':']).filter(|step| !step.is_empty()).map(str::to_owned));
            for condition in conditions {
                for template in condition.templates.iter().filter(|template| template.fixed().is_some()) {
                    neighbours.insert(template.text().to_owned());
                    if neighbours.len() > MOST_VALUES {
                        break;
                    }
                }
            }
        }
        let mut axes = Vec::new();
        let mut exact = true;
        let mut cut = false;
        let weight: usize = conditions.iter().map(|condition| 1 + condition.templates.len()).sum();
        for (key, conditions) in by_key {
            if base.lookup(key) != Lookup::Unknown {
                continue;
            }
            let entangled = variables.contains(key) || conditions.iter().any(|condition| condition.has_variables());
            exact &= !entangled && conditions.iter().all(|condition| condition.templates.len() <= MOST_MEMBERS);
            let own: usize = conditions.iter().map(|condition| 1 + condition.templates.len()).sum();
            let is_long = |condition: &&Condition| condition.values.iter().any(|value| value.len() > LONGEST_PATTERN);
            let like =
                conditions.iter().filter(|condition| condition.is_pattern()).map(|condition| condition.templates.len()).sum::<usize>();
            cut |= own > MOST_VALUES || like > MOST_LIKE || conditions.iter().any(is_long);
            let near: &BTreeSet<String> = if entangled { &neighbours } else { &BTreeSet::new() };
            let mut values = values(&conditions, near);
            if is_starless(key) {
                values.retain(|value| !value.texts().iter().any(|text| text.contains(['*', '?'])));
            }
            let values = domain(key, values);
            let heavy = values.len().saturating_mul(own) > MOST_COMPARISONS;
            let values = if entangled || heavy { values } else { distinct(key, &conditions, values) };
            axes.push((key, values));
        }
        exact &= !cut;
        // The shortest first: the last turns fastest.
        axes.sort_by_key(|(_, values)| std::cmp::Reverse(values.len()));
        let most = (MOST_COMPARISONS / weight.max(1)).clamp(1, MOST);
        Self { base, axes, exact, cut, most }
    }

    /// Whether values were left out because there are too many.
    pub(super) const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether the combinations stand for every value: not when a variable compares one key with another,
    /// nor when a condition has more values than are combined.
    pub(super) const fn is_exact(&self) -> bool {
        self.exact
    }

    /// Shows `visit` every combination; false when there are too many to see them all.
    pub(super) fn walk(&self, mut visit: impl FnMut(&dyn Keys) -> Walk) -> bool {
        if self.axes.iter().any(|(_, values)| values.is_empty()) {
            return true;
        }
        let mut world = World { base: self.base, axes: &self.axes, chosen: vec![0; self.axes.len()] };
        for _ in 0..self.most {
            if visit(&world) == Walk::Stop {
                return true;
            }
            // Counts up, each key being a digit.
            let mut carried = true;
            for (at, (_, values)) in world.chosen.iter_mut().zip(&self.axes) {
                *at += 1;
                if *at < values.len() {
                    carried = false;
                    break;
                }
                *at = 0;
            }
            if carried {
                return true;
            }
        }
        false
    }
}

/// Whether no value of the key can have a star or a question mark: names of services and Regions, ids, tags.
/// A `StringEquals` that compares such a key with `lambda*` can never hold.
fn is_starless(key: &str) -> bool {
    ["aws:principaltag/", "aws:resourcetag/", "aws:requesttag/"].iter().any(|prefix| key.starts_with(prefix))
        || matches!(
            key,
            "aws:calledvia"
                | "aws:calledviafirst"
                | "aws:calledvialast"
                | "aws:principalaccount"
                | "aws:principalorgid"
                | "aws:principaltype"
                | "aws:requestedregion"
                | "aws:resourceaccount"
                | "aws:resourceorgid"
                | "aws:sourceaccount"
                | "aws:sourceorgid"
                | "aws:sourcevpc"
                | "aws:sourcevpce"
                | "iam:passedtoservice"
                | "kms:calleraccount"
                | "kms:viaservice"
                | "lambda:functionurlauthtype"
        )
}

/// One key with one value, everything else unknown.
struct Single<'k> {
    key: &'k str,
    value: &'k Value,
}

impl Keys for Single<'_> {
    fn lookup(&self, key: &str) -> Lookup<'_> {
        if key == self.key { self.value.lookup() } else { Lookup::Unknown }
    }
}

/// The values that differ in what some condition makes of them.
fn distinct(key: &str, conditions: &[&Condition], values: Vec<Value>) -> Vec<Value> {
    let mut seen: BTreeSet<Vec<Truth>> = BTreeSet::new();
    values
        .into_iter()
        .filter(|value| {
            let world = Single { key, value };
            seen.insert(conditions.iter().map(|condition| condition.holds(&world)).collect())
        })
        .collect()
}

/// One value, or more, for each region that `conditions`, all of the same key, divide its values into.
fn values(conditions: &[&Condition], near: &BTreeSet<String>) -> Vec<Value> {
    let mut single: BTreeSet<String> = near.clone();
    let mut numbers: Vec<f64> = Vec::new();
    let mut patterns: Vec<Vec<Token>> = Vec::new();
    let all = conditions.iter().flat_map(|condition| condition.templates.iter().map(move |template| (condition, template)));
    for (condition, template) in all.take(MOST_VALUES) {
        let text = template.text();
        match condition.test {
            Test::Text { like, fold, .. } => {
                let tokens = template.fixed().map_or_else(|| glob::tokens(text), <[Token]>::to_vec);
                if like {
                    patterns.push(tokens);
                } else {
                    let text = glob::literal(&tokens);
                    if fold {
                        single.insert(swapped(&text));
                    }
                    single.insert(text);
                }
            }
            Test::Arn { .. } => patterns.push(template.fixed().map_or_else(|| glob::tokens(text), <[Token]>::to_vec)),
            Test::Number { .. } => numbers.extend(number(text)),
            Test::Date { .. } => single.extend(around(text)),
            Test::Ip { .. } => single.extend(edges(text)),
            Test::Bool => single.extend([text.to_owned(), "true".to_owned(), "false".to_owned()]),
            Test::Binary => {
                single.insert(text.to_owned());
            }
            Test::Null | Test::Strange => {}
        }
    }
    numbers.sort_by(f64::total_cmp);
    for (at, value) in numbers.iter().enumerate() {
        single.extend([value - 1.0, *value, value + 1.0].map(|value| value.to_string()));
        if let Some(next) = numbers.get(at + 1) {
            single.insert(f64::midpoint(*value, *next).to_string());
        }
    }
    if conditions.iter().any(|condition| matches!(condition.test, Test::Ip { .. })) {
        single.extend(["192.0.2.77", "2001:db8:77::1"].map(str::to_owned));
    }
    patterns.retain(|pattern| pattern.len() <= LONGEST_PATTERN);
    patterns.sort_by_key(Vec::len);
    patterns.dedup();
    patterns.truncate(MOST_LIKE);
    if patterns.len() > 2 && patterns.len() <= MOST_PATTERNS {
        // Every three or more of them; pairs follow.
        for chosen in 0_u32..1 << patterns.len() {
            if chosen.count_ones() > 2 {
                let some: Vec<&[Token]> =
                    patterns.iter().enumerate().filter(|(at, _)| chosen & (1 << at) != 0).map(|(_, pattern)| pattern.as_slice()).collect();
                single.extend(common(&some));
            }
        }
    }
    for (at, pattern) in patterns.iter().enumerate() {
        for filler in ["x", "", OTHER, OTHER_ACCOUNT, "x/y"] {
            single.insert(glob::instance(pattern, filler));
        }
        for second in &patterns[at + 1..] {
            single.extend(common(&[pattern, second]));
        }
        for text in single.clone() {
            // A literal of another operator that this pattern also takes needs nothing more; what it takes
            // in another case does.
            if glob::matches(pattern, &text) {
                single.insert(swapped(&text));
            }
        }
    }
    single.insert(OTHER.to_owned());
    let sets = conditions.iter().any(|condition| condition.over != Over::Single);
    let mut values = vec![Value::Absent];
    if !sets {
        values.extend(single.into_iter().map(Value::One));
        return values;
    }
    // Two values of which conditions think the same add nothing to a set.
    let members = distinct_members(conditions, single);
    values.push(Value::Many(members.clone()));
    for (i, first) in members.iter().enumerate() {
        values.push(Value::Many(vec![first.clone()]));
        for (j, second) in members.iter().enumerate().skip(i + 1) {
            values.push(Value::Many(vec![first.clone(), second.clone()]));
            for third in members.iter().skip(j + 1) {
                values.push(Value::Many(vec![first.clone(), second.clone(), third.clone()]));
            }
        }
    }
    values
}

/// The members of sets that some value of some condition tells apart.
fn distinct_members(conditions: &[&Condition], members: BTreeSet<String>) -> Vec<String> {
    if conditions.iter().any(|condition| condition.has_variables()) {
        return members.into_iter().take(MOST_MEMBERS).collect();
    }
    let mut seen = BTreeSet::new();
    members
        .into_iter()
        .filter(|member| {
            let value = Value::Many(vec![member.clone()]);
            let truths: Vec<Truth> =
                conditions.iter().map(|condition| condition.holds(&Single { key: &condition.name, value: &value })).collect();
            seen.insert(truths)
        })
        .take(MOST_MEMBERS)
        .collect()
}

/// The same letters in the other case.
fn swapped(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
}

/// A date, and the moments before and after it.
fn around(text: &str) -> Vec<String> {
    let Some(moment) = Moment::parse(text) else { return Vec::new() };
    [-1, 0, 1].into_iter().filter_map(|seconds| moment.later(seconds)).collect()
}

/// The first and last address of a network, and those next to them.
fn edges(text: &str) -> Vec<String> {
    let Some(network) = Network::parse(text) else { return Vec::new() };
    let (first, last) = network.range();
    let is_v4 = network.address().is_ipv4();
    [first.checked_sub(1), Some(first), Some(last), last.checked_add(1)]
        .into_iter()
        .flatten()
        .filter_map(|bits| Some(if is_v4 { IpAddr::V4(u32::try_from(bits).ok()?.into()) } else { IpAddr::V6(bits.into()) }.to_string()))
        .collect()
}
