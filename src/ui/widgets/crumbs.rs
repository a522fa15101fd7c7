//! Where one is, above the screen; and what is left of it all in a corner.

use ratatui::{Frame, layout::Rect};

use crate::ui::{
    paint::put,
    screen::Cx,
    theme::Role,
    widgets::card,
    width::{Cut, fit, width},
};

/// Where one is, and what the screen says at the right.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, titles: &[String], heading: &str) {
    let buffer = frame.buffer_mut();
    let total = usize::from(area.width);
    let heading = fit(heading, total * 3 / 5, Cut::End, cx.glyphs.ellipsis());
    let mut room = total.saturating_sub(width(&heading) + 3);
    let between = format!(" {} ", cx.glyphs.crumb());
    let cut = format!("{}{between}", cx.glyphs.ellipsis());
    // Where there is no room for the whole way, there is for its end, and at the least for the place.
    let fits = |from: &usize| {
        let way: usize = titles.iter().skip(*from).map(|title| width(title) + width(&between)).sum();
        way + if *from > 0 { width(&cut) } else { 0 } <= room
    };
    let from = (0..titles.len()).find(fits);
    let titles = titles.get(from.unwrap_or(titles.len().saturating_sub(1))..).unwrap_or_default();
    let mut x = 1;
    if from.is_some_and(|from| from > 0) {
        x = put(buffer, area, x, 0, &cut, cx.style(Role::Dim));
        room = room.saturating_sub(width(&cut));
    }
    for (index, title) in titles.iter().enumerate() {
        if index > 0 {
            x = put(buffer, area, x, 0, &between, cx.style(Role::Dim));
            room = room.saturating_sub(width(&between));
        }
        let last = index + 1 == titles.len();
        let text = fit(title, room, Cut::Middle, cx.glyphs.ellipsis());
        room = room.saturating_sub(width(&text));
        x = put(buffer, area, x, 0, &text, cx.style(if last { Role::Title } else { Role::Dim }));
    }
    let at = area.width.saturating_sub(1 + u16::try_from(width(&heading)).unwrap_or(u16::MAX));
    put(buffer, area, at, 0, &heading, cx.style(Role::Dim));
}

/// All that fits into a corner: `61C 78B 84B 70C ?`.
pub(crate) fn tiny(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
    let text = match cx.world() {
        Some(world) => {
            let layers = world.score.layers.iter().map(|layer| card::score(&layer.rating).replace("- ?", "?").replace(' ', ""));
            layers.collect::<Vec<_>>().join(" ")
        }
        None => "?".to_owned(),
    };
    put(frame.buffer_mut(), area, 0, 0, &text, cx.style(Role::Text));
}
