//! What a collector works with: calls at their pace, all pages, progress, and a ledger of what could not be read.

use std::{
    collections::BTreeMap,
    error::Error,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_config::SdkConfig;
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    Collector, Errand, Event,
    gap::Failure,
    meter::{Counts, Meter},
    operation::Operation,
    pacer::Pacers,
    roster::Roster,
};
use crate::model::{Arn, Fact, FingerprintKey, Gap, GapKind, Learnt, Listing, Part, SourceRun, SourceState};

/// How much of each function is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Depth {
    /// The lists alone: enough to say what the rest would cost.
    Lists,
    /// What decides exposure as well: of each function its state, tags, concurrency, policy and URLs.
    Core,
    /// Everything the checks ask for.
    #[default]
    Full,
}

/// Where and for whom a collector reads.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) partition: String,
    pub(crate) errand: Errand,
    pub(crate) depth: Depth,
    /// Whether to ask when roles last used what they may use.
    pub(crate) last_accessed: bool,
    pub(crate) sdk: SdkConfig,
    pub(crate) pacers: Arc<Pacers>,
    /// The Region's functions, told by the reading of Lambda.
    pub(crate) roster: Arc<Roster>,
    /// Whether no request may go for now.
    pub(crate) paused: watch::Receiver<bool>,
    pub(crate) fingerprints: FingerprintKey,
    pub(crate) sender: mpsc::Sender<Event>,
    pub(crate) cancel: CancellationToken,
}

/// One run of one collector.
#[derive(Debug)]
pub(crate) struct Reader {
    collector: &'static Collector,
    assignment: Assignment,
    counts: Arc<Counts>,
    start: Instant,
    items: AtomicU64,
    expected: AtomicU64,
    answers: AtomicU64,
    // One run's own, written by its concurrent calls; nobody else sees it.
    ledger: Mutex<BTreeMap<(GapKind, String), (Gap, u64)>>,
}

impl Reader {
    pub(super) fn new(collector: &'static Collector, assignment: Assignment) -> Self {
        Self {
            collector,
            assignment,
            counts: Arc::default(),
            start: Instant::now(),
            items: AtomicU64::new(0),
            expected: AtomicU64::new(0),
            answers: AtomicU64::new(0),
            ledger: Mutex::default(),
        }
    }

    /// The SDK's configuration for this Region.
    pub(super) fn sdk(&self) -> &SdkConfig {
        &self.assignment.sdk
    }

    /// The interceptor that the collector's client must carry.
    pub(super) fn meter(&self) -> Meter {
        Meter::new(self.collector, self.counts.clone(), self.assignment.pacers.clone())
    }

    /// Retries as a net under the pacer: a token bucket of its own, so large that one burst of throttles does not empty it.
    pub(super) fn retries(&self) -> RetryPartition {
        RetryPartition::custom(format!("palisade-{}-{}", self.collector.source, self.assignment.region))
            .token_bucket(TokenBucket::builder().capacity(5000).refill_rate(100.0).build())
            .build()
    }

    pub(super) fn region(&self) -> &str {
        &self.assignment.region
    }

    pub(super) fn account(&self) -> &str {
        &self.assignment.account
    }

    pub(super) fn partition(&self) -> &str {
        &self.assignment.partition
    }

    pub(super) fn depth(&self) -> Depth {
        self.assignment.depth
    }

    pub(super) fn last_accessed(&self) -> bool {
        self.assignment.last_accessed
    }

    /// What is to be read, and what is known already.
    pub(super) fn errand(&self) -> &Errand {
        &self.assignment.errand
    }

    /// Where the Region's functions are told.
    pub(super) fn roster(&self) -> &Roster {
        &self.assignment.roster
    }

    /// The Region's functions as soon as they are listed; none of them when we are told to stop before.
    pub(super) async fn functions(&self) -> Listing<Arn> {
        tokio::select! {
            biased;
            functions = self.assignment.roster.functions() => functions,
            () = self.assignment.cancel.cancelled() => Listing::default(),
        }
    }

    /// Whether we were told to stop: answers that come now may be gaps for that alone.
    pub(super) fn is_stopped(&self) -> bool {
        self.assignment.cancel.is_cancelled()
    }

    pub(super) fn fingerprints(&self) -> &FingerprintKey {
        &self.assignment.fingerprints
    }

    /// Sends `request` of `operation` when its turn comes.
    ///
    /// # Errors
    /// What stopped it; the ledger does not know of it yet, for it may be an answer.
    pub(super) async fn call<O, E>(
        &self,
        operation: &'static Operation,
        request: impl Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    ) -> Result<O, Failure>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        debug_assert!(self.collector.operations.iter().any(|known| known.name == operation.name), "{operation:?} is not in the policy");
        let mut paused = self.assignment.paused.clone();
        let paced = async {
            // Its sender is the session; when that is gone nobody can go on, and nobody waits.
            let _ = paused.wait_for(|paused| !paused).await;
            let _turn = match self.assignment.pacers.of(operation.quota) {
                Some(pacer) => pacer.turn().await,
                None => None,
            };
            request.await
        };
        let answer = tokio::select! {
            biased;
            () = self.assignment.cancel.cancelled() => return Err(Failure::cancelled(operation.action)),
            answer = paced => answer,
        };
        let answer = answer.map_err(|error| Failure::read(operation.action, &error));
        if answer.is_ok() || answer.as_ref().is_err_and(Failure::is_not_found) {
            self.answers.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }

    /// Waits for `time` before `operation` is asked again.
    ///
    /// # Errors
    /// When we are told to stop meanwhile.
    pub(super) async fn wait(&self, operation: &Operation, time: Duration) -> Result<(), Failure> {
        tokio::select! {
            () = self.assignment.cancel.cancelled() => Err(Failure::cancelled(operation.action)),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }

    /// Notes what could not be read.
    pub(super) fn gap(&self, failure: impl Into<Gap>) -> Gap {
        let gap: Gap = failure.into();
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let (example, count) = ledger.entry((gap.kind, gap.action.clone())).or_insert_with(|| (gap.clone(), 0));
        // Calls end in any order, and the same account is to read the same.
        if gap.detail < example.detail {
            example.detail.clone_from(&gap.detail);
        }
        *count += 1;
        gap
    }

    /// A fact out of an answer; what could not be read is noted.
    pub(super) fn fact<T>(&self, answer: Result<T, Failure>) -> Fact<T> {
        match answer {
            Ok(value) => Fact::Known(value),
            Err(failure) => self.gap(failure).into(),
        }
    }

    /// Resources still to read.
    pub(super) fn expect(&self, more: usize) {
        self.expected.fetch_add(more as u64, Ordering::Relaxed);
    }

    /// Resources that were read.
    pub(super) fn done(&self, more: usize) {
        self.items.fetch_add(more as u64, Ordering::Relaxed);
    }

    /// How many resources there are, where the steps to read them were counted so far.
    pub(super) fn total(&self, items: usize) {
        self.items.store(items as u64, Ordering::Relaxed);
    }

    /// Says how far we are.
    pub(super) async fn progress(&self) {
        self.post(Vec::new()).await;
    }

    /// Hands over what was learnt so far.
    pub(super) async fn post(&self, learnt: Vec<Learnt>) {
        self.send(Part { run: self.run(SourceState::Running), learnt }).await;
    }

    /// Hands over the last of it.
    pub(super) async fn finish(&self, learnt: Vec<Learnt>) {
        let mut run = self.own_run(SourceState::Complete);
        run.state = if self.assignment.cancel.is_cancelled() {
            SourceState::Skipped
        } else if run.gaps.is_empty() {
            SourceState::Complete
        } else if self.answers.load(Ordering::Relaxed) > 0 || run.gaps.iter().all(|gap| gap.kind == GapKind::Unsupported) {
            // A service that is not offered here did not fail.
            SourceState::Partial
        } else if run.gaps.iter().all(|gap| gap.kind == GapKind::Denied) {
            SourceState::Denied
        } else {
            SourceState::Failed
        };
        run.expected = run.items;
        if let Some(whole) = self.assignment.errand.within(run.source, &run.region) {
            run = part_of(whole, run);
        }
        self.send(Part { run, learnt }).await;
    }

    async fn send(&self, part: Part) {
        let event = Event { generation: self.assignment.errand.generation, part };
        // Nobody listens any more: stop reading.
        if self.assignment.sender.send(event).await.is_err() {
            self.assignment.cancel.cancel();
        }
    }

    fn run(&self, state: SourceState) -> SourceRun {
        let run = self.own_run(state);
        match self.assignment.errand.within(run.source, &run.region) {
            Some(whole) => part_of(whole, run),
            None => run,
        }
    }

    fn own_run(&self, state: SourceState) -> SourceRun {
        let items = self.items.load(Ordering::Relaxed);
        SourceRun {
            source: self.collector.source,
            region: self.assignment.region.clone(),
            state,
            items,
            expected: self.expected.load(Ordering::Relaxed).max(items),
            calls: self.counts.calls(),
            throttled: self.counts.throttled(),
            // Whole milliseconds: a snapshot gives back what has few digits as it was.
            seconds: self.start.elapsed().as_millis() as f64 / 1000.0,
            gaps: self.gaps(),
        }
    }

    /// Each cause once, with the first example by the alphabet and on how many resources it came up.
    fn gaps(&self) -> Vec<Gap> {
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger
            .values()
            .map(|(gap, count)| {
                let times = if *count == 1 { String::new() } else { format!(" (on {count} resources)") };
                Gap::new(gap.kind, gap.action.clone(), format!("{}{times}", gap.detail))
            })
            .collect()
    }
}

/// What reading a few things again makes of the run that read them all: it still speaks of them all, what could not be
/// read then among them.
fn part_of(whole: &SourceRun, few: SourceRun) -> SourceRun {
    let mut gaps = whole.gaps.clone();
    gaps.retain(|gap| !few.gaps.iter().any(|newer| (newer.kind, &newer.action) == (gap.kind, &gap.action)));
    gaps.extend(few.gaps);
    gaps.sort();
    let state = match few.state {
        running if !running.ended() => running,
        _ if whole.state == SourceState::Complete && !gaps.is_empty() => SourceState::Partial,
        _ => whole.state,
    };
    SourceRun {
        state,
        items: whole.items,
        expected: whole.expected,
        calls: whole.calls + few.calls,
        throttled: whole.throttled + few.throttled,
        gaps,
        ..few
    }
}
