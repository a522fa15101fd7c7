//! One check, explained: why, how it is decided and from which calls, whose side it is, and every way to fix it.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
};

use super::{Findings, TWO_PANES, tabs};
use crate::{
    checks::{self, Body, Part},
    outcome::Outcome,
    ui::{
        Effect, Toast, View,
        binding::{Action, Place},
        glyph::{met_role, met_word, severity_role},
        index::Scope,
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            gauge::count,
            pane::pane,
            prose::{Prose, Scroll},
        },
    },
};

/// The first tab; the others are the ways to fix it.
const EXPLAINED: &str = "Explained";
/// More ways than any guide has.
const TABS: usize = 5;

/// One check.
pub(crate) struct Check {
    check: &'static checks::Check,
    among: Vec<&'static checks::Check>,
    tab: usize,
    scrolls: [Scroll; TABS],
}

impl Check {
    /// `check` alone.
    pub(crate) fn new(check: &'static checks::Check) -> Self {
        Self::among(check, vec![check])
    }

    /// `check` as one of a list.
    pub(crate) fn among(check: &'static checks::Check, among: Vec<&'static checks::Check>) -> Self {
        Self { check, among, tab: 0, scrolls: Default::default() }
    }

    fn place_among(&self) -> usize {
        self.among.iter().position(|check| check.id == self.check.id).unwrap_or_default()
    }

    fn step(&mut self, to: Option<usize>) -> Reply {
        if let Some(&check) = to.and_then(|place| self.among.get(place)) {
            *self = Self { tab: self.tab.min(check.guide.ways().count()), ..Self::among(check, std::mem::take(&mut self.among)) };
        }
        Reply::Handled
    }

    /// The way to fix it that is shown, or the first one.
    fn way(&self) -> Option<(&'static str, &'static str)> {
        self.check.guide.ways().nth(self.tab.saturating_sub(1))
    }

    fn outcome<'w>(&self, cx: &Cx<'w>) -> Option<&'w Outcome> {
        let world = cx.world().filter(|_| !cx.view.assessing)?;
        cx.cache.outcomes(world).check(self.check.id)
    }

    fn prose<'c>(&self, tab: usize, cx: &'c Cx<'c>, room: u16) -> Prose<'c> {
        let mut prose = Prose::new(cx, room);
        match tab.checked_sub(1) {
            None => {
                head(&mut prose, cx, self.check, self.outcome(cx));
                for part in self.check.explanation().iter().filter(|part| part.way().is_none()) {
                    draw_part(&mut prose, part);
                }
            }
            Some(nth) => match self.check.explanation().iter().filter(|part| part.way().is_some()).nth(nth) {
                Some(part) => draw_body(&mut prose, &part.body),
                None => prose.text("No way to fix it is written down yet.", Role::Dim),
            },
        }
        prose
    }

    /// The ways below each other where there is room for all of them, or else the one that was chosen.
    fn draw_ways(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, titles: &[&'static str]) {
        let room = area.width.saturating_sub(2);
        let texts: Vec<Vec<Line<'static>>> = (1..titles.len().max(2)).map(|tab| self.prose(tab, cx, room).lines()).collect();
        let heights: Vec<u16> = texts.iter().map(|lines| u16::try_from(lines.len() + 2).unwrap_or(u16::MAX)).collect();
        let all = heights.iter().fold(0, |all: u16, height| all.saturating_add(*height)) <= area.height;
        let chosen = self.tab.max(1);
        let areas = if all { Layout::vertical(heights).split(area).to_vec() } else { vec![area] };
        let shown = (1..).zip(texts).filter(|(tab, _)| all || *tab == chosen);
        for ((tab, lines), area) in shown.zip(areas) {
            let others = titles.iter().enumerate().filter(|(other, _)| *other > 0 && *other != tab).map(|(_, title)| *title);
            let note = match () {
                () if tab == chosen && all => "y copies".to_owned(),
                () if all => String::new(),
                () => format!("Tab: {}", others.collect::<Vec<_>>().join(", ")),
            };
            let inner = pane(frame, area, cx, titles.get(tab).copied().unwrap_or("Fix"), &note, self.tab == tab);
            if let Some(scroll) = self.scrolls.get_mut(tab) {
                scroll.draw(frame, inner, cx, lines);
            }
        }
    }

    fn titles(&self) -> Vec<&'static str> {
        std::iter::once(EXPLAINED).chain(self.check.guide.ways().map(|(way, _)| way)).take(TABS).collect()
    }
}

/// Its severity, its layer, and how the account stands.
pub(super) fn head(prose: &mut Prose<'_>, cx: &Cx<'_>, check: &checks::Check, outcome: Option<&Outcome>) {
    let severity = format!("{} {}", cx.glyphs.severity(check.severity), check.severity.word());
    prose.text(&severity, severity_role(check.severity));
    prose.text(&format!("layer {} {}: {}", check.layer.index() + 1, check.layer.title(), check.layer.promise()), Role::Dim);
    if let Some(outcome) = outcome {
        let Outcome { met, fail, unknown, waived, pass, .. } = outcome;
        let waived = if *waived == 0 { String::new() } else { format!(", {} waived", count(*waived)) };
        let counts = format!("{} fail, {} unknown{waived}, {} pass", count(*fail), count(*unknown), count(*pass));
        prose.text(&format!("{} {} here: {counts}", cx.glyphs.met(*met), met_word(*met)), met_role(*met));
    }
}

/// One part of the explanation, as it looks on screen.
pub(crate) fn draw_part(prose: &mut Prose<'_>, part: &Part) {
    prose.heading(part.heading);
    draw_body(prose, &part.body);
}

fn draw_body(prose: &mut Prose<'_>, body: &Body) {
    match body {
        Body::Text(text) => prose.text(text, Role::Text),
        Body::Points(points) => points.iter().for_each(|point| prose.item("-", Role::Dim, point, Role::Text)),
        Body::Commands(commands) => commands.lines().for_each(|command| prose.command(command)),
        Body::Template(template) => prose.json(template, 0),
        Body::Keys(keys) => {
            for (framework, key, title) in keys {
                prose.pair(framework.short(), 26, &format!("{key} {title}"), Role::Text);
            }
        }
    }
}

impl Screen for Check {
    fn place(&self) -> Place {
        Place::Check
    }

    fn title(&self, _: &View<'_>) -> String {
        format!("{} {}", self.check.id, self.check.defect())
    }

    fn heading(&self, _: &Cx<'_>) -> String {
        match self.among.len() {
            0 | 1 => String::new(),
            all => format!("{} of {all}", self.place_among() + 1),
        }
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        match action {
            Action::Copy => self.way().is_none().then_some("no way to fix it is written down"),
            Action::Open => {
                self.outcome(cx).is_none_or(|outcome| outcome.findings.is_empty()).then_some("this account has no finding of it")
            }
            Action::Next => (self.place_among() + 1 >= self.among.len()).then_some("this is the last one"),
            Action::Previous => (self.place_among() == 0).then_some("this is the first one"),
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, _: &Cx<'_>) -> Reply {
        if self.scrolls.get_mut(self.tab).is_some_and(|scroll| scroll.act(action)) {
            return Reply::Handled;
        }
        let tabs = self.titles().len();
        match action {
            Action::NextPane => self.tab = (self.tab + 1) % tabs,
            Action::PreviousPane => self.tab = (self.tab + tabs - 1) % tabs,
            Action::Next => return self.step(Some(self.place_among() + 1)),
            Action::Previous => return self.step(self.place_among().checked_sub(1)),
            Action::Open => return Reply::Open(Box::new(Findings::new(Scope::Check(self.check.id)))),
            Action::Copy => {
                return match self.way() {
                    Some((way, text)) => Reply::Effect(Effect::Copy { text: format!("{text}\n"), what: format!("fix: {way}") }),
                    None => Reply::Say(Toast::note("no way to fix it is written down")),
                };
            }
            _ => return Reply::Nothing,
        }
        Reply::Handled
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let titles = self.titles();
        if area.width < TWO_PANES || cx.bare {
            let inner = tabs(frame, area, cx, &titles, self.tab);
            let lines = self.prose(self.tab, cx, inner.width).lines();
            if let Some(scroll) = self.scrolls.get_mut(self.tab) {
                scroll.draw(frame, inner, cx, lines);
            }
            return;
        }
        let [left, right] = Layout::horizontal([Constraint::Fill(1); 2]).areas(area);
        let inner = pane(frame, left, cx, EXPLAINED, "", self.tab == 0);
        let lines = self.prose(0, cx, inner.width).lines();
        if let Some(scroll) = self.scrolls.first_mut() {
            scroll.draw(frame, inner, cx, lines);
        }
        self.draw_ways(frame, right, cx, &titles);
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::{self, Body},
        ui::{
            Effect, View,
            testing::{Screen, view, world},
        },
    };

    /// All that the screen shows of the check under the cursor, tab by tab, however long.
    fn shown(screen: &mut Screen, view: &View<'_>, tabs: usize) -> String {
        let mut text = String::new();
        for _ in 0..tabs {
            text.push_str(&screen.text(view));
            screen.press("<tab>", view);
        }
        text
    }

    #[test]
    fn the_screen_and_the_command_have_the_same_parts() {
        let fleet = [world()];
        let view = view(&fleet);
        let mut screen = Screen::new(80, 90);
        screen.press("ge<enter>", &view);
        for check in checks::all() {
            let parts = check.explanation();
            let screen_says = shown(&mut screen, &view, 1 + check.guide.ways().count());
            let command_says = crate::report::explain::text(check);
            let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !"│$─╭╮╰╯".contains(*c)).collect::<String>();
            let (on_screen, printed) = (squeezed(&screen_says), squeezed(&command_says));
            assert!(screen_says.contains(check.id), "{screen_says}");
            for part in &parts {
                assert!(screen_says.contains(part.heading), "{}: the screen lacks {}", check.id, part.heading);
                assert!(command_says.contains(&format!("{}:", part.heading)), "{}: the command lacks {}", check.id, part.heading);
                let said: Vec<String> = match &part.body {
                    Body::Text(text) => vec![text.clone()],
                    Body::Points(points) => points.iter().map(ToString::to_string).collect(),
                    Body::Commands(text) | Body::Template(text) => text.lines().map(str::to_owned).collect(),
                    Body::Keys(keys) => keys.iter().map(|(_, key, _)| (*key).to_owned()).collect(),
                };
                for said in said {
                    let said = squeezed(said.trim_start_matches(['#', ' ']));
                    assert!(on_screen.contains(&said), "{}: the screen lacks {said}\n{screen_says}", check.id);
                    assert!(printed.contains(&said), "{}: the command lacks {said}", check.id);
                }
            }
            screen.press("n", &view);
        }
    }

    #[test]
    fn y_copies_the_way_that_is_shown() {
        let fleet = [world()];
        let view = view(&fleet);
        let check = checks::all().find(|check| check.guide.ways().count() == 4).expect("one with every way");
        for (width, height) in [(80, 24), (120, 36)] {
            let mut screen = Screen::new(width, height);
            screen.press(&format!("ge/{}<enter><enter>", check.id), &view);
            println!("{}\n", screen.text(&view));
            for (tabs, (way, text)) in (0..).zip(check.guide.ways()) {
                let copied = [Effect::Copy { text: format!("{text}\n"), what: format!("fix: {way}") }];
                if tabs == 0 {
                    assert_eq!(screen.press("y", &view), copied);
                }
                assert_eq!(screen.press("<tab>y", &view), copied);
                println!("{}\n", screen.text(&view));
            }
        }
    }

    #[test]
    fn one_key_explains_the_check_of_a_finding() {
        let fleet = [world()];
        let view = view(&fleet);
        for keys in ["e", "gie", "<enter>e"] {
            let mut screen = Screen::new(120, 36);
            screen.press(keys, &view);
            let text = screen.text(&view);
            assert!(text.contains("Decided from") && text.contains("Your side"), "{keys}: {text}");
            screen.press("<enter>", &view);
            assert!(screen.text(&view).contains("sort: risk"), "{}", screen.text(&view));
        }
    }
}
