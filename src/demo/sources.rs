//! How reading the demo account went.

use std::collections::BTreeSet;

use crate::model::{Function, Gap, GapKind, Key, Posture, Source, SourceRun, SourceState};

use super::{EU, US};

/// How a source went, but for what [`count`] finds out.
pub(super) fn run(source: Source, region: &str) -> SourceRun {
    let (calls, throttled, seconds) = match (source, region) {
        (Source::Lambda, EU) => (392, 3, 12.4),
        (Source::Lambda, _) => (168, 11, 9.8),
        (Source::Iam, _) => (4, 0, 2.1),
        (Source::Kms, EU) => (40, 0, 1.3),
        (Source::Kms, _) => (24, 0, 0.9),
        (Source::Logs, EU) => (2, 0, 0.4),
        (Source::Logs, _) => (1, 0, 0.1),
        (Source::Sts, _) => (1, 0, 0.1),
        (Source::Sqs, EU) => (19, 0, 0.6),
        (Source::S3, EU) => (97, 0, 2.4),
        (Source::S3, US) => (33, 0, 1.1),
        (Source::DynamoDb, EU) => (41, 0, 1.2),
        (Source::Events, EU) => (21, 0, 0.8),
        (Source::ApiGateway, EU) => (26, 2, 2.9),
        (_, EU) => (3, 0, 0.3),
        (_, _) => (1, 0, 0.2),
    };
    SourceRun { state: SourceState::Complete, calls, throttled, seconds, ..SourceRun::queued(source, region) }
}

/// Says of every source how much it read, and what it could not read.
pub(super) fn count(posture: &mut Posture) {
    let mut runs = std::mem::take(&mut posture.sources);
    for run in &mut runs {
        let (items, gaps) = read(posture, run);
        run.items = u64::try_from(items).unwrap_or_default();
        run.expected = run.items;
        run.state = match (items, gaps.is_empty()) {
            (_, true) => SourceState::Complete,
            (0, false) => SourceState::Denied,
            (_, false) => SourceState::Partial,
        };
        run.gaps = gaps.into_iter().collect();
    }
    posture.sources = runs;
}

fn read(posture: &Posture, run: &SourceRun) -> (usize, BTreeSet<Gap>) {
    let identity = &posture.identity;
    let nothing = BTreeSet::new();
    let Some(region) = posture.regions.get(&run.region) else {
        return match run.source {
            Source::Iam => {
                let items =
                    identity.roles.items.len() + identity.users.items.len() + identity.groups.items.len() + identity.policies.items.len();
                (items, nothing)
            }
            _ => (1, nothing),
        };
    };
    let gaps = match run.source {
        Source::Lambda => region.functions.items.iter().flat_map(gaps_of_function).cloned().collect(),
        Source::Kms => region.keys.items.iter().flat_map(gaps_of_key).cloned().collect(),
        Source::Logs => region.log_groups.gap.iter().cloned().collect(),
        _ => nothing,
    };
    (region.count(run.source.word()), gaps)
}

fn gaps_of_function(function: &Function) -> impl Iterator<Item = &Gap> {
    let policies = function.policies.values().filter_map(|policy| policy.gap());
    [function.environment.gap(), function.versions.gap(), function.aliases.gap(), function.urls.gap()].into_iter().flatten().chain(policies)
}

fn gaps_of_key(key: &Key) -> impl Iterator<Item = &Gap> {
    let denied = |gap: &&Gap| gap.kind != GapKind::Unsupported;
    [key.metadata.gap(), key.policy.gap(), key.rotation_enabled.gap(), key.grants.gap()].into_iter().flatten().filter(denied)
}
