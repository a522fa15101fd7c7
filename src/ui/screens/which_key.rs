//! What may come after a key that begins a sequence.

use ratatui::{Frame, layout::Rect, widgets::Clear};

use crate::ui::{
    binding::{self, Key, Place},
    paint::put,
    screen::Cx,
    theme::Role,
    widgets::pane::pane,
};

/// Draws the popup at the bottom of `area`.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, place: Place, first: Key) {
    const COLUMN: u16 = 36;
    let entries: Vec<_> = binding::after(place, first).collect();
    let columns = (area.width.saturating_sub(4) / COLUMN).max(1);
    let count = u16::try_from(entries.len()).unwrap_or(u16::MAX);
    let rows = count.div_ceil(columns);
    let height = (rows + 2).min(area.height);
    let area = Rect { y: area.bottom() - height, height, ..area };
    frame.render_widget(Clear, area);
    let inner = pane(frame, area, cx, &first.written(), "", true);
    let buffer = frame.buffer_mut();
    for (index, (keys, binding)) in (0..count).zip(&entries) {
        let (x, y) = (1 + index / rows * COLUMN, index % rows);
        let x = put(buffer, inner, x, y, keys, cx.style(Role::Accent));
        put(buffer, inner, x + 2, y, binding.help, cx.style(Role::Text));
    }
}
