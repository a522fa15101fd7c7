//! From verdicts to findings: what each resource weighs, who answers for what, and the score.

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use super::Finding;
use crate::{
    checks::{Asset, Confidence, Context, Ruling, Verdict, Waiver},
    model::Arn,
    score::{self, Mark, Score},
};

/// The findings among `verdicts`, by risk, and the score.
pub(super) fn judge(context: &Context<'_>, verdicts: &[Verdict]) -> (Vec<Finding>, Score) {
    // Many checks speak of one resource: what it is to the account is looked up once.
    let places = places(verdicts);
    let mut weights: Vec<Option<Weight>> = Vec::new();
    let waivers: Vec<&Arc<Waiver>> = context.settings.waivers.iter().filter(|waiver| waiver.holds(context.now())).collect();
    let weighed: Vec<(bool, Mark<'_>, Option<&Arc<Waiver>>)> = verdicts
        .iter()
        .zip(places)
        .map(|(verdict, place)| {
            let resource = &verdict.resource;
            if weights.len() <= place as usize {
                weights.resize(place as usize + 1, None);
            }
            let weight = weights[place as usize].get_or_insert_with(|| Weight::of(context, resource));
            let (public, mark) = weigh(*weight, verdict);
            let fails = matches!(verdict.ruling, Ruling::Fail(_));
            let waiver = waivers.iter().copied().find(|waiver| fails && waiver.covers(verdict.check.id, resource));
            (public, Mark { place, waived: waiver.is_some(), ..mark }, waiver)
        })
        .collect();
    let marks: Vec<Mark<'_>> = weighed.iter().map(|(_, mark, _)| *mark).collect();
    let (score, gains) = score::rate(&marks);
    let mut findings: Vec<Finding> = weighed
        .iter()
        .zip(gains)
        .enumerate()
        .filter(|(_, ((_, mark, _), _))| matches!(mark.verdict.ruling, Ruling::Fail(_) | Ruling::Unknown(_)))
        .map(|(index, ((public, mark, waiver), gain))| Finding::new(index, *public, mark, gain, *waiver))
        .collect();
    // By risk, then by id. Findings are large: the keys are sorted in their place. No risk is below zero, so that bits
    // of risks compare as risks do, and the digits of an id are a number.
    findings.sort_by_cached_key(|finding| (Reverse(finding.risk.to_bits()), u64::from_str_radix(&finding.id, 16).unwrap_or_default()));
    (findings, score)
}

/// The number of each verdict's resource, in the order of ARNs.
fn places(verdicts: &[Verdict]) -> Vec<u32> {
    let mut numbers: HashMap<&Arn, u32> = HashMap::new();
    let mut arns: Vec<&Arn> = Vec::new();
    let found: Vec<u32> = verdicts
        .iter()
        .map(|verdict| {
            *numbers.entry(&verdict.resource).or_insert_with(|| {
                arns.push(&verdict.resource);
                u32::try_from(arns.len() - 1).unwrap_or(u32::MAX)
            })
        })
        .collect();
    let mut order: Vec<usize> = (0..arns.len()).collect();
    order.sort_unstable_by_key(|&at| arns[at]);
    let mut places = vec![0; arns.len()];
    for (place, at) in (0..).zip(order) {
        places[at] = place;
    }
    found.into_iter().map(|number| places[number as usize]).collect()
}

/// How heavily fails on a resource weigh.
#[derive(Clone, Copy)]
pub(super) struct Weight {
    public: bool,
    asset: f64,
}

impl Weight {
    pub(super) fn of(context: &Context<'_>, resource: &Arn) -> Self {
        let asset = match context.standing(resource).asset() {
            Asset::Sensitive => 1.25,
            Asset::Ordinary => 1.0,
            Asset::Development => 0.8,
        };
        Self { public: context.is_public(resource), asset }
    }
}

pub(super) fn weigh(Weight { public, asset }: Weight, verdict: &Verdict) -> (bool, Mark<'_>) {
    let (severity, confidence) = match &verdict.ruling {
        Ruling::Fail(fault) => (fault.severity.unwrap_or(verdict.check.severity), fault.confidence),
        _ => (verdict.check.severity, Confidence::Proven),
    };
    (public, Mark { verdict, severity, risk: score::risk(severity, public, asset, confidence), place: 0, waived: false })
}
