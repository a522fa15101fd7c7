//! The findings of the account, a layer or a resource, with a preview beside them.

mod export;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};
use tui_input::Input;

use super::{Check, Finding, Fix, Function, Principal, THREE_PANES, TWO_PANES, Waive, finding};
use crate::{
    model::{Arn, text},
    ui::{
        Effect, Toast, View,
        binding::{Action, Place},
        glyph::{effort_word, finding_role, verdict_word},
        index::{Chosen, Index, Scope, resource_name},
        paint::{put, row},
        screen::{Cx, Edit, Reply, Screen},
        theme::Role,
        widgets::{
            filter::Filter,
            pane::pane,
            prose::{Prose, Scroll},
            table::{Cell, Column, Cursor, Table},
        },
        width::{Cut, fit, wrap},
    },
    world::{self, Status, World},
};

/// A list of findings.
pub(crate) struct Findings {
    index: Index,
    cursor: Cursor,
    chosen: Option<Chosen>,
    preview: Scroll,
    in_preview: bool,
    zoomed: bool,
    two_panes: bool,
    line: Option<(Input, String)>,
}

impl Findings {
    /// The findings of `scope`.
    pub(crate) fn new(scope: Scope) -> Self {
        Self {
            index: Index::new(scope),
            cursor: Cursor::default(),
            chosen: None,
            preview: Scroll::default(),
            in_preview: false,
            zoomed: false,
            two_panes: false,
            line: None,
        }
    }

    fn finding<'w>(&self, cx: &Cx<'w>) -> Option<(u32, &'w world::Finding)> {
        self.index.at(cx.world()?, self.cursor.row)
    }

    fn remember(&mut self, cx: &Cx<'_>) {
        let chosen = cx.world().and_then(|world| self.index.choose(world, cx.cache, self.cursor.row));
        if chosen.as_ref().map(Chosen::id) != self.chosen.as_ref().map(Chosen::id) {
            self.preview.reset();
        }
        self.chosen = chosen;
    }

    fn refresh(&mut self, cx: &Cx<'_>) {
        if let Some(world) = cx.world()
            && self.index.refresh(world, cx.cache)
        {
            self.settle(cx, self.cursor.row);
        }
    }

    /// New rows keep the cursor on the finding it was on; where that is gone, it is at `row`.
    fn settle(&mut self, cx: &Cx<'_>, row: usize) {
        let Some(world) = cx.world() else { return };
        let found = self.chosen.as_ref().and_then(|chosen| self.index.row_of(chosen, world, cx.cache));
        self.cursor.row = found.unwrap_or(row).min(self.index.rows().len().saturating_sub(1));
        self.remember(cx);
    }

    fn set_filter(&mut self, text: &str, cx: &Cx<'_>) {
        if let Some(world) = cx.world() {
            self.index.set_filter(text, world, cx.cache);
            self.index.refresh(world, cx.cache);
            self.settle(cx, 0);
        }
    }

    fn open(&self, cx: &Cx<'_>) -> Reply {
        match self.finding(cx) {
            Some((_, finding)) => Reply::Open(Box::new(Finding::new(self.index.clone(), finding.id.clone()))),
            None => Reply::Handled,
        }
    }

    fn draw_list(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let total = self.index.rows().len();
        let note = match (total, self.index.scoped()) {
            (0, 0) => String::new(),
            (total, all) => Filter::note(self.cursor.row, total, all),
        };
        let focused = !self.in_preview;
        let inner = pane(frame, area, cx, "Findings", &note, focused);
        let (inner, below) = if self.two_panes || cx.bare || inner.height < 12 { (inner, None) } else { split(inner) };
        if let (Some(below), Some((_, finding))) = (below, self.finding(cx)) {
            // Where there is no room for a preview there is for what the row has to say.
            let rule = cx.glyphs.rule().repeat(usize::from(below.width));
            put(frame.buffer_mut(), below, 0, 0, &rule, cx.style(Role::Border));
            for (y, line) in (1..below.height).zip(wrap(&finding.message, usize::from(below.width.saturating_sub(4)))) {
                put(frame.buffer_mut(), below, 2, y, &line, cx.style(Role::Text));
            }
        }
        if total == 0 {
            let (line, role) = match (cx.view.assessing, self.index.scoped()) {
                (true, 0) => ("scoring: the checks have still to speak", Role::Dim),
                (_, 0) => ("nothing found here", Role::Pass),
                _ => ("the filter leaves nothing: Esc clears it", Role::Dim),
            };
            put(frame.buffer_mut(), inner, 2, 0, line, cx.style(role));
            return;
        }
        let roomy = inner.width >= 62;
        let mut columns = vec![Column::fixed("SEV", 6)];
        if inner.width >= 44 {
            columns.push(Column::fixed("RULE", 6));
        }
        columns.push(Column::fill("RESOURCE", Cut::Middle));
        if roomy {
            columns.push(Column::fill("FINDING", Cut::End).wider());
        }
        if inner.width >= 34 {
            columns.push(Column::fixed("FIX", 6));
        }
        self.index.fill_efforts(world, cx.cache, self.cursor.row, inner.height);
        let (index, glyphs) = (&self.index, cx.glyphs);
        Table { columns: &columns, rows: total, focused }.draw(frame, inner, cx, &mut self.cursor, |at| {
            let Some((place, finding)) = index.at(world, at) else { return Vec::new() };
            let mut cells =
                vec![Cell::new(format!("{} {}", glyphs.finding(finding), verdict_word(finding)), cx.style(finding_role(finding)))];
            if inner.width >= 44 {
                cells.push(Cell::new(finding.check.id, cx.style(Role::Dim)));
            }
            cells.push(Cell::new(resource_name(&finding.resource), cx.style(Role::Text)));
            if roomy {
                cells.push(Cell::new(finding.message.as_str(), cx.style(Role::Text)));
            }
            if inner.width >= 34 {
                cells.push(Cell::new(effort_word(cx.cache.effort(world, place)), cx.style(Role::Dim)));
            }
            cells
        });
    }

    fn draw_preview(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let found = self.finding(cx);
        let title = found.map_or_else(String::new, |(_, finding)| format!("{} {}", finding.check.id, finding.check.title));
        let inner = pane(frame, area, cx, &title, "", self.in_preview);
        let Some((place, finding)) = found else { return };
        let mut prose = Prose::new(cx, inner.width);
        finding::summary(&mut prose, cx, finding);
        prose.heading("Why it matters");
        finding::why(&mut prose, finding);
        finding::evidence(&mut prose, finding);
        finding::fix(&mut prose, cx, world, place);
        finding::keys(&mut prose, finding);
        self.preview.draw(frame, inner, cx, prose.lines());
    }

    fn draw_line(&self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some((input, _)) = &self.line else { return };
        let area = row(area, area.height.saturating_sub(1));
        let buffer = frame.buffer_mut();
        buffer.set_style(area.intersection(buffer.area), cx.style(Role::Text));
        put(buffer, area, 0, 0, &" ".repeat(usize::from(area.width)), cx.style(Role::Text));
        let x = put(buffer, area, 1, 0, "/", cx.style(Role::Accent));
        let shown = text::clean(input.value());
        let room = usize::from(area.width.saturating_sub(x + 1));
        let end = put(buffer, area, x, 0, &fit(&shown, room, Cut::Middle, cx.glyphs.ellipsis()), cx.style(Role::Text));
        let hint = self.index.problem().map_or_else(|| format!("   {}", crate::ui::query::TERMS), |problem| format!("   {problem}"));
        let role = if self.index.problem().is_some() { Role::Fail } else { Role::Dim };
        let left = usize::from(area.width.saturating_sub(end + 2));
        put(buffer, area, end + 1, 0, &fit(&hint, left, Cut::End, cx.glyphs.ellipsis()), cx.style(role));
        let cursor = x.saturating_add(u16::try_from(input.visual_cursor()).unwrap_or(u16::MAX)).min(area.width.saturating_sub(1));
        if !area.is_empty() {
            frame.set_cursor_position(Position::new(area.x + cursor, area.y));
        }
    }

    fn write(&self, world: &World, cx: &Cx<'_>) -> Reply {
        let rows = (0..self.index.rows().len()).filter_map(|at| self.index.at(world, at));
        match export::json(rows.map(|(place, finding)| (finding, effort_word(cx.cache.effort(world, place))))) {
            Ok(contents) => Reply::Effect(Effect::Write { name: "palisade-findings.json".to_owned(), contents }),
            Err(error) => Reply::Say(Toast::bad(error.to_string())),
        }
    }
}

/// Room for the rows, and for a rule and two lines below them.
fn split(area: Rect) -> (Rect, Option<Rect>) {
    let [rows, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(3)]).areas(area);
    (rows, Some(below))
}

impl Screen for Findings {
    fn place(&self) -> Place {
        Place::Findings
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn title(&self, _: &View<'_>) -> String {
        match &self.index.scope {
            Scope::All => "Findings".to_owned(),
            Scope::Layer(layer) => format!("{} {}", layer.index() + 1, layer.title()),
            Scope::Check(id) => (*id).to_owned(),
            Scope::Resource(arn) => resource_name(arn),
        }
    }

    fn heading(&self, cx: &Cx<'_>) -> String {
        let sort = format!("sort: {} {}", self.index.sort().word(), cx.glyphs.down());
        if self.index.filter().is_empty() { sort } else { format!("/{}   {sort}", text::clean(self.index.filter())) }
    }

    fn about(&self, cx: &Cx<'_>) -> Option<Arn> {
        Some(self.finding(cx)?.1.resource.clone())
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        let found = self.finding(cx).zip(cx.world());
        match action {
            Action::Fix | Action::Copy => match found {
                Some(((place, _), world)) => cx.cache.effort(world, place).is_none().then_some("this one has no fix to show"),
                None => Some("no finding under the cursor"),
            },
            Action::Waive => match found {
                Some(((_, finding), _)) => (finding.status != Status::Fail).then_some("only what fails can be waived"),
                None => Some("no finding under the cursor"),
            },
            Action::GoFunction | Action::GoRole | Action::GoKey => match found {
                Some(((_, found), world)) => finding::related(world, found, action).is_none().then_some("this finding has none"),
                None => Some("no finding under the cursor"),
            },
            Action::Open | Action::Explain | Action::CopyArn | Action::Write => found.is_none().then_some("no finding under the cursor"),
            Action::NextPane | Action::PreviousPane | Action::Zoom => (!self.two_panes && !self.zoomed).then_some("there is one pane only"),
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        if self.in_preview && self.preview.act(action) {
            return Reply::Handled;
        }
        if self.cursor.act(action, self.index.rows().len()) {
            self.remember(cx);
            return Reply::Handled;
        }
        let found = self.finding(cx).zip(cx.world());
        match (action, found) {
            (Action::Open, _) => self.open(cx),
            (Action::NextPane | Action::PreviousPane, _) => {
                self.in_preview = !self.in_preview;
                Reply::Handled
            }
            (Action::Zoom, _) => {
                self.zoomed = !self.zoomed;
                Reply::Handled
            }
            (Action::Filter, _) => {
                if let Some(world) = cx.world() {
                    // Gathered now, so that the first letter finds them.
                    cx.cache.texts(world);
                }
                self.line = Some((Input::new(self.index.filter().to_owned()), self.index.filter().to_owned()));
                Reply::Handled
            }
            (Action::Accept, _) => {
                self.line = None;
                Reply::Handled
            }
            (Action::Discard, _) => {
                if let Some((_, before)) = self.line.take() {
                    // Esc gives the list back as it was before the line was opened.
                    self.set_filter(&before, cx);
                }
                Reply::Handled
            }
            (Action::Back, _) if !self.index.filter().is_empty() => {
                self.set_filter("", cx);
                Reply::Handled
            }
            (Action::Sort, _) => {
                self.index.set_sort(self.index.sort().next());
                self.refresh(cx);
                Reply::Handled
            }
            (Action::Fix, Some(((_, finding), _))) => Reply::Open(Box::new(Fix::new(finding.id.clone()))),
            (Action::Explain, Some(((_, finding), _))) => Reply::Open(Box::new(Check::new(finding.check))),
            (Action::Copy, Some(((place, _), world))) => Fix::copy(cx, world, place),
            (Action::Waive, Some(((_, finding), world))) => Reply::Open(Box::new(Waive::new(finding, world))),
            (Action::CopyArn, Some(((_, finding), _))) => finding::copy_arn(&finding.resource),
            (Action::Write, Some((_, world))) => self.write(world, cx),
            (Action::GoFunction | Action::GoRole | Action::GoKey, Some(((_, found), world))) => {
                match finding::related(world, found, action) {
                    Some(arn) if action == Action::GoFunction => Reply::Open(Box::new(Function::new(arn))),
                    Some(arn) if action == Action::GoRole => Reply::Open(Box::new(Principal::new(arn))),
                    Some(arn) => Reply::Open(Box::new(Self::new(Scope::Resource(arn)))),
                    None => Reply::Handled,
                }
            }
            _ => Reply::Nothing,
        }
    }

    fn typing(&self) -> bool {
        self.line.is_some()
    }

    fn edit(&mut self, edit: Edit, cx: &Cx<'_>) -> Reply {
        if let Some((input, _)) = &mut self.line {
            edit.apply(input);
            let value = input.value().to_owned();
            self.set_filter(&value, cx);
        }
        Reply::Handled
    }

    fn click(&mut self, at: Position, cx: &Cx<'_>) -> Reply {
        let Some(row) = self.cursor.at(at, self.index.rows().len()) else { return Reply::Handled };
        let again = self.cursor.row == row && !self.in_preview;
        self.in_preview = false;
        self.cursor.row = row;
        self.remember(cx);
        if again { self.open(cx) } else { Reply::Handled }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some(world) = cx.world() else {
            pane(frame, area, cx, "Findings", "", true);
            return;
        };
        let body = Rect { height: area.height.saturating_sub(u16::from(self.line.is_some())), ..area };
        self.two_panes = area.width >= TWO_PANES && !cx.bare && !self.zoomed;
        if self.two_panes {
            let list = if area.width >= THREE_PANES { Constraint::Percentage(55) } else { Constraint::Length(52) };
            let [list, preview] = Layout::horizontal([list, Constraint::Fill(1)]).areas(body);
            self.draw_list(frame, list, cx, world);
            self.draw_preview(frame, preview, cx, world);
        } else if self.zoomed && self.in_preview {
            self.draw_preview(frame, body, cx, world);
        } else {
            self.in_preview = false;
            self.draw_list(frame, body, cx, world);
        }
        if self.line.is_some() {
            self.draw_line(frame, area, cx);
        }
    }
}
