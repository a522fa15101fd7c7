//! The loop itself: events in, frames and effects out.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use crossterm::event as term;
use tokio::{
    sync::mpsc::{Receiver, Sender, error::TrySendError},
    time,
};

use super::{AppError, ExitReason, appearance::Look, event::Event, feed::FeedCommand, jobs::Jobs, pace::Pace, signals, terminal::Stage};
use crate::{
    checks::Waiver,
    model::{SourceRun, Timestamp},
    ui::{Effect, Input, Insight, Root, Toast, View},
    world::World,
};

/// How long the first frame waits for the checks: a small account is then shown once, not twice.
const FIRST: Duration = Duration::from_millis(15);
/// How often ages are brought up to date while an account is watched.
const MINUTE: Duration = Duration::from_secs(60);

/// What there is to see, borrowed field by field.
macro_rules! view {
    ($session:ident) => {
        View {
            fleet: &$session.fleet,
            current: $session.current,
            generation: $session.worlds,
            progress: &$session.progress,
            assessing: $session.assessing,
            live: $session.commands.is_some(),
            paused: $session.paused,
            read_only: $session.read_only,
            now: $session.commands.as_ref().and_then(|_| now()),
            insight: Some(&$session.insight),
        }
    };
}
/// A dashboard that is being shown.
pub(super) struct Session<S> {
    stage: S,
    root: Root,
    look: Look,
    fleet: Vec<World>,
    current: usize,
    /// Rises with every world that is replaced.
    worlds: u64,
    /// What was accepted since the start: worlds that are judged later do not know of it.
    accepted: Vec<Arc<Waiver>>,
    /// What was found out about the account that is shown, and since which world it is that account.
    insight: Insight,
    selected: u64,
    /// Whether something is being found out.
    asking: bool,
    /// The collection that is shown.
    collection: u64,
    progress: Vec<SourceRun>,
    assessing: bool,
    paused: bool,
    /// Whether the terminal has been given back until SIGCONT.
    away: bool,
    read_only: bool,
    commands: Option<Sender<FeedCommand>>,
    jobs: Jobs,
    pace: Pace,
}

/// How the loop goes on.
type Next = Result<Option<ExitReason>, AppError>;

impl<S: Stage> Session<S> {
    pub(super) fn new(
        stage: S,
        root: Root,
        look: Look,
        fleet: Vec<World>,
        commands: Option<Sender<FeedCommand>>,
        jobs: Jobs,
        read_only: bool,
    ) -> Self {
        let assessing = !fleet.is_empty();
        Self {
            stage,
            root,
            look,
            fleet,
            current: 0,
            worlds: 0,
            insight: Insight::default(),
            selected: 0,
            asking: false,
            collection: 0,
            progress: Vec::new(),
            assessing,
            accepted: Vec::new(),
            paused: false,
            away: false,
            read_only,
            commands,
            jobs,
            pace: Pace::new(Instant::now() + FIRST),
        }
    }

    /// Runs until the user leaves, a signal comes, or the terminal is gone.
    pub(super) async fn run(mut self, mut events: Receiver<Event>) -> Result<ExitReason, AppError> {
        loop {
            // A frame that is due comes first, or a flood of events would starve it.
            tokio::select! {
                biased;
                () = until(self.pace.due()), if !self.away && self.pace.due().is_some() => self.draw()?,
                event = events.recv() => {
                    let Some(event) = event else { return Ok(ExitReason::Quit) };
                    if let Some(reason) = self.take(event)? {
                        return Ok(reason);
                    }
                    self.inquire();
                }
                () = time::sleep(MINUTE), if self.commands.is_some() && !self.away => self.change(),
            }
        }
    }

    fn change(&mut self) {
        self.pace.change(Instant::now());
    }

    fn draw(&mut self) -> io::Result<()> {
        let Self { stage, root, .. } = self;
        let view = view!(self);
        stage.draw(&mut |frame| root.draw(frame, &view))?;
        self.pace.drawn(Instant::now());
        Ok(())
    }

    fn take(&mut self, event: Event) -> Next {
        match event {
            Event::Terminal(event) => {
                self.change();
                let input = match event {
                    term::Event::Key(key) => Input::Key(key),
                    term::Event::Mouse(mouse) => Input::Mouse(mouse),
                    term::Event::Paste(text) => Input::Paste(text),
                    // Drawing looks at the size anew, however often it changed.
                    term::Event::Resize(..) | term::Event::FocusGained | term::Event::FocusLost => return Ok(None),
                };
                return self.input(input);
            }
            Event::Lost(error) => return Err(AppError::Terminal(error)),
            Event::Ended(number) => return Ok(Some(ExitReason::Signal(number))),
            Event::Crashed => return Err(AppError::Crashed),
            Event::Stop => self.suspend(signals::stop_self)?,
            Event::Continued => {
                self.away = false;
                self.stage.enter()?;
            }
            Event::Assessing(assessing) => self.assessing = assessing,
            Event::Waived(waiver) => {
                self.fleet.iter_mut().for_each(|world| world.accept(waiver.clone()));
                self.accepted.push(waiver);
                self.worlds += 1;
            }
            Event::Assessed { generation, place, mut world } => {
                if generation < self.collection {
                    return Ok(None);
                }
                self.accepted.iter().for_each(|waiver| world.accept(waiver.clone()));
                match self.fleet.get_mut(place) {
                    Some(shown) => *shown = *world,
                    None => self.fleet.push(*world),
                }
                self.worlds += 1;
            }
            Event::Answered { worlds, found } => {
                self.asking = false;
                // What was asked about another account is of no use.
                if worlds >= self.selected {
                    self.insight.learn(worlds, found);
                }
            }
            Event::Began(generation) => {
                self.collection = generation;
                self.progress.clear();
                self.paused = false;
            }
            Event::Progress { generation, runs } if generation >= self.collection => self.progress = runs,
            Event::Progress { .. } => return Ok(None),
            Event::Failed(message) if self.fleet.is_empty() => return Err(AppError::Feed(message)),
            Event::Failed(message) => self.root.notify(Toast::bad(message)),
            Event::Told(toast) => self.root.notify(toast),
        }
        self.change();
        Ok(None)
    }

    fn input(&mut self, input: Input) -> Next {
        let effects = {
            let Self { root, .. } = self;
            let view = view!(self);
            root.handle(input, &view)
        };
        for effect in effects {
            if let Some(reason) = self.carry_out(effect)? {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    /// Has the screen in front told what it does not know yet: one question at a time, and never on this thread.
    fn inquire(&mut self) {
        if self.asking {
            return;
        }
        let question = {
            let Self { root, .. } = self;
            let view = view!(self);
            root.asks(&view)
        };
        let (Some(question), Some(world)) = (question, self.fleet.get(self.current)) else { return };
        if !self.insight.knows(&question, self.worlds) {
            self.asking = true;
            self.jobs.answer(self.worlds, question, world.posture.clone(), world.library());
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Next {
        match effect {
            Effect::Quit => return Ok(Some(ExitReason::Quit)),
            Effect::Suspend if signals::can_stop() => self.suspend(signals::stop_job)?,
            Effect::Suspend => self.root.notify(Toast::note("there is no shell to go back to")),
            Effect::Redraw => self.stage.enter()?,
            Effect::Copy { text, what } => {
                let handed = self.stage.copy(&text).is_ok();
                self.jobs.copy(text, what, handed);
            }
            Effect::Theme(choice) => match self.look.choose(&choice) {
                Ok(theme) => {
                    self.root.notify(Toast::note(format!("theme {}", theme.name())));
                    self.root.set_theme(theme);
                }
                Err(problem) => self.root.notify(Toast::bad(problem)),
            },
            Effect::Retry { source, region } => _ = self.ask(FeedCommand::Retry { source, region }),
            Effect::RefreshAll => _ = self.ask(FeedCommand::Refresh),
            Effect::Cancel => _ = self.ask(FeedCommand::Cancel),
            Effect::Pause => {
                let paused = !self.paused;
                if self.ask(FeedCommand::Pause(paused)) {
                    self.paused = paused;
                }
            }
            Effect::SaveSnapshot => {
                if let Some(world) = self.fleet.get(self.current) {
                    self.jobs.save(world.posture.clone());
                }
            }
            Effect::SelectAccount(place) => {
                if place < self.fleet.len() {
                    self.current = place;
                    self.worlds += 1;
                    self.selected = self.worlds;
                    self.insight = Insight::default();
                }
            }
            Effect::Waive(waiver) => self.jobs.waive(*waiver),
            Effect::Write { name, contents } => self.jobs.write(name, contents),
        }
        Ok(None)
    }

    /// Asks whoever reads the account, and never waits for them; says why when they do not hear.
    fn ask(&mut self, command: FeedCommand) -> bool {
        let refused = match &self.commands {
            Some(commands) => match commands.try_send(command) {
                Ok(()) => return true,
                Err(TrySendError::Full(_)) => "the collectors have not done what was asked before; ask again",
                Err(TrySendError::Closed(_)) => "the account is not being read any more",
            },
            None => "this is a snapshot: there is no account to read",
        };
        self.root.notify(Toast::note(refused));
        false
    }

    /// Gives the terminal back and stops; SIGCONT takes it again.
    fn suspend(&mut self, stop: fn() -> io::Result<()>) -> io::Result<()> {
        self.stage.leave()?;
        self.away = true;
        stop().or_else(|_| {
            self.away = false;
            self.stage.enter()
        })
    }
}

async fn until(due: Option<Instant>) {
    if let Some(due) = due {
        time::sleep_until(due.into()).await;
    }
}

fn now() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Timestamp::from_unix(i64::try_from(since.as_secs()).ok()?)
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc, sync::Arc};

    use ratatui::{Frame, Terminal, backend::TestBackend};
    use term::{KeyCode, KeyEvent, KeyModifiers};
    use tokio::sync::mpsc;

    use super::*;
    use crate::{
        app::{Appearance, event, worker},
        model::Posture,
        ui::theme::Themes,
        world::Origin,
    };

    /// A terminal of which everything is remembered.
    struct Paper {
        terminal: Terminal<TestBackend>,
        log: Rc<RefCell<Vec<&'static str>>>,
    }

    impl Paper {
        fn note(&self, what: &'static str) {
            self.log.borrow_mut().push(what);
        }
    }

    impl Stage for Paper {
        fn draw(&mut self, paint: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
            self.note("draw");
            self.terminal.draw(|frame| paint(frame)).map(drop).map_err(io::Error::other)
        }
        fn leave(&mut self) -> io::Result<()> {
            self.note("leave");
            Ok(())
        }
        fn enter(&mut self) -> io::Result<()> {
            self.note("enter");
            Ok(())
        }
        fn copy(&mut self, _: &str) -> io::Result<()> {
            self.note("copy");
            Ok(())
        }
    }

    struct Bench {
        session: Session<Paper>,
        received: Receiver<Event>,
        log: Rc<RefCell<Vec<&'static str>>>,
        asked: Receiver<FeedCommand>,
    }

    fn bench(accounts: &[&str]) -> Bench {
        let (events, received) = event::channel();
        let log: Rc<RefCell<Vec<_>>> = Rc::default();
        let stage = Paper { terminal: Terminal::new(TestBackend::new(80, 24)).unwrap(), log: log.clone() };
        let look = Appearance { theme: Some("dark".to_owned()), ..Appearance::default() }.settle_in(|_| None, || Err(())).unwrap();
        let root = Root::new(Themes::default().load("dark").unwrap(), look.glyphs());
        let fleet: Vec<_> = accounts.iter().map(|account| (Origin::Live, Arc::new(Posture::new(*account, Timestamp::EPOCH)))).collect();
        let fleet = worker::unassessed(&fleet, &Arc::default());
        let (commands, asked) = mpsc::channel(1);
        let jobs = Jobs::new(events, std::env::temp_dir(), None, None);
        Bench { session: Session::new(stage, root, look, fleet, Some(commands), jobs, true), received, log, asked }
    }

    fn key(code: char, modifiers: KeyModifiers) -> Event {
        Event::Terminal(term::Event::Key(KeyEvent::new(KeyCode::Char(code), modifiers)))
    }

    fn world(account: &str) -> Box<World> {
        let fleet = [(Origin::Live, Arc::new(Posture::new(account, Timestamp::EPOCH)))];
        Box::new(worker::unassessed(&fleet, &Arc::default()).remove(0))
    }

    #[test]
    fn worlds_of_an_earlier_collection_fall() {
        let mut bench = bench(&["111111111111"]);
        let session = &mut bench.session;
        session.take(Event::Began(2)).unwrap();
        session.take(Event::Assessed { generation: 1, place: 0, world: world("222222222222") }).unwrap();
        assert_eq!(session.fleet[0].posture.account, "111111111111");
        session.take(Event::Assessed { generation: 2, place: 0, world: world("333333333333") }).unwrap();
        assert_eq!((session.fleet[0].posture.account.as_str(), session.worlds), ("333333333333", 1));
    }

    #[test]
    fn an_account_that_cannot_be_read_ends_an_empty_dashboard_only() {
        let mut empty = bench(&[]);
        assert!(matches!(empty.session.take(Event::Failed("no credentials".to_owned())), Err(AppError::Feed(_))));
        let mut full = bench(&["111111111111"]);
        assert_eq!(full.session.take(Event::Failed("no credentials".to_owned())).unwrap(), None);
    }

    #[test]
    fn signals_end_with_their_number() {
        let mut bench = bench(&[]);
        let reason = bench.session.take(Event::Ended(15)).unwrap().unwrap();
        assert_eq!((reason, reason.code()), (ExitReason::Signal(15), 143));
        assert!(matches!(bench.session.take(Event::Crashed), Err(AppError::Crashed)));
        assert_eq!(bench.session.take(key('c', KeyModifiers::CONTROL)).unwrap(), Some(ExitReason::Quit));
    }

    #[test]
    fn a_suspended_dashboard_draws_only_after_it_continues() {
        let mut bench = bench(&[]);
        bench.session.suspend(|| Ok(())).unwrap();
        assert!(bench.session.away);
        bench.session.take(Event::Continued).unwrap();
        assert!(!bench.session.away && bench.session.pace.due().is_some());
        assert_eq!(*bench.log.borrow(), ["leave", "enter"]);
    }

    #[test]
    fn a_dashboard_that_cannot_stop_takes_its_terminal_back() {
        let mut bench = bench(&[]);
        bench.session.suspend(|| Err(io::ErrorKind::PermissionDenied.into())).unwrap();
        assert!(!bench.session.away);
        assert_eq!(*bench.log.borrow(), ["leave", "enter"]);
    }

    #[test]
    fn asking_never_waits() {
        let mut bench = bench(&[]);
        for _ in 0..3 {
            bench.session.carry_out(Effect::Pause).unwrap();
        }
        assert_eq!(bench.asked.try_recv(), Ok(FeedCommand::Pause(true)));
        assert!(bench.asked.try_recv().is_err() && bench.session.paused);
    }

    #[tokio::test]
    async fn what_a_screen_asks_is_found_out_beside_the_loop_and_asked_once() {
        let mut bench = bench(&["111111111111", "222222222222"]);
        for code in ['g', 'p'] {
            bench.session.take(key(code, KeyModifiers::NONE)).unwrap();
        }
        bench.session.inquire();
        bench.session.inquire();
        assert!(bench.session.asking);
        let answer = bench.received.recv().await.unwrap();
        assert!(matches!(answer, Event::Answered { worlds: 0, .. }), "{answer:?}");
        bench.session.take(answer).unwrap();
        bench.session.inquire();
        assert!(!bench.session.asking && bench.session.insight.paths().is_some());
        // The other account: what is known of the first one is no answer, however late it comes.
        bench.session.carry_out(Effect::SelectAccount(1)).unwrap();
        bench.session.take(Event::Answered { worlds: 0, found: crate::paths::Found::Paths(Vec::new()) }).unwrap();
        assert!(bench.session.insight.paths().is_none());
    }

    #[tokio::test]
    async fn a_burst_of_sizes_is_few_frames_and_rest_is_none() {
        let Bench { session, received, log, .. } = bench(&["111111111111"]);
        let (events, burst) = event::channel();
        drop(received);
        let run = session.run(burst);
        let drive = async {
            for width in 0..200 {
                events.send(Event::Terminal(term::Event::Resize(80 + width, 24))).await.unwrap();
            }
            events.send(Event::Ended(15)).await.unwrap();
        };
        let (reason, ()) = tokio::join!(run, drive);
        assert_eq!(reason.unwrap(), ExitReason::Signal(15));
        let draws = log.borrow().iter().filter(|what| **what == "draw").count();
        assert!(draws <= 5, "{draws} frames for one burst");
    }
}
