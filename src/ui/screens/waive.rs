//! Accepting a finding: why, who answers for it, and until when.

use ratatui::{
    Frame,
    layout::{Position, Rect},
    widgets::Clear,
};
use time::Duration;
use tui_input::Input;

use super::middle;
use crate::{
    checks::{Waiver, parse_day},
    model::{Arn, text},
    ui::{
        Effect, View,
        binding::{Action, Place},
        index::resource_name,
        paint::put,
        screen::{Cx, Edit, Reply, Screen},
        theme::Role,
        widgets::pane::pane,
        width::{Cut, fit},
    },
    world::{Finding, World},
};

/// How long a finding is accepted unless somebody says otherwise: a quarter.
const DAYS: i64 = 90;

const FIELDS: [&str; 3] = ["Reason", "Owner", "Until"];
const REASON: usize = 0;
const OWNER: usize = 1;
const UNTIL: usize = 2;
/// Where the fields begin.
const LABELS: u16 = 9;

/// The form of a waiver.
pub(crate) struct Waive {
    check: &'static str,
    resource: Arn,
    inputs: [Input; FIELDS.len()],
    field: usize,
    problem: Option<&'static str>,
}

impl Waive {
    /// For `finding`; the owner is who answered for the last one.
    pub(crate) fn new(finding: &Finding, world: &World) -> Self {
        let owner = world.settings.waivers.last().map_or_else(String::new, |waiver| waiver.owner.clone());
        let today = world.posture.taken_at.date();
        let until = today.checked_add(Duration::days(DAYS)).unwrap_or(today);
        let inputs = [Input::default(), Input::new(owner), Input::new(until.to_string())];
        Self { check: finding.check.id, resource: finding.resource.clone(), inputs, field: REASON, problem: None }
    }

    fn value(&self, field: usize) -> &str {
        self.inputs.get(field).map_or("", |input| input.value().trim())
    }

    /// The waiver, or the field at fault and what is wrong with it.
    fn waiver(&self, cx: &Cx<'_>) -> Result<Waiver, (usize, &'static str)> {
        let (reason, owner) = (self.value(REASON), self.value(OWNER));
        if reason.is_empty() {
            return Err((REASON, "say why it is accepted: whoever reads the file will ask"));
        }
        if owner.is_empty() {
            return Err((OWNER, "say who answers for it"));
        }
        let expires = parse_day(self.value(UNTIL)).ok_or((UNTIL, "a day is written 2027-03-31"))?;
        if cx.world().is_some_and(|world| expires < world.posture.taken_at.date()) {
            return Err((UNTIL, "this day is over"));
        }
        let (check, resource) = (self.check.to_owned(), self.resource.as_str().to_owned());
        Ok(Waiver { check, resource, owner: owner.to_owned(), reason: reason.to_owned(), expires, line: 0 })
    }
}

impl Screen for Waive {
    fn place(&self) -> Place {
        Place::Waive
    }

    fn title(&self, _: &View<'_>) -> String {
        "Waive".to_owned()
    }

    fn overlay(&self) -> bool {
        true
    }

    fn typing(&self) -> bool {
        true
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        match action {
            Action::Discard => return Reply::Back,
            Action::Down => self.field = (self.field + 1) % FIELDS.len(),
            Action::Up => self.field = (self.field + FIELDS.len() - 1) % FIELDS.len(),
            Action::Accept if self.field < UNTIL && !self.value(self.field).is_empty() => self.field += 1,
            Action::Accept => match self.waiver(cx) {
                Ok(waiver) => return Reply::Finish(Effect::Waive(Box::new(waiver))),
                Err((field, problem)) => (self.field, self.problem) = (field, Some(problem)),
            },
            _ => return Reply::Nothing,
        }
        Reply::Handled
    }

    fn edit(&mut self, edit: Edit, _: &Cx<'_>) -> Reply {
        self.problem = None;
        if let Some(input) = self.inputs.get_mut(self.field) {
            edit.apply(input);
        }
        Reply::Handled
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let outer = if cx.bare { area } else { middle(area, 76, 10) };
        frame.render_widget(Clear, outer);
        let inner = pane(frame, outer, cx, "Accept this finding", self.check, true);
        let buffer = frame.buffer_mut();
        let room = |from: u16| usize::from(inner.width.saturating_sub(from + 1));
        let name = fit(&resource_name(&self.resource), room(1), Cut::Middle, cx.glyphs.ellipsis()).into_owned();
        put(buffer, inner, 1, 0, &name, cx.style(Role::Text));
        let mut cursor = None;
        for (row, (label, input)) in (2_u16..).zip(FIELDS.iter().zip(&self.inputs)) {
            let chosen = usize::from(row - 2) == self.field;
            put(buffer, inner, 1, row, label, cx.style(if chosen { Role::Accent } else { Role::Dim }));
            // What is being typed stays in sight, however long it is.
            let scroll = input.visual_scroll(room(LABELS));
            let shown: String = text::clean(input.value()).chars().skip(scroll).collect();
            put(buffer, inner, LABELS, row, &fit(&shown, room(LABELS), Cut::End, cx.glyphs.ellipsis()), cx.style(Role::Text));
            if chosen {
                let at = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(u16::MAX);
                cursor = Some(Position::new(inner.x + LABELS.saturating_add(at).min(inner.width.saturating_sub(1)), inner.y + row));
            }
        }
        let (note, role) = match self.problem {
            Some(problem) => (problem, Role::Fail),
            None => ("It no longer counts until that day is over; waivers.toml keeps it.", Role::Dim),
        };
        put(buffer, inner, 1, 6, &fit(note, room(1), Cut::End, cx.glyphs.ellipsis()), cx.style(role));
        if let Some(cursor) = cursor.filter(|cursor| inner.contains(*cursor)) {
            frame.set_cursor_position(cursor);
        }
    }
}
