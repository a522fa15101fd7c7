//! What the roles of functions let them read and write of what holds or carries data.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Access, Proof,
    holdings::{Stock, Use},
};
use crate::{
    iam::Account,
    model::{Arn, Gap, Resource, Role},
};

/// A role may read or write a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataUse {
    /// The store.
    pub store: Arn,
    /// Read or write.
    pub access: Access,
    /// The action that does it.
    pub action: &'static str,
    /// What must hold besides, in words.
    pub condition: Option<String>,
    /// The statements that allow it.
    pub proof: Vec<Proof>,
    /// Whether a statement of the role's own names the store, and not just everything.
    pub is_named: bool,
}

/// What the roles of an account's functions may do with its stores, by role.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DataUses {
    /// The stores, each with what people call its kind.
    pub stores: BTreeMap<Arn, &'static str>,
    uses: BTreeMap<Arn, Vec<DataUse>>,
    gaps: BTreeMap<Arn, Gap>,
}

impl DataUses {
    /// Asks every role that a function runs as about every store that its statements may be about.
    pub fn new(account: &Account<'_>) -> Self {
        let posture = account.posture();
        let mut stock = Stock::of_flow(posture);
        let stores = stock.kinds().flat_map(|(sink, arns)| arns.iter().map(|arn| (arn.clone(), sink.kind))).collect();
        let mut found = Self { stores, ..Self::default() };
        let roles: BTreeSet<&Arn> = posture.functions().map(|(_, function)| &function.role).collect();
        for role in roles {
            let Some(holder) = account.holder(role) else {
                // Of a list that was read whole it is missing because it is gone: nobody is let do anything.
                let unread = |gap: &Gap| match gap.action.as_str() {
                    "" => Gap { action: Role::LISTED_BY.to_owned(), ..gap.clone() },
                    _ => gap.clone(),
                };
                found.gaps.extend(posture.identity.roles.gap.as_ref().map(|gap| (role.clone(), unread(gap))));
                continue;
            };
            let names = |proof: &Proof| {
                holder.permissions.iter().any(|permission| {
                    let statement = &permission.statement;
                    permission.policy == proof.policy
                        && statement.pointer() == proof.pointer
                        && !statement.is_not_resource()
                        && statement.resources().any(|resource| resource != "*")
                })
            };
            let uses = stock.uses(account, role);
            if let Some(gap) = holder.gaps.first().cloned().or_else(|| stock.take_gap()) {
                found.gaps.insert(role.clone(), gap);
            }
            let flat = uses.into_iter().flat_map(|(store, (_, uses))| {
                let of = |used: Use| DataUse {
                    is_named: used.proof.iter().any(names),
                    store: store.clone(),
                    access: used.access,
                    action: used.action,
                    condition: used.condition,
                    proof: used.proof,
                };
                uses.into_iter().map(of).collect::<Vec<_>>()
            });
            found.uses.insert(role.clone(), flat.collect());
        }
        found
    }

    /// What `role` may do.
    pub fn of(&self, role: &Arn) -> &[DataUse] {
        self.uses.get(role).map_or(&[], Vec::as_slice)
    }

    /// Why `role` may be able to do more.
    pub fn gap(&self, role: &Arn) -> Option<&Gap> {
        self.gaps.get(role)
    }
}
