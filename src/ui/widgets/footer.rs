//! The key line, made from the bindings that hold here.

use ratatui::{Frame, layout::Rect};

use crate::ui::{
    binding::{self, Action, Binding, Place},
    paint::put,
    screen::Cx,
    theme::Role,
    width::width,
};

/// Draws what fits; help and quit always come last and first of all.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, place: Place, usable: impl Fn(&Binding) -> bool) {
    let always = |binding: &&Binding| matches!(binding.action, Action::Help | Action::Close);
    let entries: Vec<(String, &'static Binding)> = binding::here(place)
        .filter(|binding| !binding.label.is_empty() && usable(binding))
        .map(|binding| (keys(cx, binding), binding))
        .collect();
    let wide = |(keys, binding): &(String, &'static Binding)| width(keys) + 1 + binding.label.len() + 2;
    let mut room = usize::from(area.width).saturating_sub(1 + entries.iter().filter(|entry| always(&entry.1)).map(wide).sum::<usize>());
    let buffer = frame.buffer_mut();
    let mut x = 1;
    for entry in &entries {
        if !always(&entry.1) {
            match room.checked_sub(wide(entry)) {
                Some(left) => room = left,
                None => continue,
            }
        }
        x = put(buffer, area, x, 0, &entry.0, cx.style(Role::Accent));
        x = put(buffer, area, x + 1, 0, entry.1.label, cx.style(Role::Dim)) + 2;
    }
}

fn keys(cx: &Cx<'_>, binding: &Binding) -> String {
    match binding.action {
        // Five bindings, one word.
        Action::GoLayer(_) => "1-5".to_owned(),
        Action::Open => "Enter".to_owned(),
        _ => binding.keys.first().map(|keys| cx.glyphs.keys(keys)).unwrap_or_default(),
    }
}
