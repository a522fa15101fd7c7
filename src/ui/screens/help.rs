//! What the keys do: made from the table of bindings.

use ratatui::{Frame, layout::Rect, text::Span, widgets::Clear};

use super::middle;
use crate::ui::{
    View,
    binding::{self, Action, Binding, Group, Place},
    query,
    screen::{Cx, Reply, Screen},
    theme::Role,
    widgets::{
        pane::pane,
        prose::{Prose, Scroll},
    },
};

/// The keys of a place.
pub(crate) struct Help {
    of: Place,
    entries: Vec<(&'static Binding, Option<&'static str>)>,
    scroll: Scroll,
}

impl Help {
    /// The keys of `place`; `refused` says why one is of no use now.
    pub(crate) fn new(place: Place, refused: impl Fn(Action) -> Option<&'static str>) -> Self {
        let entries = binding::here(place).map(|binding| (binding, refused(binding.action))).collect();
        Self { of: place, entries, scroll: Scroll::default() }
    }
}

impl Screen for Help {
    fn place(&self) -> Place {
        Place::Help
    }

    fn title(&self, _: &View<'_>) -> String {
        "Help".to_owned()
    }

    fn overlay(&self) -> bool {
        true
    }

    fn handle(&mut self, action: Action, _: &Cx<'_>) -> Reply {
        match action {
            Action::Help => Reply::Back,
            action if self.scroll.act(action) => Reply::Handled,
            _ => Reply::Nothing,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let outer = if cx.bare { area } else { middle(area, 96, area.height) };
        frame.render_widget(Clear, outer);
        let inner = pane(frame, outer, cx, &format!("Keys here: {}", self.of.title()), "? or Esc closes", true);
        let mut prose = Prose::new(cx, inner.width);
        for group in Group::ALL {
            let mut entries = self.entries.iter().filter(|(binding, _)| binding.group == group).peekable();
            if entries.peek().is_some() {
                prose.heading(group.title());
            }
            for (binding, refused) in entries {
                let keys = binding.keys.iter().map(|keys| cx.glyphs.keys(keys)).collect::<Vec<_>>().join("  ");
                let (role, why) = match refused {
                    Some(why) => (Role::Dim, format!(" ({why})")),
                    None => (Role::Text, String::new()),
                };
                let key_role = if refused.is_some() { Role::Dim } else { Role::Accent };
                prose.spans(vec![
                    Span::styled(format!(" {keys:<28} "), cx.style(key_role)),
                    Span::styled(binding.help, cx.style(role)),
                    Span::styled(why, cx.style(Role::Dim)),
                ]);
            }
        }
        prose.heading("Filter");
        prose.text(&format!("words  {}", query::TERMS), Role::Text);
        prose.heading("Signs");
        let glyphs = cx.glyphs;
        let signs = crate::checks::Severity::ALL.map(|severity| format!("{} {}", glyphs.severity(severity), severity.word())).join("   ");
        prose.text(&format!("{signs}   {} pass   ? unknown   ~ waived", glyphs.pass()), Role::Text);
        prose.text("A question that could not be answered is unknown: it lowers the coverage and is never a pass.", Role::Dim);
        prose.text("With Shift held, the mouse selects text as usual.", Role::Dim);
        self.scroll.draw(frame, inner, cx, prose.lines());
    }
}
