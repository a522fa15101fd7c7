//! From policies to steps: each principal that is not administrator, with each technique that its statements speak of.

mod attacker;
mod become_another;
mod send;

use std::{collections::HashMap, sync::Arc};

use self::attacker::Attacker;
use super::{
    Edge, Grip, Node, Proof,
    atlas::{Atlas, Class, is_service_linked},
    map::{Label, Map, Place, PlaceId},
    technique::{TECHNIQUES, Victim},
};
use crate::{
    iam::{Account, Outcome, Statement},
    model::{Arn, Gap},
};

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
    groups: HashMap<GroupKey, (PlaceId, Arc<[u32]>)>,
    gaps: Vec<(Node, Gap)>,
    decisions: u64,
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

/// What keeps some of a class out of a group.
#[derive(Clone, Copy)]
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

/// Works out the steps of `account`; `given` are those that need no permission of a principal of its own.
pub(super) fn steps(account: &Account<'_>, given: Vec<Edge>, gaps: Vec<(Node, Gap)>) -> Steps {
    let mut services: Vec<&'static str> = TECHNIQUES
        .iter()
        .filter_map(|technique| match technique.victim {
            Victim::RoleOf(service) => Some(service),
            _ => None,
        })
        .collect();
    services.sort_unstable();
    services.dedup();
    let relays = given.iter().filter(|edge| edge.needs == Grip::Send).filter_map(|edge| edge.from.arn().cloned());
    let mut relays: Vec<Arn> = relays.collect();
    relays.sort();
    relays.dedup();
    let atlas = Atlas::new(account, &services, relays);
    let mut builder = Builder { account, atlas, map: Map::default(), groups: HashMap::new(), gaps, decisions: 0 };
    builder.given(given);
    builder.functions();
    builder.principals();
    builder.finish()
}

impl Builder<'_, '_> {
    fn given(&mut self, edges: Vec<Edge>) {
        for edge in edges {
            let from = self.map.place(Place::At(edge.from, edge.needs));
            let to = self.map.place(Place::At(edge.to, edge.gives));
            let Edge { technique, actions, condition, needs_trigger, proof, .. } = edge;
            self.map.step(from, None, to, Label { technique, actions, condition, needs_trigger, proof });
        }
    }

    /// Code that runs in a function has the function's role; what is sent to it may make its code do the sender's will.
    fn functions(&mut self) {
        for (_, function) in self.account.posture().functions() {
            let sent = self.map.place(Place::At(Node::from(&function.arn), Grip::Send));
            let run = self.map.place(Place::At(Node::from(&function.arn), Grip::Control));
            let role = self.map.place(Place::At(Node::from(&function.role), Grip::Control));
            let proof = |pointer: &str, value: &str| vec![Proof::field("lambda:ListFunctions", pointer, value)];
            let label = Label {
                technique: "event-injection",
                condition: Some(format!("only if what is sent to {} can make its code act for the sender", function.name)),
                proof: proof("FunctionArn", function.arn.as_str()),
                ..Label::default()
            };
            self.map.step(sent, None, run, label);
            let label = Label { technique: "execution-role", proof: proof("Role", function.role.as_str()), ..Label::default() };
            self.map.step(run, None, role, label);
        }
    }

    fn principals(&mut self) {
        let account = self.account;
        let identity = &account.posture().identity;
        let everything = self.map.place(Place::At(Node::Admin, Grip::Control));
        let roles = identity.roles.items.iter().filter(|role| !is_service_linked(role)).map(|role| &role.arn);
        let arns: Vec<&Arn> = roles.chain(identity.users.items.iter().map(|user| &user.arn)).collect();
        let mut surfaces = Surfaces::default();
        for arn in arns {
            let Some(holder) = account.holder(arn) else { continue };
            let place = self.map.place(Place::At(Node::from(arn), Grip::Control));
            if let Some(gap) = holder.gaps.first() {
                self.gaps.push((Node::from(arn), gap.clone()));
            }
            let surface = holder.permissions.iter().fold(0, |all, permission| all | surfaces.of(&permission.statement));
            if surface & Surfaces::EVERYTHING != 0 {
                match holder.decide("*", "*") {
                    Ok(decision) if decision.outcome == Outcome::Allowed => {
                        let proof = decision.proof.iter().map(Proof::permission).collect();
                        self.map.step(place, None, everything, Label { technique: "administrator", proof, ..Label::default() });
                        continue;
                    }
                    // The gap is noted above, or is that of the boundary, which only takes away.
                    _ => {}
                }
            }
            let mut attacker = Attacker::new(account, arn, holder, place);
            self.become_another(&mut attacker, surface);
            self.assume(&mut attacker, surface);
            self.send(&mut attacker, surface);
            if let Some(gap) = attacker.gap.take() {
                self.gaps.push((Node::from(arn), gap));
            }
        }
    }

    /// Notes a decision on a single victim; false when there were too many.
    fn is_affordable(&mut self) -> bool {
        self.decisions += 1;
        self.decisions < MOST_DECISIONS
    }

    /// The place of `goal` over those of `class` that all `patterns` cover.
    fn group(&mut self, class: Class, goal: Goal, mut patterns: Vec<String>, keep: Keep) -> (PlaceId, Arc<[u32]>) {
        patterns.sort();
        patterns.dedup();
        let key = GroupKey { class, goal, patterns, rule: keep.rule };
        if let Some((place, members)) = self.groups.get(&key) {
            return (*place, Arc::clone(members));
        }
        let index = self.atlas.index(class);
        let mut members: Vec<u32> = (0..u32::try_from(index.arns().len()).unwrap_or(u32::MAX)).collect();
        for pattern in &key.patterns {
            let matching = index.matching(pattern);
            members.retain(|member| matching.binary_search(member).is_ok());
        }
        let arns: Vec<Arn> = members.iter().map(|member| index.arns()[*member as usize].clone()).collect();
        let number = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        let place = self.map.place(Place::Group(number));
        let mut kept = Vec::new();
        for (member, arn) in members.into_iter().zip(arns) {
            if (keep.holds)(&self.atlas, &arn) {
                let to = self.map.place(goal.of(Node::Resource(arn)));
                self.map.member(place, to);
                kept.push(member);
            }
        }
        let members: Arc<[u32]> = kept.into();
        self.groups.insert(key, (place, Arc::clone(&members)));
        (place, members)
    }

    /// Whoever owns an administrator, or made one of a principal that they act as, is administrator.
    fn finish(mut self) -> Steps {
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
        Steps { map: self.map, gaps: self.gaps }
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
