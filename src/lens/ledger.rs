//! The findings of an account by the resource that they are about.

use std::collections::{HashMap, HashSet};

use crate::{
    model::Arn,
    score::Counts,
    world::{Finding, Status, World},
};

/// What is found on one resource.
#[derive(Debug, Clone, Default)]
struct Held {
    places: Vec<u32>,
    counts: Counts,
    risk: f64,
}

/// The findings of an account by resource: gone through once, however many groups ask.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    by_resource: HashMap<Arn, Held>,
}

impl Ledger {
    /// The findings of `world` that `admits` lets.
    pub fn new(world: &World, admits: impl Fn(&Finding) -> bool) -> Self {
        let mut by_resource: HashMap<Arn, Held> = HashMap::new();
        for (place, finding) in (0u32..).zip(&world.findings).filter(|(_, finding)| admits(finding)) {
            let held = match by_resource.get_mut(&finding.resource) {
                Some(held) => held,
                None => by_resource.entry(finding.resource.clone()).or_default(),
            };
            held.places.push(place);
            held.risk = held.risk.max(finding.risk);
            match finding.status {
                Status::Fail => held.counts.count(finding.severity),
                Status::Unknown => held.counts.unknown += 1,
                Status::Waived => held.counts.waived += 1,
                Status::Pass => held.counts.pass += 1,
            }
        }
        Self { by_resource }
    }

    /// The places in the world's findings of those on `resources`, each once and by risk.
    pub fn findings<'r>(&self, resources: impl IntoIterator<Item = &'r Arn>) -> Vec<u32> {
        let held = resources.into_iter().filter_map(|resource| self.by_resource.get(resource));
        let mut places: Vec<u32> = held.flat_map(|held| &held.places).copied().collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// How many there are on `resources`, of which each stands there once, and the risk of the worst.
    pub fn sum<'r>(&self, resources: impl IntoIterator<Item = &'r Arn>) -> (Counts, f64) {
        let held = resources.into_iter().filter_map(|resource| self.by_resource.get(resource));
        held.fold((Counts::default(), 0.0), |(counts, risk), held| (counts.and(held.counts), risk.max(held.risk)))
    }

    /// The resources with findings that are not among `others`.
    pub fn beyond(&self, others: &HashSet<&Arn>) -> Vec<Arn> {
        let mut beyond: Vec<Arn> = self.by_resource.keys().filter(|resource| !others.contains(resource)).cloned().collect();
        beyond.sort_unstable();
        beyond
    }
}
