//! The requirements of one framework, and beside them the checks behind the one under the cursor, with their findings.

mod behind;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};

use self::behind::{Held, Line, check_row, finding_row, line};
use super::{Check, Finding, Fix, TWO_PANES, finding::copy_arn, frameworks::draw_tally};
use crate::{
    checks::Framework,
    model::Arn,
    outcome::{Outcome, Outcomes, Requirement},
    report::framework::write_requirement,
    ui::{
        Effect, View,
        binding::{Action, Place},
        cache::Stamp,
        glyph::{met_role, met_word},
        index::{Index, Scope},
        paint::put,
        screen::{Cx, Edit, Reply, Screen},
        theme::Role,
        widgets::{
            filter::Filter,
            gauge::count,
            pane::pane,
            table::{Cell, Column, Cursor, Table},
        },
        width::{Cut, width, wrap},
    },
    world::{self, Status, World},
};

/// The requirements of a framework.
pub(crate) struct Requirements {
    framework: Framework,
    filter: Filter,
    rows: Vec<usize>,
    made_for: Option<Stamp>,
    cursor: Cursor,
    inside: Cursor,
    held: Option<Held>,
    chosen: Option<&'static str>,
    in_detail: bool,
    two_panes: bool,
}

/// Why there is nothing to say of any requirement yet.
pub(super) fn silent(cx: &Cx<'_>) -> Option<&'static str> {
    match cx.world() {
        Some(world) if cx.view.assessing && world.verdicts.is_empty() => Some("scoring: the checks have still to speak"),
        Some(_) => None,
        None if cx.view.collecting() => Some("reading the account"),
        None => Some("no account yet"),
    }
}

/// Draws `rows` of all requirements: how the account stands, the key, what it asks for, and how much says otherwise.
pub(super) fn table(
    frame: &mut Frame<'_>,
    area: Rect,
    cx: &Cx<'_>,
    cursor: &mut Cursor,
    focused: bool,
    all: &[Requirement],
    rows: &[usize],
) {
    // By all of them, so that a filter moves nothing.
    let keys = all.iter().map(|requirement| width(requirement.key)).fold(width("KEY"), usize::max);
    let roomy = area.width >= 70;
    let mut columns = vec![
        Column::fixed("STATUS", 9),
        Column::fixed("KEY", u16::try_from(keys).unwrap_or(u16::MAX)),
        Column::fill("REQUIREMENT", Cut::End),
    ];
    if roomy {
        columns.extend([Column::fixed("FAIL", 4).right(), Column::fixed("UNKN", 4).right()]);
    }
    let number = |number: usize, role: Role| match number {
        0 => Cell::new(cx.glyphs.none(), cx.style(Role::Dim)),
        number => Cell::new(count(number), cx.style(role)),
    };
    Table { columns: &columns, rows: rows.len(), focused }.draw(frame, area, cx, cursor, |at| {
        let Some(requirement) = rows.get(at).and_then(|&place| all.get(place)) else { return Vec::new() };
        let Requirement { key, title, met, fail, unknown, .. } = requirement;
        vec![
            Cell::new(format!("{} {}", cx.glyphs.met(*met), met_word(*met)), cx.style(met_role(*met))),
            Cell::new(*key, cx.style(Role::Dim)),
            Cell::new(*title, cx.style(Role::Text)),
            number(*fail, Role::Fail),
            number(*unknown, Role::Unknown),
        ]
    });
}

impl Requirements {
    /// Those of `framework`.
    pub(crate) fn new(framework: Framework) -> Self {
        Self {
            framework,
            filter: Filter::default(),
            rows: Vec::new(),
            made_for: None,
            cursor: Cursor::default(),
            inside: Cursor::default(),
            held: None,
            chosen: None,
            in_detail: false,
            two_panes: false,
        }
    }

    fn all<'w>(&self, cx: &Cx<'w>) -> &'w [Requirement] {
        cx.world().filter(|_| silent(cx).is_none()).map_or(&[], |world| cx.cache.outcomes(world).requirements(self.framework))
    }

    fn refresh(&mut self, cx: &Cx<'_>) {
        if self.made_for.is_some() && self.made_for == cx.cache.stamp() {
            return;
        }
        self.made_for = cx.cache.stamp();
        let Some(world) = cx.world() else { return };
        let outcomes = cx.cache.outcomes(world);
        let all = self.all(cx);
        let speaks = |requirement: &Requirement| {
            let mut texts = vec![requirement.key, requirement.title, requirement.met.words()];
            texts.extend(outcomes.behind(requirement).map(|outcome| outcome.check.id));
            self.filter.holds(&texts)
        };
        self.rows = all.iter().enumerate().filter(|(_, requirement)| speaks(requirement)).map(|(place, _)| place).collect();
        let at = self.rows.iter().position(|&place| all.get(place).map(|requirement| requirement.key) == self.chosen);
        self.cursor.row = at.unwrap_or(self.cursor.row).min(self.rows.len().saturating_sub(1));
        self.remember(cx);
        if let (Some(held), Some(requirement)) = (&self.held, self.requirement(cx)) {
            self.inside.row = held.row(outcomes, requirement, world).unwrap_or(self.inside.row);
        }
    }

    fn set_filter(&mut self, cx: &Cx<'_>) {
        self.made_for = None;
        self.refresh(cx);
    }

    fn requirement<'w>(&self, cx: &Cx<'w>) -> Option<&'w Requirement> {
        self.all(cx).get(*self.rows.get(self.cursor.row)?)
    }

    fn remember(&mut self, cx: &Cx<'_>) {
        let chosen = self.requirement(cx).map(|requirement| requirement.key);
        if chosen != self.chosen {
            self.chosen = chosen;
            self.inside = Cursor::default();
            self.held = None;
        }
    }

    /// How many rows there are behind the requirement under the cursor.
    fn lines(&self, cx: &Cx<'_>) -> usize {
        let behind = self.requirement(cx).zip(cx.world()).map(|(requirement, world)| cx.cache.outcomes(world).behind(requirement));
        behind.into_iter().flatten().map(|outcome| 1 + outcome.findings.len()).sum()
    }

    fn hold(&mut self, cx: &Cx<'_>) {
        self.held = self.line(cx, self.inside.row).zip(cx.world()).map(|(line, world)| Held::of(&line, world));
    }

    fn line<'w>(&self, cx: &Cx<'w>, row: usize) -> Option<Line<'w>> {
        line(cx.cache.outcomes(cx.world()?), self.requirement(cx)?, row)
    }

    /// The finding under the cursor.
    fn finding<'w>(&self, cx: &Cx<'w>) -> Option<&'w world::Finding> {
        match self.line(cx, self.inside.row).filter(|_| self.in_detail)? {
            Line::Check(_) => None,
            Line::Finding(place, _) => cx.world()?.findings.get(place as usize),
        }
    }

    fn open(&mut self, cx: &Cx<'_>) -> Reply {
        if !self.in_detail {
            self.in_detail = self.requirement(cx).is_some();
            return Reply::Handled;
        }
        match self.line(cx, self.inside.row) {
            Some(Line::Check(outcome)) => self.check(cx, outcome),
            Some(Line::Finding(..)) => match self.finding(cx) {
                Some(finding) => Reply::Open(Box::new(Finding::new(Index::new(Scope::Check(finding.check.id)), finding.id.clone()))),
                None => Reply::Handled,
            },
            None => Reply::Handled,
        }
    }

    /// The check, among those behind the requirement.
    fn check(&self, cx: &Cx<'_>, outcome: &Outcome) -> Reply {
        let behind = self.requirement(cx).zip(cx.world()).map(|(requirement, world)| cx.cache.outcomes(world).behind(requirement));
        let among = behind.into_iter().flatten().map(|outcome| outcome.check).collect();
        Reply::Open(Box::new(Check::among(outcome.check, among)))
    }

    fn explain(&self, cx: &Cx<'_>) -> Reply {
        match self.line(cx, if self.in_detail { self.inside.row } else { 0 }) {
            Some(Line::Check(outcome) | Line::Finding(_, outcome)) => self.check(cx, outcome),
            None => Reply::Handled,
        }
    }

    fn copy(&self, cx: &Cx<'_>) -> Reply {
        let Some((requirement, world)) = self.requirement(cx).zip(cx.world()) else { return Reply::Handled };
        let mut text = Vec::new();
        // Memory takes all that is written to it.
        let _ = write_requirement(world, cx.cache.outcomes(world), requirement, &mut text);
        let text = String::from_utf8_lossy(&text).into_owned();
        Reply::Effect(Effect::Copy { text, what: "requirement".to_owned() })
    }

    fn draw_list(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, outcomes: &Outcomes) {
        let (total, all) = (self.rows.len(), self.all(cx));
        let note = Filter::note(self.cursor.row, total, all.len());
        let inner = pane(frame, area, cx, "Requirements", &note, !self.in_detail);
        if let Some(why) = silent(cx) {
            put(frame.buffer_mut(), inner, 2, 0, why, cx.style(Role::Dim));
            return;
        }
        let head = if cx.bare || inner.height < 10 { 0 } else { 3 };
        let [tally, body] = Layout::vertical([Constraint::Length(head), Constraint::Fill(1)]).areas(inner);
        draw_tally(frame, tally, cx, &outcomes.counts(self.framework));
        if total == 0 {
            put(frame.buffer_mut(), body, 2, 0, "the filter leaves nothing: Esc clears it", cx.style(Role::Dim));
            return;
        }
        table(frame, body, cx, &mut self.cursor, !self.in_detail, all, &self.rows);
    }

    fn draw_detail(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World, outcomes: &Outcomes) {
        let Some(requirement) = self.requirement(cx) else {
            pane(frame, area, cx, "", "", self.in_detail);
            return;
        };
        let total = self.lines(cx);
        let findings = total - requirement.checks.len();
        let (sign, word) = (cx.glyphs.met(requirement.met), met_word(requirement.met));
        let note = format!("{sign} {word}, {} {}", count(findings), if findings == 1 { "finding" } else { "findings" });
        let title = format!("{} {}", requirement.key, requirement.title);
        let inner = pane(frame, area, cx, &title, &note, self.in_detail);
        let foot = if cx.bare || inner.height < 10 { 0 } else { 3 };
        let [body, foot] = Layout::vertical([Constraint::Fill(1), Constraint::Length(foot)]).areas(inner);
        let columns = [Column::fixed("CHECK", 9), Column::fill("WHAT IS GOOD, AND WHAT IS NOT", Cut::End), Column::fixed("", 16).right()];
        let focused = self.in_detail;
        Table { columns: &columns, rows: total, focused }.draw(frame, body, cx, &mut self.inside, |at| {
            match line(outcomes, requirement, at) {
                Some(Line::Check(outcome)) => check_row(cx, outcome),
                Some(Line::Finding(place, _)) => world.findings.get(place as usize).map_or_else(Vec::new, |found| finding_row(cx, found)),
                None => Vec::new(),
            }
        });
        let said = match self.line(cx, self.inside.row).filter(|_| focused) {
            Some(Line::Check(outcome)) => outcome.check.title,
            Some(Line::Finding(place, _)) => world.findings.get(place as usize).map_or("", |finding| &finding.message),
            None => "Enter shows the checks behind it and their findings",
        };
        put(frame.buffer_mut(), foot, 0, 0, &cx.glyphs.rule().repeat(usize::from(foot.width)), cx.style(Role::Border));
        let role = if focused { Role::Text } else { Role::Dim };
        for (y, line) in (1..foot.height).zip(wrap(said, usize::from(foot.width.saturating_sub(4)))) {
            put(frame.buffer_mut(), foot, 2, y, &line, cx.style(role));
        }
    }
}

impl Screen for Requirements {
    fn place(&self) -> Place {
        Place::Requirements
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn title(&self, _: &View<'_>) -> String {
        self.framework.short().to_owned()
    }

    fn heading(&self, _: &Cx<'_>) -> String {
        match self.filter.text() {
            "" if self.framework.names_risks() => "met: no check finds an opening for it".to_owned(),
            _ => self.filter.heading(),
        }
    }

    fn about(&self, cx: &Cx<'_>) -> Option<Arn> {
        Some(self.finding(cx)?.resource.clone())
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        let nothing = self.requirement(cx).is_none();
        match action {
            Action::Open | Action::Copy | Action::Explain | Action::NextPane | Action::PreviousPane => {
                nothing.then_some("no requirement under the cursor")
            }
            Action::Fix => self.finding(cx).is_none_or(|finding| finding.status != Status::Fail).then_some("no fail under the cursor"),
            Action::CopyArn => self.finding(cx).is_none().then_some("no finding under the cursor"),
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        if self.in_detail {
            if self.inside.act(action, self.lines(cx)) {
                self.hold(cx);
                return Reply::Handled;
            }
        } else if self.cursor.act(action, self.rows.len()) {
            self.remember(cx);
            return Reply::Handled;
        }
        match action {
            Action::Open => return self.open(cx),
            Action::Explain => return self.explain(cx),
            Action::Copy => return self.copy(cx),
            Action::CopyArn => return self.finding(cx).map_or(Reply::Handled, |finding| copy_arn(&finding.resource)),
            Action::Fix => {
                return self.finding(cx).map_or(Reply::Handled, |finding| Reply::Open(Box::new(Fix::new(finding.id.clone()))));
            }
            Action::NextPane | Action::PreviousPane => self.in_detail = !self.in_detail,
            Action::Back if self.in_detail => self.in_detail = false,
            _ => match self.filter.act(action) {
                Some(changed) => {
                    self.in_detail &= action != Action::Filter;
                    if changed {
                        self.set_filter(cx);
                    }
                }
                None => return Reply::Nothing,
            },
        }
        Reply::Handled
    }

    fn typing(&self) -> bool {
        self.filter.typing()
    }

    fn edit(&mut self, edit: Edit, cx: &Cx<'_>) -> Reply {
        if self.filter.edit(edit) {
            self.set_filter(cx);
        }
        Reply::Handled
    }

    fn click(&mut self, at: Position, cx: &Cx<'_>) -> Reply {
        if let Some(row) = self.cursor.at(at, self.rows.len()).filter(|_| self.two_panes || !self.in_detail) {
            self.in_detail = false;
            self.cursor.row = row;
            self.remember(cx);
            return Reply::Handled;
        }
        let Some(row) = self.inside.at(at, self.lines(cx)) else { return Reply::Handled };
        let again = self.in_detail && self.inside.row == row;
        self.in_detail = true;
        self.inside.row = row;
        self.hold(cx);
        if again { self.open(cx) } else { Reply::Handled }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let body = self.filter.above(area);
        self.two_panes = area.width >= TWO_PANES && !cx.bare;
        let Some(world) = cx.world() else {
            let inner = pane(frame, body, cx, "Requirements", "", true);
            put(frame.buffer_mut(), inner, 2, 0, silent(cx).unwrap_or_default(), cx.style(Role::Dim));
            return;
        };
        let outcomes = cx.cache.outcomes(world);
        if self.two_panes {
            let [list, detail] = Layout::horizontal([Constraint::Percentage(50), Constraint::Fill(1)]).areas(body);
            self.draw_list(frame, list, cx, outcomes);
            self.draw_detail(frame, detail, cx, world, outcomes);
        } else if self.in_detail {
            self.draw_detail(frame, body, cx, world, outcomes);
        } else {
            self.draw_list(frame, body, cx, outcomes);
        }
        self.filter.draw(frame, area, cx);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{
        demo,
        ui::{View, testing::Screen},
        world::{Origin, World},
    };

    #[test]
    fn the_cursor_follows_the_finding_when_the_world_is_replaced() {
        let before = [World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default())];
        let mut shown = View { fleet: &before, generation: 1, ..View::default() };
        let mut screen = Screen::new(80, 24);
        screen.press("gwjjj<enter>/S5<enter><enter>jjjj", &shown);
        let under = |screen: &mut Screen, view: &View<'_>| screen.draw(view).into_iter().find(|row| row.contains('▌')).expect("a cursor");
        let chosen = under(&mut screen, &shown);
        assert!(chosen.contains("fn:"), "{chosen}");
        // The first check of the requirement has nothing to say any more: its two findings above are gone.
        let mut world = before[0].clone();
        world.findings.retain(|finding| finding.check.id != "FN-001");
        let after = [world];
        shown = View { fleet: &after, generation: 2, ..View::default() };
        assert_eq!(under(&mut screen, &shown), chosen);
    }

    #[test]
    fn the_evidence_behind_a_requirement_is_a_few_keys_away() {
        let fleet = [World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default())];
        let view = View { fleet: &fleet, generation: 1, ..View::default() };
        for (width, height) in [(80, 24), (120, 36)] {
            let mut screen = Screen::new(width, height);
            screen.press("gwjjj<enter>/S5<enter>", &view);
            let list = screen.text(&view);
            assert!(list.contains("broken access control") && list.contains("filtered out"), "{list}");
            screen.press("<enter>", &view);
            let behind = screen.text(&view);
            assert!(
                behind.contains("S5 broken access control") && behind.contains("✖ not met, 28 findings") && behind.contains("FN-001"),
                "{behind}"
            );
            println!("{list}\n{behind}\n");
            screen.press("<enter>", &view);
            let check = screen.text(&view);
            assert!(check.contains("Serverless 2018 › FN-001") && check.contains("1 of "), "the way there, and its neighbours: {check}");
            screen.press("<esc>j<enter>", &view);
            let finding = screen.text(&view);
            assert!(finding.contains("1 of") && finding.contains("FN-001 fn:"), "{finding}");
            screen.press("<esc><esc><esc>", &view);
            assert!(screen.text(&view).contains("no check finds an opening"), "{}", screen.text(&view));
            assert!(screen.text(&view).contains("S10"), "the filter is gone: {}", screen.text(&view));
        }
    }
}
