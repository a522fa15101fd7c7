//! The frameworks: how many requirements of each are met, and beside the list those of the one under the cursor.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};

use super::{Requirements, TWO_PANES, requirements};
use crate::{
    checks::Framework,
    outcome::{Met, MetCounts, Outcomes},
    ui::{
        Effect, View,
        binding::{Action, Place},
        glyph::{met_role, met_word},
        paint::{put, row},
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            gauge::{count, shares},
            pane::pane,
            table::{Cell, Column, Cursor, Table},
        },
        width::Cut,
    },
};

/// In the order of bars: what is well first.
const PARTS: [Met; 4] = [Met::Met, Met::Waived, Met::Unknown, Met::NotMet];

/// The list of frameworks.
#[derive(Default)]
pub(crate) struct Frameworks {
    cursor: Cursor,
}

impl Frameworks {
    fn framework(&self) -> Framework {
        Framework::ALL.get(self.cursor.row).copied().unwrap_or(Framework::SecurityHub)
    }

    fn draw_list(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, outcomes: &Outcomes, alone: bool) {
        let total = Framework::ALL.len();
        let inner = pane(frame, area, cx, "Frameworks", &format!("{} of {total}", self.cursor.row + 1), true);
        let foot = if !alone || cx.bare || inner.height < 14 { 0 } else { 3 };
        let [inner, foot] = Layout::vertical([Constraint::Fill(1), Constraint::Length(foot)]).areas(inner);
        let bar: u16 = match inner.width {
            0..48 => 0,
            48..70 => 12,
            _ => 24,
        };
        let mut columns = vec![
            Column::fill("FRAMEWORK", Cut::End),
            Column::fixed("MET", 3).right(),
            Column::fixed("NOT", 3).right(),
            Column::fixed("UNKN", 4).right(),
        ];
        if bar > 0 {
            columns.push(Column::fixed("", bar));
        }
        let number = |number: usize, met: Met| Cell::new(count(number), cx.style(if number == 0 { Role::Dim } else { met_role(met) }));
        Table { columns: &columns, rows: total, focused: true }.draw(frame, inner, cx, &mut self.cursor, |at| {
            let Some(&framework) = Framework::ALL.get(at) else { return Vec::new() };
            let tally = outcomes.counts(framework);
            let mut cells = vec![Cell::new(framework.short(), cx.style(Role::Text))];
            cells.extend([Met::Met, Met::NotMet, Met::Unknown].map(|met| number(tally.of(met), met)));
            cells
        });
        for (at, area) in self.cursor.in_sight(total).collect::<Vec<_>>() {
            if let Some(&framework) = Framework::ALL.get(at) {
                draw_bar(frame, area, cx, area.width.saturating_sub(bar + 1), bar, &outcomes.counts(framework));
            }
        }
        // Where there is no room for its requirements there is for its name and what they come to.
        put(frame.buffer_mut(), foot, 0, 0, &cx.glyphs.rule().repeat(usize::from(foot.width)), cx.style(Role::Border));
        let framework = self.framework();
        put(frame.buffer_mut(), foot, 2, 1, framework.title(), cx.style(Role::Title));
        put(frame.buffer_mut(), foot, 2, 2, &outcomes.counts(framework).line(), cx.style(Role::Dim));
    }
}

/// A bar of `width` columns at column `x` of a row: how many requirements come to what.
pub(super) fn draw_bar(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, x: u16, width: u16, tally: &MetCounts) {
    let (full, empty) = cx.glyphs.bar();
    let counts = PARTS.map(|met| tally.of(met));
    let mut x = x;
    for (met, share) in PARTS.into_iter().zip(shares(&counts, usize::from(width))) {
        // Without colours the parts differ by their signs.
        let sign = match met {
            Met::Met => full,
            Met::Unknown => cx.glyphs.dot(),
            _ => empty,
        };
        x = put(frame.buffer_mut(), area, x, 0, &sign.repeat(share), cx.style(met_role(met)));
    }
}

/// How many requirements come to what, in words, and a bar below it.
pub(super) fn draw_tally(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, tally: &MetCounts) {
    let mut x = 1;
    for met in [Met::Met, Met::NotMet, Met::Unknown, Met::Waived, Met::NotApplicable] {
        let number = tally.of(met);
        if number > 0 || matches!(met, Met::Met | Met::NotMet | Met::Unknown) {
            let words = format!("{} {number} {}", cx.glyphs.met(met), met_word(met));
            x = put(frame.buffer_mut(), area, x, 0, &words, cx.style(if number == 0 { Role::Dim } else { met_role(met) })) + 3;
        }
    }
    draw_bar(frame, row(area, 1), cx, 1, area.width.saturating_sub(2), tally);
}

impl Screen for Frameworks {
    fn place(&self) -> Place {
        Place::Frameworks
    }

    fn title(&self, _: &View<'_>) -> String {
        "Frameworks".to_owned()
    }

    fn heading(&self, _: &Cx<'_>) -> String {
        "only what an account shows is judged".to_owned()
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        match action {
            Action::Open | Action::Copy => requirements::silent(cx),
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        if self.cursor.act(action, Framework::ALL.len()) {
            return Reply::Handled;
        }
        let framework = self.framework();
        match (action, cx.world()) {
            (Action::Open, _) => Reply::Open(Box::new(Requirements::new(framework))),
            (Action::Copy, Some(world)) => {
                let text = format!("{}: {}\n", framework.title(), cx.cache.outcomes(world).counts(framework).line());
                Reply::Effect(Effect::Copy { text, what: "count of requirements".to_owned() })
            }
            _ => Reply::Nothing,
        }
    }

    fn click(&mut self, at: Position, _: &Cx<'_>) -> Reply {
        let Some(row) = self.cursor.at(at, Framework::ALL.len()) else { return Reply::Handled };
        let again = self.cursor.row == row;
        self.cursor.row = row;
        if again { Reply::Open(Box::new(Requirements::new(self.framework()))) } else { Reply::Handled }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let (Some(world), None) = (cx.world(), requirements::silent(cx)) else {
            let inner = pane(frame, area, cx, "Frameworks", "", true);
            put(frame.buffer_mut(), inner, 2, 0, requirements::silent(cx).unwrap_or_default(), cx.style(Role::Dim));
            return;
        };
        let outcomes = cx.cache.outcomes(world);
        if area.width < TWO_PANES || cx.bare {
            self.draw_list(frame, area, cx, outcomes, true);
            return;
        }
        let [list, beside] = Layout::horizontal([Constraint::Length(62), Constraint::Fill(1)]).areas(area);
        self.draw_list(frame, list, cx, outcomes, false);
        let framework = self.framework();
        let inner = pane(frame, beside, cx, framework.title(), "Enter opens", false);
        draw_tally(frame, inner, cx, &outcomes.counts(framework));
        let [_, body] = Layout::vertical([Constraint::Length(3), Constraint::Fill(1)]).areas(inner);
        let shown = outcomes.requirements(framework);
        let rows: Vec<usize> = (0..shown.len()).collect();
        requirements::table(frame, body, cx, &mut Cursor::default(), false, shown, &rows);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{
        checks::{Framework, testing},
        demo,
        outcome::{Met, Outcomes},
        ui::{Effect, View, testing::Screen},
        world::{Origin, World},
    };

    fn fleet(posture: crate::model::Posture) -> [World; 1] {
        [World::assess(Origin::Demo, Arc::new(posture), Arc::default())]
    }

    fn view(fleet: &[World]) -> View<'_> {
        View { fleet, generation: 1, ..View::default() }
    }

    #[test]
    fn the_screen_and_the_report_count_the_same() {
        let fleet = fleet(demo::posture());
        let view = view(&fleet);
        let outcomes = Outcomes::of(&fleet[0]);
        for (place, framework) in Framework::ALL.into_iter().enumerate() {
            let mut text = Vec::new();
            crate::report::framework::write_text(&fleet, framework, &mut text).unwrap();
            let text = String::from_utf8(text).unwrap();
            let tally = outcomes.counts(framework);
            assert!(text.contains(&tally.line()), "{text}");
            for (width, height) in [(80, 24), (120, 36)] {
                let mut screen = Screen::new(width, height);
                screen.press("gw", &view);
                let rows = screen.draw(&view);
                let row = rows.iter().find(|row| row.starts_with('│') && row.contains(framework.short())).unwrap();
                let numbers: Vec<usize> =
                    row.split(framework.short()).nth(1).unwrap().split_whitespace().map_while(|word| word.parse().ok()).collect();
                assert_eq!(numbers, [Met::Met, Met::NotMet, Met::Unknown].map(|met| tally.of(met)), "{row}");
                screen.press(&"j".repeat(place), &view);
                screen.press("<enter>", &view);
                let opened = screen.text(&view);
                let not = format!("✖ {} not met", tally.of(Met::NotMet));
                assert!(opened.contains(&not) && opened.contains(&format!("of {}", tally.all())), "{opened}");
                println!("{}\n{opened}\n", rows.join("\n"));
            }
            // Each requirement with the words of the report, on a screen that has room for all of them.
            let mut screen = Screen::new(80, 80);
            screen.press(&format!("gw{}<enter>", "j".repeat(place)), &view);
            let rows = screen.draw(&view);
            for requirement in outcomes.requirements(framework) {
                let word = crate::ui::glyph::met_word(requirement.met);
                let key = format!("  {} ", requirement.key);
                assert!(rows.iter().any(|row| row.contains(&key) && row.contains(word)), "{key}{word}\n{}", rows.join("\n"));
            }
        }
    }

    #[test]
    fn what_was_not_read_is_unknown_and_never_met() {
        let fleet = fleet(testing::denied());
        let view = view(&fleet);
        let mut screen = Screen::new(80, 24);
        screen.press("gw<enter>", &view);
        let text = screen.text(&view);
        assert!(text.contains("✔ 0 met") && text.contains("✖ 0 not met") && text.contains("? unknown"), "{text}");
    }

    #[test]
    fn until_the_checks_have_spoken_it_says_so() {
        let fleet = [World::unassessed(Origin::Demo, Arc::new(demo::posture()), Arc::default())];
        let view = View { assessing: true, ..view(&fleet) };
        let mut screen = Screen::new(80, 24);
        screen.press("gw", &view);
        assert!(screen.text(&view).contains("scoring"), "{}", screen.text(&view));
    }

    #[test]
    fn y_copies_what_the_report_says() {
        let fleet = fleet(demo::posture());
        let view = view(&fleet);
        let mut screen = Screen::new(120, 36);
        let effects = screen.press("gwjjy", &view);
        let line = Outcomes::of(&fleet[0]).counts(Framework::Csf).line();
        let text = format!("{}: {line}\n", Framework::Csf.title());
        assert_eq!(effects, [Effect::Copy { text, what: "count of requirements".to_owned() }]);
        let effects = screen.press("<enter>y", &view);
        let [Effect::Copy { text, .. }] = effects.as_slice() else { panic!("{effects:?}") };
        let mut report = Vec::new();
        crate::report::framework::write_text(&fleet, Framework::Csf, &mut report).unwrap();
        assert!(String::from_utf8(report).unwrap().contains(text.as_str()), "{text}");
    }
}
