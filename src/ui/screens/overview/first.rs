//! What to fix first: the findings that give back most for the effort.

use ratatui::{Frame, layout::Rect};

use crate::{
    ui::{
        cache::FIRST,
        glyph::{effort_word, finding_role, verdict_word},
        index::resource_name,
        paint::put,
        screen::Cx,
        theme::Role,
        widgets::{
            pane::pane,
            table::{Cell, Column, Cursor, Table},
        },
        width::Cut,
    },
    world::{Finding, World},
};

/// A frame, a row of heads, and the findings.
pub(super) const HEIGHT: u16 = FIRST as u16 + 3;

/// The finding at a row, with its place in the world.
pub(super) fn at<'w>(cx: &Cx<'w>, row: usize) -> Option<(u32, &'w Finding)> {
    let world = cx.world()?;
    let (place, _) = *cx.cache.first(world).get(row)?;
    Some((place, world.findings.get(place as usize)?))
}

/// How many there are.
pub(super) fn rows(cx: &Cx<'_>) -> usize {
    cx.world().map_or(0, |world| cx.cache.first(world).len())
}

/// Says why there are no rows: `done` when everything was looked at.
pub(super) fn nothing(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, done: &str) {
    let (line, role) = match (cx.view.assessing, cx.view.collecting()) {
        (true, _) => ("scoring: the checks have still to speak", Role::Dim),
        (_, true) => ("reading the account: nothing found so far", Role::Dim),
        _ => (done, Role::Pass),
    };
    put(frame.buffer_mut(), area, 2, 0, line, cx.style(role));
}

/// Draws them in rows: what each gives back, what it asks of a person, where and what it is.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World, cursor: &mut Cursor, focused: bool, note: &str) {
    let first = cx.cache.first(world);
    let inner = pane(frame, area, cx, "Fix first", note, focused);
    if first.is_empty() {
        nothing(frame, inner, cx, "no single fix gives back a point");
        return;
    }
    let mut columns = vec![Column::fixed("GAIN", 6).right(), Column::fixed("FIX", 6), Column::fill("RESOURCE", Cut::Middle)];
    let roomy = inner.width >= 60;
    if roomy {
        columns.insert(2, Column::fixed("SEV", 6));
        columns.push(Column::fill("FINDING", Cut::End).wider());
    }
    Table { columns: &columns, rows: first.len(), focused }.draw(frame, inner, cx, cursor, |row| {
        let found = first.get(row).and_then(|(place, effort)| Some((world.findings.get(*place as usize)?, *effort)));
        let Some((finding, effort)) = found else { return Vec::new() };
        let mut cells = vec![
            Cell::new(format!("{:+.1}", finding.gain), cx.style(Role::Pass)),
            Cell::new(effort_word(Some(effort)), cx.style(Role::Text)),
            Cell::new(resource_name(&finding.resource), cx.style(Role::Text)),
        ];
        if roomy {
            let severity = format!("{} {}", cx.glyphs.finding(finding), verdict_word(finding));
            cells.insert(2, Cell::new(severity, cx.style(finding_role(finding))));
            cells.push(Cell::new(finding.check.defect(), cx.style(Role::Text)));
        }
        cells
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{
        demo,
        ui::{Effect, View, index::resource_name, testing::Screen},
        world::{Origin, World},
    };

    #[test]
    fn what_the_report_says_to_fix_first_is_on_the_overview() {
        let fleet = [World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default())];
        let view = View { fleet: &fleet, generation: 1, ..View::default() };
        let first = fleet[0].fix_first(5);
        for (width, height) in [(80, 24), (120, 36)] {
            let mut screen = Screen::new(width, height);
            let before = screen.text(&view);
            assert!(before.contains("ix first"), "{before}");
            screen.press("<tab>", &view);
            let text = screen.text(&view);
            println!("{before}\n{text}\n");
            for (place, (finding, _)) in first.iter().enumerate() {
                let gain = format!("{:+.1}", finding.gain);
                let row = text.lines().filter(|line| line.contains(&gain) && line.contains(&finding.check.defect())).count();
                assert!(row > 0, "{gain} {}\n{text}", finding.check.defect());
                let mut screen = Screen::new(width, height);
                screen.press(&format!("<tab>{}<enter>", "j".repeat(place)), &view);
                let opened = screen.text(&view);
                assert!(opened.contains(finding.check.id), "{opened}");
                assert!(opened.contains(&resource_name(&finding.resource)), "{opened}");
                let mut screen = Screen::new(width, height);
                let effects = screen.press(&format!("<tab>{}fy", "j".repeat(place)), &view);
                assert!(matches!(effects.as_slice(), [Effect::Copy { .. }]), "{effects:?}");
            }
            // All the way round, nothing has moved.
            screen.press("<tab><tab>", &view);
            assert_eq!(screen.text(&view), before);
        }
    }
}
