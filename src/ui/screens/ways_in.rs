//! Three ways to look at the account, and two of them: what starts functions, what can be called. A row each with who may, and
//! beside it what it leads to and what is found on all of that.

mod detail;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};

use super::{Data, TWO_PANES, finding::copy_arn};
use crate::{
    checks::Severity,
    lens::{self, By, Group, Who},
    model::{Arn, text},
    paths::Question,
    ui::{
        View,
        binding::{Action, Place},
        cache::Stamp,
        glyph::{severity_role, short},
        paint::{put, row},
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            gauge::count,
            pane::pane,
            table::{Cell, Column, Cursor, Table},
        },
        width::{Cut, fit},
    },
};

/// What starts functions, or what can be called.
pub(crate) struct WaysIn {
    by: By,
    triggers: Tab,
    interfaces: Tab,
    two_panes: bool,
}

/// One of the views, with where the user is in it.
#[derive(Default)]
struct Tab {
    view: Option<lens::View>,
    made_for: Option<(Option<Stamp>, u64)>,
    cursor: Cursor,
    inside: Cursor,
    chosen: Option<(&'static str, String)>,
    /// What is found on the chosen group: places in the world's findings.
    found: Vec<u32>,
    in_detail: bool,
}

impl Tab {
    fn rows(&self) -> usize {
        self.view.as_ref().map_or(0, |view| view.rows().count())
    }

    fn group(&self) -> Option<&Group> {
        self.at(self.cursor.row)
    }

    fn at(&self, row: usize) -> Option<&Group> {
        let view = self.view.as_ref()?;
        view.groups.get(row).or_else(|| Some(&view.rest).filter(|_| row == view.groups.len() && view.has_rest()))
    }

    fn refresh(&mut self, cx: &Cx<'_>, by: By) {
        let (Some(world), Some((of, doors))) = (cx.world(), cx.view.insight.and_then(|insight| insight.doors())) else { return };
        let made_for = Some((cx.cache.stamp(), of));
        if self.made_for == made_for {
            return;
        }
        self.made_for = made_for;
        let ledger = cx.cache.ledger(world);
        if of != cx.view.generation {
            // The doors of the reading before know nothing of what is new: the groups stay until those of this one are there.
            self.found = self.group().map(|group| group.findings(ledger)).unwrap_or_default();
            return;
        }
        let view = if by == By::Trigger { lens::triggers(world, doors, ledger) } else { lens::interfaces(world, doors, ledger) };
        let at = self.chosen.as_ref().and_then(|(kind, name)| view.rows().position(|group| group.kind == *kind && group.name == *name));
        self.cursor.row = at.unwrap_or(self.cursor.row).min(view.rows().count().saturating_sub(1));
        self.view = Some(view);
        self.found = self.group().map(|group| group.findings(ledger)).unwrap_or_default();
        self.remember(cx);
    }

    fn remember(&mut self, cx: &Cx<'_>) {
        let chosen = self.group().map(|group| (group.kind, group.name.clone()));
        if chosen == self.chosen {
            return;
        }
        self.chosen = chosen;
        self.inside = Cursor::default();
        let ledger = cx.world().map(|world| cx.cache.ledger(world));
        self.found = self.group().zip(ledger).map(|(group, ledger)| group.findings(ledger)).unwrap_or_default();
    }

    fn draw_list(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, by: By) {
        let (total, focused) = (self.rows(), !self.in_detail);
        let note = if total == 0 { String::new() } else { format!("{} of {total}", self.cursor.row + 1) };
        let inner = strip(frame, area, cx, by, &note, focused);
        let Some(view) = &self.view else {
            put(frame.buffer_mut(), inner, 2, 0, "working out who may call and send to what", cx.style(Role::Dim));
            return;
        };
        if total == 0 {
            let nothing = if by == By::Trigger { "nothing that starts functions was read" } else { "nothing that can be called was read" };
            put(frame.buffer_mut(), inner, 2, 0, &format!("{nothing}: c says what is missing"), cx.style(Role::Dim));
            return;
        }
        let foot = u16::from(!view.gaps.is_empty() && inner.height > 4);
        let [list, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(foot)]).areas(inner);
        if let Some(gap) = view.gaps.first() {
            let said = text::clean(&format!("? c says what was not read: {gap}")).into_owned();
            let room = usize::from(below.width.saturating_sub(2));
            put(frame.buffer_mut(), below, 1, 0, &fit(&said, room, Cut::End, cx.glyphs.ellipsis()), cx.style(Role::Unknown));
        }
        let wide = list.width >= 70;
        let mut columns =
            vec![Column::fixed("WORST", 6), Column::fixed("KIND", 13), Column::fill("NAME", Cut::Middle), Column::fixed("WHO", 11)];
        if wide {
            columns.extend([Column::fixed("FNS", 4).right(), Column::fixed("FOUND", 5).right()]);
        }
        let tab: &Self = self;
        let mut cursor = self.cursor;
        Table { columns: &columns, rows: total, focused }
            .draw(frame, list, cx, &mut cursor, |at| tab.at(at).map(|group| cells(cx, group, wide)).unwrap_or_default());
        self.cursor = cursor;
    }
}

/// The row of a group.
fn cells<'a>(cx: &Cx<'_>, group: &'a Group, wide: bool) -> Vec<Cell<'a>> {
    let dim = cx.style(Role::Dim);
    let is_off = group.is_on() == Some(false);
    let (worst, role) = worst(cx, group);
    // Everything else is of no kind.
    let kind = if group.opening.is_some() { group.kind } else { "" };
    let (who, who_role) = match &group.opening {
        _ if is_off => ("off", Role::Dim),
        Some(opening) => (opening.who.brief(), who_role(&opening.who)),
        None => ("", Role::Dim),
    };
    let mut cells = vec![
        Cell::new(worst, cx.style(role)),
        Cell::new(kind, dim),
        Cell::new(text::clean(&group.name), if is_off { dim } else { cx.style(Role::Text) }),
        Cell::new(who, cx.style(who_role)),
    ];
    if wide {
        cells.push(Cell::new(count(group.targets().len()), dim));
        cells.push(Cell::new(count(group.counts.fails() + group.counts.unknown), dim));
    }
    cells
}

/// The sign and word of the worst that is found.
fn worst(cx: &Cx<'_>, group: &Group) -> (String, Role) {
    match Severity::ALL.into_iter().find(|severity| group.counts.of(*severity) > 0) {
        Some(severity) => (format!("{} {}", cx.glyphs.severity(severity), short(severity)), severity_role(severity)),
        None if group.counts.unknown > 0 => ("? UNKN".to_owned(), Role::Unknown),
        None => (format!("{} PASS", cx.glyphs.pass()), Role::Pass),
    }
}

const fn who_role(who: &Who) -> Role {
    match who {
        _ if who.is_open() => Role::High,
        Who::Unknown(_) => Role::Unknown,
        Who::Judged | Who::Users | Who::Named(_) | Who::Network => Role::Text,
        _ => Role::Dim,
    }
}

/// The frame of the list, with the three ways to look at the account in it; gives the room inside.
pub(super) fn strip(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, chosen: By, note: &str, focused: bool) -> Rect {
    const TITLES: u16 = 40;
    let room = usize::from(area.width.saturating_sub(TITLES + 3));
    let inner = pane(frame, area, cx, "", if note.len() + 2 <= room { note } else { "" }, focused);
    // Without a frame the crumbs say which it is.
    if inner == area {
        return inner;
    }
    let mut x = 2;
    for by in By::ALL {
        let (text, role) =
            if by == chosen { (format!("[{}]", by.title()), Role::Accent) } else { (format!(" {} ", by.title()), Role::Dim) };
        x = put(frame.buffer_mut(), Rect { width: area.width.saturating_sub(1), ..row(area, 0) }, x, 0, &text, cx.style(role));
    }
    inner
}

impl WaysIn {
    /// One of the two.
    pub(crate) fn new(by: By) -> Self {
        Self { by, triggers: Tab::default(), interfaces: Tab::default(), two_panes: false }
    }

    const fn tab(&self) -> &Tab {
        if matches!(self.by, By::Trigger) { &self.triggers } else { &self.interfaces }
    }

    const fn tab_mut(&mut self) -> &mut Tab {
        if matches!(self.by, By::Trigger) { &mut self.triggers } else { &mut self.interfaces }
    }
}

impl Screen for WaysIn {
    fn place(&self) -> Place {
        Place::WaysIn
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        let by = self.by;
        self.tab_mut().refresh(cx, by);
    }

    fn title(&self, _: &View<'_>) -> String {
        self.by.title().to_owned()
    }

    fn asks(&self, _: &Cx<'_>) -> Option<Question> {
        Some(Question::Doors)
    }

    fn about(&self, _: &Cx<'_>) -> Option<Arn> {
        self.tab().group()?.resource.clone()
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        let (tab, group) = (self.tab(), self.tab().group());
        match action {
            Action::Open if tab.in_detail => (!tab.opens(cx)).then_some("there is no more to say of this"),
            Action::Explain => tab.check(cx).is_none().then_some("no check under the cursor"),
            Action::Open | Action::NextPane | Action::PreviousPane => group.is_none().then_some("nothing under the cursor"),
            Action::Copy | Action::CopyArn => {
                group.and_then(|group| group.resource.as_ref()).is_none().then_some("this is nothing that has an ARN")
            }
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        if action == Action::NextView {
            if self.by == By::Interface {
                return Reply::Become(Box::new(Data::default()));
            }
            self.by = By::Interface;
            self.catch_up(cx);
            return Reply::Handled;
        }
        let tab = self.tab_mut();
        if tab.in_detail {
            let lines = tab.lines();
            if tab.inside.act(action, lines) {
                return Reply::Handled;
            }
        } else {
            let rows = tab.rows();
            if tab.cursor.act(action, rows) {
                tab.remember(cx);
                return Reply::Handled;
            }
        }
        match action {
            Action::Open if tab.in_detail => return tab.open(cx),
            Action::Explain => return tab.explain(cx),
            Action::Open => tab.in_detail = tab.group().is_some(),
            Action::NextPane | Action::PreviousPane => tab.in_detail = !tab.in_detail,
            Action::Back if tab.in_detail => tab.in_detail = false,
            Action::Copy | Action::CopyArn => {
                return tab.group().and_then(|group| group.resource.as_ref()).map_or(Reply::Handled, copy_arn);
            }
            _ => return Reply::Nothing,
        }
        Reply::Handled
    }

    fn click(&mut self, at: Position, cx: &Cx<'_>) -> Reply {
        let two_panes = self.two_panes;
        let tab = self.tab_mut();
        let (rows, lines) = (tab.rows(), tab.lines());
        if let Some(row) = tab.cursor.at(at, rows).filter(|_| two_panes || !tab.in_detail) {
            tab.in_detail = false;
            tab.cursor.row = row;
            tab.remember(cx);
            return Reply::Handled;
        }
        let Some(row) = tab.inside.at(at, lines) else { return Reply::Handled };
        let again = tab.in_detail && tab.inside.row == row;
        tab.in_detail = true;
        tab.inside.row = row;
        if again { tab.open(cx) } else { Reply::Handled }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let by = self.by;
        self.two_panes = area.width >= TWO_PANES && !cx.bare;
        let two_panes = self.two_panes;
        let tab = self.tab_mut();
        if two_panes {
            let [list, beside] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
            tab.draw_list(frame, list, cx, by);
            tab.draw_detail(frame, beside, cx, by);
        } else if tab.in_detail {
            tab.draw_detail(frame, area, cx, by);
        } else {
            tab.draw_list(frame, area, cx, by);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{
        demo,
        iam::Library,
        paths::Question,
        ui::{Insight, View, testing::Screen},
        world::{Origin, World},
    };

    #[test]
    fn who_starts_and_who_calls_is_a_few_keys_away() {
        let world = World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default());
        let library: Arc<Library> = Library::new(&world.posture).into();
        let mut insight = Insight::default();
        for question in [Question::Doors, Question::Data] {
            insight.learn(1, question.answer(&world.posture, library.clone()));
        }
        let fleet = [world];
        let view = View { fleet: &fleet, generation: 1, insight: Some(&insight), ..View::default() };
        for (width, height) in [(80, 24), (120, 36)] {
            let mut screen = Screen::new(width, height);
            screen.press("gt", &view);
            let list = screen.text(&view);
            assert!(list.contains("[By trigger]") && list.contains("scans-to-geocode") && list.contains("anyone"), "{list}");
            screen.press("jjjjjj<enter>", &view);
            let detail = screen.text(&view);
            assert!(detail.contains("starts") && detail.contains("IA-025"), "{detail}");
            println!("{list}\n{detail}");
            screen.press("<enter>", &view);
            assert!(screen.text(&view).contains("By trigger › tracking-geocode"), "{}", screen.text(&view));
            screen.press("<esc>v", &view);
            let calls = screen.text(&view);
            assert!(calls.contains("[By interface]") && calls.contains("function URL"), "{calls}");
            screen.press("jj<enter>jj", &view);
            let routes = screen.text(&view);
            assert!(routes.contains("POST /login → fn:auth-login:live"), "{routes}");
            println!("{calls}\n{routes}");
            screen.press("G", &view);
            assert!(screen.text(&view).contains("✔ has"), "{}", screen.text(&view));
            screen.press("v", &view);
            assert!(screen.text(&view).contains("[By data]"), "{}", screen.text(&view));
            screen.press("<enter>G", &view);
            let hands = screen.text(&view);
            println!("{hands}");
            screen.press("<enter>", &view);
            assert!(screen.text(&view).contains("By data ›"), "a finding of who writes or reads opens: {hands}");
            screen.press("<esc>v", &view);
            assert!(screen.text(&view).contains("[By trigger]"), "{}", screen.text(&view));
        }
    }

    #[test]
    fn what_guards_a_way_in_is_explained() {
        let world = World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default());
        let mut insight = Insight::default();
        insight.learn(1, Question::Doors.answer(&world.posture, Library::new(&world.posture).into()));
        let fleet = [world];
        let view = View { fleet: &fleet, generation: 1, insight: Some(&insight), ..View::default() };
        let mut screen = Screen::new(120, 36);
        screen.press("gn<enter>G", &view);
        assert!(screen.text(&view).contains("▌ ✔ has   FN-003"), "{}", screen.text(&view));
        for key in ["<enter>", "e"] {
            screen.press(key, &view);
            let explained = screen.text(&view);
            assert!(explained.contains("By interface › FN-003") && explained.contains("Why it matters"), "{explained}");
            screen.press("<esc>", &view);
            assert!(screen.text(&view).contains("▌ ✔ has   FN-003"), "the cursor stays: {}", screen.text(&view));
        }
    }

    #[test]
    fn the_doors_of_the_reading_before_are_not_taken_for_those_of_this_one() {
        let world = World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default());
        let mut insight = Insight::default();
        insight.learn(1, Question::Doors.answer(&world.posture, Library::new(&world.posture).into()));
        let fleet = [world];
        let view = View { fleet: &fleet, generation: 1, insight: Some(&insight), ..View::default() };
        let mut screen = Screen::new(80, 24);
        screen.press("gt", &view);
        let before = screen.text(&view);
        let fresh = View { generation: 2, ..view };
        assert_eq!(screen.text(&fresh), before, "nothing jumps while they are worked out");
        let mut late = Screen::new(80, 24);
        late.press("gt", &fresh);
        assert!(late.text(&fresh).contains("working out who may call"), "{}", late.text(&fresh));
    }

    #[test]
    fn until_it_is_worked_out_it_says_so() {
        let fleet = [World::unassessed(Origin::Demo, Arc::new(demo::posture()), Arc::default())];
        let view = View { fleet: &fleet, generation: 1, ..View::default() };
        let mut screen = Screen::new(80, 24);
        screen.press("gn", &view);
        assert!(screen.text(&view).contains("working out who may call"), "{}", screen.text(&view));
    }
}
