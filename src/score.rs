//! Verdicts → score: a number that cannot hide a critical finding, with the interval that ignorance leaves open.
//!
//! A fail weighs `q = p(severity) × exposure × asset × confidence`, at most 0.95. Fails on one resource saturate:
//! `R = 1 − Π(1 − q)`. A layer's score is `100 × (1 − (mean(R) + max(R)) / 2)` over the resources that could be judged:
//! the mean is breadth, the maximum is the worst case. Any critical caps it at 59, any high at 84.
//! The interval counts every unknown as half a fail below and as a pass above; the grade is that of the lower end.

mod tally;

use serde::Serialize;

use crate::checks::{Confidence, Layer, Ruling, Severity, Verdict};
use tally::Tally;

/// The most a single fail can weigh.
const HEAVIEST: f64 = 0.95;
/// The most a layer scores with a critical fail open.
pub const CRITICAL_CAP: f64 = 59.0;
/// The most a layer scores with a high fail open.
pub const HIGH_CAP: f64 = 84.0;
/// How far above its worst layer an account can score.
const LAYER_SPREAD: f64 = 25.0;

/// How heavily a fail of this severity weighs on an internet-facing, ordinary resource.
const fn weight(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 0.60,
        Severity::High => 0.30,
        Severity::Medium => 0.12,
        Severity::Low => 0.04,
        Severity::Info => 0.0,
    }
}

/// How much of the account's score a layer decides.
const fn share(layer: Layer) -> f64 {
    match layer {
        Layer::Function => 0.25,
        Layer::Identity => 0.30,
        Layer::Data => 0.20,
        Layer::Monitoring => 0.15,
        Layer::Response => 0.10,
    }
}

/// The risk of one fail, 0 to 0.95.
pub fn risk(severity: Severity, public: bool, asset: f64, confidence: Confidence) -> f64 {
    let exposure = if public { 1.0 } else { 0.6 };
    let confidence = match confidence {
        Confidence::Proven => 1.0,
        Confidence::Heuristic => 0.6,
    };
    (weight(severity) * exposure * asset * confidence).min(HEAVIEST)
}

/// A score with what it leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rating {
    /// 0 to 100; none when nothing is applicable or nothing could be read.
    pub value: Option<f64>,
    /// What it would be with every unknown a half fail, and with every unknown a pass; none when nothing is applicable.
    pub interval: Option<(f64, f64)>,
    /// Share of the questions that could be answered, 0 to 1.
    pub coverage: f64,
    /// Grade of the lower end.
    pub grade: Grade,
}

impl Rating {
    const NOTHING: Self = Self { value: None, interval: None, coverage: 1.0, grade: Grade::None };
}

/// A letter for the lower end of the interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Grade {
    /// 90 and above.
    A,
    /// 80 and above.
    B,
    /// 70 and above.
    C,
    /// 60 and above.
    D,
    /// Below 60.
    F,
    /// Nothing applicable, or nothing readable.
    #[serde(rename = "-")]
    None,
}

impl Grade {
    fn of(low: f64) -> Self {
        match low {
            low if low >= 90.0 => Self::A,
            low if low >= 80.0 => Self::B,
            low if low >= 70.0 => Self::C,
            low if low >= 60.0 => Self::D,
            _ => Self::F,
        }
    }

    /// One letter, or a dash.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::F => "F",
            Self::None => "-",
        }
    }
}

/// How many verdicts of each kind a layer has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Failed checks of severity critical.
    pub critical: usize,
    /// … high.
    pub high: usize,
    /// … medium.
    pub medium: usize,
    /// … low.
    pub low: usize,
    /// … info.
    pub info: usize,
    /// Questions that could not be answered.
    pub unknown: usize,
    /// Fails that the user accepted.
    pub waived: usize,
    /// Passed checks.
    pub pass: usize,
}

impl Counts {
    /// Fails of one severity.
    pub const fn of(&self, severity: Severity) -> usize {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.info,
        }
    }

    /// All fails.
    pub const fn fails(&self) -> usize {
        self.critical + self.high + self.medium + self.low + self.info
    }

    /// What is counted here and in `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            critical: self.critical + other.critical,
            high: self.high + other.high,
            medium: self.medium + other.medium,
            low: self.low + other.low,
            info: self.info + other.info,
            unknown: self.unknown + other.unknown,
            waived: self.waived + other.waived,
            pass: self.pass + other.pass,
        }
    }

    /// Counts a fail.
    pub const fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Critical => self.critical += 1,
            Severity::High => self.high += 1,
            Severity::Medium => self.medium += 1,
            Severity::Low => self.low += 1,
            Severity::Info => self.info += 1,
        }
    }
}

/// One layer's score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LayerScore {
    /// The layer.
    pub layer: Layer,
    /// Its rating.
    #[serde(flatten)]
    pub rating: Rating,
    /// What it is made of.
    pub counts: Counts,
}

/// The account's score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Over all layers.
    #[serde(flatten)]
    pub rating: Rating,
    /// Its value as if nothing were waived; none when nothing is.
    pub without_waivers: Option<f64>,
    /// Layer by layer, in order.
    pub layers: Vec<LayerScore>,
}

/// A verdict with what the score needs to know of its resource.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// The verdict.
    pub verdict: &'a Verdict,
    /// The number of its resource: equal for verdicts on one resource, and in an order that is always the same.
    pub place: u32,
    /// Severity of the fail, or of the fail that an unknown might be.
    pub severity: Severity,
    /// Its risk, as [`risk`] gives it.
    pub risk: f64,
    /// Whether somebody answers for the fail.
    pub waived: bool,
}

/// Layers weighed together, those without a number left out, at most 25 points above the worst.
fn overall(values: [Option<f64>; 5]) -> Option<f64> {
    let known = || Layer::ALL.into_iter().zip(values).filter_map(|(layer, value)| Some((share(layer), value?)));
    let shares: f64 = known().map(|(share, _)| share).sum();
    let worst = known().map(|(_, value)| value).fold(f64::INFINITY, f64::min);
    (shares > 0.0).then(|| (known().map(|(share, value)| share * value).sum::<f64>() / shares).min(worst + LAYER_SPREAD).min(100.0))
}

/// The score of an account, and what each mark would give back if it were fixed, in points of the account's score.
pub fn rate<'a>(marks: &[Mark<'a>]) -> (Score, Vec<f64>) {
    let tallies = tallied(marks.iter().copied());
    let values = tallies.each_ref().map(Tally::value);
    let value = overall(values);
    let waived = marks.iter().any(|mark| mark.waived);
    let unwaived = || tallied(marks.iter().map(|mark| Mark { waived: false, ..*mark }));
    let without_waivers = waived.then(|| overall(unwaived().each_ref().map(Tally::value))).flatten();
    let gains = marks
        .iter()
        .map(|mark| {
            let (Ruling::Fail(_), Some(value), false) = (&mark.verdict.ruling, value, mark.waived) else { return 0.0 };
            let index = mark.verdict.check.layer.index();
            let mut fixed = values;
            fixed[index] = tallies[index].without(mark);
            overall(fixed).map_or(0.0, |fixed| (fixed - value).max(0.0))
        })
        .collect();

    let layers: Vec<LayerScore> = Layer::ALL
        .into_iter()
        .zip(&tallies)
        .map(|(layer, tally)| LayerScore { layer, rating: tally.rating(), counts: tally.counts })
        .collect();
    (Score { rating: whole(&layers, value), without_waivers, layers }, gains)
}

fn tallied<'a>(marks: impl Iterator<Item = Mark<'a>>) -> [Tally<'a>; 5] {
    let mut tallies: [Tally<'a>; 5] = Default::default();
    for mark in marks {
        tallies[mark.verdict.check.layer.index()].take(&mark);
    }
    tallies.iter_mut().for_each(Tally::close);
    tallies
}

fn whole(layers: &[LayerScore], value: Option<f64>) -> Rating {
    let mut lows = [None; 5];
    let mut highs = [None; 5];
    let (mut coverage, mut shares) = (0.0, 0.0);
    for layer in layers {
        if let Some((low, high)) = layer.rating.interval {
            let index = layer.layer.index();
            (lows[index], highs[index]) = (Some(low), Some(high));
            coverage += share(layer.layer) * layer.rating.coverage;
            shares += share(layer.layer);
        }
    }
    let interval = overall(lows).zip(overall(highs));
    match (value, interval) {
        (_, None) => Rating::NOTHING,
        (value, Some((low, high))) => {
            // A layer that could not be read takes no part in the value, but it does in the interval.
            let low = value.map_or(low, |value| low.min(value));
            let high = value.map_or(high, |value| high.max(value));
            let grade = if value.is_some() { Grade::of(low) } else { Grade::None };
            Rating { value, interval: Some((low, high)), coverage: coverage / shares, grade }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        checks::{Check, Context, Evidence, Guide, Links},
        model::{Arn, Gap},
    };

    const fn check(id: &'static str, layer: Layer, severity: Severity) -> Check {
        fn run(_: &Context<'_>) -> Vec<Verdict> {
            Vec::new()
        }
        Check {
            id,
            slug: "",
            title: "",
            layer,
            severity,
            why: "",
            how: "",
            links: Links::NONE,
            reads: &[],
            run,
            fix: |_, _| None,
            guide: Guide::NONE,
        }
    }

    static CHECKS: [Check; 10] = [
        check("F1", Layer::Function, Severity::Critical),
        check("F2", Layer::Function, Severity::Low),
        check("I1", Layer::Identity, Severity::High),
        check("I2", Layer::Identity, Severity::Medium),
        check("D1", Layer::Data, Severity::Medium),
        check("D2", Layer::Data, Severity::Low),
        check("M1", Layer::Monitoring, Severity::High),
        check("M2", Layer::Monitoring, Severity::Info),
        check("R1", Layer::Response, Severity::Medium),
        check("R2", Layer::Response, Severity::Critical),
    ];

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Says {
        Pass,
        Fail,
        Unknown,
    }

    /// A check, a resource, what it says, whether anyone can reach the resource.
    type Case = (usize, u8, Says, bool);

    fn verdict(&(check, resource, says, _): &Case) -> Verdict {
        Verdict {
            check: &CHECKS[check],
            resource: Arn::new(format!("arn:aws:lambda:r:1:function:{resource}")),
            region: Arc::from("r"),
            ruling: match says {
                Says::Pass => Ruling::Pass,
                Says::Fail => Ruling::fail("bad", vec![Evidence::field("x", "y", "z")]),
                Says::Unknown => Gap::unread("x:Y").into(),
            },
        }
    }

    fn rated(cases: &[Case]) -> (Score, Vec<f64>) {
        let verdicts: Vec<Verdict> = cases.iter().map(verdict).collect();
        let marks: Vec<Mark<'_>> = verdicts
            .iter()
            .zip(cases)
            .map(|(verdict, case)| {
                let severity = verdict.check.severity;
                let place = u32::from(case.1);
                Mark { verdict, place, severity, risk: risk(severity, case.3, 1.0, Confidence::Proven), waived: false }
            })
            .collect();
        rate(&marks)
    }

    fn cases() -> impl Strategy<Value = Vec<Case>> {
        let says = prop_oneof![Just(Says::Pass), Just(Says::Fail), Just(Says::Unknown)];
        prop::collection::vec((0..CHECKS.len(), 0..6_u8, says, any::<bool>()), 1..40).prop_map(|mut cases| {
            // A check has one verdict a resource.
            cases.sort_by_key(|case| (case.0, case.1));
            cases.dedup_by_key(|case| (case.0, case.1));
            cases
        })
    }

    const NOISE: f64 = 1e-9;

    fn value(score: &Score) -> f64 {
        score.rating.value.unwrap_or(0.0)
    }

    fn low(score: &Score) -> f64 {
        score.rating.interval.map_or(0.0, |(low, _)| low)
    }

    proptest! {
        #[test]
        fn fixing_never_lowers_the_score(cases in cases(), pick in any::<prop::sample::Index>()) {
            let index = pick.index(cases.len());
            prop_assume!(cases[index].2 == Says::Fail);
            let mut fixed = cases.clone();
            fixed[index].2 = Says::Pass;
            let ((before, gains), (after, _)) = (rated(&cases), rated(&fixed));
            prop_assert!(value(&after) >= value(&before) - NOISE);
            prop_assert!((value(&after) - value(&before) - gains[index]).abs() < NOISE, "gain {} against {} → {}", gains[index], value(&before), value(&after));
        }

        #[test]
        fn a_new_flaw_never_raises_the_score(cases in cases(), pick in any::<prop::sample::Index>()) {
            let index = pick.index(cases.len());
            prop_assume!(cases[index].2 == Says::Pass);
            let mut broken = cases.clone();
            broken[index].2 = Says::Fail;
            prop_assert!(value(&rated(&broken).0) <= value(&rated(&cases).0) + NOISE);
        }

        #[test]
        fn order_does_not_matter(cases in cases(), seed in any::<u64>()) {
            let mut shuffled = cases.clone();
            shuffled.sort_by_key(|case| (case.0 as u64 + 1).wrapping_mul(seed | 1) ^ u64::from(case.1).wrapping_mul(seed >> 7));
            prop_assert_eq!(rated(&cases).0, rated(&shuffled).0);
        }

        #[test]
        fn learning_of_a_pass_never_lowers_the_low_end(cases in cases(), pick in any::<prop::sample::Index>()) {
            let index = pick.index(cases.len());
            prop_assume!(cases[index].2 == Says::Unknown);
            let mut learnt = cases.clone();
            learnt[index].2 = Says::Pass;
            prop_assert!(low(&rated(&learnt).0) >= low(&rated(&cases).0) - NOISE);
        }

        #[test]
        fn bounds_and_caps_hold(cases in cases()) {
            let (score, gains) = rated(&cases);
            for rating in score.layers.iter().map(|layer| &layer.rating).chain([&score.rating]) {
                prop_assert!((0.0..=1.0).contains(&rating.coverage));
                if let Some((low, high)) = rating.interval {
                    prop_assert!((0.0..=100.0).contains(&low) && low <= high && high <= 100.0);
                    if let Some(value) = rating.value {
                        prop_assert!(low <= value + NOISE && value <= high + NOISE);
                    }
                }
            }
            for layer in &score.layers {
                let value = layer.rating.value.unwrap_or(0.0);
                prop_assert!(layer.counts.critical == 0 || value <= CRITICAL_CAP);
                prop_assert!(layer.counts.high == 0 || value <= HIGH_CAP);
            }
            prop_assert!(gains.iter().all(|gain| (0.0..=100.0).contains(gain)));
        }
    }

    #[test]
    fn nothing_applicable_is_not_a_hundred() {
        let (score, _) = rated(&[]);
        assert_eq!(score.rating, Rating::NOTHING);
        assert!(score.layers.iter().all(|layer| layer.rating.value.is_none() && layer.rating.grade == Grade::None));
    }

    #[test]
    fn nothing_readable_has_no_value_but_an_interval() {
        let (score, _) = rated(&[(0, 0, Says::Unknown, true)]);
        assert_eq!(score.rating.value, None);
        assert_eq!(score.rating.coverage, 0.0);
        assert!(score.rating.interval.is_some_and(|(low, high)| low < high));
    }

    #[test]
    fn one_critical_among_hundreds_still_caps_the_layer() {
        let mut cases: Vec<Case> = (0..=255).map(|resource| (1, resource, Says::Pass, false)).collect();
        cases.push((0, 0, Says::Fail, false));
        let (score, gains) = rated(&cases);
        assert_eq!(score.layers[0].rating.value, Some(CRITICAL_CAP));
        assert!(gains.last().is_some_and(|gain| *gain > 40.0));
    }
}
