//! What was worked out once, and what of it still holds when some roles are others.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{Builder, GroupKey, Keep, Surfaces};
use crate::{
    iam::{Account, changed_roles},
    model::{Arn, Function, Gap, Posture, Role},
    paths::{
        Edge, Grip, Node, Proof,
        entry::Entries,
        map::{Label, Place, PlaceId},
        technique::{On, TECHNIQUES, Victim},
    },
};

/// The members of a group: their numbers in the class, and who they are.
pub(super) type Members = Arc<[(u32, Arn)]>;

/// What the steps of an account were worked out from.
#[derive(Debug)]
pub(in crate::paths) struct Memory {
    pub(super) given: Given,
    pub(super) diaries: HashMap<Arn, Arc<Diary>>,
    /// Groups by their numbers.
    pub(super) groups: Vec<(Arc<GroupKey>, Keep, Members)>,
    /// Principals that trust policies name, with the roles they may take on.
    pub(super) invited: BTreeMap<Arn, Vec<Arn>>,
    /// How many places and steps there were.
    pub(super) places: usize,
    pub(super) steps: usize,
}

/// Steps that need no permission of a principal of the account: from outside, of resources, and of the code in functions.
#[derive(Debug, Clone)]
pub(in crate::paths) struct Given {
    pub(super) steps: Arc<[(Place, Place, Arc<Label>)]>,
    pub(super) gaps: Vec<(Node, Gap)>,
    /// What sends on what it is sent, in order.
    pub(super) relays: Vec<Arn>,
    /// Principals whose permissions were asked about on the way.
    asked: Arc<HashSet<Arn>>,
}

/// How a principal came to its steps.
#[derive(Debug, Default)]
pub(super) struct Diary {
    /// The actions that matter and that its statements speak of.
    pub(super) surface: u128,
    pub(super) entries: Vec<Entry>,
    pub(super) gaps: Vec<Gap>,
    pub(super) decisions: u64,
}

/// What a principal did.
#[derive(Debug)]
pub(super) enum Entry {
    /// Asked for the group with this number.
    Group(u32),
    /// Took a step.
    Step(Place, Arc<Label>),
}

/// Roles that are others than they were, in an account that is the same for the rest.
#[derive(Debug)]
pub(in crate::paths) struct Change<'c> {
    /// Whose own steps may be others.
    own: HashSet<&'c Arn>,
    /// Who may be attacked by others than before.
    victims: HashSet<&'c Arn>,
    /// Whether the roles were trusting, tagged and known as they are now.
    same_trust: bool,
}

impl Given {
    pub(in crate::paths) fn new(account: &Account<'_>, Entries { edges, gaps }: Entries) -> Self {
        let given = edges.into_iter().map(|edge| {
            let Edge { from, needs, to, gives, technique, actions, condition, needs_trigger, proof } = edge;
            let label = Label { technique, actions, condition, needs_trigger, proof };
            (Place::At(from, needs), Place::At(to, gives), Arc::new(label))
        });
        let mut steps: Vec<(Place, Place, Arc<Label>)> = given.collect();
        let relays = relays(&steps);
        for (_, function) in account.posture().functions() {
            steps.extend(of_function(function));
        }
        Self { steps: steps.into(), relays, gaps, asked: Arc::new(account.asked().cloned().collect()) }
    }
}

/// What sends on what it is sent, in order.
fn relays(steps: &[(Place, Place, Arc<Label>)]) -> Vec<Arn> {
    let relays = steps.iter().filter_map(|(from, ..)| match from {
        Place::At(Node::Resource(arn), Grip::Send) => Some(arn.clone()),
        _ => None,
    });
    let mut relays: Vec<Arn> = relays.collect();
    relays.sort();
    relays.dedup();
    relays
}

/// Code that runs in a function has the function's role; what is sent to it may make its code do the sender's will.
fn of_function(function: &Function) -> [(Place, Place, Arc<Label>); 2] {
    let sent = Place::At(Node::from(&function.arn), Grip::Send);
    let run = Place::At(Node::from(&function.arn), Grip::Control);
    let role = Place::At(Node::from(&function.role), Grip::Control);
    let proof = |pointer: &str, value: &str| vec![Proof::field("lambda:ListFunctions", pointer, value)];
    let injected = Label {
        technique: "event-injection",
        condition: Some(format!("only if what is sent to {} can make its code act for the sender", function.name)),
        proof: proof("FunctionArn", function.arn.as_str()),
        ..Label::default()
    };
    let runs = Label { technique: "execution-role", proof: proof("Role", function.role.as_str()), ..Label::default() };
    [(sent, run.clone(), Arc::new(injected)), (run, role, Arc::new(runs))]
}

impl Memory {
    pub(super) fn diary(&self, principal: &Arn) -> Option<&Arc<Diary>> {
        self.diaries.get(principal)
    }

    /// The steps that need nobody's permission, where `change` leaves them as they are.
    pub(in crate::paths) fn given(&self, change: &Change<'_>) -> Option<Given> {
        let is_same = change.same_trust && !change.own.iter().any(|role| self.given.asked.contains(*role));
        is_same.then(|| self.given.clone())
    }
}

impl<'c> Change<'c> {
    /// What is other in `after` than in `before`; none when it is more than what roles hold and whom they trust.
    pub(in crate::paths) fn between(before: &'c Posture, after: &'c Posture) -> Option<Self> {
        let mut change = Self { own: HashSet::new(), victims: HashSet::new(), same_trust: true };
        for (old, new) in changed_roles(before, after)? {
            change.own.insert(&new.arn);
            let is_only_what_it_holds = Role { policies: new.policies.clone(), ..old.clone() } == *new;
            change.same_trust &= is_only_what_it_holds;
            if !is_only_what_it_holds || old.policies.attached != new.policies.attached {
                change.victims.insert(&new.arn);
            }
        }
        Some(change)
    }

    /// Whether `principal`, whose statements speak of the actions in `surface`, may have other steps than before: by its own
    /// policies, or because somebody is another who can be attacked by such actions or invites it.
    pub(super) fn concerns(&self, principal: &Arn, surface: u128, invitations: [Option<&Vec<Arn>>; 2]) -> bool {
        self.own.contains(principal)
            || (!self.victims.is_empty()
                && (surface & against_roles() != 0 || invitations.into_iter().flatten().flatten().any(|role| self.victims.contains(role))))
    }
}

/// The actions that techniques use on roles.
fn against_roles() -> u128 {
    static ACTIONS: std::sync::OnceLock<u128> = std::sync::OnceLock::new();
    *ACTIONS.get_or_init(|| {
        let techniques = TECHNIQUES.iter().filter(|technique| matches!(technique.victim, Victim::Role | Victim::RoleOf(_)));
        let needs = techniques.flat_map(|technique| technique.needs).filter(|need| !matches!(need.1, On::New(..)));
        needs.map(|need| need.0).chain(["sts:AssumeRole"]).fold(0, |all, action| all | Surfaces::bit(action))
    })
}

impl Builder<'_, '_> {
    /// Does again what a principal, which stands at `place`, did before. `known` are the new numbers of groups by their old ones.
    pub(super) fn repeat(&mut self, place: PlaceId, memory: &Memory, same_members: bool, diary: &Diary, known: &mut HashMap<u32, u32>) {
        self.decisions += diary.decisions;
        for entry in &diary.entries {
            match entry {
                Entry::Group(old) => {
                    if !known.contains_key(old)
                        && let Some((key, keep, members)) = memory.groups.get(*old as usize)
                    {
                        let number = match self.groups.get(key) {
                            Some((number, _)) => *number,
                            None => {
                                let members = if same_members { Arc::clone(members) } else { self.members(key, *keep) };
                                self.found(Arc::clone(key), *keep, members).0
                            }
                        };
                        known.insert(*old, number);
                    }
                }
                Entry::Step(to, label) => {
                    let to = match to {
                        Place::Group(old) => Place::Group(known.get(old).copied().unwrap_or(u32::MAX)),
                        other => other.clone(),
                    };
                    let to = self.map.place(to);
                    self.map.step(place, None, to, Arc::clone(label));
                }
            }
        }
    }
}

impl Change<'_> {
    /// Whether groups have the members that they had.
    pub(super) fn same_members(&self) -> bool {
        self.same_trust && self.victims.is_empty()
    }
}
