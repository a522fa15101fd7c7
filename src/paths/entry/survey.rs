//! What the kinds of entry points share: the account, what was found in it, and what could not be.

use std::{collections::HashSet, sync::Arc};

use super::Entries;
use crate::{
    iam::{Account, Document, Library, Statement},
    model::{Arn, Fact, Gap, Listing, PolicyText, Posture, Region, Resource},
    paths::{Edge, Node},
};

/// An account that is searched for entry points.
pub(super) struct Survey<'s, 'a> {
    pub(super) account: &'s Account<'a>,
    pub(super) posture: &'a Posture,
    pub(super) library: &'s Library,
    /// What the organization denies to callers of the account's resources, whoever they are.
    perimeter: Vec<Arc<Statement>>,
    entries: Entries,
    hidden: HashSet<(Node, Gap)>,
    seen: HashSet<Arn>,
}

impl<'s, 'a> Survey<'s, 'a> {
    pub(super) fn new(account: &'s Account<'a>) -> Self {
        let (posture, library) = (account.posture(), account.library());
        Self {
            account,
            posture,
            library,
            perimeter: perimeter(posture, library),
            entries: Entries::default(),
            hidden: HashSet::new(),
            seen: HashSet::new(),
        }
    }

    /// The account's id.
    pub(super) fn home(&self) -> &'a str {
        &self.posture.account
    }

    /// Every Region that was read.
    pub(super) fn regions(&self) -> impl Iterator<Item = (&'a str, &'a Region)> + use<'a> {
        self.posture.regions.iter().map(|(name, region)| (name.as_str(), region))
    }

    pub(super) fn push(&mut self, edge: Edge) {
        self.entries.edges.push(edge);
    }

    /// Says that what reaches `node` is not all known.
    pub(super) fn hide(&mut self, node: impl Into<Node>, gap: impl Into<Gap>) {
        let hidden = (node.into(), gap.into());
        if self.hidden.insert(hidden.clone()) {
            self.entries.gaps.push(hidden);
        }
    }

    /// Whether `arn` is met for the first time.
    pub(super) fn first(&mut self, arn: &Arn) -> bool {
        self.seen.insert(arn.clone())
    }

    /// The items of a list; what is missing from it is said.
    pub(super) fn items<T: Resource>(&mut self, region: &str, listing: &'a Listing<T>) -> &'a [T] {
        if let Some(gap) = &listing.gap {
            let gap = if gap.action.is_empty() { Gap { action: T::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() };
            self.hide(&self.all::<T>(region), gap);
        }
        &listing.items
    }

    /// The ARN that stands for every such thing of a Region.
    fn all<T: Resource>(&self, region: &str) -> Arn {
        let (service, resource) = T::ALL;
        Arn::build(&self.posture.partition, service, region, self.home(), resource)
    }

    /// The value, unless it was not read: then `node` is hidden.
    pub(super) fn known<T>(&mut self, node: &Arn, fact: &'a Fact<T>) -> Option<&'a T> {
        fact.known().map_err(|gap| self.hide(node, gap)).ok()
    }

    /// The policy of `node`, unless there is none, or it was not read or is no policy: then `node` is hidden.
    pub(super) fn policy(&mut self, node: &Arn, fact: &'a Fact<Option<PolicyText>>) -> Option<&'s Document> {
        let text = self.known(node, fact)?.as_ref()?;
        self.document(node, text)
    }

    /// The policy of `node`, unless it is no policy: then `node` is hidden.
    pub(super) fn document(&mut self, node: &Arn, text: &PolicyText) -> Option<&'s Document> {
        let library = self.library;
        library.document(text).map_err(|gap| self.hide(node, gap)).ok()
    }

    /// What the organization denies besides on `resource`.
    pub(super) fn perimeter_of(&self, resource: &Arn) -> &[Arc<Statement>] {
        // The services that resource control policies bear on.
        let governed = ["cognito-idp", "dynamodb", "ecr", "iam", "kms", "logs", "s3", "secretsmanager", "sqs"];
        if governed.contains(&resource.service()) { &self.perimeter } else { &[] }
    }

    pub(super) fn into_entries(self) -> Entries {
        self.entries
    }
}

/// The denies of the resource control policies above the account; none bears on the management account.
fn perimeter(posture: &Posture, library: &Library) -> Vec<Arc<Statement>> {
    let governance = &posture.governance;
    if matches!(governance.organization.known(), Ok(Some(organization)) if organization.management_account == posture.account) {
        return Vec::new();
    }
    let levels = governance.organization_chain.known().into_iter().flatten();
    let policies = levels.filter_map(|level| level.resource_control.known().ok()).flatten();
    let documents = policies.filter_map(|policy| library.document(policy.document.known().ok()?).ok());
    documents.flat_map(|document| &document.statements).filter(|statement| !statement.is_allow()).cloned().collect()
}

/// Both conditions, where there are two.
pub(super) fn and(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(one), Some(other)) => Some(format!("{one} and {other}")),
        (one, other) => one.or(other),
    }
}
