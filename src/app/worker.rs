//! The thread that runs the checks: it owns the posture that grows, and publishes worlds.

use std::{
    io,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::sync::{
    mpsc::{self, error::TryRecvError},
    watch,
};

use super::{
    event::{Crash, Event, Events},
    feed::FeedEvent,
    growing::{Change, Growing},
    jobs::Saver,
};
use crate::{
    checks::Settings,
    model::{Posture, Source, text},
    ui::Toast,
    world::{Origin, World},
};

/// How long details may pile up before the checks run on them; longer where the checks take long.
const PILE: Duration = Duration::from_secs(1);

/// What the thread works on.
pub(super) struct Job {
    pub(super) fleet: Vec<(Origin, Arc<Posture>)>,
    pub(super) settings: Arc<Settings>,
    pub(super) parts: Option<mpsc::Receiver<FeedEvent>>,
    /// Where to leave what is known when a collection has ended.
    pub(super) known: watch::Sender<Option<Arc<Posture>>>,
    pub(super) keep: Option<Saver>,
    pub(super) events: Events,
}

/// Worlds that no check has looked at: what the first frame shows.
pub(super) fn unassessed(fleet: &[(Origin, Arc<Posture>)], settings: &Arc<Settings>) -> Vec<World> {
    fleet.iter().map(|(origin, posture)| World::unassessed(origin.clone(), posture.clone(), settings.clone())).collect()
}

/// Starts the thread. It ends when the loop does, or when nothing more can come.
pub(super) fn spawn(job: Job) -> io::Result<()> {
    thread::Builder::new().name("checks".to_owned()).spawn(move || {
        let _crash = Crash(job.events.clone());
        // Nobody listens when the loop has ended.
        let _ = work(job);
    })?;
    Ok(())
}

/// The loop has ended.
struct Gone;

fn work(job: Job) -> Result<(), Gone> {
    let Job { fleet, settings, parts, known, keep, events } = job;
    let send = |event| events.blocking_send(event).map_err(|_| Gone);
    let first = fleet.first().map(|(_, posture)| posture.clone());
    let mut world = None;
    for (place, (origin, posture)) in fleet.into_iter().enumerate() {
        let assessed = World::assess(origin, posture, settings.clone());
        if place == 0 && parts.is_some() {
            world = Some(assessed.clone());
        }
        send(Event::Assessed { generation: 0, place, world: Box::new(assessed) })?;
    }
    send(Event::Assessing(false))?;
    let Some(mut parts) = parts else { return Ok(()) };
    let mut live =
        Live { growing: Growing::new(first), world, settings, pending: Vec::new(), looked: Instant::now(), took: Duration::ZERO };
    let mut ended = false;
    while !ended {
        let Some(event) = parts.blocking_recv() else { return Ok(()) };
        let mut next = Some(event);
        let (mut soon, mut kept) = (false, false);
        // Whatever has come by now is looked at in one go.
        while let Some(event) = next {
            if let FeedEvent::Failed(message) = event {
                send(Event::Failed(text::clean(&message).into_owned()))?;
            } else {
                let change = live.take(event);
                if change.began {
                    send(Event::Began(live.growing.generation()))?;
                }
                soon |= change.soon;
                kept |= change.ended;
            }
            next = match parts.try_recv() {
                Ok(event) => Some(event),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => {
                    ended = true;
                    None
                }
            };
        }
        let generation = live.growing.generation();
        send(Event::Progress { generation, runs: live.growing.progress() })?;
        if soon || ended || live.piled() {
            send(Event::Assessing(true))?;
            if let Some(world) = live.look() {
                send(Event::Assessed { generation, place: 0, world: Box::new(world) })?;
            }
            send(Event::Assessing(false))?;
        }
        if kept {
            known.send_replace(live.growing.posture.clone());
        }
        if kept
            && let (Some(keep), Some(posture)) = (&keep, &live.growing.posture)
            && let Err(error) = keep(posture)
        {
            send(Event::Told(Toast::bad(text::clean(&format!("the snapshot was not kept: {error}")))))?;
        }
    }
    Ok(())
}

/// The account that is being read.
struct Live {
    growing: Growing,
    world: Option<World>,
    settings: Arc<Settings>,
    /// Sources that changed since the checks ran.
    pending: Vec<Source>,
    looked: Instant,
    took: Duration,
}

impl Live {
    fn take(&mut self, event: FeedEvent) -> Change {
        let change = self.growing.take(event);
        if change.account {
            self.world = None;
        }
        if change.ended
            && let Some(world) = &mut self.world
        {
            world.origin = Origin::Live;
        }
        for source in &change.sources {
            if !self.pending.contains(source) {
                self.pending.push(*source);
            }
        }
        change
    }

    /// Whether details have piled up for long enough.
    fn piled(&self) -> bool {
        !self.pending.is_empty() && self.looked.elapsed() >= PILE.max(self.took * 10)
    }

    /// Runs the checks that read what changed.
    fn look(&mut self) -> Option<World> {
        let posture = self.growing.posture.clone()?;
        let begun = Instant::now();
        let world = match self.world.take() {
            Some(world) => world.reassess(posture, &self.pending),
            None => World::assess(Origin::Live, posture, self.settings.clone()),
        };
        self.pending.clear();
        self.looked = Instant::now();
        self.took = self.looked - begun;
        self.world = Some(world.clone());
        Some(world)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::event,
        model::{Part, SourceRun, SourceState, Timestamp},
    };

    #[tokio::test]
    async fn a_live_account_is_assessed_as_it_comes_and_kept_when_it_has_ended() {
        let (events, mut received) = event::channel();
        let (sender, parts) = mpsc::channel(8);
        let known = watch::Sender::new(None);
        let builds_on = known.subscribe();
        let keep: Saver = Arc::new(|posture| Err(format!("{} sources", posture.sources.len())));
        spawn(Job { fleet: Vec::new(), settings: Arc::default(), parts: Some(parts), known, keep: Some(keep), events }).unwrap();
        let run = SourceRun { state: SourceState::Complete, ..SourceRun::queued(Source::Iam, SourceRun::GLOBAL) };
        for event in [
            FeedEvent::Began { generation: 7, account: "123456789012".to_owned(), partition: "aws".to_owned(), taken_at: Timestamp::EPOCH },
            FeedEvent::Part { generation: 7, part: Part { run, learnt: Vec::new() } },
            FeedEvent::Ended { generation: 7 },
        ] {
            sender.send(event).await.unwrap();
        }
        drop(sender);
        let (mut last, mut told) = (None, None);
        while let Some(event) = received.recv().await {
            match event {
                Event::Assessed { generation: 7, place: 0, world } => last = Some(world),
                Event::Told(toast) => told = Some(toast.text),
                _ => {}
            }
        }
        let last = last.unwrap();
        assert_eq!((last.posture.account.as_str(), last.posture.sources.len(), &last.origin), ("123456789012", 1, &Origin::Live));
        assert_eq!(told.unwrap(), "the snapshot was not kept: 1 sources");
        assert_eq!(builds_on.borrow().as_ref().unwrap().sources.len(), 1);
    }
}
