//! A table of which only the rows in sight are built, however many there are.

use std::borrow::Cow;

use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::{Color, Modifier, Style},
};

use crate::ui::{
    binding::Action,
    paint::{put, row},
    screen::Cx,
    theme::Role,
    width::{Cut, fit, width},
};

/// A column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// What stands above it.
    pub(crate) title: &'static str,
    /// How wide it is; 0 shares what is left.
    pub(crate) width: u16,
    /// Its part of what is left.
    pub(crate) share: u16,
    /// Whether its text ends at its right edge.
    pub(crate) right: bool,
    /// Where text that is too wide is cut.
    pub(crate) cut: Cut,
}

impl Column {
    /// A column of a fixed width.
    pub(crate) const fn fixed(title: &'static str, width: u16) -> Self {
        Self { title, width, share: 0, right: false, cut: Cut::End }
    }

    /// A column that shares what is left.
    pub(crate) const fn fill(title: &'static str, cut: Cut) -> Self {
        Self { title, width: 0, share: 2, right: false, cut }
    }

    /// With half as much again of what is left.
    #[must_use]
    pub(crate) const fn wider(self) -> Self {
        Self { share: 3, ..self }
    }

    /// With its text at the right edge.
    #[must_use]
    pub(crate) const fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

/// A text with its style.
#[derive(Debug, Clone)]
pub(crate) struct Cell<'a> {
    /// The text.
    pub(crate) text: Cow<'a, str>,
    /// Its style.
    pub(crate) style: Style,
}

impl<'a> Cell<'a> {
    /// A text with its style.
    pub(crate) fn new(text: impl Into<Cow<'a, str>>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

/// Where the cursor is, and which rows are in sight.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cursor {
    /// The row under the cursor.
    pub(crate) row: usize,
    offset: usize,
    page: usize,
    area: Rect,
}

impl Cursor {
    /// Moves over `rows` rows; says whether it knows the action.
    pub(crate) fn act(&mut self, action: Action, rows: usize) -> bool {
        let page = self.page.max(1);
        let last = rows.saturating_sub(1);
        self.row = match action {
            Action::Down => self.row.saturating_add(1),
            Action::Up => self.row.saturating_sub(1),
            Action::Top => 0,
            Action::Bottom => last,
            Action::HalfDown => self.row.saturating_add(page.div_ceil(2)),
            Action::HalfUp => self.row.saturating_sub(page.div_ceil(2)),
            Action::PageDown => self.row.saturating_add(page),
            Action::PageUp => self.row.saturating_sub(page),
            _ => return false,
        }
        .min(last);
        true
    }

    /// The row at a place on the screen.
    pub(crate) fn at(&self, position: Position, rows: usize) -> Option<usize> {
        let row = self.offset + usize::from(position.y.saturating_sub(self.area.y));
        (self.area.contains(position) && row < rows).then_some(row)
    }

    /// Takes no clicks until it is drawn again.
    pub(crate) fn hide(&mut self) {
        self.area = Rect::ZERO;
    }

    /// The rows in sight, each with its place on the screen.
    pub(crate) fn in_sight(&self, rows: usize) -> impl Iterator<Item = (usize, Rect)> {
        let area = self.area;
        (self.offset..rows).zip(0..area.height).map(move |(index, y)| (index, row(area, y)))
    }

    fn keep_in_sight(&mut self, area: Rect, rows: usize) {
        self.area = area;
        self.page = usize::from(area.height);
        self.row = self.row.min(rows.saturating_sub(1));
        if self.row < self.offset {
            self.offset = self.row;
        } else if self.row >= self.offset + self.page.max(1) {
            self.offset = self.row + 1 - self.page.max(1);
        }
        self.offset = self.offset.min(rows.saturating_sub(self.page));
    }
}

/// The rows that there are, of which only those in sight are built.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'t> {
    /// Its columns.
    pub(crate) columns: &'t [Column],
    /// How many rows there are.
    pub(crate) rows: usize,
    /// Whether the keys go to it.
    pub(crate) focused: bool,
}

impl Table<'_> {
    /// Draws the rows in sight; `build` is asked for those only.
    pub(crate) fn draw<'a>(
        self,
        frame: &mut Frame<'_>,
        area: Rect,
        cx: &Cx<'_>,
        cursor: &mut Cursor,
        mut build: impl FnMut(usize) -> Vec<Cell<'a>>,
    ) {
        let Self { columns, rows, focused } = self;
        let focused = focused && !cx.covered;
        let mut body = area;
        let places = places(columns, area.width);
        let buffer = frame.buffer_mut();
        if area.height > 3 && !cx.bare {
            for (column, &(x, room)) in columns.iter().zip(&places) {
                let title = fit(column.title, usize::from(room), Cut::End, cx.glyphs.ellipsis());
                let shift = if column.right { room.saturating_sub(columns_of(&title)) } else { 0 };
                put(buffer, row(area, 0), x + shift, 0, &title, cx.style(Role::Dim));
            }
            body = Rect { y: area.y + 1, height: area.height - 1, ..area };
        }
        cursor.keep_in_sight(body, rows);
        for line in 0..body.height {
            let index = cursor.offset + usize::from(line);
            if index >= rows {
                break;
            }
            let here = row(body, line);
            let selected = index == cursor.row;
            for ((cell, column), &(x, room)) in build(index).iter().zip(columns).zip(&places) {
                let text = fit(&cell.text, usize::from(room), column.cut, cx.glyphs.ellipsis());
                let shift = if column.right { room.saturating_sub(columns_of(&text)) } else { 0 };
                put(buffer, here, x + shift, 0, &text, cell.style);
            }
            if selected && here.width > 0 {
                put(buffer, here, 0, 0, cx.glyphs.cursor(), cx.style(if focused { Role::Accent } else { Role::Dim }));
                if focused {
                    let rest = Rect { x: here.x + 1, width: here.width - 1, ..here };
                    let rest = rest.intersection(buffer.area);
                    let selection = cx.style(Role::Selection);
                    if selection.add_modifier.contains(Modifier::REVERSED) {
                        // Colours turned around would make a patchwork of the row: it keeps its signs and words.
                        buffer.set_style(rest, Style::new().fg(cx.style(Role::Text).fg.unwrap_or(Color::Reset)));
                    }
                    buffer.set_style(rest, selection);
                }
            }
        }
    }
}

fn columns_of(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// Where each column begins and how wide it is: one column of margin at the left, two between columns.
fn places(columns: &[Column], width: u16) -> Vec<(u16, u16)> {
    const LEFT: u16 = 2;
    const BETWEEN: u16 = 2;
    let shares: u16 = columns.iter().map(|column| column.share).sum();
    let fixed: u16 = columns.iter().map(|column| column.width).sum();
    let gaps = BETWEEN * u16::try_from(columns.len().saturating_sub(1)).unwrap_or_default();
    let spare = width.saturating_sub(LEFT + 1 + fixed + gaps);
    let unit = spare.checked_div(shares).unwrap_or_default();
    let mut rest = spare - unit * shares;
    let mut x = LEFT;
    columns
        .iter()
        .map(|column| {
            let room = match column.width {
                0 => unit * column.share + std::mem::take(&mut rest),
                fixed => fixed,
            };
            // Columns that do not fit are empty.
            let place = (x, room.min(width.saturating_sub(x)));
            x = x.saturating_add(room + BETWEEN);
            place
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};

    use super::*;
    use crate::ui::{Glyphs, Theme, View, cache::Cache};

    #[test]
    fn the_cursor_stays_within_the_rows() {
        let mut cursor = Cursor::default();
        cursor.keep_in_sight(Rect::new(0, 0, 10, 5), 100);
        for (action, row) in [
            (Action::Up, 0),
            (Action::Down, 1),
            (Action::PageDown, 6),
            (Action::Bottom, 99),
            (Action::Down, 99),
            (Action::HalfUp, 96),
            (Action::Top, 0),
        ] {
            assert!(cursor.act(action, 100));
            assert_eq!(cursor.row, row, "{action:?}");
        }
        assert!(cursor.act(Action::Bottom, 0));
        assert_eq!(cursor.row, 0);
        assert!(!cursor.act(Action::Copy, 100));
    }

    #[test]
    fn only_rows_in_sight_are_built() {
        let (view, theme, cache) = (View::default(), Theme::default(), Cache::default());
        let cx = Cx { view: &view, theme: &theme, glyphs: Glyphs::Unicode, cache: &cache, bare: false, covered: false };
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        let mut cursor = Cursor { row: 99_999, ..Cursor::default() };
        let mut built = Vec::new();
        let draw = |frame: &mut Frame<'_>| {
            let area = frame.area();
            let table = Table { columns: &[Column::fill("A", Cut::End)], rows: 100_000, focused: true };
            table.draw(frame, area, &cx, &mut cursor, |row| {
                built.push(row);
                vec![Cell::new(row.to_string(), Style::new())]
            });
        };
        terminal.draw(draw).unwrap();
        assert_eq!(built, (99_977..100_000).collect::<Vec<_>>());
    }

    #[test]
    fn fixed_columns_keep_their_width_and_the_others_share() {
        let columns = [Column::fixed("A", 6), Column::fill("B", Cut::End), Column::fixed("C", 4).right()];
        assert_eq!(places(&columns, 40), [(2, 6), (10, 23), (35, 4)]);
        for width in 0..40 {
            for (x, room) in places(&columns, width) {
                assert!(room == 0 || x + room <= width);
            }
        }
    }
}
