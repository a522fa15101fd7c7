//! The screens, one file each.

mod accounts;
mod attack_paths;
mod check;
mod checks;
mod collectors;
mod data;
mod finding;
mod findings;
mod fix;
mod frameworks;
mod function;
mod functions;
mod help;
mod overview;
mod palette;
mod principal;
mod reach;
mod requirements;
mod waive;
mod ways_in;
pub(crate) mod which_key;

pub(crate) use accounts::Accounts;
pub(crate) use attack_paths::AttackPaths;
pub(crate) use check::Check;
pub(crate) use checks::Checks;
pub(crate) use collectors::Collectors;
pub(crate) use data::Data;
pub(crate) use finding::Finding;
pub(crate) use findings::Findings;
pub(crate) use fix::Fix;
pub(crate) use frameworks::Frameworks;
pub(crate) use function::Function;
pub(crate) use functions::Functions;
pub(crate) use help::Help;
pub(crate) use overview::Overview;
pub(crate) use palette::Palette;
pub(crate) use principal::Principal;
pub(crate) use requirements::Requirements;
pub(crate) use waive::Waive;
pub(crate) use ways_in::WaysIn;

use ratatui::{Frame, layout::Rect};

use super::{paint::put, screen::Cx, theme::Role, widgets::pane::pane};

/// From this width on a list has a second pane beside it.
pub(crate) const TWO_PANES: u16 = 100;
/// From this width on there is room for three.
pub(crate) const THREE_PANES: u16 = 160;

/// A box in the middle of `area`, at most `width` × `height`.
pub(crate) fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Draws a pane with tabs in its frame; gives the room inside.
pub(crate) fn tabs(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, titles: &[&str], chosen: usize) -> Rect {
    let inner = pane(frame, area, cx, "", "", true);
    let frames = inner != area;
    let strip = if frames { area } else { Rect { height: area.height.min(1), ..area } };
    let buffer = frame.buffer_mut();
    let mut x = 2;
    for (index, title) in titles.iter().enumerate() {
        let (text, role) = if index == chosen { (format!("[{title}]"), Role::Accent) } else { (format!(" {title} "), Role::Dim) };
        x = put(buffer, strip, x, 0, &text, cx.style(role)) + 1;
    }
    if frames { inner } else { Rect { y: area.y + strip.height, height: area.height - strip.height, ..area } }
}
