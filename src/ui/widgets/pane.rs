//! A frame with a title, and what it counts at the right.

use ratatui::{
    Frame,
    layout::{Margin, Rect},
    widgets::Block,
};

use crate::ui::{
    paint::put,
    screen::Cx,
    theme::Role,
    width::{Cut, fit, width},
};

/// Draws the frame; gives the room inside. Without room for frames the room is the area.
pub(crate) fn pane(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, title: &str, note: &str, focused: bool) -> Rect {
    if cx.bare || area.height < 3 || area.width < 4 {
        return area;
    }
    let focused = focused && !cx.covered;
    let border = cx.style(if focused { Role::BorderFocus } else { Role::Border });
    frame.render_widget(Block::bordered().border_set(cx.glyphs.frame()).border_style(border), area);
    let room = usize::from(area.width.saturating_sub(6));
    let title = fit(title, room, Cut::End, cx.glyphs.ellipsis());
    let buffer = frame.buffer_mut();
    if !title.is_empty() {
        put(buffer, area, 2, 0, &format!(" {title} "), cx.style(if focused { Role::Accent } else { Role::Title }));
    }
    let left = room.saturating_sub(width(&title) + 3);
    if !note.is_empty() && width(note) <= left {
        let note = format!(" {note} ");
        let x = area.width.saturating_sub(2 + u16::try_from(width(&note)).unwrap_or(area.width));
        put(buffer, area, x, 0, &note, cx.style(Role::Dim));
    }
    area.inner(Margin::new(1, 1))
}
