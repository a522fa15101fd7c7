//! A word to the user in one line.

use ratatui::{Frame, layout::Rect};

use crate::{
    model::text,
    ui::{
        Toast, Tone,
        paint::put,
        screen::Cx,
        theme::{Glyphs, Role},
        width::{Cut, fit},
    },
};

/// Draws it into the first row of `area`.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, toast: &Toast) {
    let (sign, role) = match toast.tone {
        Tone::Good => (cx.glyphs.pass(), Role::Pass),
        Tone::Bad => ("!", Role::Fail),
        Tone::Note => (if cx.glyphs == Glyphs::Ascii { "i" } else { "ℹ" }, Role::Accent),
    };
    let buffer = frame.buffer_mut();
    let x = put(buffer, area, 1, 0, sign, cx.style(role));
    let room = usize::from(area.width.saturating_sub(x + 2));
    put(buffer, area, x + 1, 0, &fit(&text::clean(&toast.text), room, Cut::End, cx.glyphs.ellipsis()), cx.style(Role::Text));
}
