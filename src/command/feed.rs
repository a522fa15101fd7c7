//! A live account for the dashboard: what collectors learn goes in, what the user asks comes out.

use std::{collections::VecDeque, env, future::pending, process::ExitCode, sync::Arc, time::Duration};

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
    cli::{Live, Look, Watch},
    collect::{self, Errand, Wanted},
    config::Config,
    live::{self, Options, Session},
    model::{Part, Posture, Source, Timestamp},
    store::{self, Folders},
    world::Origin,
};

/// The dashboard of the live account; its last snapshot is painted first.
pub(super) fn show(live: &Live, watch: Watch, look: &Look) -> Result<ExitCode, CommandError> {
    let config = configured()?;
    let options = wanted(live, &config)?;
    let way = way(live);
    let last = last(&way, &config);
    let runtime = runtime()?;
    let (events, parts) = mpsc::channel(live::CHANNEL);
    let (commands, wishes) = mpsc::channel(8);
    let known = watch::Sender::new(last.as_ref().map(|last| last.posture.clone()));
    let max_age = config.collect.details_max_age;
    runtime.spawn(Reading { options, way, watch, max_age, known: known.subscribe(), events }.run(wishes));
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
    watch: Watch,
    /// How long details of unchanged functions stand.
    max_age: Duration,
    /// What the dashboard shows: of what has not changed since, nothing is asked again.
    known: watch::Receiver<Option<Arc<Posture>>>,
    events: Sender<FeedEvent>,
}

/// The dashboard has ended.
struct Gone;

/// What comes next.
struct Next {
    wanted: Wanted,
    /// Whether nothing that is known of it stands.
    afresh: bool,
}

impl Next {
    const EVERYTHING: Self = Self { wanted: Wanted::Everything, afresh: false };

    /// One source by itself is asked all over again: whoever wants that trusts nothing of it.
    fn source(source: Source, region: String) -> Self {
        Self { wanted: Wanted::Source(source, region), afresh: true }
    }

    fn change(wanted: Wanted) -> Self {
        Self { wanted, afresh: false }
    }
}

/// Who may want something: the user, and the queue of `--events`.
struct Wishes {
    commands: Receiver<FeedCommand>,
    changes: Receiver<Wanted>,
    trouble: Receiver<String>,
    /// Changes that came while something else was read, each once.
    held: VecDeque<Wanted>,
}

impl Wishes {
    fn hold(&mut self, change: Wanted) {
        if !self.held.contains(&change) {
            self.held.push_back(change);
        }
    }
}

impl Reading {
    async fn run(self, commands: Receiver<FeedCommand>) {
        let ((change, changes), (say, trouble)) = (mpsc::channel(16), mpsc::channel(4));
        let mut wishes = Wishes { commands, changes, trouble, held: VecDeque::new() };
        let _ = self.serve(&mut wishes, (change, say)).await;
    }

    async fn serve(&self, wishes: &mut Wishes, (change, say): (Sender<Wanted>, Sender<String>)) -> Result<(), Gone> {
        let mut generation = 0;
        let mut next = Next::EVERYTHING;
        let mut session = None;
        let mut listening = false;
        loop {
            let known = match session.take() {
                Some(session) if next.wanted != Wanted::Everything => session,
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
            if let Some(url) = self.watch.events.clone().filter(|_| !listening) {
                listening = true;
                tokio::spawn(live::listen(known.clone(), url, change.clone(), say.clone()));
            }
            let now = Timestamp::from(time::OffsetDateTime::now_utc());
            if next.wanted == Wanted::Everything {
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

    fn errand(&self, generation: u64, now: Timestamp, next: Next) -> Errand {
        let max_age = if next.afresh { Duration::ZERO } else { self.max_age };
        let errand = Errand::everything(generation, now).only(next.wanted);
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
    async fn read(&self, session: &Session, errand: Errand, wishes: &mut Wishes) -> Result<Option<Next>, Gone> {
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
                command = wishes.commands.recv() => match command.ok_or(Gone)? {
                    FeedCommand::Cancel => cancel.cancel(),
                    FeedCommand::Pause(paused) => session.pause(paused),
                    FeedCommand::Refresh => {
                        cancel.cancel();
                        instead = Some(Next::EVERYTHING);
                    }
                    FeedCommand::Retry { source, region } => instead = Some(Next::source(source, region)),
                },
                Some(change) = wishes.changes.recv() => wishes.hold(change),
                Some(said) = wishes.trouble.recv() => self.tell(FeedEvent::Failed(said)).await?,
            }
        }
        // It has ended: its sender is gone.
        let _ = collecting.await;
        self.tell(FeedEvent::Ended { generation }).await?;
        Ok(instead)
    }

    /// Waits for the user, for something to change, or for the time to read again.
    async fn wish(&self, wishes: &mut Wishes) -> Result<Next, Gone> {
        if let Some(change) = wishes.held.pop_front() {
            return Ok(Next::change(change));
        }
        let due = self.watch.refresh.map(|period| Instant::now() + period);
        let refresh = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => pending().await,
            }
        };
        tokio::pin!(refresh);
        loop {
            tokio::select! {
                command = wishes.commands.recv() => match command.ok_or(Gone)? {
                    FeedCommand::Refresh => return Ok(Next::EVERYTHING),
                    FeedCommand::Retry { source, region } => return Ok(Next::source(source, region)),
                    FeedCommand::Cancel | FeedCommand::Pause(_) => {}
                },
                Some(change) = wishes.changes.recv() => return Ok(Next::change(change)),
                Some(said) = wishes.trouble.recv() => self.tell(FeedEvent::Failed(said)).await?,
                () = &mut refresh => return Ok(Next::EVERYTHING),
            }
        }
    }

    async fn tell(&self, event: FeedEvent) -> Result<(), Gone> {
        self.events.send(event).await.map_err(|_| Gone)
    }
}
