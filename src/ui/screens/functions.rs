//! The functions: a row each, with what every layer says of it.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};
use tui_input::Input;

use super::{Findings, Function, Principal, TWO_PANES, finding::copy_arn, function};
use crate::{
    checks::Layer,
    model::text,
    ui::{
        View,
        binding::{Action, Place},
        cache::Stamp,
        glyph::{severity_role, short},
        index::Scope,
        paint::{put, row},
        roster::{self, Row},
        screen::{Cx, Edit, Reply, Screen},
        texts::best,
        theme::Role,
        widgets::{
            pane::pane,
            prose::{Prose, Scroll},
            table::{self, Column, Cursor, Table},
        },
        width::{Cut, fit},
    },
    world::World,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Risk,
    Name,
    Region,
}

impl Order {
    const fn word(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Name => "name",
            Self::Region => "region",
        }
    }
}

/// The list of functions.
pub(crate) struct Functions {
    rows: Vec<u32>,
    made_for: Option<Stamp>,
    filter: String,
    order: Order,
    cursor: Cursor,
    chosen: Option<String>,
    preview: Scroll,
    in_preview: bool,
    zoomed: bool,
    two_panes: bool,
    line: Option<(Input, String)>,
}

impl Default for Functions {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            made_for: None,
            filter: String::new(),
            order: Order::Risk,
            cursor: Cursor::default(),
            chosen: None,
            preview: Scroll::default(),
            in_preview: false,
            zoomed: false,
            two_panes: false,
            line: None,
        }
    }
}

impl Functions {
    fn refresh(&mut self, cx: &Cx<'_>) {
        let Some(world) = cx.world() else { return };
        if self.made_for.is_some() && self.made_for == cx.cache.stamp() {
            return;
        }
        self.made_for = cx.cache.stamp();
        let roster = &cx.cache.roster(world).rows;
        let names: Vec<&str> = roster.iter().map(|row| row.name.as_str()).collect();
        let mut rows = best(&self.filter, &names);
        let get = |row: &u32| roster.get(*row as usize);
        match self.order {
            // The roster's own order.
            Order::Risk => rows.sort_unstable(),
            Order::Name => rows.sort_by_key(|row| get(row).map(|row| &row.name)),
            Order::Region => rows.sort_by_key(|row| get(row).map(|row| (&row.region, &row.name))),
        }
        self.rows = rows;
        let at =
            self.chosen.as_deref().and_then(|arn| self.rows.iter().position(|row| get(row).is_some_and(|row| row.arn.as_str() == arn)));
        self.cursor.row = at.unwrap_or(self.cursor.row).min(self.rows.len().saturating_sub(1));
        self.remember(cx);
    }

    fn row<'w>(&self, cx: &Cx<'w>) -> Option<&'w Row> {
        let roster = cx.cache.roster(cx.world()?);
        roster.rows.get(*self.rows.get(self.cursor.row)? as usize)
    }

    fn remember(&mut self, cx: &Cx<'_>) {
        let chosen = self.row(cx).map(|row| row.arn.as_str().to_owned());
        if chosen != self.chosen {
            self.chosen = chosen;
            self.preview.reset();
        }
    }

    fn open(&self, cx: &Cx<'_>) -> Reply {
        match self.row(cx) {
            Some(row) => Reply::Open(Box::new(Function::among(row.arn.clone(), self.arns(cx)))),
            None => Reply::Handled,
        }
    }

    fn arns(&self, cx: &Cx<'_>) -> Vec<crate::model::Arn> {
        let Some(world) = cx.world() else { return Vec::new() };
        let roster = cx.cache.roster(world);
        self.rows.iter().filter_map(|&row| roster.rows.get(row as usize)).map(|row| row.arn.clone()).collect()
    }

    fn set_filter(&mut self, filter: String, cx: &Cx<'_>) {
        self.filter = filter;
        self.made_for = None;
        self.cursor.row = 0;
        self.refresh(cx);
    }

    fn draw_list(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let roster = cx.cache.roster(world);
        let total = self.rows.len();
        let note = if total == 0 { String::new() } else { format!("{} of {total}", self.cursor.row + 1) };
        let focused = !self.in_preview;
        let inner = pane(frame, area, cx, "Functions", &note, focused);
        if total == 0 {
            let (line, role) =
                if self.filter.is_empty() { function::nobody(world) } else { ("the filter leaves nothing: Esc clears it", Role::Dim) };
            put(frame.buffer_mut(), inner, 2, 0, line, cx.style(role));
            return;
        }
        let wide = inner.width >= 74;
        let regions = inner.width >= 96;
        let narrow = inner.width < 40;
        let mut columns = vec![Column::fill("NAME", Cut::Middle)];
        if regions {
            columns.push(Column::fixed("REGION", 14));
        }
        if wide {
            columns.extend(["1 FUN", "2 IDE", "3 DAT", "4 MON", "5 RES"].map(|title| Column::fixed(title, 6)));
        } else if !narrow {
            columns.extend(["1", "2", "3", "4", "5"].map(|title| Column::fixed(title, 2)));
        }
        columns.push(Column::fixed("RISK", 4).right());
        let rows = &self.rows;
        Table { columns: &columns, rows: total, focused }.draw(frame, inner, cx, &mut self.cursor, |at| {
            let Some(row) = rows.get(at).and_then(|&row| roster.rows.get(row as usize)) else { return Vec::new() };
            let mut cells = vec![table::Cell::new(row.name.as_str(), cx.style(Role::Text))];
            if regions {
                cells.push(table::Cell::new(text::clean(&row.region), cx.style(Role::Dim)));
            }
            for layer in Layer::ALL.into_iter().filter(|_| !narrow) {
                cells.push(status(cx, roster::cell(row, layer), wide));
            }
            let role = row.worst().map_or(Role::Dim, severity_role);
            let sign = row.worst().map_or_else(String::new, |severity| format!("{} ", cx.glyphs.severity(severity)));
            let risk = if narrow { format!("{sign}{:.0}", row.risk) } else { format!("{:.0}", row.risk) };
            cells.push(table::Cell::new(risk, cx.style(role)));
            cells
        });
    }

    fn draw_preview(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let row = self.row(cx);
        let inner = pane(frame, area, cx, row.map_or("", |row| &row.name), "", self.in_preview);
        let Some(row) = row else { return };
        let mut prose = Prose::new(cx, inner.width);
        function::portrait(&mut prose, cx, &cx.cache.portrait(world, &row.arn));
        function::checks(&mut prose, cx, row);
        self.preview.draw(frame, inner, cx, prose.lines());
    }

    fn draw_line(&self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some((input, _)) = &self.line else { return };
        let area = row(area, area.height.saturating_sub(1));
        let buffer = frame.buffer_mut();
        let x = put(buffer, area, 1, 0, "/", cx.style(Role::Accent));
        let shown = text::clean(input.value());
        put(
            buffer,
            area,
            x,
            0,
            &fit(&shown, usize::from(area.width.saturating_sub(x + 1)), Cut::Middle, cx.glyphs.ellipsis()),
            cx.style(Role::Text),
        );
        let cursor = x.saturating_add(u16::try_from(input.visual_cursor()).unwrap_or(u16::MAX)).min(area.width.saturating_sub(1));
        if !area.is_empty() {
            frame.set_cursor_position(Position::new(area.x + cursor, area.y));
        }
    }
}

/// What a layer says, as a sign with a letter, or with a word where there is room.
fn status(cx: &Cx<'_>, cell: roster::Cell, wide: bool) -> table::Cell<'static> {
    let (sign, word, role) = match cell.worst {
        Some(severity) => (cx.glyphs.severity(severity), short(severity), severity_role(severity)),
        None if cell.unknown > 0 => ("?", "UNKN", Role::Unknown),
        // Quiet, so that what failed stands out.
        None if cell.pass > 0 => (cx.glyphs.pass(), "PASS", Role::Dim),
        None => (cx.glyphs.none(), "n/a", Role::Dim),
    };
    let word = if wide { format!(" {word}") } else { word.get(..1).unwrap_or_default().to_owned() };
    table::Cell::new(format!("{sign}{word}"), cx.style(role))
}

impl Screen for Functions {
    fn place(&self) -> Place {
        Place::Functions
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn title(&self, _: &View<'_>) -> String {
        "Functions".to_owned()
    }

    fn heading(&self, cx: &Cx<'_>) -> String {
        let sort = format!("sort: {} {}", self.order.word(), cx.glyphs.down());
        if self.filter.is_empty() { sort } else { format!("/{}   {sort}", text::clean(&self.filter)) }
    }

    fn about(&self, cx: &Cx<'_>) -> Option<crate::model::Arn> {
        Some(self.row(cx)?.arn.clone())
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        match action {
            Action::Open | Action::Copy | Action::CopyArn | Action::GoRole => {
                self.row(cx).is_none().then_some("no function under the cursor")
            }
            Action::GoKey => function::key(cx, self.row(cx)).is_none().then_some("its environment has no key of its own"),
            Action::NextPane | Action::PreviousPane | Action::Zoom => (!self.two_panes && !self.zoomed).then_some("there is one pane only"),
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        if self.in_preview && self.preview.act(action) {
            return Reply::Handled;
        }
        if self.cursor.act(action, self.rows.len()) {
            self.remember(cx);
            return Reply::Handled;
        }
        match action {
            Action::Open => return self.open(cx),
            Action::NextPane | Action::PreviousPane => self.in_preview = !self.in_preview,
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Filter => self.line = Some((Input::new(self.filter.clone()), self.filter.clone())),
            Action::Accept => self.line = None,
            Action::Discard => {
                if let Some((_, before)) = self.line.take() {
                    self.set_filter(before, cx);
                }
            }
            Action::Back if !self.filter.is_empty() => self.set_filter(String::new(), cx),
            Action::Sort => {
                self.order = match self.order {
                    Order::Risk => Order::Name,
                    Order::Name => Order::Region,
                    Order::Region => Order::Risk,
                };
                self.made_for = None;
                self.refresh(cx);
            }
            Action::Copy | Action::CopyArn => return self.row(cx).map_or(Reply::Handled, |row| copy_arn(&row.arn)),
            Action::GoRole => {
                let role = self.row(cx).zip(cx.world()).and_then(|(row, world)| world.posture.function(&row.arn));
                return role.map_or(Reply::Handled, |function| Reply::Open(Box::new(Principal::new(function.role.clone()))));
            }
            Action::GoKey => {
                return function::key(cx, self.row(cx))
                    .map_or(Reply::Handled, |key| Reply::Open(Box::new(Findings::new(Scope::Resource(key)))));
            }
            _ => return Reply::Nothing,
        }
        Reply::Handled
    }

    fn typing(&self) -> bool {
        self.line.is_some()
    }

    fn edit(&mut self, edit: Edit, cx: &Cx<'_>) -> Reply {
        if let Some((input, _)) = &mut self.line {
            edit.apply(input);
            let value = input.value().to_owned();
            if value != self.filter {
                self.set_filter(value, cx);
            }
        }
        Reply::Handled
    }

    fn click(&mut self, at: Position, cx: &Cx<'_>) -> Reply {
        let Some(row) = self.cursor.at(at, self.rows.len()) else { return Reply::Handled };
        let again = self.cursor.row == row && !self.in_preview;
        self.in_preview = false;
        self.cursor.row = row;
        self.remember(cx);
        if again { self.open(cx) } else { Reply::Handled }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some(world) = cx.world() else {
            pane(frame, area, cx, "Functions", "", true);
            return;
        };
        let body = Rect { height: area.height.saturating_sub(u16::from(self.line.is_some())), ..area };
        self.two_panes = area.width >= TWO_PANES && !cx.bare && !self.zoomed;
        if self.two_panes {
            let [list, preview] = Layout::horizontal([Constraint::Length(48), Constraint::Fill(1)]).areas(body);
            self.draw_list(frame, list, cx, world);
            self.draw_preview(frame, preview, cx, world);
        } else if self.zoomed && self.in_preview {
            self.draw_preview(frame, body, cx, world);
        } else {
            self.in_preview = false;
            self.draw_list(frame, body, cx, world);
        }
        self.draw_line(frame, area, cx);
    }
}
