//! Becoming somebody else: by a technique of the table, or by taking on a role.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Builder, Goal, Keep, Surfaces,
    attacker::{Attacker, Grant},
};
use crate::{
    iam::Scope,
    model::Arn,
    paths::{
        Grip, Node,
        atlas::Class,
        map::{Label, Place},
        technique::{Gives, Need, On, TECHNIQUES, Technique, Victim},
    },
};

/// Pairs of patterns that are looked at for techniques with two actions on one victim.
const MOST_PAIRS: usize = 64;

impl Builder<'_, '_> {
    /// What the techniques give to `attacker`, whose statements speak of the actions in `surface`.
    pub(super) fn become_another(&mut self, attacker: &mut Attacker<'_>, surface: u128) {
        for technique in TECHNIQUES {
            let asked = technique.needs.iter().filter(|need| need.1 != On::Boundary);
            if asked.clone().any(|need| surface & Surfaces::bit(need.0) == 0) {
                continue;
            }
            let Some(made) = attacker.may_make(technique.needs) else { continue };
            match technique.victim {
                Victim::Nobody => {
                    self.take(attacker.place, Place::At(Node::Admin, Grip::Control), label(technique, made));
                }
                Victim::RoleOf(service) => self.attack(attacker, technique, Class::RolesOf(service), &made),
                Victim::Role => self.attack(attacker, technique, Class::Roles, &made),
                Victim::User => self.attack(attacker, technique, Class::Users, &made),
                Victim::Function => self.attack(attacker, technique, Class::Functions, &made),
            }
        }
    }

    /// Taking on roles, by their trust policies and one's own.
    pub(super) fn assume(&mut self, attacker: &mut Attacker<'_>, surface: u128) {
        const ASSUME: &str = "sts:AssumeRole";
        let mut single: BTreeSet<Arn> = self.atlas.invited.get(attacker.arn).into_iter().flatten().cloned().collect();
        if surface & Surfaces::bit(ASSUME) != 0 {
            let scopes = attacker.scopes(ASSUME);
            let covered = self.shared(attacker, &[Need(ASSUME, On::Victim)], Class::OpenRoles, Goal::Control, Keep::ALL, |grant| Label {
                technique: "sts-001",
                ..grant.label("sts-001", [ASSUME])
            });
            single.extend(self.matching(&scopes, Class::OpenRoles, &covered));
            single.extend(self.atlas.guarded.iter().cloned());
        }
        single.remove(attacker.arn);
        for role in single {
            if !self.is_affordable() {
                return;
            }
            if let Some(grant) = attacker.may_assume(&role) {
                self.take(attacker.place, Place::At(Node::Resource(role), Grip::Control), grant.label("sts-001", [ASSUME]));
            }
        }
    }

    fn attack(&mut self, attacker: &mut Attacker<'_>, technique: &'static Technique, class: Class, made: &Grant) {
        let goal = match technique.gives {
            Gives::Control => Goal::Control,
            Gives::Administrator => Goal::Made,
            Gives::AdministratorAndControl => Goal::Owned,
        };
        let direct: Vec<Need> = technique.needs.iter().filter(|need| matches!(need.1, On::Victim | On::Passed(_))).copied().collect();
        let indirect = technique.needs.iter().find(|need| matches!(need.1, On::HeldPolicy | On::OwnGroup));
        let mut covered = Covered::default();
        if indirect.is_none() && !technique.assumes {
            let keep = resistance(technique);
            covered = self.shared(attacker, &direct, class, goal, keep, |grant| label(technique, made.clone().and(grant)));
            let itself = self.atlas.index(class).number(attacker.arn);
            if goal == Goal::Made && itself.is_some_and(|itself| covered.has(itself)) {
                let grant =
                    direct.iter().try_fold(made.clone(), |all, need| Some(all.and(attacker.may(need.0, attacker.arn.as_str(), &[])?)));
                self.escalate(attacker, technique, grant);
            }
        }
        let candidates: Vec<Arn> = match indirect {
            Some(need) => self.through(attacker, *need, class),
            None => {
                let scopes = direct.first().map(|need| attacker.scopes(need.0)).unwrap_or_default();
                self.matching(&scopes, class, &covered)
            }
        };
        for victim in candidates {
            if victim == *attacker.arn && goal == Goal::Control {
                continue;
            }
            if technique.assumes && !self.could_assume(attacker, &victim) {
                continue;
            }
            if !self.is_affordable() {
                return;
            }
            let Some(grant) = self.single(attacker, technique, &victim) else { continue };
            let grant = made.clone().and(grant);
            if victim == *attacker.arn && goal == Goal::Made {
                self.escalate(attacker, technique, Some(grant));
                continue;
            }
            self.take(attacker.place, goal.of(Node::Resource(victim)), label(technique, grant));
        }
    }

    /// An attacker that gives itself more policy is administrator.
    fn escalate(&mut self, attacker: &Attacker<'_>, technique: &'static Technique, grant: Option<Grant>) {
        if let Some(grant) = grant {
            self.take(attacker.place, Place::At(Node::Admin, Grip::Control), label(technique, grant));
        }
    }

    /// Steps to groups, where a statement grants without a condition on whatever its patterns cover. The victims so covered.
    pub(super) fn shared(
        &mut self,
        attacker: &mut Attacker<'_>,
        needs: &[Need],
        class: Class,
        goal: Goal,
        keep: Keep,
        label: impl Fn(Grant) -> Label,
    ) -> Covered {
        let mut covered = Covered::default();
        if needs.iter().any(|need| !attacker.is_unlimited(need.0)) {
            return covered;
        }
        let mut combinations: Vec<Vec<String>> = vec![Vec::new()];
        for need in needs {
            let scopes = attacker.scopes(need.0);
            let patterns = scopes.iter().filter(|scope| is_plain(scope)).flat_map(|scope| scope.patterns.iter().flatten());
            let patterns: BTreeSet<&str> = patterns.copied().collect();
            combinations = combinations
                .iter()
                .flat_map(|so_far| {
                    patterns.iter().map(move |pattern| so_far.iter().cloned().chain([(*pattern).to_owned()]).collect::<Vec<_>>())
                })
                .take(MOST_PAIRS)
                .collect();
        }
        for patterns in combinations {
            // A pattern of one name is a step of its own; a group would only stand between.
            let group = self.group(class, goal, patterns, keep);
            let Some(first) = group.members.first().map(|(_, arn)| arn.clone()) else { continue };
            let probe = needs.iter().try_fold(Grant::default(), |all, need| {
                let grant = match (class, need.1) {
                    (Class::OpenRoles, _) => attacker.may_assume(&first),
                    (_, On::Passed(service)) => attacker.may(need.0, first.as_str(), &[("iam:PassedToService", service)]),
                    _ => attacker.may(need.0, first.as_str(), &[]),
                };
                grant.map(|grant| all.and(grant))
            });
            if let Some(grant) = probe.filter(|grant| grant.condition.is_none()) {
                self.take_any(attacker.place, &group, label(grant));
                covered.0.push(group.numbers);
            }
        }
        covered
    }

    /// Those of `class` that the statements may be about, and that no group has.
    pub(super) fn matching(&mut self, scopes: &[Scope<'_>], class: Class, covered: &Covered) -> Vec<Arn> {
        let index = self.atlas.index(class);
        let anything = scopes.iter().any(|scope| scope.patterns.is_none());
        let mut wanted = vec![anything; index.arns().len()];
        for pattern in scopes.iter().flat_map(|scope| scope.patterns.iter().flatten()) {
            index.matching(pattern).iter().for_each(|number| wanted[*number as usize] = true);
        }
        covered.0.iter().flat_map(|members| members.iter()).for_each(|number| wanted[*number as usize] = false);
        index.arns().iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(arn, _)| arn.clone()).collect()
    }

    /// Principals of `class` that hold a policy, or are in a group, that `need` may be about.
    fn through(&self, attacker: &Attacker<'_>, need: Need, class: Class) -> Vec<Arn> {
        let (holders, kind) = match need.1 {
            On::OwnGroup => (&self.atlas.members, ":group/"),
            _ => (&self.atlas.held_by, ":policy/"),
        };
        let scopes = attacker.scopes(need.0);
        let wanted = if class == Class::Users { ":user/" } else { ":role/" };
        let mut found = BTreeSet::new();
        for (through, principals) in holders {
            debug_assert!(through.as_str().contains(kind));
            if scopes.iter().any(|scope| scope.permission.statement.is_about(through.as_str())) {
                found.extend(principals.iter().filter(|arn| arn.as_str().contains(wanted)).map(|arn| (*arn).clone()));
            }
        }
        found.into_iter().collect()
    }

    fn could_assume(&mut self, attacker: &Attacker<'_>, role: &Arn) -> bool {
        self.atlas.guarded.contains(role)
            || self.atlas.invited.get(attacker.arn).is_some_and(|roles| roles.contains(role))
            || !self.atlas.index(Class::OpenRoles).matching(role.as_str()).is_empty()
    }

    /// What `technique` needs on this victim, besides what is made.
    fn single(&self, attacker: &mut Attacker<'_>, technique: &Technique, victim: &Arn) -> Option<Grant> {
        let mut all = Grant::default();
        for Need(action, on) in technique.needs {
            let grant = match on {
                On::New(..) => continue,
                On::Boundary if !self.atlas.is_bounded(victim) => continue,
                On::Victim | On::Boundary => attacker.may(action, victim.as_str(), &[])?,
                On::Passed(service) => attacker.may(action, victim.as_str(), &[("iam:PassedToService", service)])?,
                On::HeldPolicy => self.through_any(attacker, action, &self.atlas.held_by, victim)?,
                On::OwnGroup => self.through_any(attacker, action, &self.atlas.members, victim)?,
            };
            all = all.and(grant);
        }
        if technique.assumes {
            all = all.and(attacker.may_assume(victim)?);
        }
        if rewrites(technique) && self.atlas.signed.contains(victim) {
            let signed = format!("only with code that is signed as {} asks for", victim.name());
            all = all.and(Grant { condition: Some(signed), ..Grant::default() });
        }
        Some(all)
    }

    fn through_any(
        &self,
        attacker: &mut Attacker<'_>,
        action: &str,
        holders: &std::collections::BTreeMap<&Arn, Vec<&Arn>>,
        victim: &Arn,
    ) -> Option<Grant> {
        holders
            .iter()
            .filter(|(_, principals)| principals.contains(&victim))
            .find_map(|(through, _)| attacker.may(action, through.as_str(), &[]))
    }
}

/// The victims of a class that steps to groups lead to, by their numbers, in order within each group.
#[derive(Default)]
pub(super) struct Covered(Vec<Arc<[u32]>>);

impl Covered {
    fn has(&self, number: u32) -> bool {
        self.0.iter().any(|members| members.binary_search(&number).is_ok())
    }
}

fn label(technique: &Technique, grant: Grant) -> Label {
    let actions = technique.needs.iter().filter(|need| need.1 != On::Boundary).map(|need| need.0);
    let actions: Vec<&'static str> = if technique.assumes { actions.chain(["sts:AssumeRole"]).collect() } else { actions.collect() };
    Label { needs_trigger: technique.needs_trigger, ..grant.label(technique.id, actions) }
}

/// Whether the technique puts new code in.
fn rewrites(technique: &Technique) -> bool {
    technique.needs.iter().any(|need| need.0 == "lambda:UpdateFunctionCode")
}

/// Who takes more than the technique's permissions: a boundary to lift, a signature.
fn resistance(technique: &Technique) -> Keep {
    if technique.needs.iter().any(|need| need.1 == On::Boundary) {
        Keep::UNBOUNDED
    } else if rewrites(technique) {
        Keep::UNSIGNED
    } else {
        Keep::ALL
    }
}

/// Whether the statement grants the same wherever it grants: the service that a role is passed to is part of the question.
fn is_plain(scope: &Scope<'_>) -> bool {
    scope.patterns.is_some()
        && scope.permission.statement.conditions().iter().all(|condition| condition.key.eq_ignore_ascii_case("iam:PassedToService"))
}
