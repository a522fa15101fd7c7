//! A posture that grows: what a live account is known to be while it is being read.
//!
//! When a snapshot of the account is shown already, what is learnt of a source waits until the
//! source has ended and then replaces the old in one go; nothing vanishes meanwhile.

use std::{collections::BTreeMap, sync::Arc};

use super::feed::FeedEvent;
use crate::model::{Learnt, Part, Posture, Source, SourceRun, SourceState, Timestamp};

/// A posture that grows.
#[derive(Debug)]
pub(super) struct Growing {
    /// What is known, if the account is.
    pub(super) posture: Option<Arc<Posture>>,
    generation: u64,
    taken_at: Timestamp,
    /// Whether older facts are shown until a source has ended.
    over: bool,
    /// Whether the collection has ended; what comes then is one source read again.
    ended: bool,
    /// Whether something older had to stand.
    stale: bool,
    held: BTreeMap<(Source, String), Vec<Part>>,
    runs: Vec<SourceRun>,
}

/// What an event changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// A collection began.
    pub(super) began: bool,
    /// There is another account to show.
    pub(super) account: bool,
    /// Sources of which something new is shown.
    pub(super) sources: Vec<Source>,
    /// Something else than a single detail changed: worth running the checks at once.
    pub(super) soon: bool,
    /// The collection ended.
    pub(super) ended: bool,
}

impl Growing {
    /// Begins with the last snapshot of the account, if there is one.
    pub(super) fn new(posture: Option<Arc<Posture>>) -> Self {
        Self {
            posture,
            generation: 0,
            taken_at: Timestamp::EPOCH,
            over: false,
            ended: true,
            stale: false,
            held: BTreeMap::new(),
            runs: Vec::new(),
        }
    }

    /// The collection that is shown.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Where the running collection stands; empty when none runs.
    pub(super) fn progress(&self) -> Vec<SourceRun> {
        if self.ended && self.runs.iter().all(|run| run.state.ended()) { Vec::new() } else { self.runs.clone() }
    }

    /// Takes in what was learnt.
    pub(super) fn take(&mut self, event: FeedEvent) -> Change {
        match event {
            FeedEvent::Began { generation, account, partition, taken_at } => self.begin(generation, account, partition, taken_at),
            FeedEvent::Part { generation, part } if generation == self.generation => self.learn(part),
            FeedEvent::Ended { generation } if generation == self.generation => self.end(),
            // Late.
            FeedEvent::Part { .. } | FeedEvent::Ended { .. } | FeedEvent::Failed(_) => Change::default(),
        }
    }

    fn begin(&mut self, generation: u64, account: String, partition: String, taken_at: Timestamp) -> Change {
        let same = self.posture.as_ref().is_some_and(|posture| posture.account == account && posture.partition == partition);
        if !same {
            self.posture = Some(Arc::new(Posture { partition, ..Posture::new(account, taken_at) }));
        }
        let posture = self.posture.take();
        *self = Self { generation, taken_at, over: same, ended: false, ..Self::new(posture) };
        Change { began: true, account: !same, soon: !same, ..Change::default() }
    }

    fn learn(&mut self, part: Part) -> Change {
        let Some(posture) = &mut self.posture else { return Change::default() };
        let run = part.run.clone();
        let source = run.source;
        match self.runs.iter_mut().find(|known| known.source == source && known.region == run.region) {
            Some(known) => *known = run.clone(),
            None => self.runs.push(run.clone()),
        }
        let change = Change { sources: vec![source], ..Change::default() };
        if !self.over {
            let soon = run.state.ended() || !part.learnt.iter().all(Learnt::is_detail);
            Arc::make_mut(posture).absorb(part);
            return Change { soon, ..change };
        }
        let place = (source, run.region.clone());
        self.held.entry(place.clone()).or_default().push(part);
        if !run.state.ended() {
            return Change::default();
        }
        let parts = self.held.remove(&place).unwrap_or_default();
        if run.state == SourceState::Skipped && posture.source(source, &run.region).is_some() {
            // It was not read this time: what the snapshot knows of it stands.
            self.stale = true;
            return Change::default();
        }
        let posture = Arc::make_mut(posture);
        parts.into_iter().for_each(|part| posture.absorb(part));
        Change { soon: true, ..change }
    }

    fn end(&mut self) -> Change {
        if self.over
            && let Some(posture) = &mut self.posture
        {
            let runs = &self.runs;
            let posture = Arc::make_mut(posture);
            if !self.stale {
                posture.taken_at = self.taken_at;
            }
            // What this collection did not look at is not what the account is now.
            posture.sources.retain(|old| runs.iter().any(|run| run.source == old.source && run.region == old.region));
            posture.regions.retain(|name, _| runs.iter().any(|run| run.region == *name));
        }
        self.over = false;
        self.ended = true;
        self.held.clear();
        Change { sources: Source::ALL.to_vec(), soon: true, ended: true, ..Change::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Arn, Listing, LogGroup};

    const ACCOUNT: &str = "123456789012";

    fn began(generation: u64, account: &str) -> FeedEvent {
        let taken_at = Timestamp::from_unix(1_000 + i64::try_from(generation).unwrap()).unwrap();
        FeedEvent::Began { generation, account: account.to_owned(), partition: "aws".to_owned(), taken_at }
    }

    fn logs(generation: u64, region: &str, state: SourceState, items: u64) -> FeedEvent {
        let run = SourceRun { state, items, ..SourceRun::queued(Source::Logs, region) };
        let learnt = vec![Learnt::LogGroups(groups(items))];
        FeedEvent::Part { generation, part: Part { run, learnt } }
    }

    fn groups(count: u64) -> Listing<LogGroup> {
        let group = |number| LogGroup {
            arn: Arn::build("aws", "logs", "eu-west-1", ACCOUNT, &format!("log-group:g{number}")),
            name: format!("g{number}"),
            retention_days: None,
            kms_key: None,
            data_protection: None,
            inherited: Vec::new(),
            deletion_protection: None,
            stored_bytes: 0,
            created: None,
            last_event: crate::model::Fact::Known(None),
            subscriptions: crate::model::Fact::Known(Vec::new()),
        };
        Listing { items: (0..count).map(group).collect(), gap: None }
    }

    fn shown(growing: &Growing, region: &str) -> Option<usize> {
        Some(growing.posture.as_ref()?.regions.get(region)?.log_groups.items.len())
    }

    #[test]
    fn a_first_collection_is_shown_as_it_grows() {
        let mut growing = Growing::new(None);
        assert_eq!(growing.take(logs(0, "eu-west-1", SourceState::Running, 1)), Change::default(), "whose is it?");
        assert!(growing.take(began(1, ACCOUNT)).account);
        assert!(growing.take(logs(1, "eu-west-1", SourceState::Running, 2)).soon);
        assert_eq!(shown(&growing, "eu-west-1"), Some(2));
        assert_eq!(growing.progress().len(), 1);
        growing.take(logs(1, "eu-west-1", SourceState::Complete, 3));
        assert!(growing.take(FeedEvent::Ended { generation: 1 }).ended);
        assert!(growing.progress().is_empty());
        assert_eq!(shown(&growing, "eu-west-1"), Some(3));
    }

    #[test]
    fn a_snapshot_is_replaced_source_by_source_as_each_ends() {
        let mut growing = Growing::new(None);
        growing.take(began(1, ACCOUNT));
        for region in ["eu-west-1", "us-east-1"] {
            growing.take(logs(1, region, SourceState::Complete, 5));
        }
        growing.take(FeedEvent::Ended { generation: 1 });

        let mut growing = Growing::new(growing.posture);
        assert!(!growing.take(began(2, ACCOUNT)).account);
        assert_eq!(growing.take(logs(2, "eu-west-1", SourceState::Running, 1)), Change::default());
        assert_eq!(shown(&growing, "eu-west-1"), Some(5), "the snapshot stands while the source is being read");
        assert!(growing.take(logs(2, "eu-west-1", SourceState::Complete, 2)).soon);
        assert_eq!((shown(&growing, "eu-west-1"), shown(&growing, "us-east-1")), (Some(2), Some(5)));
        assert_eq!(growing.posture.as_ref().unwrap().taken_at.unix(), 1_001, "half of it is still old");
        growing.take(FeedEvent::Ended { generation: 2 });
        assert_eq!(shown(&growing, "us-east-1"), None, "nobody looked there");
        let posture = growing.posture.as_ref().unwrap();
        assert_eq!((posture.taken_at.unix(), posture.sources.len()), (1_002, 1));
    }

    #[test]
    fn what_is_cancelled_does_not_lose_what_was_known() {
        let mut growing = Growing::new(None);
        growing.take(began(1, ACCOUNT));
        growing.take(logs(1, "eu-west-1", SourceState::Complete, 5));
        growing.take(FeedEvent::Ended { generation: 1 });
        growing.take(began(2, ACCOUNT));
        growing.take(logs(2, "eu-west-1", SourceState::Skipped, 0));
        growing.take(FeedEvent::Ended { generation: 2 });
        assert_eq!(shown(&growing, "eu-west-1"), Some(5));
        assert_eq!(growing.posture.unwrap().taken_at.unix(), 1_001, "it is as old as its oldest part");
    }

    #[test]
    fn parts_of_an_earlier_collection_fall() {
        let mut growing = Growing::new(None);
        growing.take(began(1, ACCOUNT));
        growing.take(began(2, "210987654321"));
        assert_eq!(growing.take(logs(1, "eu-west-1", SourceState::Complete, 9)), Change::default());
        assert_eq!(growing.take(FeedEvent::Ended { generation: 1 }), Change::default());
        let posture = growing.posture.as_ref().unwrap();
        assert_eq!((posture.account.as_str(), posture.regions.len()), ("210987654321", 0));
    }

    #[test]
    fn a_source_read_again_replaces_itself_alone() {
        let mut growing = Growing::new(None);
        growing.take(began(1, ACCOUNT));
        growing.take(logs(1, "eu-west-1", SourceState::Failed, 0));
        growing.take(logs(1, "us-east-1", SourceState::Complete, 5));
        growing.take(FeedEvent::Ended { generation: 1 });
        growing.take(logs(1, "eu-west-1", SourceState::Running, 0));
        assert_eq!(growing.progress().len(), 2, "it is being read again");
        growing.take(logs(1, "eu-west-1", SourceState::Complete, 4));
        assert!(growing.progress().is_empty());
        assert_eq!((shown(&growing, "eu-west-1"), shown(&growing, "us-east-1")), (Some(4), Some(5)));
    }
}
