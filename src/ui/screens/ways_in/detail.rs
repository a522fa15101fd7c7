//! What a way in leads to, and what is found on all of that.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
};

use super::{Tab, who_role};
use crate::{
    checks::{self, Severity},
    flow::Protection,
    lens::{By, Group, Link},
    model::text,
    paths::resource_name,
    ui::{
        glyph::{finding_role, severity_role, short, verdict_word},
        index::{Index, Scope},
        paint::{put, row},
        screen::{Cx, Reply},
        screens::{Check, Finding, Function, Principal},
        theme::Role,
        widgets::{
            pane::pane,
            table::{Cell, Column, Table},
        },
        width::{Cut, fit, wrap},
    },
    world,
};

/// How many lines say what stands under the cursor.
const FOOT: u16 = 3;

/// A row of the detail.
enum Line<'a> {
    /// What it leads to.
    Link(&'a Link),
    /// What is found.
    Found(&'a world::Finding),
    /// What guards it.
    Has(&'a Protection),
}

impl Tab {
    /// How many rows the detail has.
    pub(super) fn lines(&self) -> usize {
        self.group().map_or(0, |group| group.links.len() + self.found.len() + group.has.len())
    }

    fn line<'a>(&'a self, cx: &Cx<'a>, at: usize) -> Option<Line<'a>> {
        let group = self.group()?;
        if let Some(link) = group.links.get(at) {
            return Some(Line::Link(link));
        }
        let at = at - group.links.len();
        if let Some(place) = self.found.get(at) {
            return cx.world()?.findings.get(*place as usize).map(Line::Found);
        }
        group.has.get(at - self.found.len()).map(Line::Has)
    }

    /// The check that the row under the cursor speaks of.
    pub(super) fn check(&self, cx: &Cx<'_>) -> Option<&'static checks::Check> {
        match self.line(cx, self.inside.row).filter(|_| self.in_detail)? {
            Line::Found(found) => Some(found.check),
            Line::Has(one) => checks::find(one.check),
            Line::Link(_) => None,
        }
    }

    /// Whether there is more to see of the row under the cursor.
    pub(super) fn opens(&self, cx: &Cx<'_>) -> bool {
        match self.line(cx, self.inside.row) {
            Some(Line::Link(link)) => link.to.as_ref().zip(cx.world()).is_some_and(|(to, world)| {
                let posture = &world.posture;
                posture.function(to).is_some() || posture.role(to).is_some()
            }),
            Some(Line::Found(_) | Line::Has(_)) => true,
            None => false,
        }
    }

    /// Opens the check under the cursor.
    pub(super) fn explain(&self, cx: &Cx<'_>) -> Reply {
        self.check(cx).map_or(Reply::Handled, |check| Reply::Open(Box::new(Check::new(check))))
    }

    /// Opens the function, the role, the finding or the check under the cursor.
    pub(super) fn open(&self, cx: &Cx<'_>) -> Reply {
        match self.line(cx, self.inside.row) {
            Some(Line::Found(found)) => {
                let index = Index::new(Scope::Resource(found.resource.clone()));
                Reply::Open(Box::new(Finding::new(index, found.id.clone())))
            }
            Some(Line::Link(Link { to: Some(to), .. })) => match cx.world().map(|world| &world.posture) {
                Some(posture) if posture.function(to).is_some() => Reply::Open(Box::new(Function::new(to.clone()))),
                Some(posture) if posture.role(to).is_some() => Reply::Open(Box::new(Principal::new(to.clone()))),
                _ => Reply::Handled,
            },
            _ => self.explain(cx),
        }
    }

    pub(super) fn draw_detail(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, by: By) {
        let focused = self.in_detail;
        let Some(group) = self.group() else {
            pane(frame, area, cx, "", "", focused);
            return;
        };
        let title = if group.opening.is_some() { format!("{} {}", group.kind, group.name) } else { group.name.clone() };
        let note = if focused { format!("{} of {}", self.inside.row + 1, self.lines()) } else { String::new() };
        let inner = pane(frame, area, cx, &text::clean(&title), &note, focused);
        let foot = if inner.height > 12 { FOOT } else { 1 };
        let [head, body, foot] =
            Layout::vertical([Constraint::Length(4.min(inner.height)), Constraint::Fill(1), Constraint::Length(foot)]).areas(inner);
        about(frame, head, cx, group);
        let columns = [Column::fixed("", 6), Column::fixed("RULE", 6), Column::fill("WHAT", Cut::End)];
        let mut cursor = self.inside;
        Table { columns: &columns, rows: self.lines(), focused }
            .draw(frame, body, cx, &mut cursor, |at| self.line(cx, at).map(|line| cells(cx, group, by, &line)).unwrap_or_default());
        if focused && let Some(line) = self.line(cx, cursor.row) {
            let said = because(&line);
            for (at, part) in wrap(&said, usize::from(foot.width.saturating_sub(2))).iter().take(usize::from(foot.height)).enumerate() {
                let at = u16::try_from(at).unwrap_or(u16::MAX);
                put(frame.buffer_mut(), foot, 1, at, part, cx.style(Role::Accent));
            }
        }
        self.inside = cursor;
    }
}

/// Who may, what says so, how much is found, and what may be missing.
fn about(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, group: &Group) {
    let buffer = frame.buffer_mut();
    let room = usize::from(area.width.saturating_sub(2));
    let mut line = |at: u16, said: &str, role: Role| {
        let said = text::clean(said);
        put(buffer, row(area, at), 1, 0, &fit(&said, room, Cut::End, cx.glyphs.ellipsis()), cx.style(role));
    };
    if let Some(opening) = &group.opening {
        let through = opening.through.as_ref().map_or_else(String::new, |arn| format!(", by way of {}", resource_name(arn)));
        let condition = opening.condition.as_ref().map_or_else(String::new, |condition| format!(", {condition}"));
        let off = if group.is_on() == Some(false) { "off now; " } else { "" };
        line(0, &format!("{off}{}{through}{condition}", opening.who.words()), who_role(&opening.who));
        line(1, opening.evidence.first().map_or("", String::as_str), Role::Dim);
    }
    if let Some(gap) = group.gaps.first() {
        line(1, &format!("? something may be missing: {gap}"), Role::Unknown);
    }
    let mut x = 1;
    for severity in Severity::ALL.into_iter().filter(|severity| group.counts.of(*severity) > 0) {
        let said = format!("{} {} {}", cx.glyphs.severity(severity), group.counts.of(severity), short(severity).to_lowercase());
        x = put(buffer, row(area, 2), x, 0, &said, cx.style(severity_role(severity))) + 3;
    }
    if group.counts.unknown > 0 {
        put(buffer, row(area, 2), x, 0, &format!("? {} unknown", group.counts.unknown), cx.style(Role::Unknown));
    }
}

fn cells<'a>(cx: &Cx<'_>, group: &Group, by: By, line: &Line<'a>) -> Vec<Cell<'a>> {
    let (text_style, dim) = (cx.style(Role::Text), cx.style(Role::Dim));
    match line {
        Line::Link(link) => {
            let word = match by {
                _ if link.by.is_empty() => "",
                By::Trigger => "starts",
                _ if group.kind == "identity pool" => "gives",
                _ => "calls",
            };
            let state = match link.is_on {
                _ if link.by.is_empty() => "",
                true => "on",
                false => "off",
            };
            let style = if link.is_on || link.by.is_empty() { text_style } else { dim };
            let said = text::clean(&led(cx, group, by, link)).into_owned();
            vec![Cell::new(word, dim), Cell::new(state, dim), Cell::new(said, style)]
        }
        Line::Found(found) => vec![
            Cell::new(format!("{} {}", cx.glyphs.finding(found), verdict_word(found)), cx.style(finding_role(found))),
            Cell::new(found.check.id, dim),
            Cell::new(found.message.as_str(), text_style),
        ],
        Line::Has(one) => vec![
            Cell::new(format!("{} has", cx.glyphs.pass()), cx.style(Role::Pass)),
            Cell::new(one.check, dim),
            Cell::new(one.said.as_str(), dim),
        ],
    }
}

/// Where a link leads, by what, and who may, where that differs from the whole group.
fn led(cx: &Cx<'_>, group: &Group, by: By, link: &Link) -> String {
    let to = link.to.as_ref().map_or_else(|| "no function".to_owned(), resource_name);
    let to = link.qualifier.as_ref().map_or_else(|| to.clone(), |qualifier| format!("{to}:{qualifier}"));
    let own = group.opening.as_ref().map(|opening| &opening.who);
    let who = link.who.as_ref().filter(|who| Some(*who) != own).map_or_else(String::new, |who| format!(", {}", who.words()));
    match by {
        _ if link.by.is_empty() => to,
        By::Trigger => format!("{to} by {}{who}", link.by),
        _ => format!("{} {} {to}{who}", link.by, cx.glyphs.arrow()),
    }
}

/// What decides the row under the cursor.
fn because(line: &Line<'_>) -> String {
    let said = match line {
        Line::Link(link) => link.evidence.join("; "),
        Line::Found(found) => format!("{} {}", found.check.id, found.message),
        Line::Has(one) => format!("{} {}", one.check, one.said),
    };
    text::clean(&said).into_owned()
}
