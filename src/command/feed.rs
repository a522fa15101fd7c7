//! A live account for the dashboard: what collectors learn goes in, what the user asks comes out.

use std::{env, process::ExitCode, sync::Arc, time::Duration};

use tokio::{
    sync::{
        mpsc::{self, Receiver, Sender},
        watch,
    },
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    CommandError, configured, dashboard,
    live::{runtime, wanted},
    snapshots::Unjudged,
};
use crate::{
    app::{Feed, FeedCommand, FeedEvent},
    cli::{Live, Look},
    collect::{self, Errand, Wanted},
    config::Config,
    live::{self, Options, Session},
    model::{Part, Posture, Timestamp},
    store::{self, Folders},
    world::Origin,
};

/// The dashboard of the live account; its last snapshot is painted first.
pub(super) fn show(live: &Live, refresh: Option<Duration>, look: &Look) -> Result<ExitCode, CommandError> {
    let config = configured()?;
    let options = wanted(live)?;
    let way = way(live);
    let last = last(&way, &config);
    let runtime = runtime()?;
    let (events, parts) = mpsc::channel(live::CHANNEL);
    let (commands, wishes) = mpsc::channel(8);
    let known = watch::Sender::new(last.as_ref().map(|last| last.posture.clone()));
    let max_age = config.collect.details_max_age;
    runtime.spawn(Reading { options, way, refresh, max_age, known: known.subscribe(), events }.run(wishes));
    let shown = dashboard::run(last.into_iter().collect(), look, &config, Some(Feed { parts, commands, known }));
    // A request may be under way; nobody waits for its answer.
    runtime.shutdown_background();
    shown
}

/// What tells one way of connecting from another, before AWS says whose account it is.
fn way(live: &Live) -> String {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let profile = live.profile.first().cloned().unwrap_or_else(|| variable("AWS_PROFILE"));
    let endpoint = live.endpoint_url.clone().unwrap_or_else(|| variable("AWS_ENDPOINT_URL"));
    // The id of an access key is no secret, and tells environments without profiles apart.
    format!("{profile} {endpoint} {}", variable("AWS_ACCESS_KEY_ID"))
}

/// The last snapshot of the account that `way` led to.
fn last(way: &str, config: &Config) -> Option<Unjudged> {
    let folders = Folders::find()?;
    let account = store::last_account(&folders.accounts(), way)?;
    // A damaged one is as good as none: the live account is about to replace it.
    let posture = store::load(&folders.snapshot_of(&account)).ok()?;
    Some(Unjudged { origin: Origin::Live, posture: Arc::new(posture), settings: Arc::new(config.settings.clone()) })
}

/// Reads the account whenever the user wants it.
struct Reading {
    options: Options,
    way: String,
    refresh: Option<Duration>,
    /// How long details of unchanged functions stand.
    max_age: Duration,
    /// What the dashboard shows: of what has not changed since, nothing is asked again.
    known: watch::Receiver<Option<Arc<Posture>>>,
    events: Sender<FeedEvent>,
}

/// The dashboard has ended.
struct Gone;

impl Reading {
    async fn run(self, mut wishes: Receiver<FeedCommand>) {
        let _ = self.serve(&mut wishes).await;
    }

    async fn serve(&self, wishes: &mut Receiver<FeedCommand>) -> Result<(), Gone> {
        let mut generation = 0;
        let mut next = Wanted::Everything;
        let mut session = None;
        loop {
            let known = match session.take() {
                Some(session) if next != Wanted::Everything => session,
                // Credentials may have been renewed since.
                _ => match live::connect(&self.options).await {
                    Ok(session) => session,
                    Err(error) => {
                        self.tell(FeedEvent::Failed(error.to_string())).await?;
                        next = self.wish(wishes).await?;
                        continue;
                    }
                },
            };
            let now = Timestamp::from(time::OffsetDateTime::now_utc());
            if next == Wanted::Everything {
                generation += 1;
                self.begin(&known, generation, now).await?;
            }
            let interrupted = self.read(&known, self.errand(generation, now, next), wishes).await?;
            session = Some(known);
            next = match interrupted {
                Some(next) => next,
                None => self.wish(wishes).await?,
            };
        }
    }

    /// What to ask for `wanted`. One source by itself is asked all over again: whoever wants that trusts nothing of it.
    fn errand(&self, generation: u64, now: Timestamp, wanted: Wanted) -> Errand {
        let max_age = if wanted == Wanted::Everything { self.max_age } else { Duration::ZERO };
        let errand = Errand::everything(generation, now).only(wanted);
        match self.known.borrow().clone() {
            Some(before) => errand.since(before, max_age),
            None => errand,
        }
    }

    async fn begin(&self, session: &Session, generation: u64, taken_at: Timestamp) -> Result<(), Gone> {
        if let Some(folders) = Folders::find() {
            // Without it the next start paints nothing first; that is all.
            let _ = store::keep_account(&folders.accounts(), &self.way, &session.account);
        }
        let (account, partition) = (session.account.clone(), session.partition.clone());
        self.tell(FeedEvent::Began { generation, account, partition, taken_at }).await?;
        for run in session.blank(taken_at).sources {
            self.tell(FeedEvent::Part { generation, part: Part { run, learnt: Vec::new() } }).await?;
        }
        Ok(())
    }

    /// Runs `errand`; gives what the user wants instead, if that came first.
    async fn read(&self, session: &Session, errand: Errand, wishes: &mut Receiver<FeedCommand>) -> Result<Option<Wanted>, Gone> {
        let generation = errand.generation;
        let cancel = CancellationToken::new();
        let _ended = cancel.clone().drop_guard();
        let (sender, mut parts) = mpsc::channel(live::CHANNEL);
        let collecting = tokio::spawn({
            let (session, cancel) = (session.clone(), cancel.clone());
            async move { live::collect(&session, errand, sender, &cancel).await }
        });
        let mut instead = None;
        loop {
            tokio::select! {
                part = parts.recv() => match part {
                    Some(collect::Event { generation, part }) => self.tell(FeedEvent::Part { generation, part }).await?,
                    None => break,
                },
                wish = wishes.recv() => match wish.ok_or(Gone)? {
                    FeedCommand::Cancel => cancel.cancel(),
                    FeedCommand::Pause(paused) => session.pause(paused),
                    FeedCommand::Refresh => {
                        cancel.cancel();
                        instead = Some(Wanted::Everything);
                    }
                    FeedCommand::Retry { source, region } => instead = Some(Wanted::Source(source, region)),
                },
            }
        }
        // It has ended: its sender is gone.
        let _ = collecting.await;
        self.tell(FeedEvent::Ended { generation }).await?;
        Ok(instead)
    }

    /// Waits for the user, or for the time to read again.
    async fn wish(&self, wishes: &mut Receiver<FeedCommand>) -> Result<Wanted, Gone> {
        let due = self.refresh.map(|period| Instant::now() + period);
        loop {
            let wish = match due {
                Some(due) => tokio::select! {
                    wish = wishes.recv() => wish,
                    () = sleep_until(due) => return Ok(Wanted::Everything),
                },
                None => wishes.recv().await,
            };
            match wish.ok_or(Gone)? {
                FeedCommand::Refresh => return Ok(Wanted::Everything),
                FeedCommand::Retry { source, region } => return Ok(Wanted::Source(source, region)),
                FeedCommand::Cancel | FeedCommand::Pause(_) => {}
            }
        }
    }

    async fn tell(&self, event: FeedEvent) -> Result<(), Gone> {
        self.events.send(event).await.map_err(|_| Gone)
    }
}
