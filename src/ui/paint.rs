//! Putting text into cells: what lies outside the area is left out, never a panic.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::width::width;

/// Writes `text` at column `x` and row `y` of `area`; gives the column after it.
pub(crate) fn put(buffer: &mut Buffer, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16 {
    let area = area.intersection(buffer.area);
    let after = x.saturating_add(u16::try_from(width(text)).unwrap_or(u16::MAX));
    if x >= area.width || y >= area.height {
        return after;
    }
    buffer.set_stringn(area.x + x, area.y + y, text, usize::from(area.width - x), style);
    after
}

/// Writes `text` so that it ends at the right edge of row `y`; gives the column where it begins.
pub(crate) fn put_right(buffer: &mut Buffer, area: Rect, y: u16, text: &str, style: Style) -> u16 {
    let x = area.width.saturating_sub(u16::try_from(width(text)).unwrap_or(u16::MAX));
    put(buffer, area, x, y, text, style);
    x
}

/// One row of `area`.
pub(crate) fn row(area: Rect, y: u16) -> Rect {
    Rect { y: area.y.saturating_add(y), height: u16::from(y < area.height), ..area }
}
