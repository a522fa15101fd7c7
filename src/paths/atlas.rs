//! Who and what can be attacked, sorted by how.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    iam::{self, Account, ArnIndex, Audience, Reach},
    model::{Arn, Policies, PolicyText, Posture, Role, User},
};

/// The victims of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Class {
    /// Roles that this service may take on.
    RolesOf(&'static str),
    /// Roles that are no service's own.
    Roles,
    /// Roles whose trust policy opens them to the whole account without a condition.
    OpenRoles,
    /// Users.
    Users,
    /// Functions.
    Functions,
    /// What sends on to something else what is sent to it, of this service: queues, topics, buckets.
    Relays(&'static str),
}

/// The services whose resources send on what they are sent.
const RELAYING: [&str; 6] = ["sqs", "sns", "events", "kinesis", "states", "s3"];

/// How a role's trust policy treats the account's own principals.
#[derive(Debug, Clone)]
pub(super) enum Invitation {
    /// Whoever in the account may assume roles, perhaps on a condition.
    Account,
    /// This principal.
    Principal(Arn),
}

/// Who and what can be attacked.
#[derive(Debug)]
pub(super) struct Atlas<'a> {
    pub(super) roles: HashMap<&'a Arn, &'a Role>,
    pub(super) users: HashMap<&'a Arn, &'a User>,
    indexes: BTreeMap<Class, ArnIndex>,
    /// Users and roles by the customer managed policies that they hold, by themselves or through a group.
    pub(super) held_by: BTreeMap<&'a Arn, Vec<&'a Arn>>,
    /// Users by group ARN.
    pub(super) members: BTreeMap<&'a Arn, Vec<&'a Arn>>,
    /// Principals of the account that trust policies name, with the roles they may take on.
    pub(super) invited: BTreeMap<Arn, Vec<Arn>>,
    /// Roles that the whole account may take on, if some condition holds.
    pub(super) guarded: Vec<Arn>,
    /// Functions that take signed code only.
    pub(super) signed: BTreeSet<Arn>,
}

impl<'a> Atlas<'a> {
    /// Sorts the account.
    pub(super) fn new(account: &Account<'a>, services: &[&'static str], relays: impl IntoIterator<Item = Arn>) -> Self {
        let posture = account.posture();
        let identity = &posture.identity;
        let roles: HashMap<_, _> = identity.roles.items.iter().map(|role| (&role.arn, role)).collect();
        let users: HashMap<_, _> = identity.users.items.iter().map(|user| (&user.arn, user)).collect();

        let mut trusting: BTreeMap<Class, Vec<Arn>> = services.iter().map(|service| (Class::RolesOf(service), Vec::new())).collect();
        let mut invited: BTreeMap<Arn, Vec<Arn>> = BTreeMap::new();
        let (mut open, mut guarded, mut plain) = (Vec::new(), Vec::new(), Vec::new());
        let mut trusts: HashMap<&PolicyText, Arc<[Reach]>> = HashMap::new();
        for role in identity.roles.items.iter().filter(|role| !is_service_linked(role)) {
            plain.push(role.arn.clone());
            let trust = trusts.entry(&role.trust).or_insert_with(|| audience(account, role));
            for reach in trust.iter() {
                match &reach.audience {
                    Audience::Service { name, .. } => {
                        let class = trusting.iter_mut().find(|(class, _)| matches!(class, Class::RolesOf(service) if service == name));
                        if let Some((_, roles)) = class
                            && roles.last() != Some(&role.arn)
                        {
                            roles.push(role.arn.clone());
                        }
                    }
                    other => match invitation(posture, other) {
                        Some(Invitation::Account) if reach.conditions.is_empty() => open.push(role.arn.clone()),
                        Some(Invitation::Account) => guarded.push(role.arn.clone()),
                        Some(Invitation::Principal(arn)) => invited.entry(arn).or_default().push(role.arn.clone()),
                        None => {}
                    },
                }
            }
        }
        let mut indexes: BTreeMap<Class, ArnIndex> = trusting.into_iter().map(|(class, roles)| (class, ArnIndex::new(roles))).collect();
        open.dedup();
        guarded.dedup();
        indexes.insert(Class::Roles, ArnIndex::new(plain));
        indexes.insert(Class::OpenRoles, ArnIndex::new(open));
        indexes.insert(Class::Users, ArnIndex::new(identity.users.items.iter().map(|user| user.arn.clone())));
        indexes.insert(Class::Functions, ArnIndex::new(posture.functions().map(|(_, function)| function.arn.clone())));
        // A service at a time: whoever may put objects is not asked about queues.
        let mut relays: BTreeMap<String, Vec<Arn>> = relays.into_iter().fold(BTreeMap::new(), |mut relays, relay| {
            relays.entry(relay.service().to_owned()).or_insert_with(Vec::new).push(relay);
            relays
        });
        for service in RELAYING {
            indexes.insert(Class::Relays(service), ArnIndex::new(relays.remove(service).unwrap_or_default()));
        }

        let mut members: BTreeMap<&Arn, Vec<&Arn>> = BTreeMap::new();
        let mut held_by: BTreeMap<&Arn, Vec<&Arn>> = BTreeMap::new();
        let mut hold = |policies: &'a Policies, holder: &'a Arn| {
            for policy in policies.attached.iter().filter(|policy| policy.account() != "aws") {
                held_by.entry(policy).or_default().push(holder);
            }
        };
        identity.roles.items.iter().for_each(|role| hold(&role.policies, &role.arn));
        for user in &identity.users.items {
            hold(&user.policies, &user.arn);
            for group in identity.groups.items.iter().filter(|group| user.groups.contains(&group.name)) {
                members.entry(&group.arn).or_default().push(&user.arn);
                hold(&group.policies, &user.arn);
            }
        }
        let configs = posture.regions.values().flat_map(|region| &region.code_signing_configs.items).filter(|config| config.enforced);
        let signed = configs.flat_map(|config| config.functions.known().into_iter().flatten().cloned()).collect();
        Self { roles, users, indexes, held_by, members, invited, guarded, signed }
    }

    /// The victims of `class`.
    pub(super) fn index(&mut self, class: Class) -> &mut ArnIndex {
        self.indexes.entry(class).or_default()
    }

    /// Whether the role or user has a permissions boundary.
    pub(super) fn is_bounded(&self, principal: &Arn) -> bool {
        self.roles.get(principal).is_some_and(|role| role.boundary.is_some())
            || self.users.get(principal).is_some_and(|user| user.boundary.is_some())
    }
}

/// Whether `role` belongs to an AWS service, which alone can change it or take it on.
pub(super) fn is_service_linked(role: &Role) -> bool {
    role.arn.resource().starts_with("role/aws-service-role/")
}

/// Whom the trust policy of `role` lets take it on.
fn audience(account: &Account<'_>, role: &Role) -> Arc<[Reach]> {
    // A text that is no policy lets nobody in.
    account
        .library()
        .document(&role.trust)
        .map(|document| iam::audience(document, &["sts:AssumeRole"], &role.arn))
        .unwrap_or_default()
        .into()
}

/// Whether an audience includes principals of the account.
fn invitation(posture: &Posture, audience: &Audience) -> Option<Invitation> {
    match audience {
        Audience::Anyone | Audience::AnyAccount | Audience::Network(_) => Some(Invitation::Account),
        Audience::Account(id) if *id == posture.account => Some(Invitation::Account),
        Audience::Organization(id) => {
            let own = posture.governance.organization.known().ok().and_then(Option::as_ref);
            own.is_none_or(|own| own.id == *id).then_some(Invitation::Account)
        }
        Audience::Principal(arn) if arn.account() == posture.account => Some(Invitation::Principal(arn.clone())),
        _ => None,
    }
}
