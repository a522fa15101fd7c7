//! One finding: why it matters, the evidence, the fix, what is related, its keys in other frameworks.

mod related;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Span,
};

use self::related::neighbours;
pub(crate) use self::related::related;
use super::{Check, Findings, Fix, Function, Principal, TWO_PANES, Waive, check::draw_part};
use crate::{
    checks::{Confidence, Part},
    model::{Arn, text},
    ui::{
        Effect, View,
        binding::{Action, Place},
        cache::Stamp,
        glyph::{effort_word, finding_role, gap_word, verdict_word},
        index::{Index, Scope, resource_name},
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            pane::pane,
            prose::{Prose, Scroll},
        },
    },
    world::{self, Status, World},
};

const TABS: [&str; 4] = ["Why", "Evidence", "Fix", "Related"];

/// One finding, with the list it comes from.
pub(crate) struct Finding {
    index: Index,
    id: String,
    row: Option<usize>,
    pane: usize,
    scrolls: [Scroll; TABS.len()],
    picked: usize,
    neighbours: Option<(Option<Stamp>, String, Vec<u32>)>,
}

impl Finding {
    /// The finding `id` of a list.
    pub(crate) fn new(index: Index, id: String) -> Self {
        Self { index, id, row: None, pane: 0, scrolls: Default::default(), picked: 0, neighbours: None }
    }

    fn refresh(&mut self, cx: &Cx<'_>) {
        let Some(world) = cx.world() else { return };
        if self.index.refresh(world, cx.cache) || self.row.is_none() {
            self.row = self.index.position(world, &self.id);
        }
        let fresh = self.neighbours.as_ref().is_some_and(|(stamp, id, _)| *stamp == cx.cache.stamp() && *id == self.id);
        if !fresh {
            let found = self.found(cx).map(|(_, finding, world)| neighbours(world, finding)).unwrap_or_default();
            self.neighbours = Some((cx.cache.stamp(), self.id.clone(), found));
        }
    }

    /// What stands beside it, as [`Finding::refresh`] found it.
    fn neighbours<'w>(&self, world: &'w World) -> Vec<&'w world::Finding> {
        let rows = self.neighbours.iter().flat_map(|(_, _, rows)| rows);
        rows.filter_map(|&row| world.findings.get(row as usize)).collect()
    }

    fn found<'w>(&self, cx: &Cx<'w>) -> Option<(u32, &'w world::Finding, &'w World)> {
        let world = cx.world()?;
        let (place, finding) = self.index.at(world, self.row?)?;
        Some((place, finding, world))
    }

    fn step(&mut self, cx: &Cx<'_>, by: isize) -> Reply {
        self.refresh(cx);
        let row = self.row.and_then(|row| row.checked_add_signed(by)).unwrap_or(0);
        if let Some(world) = cx.world()
            && let Some((_, finding)) = self.index.at(world, row)
        {
            self.id.clone_from(&finding.id);
            self.row = Some(row);
            self.scrolls = Default::default();
            self.picked = 0;
        }
        Reply::Handled
    }

    fn prose<'c>(&self, tab: usize, cx: &'c Cx<'c>, room: u16) -> Prose<'c> {
        let mut prose = Prose::new(cx, room);
        let Some((place, finding, world)) = self.found(cx) else {
            prose.text("This finding is gone: fixed, or no longer to be seen.", Role::Dim);
            return prose;
        };
        match tab {
            0 => {
                summary(&mut prose, cx, finding);
                prose.heading("Why it matters");
                why(&mut prose, finding);
                // What is good the summary denies, why was said with the gap, and the fix is this finding's own.
                let said = |part: &&Part| part.way().is_none() && !matches!(part.heading, "What is good" | "Why it matters");
                finding.check.explanation().iter().filter(said).for_each(|part| draw_part(&mut prose, part));
            }
            1 => evidence(&mut prose, finding),
            2 => fix(&mut prose, cx, world, place),
            _ => {
                for (index, found) in self.neighbours(world).into_iter().enumerate() {
                    if index == 0 {
                        prose.heading("On the same resource and beside it");
                    }
                    let sign = format!("{} {:<4}", cx.glyphs.finding(found), verdict_word(found));
                    let picked = index == self.picked && self.pane == 3;
                    let role = if picked { Role::Accent } else { Role::Text };
                    prose.item(&sign, finding_role(found), &format!("{} {}", resource_name(&found.resource), found.message), role);
                }
                prose.heading("Go to");
                for (action, keys, what) in
                    [(Action::GoFunction, "g u", "function"), (Action::GoRole, "g r", "role"), (Action::GoKey, "g k", "key")]
                {
                    if let Some(arn) = related(world, finding, action) {
                        prose.pair(&format!("{keys}  {what}"), 16, &resource_name(&arn), Role::Text);
                    }
                }
            }
        }
        prose
    }

    /// All four beside each other: what is short leaves its room to what is long.
    fn draw_panes(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let [left, right] = Layout::horizontal([Constraint::Fill(1); 2]).areas(area);
        let room = left.width.min(right.width).saturating_sub(2);
        let texts = [0, 1, 2, 3].map(|tab| self.prose(tab, cx, room).lines());
        let needed = texts.each_ref().map(|lines| u16::try_from(lines.len() + 2).unwrap_or(u16::MAX));
        let halves = |upper: u16, lower: u16, column: Rect| {
            // The lower one gets what it needs, up to two fifths, or more when the upper one leaves more.
            let spare = column.height.saturating_sub(upper).max(column.height * 2 / 5);
            let lower = lower.min(spare);
            Layout::vertical([Constraint::Fill(1), Constraint::Length(lower)]).areas::<2>(column)
        };
        let [why, related] = halves(needed[0], needed[3], left);
        let [evidence, fix] = halves(needed[1], needed[2], right);
        for (tab, (area, lines)) in [why, evidence, fix, related].into_iter().zip(texts).enumerate() {
            let inner = pane(frame, area, cx, TABS.get(tab).copied().unwrap_or_default(), "", self.pane == tab);
            if let Some(scroll) = self.scrolls.get_mut(tab) {
                scroll.draw(frame, inner, cx, lines);
            }
        }
    }
}

/// What it is, where, how bad.
pub(crate) fn summary(prose: &mut Prose<'_>, cx: &Cx<'_>, finding: &world::Finding) {
    let mut words = match finding.status {
        Status::Fail => finding.severity.word().to_uppercase(),
        Status::Unknown => format!("UNKNOWN, would be {}", finding.severity.word()),
        status => status.word().to_uppercase(),
    };
    if finding.confidence == Confidence::Heuristic {
        words.push_str(", by heuristic");
    }
    let public = if finding.public { "   public" } else { "" };
    let gain = if finding.gain >= 0.05 { format!(", fixing it gains {:.1}", finding.gain) } else { String::new() };
    prose.spans(vec![
        Span::styled(format!(" {} {words}", cx.glyphs.finding(finding)), cx.style(finding_role(finding))),
        Span::styled(public, cx.style(Role::Critical)),
    ]);
    let layer = finding.check.layer;
    let line = format!("layer {} {}, risk {:.0}{gain}", layer.index() + 1, layer.title(), finding.risk * 100.0);
    prose.text(&line, Role::Dim);
    prose.text(&text::clean(finding.resource.as_str()), Role::Dim);
    if let Some(waiver) = &finding.waiver {
        let (owner, reason) = (text::clean(&waiver.owner), text::clean(&waiver.reason));
        prose.text(&format!("accepted until {} by {owner}: {reason}", waiver.expires), Role::Waived);
    }
    prose.gap();
    prose.text(&finding.message, Role::Text);
}

/// What an attacker or an outage makes of it; for an unknown, why it is one.
pub(crate) fn why(prose: &mut Prose<'_>, finding: &world::Finding) {
    prose.text(finding.check.why, Role::Text);
    if let Some(gap) = &finding.gap {
        prose.gap();
        prose.item("?", Role::Unknown, &format!("Not known: {}.", gap_word(gap.kind)), Role::Unknown);
        if !gap.action.is_empty() {
            prose.field("action", &text::clean(&gap.action), Role::Text);
        }
        if !gap.detail.is_empty() {
            prose.field("AWS says", &text::clean(&gap.detail), Role::Text);
        }
        prose.text("It does not count as a pass. Press c for the policy that is missing.", Role::Dim);
    }
}

/// The fields and statements that decided.
pub(crate) fn evidence(prose: &mut Prose<'_>, finding: &world::Finding) {
    if finding.evidence.is_empty() {
        prose.heading("Evidence");
        prose.text("none: nothing could be read", Role::Dim);
        return;
    }
    for evidence in &*finding.evidence {
        prose.heading(&format!("Evidence from {}", evidence.source));
        if evidence.line == 0 && !evidence.value.contains('\n') {
            prose.field(&text::clean(&evidence.pointer), &evidence.value, Role::Text);
        } else {
            prose.text(&text::clean(&evidence.pointer), Role::Dim);
            prose.json(&evidence.value, evidence.line);
        }
    }
}

/// What to do about it.
pub(crate) fn fix(prose: &mut Prose<'_>, cx: &Cx<'_>, world: &World, place: u32) {
    let plan = cx.cache.plan(world, place);
    let Some(plan) = plan.as_ref() else {
        prose.heading("Fix");
        prose.text("none that a command could do", Role::Dim);
        return;
    };
    prose.heading(&format!("Fix: {}, {}", effort_word(Some(plan.effort)), plan.risk.word()));
    prose.text(&text::clean(&plan.summary), Role::Text);
    for command in plan.commands() {
        prose.command(&command);
    }
    prose.text("f shows undo and risk, y copies the commands", Role::Dim);
}

/// Its keys in other frameworks.
pub(crate) fn keys(prose: &mut Prose<'_>, finding: &world::Finding) {
    prose.heading("In other frameworks");
    if finding.check.links.iter().next().is_none() {
        prose.text("none", Role::Dim);
    }
    for (framework, keys) in finding.check.links.iter() {
        prose.pair(framework, 16, &keys.join(" "), Role::Text);
    }
}

/// Copies an ARN.
pub(crate) fn copy_arn(arn: &Arn) -> Reply {
    Reply::Effect(Effect::Copy { text: text::clean(arn.as_str()).into_owned(), what: "ARN".to_owned() })
}

impl Screen for Finding {
    fn place(&self) -> Place {
        Place::Finding
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn title(&self, view: &View<'_>) -> String {
        let found = self.row.zip(view.world()).and_then(|(row, world)| self.index.at(world, row));
        found.map_or_else(|| "Finding".to_owned(), |(_, finding)| format!("{} {}", finding.check.id, resource_name(&finding.resource)))
    }

    fn heading(&self, _: &Cx<'_>) -> String {
        match self.row {
            Some(row) => format!("{} of {}", row + 1, self.index.rows().len()),
            None => String::new(),
        }
    }

    fn about(&self, cx: &Cx<'_>) -> Option<Arn> {
        Some(self.found(cx)?.1.resource.clone())
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        let found = self.found(cx);
        match action {
            Action::Next => (self.row.map_or(0, |row| row + 1) >= self.index.rows().len()).then_some("this is the last one"),
            Action::Previous => (self.row.unwrap_or(0) == 0).then_some("this is the first one"),
            Action::Fix | Action::Copy => match found {
                Some((place, _, world)) => cx.cache.effort(world, place).is_none().then_some("this one has no fix to show"),
                None => Some("this finding is gone"),
            },
            Action::Waive => match found {
                Some((_, finding, _)) => (finding.status != Status::Fail).then_some("only what fails can be waived"),
                None => Some("this finding is gone"),
            },
            Action::GoFunction | Action::GoRole | Action::GoKey => match found {
                Some((_, finding, world)) => related(world, finding, action).is_none().then_some("this finding has none"),
                None => Some("this finding is gone"),
            },
            Action::Open => (self.pane != 3).then_some("Tab goes to Related, where there is something to open"),
            Action::CopyArn | Action::Explain => found.is_none().then_some("this finding is gone"),
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        let found = self.found(cx);
        if self.pane == 3
            && let Some((_, _, world)) = found
        {
            let neighbours = self.neighbours(world);
            let last = neighbours.len().saturating_sub(1);
            match action {
                Action::Down => self.picked = (self.picked + 1).min(last),
                Action::Up => self.picked = self.picked.saturating_sub(1),
                Action::Top => self.picked = 0,
                Action::Bottom => self.picked = last,
                Action::Open => {
                    return match neighbours.get(self.picked) {
                        Some(other) => {
                            let index = Index::new(Scope::Resource(other.resource.clone()));
                            Reply::Open(Box::new(Self::new(index, other.id.clone())))
                        }
                        None => Reply::Handled,
                    };
                }
                _ => {}
            }
            if matches!(action, Action::Down | Action::Up | Action::Top | Action::Bottom) {
                if let Some(scroll) = self.scrolls.get_mut(3) {
                    scroll.show(self.picked + 1);
                }
                return Reply::Handled;
            }
        }
        if self.scrolls.get_mut(self.pane).is_some_and(|scroll| scroll.act(action)) {
            return Reply::Handled;
        }
        match (action, found) {
            (Action::NextPane, _) => {
                self.pane = (self.pane + 1) % TABS.len();
                Reply::Handled
            }
            (Action::PreviousPane, _) => {
                self.pane = (self.pane + TABS.len() - 1) % TABS.len();
                Reply::Handled
            }
            (Action::Next, _) => self.step(cx, 1),
            (Action::Previous, _) => self.step(cx, -1),
            (Action::Fix, Some(_)) => Reply::Open(Box::new(Fix::new(self.id.clone()))),
            (Action::Explain, Some((_, finding, _))) => Reply::Open(Box::new(Check::new(finding.check))),
            (Action::Copy, Some((place, _, world))) => Fix::copy(cx, world, place),
            (Action::Waive, Some((_, finding, world))) => Reply::Open(Box::new(Waive::new(finding, world))),
            (Action::CopyArn, Some((_, finding, _))) => copy_arn(&finding.resource),
            (Action::GoFunction | Action::GoRole | Action::GoKey, Some((_, finding, world))) => match related(world, finding, action) {
                Some(arn) if action == Action::GoFunction => Reply::Open(Box::new(Function::new(arn))),
                Some(arn) if action == Action::GoRole => Reply::Open(Box::new(Principal::new(arn))),
                Some(arn) => Reply::Open(Box::new(Findings::new(Scope::Resource(arn)))),
                None => Reply::Handled,
            },
            _ => Reply::Nothing,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        if area.width >= TWO_PANES && !cx.bare {
            self.draw_panes(frame, area, cx);
            return;
        }
        let inner = super::tabs(frame, area, cx, &TABS, self.pane);
        let lines = self.prose(self.pane, cx, inner.width).lines();
        if let Some(scroll) = self.scrolls.get_mut(self.pane) {
            scroll.draw(frame, inner, cx, lines);
        }
    }
}
