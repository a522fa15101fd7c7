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
        atlas::Atlas,
        entry::{self, Entries},
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
    pub(super) groups: HashMap<Arc<GroupKey>, Members>,
    /// Principals that trust policies name, with the roles they may take on.
    pub(super) invited: BTreeMap<Arn, Vec<Arn>>,
    /// Whether every decision was taken that was asked for.
    pub(in crate::paths) is_whole: bool,
    /// Roles that the whole account may take on, if some condition holds.
    pub(super) guarded: Vec<Arn>,
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
    /// Asked for a group, which is there from then on.
    Ask(Arc<GroupKey>, Keep),
    /// Took a step to a group.
    Any(Arc<GroupKey>, Arc<Label>),
    /// Took a step.
    Step(Place, Arc<Label>),
}

/// Roles that are others than they were, in an account that is the same for the rest.
#[derive(Debug)]
pub(in crate::paths) struct Change<'c> {
    /// Whose own steps may be others.
    own: HashSet<&'c Arn>,
    /// Who may be attacked by others than before, with the managed policies that it holds or held.
    victims: HashMap<&'c Arn, Vec<&'c Arn>>,
    before: &'c Account<'c>,
    /// Whether the roles were trusting, tagged and known as they are now.
    same_trust: bool,
}

impl Given {
    pub(in crate::paths) fn new(account: &Account<'_>, Entries { mut edges, gaps }: Entries) -> Self {
        entry::join(&mut edges);
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
    pub(in crate::paths) fn between(before: &'c Account<'c>, after: &'c Posture) -> Option<Self> {
        let mut change = Self { own: HashSet::new(), victims: HashMap::new(), before, same_trust: true };
        for (old, new) in changed_roles(before.posture(), after)? {
            change.own.insert(&new.arn);
            let is_only_what_it_holds = Role { policies: new.policies.clone(), ..old.clone() } == *new;
            change.same_trust &= is_only_what_it_holds;
            if !is_only_what_it_holds || old.policies.attached != new.policies.attached {
                change.victims.insert(&new.arn, old.policies.attached.iter().chain(&new.policies.attached).collect());
            }
        }
        Some(change)
    }

    /// Whether `principal`, whose statements speak of the actions in `surface`, may have other steps than before: by its own
    /// policies, or because somebody is another who can be attacked by such actions, or lets it in.
    pub(super) fn concerns(&self, principal: &Arn, surface: u128, memory: &Memory, atlas: &Atlas<'_>) -> bool {
        if self.own.contains(principal) {
            return true;
        }
        if self.victims.is_empty() {
            return false;
        }
        let invitations = [memory.invited.get(principal), atlas.invited.get(principal)];
        if invitations.into_iter().flatten().flatten().any(|role| self.victims.contains_key(role)) {
            return true;
        }
        if surface & against_roles() == 0 {
            return false;
        }
        let is_guarded = |role: &Arn| [&memory.guarded, &atlas.guarded].into_iter().any(|guarded| guarded.contains(role));
        if surface & Surfaces::bit("sts:AssumeRole") != 0 && self.victims.keys().any(|role| is_guarded(role)) {
            return true;
        }
        let Some(holder) = self.before.holder(principal) else { return true };
        let mut allows = holder.permissions.iter().map(|permission| &permission.statement);
        allows.any(|statement| {
            self.victims.iter().any(|(role, policies)| {
                statement.is_about(role.as_str()) || policies.iter().any(|policy| statement.is_about(policy.as_str()))
            })
        })
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
    /// Does again what a principal, which stands at `place`, did before.
    pub(super) fn repeat(&mut self, place: PlaceId, memory: &Memory, same_members: bool, diary: &Diary) {
        self.decisions += diary.decisions;
        for entry in &diary.entries {
            let (to, label) = match entry {
                Entry::Ask(key, keep) => {
                    if !self.groups.contains_key(key) {
                        let members = memory.groups.get(key).filter(|_| same_members).cloned();
                        let members = members.unwrap_or_else(|| self.members(key, *keep));
                        self.found(Arc::clone(key), members);
                    }
                    continue;
                }
                Entry::Any(key, label) => match self.groups.get(key) {
                    Some(group) => (Place::Group(group.number), label),
                    // Whoever takes a step to a group has asked for it.
                    None => continue,
                },
                Entry::Step(to, label) => (to.clone(), label),
            };
            let to = self.map.place(to);
            self.map.step(place, None, to, Arc::clone(label));
        }
    }
}

impl Change<'_> {
    /// Whether groups have the members that they had.
    pub(super) fn same_members(&self) -> bool {
        self.same_trust && self.victims.is_empty()
    }
}
