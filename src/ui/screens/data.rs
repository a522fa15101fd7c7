//! What holds data: a row each with its class and what it lacks, and beside it who writes it, who reads it and what decides that.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};

use super::{Check, Finding, Function, TWO_PANES, WaysIn, finding::copy_arn, ways_in::strip};
use crate::{
    checks,
    flow::{Class, Flow, Store},
    lens::By,
    model::{Arn, text},
    paths::{Question, resource_name},
    ui::{
        View,
        binding::{Action, Place},
        cache::Stamp,
        glyph::{finding_role, verdict_word},
        index::{Index, Scope},
        paint::{put, row},
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            pane::pane,
            table::{Cell, Column, Cursor, Table},
        },
        width::Cut,
    },
    world,
};

/// The stores of data.
#[derive(Default)]
pub(crate) struct Data {
    flow: Option<Flow>,
    made_for: Option<(Option<Stamp>, u64)>,
    cursor: Cursor,
    inside: Cursor,
    /// What there is to say of the chosen store.
    lines: Vec<Line>,
    /// What is found on those who write or read the chosen store: places in the world's findings.
    found: Vec<u32>,
    chosen: Option<Arn>,
    in_detail: bool,
    two_panes: bool,
}

/// A row of the detail.
struct Line {
    word: &'static str,
    role: Role,
    /// Who, or the check's id.
    what: String,
    /// By what, or what the check says.
    said: String,
    /// What decides it.
    because: String,
    who: Option<Arn>,
    check: Option<&'static str>,
}

impl Data {
    fn refresh(&mut self, cx: &Cx<'_>) {
        let (Some(world), Some((of, uses))) = (cx.world(), cx.view.insight.and_then(|insight| insight.data())) else { return };
        let made_for = Some((cx.cache.stamp(), of));
        if self.made_for == made_for {
            return;
        }
        self.made_for = made_for;
        let flow = Flow::new(world, uses);
        let at = self.chosen.as_ref().and_then(|arn| flow.stores.iter().position(|store| store.arn == *arn));
        self.cursor.row = at.unwrap_or(self.cursor.row).min(flow.stores.len().saturating_sub(1));
        self.flow = Some(flow);
        self.chosen = None;
        let inside = self.inside;
        self.remember(cx);
        if at.is_some() {
            self.inside = inside;
        }
    }

    fn stores(&self) -> &[Store] {
        self.flow.as_ref().map_or(&[], |flow| &flow.stores)
    }

    fn store(&self) -> Option<&Store> {
        self.stores().get(self.cursor.row)
    }

    fn remember(&mut self, cx: &Cx<'_>) {
        let chosen = self.store().map(|store| store.arn.clone());
        if chosen != self.chosen {
            self.chosen = chosen;
            self.inside = Cursor::default();
            self.lines = self.store().map(lines).unwrap_or_default();
            let hands = self.store().into_iter().flat_map(|store| store.writers.iter().chain(&store.readers)).map(|hand| &hand.who);
            self.found = cx.world().map(|world| cx.cache.ledger(world).findings(hands)).unwrap_or_default();
        }
    }

    /// How many rows the detail has.
    fn rows(&self) -> usize {
        self.lines.len() + self.found.len()
    }

    /// The row under the cursor of the detail, unless it is a finding on somebody who writes or reads.
    fn line(&self) -> Option<&Line> {
        self.lines.get(self.inside.row).filter(|_| self.in_detail)
    }

    /// The finding under the cursor of the detail: on the store, or on somebody who writes or reads.
    fn finding<'w>(&self, cx: &Cx<'w>) -> Option<&'w world::Finding> {
        let Some(line) = self.line() else { return self.found_at(cx, self.inside.row.checked_sub(self.lines.len())?) };
        let (check, store) = (line.check?, self.store()?);
        cx.world()?.findings.iter().find(|finding| finding.check.id == check && finding.resource == store.arn)
    }

    /// The check that the row under the cursor of the detail speaks of.
    fn check(&self, cx: &Cx<'_>) -> Option<&'static checks::Check> {
        match self.line() {
            Some(line) => checks::find(line.check?),
            None => Some(self.finding(cx).filter(|_| self.in_detail)?.check),
        }
    }

    /// The function under the cursor of the detail.
    fn function(&self, cx: &Cx<'_>) -> Option<Arn> {
        let who = self.line()?.who.as_ref()?;
        cx.world()?.posture.function(who).map(|function| function.arn.clone())
    }

    fn found_at<'w>(&self, cx: &Cx<'w>, at: usize) -> Option<&'w world::Finding> {
        cx.world()?.findings.get(*self.found.get(at)? as usize)
    }

    fn open(&mut self, cx: &Cx<'_>) -> Reply {
        if !self.in_detail {
            self.in_detail = self.store().is_some();
            return Reply::Handled;
        }
        if let Some(found) = self.finding(cx) {
            let index = Index::new(Scope::Resource(found.resource.clone()));
            return Reply::Open(Box::new(Finding::new(index, found.id.clone())));
        }
        match self.function(cx) {
            Some(function) => Reply::Open(Box::new(Function::new(function))),
            None => self.explain(cx),
        }
    }

    fn explain(&self, cx: &Cx<'_>) -> Reply {
        self.check(cx).map_or(Reply::Handled, |check| Reply::Open(Box::new(Check::new(check))))
    }

    fn draw_list(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let total = self.stores().len();
        let note = if total == 0 { String::new() } else { format!("{} of {total}", self.cursor.row + 1) };
        let focused = !self.in_detail;
        let inner = strip(frame, area, cx, By::Data, &note, focused);
        let Some(flow) = &self.flow else {
            put(frame.buffer_mut(), inner, 2, 0, "working out who may read and write what", cx.style(Role::Dim));
            return;
        };
        if total == 0 {
            put(frame.buffer_mut(), inner, 2, 0, "nothing that holds data was read: c says what is missing", cx.style(Role::Dim));
            return;
        }
        let mut columns = vec![
            Column::fixed("KIND", 11),
            Column::fill("NAME", Cut::Middle),
            Column::fixed("CLASS", 11),
            Column::fixed("LACKS", 5).right(),
        ];
        if inner.width >= 70 {
            columns.extend([Column::fixed("WRITE", 5).right(), Column::fixed("READ", 5).right()]);
        }
        let wide = inner.width >= 70;
        Table { columns: &columns, rows: total, focused }.draw(frame, inner, cx, &mut self.cursor, |at| {
            let Some(store) = flow.stores.get(at) else { return Vec::new() };
            let lacks = if store.lacks.is_empty() { Role::Dim } else { Role::High };
            let unsure = if store.unknown.is_empty() { "" } else { "?" };
            let mut cells = vec![
                Cell::new(store.kind, cx.style(Role::Dim)),
                Cell::new(text::clean(name(&store.arn)), cx.style(Role::Text)),
                Cell::new(store.class.word(), cx.style(class_role(store.class))),
                Cell::new(format!("{}{unsure}", store.lacks.len()), cx.style(lacks)),
            ];
            if wide {
                cells.push(Cell::new(Store::count(&store.writers).to_string(), cx.style(Role::Text)));
                cells.push(Cell::new(Store::count(&store.readers).to_string(), cx.style(Role::Text)));
            }
            cells
        });
    }

    fn draw_detail(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some(store) = self.store() else {
            pane(frame, area, cx, "", "", self.in_detail);
            return;
        };
        let inner = pane(frame, area, cx, &text::clean(name(&store.arn)), "", self.in_detail);
        let class = format!("{}: {}", store.class.word(), text::clean(&store.class_by));
        put(frame.buffer_mut(), inner, 1, 0, &class, cx.style(class_role(store.class)));
        let gap = self.flow.as_ref().and_then(|flow| flow.gaps.first());
        if let Some(gap) = gap {
            let said = format!("? somebody may be missing: {gap}");
            put(frame.buffer_mut(), row(inner, 1), 1, 0, &text::clean(&said), cx.style(Role::Unknown));
        }
        let [_, body, foot] =
            Layout::vertical([Constraint::Length(1 + u16::from(gap.is_some())), Constraint::Min(2), Constraint::Length(1)]).areas(inner);
        let columns = [Column::fixed("", 6), Column::fill("WHO OR RULE", Cut::Middle), Column::fill("BY", Cut::End).wider()];
        let focused = self.in_detail;
        let mut cursor = self.inside;
        Table { columns: &columns, rows: self.rows(), focused }.draw(frame, body, cx, &mut cursor, |at| {
            let Some(line) = self.lines.get(at) else {
                return self.found_at(cx, at - self.lines.len()).map(|found| cells(cx, found)).unwrap_or_default();
            };
            vec![
                Cell::new(line.word, cx.style(line.role)),
                Cell::new(text::clean(&line.what), cx.style(Role::Text)),
                Cell::new(text::clean(&line.said), cx.style(Role::Dim)),
            ]
        });
        self.inside = cursor;
        let said = self.line().map(|line| line.because.as_str()).or_else(|| Some(self.finding(cx)?.message.as_str()));
        if let Some(said) = said.filter(|_| focused) {
            put(frame.buffer_mut(), foot, 1, 0, &text::clean(said), cx.style(Role::Accent));
        }
    }
}

/// The row of a finding on somebody who writes or reads.
fn cells<'w>(cx: &Cx<'_>, found: &'w world::Finding) -> Vec<Cell<'w>> {
    vec![
        Cell::new(format!("{} {}", cx.glyphs.finding(found), verdict_word(found)), cx.style(finding_role(found))),
        Cell::new(found.check.id, cx.style(Role::Text)),
        Cell::new(found.message.as_str(), cx.style(Role::Dim)),
    ]
}

/// What people call it; its kind stands beside it.
fn name(arn: &Arn) -> &str {
    arn.name()
}

const fn class_role(class: Class) -> Role {
    match class {
        Class::Sensitive => Role::High,
        Class::Unknown => Role::Unknown,
        Class::Ordinary | Class::Development => Role::Dim,
    }
}

fn lines(store: &Store) -> Vec<Line> {
    let mut lines = Vec::new();
    for (word, role, all) in [("LACKS", Role::High, &store.lacks), ("?", Role::Unknown, &store.unknown)] {
        lines.extend(all.iter().map(|one| Line {
            word,
            role,
            what: one.check.to_owned(),
            said: one.said.clone(),
            because: "Enter shows the finding".to_owned(),
            who: None,
            check: Some(one.check),
        }));
    }
    for (word, hands) in [("writes", &store.writers), ("reads", &store.readers)] {
        lines.extend(hands.iter().map(|hand| Line {
            word,
            role: Role::Text,
            what: resource_name(&hand.who),
            said: hand.condition.as_ref().map_or_else(|| hand.by.clone(), |condition| format!("{}, {condition}", hand.by)),
            because: hand.evidence.join("; "),
            who: Some(hand.who.clone()),
            check: None,
        }));
    }
    lines.extend(store.has.iter().map(|one| Line {
        word: "has",
        role: Role::Pass,
        what: one.check.to_owned(),
        said: one.said.clone(),
        because: "Enter explains the check".to_owned(),
        who: None,
        check: Some(one.check),
    }));
    lines
}

impl Screen for Data {
    fn place(&self) -> Place {
        Place::Data
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn title(&self, _: &View<'_>) -> String {
        By::Data.title().to_owned()
    }

    fn asks(&self, _: &Cx<'_>) -> Option<Question> {
        Some(Question::Data)
    }

    fn about(&self, _: &Cx<'_>) -> Option<Arn> {
        Some(self.store()?.arn.clone())
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        match action {
            Action::Open if self.in_detail => {
                (self.check(cx).is_none() && self.function(cx).is_none()).then_some("there is no more to say of this")
            }
            Action::Explain => self.check(cx).is_none().then_some("no check under the cursor"),
            Action::Open | Action::Copy | Action::CopyArn | Action::NextPane | Action::PreviousPane => {
                self.store().is_none().then_some("nothing that holds data under the cursor")
            }
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        if self.in_detail {
            if self.inside.act(action, self.rows()) {
                return Reply::Handled;
            }
        } else if self.cursor.act(action, self.stores().len()) {
            self.remember(cx);
            return Reply::Handled;
        }
        match action {
            Action::Open => return self.open(cx),
            Action::Explain => return self.explain(cx),
            Action::NextView => return Reply::Become(Box::new(WaysIn::new(By::Trigger))),
            Action::NextPane | Action::PreviousPane => self.in_detail = !self.in_detail,
            Action::Back if self.in_detail => self.in_detail = false,
            Action::Copy | Action::CopyArn => return self.store().map_or(Reply::Handled, |store| copy_arn(&store.arn)),
            _ => return Reply::Nothing,
        }
        Reply::Handled
    }

    fn click(&mut self, at: Position, cx: &Cx<'_>) -> Reply {
        if let Some(row) = self.cursor.at(at, self.stores().len()).filter(|_| self.two_panes || !self.in_detail) {
            self.in_detail = false;
            self.cursor.row = row;
            self.remember(cx);
            return Reply::Handled;
        }
        let Some(row) = self.inside.at(at, self.rows()) else { return Reply::Handled };
        let again = self.in_detail && self.inside.row == row;
        self.in_detail = true;
        self.inside.row = row;
        if again { self.open(cx) } else { Reply::Handled }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        self.two_panes = area.width >= TWO_PANES && !cx.bare;
        if self.two_panes {
            let [list, detail] = Layout::horizontal([Constraint::Percentage(45), Constraint::Fill(1)]).areas(area);
            self.draw_list(frame, list, cx);
            self.draw_detail(frame, detail, cx);
        } else if self.in_detail {
            self.draw_detail(frame, area, cx);
        } else {
            self.draw_list(frame, area, cx);
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
    fn who_writes_a_table_and_what_it_lacks_is_a_few_keys_away() {
        let world = World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default());
        let mut insight = Insight::default();
        insight.learn(1, Question::Data.answer(&world.posture, Library::new(&world.posture).into()));
        let fleet = [world];
        let view = View { fleet: &fleet, generation: 1, insight: Some(&insight), ..View::default() };
        for (width, height) in [(80, 24), (120, 36)] {
            let mut screen = Screen::new(width, height);
            screen.press("gd", &view);
            let list = screen.text(&view);
            assert!(list.contains("sensitive") && list.contains("KIND"), "{list}");
            screen.press("<enter>", &view);
            let detail = screen.text(&view);
            assert!(detail.contains("writes") && detail.contains("LACKS"), "{detail}");
            println!("{list}\n{detail}");
            screen.press("<enter>", &view);
            assert!(screen.text(&view).contains("By data ›"), "{}", screen.text(&view));
            screen.press("<esc><esc>", &view);
            assert!(screen.text(&view).contains("KIND"), "{}", screen.text(&view));
        }
    }

    #[test]
    fn what_protects_a_store_is_explained_and_so_is_what_it_lacks() {
        let world = World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default());
        let mut insight = Insight::default();
        insight.learn(1, Question::Data.answer(&world.posture, Library::new(&world.posture).into()));
        let fleet = [world];
        let view = View { fleet: &fleet, generation: 1, insight: Some(&insight), ..View::default() };
        let mut screen = Screen::new(120, 36);
        screen.press("gd<enter>", &view);
        let rows = screen.draw(&view);
        let head = rows.iter().position(|row| row.contains("WHO OR RULE")).unwrap();
        let has = rows.iter().position(|row| row.contains("│  has ")).unwrap();
        screen.press(&"j".repeat(has - head - 1), &view);
        assert!(screen.text(&view).contains("▌ has"), "{}", screen.text(&view));
        for key in ["<enter>", "e"] {
            screen.press(key, &view);
            assert!(screen.text(&view).contains("Why it matters"), "{}", screen.text(&view));
            screen.press("<esc>", &view);
            assert!(screen.text(&view).contains("▌ has"), "the cursor stays: {}", screen.text(&view));
        }
        screen.press("gge", &view);
        assert!(screen.text(&view).contains("By data › MV-011"), "{}", screen.text(&view));
    }

    #[test]
    fn until_it_is_worked_out_it_says_so() {
        let fleet = [World::unassessed(Origin::Demo, Arc::new(demo::posture()), Arc::default())];
        let view = View { fleet: &fleet, generation: 1, ..View::default() };
        let mut screen = Screen::new(80, 24);
        screen.press("gd", &view);
        assert!(screen.text(&view).contains("working out who"), "{}", screen.text(&view));
    }
}
