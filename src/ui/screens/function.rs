//! One function: who can invoke it, what it is, what its role may do, and what the checks say.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Span,
};

use super::{Finding, Findings, Fix, Principal, TWO_PANES, finding, reach};
use crate::{
    checks::Layer,
    model::{Arn, text},
    paths::{Node, Question},
    ui::{
        View,
        binding::{Action, Place},
        cache::Stamp,
        glyph::{effort_word, finding_role, severity_role, short, verdict_word},
        index::{Index, Scope},
        paint::put,
        portrait::{Portrait, Shape, Trait},
        roster::{self, Row, belongings},
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            pane::pane,
            prose::{Prose, Scroll},
            table::{Cell, Column, Cursor, Table},
        },
        width::Cut,
    },
    world::{self, World},
};

const TABS: [&str; 5] = ["Invoke", "Function", "Reach", "Role", "Checks"];
const REACH: usize = 2;
const ROLE: usize = 3;
const CHECKS: usize = 4;

/// One function.
pub(crate) struct Function {
    arn: Arn,
    among: Vec<Arn>,
    pane: usize,
    scrolls: [Scroll; CHECKS],
    cursor: Cursor,
    found: Vec<u32>,
    made_for: Option<(Option<Stamp>, Arn)>,
}

impl Function {
    /// A function by itself.
    pub(crate) fn new(arn: Arn) -> Self {
        Self::among(arn, Vec::new())
    }

    /// A function of a list.
    pub(crate) fn among(arn: Arn, among: Vec<Arn>) -> Self {
        let (scrolls, cursor) = Default::default();
        Self { arn, among, pane: CHECKS, scrolls, cursor, found: Vec::new(), made_for: None }
    }

    fn refresh(&mut self, cx: &Cx<'_>) {
        let Some(world) = cx.world() else { return };
        let wanted = (cx.cache.stamp(), self.arn.clone());
        if self.made_for.as_ref() == Some(&wanted) {
            return;
        }
        self.made_for = Some(wanted);
        let resources = match world.posture.function(&self.arn) {
            Some(function) => belongings(world, self.arn.region(), function),
            None => vec![self.arn.clone()],
        };
        self.found =
            (0u32..).zip(&world.findings).filter(|(_, finding)| resources.contains(&finding.resource)).map(|(place, _)| place).collect();
    }

    fn finding<'w>(&self, cx: &Cx<'w>) -> Option<(u32, &'w world::Finding, &'w World)> {
        let world = cx.world()?;
        let place = *self.found.get(self.cursor.row)?;
        Some((place, world.findings.get(place as usize)?, world))
    }

    fn row<'w>(&self, cx: &Cx<'w>) -> Option<&'w Row> {
        cx.cache.roster(cx.world()?).rows.iter().find(|row| row.arn == self.arn)
    }

    fn at(&self) -> Option<usize> {
        self.among.iter().position(|arn| *arn == self.arn)
    }

    fn step(&mut self, by: isize) -> Reply {
        if let Some(arn) = self.at().and_then(|at| at.checked_add_signed(by)).and_then(|at| self.among.get(at)) {
            self.arn = arn.clone();
            self.cursor = Cursor::default();
            self.scrolls = Default::default();
        }
        Reply::Handled
    }

    fn draw_traits(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, pane_index: usize, portrait: &Portrait) {
        let mut prose = Prose::new(cx, area.width);
        if pane_index == REACH {
            reach::lines(&mut prose, cx, cx.view.insight.and_then(|insight| insight.reach(&Node::from(&self.arn))));
        } else {
            traits(portrait, pane_index).iter().for_each(|line| put_trait(&mut prose, cx, line));
        }
        if let Some(scroll) = self.scrolls.get_mut(pane_index) {
            scroll.draw(frame, area, cx, prose.lines());
        }
    }

    fn draw_checks(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        if self.found.is_empty() {
            let (line, role) = if cx.view.assessing { ("scoring", Role::Dim) } else { ("every check that applies has passed", Role::Pass) };
            put(frame.buffer_mut(), area, 2, 0, line, cx.style(role));
            return;
        }
        let columns = [
            Column::fixed("SEV", 6),
            Column::fixed("L", 1),
            Column::fixed("RULE", 6),
            Column::fill("FINDING", Cut::End),
            Column::fixed("FIX", 6),
        ];
        let (found, focused) = (&self.found, self.pane == CHECKS);
        Table { columns: &columns, rows: found.len(), focused }.draw(frame, area, cx, &mut self.cursor, |at| {
            let Some(&place) = found.get(at) else { return Vec::new() };
            let Some(finding) = world.findings.get(place as usize) else { return Vec::new() };
            vec![
                Cell::new(format!("{} {}", cx.glyphs.finding(finding), verdict_word(finding)), cx.style(finding_role(finding))),
                Cell::new((finding.check.layer.index() + 1).to_string(), cx.style(Role::Dim)),
                Cell::new(finding.check.id, cx.style(Role::Dim)),
                Cell::new(finding.message.as_str(), cx.style(Role::Text)),
                Cell::new(effort_word(cx.cache.effort(world, place)), cx.style(Role::Dim)),
            ]
        });
    }
}

fn traits(portrait: &Portrait, pane: usize) -> &[Trait] {
    match pane {
        0 => &portrait.callers,
        1 => &portrait.itself,
        _ => &portrait.powers,
    }
}

fn put_trait(prose: &mut Prose<'_>, cx: &Cx<'_>, line: &Trait) {
    let loud = matches!(line.role, Role::Critical | Role::Medium | Role::Fail);
    match line.shape {
        Shape::Title => prose.text(&line.value, Role::Dim),
        Shape::Field(name) => prose.field(name, &line.value, line.role),
        Shape::Item if line.role == Role::Unknown => prose.item("?", Role::Unknown, &line.value, Role::Unknown),
        Shape::Item => prose.item(if loud { "!" } else { cx.glyphs.dot() }, line.role, &line.value, line.role),
    }
}

/// Who can invoke it, what it is, what its role may do: one below the other.
pub(crate) fn portrait(prose: &mut Prose<'_>, cx: &Cx<'_>, portrait: &Portrait) {
    let arrow = cx.glyphs.arrow();
    let titles = [(0, "Who can invoke".to_owned()), (1, format!("{arrow} this function")), (ROLE, format!("{arrow} its role may"))];
    for (index, title) in titles {
        prose.heading(&title);
        for line in traits(portrait, index) {
            put_trait(prose, cx, line);
        }
    }
}

/// What each layer says of it.
pub(crate) fn checks(prose: &mut Prose<'_>, cx: &Cx<'_>, row: &Row) {
    prose.heading("Checks");
    for layer in Layer::ALL {
        let cell = roster::cell(row, layer);
        let (sign, words, role) = match cell.worst {
            Some(severity) => {
                (cx.glyphs.severity(severity), format!("{} failed, worst {}", cell.fails, short(severity)), severity_role(severity))
            }
            None if cell.unknown > 0 => ("?", format!("{} unknown", cell.unknown), Role::Unknown),
            None if cell.pass > 0 => (cx.glyphs.pass(), format!("{} passed", cell.pass), Role::Pass),
            None => (cx.glyphs.none(), "n/a".to_owned(), Role::Dim),
        };
        prose.spans(vec![
            Span::styled(format!(" {sign} "), cx.style(role)),
            Span::styled(format!("{} {:<12}", layer.index() + 1, layer.title()), cx.style(Role::Text)),
            Span::styled(words, cx.style(role)),
        ]);
    }
}

/// The key of the function's environment.
pub(crate) fn key(cx: &Cx<'_>, row: Option<&Row>) -> Option<Arn> {
    cx.world()?.posture.function(&row?.arn)?.kms_key.clone()
}

/// Why there is no function to show.
pub(crate) fn nobody(world: &World) -> (&'static str, Role) {
    if world.posture.regions.values().any(|region| region.functions.gap.is_some()) {
        ("? the functions could not be read: c says why", Role::Unknown)
    } else {
        ("there are no functions in these Regions", Role::Dim)
    }
}

impl Screen for Function {
    fn place(&self) -> Place {
        Place::Function
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn title(&self, _: &View<'_>) -> String {
        text::clean(self.arn.name()).into_owned()
    }

    fn heading(&self, cx: &Cx<'_>) -> String {
        let place = self.at().map(|at| format!("{} of {}   ", at + 1, self.among.len())).unwrap_or_default();
        let row = self.row(cx);
        let place = if row.is_some_and(|row| row.public) { format!("{place}public   ") } else { place };
        match row {
            Some(row) => match row.worst() {
                Some(severity) => format!("{place}worst {} {}   risk {:.0}", cx.glyphs.severity(severity), short(severity), row.risk),
                None => place.trim_end().to_owned(),
            },
            None => format!("{place}not in this account any more"),
        }
    }

    fn asks(&self, _: &Cx<'_>) -> Option<Question> {
        Some(Question::Reach(Node::from(&self.arn)))
    }

    fn about(&self, _: &Cx<'_>) -> Option<Arn> {
        Some(self.arn.clone())
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        let found = || self.finding(cx).filter(|_| self.pane == CHECKS);
        match action {
            Action::Next => self.at().is_none_or(|at| at + 1 >= self.among.len()).then_some("there is no next function here"),
            Action::Previous => self.at().is_none_or(|at| at == 0).then_some("there is no function before this one"),
            Action::Open => found().is_none().then_some("no check under the cursor: Tab goes there"),
            Action::Fix | Action::Copy => match found() {
                Some((place, _, world)) => cx.cache.effort(world, place).is_none().then_some("this one has no fix to show"),
                None => Some("no check under the cursor: Tab goes there"),
            },
            Action::GoKey => key(cx, self.row(cx)).is_none().then_some("its environment has no key of its own"),
            Action::GoRole => self.row(cx).is_none().then_some("the function is gone"),
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        let known = match self.scrolls.get_mut(self.pane) {
            Some(scroll) => scroll.act(action),
            None => self.cursor.act(action, self.found.len()),
        };
        if known {
            return Reply::Handled;
        }
        let found = self.finding(cx);
        match (action, found) {
            (Action::NextPane, _) => {
                self.pane = (self.pane + 1) % TABS.len();
                Reply::Handled
            }
            (Action::PreviousPane, _) => {
                self.pane = (self.pane + TABS.len() - 1) % TABS.len();
                Reply::Handled
            }
            (Action::Next, _) => self.step(1),
            (Action::Previous, _) => self.step(-1),
            (Action::Open, Some((_, found, _))) => {
                let index = Index::new(Scope::Resource(found.resource.clone()));
                Reply::Open(Box::new(Finding::new(index, found.id.clone())))
            }
            (Action::Fix, Some((_, found, _))) => Reply::Open(Box::new(Fix::new(found.id.clone()))),
            (Action::Copy, Some((place, _, world))) => Fix::copy(cx, world, place),
            (Action::CopyArn, _) => finding::copy_arn(&self.arn),
            (Action::GoRole, _) => match cx.world().and_then(|world| world.posture.function(&self.arn)) {
                Some(function) => Reply::Open(Box::new(Principal::new(function.role.clone()))),
                None => Reply::Handled,
            },
            (Action::GoKey, _) => {
                key(cx, self.row(cx)).map_or(Reply::Handled, |key| Reply::Open(Box::new(Findings::new(Scope::Resource(key)))))
            }
            _ => Reply::Nothing,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some(world) = cx.world() else {
            pane(frame, area, cx, "Function", "", true);
            return;
        };
        let portrait = cx.cache.portrait(world, &self.arn);
        if area.width >= TWO_PANES && !cx.bare {
            let [above, below] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
            let columns: [Rect; 3] = Layout::horizontal([Constraint::Fill(3), Constraint::Fill(3), Constraint::Fill(4)]).areas(above);
            let arrow = cx.glyphs.arrow();
            // What its role may do explains what it can reach: they share their place.
            let last = if self.pane == ROLE { (ROLE, format!("{arrow} its role may")) } else { (REACH, format!("{arrow} it can reach")) };
            let titles = [(0, "Who can invoke".to_owned()), (1, format!("{arrow} this function")), last];
            for (area, (index, title)) in columns.into_iter().zip(titles) {
                let inner = pane(frame, area, cx, &title, "", self.pane == index);
                self.draw_traits(frame, inner, cx, index, &portrait);
            }
            let [checks_area, layers] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(40)]).areas(below);
            let note = if self.found.is_empty() { String::new() } else { format!("{} of {}", self.cursor.row + 1, self.found.len()) };
            let inner = pane(frame, checks_area, cx, "Its checks", &note, self.pane == CHECKS);
            self.draw_checks(frame, inner, cx, world);
            let inner = pane(frame, layers, cx, "By layer", "", false);
            if let Some(row) = self.row(cx) {
                let mut prose = Prose::new(cx, inner.width);
                checks(&mut prose, cx, row);
                let lines = prose.lines();
                Scroll::default().draw(frame, inner, cx, lines.into_iter().skip(1).collect());
            }
            return;
        }
        let inner = super::tabs(frame, area, cx, &TABS, self.pane);
        if self.pane == CHECKS {
            self.draw_checks(frame, inner, cx, world);
        } else {
            self.draw_traits(frame, inner, cx, self.pane, &portrait);
        }
    }
}
