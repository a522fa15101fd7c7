//! The attack paths: from where somebody can get to what, step by step, and where a path is cheapest to break.

mod selection;
mod story;
#[cfg(test)]
mod tests;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};

use self::{
    selection::{Selection, vanishing},
    story::{Step, Story},
};
use super::{Findings, Fix, TWO_PANES, finding};
use crate::{
    model::{Arn, Posture},
    paths::{Confidence, Hop, Node, Path, Question},
    report::reach,
    ui::{
        Effect, View,
        binding::{Action, Place},
        index::Scope,
        paint::put,
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            pane::pane,
            prose::{Prose, Scroll},
            table::{Cell, Column, Cursor, Table},
        },
        width::{Cut, wrap},
    },
    world::World,
};

/// The attack paths of an account.
#[derive(Default)]
pub(crate) struct AttackPaths {
    selection: Selection,
    cursor: Cursor,
    /// The path under the cursor, by its id: it stays there when paths come or go.
    picked: Option<String>,
    in_story: bool,
    zoomed: bool,
    two_panes: bool,
    step: usize,
    scroll: Scroll,
    detail: Scroll,
    /// The step that is taken away in thought.
    without: Option<Hop>,
    made_for: Option<u64>,
}

impl AttackPaths {
    /// Those that begin, pass or end at `node`.
    pub(crate) fn touching(node: Node) -> Self {
        Self { selection: Selection { touching: Some(node), ..Selection::default() }, ..Self::default() }
    }

    fn refresh(&mut self, cx: &Cx<'_>) {
        let known = cx.view.insight.and_then(|insight| insight.paths_of());
        if known.is_some() && known == self.made_for {
            return;
        }
        self.made_for = known;
        self.choose(cx);
    }

    /// Lists the paths anew; the cursor stays on its path.
    fn choose(&mut self, cx: &Cx<'_>) {
        let paths = found(cx);
        self.selection.choose(paths);
        let place = |id: &String| self.selection.rows.iter().position(|row| paths.get(*row).is_some_and(|path| path.id == *id));
        self.cursor.row = self.picked.as_ref().and_then(place).unwrap_or_default();
        self.remember(cx);
    }

    /// Notes which path is under the cursor; another one begins at its break.
    fn remember(&mut self, cx: &Cx<'_>) {
        let path = self.path(cx).map(|(_, path)| path);
        let (id, steps, break_at) = path.map_or((None, 0, 0), |path| (Some(path.id.clone()), path.hops.len(), path.break_at));
        if id != self.picked || self.step >= steps {
            self.picked = id;
            self.step = break_at.min(steps.saturating_sub(1));
            self.scroll.reset();
            self.detail.reset();
        }
    }

    /// The path under the cursor with its number.
    fn path<'v>(&self, cx: &Cx<'v>) -> Option<(usize, &'v Path)> {
        let row = *self.selection.rows.get(self.cursor.row)?;
        Some((row + 1, found(cx).get(row)?))
    }

    fn hop<'v>(&self, cx: &Cx<'v>) -> Option<&'v Hop> {
        self.path(cx)?.1.hops.get(self.step)
    }

    fn move_to(&mut self, row: Option<usize>, cx: &Cx<'_>) -> Reply {
        if let Some(row) = row.filter(|row| *row < self.selection.rows.len()) {
            self.cursor.row = row;
            self.remember(cx);
        }
        Reply::Handled
    }

    fn move_step(&mut self, action: Action, cx: &Cx<'_>) -> bool {
        let Some((_, path)) = self.path(cx) else { return false };
        let last = path.hops.len().saturating_sub(1);
        self.step = match action {
            Action::Down => self.step.saturating_add(1).min(last),
            Action::Up => self.step.saturating_sub(1),
            Action::Top => 0,
            Action::Bottom => last,
            _ => return self.detail.act(action),
        };
        self.detail.reset();
        true
    }

    fn draw_list(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let (paths, rows) = (found(cx), &self.selection.rows);
        let note = if rows.is_empty() { String::new() } else { format!("{} of {}", self.cursor.row + 1, rows.len()) };
        let focused = !self.in_story;
        let inner = pane(frame, area, cx, "Paths", &note, focused);
        if rows.is_empty() {
            let (words, role) = nothing(cx, world, paths.len());
            for (y, line) in (0..inner.height).zip(wrap(&words, usize::from(inner.width.saturating_sub(4)))) {
                put(frame.buffer_mut(), inner, 2, y, &line, cx.style(role));
            }
            return;
        }
        let roomy = inner.width >= 70;
        let mut columns = vec![Column::fixed("#", 3).right(), Column::fixed("HOPS", 4).right(), Column::fill("FROM", Cut::Middle)];
        columns.push(Column::fill("TO", Cut::Middle));
        if inner.width >= 40 {
            columns.push(Column::fixed("SURE", if roomy { 13 } else { 5 }));
        }
        if roomy {
            columns.push(Column::fixed("GAIN", 5).right());
        }
        let without = self.without.as_ref();
        Table { columns: &columns, rows: rows.len(), focused }.draw(frame, inner, cx, &mut self.cursor, |at| {
            let Some((place, path)) = rows.get(at).and_then(|place| Some((*place, paths.get(*place)?))) else { return Vec::new() };
            let gone = without.is_some_and(|step| path.takes(step));
            let style = |role| cx.style(if gone { Role::Dim } else { role });
            let (sure, role) = sure(path.confidence, roomy);
            let (sure, role) = if gone { ("gone", Role::Pass) } else { (sure, role) };
            let mut cells = vec![
                Cell::new((place + 1).to_string(), style(Role::Dim)),
                Cell::new(path.hops.len().to_string(), style(Role::Text)),
                Cell::new(path.from.label(), style(Role::Text)),
                Cell::new(path.to.label(), style(if path.to == Node::Admin { Role::Critical } else { Role::Text })),
            ];
            if inner.width >= 40 {
                cells.push(Cell::new(sure, cx.style(role)));
            }
            if roomy {
                cells.push(Cell::new(format!("{:+.1}", path.gain), style(Role::Dim)));
            }
            cells
        });
    }

    fn draw_story(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let Some((number, path)) = self.path(cx) else {
            pane(frame, area, cx, "Path", "", self.in_story);
            return;
        };
        let dense = !self.two_panes;
        let wanted = u16::try_from(path.hops.iter().map(|hop| height(hop, dense)).sum::<usize>() + 1).unwrap_or(u16::MAX).saturating_add(2);
        let most = (area.height * 3 / 5).max(4);
        let [above, below] = Layout::vertical([Constraint::Length(wanted.min(most)), Constraint::Fill(1)]).areas(area);
        let note = format!("{} of {}", self.cursor.row + 1, self.selection.rows.len());
        let inner = pane(frame, above, cx, &format!("Path {number}"), &note, self.in_story);
        let mut prose = Prose::new(cx, inner.width);
        let story = Story { path, step: self.step, focused: self.in_story, without: self.without.as_ref(), room: inner.width, dense };
        let line = story::steps(&mut prose, cx, &story);
        // What the step leads to, then the step itself.
        self.scroll.turn_to(line + 2, inner.height);
        self.scroll.turn_to(line, inner.height);
        self.scroll.draw(frame, inner, cx, prose.lines());
        let Some(hop) = path.hops.get(self.step) else { return };
        let inner = pane(frame, below, cx, "", "", false);
        let mut prose = Prose::new(cx, inner.width);
        let fix = self.fix(cx, world);
        let gain = fix.map(|finding| finding.gain);
        let fix = fix.map(|finding| format!("{} {}", finding.check.id, finding.message));
        let step = Step { hop, number: self.step + 1, fix, gain };
        story::step(&mut prose, cx, found(cx), &world.score.rating, &step, dense);
        self.detail.draw(frame, inner, cx, prose.lines());
    }

    /// The worst finding with a plan on what the step leads to, on who takes it, or on their roles.
    fn fix<'w>(&self, cx: &Cx<'w>, world: &'w World) -> Option<&'w crate::world::Finding> {
        let hop = self.hop(cx)?;
        let mut resources: Vec<&Arn> = Vec::new();
        for arn in [&hop.to, &hop.from].into_iter().filter_map(Node::arn) {
            resources.push(arn);
            resources.extend(role_of(&world.posture, arn));
        }
        let mut places = (0u32..).zip(&world.findings).filter(|(_, finding)| resources.contains(&&finding.resource));
        places.find(|(place, _)| cx.cache.effort(world, *place).is_some()).map(|(_, finding)| finding)
    }

    /// What the step under the cursor is about: what it leads to, or who takes it.
    fn resource(&self, cx: &Cx<'_>) -> Option<Arn> {
        let hop = self.hop(cx)?;
        hop.to.arn().or_else(|| hop.from.arn()).cloned()
    }
}

/// The paths, as far as they are worked out.
fn found<'v>(cx: &Cx<'v>) -> &'v [Path] {
    cx.view.insight.and_then(|insight| insight.paths()).unwrap_or_default()
}

fn role_of<'p>(posture: &'p Posture, arn: &Arn) -> Option<&'p Arn> {
    posture.function(arn).map(|function| &function.role)
}

/// How many lines a step takes.
fn height(hop: &Hop, dense: bool) -> usize {
    3 - usize::from(dense) + usize::from(hop.condition.is_some()) + usize::from(hop.needs_trigger)
}

const fn sure(confidence: Confidence, roomy: bool) -> (&'static str, Role) {
    match (confidence, roomy) {
        (Confidence::Certain, true) => ("certain", Role::Critical),
        (Confidence::Certain, false) => ("sure", Role::Critical),
        (Confidence::NeedsTrigger, true) => ("needs trigger", Role::High),
        (Confidence::NeedsTrigger, false) => ("waits", Role::High),
        (Confidence::Conditional, true) => ("conditional", Role::Unknown),
        (Confidence::Conditional, false) => ("maybe", Role::Unknown),
    }
}

/// Why no path is listed.
fn nothing(cx: &Cx<'_>, world: &World, all: usize) -> (String, Role) {
    if cx.view.insight.is_none_or(|insight| insight.paths().is_none()) {
        return ("working out paths: every step that the policies allow is followed to its end".to_owned(), Role::Dim);
    }
    if all > 0 {
        return (format!("{all} paths, and none of them here: F and t choose where they begin and end"), Role::Dim);
    }
    let mut blind: Vec<&str> = world.posture.blind().map(|run| run.source.word()).collect();
    blind.dedup();
    let posture = &world.posture;
    if posture.identity.roles.gap.is_some() && !blind.contains(&"iam") {
        blind.push("iam");
    }
    if posture.regions.values().any(|region| region.functions.gap.is_some()) && !blind.contains(&"lambda") {
        blind.push("lambda");
    }
    if blind.is_empty() {
        ("no path: nobody who should not gets to data or to administrator".to_owned(), Role::Pass)
    } else {
        (format!("? no path in what was read, but {} was not read whole: c says why", blind.join(", ")), Role::Unknown)
    }
}

impl Screen for AttackPaths {
    fn place(&self) -> Place {
        Place::Paths
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn title(&self, _: &View<'_>) -> String {
        "Attack paths".to_owned()
    }

    fn heading(&self, cx: &Cx<'_>) -> String {
        let Selection { from, to, sort, touching, .. } = &self.selection;
        let mut parts = Vec::new();
        if let Some(without) = &self.without {
            let (gone, all) = (vanishing(found(cx), without).len(), found(cx).len());
            parts.push(format!("what if: {} of {all} left", all - gone));
        }
        parts.extend(touching.iter().map(|node| format!("by {}", node.label())));
        parts.push(format!("from: {}", from.word()));
        parts.push(format!("to: {}", to.word()));
        parts.push(format!("sort: {}", sort.word()));
        parts.join("   ")
    }

    fn asks(&self, _: &Cx<'_>) -> Option<Question> {
        Some(Question::Paths)
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        let rows = self.selection.rows.len();
        match action {
            Action::Next => (self.cursor.row + 1 >= rows).then_some("there is no next path here"),
            Action::Previous => (self.cursor.row == 0).then_some("there is no path before this one"),
            Action::Open | Action::Copy | Action::Write | Action::WhatIf => self.hop(cx).is_none().then_some("no path under the cursor"),
            Action::CopyArn => self.resource(cx).is_none().then_some("this step has no ARN"),
            Action::Fix => match cx.world() {
                Some(world) => self.fix(cx, world).is_none().then_some("no fix is known for this step"),
                None => Some("no path under the cursor"),
            },
            Action::Zoom => (!self.two_panes && !self.zoomed).then_some("there is one pane only"),
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        if self.in_story && self.move_step(action, cx) {
            return Reply::Handled;
        }
        if !self.in_story && self.cursor.act(action, self.selection.rows.len()) {
            self.remember(cx);
            return Reply::Handled;
        }
        match action {
            Action::Next => return self.move_to(self.cursor.row.checked_add(1), cx),
            Action::Previous => return self.move_to(self.cursor.row.checked_sub(1), cx),
            Action::NextPane | Action::PreviousPane => self.in_story = !self.in_story,
            Action::Back if self.in_story && !self.two_panes => self.in_story = false,
            Action::Back if self.without.is_some() => self.without = None,
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::From => self.selection.next_from(),
            Action::To => self.selection.next_to(),
            Action::Sort => self.selection.next_sort(),
            Action::Open if !self.in_story => self.in_story = true,
            Action::Open => {
                return self.resource(cx).map_or(Reply::Handled, |arn| Reply::Open(Box::new(Findings::new(Scope::Resource(arn)))));
            }
            Action::WhatIf => {
                let hop = self.hop(cx).cloned();
                self.without = hop.filter(|hop| !self.without.as_ref().is_some_and(|without| without.is_same_step(hop)));
            }
            Action::Fix => {
                let fix = cx.world().and_then(|world| self.fix(cx, world));
                return fix.map_or(Reply::Handled, |finding| Reply::Open(Box::new(Fix::new(finding.id.clone()))));
            }
            Action::Copy => {
                let Some((number, path)) = self.path(cx) else { return Reply::Handled };
                return Reply::Effect(Effect::Copy { text: reach::path_text(number, path), what: format!("path {number}") });
            }
            Action::CopyArn => return self.resource(cx).map_or(Reply::Handled, |arn| finding::copy_arn(&arn)),
            Action::Write => {
                let rows = self.selection.rows.iter().filter_map(|row| found(cx).get(*row));
                let contents = reach::path_drawing(rows);
                return Reply::Effect(Effect::Write { name: "palisade-paths.mmd".to_owned(), contents });
            }
            _ => return Reply::Nothing,
        }
        if matches!(action, Action::From | Action::To | Action::Sort) {
            self.choose(cx);
        }
        Reply::Handled
    }

    fn click(&mut self, at: Position, cx: &Cx<'_>) -> Reply {
        if let Some(row) = self.cursor.at(at, self.selection.rows.len()) {
            self.in_story = !self.two_panes && self.cursor.row == row;
            return self.move_to(Some(row), cx);
        }
        Reply::Handled
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some(world) = cx.world() else {
            pane(frame, area, cx, "Paths", "", true);
            return;
        };
        self.two_panes = area.width >= TWO_PANES && !cx.bare && !self.zoomed;
        if self.two_panes {
            let [list, story] = Layout::horizontal([Constraint::Length(52), Constraint::Fill(1)]).areas(area);
            self.draw_list(frame, list, cx, world);
            self.draw_story(frame, story, cx, world);
        } else if self.in_story && !self.selection.rows.is_empty() {
            self.draw_story(frame, area, cx, world);
        } else {
            self.in_story = false;
            self.draw_list(frame, area, cx, world);
        }
    }
}
