//! The catalogue: every check, how the account stands in it, and beside the list the one under the cursor explained.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};

use super::{
    Check, TWO_PANES,
    check::{draw_part, head},
    requirements::silent,
};
use crate::{
    outcome::{Met, Outcome, Outcomes},
    ui::{
        Effect, View,
        binding::{Action, Place},
        cache::Stamp,
        glyph::{met_role, severity_role, short},
        paint::put,
        screen::{Cx, Edit, Reply, Screen},
        theme::Role,
        widgets::{
            filter::Filter,
            gauge::count,
            pane::pane,
            prose::{Prose, Scroll},
            table::{Cell, Column, Cursor, Table},
        },
        width::{Cut, wrap},
    },
    world::World,
};

/// The list of checks.
#[derive(Default)]
pub(crate) struct Checks {
    filter: Filter,
    rows: Vec<usize>,
    made_for: Option<Stamp>,
    cursor: Cursor,
    chosen: Option<&'static str>,
    preview: Scroll,
    in_preview: bool,
    two_panes: bool,
}

impl Checks {
    fn refresh(&mut self, cx: &Cx<'_>) {
        let Some(world) = cx.world().filter(|_| self.made_for.is_none() || self.made_for != cx.cache.stamp()) else { return };
        self.made_for = cx.cache.stamp();
        let all = &cx.cache.outcomes(world).checks;
        let speaks = |outcome: &Outcome| {
            let check = outcome.check;
            let (layer, severity) = (check.layer.word(), check.severity.word());
            self.filter.holds(&[check.id, check.slug, check.title, layer, severity, outcome.met.words()])
        };
        self.rows = all.iter().enumerate().filter(|(_, outcome)| speaks(outcome)).map(|(place, _)| place).collect();
        let at = self.rows.iter().position(|&place| all.get(place).map(|outcome| outcome.check.id) == self.chosen);
        self.cursor.row = at.unwrap_or(self.cursor.row).min(self.rows.len().saturating_sub(1));
        self.remember(cx);
    }

    fn set_filter(&mut self, cx: &Cx<'_>) {
        self.made_for = None;
        self.refresh(cx);
    }

    fn outcome<'w>(&self, cx: &Cx<'w>) -> Option<&'w Outcome> {
        cx.cache.outcomes(cx.world()?).checks.get(*self.rows.get(self.cursor.row)?)
    }

    fn remember(&mut self, cx: &Cx<'_>) {
        let chosen = self.outcome(cx).map(|outcome| outcome.check.id);
        if chosen != self.chosen {
            self.chosen = chosen;
            self.preview.reset();
        }
    }

    fn open(&self, cx: &Cx<'_>) -> Reply {
        let Some((outcome, world)) = self.outcome(cx).zip(cx.world()) else { return Reply::Handled };
        let all = &cx.cache.outcomes(world).checks;
        let among = self.rows.iter().filter_map(|&place| all.get(place)).map(|outcome| outcome.check).collect();
        Reply::Open(Box::new(Check::among(outcome.check, among)))
    }

    fn draw_list(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let Outcomes { checks: all, .. } = cx.cache.outcomes(world);
        let total = self.rows.len();
        let note = Filter::note(self.cursor.row, total, all.len());
        let focused = !self.in_preview;
        let inner = pane(frame, area, cx, "Checks", &note, focused);
        let foot = if self.two_panes || cx.bare || inner.height < 12 { 0 } else { 3 };
        let [inner, foot] = Layout::vertical([Constraint::Fill(1), Constraint::Length(foot)]).areas(inner);
        if total == 0 {
            put(frame.buffer_mut(), inner, 2, 0, "the filter leaves nothing: Esc clears it", cx.style(Role::Dim));
            return;
        }
        let silent = silent(cx).is_some();
        let mut columns = vec![Column::fixed("RULE", 6), Column::fixed("SEV", 6), Column::fill("WHAT IS GOOD", Cut::End)];
        if inner.width >= 44 {
            columns.extend([Column::fixed("FAIL", 4).right(), Column::fixed("UNKN", 4).right(), Column::fixed("PASS", 4).right()]);
        }
        let rows = &self.rows;
        Table { columns: &columns, rows: total, focused }.draw(frame, inner, cx, &mut self.cursor, |at| {
            let Some(outcome) = rows.get(at).and_then(|&place| all.get(place)) else { return Vec::new() };
            let check = outcome.check;
            let number = |number: usize, met: Met| match number {
                _ if silent => Cell::new(cx.glyphs.ellipsis(), cx.style(Role::Dim)),
                0 => Cell::new(cx.glyphs.none(), cx.style(Role::Dim)),
                number => Cell::new(count(number), cx.style(met_role(met))),
            };
            // What is well is quiet, so that what fails stands out.
            let role = if outcome.met == Met::NotMet { severity_role(check.severity) } else { Role::Dim };
            vec![
                Cell::new(check.id, cx.style(Role::Dim)),
                Cell::new(format!("{} {}", cx.glyphs.severity(check.severity), short(check.severity)), cx.style(role)),
                Cell::new(check.title, cx.style(Role::Text)),
                number(outcome.fail, Met::NotMet),
                number(outcome.unknown, Met::Unknown),
                number(outcome.pass, Met::Met),
            ]
        });
        if let Some(outcome) = self.outcome(cx) {
            put(frame.buffer_mut(), foot, 0, 0, &cx.glyphs.rule().repeat(usize::from(foot.width)), cx.style(Role::Border));
            for (y, line) in (1..foot.height).zip(wrap(outcome.check.title, usize::from(foot.width.saturating_sub(4)))) {
                put(frame.buffer_mut(), foot, 2, y, &line, cx.style(Role::Text));
            }
        }
    }

    fn draw_preview(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some(outcome) = self.outcome(cx) else {
            pane(frame, area, cx, "", "", self.in_preview);
            return;
        };
        let title = format!("{} {}", outcome.check.id, outcome.check.defect());
        let inner = pane(frame, area, cx, &title, "", self.in_preview);
        let mut prose = Prose::new(cx, inner.width);
        head(&mut prose, cx, outcome.check, Some(outcome).filter(|_| silent(cx).is_none()));
        for part in outcome.check.explanation() {
            draw_part(&mut prose, &part);
        }
        self.preview.draw(frame, inner, cx, prose.lines());
    }
}

impl Screen for Checks {
    fn place(&self) -> Place {
        Place::Checks
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn title(&self, _: &View<'_>) -> String {
        "Checks".to_owned()
    }

    fn heading(&self, _: &Cx<'_>) -> String {
        self.filter.heading()
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        match action {
            Action::Open => self.outcome(cx).is_none().then_some("no check under the cursor"),
            Action::Copy => match self.outcome(cx) {
                Some(outcome) => outcome.check.guide.ways().next().is_none().then_some("no way to fix it is written down"),
                None => Some("no check under the cursor"),
            },
            Action::NextPane | Action::PreviousPane => (!self.two_panes).then_some("there is one pane only"),
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
            Action::Copy => {
                let way = self.outcome(cx).and_then(|outcome| outcome.check.guide.ways().next());
                return way.map_or(Reply::Handled, |(way, text)| {
                    Reply::Effect(Effect::Copy { text: format!("{text}\n"), what: format!("fix: {way}") })
                });
            }
            Action::NextPane | Action::PreviousPane => self.in_preview = !self.in_preview,
            Action::Back if self.in_preview => self.in_preview = false,
            _ => match self.filter.act(action) {
                Some(changed) => {
                    self.in_preview &= action != Action::Filter;
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
        let Some(row) = self.cursor.at(at, self.rows.len()) else { return Reply::Handled };
        let again = self.cursor.row == row && !self.in_preview;
        self.in_preview = false;
        self.cursor.row = row;
        self.remember(cx);
        if again { self.open(cx) } else { Reply::Handled }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let body = self.filter.above(area);
        let Some(world) = cx.world() else {
            let inner = pane(frame, body, cx, "Checks", "", true);
            put(frame.buffer_mut(), inner, 2, 0, silent(cx).unwrap_or_default(), cx.style(Role::Dim));
            return;
        };
        self.two_panes = area.width >= TWO_PANES && !cx.bare;
        if self.two_panes {
            let [list, preview] = Layout::horizontal([Constraint::Percentage(54), Constraint::Fill(1)]).areas(body);
            self.draw_list(frame, list, cx, world);
            self.draw_preview(frame, preview, cx);
        } else {
            self.in_preview = false;
            self.draw_list(frame, body, cx, world);
        }
        self.filter.draw(frame, area, cx);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{
        demo,
        outcome::Outcomes,
        ui::{View, testing::Screen},
        world::{Origin, World},
    };

    #[test]
    fn every_check_is_listed_with_how_the_account_stands() {
        let fleet = [World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default())];
        let view = View { fleet: &fleet, generation: 1, ..View::default() };
        let outcomes = Outcomes::of(&fleet[0]);
        for (width, height) in [(80, 24), (120, 36)] {
            let mut screen = Screen::new(width, height);
            screen.press("ge", &view);
            println!("{}\n", screen.text(&view));
            for outcome in &outcomes.checks {
                let rows = screen.draw(&view);
                let row = rows.iter().find(|row| row.contains('▌')).expect("a cursor");
                let list: String = row.chars().take(if width == 80 { 80 } else { 64 }).collect();
                let words: Vec<&str> = list.split_whitespace().filter(|word| *word != "│").collect();
                let [.., fail, unknown, pass] = words.as_slice() else { panic!("{row}") };
                let number = |word: &str| word.parse().unwrap_or(0);
                assert!(list.contains(outcome.check.id), "{row}");
                assert_eq!([fail, unknown, pass].map(|word| number(word)), [outcome.fail, outcome.unknown, outcome.pass], "{row}");
                screen.press("j", &view);
            }
            screen.press("gg/unknown function", &view);
            assert!(screen.text(&view).contains("filtered out"), "{}", screen.text(&view));
        }
    }
}
