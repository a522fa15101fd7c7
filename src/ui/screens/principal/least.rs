//! How close the role is to the least it needs, and the diff to it: worked out when it is first looked at.

use ratatui::{Frame, layout::Rect, text::Span};

use crate::{
    model::Arn,
    report::privilege::{self, Privilege},
    ui::{
        cache::Stamp,
        screen::Cx,
        theme::Role,
        widgets::prose::{Prose, Scroll},
        width::width,
    },
    world::World,
};

/// The answer, and which world it is about.
#[derive(Default)]
pub(super) struct Least {
    told: Option<(Option<Stamp>, Option<String>)>,
    pub(super) scroll: Scroll,
}

impl Least {
    /// Works out the answer for this world, unless it stands already.
    pub(super) fn refresh(&mut self, cx: &Cx<'_>, world: &World, arn: &Arn) {
        let stamp = cx.cache.stamp();
        if self.told.as_ref().is_some_and(|(of, _)| *of == stamp) {
            return;
        }
        let context = world.context();
        let text = world.posture.role(arn).and_then(|role| {
            let mut text = Vec::new();
            privilege::body(&Privilege::of(&context, role), &mut text).ok()?;
            String::from_utf8(text).ok()
        });
        self.told = Some((stamp, text));
    }

    pub(super) fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let mut prose = Prose::new(cx, area.width);
        match self.told.as_ref().and_then(|(_, text)| text.as_deref()) {
            None => prose.text("Only roles are judged: a user's permissions are for people to weigh.", Role::Dim),
            Some(text) => {
                for line in text.lines() {
                    let role = match line.as_bytes().first() {
                        Some(b'+') => Role::Added,
                        Some(b'-') => Role::Removed,
                        Some(b'@') => Role::Dim,
                        _ if line.trim_start().starts_with('?') => Role::Unknown,
                        _ => Role::Text,
                    };
                    match line.trim() {
                        "" => prose.gap(),
                        // What fits keeps its indentation.
                        _ if width(line) + 2 < usize::from(area.width) => {
                            prose.spans(vec![Span::styled(format!(" {line}"), cx.style(role))]);
                        }
                        _ => prose.text(line, role),
                    }
                }
            }
        }
        self.scroll.draw(frame, area, cx, prose.lines());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{
        demo,
        ui::testing::{Screen, view},
        world::{Origin, World},
    };

    #[test]
    fn a_role_shows_what_it_could_do_without() {
        let fleet = [World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default())];
        let view = view(&fleet);
        for (width, height) in [(80, 24), (120, 36)] {
            let mut screen = Screen::new(width, height);
            screen.press(":role:forecast-demand-role<enter><tab><tab><tab>", &view);
            let text = screen.text(&view);
            assert!(text.contains("Least privilege 99 of 100"), "{text}");
            assert!(text.contains("unused   /Statement/3 glue"), "{text}");
            screen.press("G", &view);
            let text = screen.text(&view);
            assert!(text.contains("-        \"glue:StartJobRun\","), "{text}");
        }
    }
}
