//! The stack of screens, what lies around them, and the way from a key to an action.

use crossterm::event::{KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::{
    Frame,
    layout::{Position, Rect},
};

use super::{
    Effect, Input, Toast, View,
    binding::{self, Action, Hit, Key, Place},
    cache::Cache,
    index::Scope,
    screen::{Cx, Edit, Reply, Screen},
    screens::{
        Accounts, AttackPaths, Checks, Collectors, Data, Findings, Frameworks, Functions, Help, Overview, Palette, WaysIn, which_key,
    },
    theme::{Glyphs, Role, Theme, ThemeChoice},
    widgets::{crumbs, footer, header, toast},
};
use crate::paths::Question;

/// Below this there is no room for frames.
const BARE: (u16, u16) = (60, 16);
/// Below this there is room for a score only.
const SCORE: (u16, u16) = (20, 5);
/// From this height on a line is kept for toasts.
const TOAST_LINE: u16 = 30;
/// How many rows a turn of the wheel moves.
const WHEEL: usize = 3;

/// Everything on screen: owns cursors and filters, and no world.
pub struct Root {
    stack: Vec<Box<dyn Screen>>,
    forward: Vec<Box<dyn Screen>>,
    cache: Cache,
    theme: Theme,
    glyphs: Glyphs,
    pending: Vec<Key>,
    toast: Option<Toast>,
    body: Rect,
}

impl Root {
    /// The overview.
    pub fn new(theme: Theme, glyphs: Glyphs) -> Self {
        Self {
            stack: vec![Box::new(Overview::default())],
            forward: Vec::new(),
            cache: Cache::default(),
            theme,
            glyphs,
            pending: Vec::new(),
            toast: None,
            body: Rect::ZERO,
        }
    }

    /// Another theme.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme;
    }

    /// Shows a word until the next key.
    pub fn notify(&mut self, toast: Toast) {
        self.toast = Some(toast);
    }

    /// What the screen in front needs to know of the whole account: it is to be found out beside the loop.
    pub fn asks(&mut self, view: &View<'_>) -> Option<Question> {
        self.cache.turn(view);
        let cx = Cx { view, theme: &self.theme, glyphs: self.glyphs, cache: &self.cache, bare: false, covered: false };
        self.stack.iter().rev().find(|screen| !screen.overlay())?.asks(&cx)
    }

    /// Takes what the user did; gives what is to be done.
    pub fn handle(&mut self, input: Input, view: &View<'_>) -> Vec<Effect> {
        self.cache.turn(view);
        let mut effects = Vec::new();
        match input {
            Input::Key(key) => self.key(key, view, &mut effects),
            Input::Paste(text) => {
                self.with_top(
                    view,
                    &mut effects,
                    |screen, cx| {
                        if screen.typing() { screen.edit(Edit::Paste(text), cx) } else { Reply::Handled }
                    },
                )
            }
            Input::Mouse(mouse) => self.mouse(mouse, view, &mut effects),
        }
        effects
    }

    fn key(&mut self, event: KeyEvent, view: &View<'_>, effects: &mut Vec<Effect>) {
        if event.kind == KeyEventKind::Release {
            return;
        }
        self.toast = None;
        let Some((place, typing)) = self.stack.last().map(|screen| (screen.place(), screen.typing())) else { return };
        let place = if typing { typed(place) } else { place };
        self.pending.push(Key::of(event));
        let hit = binding::lookup(place, &self.pending);
        if hit == Hit::Prefix {
            return;
        }
        self.pending.clear();
        match hit {
            Hit::Action(action) if event.kind == KeyEventKind::Press || repeats(action) => self.act(action, view, effects),
            Hit::Nothing if typing => self.with_top(view, effects, |screen, cx| screen.edit(Edit::Key(event), cx)),
            _ => {}
        }
    }

    fn mouse(&mut self, event: MouseEvent, view: &View<'_>, effects: &mut Vec<Effect>) {
        let action = match event.kind {
            MouseEventKind::ScrollDown => Action::Down,
            MouseEventKind::ScrollUp => Action::Up,
            MouseEventKind::Down(MouseButton::Left) => {
                let at = Position::new(event.column, event.row);
                if at.y == 1 && self.body.y > 1 {
                    self.act(Action::Back, view, effects);
                } else {
                    self.with_top(view, effects, |screen, cx| screen.click(at, cx));
                }
                return;
            }
            _ => return,
        };
        for _ in 0..WHEEL {
            self.act(action, view, effects);
        }
    }

    fn with_top(&mut self, view: &View<'_>, effects: &mut Vec<Effect>, ask: impl FnOnce(&mut dyn Screen, &Cx<'_>) -> Reply) {
        let cx = Cx { view, theme: &self.theme, glyphs: self.glyphs, cache: &self.cache, bare: false, covered: false };
        if let Some(screen) = self.stack.last_mut() {
            let reply = ask(screen.as_mut(), &cx);
            self.answer(reply, view, effects);
        }
    }

    fn act(&mut self, action: Action, view: &View<'_>, effects: &mut Vec<Effect>) {
        let cx = Cx { view, theme: &self.theme, glyphs: self.glyphs, cache: &self.cache, bare: false, covered: false };
        let Some(screen) = self.stack.last_mut() else { return };
        screen.catch_up(&cx);
        if let Some(why) = screen.refuses(action, &cx).or_else(|| unavailable(action, view)) {
            self.toast = Some(Toast::note(why));
            return;
        }
        match screen.handle(action, &cx) {
            Reply::Nothing => self.common(action, view, effects),
            reply => self.answer(reply, view, effects),
        }
    }

    fn answer(&mut self, reply: Reply, view: &View<'_>, effects: &mut Vec<Effect>) {
        match reply {
            Reply::Nothing | Reply::Handled => {}
            Reply::Open(screen) => self.open(screen),
            Reply::Back => self.back(),
            Reply::Run(action) => {
                self.drop_top();
                self.act(action, view, effects);
            }
            Reply::Become(screen) => {
                self.drop_top();
                self.open(screen);
            }
            Reply::Effect(effect) => {
                if matches!(effect, Effect::SelectAccount(_)) {
                    // What is open is about the account before.
                    self.stack.truncate(1);
                    self.forward.clear();
                }
                effects.push(effect);
            }
            Reply::Finish(effect) => {
                self.drop_top();
                effects.push(effect);
            }
            Reply::Say(toast) => self.toast = Some(toast),
        }
    }

    /// What every screen does alike.
    fn common(&mut self, action: Action, view: &View<'_>, effects: &mut Vec<Effect>) {
        match action {
            Action::Quit => effects.push(Effect::Quit),
            Action::Close if self.stack.len() <= 1 => effects.push(Effect::Quit),
            Action::Close | Action::Back | Action::Discard => self.back(),
            Action::Forward => {
                if let Some(screen) = self.forward.pop() {
                    self.stack.push(screen);
                }
            }
            Action::Suspend => effects.push(Effect::Suspend),
            Action::Redraw => effects.push(Effect::Redraw),
            Action::Theme => effects.push(Effect::Theme(ThemeChoice::Next)),
            Action::Refresh => effects.push(Effect::RefreshAll),
            Action::Pause => effects.push(Effect::Pause),
            Action::Cancel => effects.push(Effect::Cancel),
            Action::Save => effects.push(Effect::SaveSnapshot),
            Action::Help => {
                let cx = Cx { view, theme: &self.theme, glyphs: self.glyphs, cache: &self.cache, bare: false, covered: false };
                if let Some(screen) = self.stack.last()
                    && screen.place() != Place::Help
                {
                    let help = Help::new(screen.place(), |action| screen.refuses(action, &cx).or_else(|| unavailable(action, view)));
                    self.open(Box::new(help));
                }
            }
            Action::Palette => {
                let cx = Cx { view, theme: &self.theme, glyphs: self.glyphs, cache: &self.cache, bare: false, covered: false };
                if let Some(screen) = self.stack.last() {
                    let usable = |action| screen.refuses(action, &cx).or_else(|| unavailable(action, view)).is_none();
                    let palette = Palette::new(screen.place(), view, usable);
                    self.open(Box::new(palette));
                }
            }
            Action::GoOverview => self.stack.truncate(1),
            Action::GoLayer(layer) => self.go(Place::Findings, || Box::new(Findings::new(Scope::Layer(layer))), true),
            Action::GoFindings => self.go(Place::Findings, || Box::new(Findings::new(Scope::All)), true),
            Action::GoFunctions => self.go(Place::Functions, || Box::new(Functions::default()), false),
            Action::GoData => self.go(Place::Data, || Box::new(Data::default()), false),
            Action::GoFrameworks => self.go(Place::Frameworks, || Box::new(Frameworks::default()), false),
            Action::GoChecks => self.go(Place::Checks, || Box::new(Checks::default()), false),
            Action::GoWay(by) => self.go(Place::WaysIn, || Box::new(WaysIn::new(by)), true),
            Action::GoCollectors => self.go(Place::Collectors, || Box::new(Collectors::default()), false),
            Action::GoPaths => self.go(Place::Paths, || Box::new(AttackPaths::default()), true),
            Action::Paths => {
                let cx = Cx { view, theme: &self.theme, glyphs: self.glyphs, cache: &self.cache, bare: false, covered: false };
                match self.stack.last().and_then(|screen| screen.about(&cx)) {
                    Some(arn) => self.open(Box::new(AttackPaths::touching((&arn).into()))),
                    None => self.toast = Some(Toast::note("nothing under the cursor that paths could touch")),
                }
            }
            Action::GoAccounts => self.go(Place::Accounts, || Box::new(Accounts::default()), false),
            _ => {}
        }
    }

    /// Back to a screen that is open already, or to a new one; `anew` puts a new one in its place.
    fn go(&mut self, place: Place, screen: impl FnOnce() -> Box<dyn Screen>, anew: bool) {
        match self.stack.iter().position(|open| open.place() == place) {
            Some(at) if anew => self.stack.truncate(at.max(1)),
            Some(at) => {
                self.stack.truncate(at + 1);
                return;
            }
            None => {}
        }
        self.open(screen());
    }

    fn open(&mut self, screen: Box<dyn Screen>) {
        if !screen.overlay() {
            self.forward.clear();
        }
        self.stack.push(screen);
    }

    fn back(&mut self) {
        if self.stack.len() > 1
            && let Some(screen) = self.stack.pop()
            && !screen.overlay()
        {
            self.forward.push(screen);
        }
    }

    fn drop_top(&mut self) {
        if self.stack.len() > 1 {
            self.stack.pop();
        }
    }

    /// Draws everything.
    pub fn draw(&mut self, frame: &mut Frame<'_>, view: &View<'_>) {
        self.cache.turn(view);
        let area = frame.area();
        if area.is_empty() {
            return;
        }
        let bare = area.width < BARE.0 || area.height < BARE.1;
        let cx = Cx { view, theme: &self.theme, glyphs: self.glyphs, cache: &self.cache, bare, covered: false };
        self.stack.iter_mut().for_each(|screen| screen.catch_up(&cx));
        frame.buffer_mut().set_style(area, cx.style(Role::Text));
        if area.width < SCORE.0 || area.height < SCORE.1 {
            crumbs::tiny(frame, area, &cx);
            return;
        }
        header::draw(frame, area, &cx);
        let first = self.stack.len() <= 1;
        let base = self.stack.iter().rposition(|screen| !screen.overlay()).unwrap_or_default();
        let (Some((below, overlays)), toast) = (self.stack.get_mut(base..).and_then(<[_]>::split_first_mut), &self.toast) else { return };
        let mut body = Rect { y: area.y + 1, height: area.height - 1, ..area };
        if bare {
            if let Some(toast) = toast {
                body.height -= 1;
                toast::draw(frame, Rect { y: body.bottom(), height: 1, ..area }, &cx, toast);
            }
        } else {
            let reserved = 2 + u16::from(area.height >= TOAST_LINE);
            body = Rect { y: area.y + 2, height: area.height - 1 - reserved, ..area };
            let last = Rect { y: area.bottom() - 1, height: 1, ..area };
            let above = Rect { y: area.bottom() - 2, height: 1, ..area };
            let top: &dyn Screen = overlays.last().unwrap_or(below).as_ref();
            let place = if top.typing() { typed(top.place()) } else { top.place() };
            match toast {
                Some(toast) if area.height < TOAST_LINE => toast::draw(frame, last, &cx, toast),
                toast => {
                    if let Some(toast) = toast {
                        toast::draw(frame, above, &cx, toast);
                    }
                    footer::draw(frame, last, &cx, place, |binding| {
                        let nowhere = binding.action == Action::Back && first;
                        !nowhere && top.refuses(binding.action, &cx).or_else(|| unavailable(binding.action, view)).is_none()
                    });
                }
            }
        }
        self.body = body;
        below.draw(frame, body, &Cx { covered: !overlays.is_empty(), ..cx });
        for overlay in overlays.iter_mut() {
            overlay.draw(frame, body, &cx);
        }
        if !bare {
            // After the body: a screen brings its heading up to date when it draws.
            let titles: Vec<String> = self.stack.iter().filter(|screen| !screen.overlay()).map(|screen| screen.title(view)).collect();
            let heading = self.stack.get(base).map(|screen| screen.heading(&cx)).unwrap_or_default();
            crumbs::draw(frame, Rect { y: area.y + 1, height: 1, ..area }, &cx, &titles, &heading);
            if let (Some(&first), Some(screen)) = (self.pending.first(), self.stack.last()) {
                which_key::draw(frame, body, &cx, screen.place(), first);
            }
        }
    }
}

/// Whether holding the key goes on.
fn repeats(action: Action) -> bool {
    matches!(
        action,
        Action::Down | Action::Up | Action::HalfDown | Action::HalfUp | Action::PageDown | Action::PageUp | Action::Next | Action::Previous
    )
}

/// Why an action is of no use now, wherever one is.
fn unavailable(action: Action, view: &View<'_>) -> Option<&'static str> {
    match action {
        Action::Refresh if !view.live => Some("nothing to read again: this is not the live account"),
        Action::Pause | Action::Cancel if !view.collecting() => Some("nothing is being read"),
        Action::Save if view.world().is_none() => Some("nothing to save yet"),
        Action::GoAccounts if view.fleet.len() < 2 => Some("there is only one account"),
        _ => None,
    }
}

/// Where keys are typed on a screen that is at `place`: most have one line, the others are for typing only.
const fn typed(place: Place) -> Place {
    match place {
        Place::Palette | Place::Waive => place,
        _ => Place::Line,
    }
}
