//! The collectors: what was read of which source, what is missing, and the policy that would change that.

use std::collections::BTreeSet;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};

use crate::{
    model::{GapKind, Source, SourceRun, SourceState, text},
    remedy,
    ui::{
        Effect, View,
        binding::{Action, Place},
        glyph::{gap_word, source_role},
        paint::put,
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            gauge::{bar, clock, count, grouped},
            pane::pane,
            prose::{Prose, Scroll},
            table::{Cell, Column, Cursor, Table},
        },
        width::Cut,
    },
};

/// The collectors.
#[derive(Default)]
pub(crate) struct Collectors {
    cursor: Cursor,
    chosen: Option<(Source, String)>,
    detail: Scroll,
    in_detail: bool,
}

impl Collectors {
    fn run<'a>(&self, view: &View<'a>) -> Option<&'a SourceRun> {
        view.runs().get(self.cursor.row)
    }

    fn remember(&mut self, view: &View<'_>) {
        let chosen = self.run(view).map(|run| (run.source, run.region.clone()));
        if chosen != self.chosen {
            self.chosen = chosen;
            self.detail.reset();
        }
    }

    /// Sources may come in between: the cursor stays on its own.
    fn refresh(&mut self, view: &View<'_>) {
        if let Some((source, region)) = &self.chosen
            && let Some(row) = view.runs().iter().position(|run| run.source == *source && run.region == *region)
        {
            self.cursor.row = row;
        }
        self.remember(view);
    }

    fn draw_list(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let runs = cx.view.runs();
        let ended = runs.iter().filter(|run| run.state.ended()).count();
        // Sources are read side by side: the slowest one says when all of it is there.
        let left = runs.iter().filter_map(SourceRun::seconds_left).max_by(f64::total_cmp);
        let left = left.map_or_else(String::new, |left| format!(" · {} left", clock(left)));
        let inner = pane(frame, area, cx, "Collectors", &format!("{ended} of {} ended{left}", runs.len()), !self.in_detail);
        if runs.is_empty() {
            put(frame.buffer_mut(), inner, 2, 0, "nothing was read yet", cx.style(Role::Dim));
            return;
        }
        let mut columns = vec![Column::fixed("SOURCE", 16), Column::fill("REGION", Cut::Middle), Column::fixed("STATE", 10)];
        let roomy = inner.width >= 60;
        columns.push(Column::fixed("ITEMS", 6).right());
        if roomy {
            columns.extend([Column::fixed("CALLS", 6).right(), Column::fixed("THROTTLED", 9).right(), Column::fixed("TIME", 7).right()]);
        }
        if inner.width >= 84 {
            columns.push(Column::fixed("", 12));
        }
        Table { columns: &columns, rows: runs.len(), focused: !self.in_detail }.draw(frame, inner, cx, &mut self.cursor, |at| {
            let Some(run) = runs.get(at) else { return Vec::new() };
            let (text_style, dim) = (cx.style(Role::Text), cx.style(Role::Dim));
            let state = cx.style(source_role(run.state));
            let number = |number: u64, loud: Role| {
                let style = if number == 0 { dim } else { cx.style(loud) };
                Cell::new(count(usize::try_from(number).unwrap_or(usize::MAX)), style)
            };
            let mut cells = vec![
                Cell::new(run.source.word(), text_style),
                Cell::new(text::clean(&run.region), text_style),
                Cell::new(format!("{} {}", cx.glyphs.source(run.state), run.state.word()), state),
                number(run.items, Role::Text),
            ];
            if roomy {
                cells.push(number(run.calls, Role::Text));
                cells.push(number(run.throttled, Role::Medium));
                cells.push(Cell::new(time(run), dim));
            }
            if inner.width >= 84 {
                cells.push(Cell::new(bar(cx.glyphs, share(run), 12), state));
            }
            cells
        });
    }

    fn draw_detail(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let run = self.run(cx.view);
        let title = run.map_or_else(String::new, |run| format!("{} in {}", run.source, text::clean(&run.region)));
        let inner = pane(frame, area, cx, &title, "", self.in_detail);
        let Some(run) = run else { return };
        let mut prose = Prose::new(cx, inner.width);
        let says = match run.state {
            SourceState::Queued => "waits for its turn",
            SourceState::Running => "being read",
            SourceState::Complete => "everything was read",
            SourceState::Partial => "read with gaps: what is missing is unknown, never a pass",
            SourceState::Denied => "nothing could be read: what depends on it is unknown, never a pass",
            SourceState::Failed => "nothing could be read: what depends on it is unknown, never a pass",
            SourceState::Skipped => "left out or cancelled: what depends on it is unknown, never a pass",
        };
        prose.item(cx.glyphs.source(run.state), source_role(run.state), &format!("{}, {says}", run.state.word()), Role::Text);
        if run.expected > 0 && !run.state.ended() {
            prose.field("progress", &progress(run), Role::Text);
        }
        for gap in &run.gaps {
            prose.gap();
            let action = if gap.action.is_empty() { String::new() } else { format!("{}: ", text::clean(&gap.action)) };
            prose.item("?", Role::Unknown, &format!("{action}{} ({})", gap_word(gap.kind), gap.kind.word()), Role::Unknown);
            if !gap.detail.is_empty() {
                prose.text(&text::clean(&gap.detail), Role::Dim);
            }
        }
        if let Some(policy) = missing_policy(run) {
            prose.heading("The policy that is missing (y copies it)");
            prose.json(&policy, 0);
        }
        self.detail.draw(frame, inner, cx, prose.lines());
    }
}

/// How long it took; while it runs, how long it will still take.
fn time(run: &SourceRun) -> String {
    match (run.state, run.seconds_left()) {
        (SourceState::Queued, _) => String::new(),
        (_, Some(left)) => format!("-{}", clock(left)),
        _ => format!("{:.1}s", run.seconds),
    }
}

/// `3,210 of 10,000 · 15/s · 7:32 left`
fn progress(run: &SourceRun) -> String {
    let mut said = format!("{} of {}", grouped(run.items), grouped(run.expected));
    if let (Some(rate), Some(left)) = (run.rate(), run.seconds_left()) {
        said.push_str(&format!(" · {rate:.0}/s · {} left", clock(left)));
    }
    said
}

/// How far a source is, where that can be said.
fn share(run: &SourceRun) -> Option<f64> {
    match run.state {
        SourceState::Complete | SourceState::Partial => Some(1.0),
        SourceState::Running if run.expected > 0 => Some(run.items as f64 / run.expected as f64),
        _ => None,
    }
}

/// The IAM policy that allows what was denied: actions only, as IAM writes them.
pub(crate) fn missing_policy(run: &SourceRun) -> Option<String> {
    let name = |c: char| c.is_ascii_alphanumeric() || c == ':';
    let actions: BTreeSet<&str> = run
        .gaps
        .iter()
        .filter(|gap| gap.kind == GapKind::Denied && gap.action.contains(':') && gap.action.chars().all(name))
        .map(|gap| gap.action.as_str())
        .collect();
    let actions: Vec<&str> = actions.into_iter().collect();
    (!actions.is_empty()).then(|| remedy::grant("PalisadeMissing", &actions))
}

impl Screen for Collectors {
    fn place(&self) -> Place {
        Place::Collectors
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx.view);
    }

    fn title(&self, _: &View<'_>) -> String {
        "Collectors".to_owned()
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        match action {
            Action::Copy => self.run(cx.view).and_then(missing_policy).is_none().then_some("no permission is missing for this source"),
            Action::Open | Action::Refresh if self.run(cx.view).is_none() => Some("no source under the cursor"),
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        if self.in_detail && self.detail.act(action) {
            return Reply::Handled;
        }
        if self.cursor.act(action, cx.view.runs().len()) {
            self.remember(cx.view);
            return Reply::Handled;
        }
        match (action, self.run(cx.view)) {
            (Action::Open | Action::NextPane | Action::PreviousPane, _) => {
                self.in_detail = !self.in_detail;
                Reply::Handled
            }
            (Action::Refresh, Some(run)) => Reply::Effect(Effect::Retry { source: run.source, region: run.region.clone() }),
            (Action::Copy, Some(run)) => match missing_policy(run) {
                Some(policy) => Reply::Effect(Effect::Copy { text: format!("{policy}\n"), what: "IAM policy".to_owned() }),
                None => Reply::Handled,
            },
            _ => Reply::Nothing,
        }
    }

    fn click(&mut self, at: Position, cx: &Cx<'_>) -> Reply {
        if let Some(row) = self.cursor.at(at, cx.view.runs().len()) {
            self.in_detail = false;
            self.cursor.row = row;
            self.remember(cx.view);
        }
        Reply::Handled
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        if cx.bare {
            if self.in_detail {
                self.draw_detail(frame, area, cx);
            } else {
                self.draw_list(frame, area, cx);
            }
            return;
        }
        let rows = u16::try_from(cx.view.runs().len()).unwrap_or(u16::MAX).saturating_add(3);
        let list = rows.clamp(4, (area.height / 2).max(4));
        let [list, detail] = Layout::vertical([Constraint::Length(list), Constraint::Fill(1)]).areas(area);
        self.draw_list(frame, list, cx);
        self.draw_detail(frame, detail, cx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Gap;

    #[test]
    fn progress_says_how_much_how_fast_and_how_long() {
        let mut run = SourceRun { state: SourceState::Running, expected: 10_000, ..SourceRun::queued(Source::Lambda, "eu-west-1") };
        (run.items, run.seconds) = (3210, 214.0);
        assert_eq!((progress(&run).as_str(), time(&run).as_str()), ("3,210 of 10,000 · 15/s · 7:33 left", "-7:33"));
        run.items = 3;
        assert_eq!((progress(&run).as_str(), time(&run).as_str()), ("3 of 10,000", "214.0s"));
    }

    #[test]
    fn the_policy_names_what_was_denied_and_nothing_else() {
        let mut run = SourceRun::queued(Source::Logs, "eu-west-1");
        assert_eq!(missing_policy(&run), None);
        run.gaps = vec![
            Gap::denied("logs:DescribeLogGroups", "no"),
            Gap::denied("logs:DescribeLogGroups", "again"),
            Gap::failed("logs:ListTagsForResource", "timeout"),
            Gap::denied("x\", \"Resource\": \"*", "hostile"),
        ];
        let policy = missing_policy(&run).unwrap();
        let json: serde_json::Value = serde_json::from_str(&policy).unwrap();
        assert_eq!(json["Statement"][0]["Action"], serde_json::json!(["logs:DescribeLogGroups"]));
    }
}
