//! Reading an account: one collector a service. Nothing here can write to it.
//!
//! A collector asks for lists first and for details after, at the pace of the quotas, and hands over a
//! [`Part`] whenever it has learnt something. What cannot be read becomes a gap on exactly the field concerned.

mod accounts;
mod errand;
mod events;
mod gap;
mod iam;
mod kms;
mod lambda;
mod logs;
mod meter;
mod operation;
mod pacer;
mod plan;
mod reader;
mod sqs;
mod sts;
mod wire;

use std::{collections::BTreeSet, fmt};

use futures::future::BoxFuture;

pub use errand::{Errand, Wanted};
pub use events::event_actions;
pub use operation::{Extent, Operation, Request};
pub use pacer::Budget;
pub use plan::{CollectionPlan, PlannedCalls};
pub use reader::Depth;
pub use wire::{Protocol, Service};

pub(crate) use accounts::accounts;
pub(crate) use events::Queue;
pub(crate) use gap::{ASSUME, Failure, Trouble};
pub(crate) use pacer::Pacers;
pub(crate) use reader::Assignment;

use crate::model::{Learnt, Part, Source};
use reader::Reader;

/// What a collector tells: a part, and for which question.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Grows when account, Region or profile change; parts of older generations are to be dropped.
    pub generation: u64,
    /// What was learnt.
    pub part: Part,
}

/// Where a service's facts live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In each Region.
    Regional,
    /// Once an account.
    Global,
}

/// Reads one service.
pub struct Collector {
    /// The service.
    pub source: Source,
    /// Where its facts live.
    pub scope: Scope,
    /// Everything it asks.
    pub operations: &'static [&'static Operation],
    run: for<'a> fn(&'a Reader) -> BoxFuture<'a, Vec<Learnt>>,
}

impl Collector {
    /// Every collector.
    pub const ALL: &'static [&'static Self] =
        &[&lambda::COLLECTOR, &iam::COLLECTOR, &kms::COLLECTOR, &logs::COLLECTOR, &sqs::COLLECTOR, &sts::COLLECTOR];

    /// Every IAM action it needs, some of them more than once.
    pub fn actions(&self) -> impl Iterator<Item = &'static str> {
        self.operations.iter().flat_map(|operation| operation.actions())
    }

    /// Reads what `assignment` says; every part goes to its sender, the last one with a final state.
    pub(crate) async fn collect(&'static self, assignment: Assignment) {
        let reader = Reader::new(self, assignment);
        reader.progress().await;
        let learnt = (self.run)(&reader).await;
        reader.finish(learnt).await;
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Every IAM action that collecting needs, sorted.
pub fn actions() -> Vec<&'static str> {
    let actions: BTreeSet<&str> = Collector::ALL.iter().flat_map(|collector| collector.actions()).collect();
    actions.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_only_reads() {
        let actions = actions();
        assert!(actions.is_sorted());
        for action in &actions {
            let (service, operation) = action.split_once(':').unwrap();
            assert!(Source::ALL.iter().any(|source| source.word() == service), "{action}");
            assert!(["Get", "List", "Describe"].iter().any(|verb| operation.starts_with(verb)), "{action}");
            assert!(!operation.contains('*'), "{action}");
        }
    }

    #[test]
    fn every_source_has_one_collector_with_actions_of_its_own() {
        for source in Source::ALL.iter().copied() {
            let mut of_source = Collector::ALL.iter().copied().filter(|collector| collector.source == source);
            let collector = of_source.next().unwrap();
            assert!(of_source.next().is_none());
            assert!(collector.actions().all(|action| action.split(':').next() == Some(source.word())), "{source}");
        }
    }

    #[test]
    fn every_listing_names_an_action_that_is_asked_for() {
        let actions = actions();
        for listed_by in crate::model::LISTED_BY {
            assert!(actions.contains(listed_by), "{listed_by}");
        }
    }
}
