//! What checks ask of the account's paths.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::Evidence;
use crate::{
    iam::{Account, Library},
    model::{Arn, Posture},
    paths::{Confidence, Graph, Hop, Node, Path, Target},
};

/// Who can become administrator, and what strangers reach.
#[derive(Debug)]
pub(super) struct Reach {
    /// The cheapest way of each principal that is not administrator itself, with what proves it.
    escalations: BTreeMap<Arn, (Path, Vec<Evidence>)>,
    /// What people without credentials of the account reach for certain.
    exposed: BTreeSet<Arn>,
}

impl Reach {
    pub(super) fn new(posture: &Posture, library: &Arc<Library>) -> Self {
        let account = Account::new(posture, Arc::clone(library));
        let graph = Graph::new(&account);
        let own = graph.paths(None, &Target::Admin).into_iter().filter_map(|path| {
            // What is sent to a function is not what its code does with it: that is too little for a finding.
            let guesses = path.hops.iter().any(|hop| hop.technique == "event-injection");
            let arn = path.from.arn().filter(|arn| !guesses && account.holder(arn).is_some())?.clone();
            let evidence = path.hops.iter().flat_map(|hop| evidence(&account, hop)).collect();
            Some((arn, (path, evidence)))
        });
        Self { escalations: own.collect(), exposed: graph.exposed() }
    }

    /// The way of `principal` to administrator, and what proves each step of it.
    pub(super) fn escalation(&self, principal: &Arn) -> Option<&(Path, Vec<Evidence>)> {
        self.escalations.get(principal)
    }

    /// Whether strangers reach it for certain.
    pub(super) fn is_exposed(&self, resource: &Arn) -> bool {
        self.exposed.contains(resource)
    }
}

/// Whether each step of `path` can be taken now, or when somebody else does their part.
pub(super) fn is_sure(path: &Path) -> bool {
    path.confidence != Confidence::Conditional
}

/// What proves a step: the statements themselves where they are the principal's own.
fn evidence(account: &Account<'_>, hop: &Hop) -> Vec<Evidence> {
    let statements = hop.from.arn().and_then(|arn| account.holder(arn)).map(|holder| holder.permissions.as_slice()).unwrap_or_default();
    let step = format!("{} to {}", hop.technique, name(&hop.to));
    let of = |proof: &crate::paths::Proof| {
        let own = statements.iter().find(|known| known.policy == proof.policy && known.statement.pointer() == proof.pointer);
        match own {
            Some(permission) => Evidence::statement(READ_BY, &permission.policy, &permission.statement),
            None => Evidence::field(READ_BY, format!("{} {}", proof.policy, proof.pointer), &step),
        }
    };
    hop.proof.iter().map(of).collect()
}

/// The call that reads every policy of IAM.
const READ_BY: &str = "iam:GetAccountAuthorizationDetails";

/// What people call the end of a step.
pub(super) fn name(node: &Node) -> String {
    node.arn().map_or_else(|| node.to_string(), |arn| arn.name().to_owned())
}
