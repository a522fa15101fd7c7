//! What every check comes to for an account, and with them every requirement of other people's frameworks.
//!
//! Only what the checks can see is judged: a framework also asks for things that no account shows.

use std::{cmp::Ordering, collections::HashMap, ptr};

use serde::Serialize;

use crate::{
    checks::{Check, Framework, Ruling, all},
    world::{Finding, Status, World},
};

/// Whether something is met, as far as the checks see; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Met {
    /// Something fails.
    NotMet,
    /// Nothing fails, but something could not be judged.
    Unknown,
    /// What fails is waived.
    Waived,
    /// All that could be asked passed.
    Met,
    /// The account has nothing of which it could be asked.
    NotApplicable,
}

impl Met {
    /// From the worst to the best, and what says nothing.
    pub const ALL: [Self; 5] = [Self::NotMet, Self::Unknown, Self::Waived, Self::Met, Self::NotApplicable];

    /// The words of reports and screens.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotMet => "not met",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
            Self::Met => "met",
            Self::NotApplicable => "nothing to judge",
        }
    }
}

/// What one check comes to.
#[derive(Debug)]
pub struct Outcome {
    /// The check.
    pub check: &'static Check,
    /// What it comes to.
    pub met: Met,
    /// How many resources pass.
    pub pass: usize,
    /// How many fail and are not waived.
    pub fail: usize,
    /// How many could not be judged.
    pub unknown: usize,
    /// How many fail and are waived.
    pub waived: usize,
    /// What says otherwise: places in [`World::findings`], fails before unknowns before what is waived, each by risk.
    pub findings: Vec<u32>,
}

impl Outcome {
    /// What says otherwise.
    pub fn findings<'w>(&self, world: &'w World) -> impl Iterator<Item = &'w Finding> {
        self.findings.iter().filter_map(|&place| world.findings.get(place as usize))
    }
}

/// What one requirement of a framework comes to.
#[derive(Debug)]
pub struct Requirement {
    /// Its number or name in the framework.
    pub key: &'static str,
    /// What it asks for, in a few words.
    pub title: &'static str,
    /// What it comes to: as bad as its worst check.
    pub met: Met,
    /// How many findings of its checks are fails that are not waived.
    pub fail: usize,
    /// How many of their questions could not be answered.
    pub unknown: usize,
    /// The checks that speak of it: places in [`Outcomes::checks`].
    pub checks: Vec<usize>,
}

/// How many requirements of a framework come to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MetCounts([usize; Met::ALL.len()]);

impl MetCounts {
    /// How many come to this.
    pub fn of(&self, met: Met) -> usize {
        self.0.get(met as usize).copied().unwrap_or_default()
    }

    /// How many there are.
    pub fn all(&self) -> usize {
        self.0.iter().sum()
    }

    /// In a line: `3 of 14 requirements met, 9 not met, 2 unknown, 0 waived`.
    pub fn line(&self) -> String {
        let [not, unknown, waived, met, _] = Met::ALL.map(|met| self.of(met));
        format!("{met} of {} requirements met, {not} not met, {unknown} unknown, {waived} waived", self.all())
    }
}

/// What everything comes to, indexed once: reports and screens read the same.
#[derive(Debug)]
pub struct Outcomes {
    /// Of every check of the catalogue, in its order.
    pub checks: Vec<Outcome>,
    frameworks: Vec<Vec<Requirement>>,
}

impl Outcomes {
    /// Goes through the verdicts and the findings of a world, each once.
    pub fn of(world: &World) -> Self {
        let mut checks: Vec<Outcome> = all()
            .map(|check| Outcome { check, met: Met::NotApplicable, pass: 0, fail: 0, unknown: 0, waived: 0, findings: Vec::new() })
            .collect();
        let places: HashMap<&str, usize> = checks.iter().enumerate().map(|(place, outcome)| (outcome.check.id, place)).collect();
        // A check's verdicts stand together: it is looked up once for all of them.
        let mut last: Option<(&Check, Option<usize>)> = None;
        for verdict in world.verdicts.iter().filter(|verdict| matches!(verdict.ruling, Ruling::Pass)) {
            let place = match last {
                Some((check, place)) if ptr::eq(check, verdict.check) => place,
                _ => places.get(verdict.check.id).copied(),
            };
            last = Some((verdict.check, place));
            if let Some(outcome) = place.and_then(|place| checks.get_mut(place)) {
                outcome.pass += 1;
            }
        }
        for (row, finding) in (0u32..).zip(&world.findings) {
            let Some(outcome) = places.get(finding.check.id).and_then(|&place| checks.get_mut(place)) else { continue };
            match finding.status {
                Status::Fail => outcome.fail += 1,
                Status::Unknown => outcome.unknown += 1,
                Status::Waived => outcome.waived += 1,
                Status::Pass => continue,
            }
            outcome.findings.push(row);
        }
        for outcome in &mut checks {
            outcome.findings.sort_by_key(|&row| world.findings.get(row as usize).map(|finding| finding.status));
            outcome.met = match () {
                () if outcome.fail > 0 => Met::NotMet,
                () if outcome.unknown > 0 => Met::Unknown,
                () if outcome.waived > 0 => Met::Waived,
                () if outcome.pass > 0 => Met::Met,
                () => Met::NotApplicable,
            };
        }
        let frameworks = Framework::ALL.map(|framework| requirements(&checks, framework)).into();
        Self { checks, frameworks }
    }

    /// Of one check, by its id.
    pub fn check(&self, id: &str) -> Option<&Outcome> {
        self.checks.iter().find(|outcome| outcome.check.id == id)
    }

    /// The requirements of a framework that checks speak of, in the order of people.
    pub fn requirements(&self, framework: Framework) -> &[Requirement] {
        self.frameworks.get(framework as usize).map_or(&[], Vec::as_slice)
    }

    /// Of the checks that speak of a requirement.
    pub fn behind<'a>(&'a self, requirement: &'a Requirement) -> impl Iterator<Item = &'a Outcome> {
        requirement.checks.iter().filter_map(|&place| self.checks.get(place))
    }

    /// How many requirements of a framework come to what.
    pub fn counts(&self, framework: Framework) -> MetCounts {
        let mut counts = MetCounts::default();
        for requirement in self.requirements(framework) {
            if let Some(count) = counts.0.get_mut(requirement.met as usize) {
                *count += 1;
            }
        }
        counts
    }
}

fn requirements(checks: &[Outcome], framework: Framework) -> Vec<Requirement> {
    let mut requirements: Vec<Requirement> = Vec::new();
    for (place, outcome) in checks.iter().enumerate() {
        for &key in framework.keys(outcome.check) {
            let at = requirements.iter().position(|requirement| requirement.key == key).unwrap_or_else(|| {
                let title = framework.requirement(key);
                requirements.push(Requirement { key, title, met: Met::NotApplicable, fail: 0, unknown: 0, checks: Vec::new() });
                requirements.len() - 1
            });
            if let Some(requirement) = requirements.get_mut(at) {
                requirement.met = requirement.met.min(outcome.met);
                requirement.fail += outcome.fail;
                requirement.unknown += outcome.unknown;
                requirement.checks.push(place);
            }
        }
    }
    requirements.sort_by(|a, b| in_order(a.key, b.key));
    requirements
}

/// In the order of people: `S2` before `S10`, `2.3` before `2.21`.
fn in_order(a: &str, b: &str) -> Ordering {
    // A number and what follows it, again and again.
    let key = |text: &str| -> Vec<(u64, String)> {
        let parts = text.split_inclusive(|c: char| !c.is_ascii_digit());
        let cut = |part: &str| part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        parts.map(|part| part.split_at(cut(part))).map(|(number, rest)| (number.parse().unwrap_or(0), rest.to_owned())).collect()
    };
    key(a).cmp(&key(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{checks::testing, demo, world::Origin};

    fn assessed(posture: crate::model::Posture) -> World {
        World::assess(Origin::Demo, Arc::new(posture), Arc::default())
    }

    #[test]
    fn requirements_stand_in_the_order_of_people() {
        for (first, second) in [("S2", "S10"), ("2.3", "2.21"), ("IAM.3", "IAM.12"), ("IAM.12", "Lambda.1"), ("PR.AA", "PR.DS")] {
            assert_eq!((in_order(first, second), in_order(second, first)), (Ordering::Less, Ordering::Greater), "{first}");
        }
    }

    #[test]
    fn the_index_says_what_looking_at_everything_says() {
        let world = assessed(demo::posture());
        let outcomes = Outcomes::of(&world);
        assert_eq!(outcomes.checks.len(), all().count());
        for outcome in &outcomes.checks {
            let id = outcome.check.id;
            let of = |status| world.findings.iter().filter(|finding| finding.check.id == id && finding.status == status).count();
            let passes = world.verdicts.iter().filter(|verdict| verdict.check.id == id && matches!(verdict.ruling, Ruling::Pass)).count();
            assert_eq!(
                (outcome.fail, outcome.unknown, outcome.waived, outcome.pass),
                (of(Status::Fail), of(Status::Unknown), of(Status::Waived), passes),
                "{id}"
            );
            assert_eq!(outcome.findings.len(), outcome.fail + outcome.unknown + outcome.waived);
            assert!(outcome.findings(&world).all(|finding| finding.check.id == id));
            assert!(outcome.findings(&world).is_sorted_by_key(|finding| finding.status), "{id}");
            assert_eq!(outcome.met == Met::NotMet, of(Status::Fail) > 0, "{id}");
            assert!(outcome.met != Met::Met || passes > 0, "{id}: nothing is met without having been asked");
            assert!(outcomes.check(id).is_some_and(|found| found.check.id == id));
        }
    }

    #[test]
    fn a_requirement_is_as_bad_as_its_worst_check() {
        let world = assessed(demo::posture());
        let outcomes = Outcomes::of(&world);
        for framework in Framework::ALL {
            let requirements = outcomes.requirements(framework);
            assert!(!requirements.is_empty(), "{}", framework.word());
            for requirement in requirements {
                let behind: Vec<&Outcome> = outcomes.behind(requirement).collect();
                let speaking = all().filter(|check| framework.keys(check).contains(&requirement.key));
                assert_eq!(behind.iter().map(|outcome| outcome.check.id).collect::<Vec<_>>(), speaking.map(|c| c.id).collect::<Vec<_>>());
                assert_eq!(requirement.fail, behind.iter().map(|outcome| outcome.fail).sum::<usize>());
                assert_eq!(requirement.unknown, behind.iter().map(|outcome| outcome.unknown).sum::<usize>());
                assert_eq!(Some(requirement.met), behind.iter().map(|outcome| outcome.met).min());
            }
            let counts = outcomes.counts(framework);
            assert_eq!(counts.all(), requirements.len());
            assert_eq!(counts.of(Met::NotMet), requirements.iter().filter(|requirement| requirement.met == Met::NotMet).count());
        }
    }

    #[test]
    fn nothing_is_met_where_nothing_was_read() {
        let outcomes = Outcomes::of(&assessed(testing::denied()));
        for framework in Framework::ALL {
            let counts = outcomes.counts(framework);
            assert_eq!((counts.of(Met::Met), counts.of(Met::Unknown)), (0, counts.all()), "{}", framework.word());
        }
    }
}
