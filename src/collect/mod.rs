//! Reading an account: one collector a service. Nothing here can write to it.
//!
//! A collector asks for lists first and for details after, at the pace of the quotas, and hands over a
//! [`Part`] whenever it has learnt something. What cannot be read becomes a gap on exactly the field concerned.

mod access_analyzer;
mod account;
mod accounts;
mod api_gateway;
mod appsync;
mod changes;
mod cloudformation;
mod cloudtrail;
mod cloudwatch;
mod config;
mod dynamodb;
mod ecr;
mod efs;
mod errand;
mod events;
mod gap;
mod guardduty;
mod iam;
mod identity_pools;
mod inspector;
mod kinesis;
mod kms;
mod lambda;
mod last_accessed;
mod logs;
mod meter;
mod operation;
mod organizations;
mod pacer;
mod pages;
mod pipes;
mod plan;
mod reader;
mod roster;
mod s3;
mod s3_account;
mod scheduler;
mod secretsmanager;
mod security_hub;
mod sns;
mod sqs;
mod ssm;
mod ssm_incidents;
mod states;
mod sts;
mod tagging;
mod user_pools;
mod wire;
mod xray;

use std::{collections::BTreeSet, fmt};

use futures::future::BoxFuture;

pub use changes::event_actions;
pub use errand::{Errand, Wanted};
pub use operation::{Extent, Operation, Request};
pub use pacer::Budget;
pub use plan::{CollectionPlan, PlannedCalls};
pub use reader::Depth;
pub use wire::{Protocol, Service};

pub(crate) use accounts::accounts;
pub(crate) use changes::Queue;
pub(crate) use gap::{ASSUME, Failure, Trouble};
pub(crate) use pacer::Pacers;
pub(crate) use reader::Assignment;
pub(crate) use roster::Roster;

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
    pub const ALL: &'static [&'static Self] = &[
        &lambda::COLLECTOR,
        &iam::COLLECTOR,
        &kms::COLLECTOR,
        &logs::COLLECTOR,
        &sqs::COLLECTOR,
        &events::COLLECTOR,
        &scheduler::COLLECTOR,
        &pipes::COLLECTOR,
        &sns::COLLECTOR,
        &kinesis::COLLECTOR,
        &states::COLLECTOR,
        &dynamodb::COLLECTOR,
        &s3::COLLECTOR,
        &s3_account::COLLECTOR,
        &secretsmanager::COLLECTOR,
        &ssm::COLLECTOR,
        &efs::COLLECTOR,
        &ecr::COLLECTOR,
        &cloudwatch::COLLECTOR,
        &cloudtrail::COLLECTOR,
        &xray::COLLECTOR,
        &sts::COLLECTOR,
        &guardduty::COLLECTOR,
        &inspector::COLLECTOR,
        &security_hub::COLLECTOR,
        &access_analyzer::COLLECTOR,
        &config::COLLECTOR,
        &cloudformation::COLLECTOR,
        &organizations::COLLECTOR,
        &account::COLLECTOR,
        &ssm_incidents::COLLECTOR,
        &api_gateway::COLLECTOR,
        &appsync::COLLECTOR,
        &user_pools::COLLECTOR,
        &identity_pools::COLLECTOR,
        &tagging::COLLECTOR,
    ];

    /// Every IAM action it needs, some of them more than once.
    pub fn actions(&self) -> impl Iterator<Item = &'static str> {
        self.operations.iter().flat_map(|operation| operation.actions())
    }

    /// Reads what `assignment` says; every part goes to its sender, the last one with a final state.
    pub(crate) async fn collect(&'static self, assignment: Assignment) {
        let reader = Reader::new(self, assignment);
        reader.progress().await;
        let learnt = (self.run)(&reader).await;
        if self.source == Source::Lambda {
            reader.roster().close();
        }
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
            // It starts a job of reading, and changes nothing.
            let reads = *action == "iam:GenerateServiceLastAccessedDetails";
            // API Gateway calls its actions by the methods of HTTP.
            assert!(reads || ["Get", "List", "Describe", "BatchGet", "GET"].iter().any(|verb| operation.starts_with(verb)), "{action}");
            assert!(!operation.contains('*'), "{action}");
        }
    }

    /// "IAM and AWS STS quotas": a managed policy has 6,144 characters at most, white space not counted.
    #[test]
    fn the_policy_fits_into_one_managed_policy() {
        let policy = crate::remedy::grant("PalisadeReadOnly", &actions());
        let size = policy.chars().filter(|c| !c.is_whitespace()).count();
        assert!(size <= 6144, "{size} characters");
    }

    #[test]
    fn every_source_has_one_collector_a_scope_with_actions_of_its_own() {
        for source in Source::ALL.iter().copied() {
            let of_source: Vec<_> = Collector::ALL.iter().copied().filter(|collector| collector.source == source).collect();
            let in_scope = |scope| of_source.iter().filter(|collector| collector.scope == scope).count();
            assert!(!of_source.is_empty() && in_scope(Scope::Regional) <= 1 && in_scope(Scope::Global) <= 1, "{source}");
            let mut actions = of_source.iter().flat_map(|collector| collector.actions());
            assert!(actions.all(|action| action.split(':').next() == Some(source.word())), "{source}");
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
