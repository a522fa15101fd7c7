//! How an account stands: in every check, and in the requirements of other people's frameworks.
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

/// How an account stands in one check.
#[derive(Debug)]
pub struct Standing {
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

impl Standing {
    /// What says otherwise.
    pub fn findings<'w>(&self, world: &'w World) -> impl Iterator<Item = &'w Finding> {
        self.findings.iter().filter_map(|&place| world.findings.get(place as usize))
    }
}

/// How an account stands in one requirement of a framework.
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
    /// The checks that speak of it: places in [`Standings::checks`].
    pub checks: Vec<usize>,
}

/// How many requirements of a framework come to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally([usize; Met::ALL.len()]);

impl Tally {
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

/// How an account stands in everything, indexed once: reports and screens read the same.
#[derive(Debug)]
pub struct Standings {
    /// In every check of the catalogue, in its order.
    pub checks: Vec<Standing>,
    frameworks: Vec<Vec<Requirement>>,
}

impl Standings {
    /// Goes through the verdicts and the findings of a world, each once.
    pub fn of(world: &World) -> Self {
        let mut checks: Vec<Standing> = all()
            .map(|check| Standing { check, met: Met::NotApplicable, pass: 0, fail: 0, unknown: 0, waived: 0, findings: Vec::new() })
            .collect();
        let places: HashMap<&str, usize> = checks.iter().enumerate().map(|(place, standing)| (standing.check.id, place)).collect();
        // A check's verdicts stand together: it is looked up once for all of them.
        let mut last: Option<(&Check, Option<usize>)> = None;
        for verdict in world.verdicts.iter().filter(|verdict| matches!(verdict.ruling, Ruling::Pass)) {
            let place = match last {
                Some((check, place)) if ptr::eq(check, verdict.check) => place,
                _ => places.get(verdict.check.id).copied(),
            };
            last = Some((verdict.check, place));
            if let Some(standing) = place.and_then(|place| checks.get_mut(place)) {
                standing.pass += 1;
            }
        }
        for (row, finding) in (0u32..).zip(&world.findings) {
            let Some(standing) = places.get(finding.check.id).and_then(|&place| checks.get_mut(place)) else { continue };
            match finding.status {
                Status::Fail => standing.fail += 1,
                Status::Unknown => standing.unknown += 1,
                Status::Waived => standing.waived += 1,
                Status::Pass => continue,
            }
            standing.findings.push(row);
        }
        for standing in &mut checks {
            standing.findings.sort_by_key(|&row| world.findings.get(row as usize).map(|finding| finding.status));
            standing.met = match () {
                () if standing.fail > 0 => Met::NotMet,
                () if standing.unknown > 0 => Met::Unknown,
                () if standing.waived > 0 => Met::Waived,
                () if standing.pass > 0 => Met::Met,
                () => Met::NotApplicable,
            };
        }
        let frameworks = Framework::ALL.map(|framework| requirements(&checks, framework)).into();
        Self { checks, frameworks }
    }

    /// In one check, by its id.
    pub fn check(&self, id: &str) -> Option<&Standing> {
        self.checks.iter().find(|standing| standing.check.id == id)
    }

    /// In the requirements of a framework that checks speak of, in the order of people.
    pub fn requirements(&self, framework: Framework) -> &[Requirement] {
        self.frameworks.get(framework as usize).map_or(&[], Vec::as_slice)
    }

    /// In the checks that speak of a requirement.
    pub fn behind<'a>(&'a self, requirement: &'a Requirement) -> impl Iterator<Item = &'a Standing> {
        requirement.checks.iter().filter_map(|&place| self.checks.get(place))
    }

    /// How many requirements of a framework come to what.
    pub fn tally(&self, framework: Framework) -> Tally {
        let mut tally = Tally::default();
        for requirement in self.requirements(framework) {
            if let Some(count) = tally.0.get_mut(requirement.met as usize) {
                *count += 1;
            }
        }
        tally
    }
}

fn requirements(checks: &[Standing], framework: Framework) -> Vec<Requirement> {
    let mut requirements: Vec<Requirement> = Vec::new();
    for (place, standing) in checks.iter().enumerate() {
        for &key in framework.keys(standing.check) {
            let at = requirements.iter().position(|requirement| requirement.key == key).unwrap_or_else(|| {
                let title = framework.requirement(key);
                requirements.push(Requirement { key, title, met: Met::NotApplicable, fail: 0, unknown: 0, checks: Vec::new() });
                requirements.len() - 1
            });
            if let Some(requirement) = requirements.get_mut(at) {
                requirement.met = requirement.met.min(standing.met);
                requirement.fail += standing.fail;
                requirement.unknown += standing.unknown;
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
        let standings = Standings::of(&world);
        assert_eq!(standings.checks.len(), all().count());
        for standing in &standings.checks {
            let id = standing.check.id;
            let of = |status| world.findings.iter().filter(|finding| finding.check.id == id && finding.status == status).count();
            let passes = world.verdicts.iter().filter(|verdict| verdict.check.id == id && matches!(verdict.ruling, Ruling::Pass)).count();
            assert_eq!(
                (standing.fail, standing.unknown, standing.waived, standing.pass),
                (of(Status::Fail), of(Status::Unknown), of(Status::Waived), passes),
                "{id}"
            );
            assert_eq!(standing.findings.len(), standing.fail + standing.unknown + standing.waived);
            assert!(standing.findings(&world).all(|finding| finding.check.id == id));
            assert!(standing.findings(&world).is_sorted_by_key(|finding| finding.status), "{id}");
            assert_eq!(standing.met == Met::NotMet, of(Status::Fail) > 0, "{id}");
            assert!(standing.met != Met::Met || passes > 0, "{id}: nothing is met without having been asked");
            assert!(standings.check(id).is_some_and(|found| found.check.id == id));
        }
    }

    #[test]
    fn a_requirement_is_as_bad_as_its_worst_check() {
        let world = assessed(demo::posture());
        let standings = Standings::of(&world);
        for framework in Framework::ALL {
            let requirements = standings.requirements(framework);
            assert!(!requirements.is_empty(), "{}", framework.word());
            for requirement in requirements {
                let behind: Vec<&Standing> = standings.behind(requirement).collect();
                let speaking = all().filter(|check| framework.keys(check).contains(&requirement.key));
                assert_eq!(behind.iter().map(|standing| standing.check.id).collect::<Vec<_>>(), speaking.map(|c| c.id).collect::<Vec<_>>());
                assert_eq!(requirement.fail, behind.iter().map(|standing| standing.fail).sum::<usize>());
                assert_eq!(requirement.unknown, behind.iter().map(|standing| standing.unknown).sum::<usize>());
                assert_eq!(Some(requirement.met), behind.iter().map(|standing| standing.met).min());
            }
            let tally = standings.tally(framework);
            assert_eq!(tally.all(), requirements.len());
            assert_eq!(tally.of(Met::NotMet), requirements.iter().filter(|requirement| requirement.met == Met::NotMet).count());
        }
    }

    #[test]
    fn nothing_is_met_where_nothing_was_read() {
        let standings = Standings::of(&assessed(testing::denied()));
        for framework in Framework::ALL {
            let tally = standings.tally(framework);
            assert_eq!((tally.of(Met::Met), tally.of(Met::Unknown)), (0, tally.all()), "{}", framework.word());
        }
    }
}
