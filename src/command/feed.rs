//! A live account for the dashboard: what collectors learn goes in, what the user asks comes out.

use std::{env, process::ExitCode, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc::{self, Receiver, Sender},
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
    collect,
    config::Config,
    live::{self, Options, Session},
    model::{Source, Timestamp},
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
    runtime.spawn(Reading { options, way, refresh, events }.run(wishes));
    let shown = dashboard::run(last.into_iter().collect(), look, &config, Some(Feed { parts, commands }));
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
    events: Sender<FeedEvent>,
}

/// The dashboard has ended.
struct Gone;

/// What comes after a collection.
enum Next {
    Everything,
    One(Source, String),
}

impl Reading {
    async fn run(self, mut wishes: Receiver<FeedCommand>) {
        let _ = self.serve(&mut wishes).await;
    }

    async fn serve(&self, wishes: &mut Receiver<FeedCommand>) -> Result<(), Gone> {
        let mut generation = 0;
        let mut next = Next::Everything;
        let mut session = None;
        loop {
            let known = match session.take() {
                Some(session) if matches!(next, Next::One(..)) => session,
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
            let interrupted = match next {
                Next::Everything => {
                    generation += 1;
                    self.begin(&known, generation).await?;
                    self.read(&known, generation, None, wishes).await?
                }
                Next::One(source, region) => self.read(&known, generation, Some((source, region)), wishes).await?,
            };
            session = Some(known);
            next = match interrupted {
                Some(next) => next,
                None => self.wish(wishes).await?,
            };
        }
    }

    async fn begin(&self, session: &Session, generation: u64) -> Result<(), Gone> {
        if let Some(folders) = Folders::find() {
            // Without it the next start paints nothing first; that is all.
            let _ = store::keep_account(&folders.accounts(), &self.way, &session.account);
        }
        let taken_at = Timestamp::from(time::OffsetDateTime::now_utc());
        let (account, partition) = (session.account.clone(), session.partition.clone());
        self.tell(FeedEvent::Began { generation, account, partition, taken_at }).await?;
        for run in session.blank(taken_at).sources {
            self.tell(FeedEvent::Part { generation, part: crate::model::Part { run, learnt: Vec::new() } }).await?;
        }
        Ok(())
    }

    /// Reads everything, or `one` source; gives what the user wants instead, if that came first.
    async fn read(
        &self,
        session: &Session,
        generation: u64,
        one: Option<(Source, String)>,
        wishes: &mut Receiver<FeedCommand>,
    ) -> Result<Option<Next>, Gone> {
        let cancel = CancellationToken::new();
        let _ended = cancel.clone().drop_guard();
        let (sender, mut parts) = mpsc::channel(live::CHANNEL);
        let collecting = tokio::spawn({
            let (session, cancel) = (session.clone(), cancel.clone());
            async move { live::collect(&session, generation, one, sender, &cancel).await }
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
                        instead = Some(Next::Everything);
                    }
                    FeedCommand::Retry { source, region } => instead = Some(Next::One(source, region)),
                },
            }
        }
        // It has ended: its sender is gone.
        let _ = collecting.await;
        self.tell(FeedEvent::Ended { generation }).await?;
        Ok(instead)
    }

    /// Waits for the user, or for the time to read again.
    async fn wish(&self, wishes: &mut Receiver<FeedCommand>) -> Result<Next, Gone> {
        let due = self.refresh.map(|period| Instant::now() + period);
        loop {
            let wish = match due {
                Some(due) => tokio::select! {
                    wish = wishes.recv() => wish,
                    () = sleep_until(due) => return Ok(Next::Everything),
                },
                None => wishes.recv().await,
            };
            match wish.ok_or(Gone)? {
                FeedCommand::Refresh => return Ok(Next::Everything),
                FeedCommand::Retry { source, region } => return Ok(Next::One(source, region)),
                FeedCommand::Cancel | FeedCommand::Pause(_) => {}
            }
        }
    }

    async fn tell(&self, event: FeedEvent) -> Result<(), Gone> {
        self.events.send(event).await.map_err(|_| Gone)
    }
}
