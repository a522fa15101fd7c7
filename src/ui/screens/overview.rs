//! The overview: five layers, the ranked risks, what is not known and why.

mod first;
mod layers;
mod panes;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};

use super::{Check, Finding, Findings, Fix, Function, TWO_PANES};
use crate::{
    checks::Layer,
    model::{Arn, text},
    ui::{
        Effect, View,
        binding::{Action, Place},
        glyph::{effort_word, finding_role, verdict_word},
        index::{Chosen, Index, Scope, resource_name},
        paint::put,
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            card,
            gauge::{bar, count},
            pane::pane,
            table::{Cell, Column, Cursor, Table},
        },
        width::Cut,
    },
    world::{self, World},
};

/// From this width on the layers are cards; below they are rows.
const CARDS: u16 = 114;

/// The overview.
pub(crate) struct Overview {
    risks: Index,
    cursor: Cursor,
    chosen: Option<Chosen>,
    first: Cursor,
    in_first: bool,
    layers: Cursor,
    in_layers: bool,
    cards: [Rect; 5],
}

impl Default for Overview {
    fn default() -> Self {
        Self {
            risks: Index::new(Scope::All),
            cursor: Cursor::default(),
            chosen: None,
            first: Cursor::default(),
            in_first: false,
            layers: Cursor::default(),
            in_layers: false,
            cards: [Rect::ZERO; 5],
        }
    }
}

impl Overview {
    fn finding<'w>(&self, cx: &Cx<'w>) -> Option<(u32, &'w world::Finding)> {
        if self.in_first { first::at(cx, self.first.row) } else { self.risks.at(cx.world()?, self.cursor.row) }
    }

    /// The pane after this one: risks, what to fix first, layers.
    fn turn(&mut self, back: bool) {
        let (in_layers, in_first) = match (self.in_layers, self.in_first) {
            (true, _) => (false, back),
            (_, true) => (!back, false),
            _ => (back, !back),
        };
        (self.in_layers, self.in_first) = (in_layers, in_first);
    }

    fn remember(&mut self, cx: &Cx<'_>) {
        self.chosen = cx.world().and_then(|world| self.risks.choose(world, cx.cache, self.cursor.row));
    }

    fn refresh(&mut self, cx: &Cx<'_>) {
        if let Some(world) = cx.world()
            && self.risks.refresh(world, cx.cache)
        {
            // At the top the worst stays in sight while it is still being found; elsewhere the cursor keeps its finding.
            if self.cursor.row > 0 {
                let row = self.chosen.as_ref().and_then(|chosen| self.risks.row_of(chosen, world, cx.cache));
                self.cursor.row = row.unwrap_or(self.cursor.row);
            }
            self.remember(cx);
        }
    }

    fn open(&self, cx: &Cx<'_>) -> Reply {
        if self.in_layers {
            let layer = Layer::ALL.get(self.layers.row).copied().unwrap_or(Layer::Function);
            return Reply::Open(Box::new(Findings::new(Scope::Layer(layer))));
        }
        match self.finding(cx) {
            Some((_, finding)) => Reply::Open(Box::new(Finding::new(self.risks.clone(), finding.id.clone()))),
            None => Reply::Handled,
        }
    }

    /// The risks and what to fix first: below each other, or the one with the cursor where there is room for one.
    fn draw_findings(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let both = !cx.bare && area.height >= first::HEIGHT + 7;
        // What is not drawn takes no clicks.
        self.first.hide();
        if both {
            let [risks, first] = Layout::vertical([Constraint::Fill(1), Constraint::Length(first::HEIGHT)]).areas(area);
            self.draw_risks(frame, risks, cx, world, "");
            first::draw(frame, first, cx, world, &mut self.first, self.in_first, "points gained for effort");
        } else if self.in_first {
            self.cursor.hide();
            first::draw(frame, area, cx, world, &mut self.first, true, "points gained for effort");
        } else {
            self.draw_risks(frame, area, cx, world, "Tab: fix first");
        }
    }

    fn draw_risks(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World, hint: &str) {
        let total = self.risks.rows().len();
        let between = if hint.is_empty() { "" } else { "   " };
        let note = if total == 0 { String::new() } else { format!("{hint}{between}{} of {total}", self.cursor.row + 1) };
        let focused = !self.in_layers && !self.in_first;
        let inner = pane(frame, area, cx, "Top risks", &note, focused);
        if total == 0 {
            first::nothing(frame, inner, cx, "nothing found: every check that applies has passed");
            return;
        }
        let mut columns = vec![Column::fixed("SEV", 6)];
        if inner.width >= 40 {
            columns.push(Column::fixed("L", 1));
        }
        columns.push(Column::fill("RESOURCE", Cut::Middle));
        if inner.width >= 60 {
            columns.push(Column::fill("FINDING", Cut::End).wider());
        }
        if inner.width >= 40 {
            columns.push(Column::fixed("FIX", 6));
        }
        self.risks.fill_efforts(world, cx.cache, self.cursor.row, inner.height);
        let (risks, glyphs) = (&self.risks, cx.glyphs);
        Table { columns: &columns, rows: total, focused }.draw(frame, inner, cx, &mut self.cursor, |index| {
            let Some((place, finding)) = risks.at(world, index) else { return Vec::new() };
            let role = cx.style(finding_role(finding));
            let mut cells = vec![Cell::new(format!("{} {}", glyphs.finding(finding), verdict_word(finding)), role)];
            if inner.width >= 40 {
                cells.push(Cell::new((finding.check.layer.index() + 1).to_string(), cx.style(Role::Dim)));
            }
            cells.push(Cell::new(resource_name(&finding.resource), cx.style(Role::Text)));
            if inner.width >= 60 {
                // The resource stands beside it: the sentence would say it again.
                let asked = if finding.status == world::Status::Unknown { "?" } else { "" };
                cells.push(Cell::new(format!("{}{asked}", finding.check.defect()), cx.style(Role::Text)));
            }
            if inner.width >= 40 {
                cells.push(Cell::new(effort_word(cx.cache.effort(world, place)), cx.style(Role::Dim)));
            }
            cells
        });
    }
}

impl Screen for Overview {
    fn place(&self) -> Place {
        Place::Overview
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn title(&self, _: &View<'_>) -> String {
        "Overview".to_owned()
    }

    fn heading(&self, cx: &Cx<'_>) -> String {
        let Some(world) = cx.world() else { return String::new() };
        if cx.view.assessing && world.score.rating.value.is_none() {
            return "scoring".to_owned();
        }
        let rating = &world.score.rating;
        let range = card::range(cx, rating);
        let range = if range.is_empty() { String::new() } else { format!("  range {range}") };
        let waived: usize = world.score.layers.iter().map(|layer| layer.counts.waived).sum();
        let without = world.score.without_waivers.map_or_else(String::new, |value| format!(", {} without", value.floor()));
        let waived = if waived == 0 { String::new() } else { format!("~ {} waived{without}  ", count(waived)) };
        format!("{waived}account {}{range}  {}", card::score(rating), bar(cx.glyphs, rating.value.map(|value| value / 100.0), 10))
    }

    fn about(&self, cx: &Cx<'_>) -> Option<Arn> {
        Some(self.finding(cx)?.1.resource.clone())
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        let finding = || self.finding(cx).filter(|_| !self.in_layers);
        match action {
            Action::Fix | Action::Copy => match (finding(), cx.world()) {
                (Some((place, _)), Some(world)) => cx.cache.effort(world, place).is_none().then_some("this one has no fix to show"),
                _ => Some("no finding under the cursor"),
            },
            Action::CopyArn | Action::Explain => finding().is_none().then_some("no finding under the cursor"),
            Action::GoFunction => {
                let function = finding().zip(cx.world()).and_then(|((_, finding), world)| world.posture.function(&finding.resource));
                function.is_none().then_some("this finding is not about a function")
            }
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        let known = match () {
            () if self.in_layers => self.layers.act(action, Layer::ALL.len()),
            () if self.in_first => self.first.act(action, first::rows(cx)),
            () => self.cursor.act(action, self.risks.rows().len()),
        };
        if known {
            self.remember(cx);
            return Reply::Handled;
        }
        match action {
            Action::NextPane | Action::PreviousPane => {
                self.turn(action == Action::PreviousPane);
                Reply::Handled
            }
            Action::Open => self.open(cx),
            Action::Fix => match self.finding(cx) {
                Some((_, finding)) => Reply::Open(Box::new(Fix::new(finding.id.clone()))),
                None => Reply::Handled,
            },
            Action::Explain => match self.finding(cx) {
                Some((_, finding)) => Reply::Open(Box::new(Check::new(finding.check))),
                None => Reply::Handled,
            },
            Action::Copy => match (self.finding(cx), cx.world()) {
                (Some((place, _)), Some(world)) => Fix::copy(cx, world, place),
                _ => Reply::Handled,
            },
            Action::CopyArn => match self.finding(cx) {
                Some((_, finding)) => {
                    let text = text::clean(finding.resource.as_str()).into_owned();
                    Reply::Effect(Effect::Copy { text, what: "ARN".to_owned() })
                }
                None => Reply::Handled,
            },
            Action::GoFunction => match self.finding(cx) {
                Some((_, finding)) => Reply::Open(Box::new(Function::new(finding.resource.clone()))),
                None => Reply::Handled,
            },
            _ => Reply::Nothing,
        }
    }

    fn click(&mut self, at: Position, cx: &Cx<'_>) -> Reply {
        if let Some(index) = self.cards.iter().position(|card| card.contains(at)) {
            (self.in_layers, self.in_first) = (true, false);
            self.layers.row = index;
            return self.open(cx);
        }
        if let Some(row) = self.first.at(at, first::rows(cx)) {
            let again = self.in_first && self.first.row == row;
            (self.in_layers, self.in_first, self.first.row) = (false, true, row);
            return if again { self.open(cx) } else { Reply::Handled };
        }
        if let Some(row) = self.cursor.at(at, self.risks.rows().len()) {
            let again = !self.in_layers && !self.in_first && self.cursor.row == row;
            (self.in_layers, self.in_first) = (false, false);
            self.cursor.row = row;
            self.remember(cx);
            return if again { self.open(cx) } else { Reply::Handled };
        }
        Reply::Handled
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some(world) = cx.world() else {
            let inner = pane(frame, area, cx, "Overview", "", true);
            let line = if cx.view.collecting() { "reading the account" } else { "no account yet" };
            put(frame.buffer_mut(), inner, 2, 1, line, cx.style(Role::Dim));
            return;
        };
        if cx.bare {
            self.cards = [Rect::ZERO; 5];
            self.in_layers = false;
            self.draw_findings(frame, area, cx, world);
        } else if area.width >= TWO_PANES && area.height >= 20 {
            let strip = u16::from(area.height >= 24) * 3;
            let cards = if area.width >= CARDS { 7 } else { 8 };
            let [layers, middle, strip] =
                Layout::vertical([Constraint::Length(cards), Constraint::Fill(1), Constraint::Length(strip)]).areas(area);
            let [risks, side] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(34)]).areas(middle);
            let [functions, blind] = Layout::vertical([Constraint::Length(8), Constraint::Fill(1)]).areas(side);
            if area.width >= CARDS {
                self.draw_cards(frame, layers, cx, world);
            } else {
                self.draw_rows(frame, layers, cx, world);
            }
            self.draw_findings(frame, risks, cx, world);
            panes::functions(frame, functions, cx, world);
            panes::blind(frame, blind, cx, world);
            if strip.height > 0 {
                panes::collectors(frame, strip, cx);
            }
        } else {
            let [layers, risks, strip] = Layout::vertical([Constraint::Length(8), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
            self.draw_rows(frame, layers, cx, world);
            self.draw_findings(frame, risks, cx, world);
            panes::strip(frame, strip, cx, world);
        }
    }
}
