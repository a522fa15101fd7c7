//! The five layers: as cards where there is room, or else as rows.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
};

use super::Overview;
use crate::{
    checks::Severity,
    score::LayerScore,
    ui::{
        glyph::{grade_role, severity_role, short},
        paint::row,
        screen::Cx,
        theme::Role,
        widgets::{
            card,
            gauge::{bar, count, percent},
            pane::pane,
            table::{Cell, Column, Table},
        },
        width::Cut,
    },
    world::World,
};

impl Overview {
    /// As cards beside each other.
    pub(super) fn draw_cards(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let areas: [Rect; 5] = Layout::horizontal([Constraint::Fill(1); 5]).areas(area);
        for (index, (layer, area)) in world.score.layers.iter().zip(areas).enumerate() {
            let focused = self.in_layers && self.layers.row == index;
            card::draw(frame, area, cx, layer, focused, silent_because(world, layer));
        }
        self.cards = areas;
    }

    /// As rows below each other.
    pub(super) fn draw_rows(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let inner = pane(frame, area, cx, "Layers", "", self.in_layers);
        let roomy = inner.width >= 72;
        let mut columns = vec![Column::fill("LAYER", Cut::End), Column::fixed("SCORE", 5).right()];
        if roomy {
            columns.extend([Column::fixed("", 8), Column::fixed("RANGE", 7)]);
        }
        columns.extend([
            Column::fixed(short(Severity::Critical), 4).right(),
            Column::fixed(short(Severity::High), 4).right(),
            Column::fixed(short(Severity::Medium), 4).right(),
            Column::fixed("UNKN", 4).right(),
            Column::fixed("COV", 6).right(),
        ]);
        let dim = cx.style(Role::Dim);
        Table { columns: &columns, rows: world.score.layers.len(), focused: self.in_layers }.draw(
            frame,
            inner,
            cx,
            &mut self.layers,
            |index| {
                let Some(layer) = world.score.layers.get(index) else { return Vec::new() };
                let (rating, counts) = (&layer.rating, &layer.counts);
                let name = Cell::new(format!("{} {}", layer.layer.index() + 1, layer.layer.title()), cx.style(Role::Text));
                if cx.view.assessing && rating.value.is_none() {
                    return vec![name, Cell::new("…", dim), Cell::new("scoring", dim)];
                }
                if let Some(silence) = card::silence(rating, counts, silent_because(world, layer)) {
                    let applies = counts.unknown > 0;
                    let style = cx.style(if applies { Role::Unknown } else { Role::Dim });
                    let why = silence.rsplit(' ').next().unwrap_or_default().to_owned();
                    let mut cells = vec![name, Cell::new(card::score(rating), style)];
                    if roomy {
                        cells.push(Cell::new(if applies { "no data:" } else { "" }, style));
                        cells.push(Cell::new(if applies { why } else { String::new() }, style));
                    }
                    cells.extend([
                        Cell::new(cx.glyphs.none(), dim),
                        Cell::new(cx.glyphs.none(), dim),
                        Cell::new(cx.glyphs.none(), dim),
                        Cell::new(count(counts.unknown), style),
                        Cell::new(if applies { "0% !" } else { "" }, style),
                    ]);
                    return cells;
                }
                let grade = cx.style(grade_role(rating.grade));
                let number = |severity: Severity| {
                    let number = counts.of(severity);
                    Cell::new(count(number), if number == 0 { dim } else { cx.style(severity_role(severity)) })
                };
                let partial = rating.coverage < 1.0;
                let mut cells = vec![name, Cell::new(card::score(rating), grade)];
                if roomy {
                    cells.push(Cell::new(bar(cx.glyphs, rating.value.map(|value| value / 100.0), 8), grade));
                    cells.push(Cell::new(card::range(cx, rating), dim));
                }
                cells.extend([
                    number(Severity::Critical),
                    number(Severity::High),
                    number(Severity::Medium),
                    Cell::new(count(counts.unknown), if counts.unknown == 0 { dim } else { cx.style(Role::Unknown) }),
                    Cell::new(
                        format!("{}{}", percent(rating.coverage), if partial { " !" } else { "  " }),
                        if partial { cx.style(Role::Unknown) } else { dim },
                    ),
                ]);
                cells
            },
        );
        self.cards = [Rect::ZERO; 5];
        for (card, y) in self.cards.iter_mut().zip(1..) {
            *card = row(inner, y);
        }
    }
}

/// Why a layer says nothing: the first word of its first gap.
fn silent_because(world: &World, layer: &LayerScore) -> Option<&'static str> {
    if layer.rating.value.is_some() || layer.counts.unknown == 0 {
        return None;
    }
    world.layer(layer.layer).find_map(|finding| finding.gap.as_ref()).map(|gap| gap.kind.word())
}
