//! Every policy of a posture, parsed once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Document, Malformed, carrier, controls::Controls, derived};
use crate::model::{Arn, Fact, Gap, GapKind, Identity, Policies, PolicyText, Posture, Role};

/// The roles that are not in `after` as they were in `before`, when that is all that sets these apart.
pub fn changed_roles<'p>(before: &'p Posture, after: &'p Posture) -> Option<Vec<(&'p Role, &'p Role)>> {
    let Posture { account, partition, taken_at, regions, identity, governance, sources } = before;
    let Identity { roles, users, groups, policies } = identity;
    let (old, new) = (&roles.items, &after.identity.roles.items);
    let is_same = (account, partition, taken_at) == (&after.account, &after.partition, &after.taken_at)
        && roles.gap == after.identity.roles.gap
        && old.len() == new.len()
        && old.iter().zip(new).all(|(old, new)| old.arn == new.arn)
        && (users, groups, policies) == (&after.identity.users, &after.identity.groups, &after.identity.policies)
        && (governance, sources, regions) == (&after.governance, &after.sources, &after.regions);
    is_same.then(|| old.iter().zip(new).filter(|(old, new)| old != new).collect())
}

/// Every policy of a posture, parsed once.
#[derive(Debug, Default)]
pub struct Library {
    documents: HashMap<PolicyText, Result<Arc<Document>, Malformed>>,
    /// What the organization above has to say.
    controls: Arc<Controls>,
    /// Roles of functions all of which run outside the account's networks.
    outside: HashSet<Arn>,
}

impl Library {
    /// Parses every policy text in `posture`.
    pub fn new(posture: &Posture) -> Self {
        let mut library = Self::default();
        let identity = &posture.identity;
        for role in &identity.roles.items {
            library.add_all(&role.policies);
        }
        for user in &identity.users.items {
            library.add_all(&user.policies);
        }
        for group in &identity.groups.items {
            library.add_all(&group.policies);
        }
        for policy in &identity.policies.items {
            library.add_fact(&policy.document);
        }
        for level in posture.governance.organization_chain.known().into_iter().flatten() {
            for policy in [&level.service_control, &level.resource_control].into_iter().filter_map(|fact| fact.known().ok()).flatten() {
                library.add_fact(&policy.document);
            }
        }
        carrier::each(posture, |_, policy| {
            if let Ok(Some(text)) = policy {
                library.add(text);
            }
        });
        library.controls = Arc::new(Controls::new(posture, &library));
        library.outside = derived::outside_networks(posture, &library);
        library
    }

    /// The library of `after`, as [`Library::new`] makes it, when this one is that of `before`: only what roles have that they had
    /// not is parsed, where nothing else is another.
    pub fn again(&self, before: &Posture, after: &Posture) -> Self {
        let Some(changed) = changed_roles(before, after) else { return Self::new(after) };
        let (documents, controls) = (self.documents.clone(), Arc::clone(&self.controls));
        let mut library = Self { documents, controls, outside: HashSet::new() };
        let mut same_trust = true;
        for (old, new) in changed {
            library.add_all(&new.policies);
            library.add(&new.trust);
            same_trust &= old.trust == new.trust;
        }
        library.outside = if same_trust { self.outside.clone() } else { derived::outside_networks(after, &library) };
        library
    }

    /// Why policies of the organization above may be missing: these only take away.
    pub fn unread_controls(&self) -> Option<&Gap> {
        self.controls.unread.as_ref()
    }

    /// What the organization above has to say.
    pub(super) const fn controls(&self) -> &Arc<Controls> {
        &self.controls
    }

    /// Whether all functions that run as the role `arn` are known, and all outside the account's networks.
    pub(super) fn is_outside_networks(&self, arn: &Arn) -> bool {
        self.outside.contains(arn)
    }

    /// The parsed document.
    ///
    /// # Errors
    /// A `Failed` gap that says what is wrong and on which line, when the text is no policy.
    pub fn document(&self, text: &PolicyText) -> Result<&Document, Gap> {
        self.shared(text).map(|document| &**document)
    }

    /// The parsed document, to keep.
    ///
    /// # Errors
    /// As with [`Library::document`].
    pub fn shared(&self, text: &PolicyText) -> Result<&Arc<Document>, Gap> {
        match self.documents.get(text) {
            Some(Ok(document)) => Ok(document),
            Some(Err(malformed)) => Err(Gap::failed("", format!("malformed policy, {malformed}"))),
            None => Err(Gap::new(GapKind::Unread, "", "the policy is not part of this posture")),
        }
    }

    fn add(&mut self, text: &PolicyText) {
        if !self.documents.contains_key(text) {
            self.documents.insert(text.clone(), Document::parse(text.as_str()).map(Arc::new));
        }
    }

    fn add_all(&mut self, policies: &Policies) {
        policies.inline.values().for_each(|text| self.add(text));
    }

    fn add_fact(&mut self, fact: &Fact<PolicyText>) {
        if let Fact::Known(text) = fact {
            self.add(text);
        }
    }
}
