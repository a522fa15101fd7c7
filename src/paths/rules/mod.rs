//! From policies to steps: each principal that is not administrator, with each technique that its statements speak of.

mod attacker;
mod become_another;
mod memory;
mod send;

use std::{collections::HashMap, sync::Arc};

use self::{
    attacker::Attacker,
    memory::{Diary, Entry, Members},
};
use super::{
    Grip, Node, Proof,
    atlas::{Atlas, Class, is_service_linked},
    map::{Label, Map, Place, PlaceId},
    technique::{TECHNIQUES, Victim},
};
use crate::{
    iam::{Account, Holder, Outcome, Statement},
    model::{Arn, Gap},
};
pub(super) use memory::{Change, Given, Memory};

/// Decisions on single victims after which we stop, and say so: some ten seconds' worth.
const MOST_DECISIONS: u64 = 3_000_000;

/// All steps, and what may be missing from them.
#[derive(Debug)]
pub(super) struct Steps {
    pub(super) map: Map,
    /// Whose steps may be more, and why.
    pub(super) gaps: Vec<(Node, Gap)>,
}

/// Makes the steps.
struct Builder<'b, 'a> {
    account: &'b Account<'a>,
    atlas: Atlas<'a>,
    map: Map,
    groups: HashMap<Arc<GroupKey>, Group>,
    gaps: Vec<(Node, Gap)>,
    decisions: u64,
    /// What the principal at hand does.
    diary: Diary,
}

/// What makes a group: those of a class that all of these patterns cover, and what is had of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct GroupKey {
    class: Class,
    goal: Goal,
    patterns: Vec<String>,
    /// The name of what else keeps some out: two such rules do not share a group.
    rule: &'static str,
}

/// A group that there is.
#[derive(Clone)]
struct Group {
    key: Arc<GroupKey>,
    /// The number of its place among groups.
    number: u32,
    members: Members,
    /// The numbers of the members in their class.
    numbers: Arc<[u32]>,
}

/// What keeps some of a class out of a group.
#[derive(Debug, Clone, Copy)]
struct Keep {
    rule: &'static str,
    holds: fn(&Atlas<'_>, &Arn) -> bool,
}

impl Keep {
    const ALL: Self = Self { rule: "", holds: |_, _| true };
    /// Those whose boundary need not be lifted.
    const UNBOUNDED: Self = Self { rule: "boundary", holds: |atlas, victim| !atlas.is_bounded(victim) };
    /// Those that take any code.
    const UNSIGNED: Self = Self { rule: "signature", holds: |atlas, victim| !atlas.signed.contains(victim) };
}

/// What is had of a victim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Goal {
    Send,
    Control,
    Made,
    Owned,
}

impl Goal {
    fn of(self, node: Node) -> Place {
        match self {
            Self::Send => Place::At(node, Grip::Send),
            Self::Control => Place::At(node, Grip::Control),
            Self::Made => Place::Made(node),
            Self::Owned => Place::Owned(node),
        }
    }
}

/// Works out the steps of `account`, `given` being those that need no permission of a principal of its own. What `before` remembers
/// is not worked out again.
pub(super) fn steps(account: &Account<'_>, given: Given, before: Option<(&Memory, &Change<'_>)>) -> (Steps, Memory) {
    let mut services: Vec<&'static str> = TECHNIQUES
        .iter()
        .filter_map(|technique| match technique.victim {
            Victim::RoleOf(service) => Some(service),
            _ => None,
        })
        .collect();
    services.sort_unstable();
    services.dedup();
    let atlas = Atlas::new(account, &services, given.relays.iter().cloned());
    let mut builder = Builder {
        account,
        atlas,
        map: before.map_or_else(Map::default, |(memory, _)| Map::sized(memory.places, memory.steps)),
        groups: HashMap::new(),
        gaps: given.gaps.clone(),
        decisions: 0,
        diary: Diary::default(),
    };
    for (from, to, label) in given.steps.iter() {
        let (from, to) = (builder.map.place(from.clone()), builder.map.place(to.clone()));
        builder.map.step(from, None, to, Arc::clone(label));
    }
    let diaries = builder.principals(before);
    builder.finish(given, diaries)
}

impl Builder<'_, '_> {
    /// Every principal's own steps, and how it came to them.
    fn principals(&mut self, before: Option<(&Memory, &Change<'_>)>) -> HashMap<Arn, Arc<Diary>> {
        let account = self.account;
        let identity = &account.posture().identity;
        let roles = identity.roles.items.iter().filter(|role| !is_service_linked(role)).map(|role| &role.arn);
        let arns: Vec<&Arn> = roles.chain(identity.users.items.iter().map(|user| &user.arn)).collect();
        let mut surfaces = Surfaces::default();
        let mut diaries = HashMap::with_capacity(arns.len());
        for arn in arns {
            let place = self.map.place(Place::At(Node::from(arn), Grip::Control));
            let remembered = before.and_then(|(memory, change)| Some((memory, memory.diary(arn)?, change)));
            let holds =
                |(memory, diary, change): &(&Memory, &Arc<Diary>, &Change<'_>)| !change.concerns(arn, diary.surface, memory, &self.atlas);
            let diary = match remembered.filter(holds) {
                Some((memory, diary, change)) => {
                    self.repeat(place, memory, change.same_members(), diary);
                    Arc::clone(diary)
                }
                None => {
                    let Some(holder) = account.holder(arn) else { continue };
                    let decisions = self.decisions;
                    self.principal(arn, holder, place, &mut surfaces);
                    let diary = std::mem::take(&mut self.diary);
                    Arc::new(Diary { decisions: self.decisions - decisions, ..diary })
                }
            };
            self.gaps.extend(diary.gaps.iter().map(|gap| (Node::from(arn), gap.clone())));
            diaries.insert(arn.clone(), diary);
        }
        diaries
    }

    fn principal(&mut self, arn: &Arn, holder: &Holder<'_>, place: PlaceId, surfaces: &mut Surfaces) {
        self.diary.gaps.extend(holder.gaps.first().cloned());
        let surface = holder.permissions.iter().fold(0, |all, permission| all | surfaces.of(&permission.statement));
        self.diary.surface = surface;
        if surface & Surfaces::EVERYTHING != 0 {
            match holder.decide("*", "*") {
                Ok(decision) if decision.outcome == Outcome::Allowed => {
                    let proof = decision.proof.iter().map(Proof::permission).collect();
                    let label = Label { technique: "administrator", proof, ..Label::default() };
                    self.take(place, Place::At(Node::Admin, Grip::Control), label);
                    return;
                }
                // The gap is noted above, or is that of the boundary, which only takes away.
                _ => {}
            }
        }
        let mut attacker = Attacker::new(self.account, arn, holder, place);
        self.become_another(&mut attacker, surface);
        self.assume(&mut attacker, surface);
        self.send(&mut attacker, surface);
        self.diary.gaps.extend(attacker.gap.take());
    }

    /// A step of the principal at hand, which stands at `place`.
    fn take(&mut self, place: PlaceId, to: Place, label: Label) {
        let label = Arc::new(label);
        self.diary.entries.push(Entry::Step(to.clone(), Arc::clone(&label)));
        let to = self.map.place(to);
        self.map.step(place, None, to, label);
    }

    /// Notes a decision on a single victim; false when there were too many.
    fn is_affordable(&mut self) -> bool {
        self.decisions += 1;
        self.decisions < MOST_DECISIONS
    }

    /// The group of `goal` over those of `class` that all `patterns` cover.
    fn group(&mut self, class: Class, goal: Goal, mut patterns: Vec<String>, keep: Keep) -> Group {
        patterns.sort();
        patterns.dedup();
        let key = Arc::new(GroupKey { class, goal, patterns, rule: keep.rule });
        let group = match self.groups.get(&key) {
            Some(group) => group.clone(),
            None => {
                let members = self.members(&key, keep);
                self.found(key, members)
            }
        };
        self.diary.entries.push(Entry::Ask(Arc::clone(&group.key), keep));
        group
    }

    /// A step of the principal at hand, which stands at `place`, to a group.
    fn take_any(&mut self, place: PlaceId, group: &Group, label: Label) {
        let label = Arc::new(label);
        self.diary.entries.push(Entry::Any(Arc::clone(&group.key), Arc::clone(&label)));
        let to = self.map.place(Place::Group(group.number));
        self.map.step(place, None, to, label);
    }

    /// Those whom a group has.
    fn members(&mut self, key: &GroupKey, keep: Keep) -> Members {
        let index = self.atlas.index(key.class);
        let mut members: Vec<u32> = (0..u32::try_from(index.arns().len()).unwrap_or(u32::MAX)).collect();
        for pattern in &key.patterns {
            let matching = index.matching(pattern);
            members.retain(|member| matching.binary_search(member).is_ok());
        }
        let named: Vec<(u32, Arn)> = members.into_iter().map(|member| (member, index.arns()[member as usize].clone())).collect();
        named.into_iter().filter(|(_, arn)| (keep.holds)(&self.atlas, arn)).collect()
    }

    /// Adds a group.
    fn found(&mut self, key: Arc<GroupKey>, members: Members) -> Group {
        let number = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        let place = self.map.place(Place::Group(number));
        for (_, arn) in members.iter() {
            let to = self.map.place(key.goal.of(Node::Resource(arn.clone())));
            self.map.member(place, to);
        }
        let numbers: Arc<[u32]> = members.iter().map(|(member, _)| *member).collect();
        let group = Group { key: Arc::clone(&key), number, members, numbers };
        self.groups.insert(key, group.clone());
        group
    }

    /// Whoever owns an administrator, or made one of a principal that they act as, is administrator.
    fn finish(mut self, given: Given, diaries: HashMap<Arn, Arc<Diary>>) -> (Steps, Memory) {
        let everything = self.map.place(Place::At(Node::Admin, Grip::Control));
        for id in 0..u32::try_from(self.map.len()).unwrap_or(u32::MAX) {
            match self.map.at(id).clone() {
                Place::Made(node) => {
                    let with = self.map.place(Place::At(node, Grip::Control));
                    self.map.step(id, Some(with), everything, Label { technique: "administrator", ..Label::default() });
                }
                Place::Owned(_) => self.map.step(id, None, everything, Label { technique: "administrator", ..Label::default() }),
                Place::At(..) | Place::Group(_) => {}
            }
        }
        if self.decisions >= MOST_DECISIONS {
            let why = format!("more than {MOST_DECISIONS} single decisions were asked for: paths may be missing");
            self.gaps.push((Node::Admin, Gap::unsupported(why)));
        }
        let (places, steps) = (self.map.len(), self.map.steps());
        let memory = Memory {
            given,
            places,
            steps,
            is_whole: self.decisions < MOST_DECISIONS,
            diaries,
            groups: self.groups.into_iter().map(|(key, group)| (key, group.members)).collect(),
            invited: self.atlas.invited,
            guarded: self.atlas.guarded,
        };
        (Steps { map: self.map, gaps: self.gaps }, memory)
    }
}

/// Which of the actions that matter a statement speaks of, each statement looked at once.
#[derive(Default)]
struct Surfaces {
    known: HashMap<*const Statement, u128>,
}

impl Surfaces {
    /// The bit of statements that allow everything on everything.
    const EVERYTHING: u128 = 1;

    fn of(&mut self, statement: &Arc<Statement>) -> u128 {
        *self.known.entry(Arc::as_ptr(statement)).or_insert_with(|| {
            let mut surface = if statement.speaks_of("*") && statement.is_about("*") { Self::EVERYTHING } else { 0 };
            for (bit, action) in (1..).zip(actions()) {
                if statement.speaks_of(action) {
                    surface |= 1 << bit;
                }
            }
            surface
        })
    }

    /// The bit of `action`; all bits for one that is in no table.
    fn bit(action: &str) -> u128 {
        actions().iter().position(|known| *known == action).map_or(0, |at| 1 << (at + 1))
    }
}

/// Every action that a rule asks for.
fn actions() -> &'static [&'static str] {
    static ACTIONS: std::sync::OnceLock<Vec<&'static str>> = std::sync::OnceLock::new();
    ACTIONS.get_or_init(|| {
        let needed = TECHNIQUES.iter().flat_map(|technique| technique.needs).map(|need| need.0);
        let mut actions: Vec<&'static str> =
            needed.chain(send::ACTIONS.iter().map(|(_, action)| *action)).chain(["sts:AssumeRole"]).collect();
        actions.sort_unstable();
        actions.dedup();
        actions
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_bit_of_its_own() {
        assert!(actions().len() < 127, "{}", actions().len());
        assert_ne!(Surfaces::bit("iam:PassRole"), Surfaces::bit("sts:AssumeRole"));
    }
}
