//! The command palette: commands, functions, roles and findings by name.

use ratatui::{
    Frame,
    layout::{Position, Rect},
    widgets::Clear,
};
use tui_input::Input;

use super::{Finding, Function, Principal, middle};
use crate::{
    model::{Arn, text},
    ui::{
        View,
        binding::{self, Action, Place},
        index::{Index, Scope, resource_name},
        paint::put,
        screen::{Cx, Edit, Reply, Screen},
        texts::best,
        theme::Role,
        widgets::{
            pane::pane,
            table::{Cell, Column, Cursor, Table},
        },
        width::{Cut, fit},
    },
};

/// How many findings are offered: the ones with the highest risk.
const MOST_FINDINGS: usize = 5_000;

enum Target {
    Action(Action, String),
    Function(Arn),
    Role(Arn),
    Finding(String),
}

impl Target {
    const fn word(&self) -> &'static str {
        match self {
            Self::Action(..) => "command",
            Self::Function(_) => "function",
            Self::Role(_) => "role",
            Self::Finding(_) => "finding",
        }
    }
}

/// The command palette.
pub(crate) struct Palette {
    input: Input,
    labels: Vec<String>,
    targets: Vec<Target>,
    found: Vec<u32>,
    cursor: Cursor,
}

impl Palette {
    /// What can be reached from `place`.
    pub(crate) fn new(place: Place, view: &View<'_>, usable: impl Fn(Action) -> bool) -> Self {
        let mut labels = Vec::new();
        let mut targets = Vec::new();
        let moves = |action| matches!(action, Action::Palette | Action::Down | Action::Up | Action::Forward | Action::Back);
        for binding in binding::here(place).filter(|binding| binding.group != binding::Group::Move) {
            if !moves(binding.action) && usable(binding.action) {
                labels.push(format!("{}: {}", binding.name, binding.help));
                let keys = binding.keys.first().map(|keys| binding::written(keys)).unwrap_or_default();
                targets.push(Target::Action(binding.action, keys));
            }
        }
        if let Some(world) = view.world() {
            for (_, function) in world.posture.functions() {
                labels.push(resource_name(&function.arn));
                targets.push(Target::Function(function.arn.clone()));
            }
            for role in &world.posture.identity.roles.items {
                labels.push(resource_name(&role.arn));
                targets.push(Target::Role(role.arn.clone()));
            }
            for finding in world.findings.iter().take(MOST_FINDINGS) {
                labels.push(format!("{} {}: {}", finding.check.id, resource_name(&finding.resource), finding.message));
                targets.push(Target::Finding(finding.id.clone()));
            }
        }
        let mut palette = Self { input: Input::default(), labels, targets, found: Vec::new(), cursor: Cursor::default() };
        palette.search();
        palette
    }

    fn search(&mut self) {
        self.found = best(self.input.value(), &self.labels);
        self.cursor.row = 0;
    }

    fn choose(&self) -> Reply {
        let target = self.found.get(self.cursor.row).and_then(|&index| self.targets.get(index as usize));
        match target {
            Some(Target::Action(action, _)) => Reply::Run(*action),
            Some(Target::Function(arn)) => Reply::Become(Box::new(Function::new(arn.clone()))),
            Some(Target::Role(arn)) => Reply::Become(Box::new(Principal::new(arn.clone()))),
            Some(Target::Finding(id)) => Reply::Become(Box::new(Finding::new(Index::new(Scope::All), id.clone()))),
            None => Reply::Back,
        }
    }
}

impl Screen for Palette {
    fn place(&self) -> Place {
        Place::Palette
    }

    fn title(&self, _: &View<'_>) -> String {
        "Command".to_owned()
    }

    fn overlay(&self) -> bool {
        true
    }

    fn typing(&self) -> bool {
        true
    }

    fn handle(&mut self, action: Action, _: &Cx<'_>) -> Reply {
        match action {
            Action::Accept => self.choose(),
            Action::Discard => Reply::Back,
            action if self.cursor.act(action, self.found.len()) => Reply::Handled,
            _ => Reply::Nothing,
        }
    }

    fn edit(&mut self, edit: Edit, _: &Cx<'_>) -> Reply {
        let before = self.input.value().to_owned();
        edit.apply(&mut self.input);
        if self.input.value() != before {
            self.search();
        }
        Reply::Handled
    }

    fn click(&mut self, at: Position, _: &Cx<'_>) -> Reply {
        match self.cursor.at(at, self.found.len()) {
            Some(row) => {
                self.cursor.row = row;
                self.choose()
            }
            None => Reply::Back,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let outer = if cx.bare { area } else { middle(area, 84, area.height.min(20)) };
        frame.render_widget(Clear, outer);
        let note = format!("{} of {}", self.found.len(), self.labels.len());
        let inner = pane(frame, outer, cx, "Command", &note, true);
        let buffer = frame.buffer_mut();
        let x = put(buffer, inner, 1, 0, ":", cx.style(Role::Accent)) + 1;
        let shown = text::clean(self.input.value());
        let room = usize::from(inner.width.saturating_sub(x + 1));
        put(buffer, inner, x, 0, &fit(&shown, room, Cut::Middle, cx.glyphs.ellipsis()), cx.style(Role::Text));
        if shown.is_empty() {
            put(buffer, inner, x + 1, 0, "a command, a function, a role or a finding", cx.style(Role::Dim));
        }
        let cursor = x.saturating_add(u16::try_from(self.input.visual_cursor()).unwrap_or(u16::MAX)).min(inner.width.saturating_sub(1));
        if !inner.is_empty() {
            frame.set_cursor_position(Position::new(inner.x + cursor, inner.y));
        }
        let list = Rect { y: inner.y.saturating_add(1), height: inner.height.saturating_sub(1), ..inner };
        let columns = [Column::fill("", Cut::End), Column::fixed("", 8), Column::fixed("", 9)];
        let (found, labels, targets) = (&self.found, &self.labels, &self.targets);
        Table { columns: &columns, rows: found.len(), focused: true }.draw(frame, list, cx, &mut self.cursor, |row| {
            let Some(index) = found.get(row).map(|&index| index as usize) else { return Vec::new() };
            let (Some(label), Some(target)) = (labels.get(index), targets.get(index)) else { return Vec::new() };
            let keys = match target {
                Target::Action(_, keys) => keys.as_str(),
                _ => "",
            };
            vec![
                Cell::new(label.as_str(), cx.style(Role::Text)),
                Cell::new(target.word(), cx.style(Role::Dim)),
                Cell::new(keys, cx.style(Role::Accent)),
            ]
        });
    }
}
