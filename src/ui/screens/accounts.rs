//! The accounts, when there is more than one.

use ratatui::{
    Frame,
    layout::{Position, Rect},
};

use crate::{
    checks::Severity,
    model::text,
    ui::{
        Effect, View,
        binding::{Action, Place},
        glyph::{grade_role, severity_role},
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            card,
            gauge::{bar, count, percent},
            header,
            pane::pane,
            table::{Cell, Column, Cursor, Table},
        },
        width::Cut,
    },
};

/// The accounts.
#[derive(Default)]
pub(crate) struct Accounts {
    cursor: Cursor,
}

impl Screen for Accounts {
    fn place(&self) -> Place {
        Place::Accounts
    }

    fn title(&self, _: &View<'_>) -> String {
        "Accounts".to_owned()
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        let fleet = cx.view.fleet;
        if self.cursor.act(action, fleet.len()) {
            return Reply::Handled;
        }
        match (action, fleet.get(self.cursor.row)) {
            (Action::Open, Some(_)) => Reply::Effect(Effect::SelectAccount(self.cursor.row)),
            (Action::Copy, Some(world)) => {
                Reply::Effect(Effect::Copy { text: text::clean(&world.posture.account).into_owned(), what: "account id".to_owned() })
            }
            _ => Reply::Nothing,
        }
    }

    fn click(&mut self, at: Position, cx: &Cx<'_>) -> Reply {
        match self.cursor.at(at, cx.view.fleet.len()) {
            Some(row) => {
                self.cursor.row = row;
                Reply::Effect(Effect::SelectAccount(row))
            }
            None => Reply::Handled,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let fleet = cx.view.fleet;
        let inner = pane(frame, area, cx, "Accounts", &fleet.len().to_string(), true);
        let mut columns = vec![Column::fixed("ACCOUNT", 14), Column::fixed("SCORE", 5).right(), Column::fixed("CRIT", 4).right()];
        let roomy = inner.width >= 60;
        if roomy {
            columns.extend([Column::fixed("HIGH", 4).right(), Column::fixed("COV", 6).right(), Column::fill("FROM", Cut::End)]);
        }
        if inner.width >= 100 {
            columns.push(Column::fixed("", 12));
        }
        let current = cx.view.current;
        Table { columns: &columns, rows: fleet.len(), focused: true }.draw(frame, inner, cx, &mut self.cursor, |at| {
            let Some(world) = fleet.get(at) else { return Vec::new() };
            let rating = &world.score.rating;
            let sum = |severity: Severity| world.score.layers.iter().map(|layer| layer.counts.of(severity)).sum::<usize>();
            let number = |severity| {
                let number = sum(severity);
                Cell::new(count(number), cx.style(if number == 0 { Role::Dim } else { severity_role(severity) }))
            };
            let grade = cx.style(grade_role(rating.grade));
            let shown = if at == current { "*" } else { "" };
            let partial = rating.coverage < 1.0;
            let mut cells = vec![
                Cell::new(format!("{}{shown}", text::clean(&world.posture.account)), cx.style(Role::Text)),
                Cell::new(card::score(rating), grade),
                number(Severity::Critical),
            ];
            if roomy {
                cells.push(number(Severity::High));
                cells.push(Cell::new(
                    format!("{}{}", percent(rating.coverage), if partial { " !" } else { "  " }),
                    cx.style(if partial { Role::Unknown } else { Role::Dim }),
                ));
                cells.push(Cell::new(header::age(cx, world, true), cx.style(Role::Dim)));
            }
            if inner.width >= 100 {
                cells.push(Cell::new(bar(cx.glyphs, rating.value.map(|value| value / 100.0), 12), grade));
            }
            cells
        });
    }
}
