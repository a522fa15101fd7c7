//! Whom the policies of resources let in by name, so that nobody else need be asked about each resource.

use std::collections::{HashMap, HashSet};

use super::{Library, Principal, carrier};
use crate::model::{Arn, Posture};

/// Who needs no statement of his own, by the policies of resources.
#[derive(Debug, Default)]
pub(super) struct Invited {
    /// What lets in everybody, perhaps on a condition.
    everyone: HashSet<Arn>,
    /// What lets in whom, by the principal's ARN.
    named: HashMap<String, Vec<Arn>>,
}

impl Invited {
    pub(super) fn new(posture: &Posture, library: &Library) -> Self {
        let mut invited = Self::default();
        carrier::each(posture, |resource, policy| {
            let Ok(Some(Ok(document))) = policy.map(|text| text.map(|text| library.document(text))) else { return };
            let resource = || Arn::new(&*resource);
            for statement in document.statements.iter().filter(|statement| statement.is_allow()) {
                if statement.is_not_principal() {
                    invited.everyone.insert(resource());
                    continue;
                }
                for principal in statement.principals() {
                    match principal {
                        Principal::Anyone => {
                            invited.everyone.insert(resource());
                        }
                        Principal::Aws(arn) => invited.name(arn, resource()),
                        _ => {}
                    }
                }
            }
        });
        for key in posture.regions.values().flat_map(|region| &region.keys.items) {
            for grant in key.grants.known().into_iter().flatten() {
                invited.name(&grant.grantee, key.arn.clone());
            }
        }
        invited
    }

    fn name(&mut self, principal: &str, resource: Arn) {
        let resources = self.named.entry(principal.to_owned()).or_default();
        if !resources.contains(&resource) {
            resources.push(resource);
        }
    }

    /// Whether the policy of `resource` lets in everybody, perhaps on a condition.
    pub(super) fn is_everyones(&self, resource: &Arn) -> bool {
        self.everyone.contains(resource)
    }

    /// The resources that let in `principal` by name.
    pub(super) fn of(&self, principal: &Arn) -> &[Arn] {
        self.named.get(principal.as_str()).map(Vec::as_slice).unwrap_or_default()
    }
}
