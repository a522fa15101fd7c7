//! One role or user: what it may do, statement by statement with its proof, what it can reach, what it needs, and what the
//! checks say.

mod least;

use std::sync::Arc;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
};

use least::Least;

use super::{Finding, TWO_PANES, finding, reach};
use crate::{
    iam::{self, Statement},
    model::{Arn, Gap, Policies, PolicyText, text},
    paths::{Node, Question, resource_name},
    ui::{
        Effect, View,
        binding::{Action, Place},
        cache::Stamp,
        glyph::{finding_role, verdict_word},
        index::{Index, Scope},
        paint::put,
        portrait::{self, Trait},
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            pane::pane,
            prose::{Prose, Scroll},
            table::{Cell, Column, Cursor, Table},
        },
        width::Cut,
    },
    world::World,
};

const TABS: [&str; 5] = ["Permissions", "Proof", "Reach", "Least", "Checks"];
const PERMISSIONS: usize = 0;
const PROOF: usize = 1;
const REACH: usize = 2;
const LEAST: usize = 3;
const CHECKS: usize = 4;

/// One role or user.
pub(crate) struct Principal {
    arn: Arn,
    pane: usize,
    held: Vec<Held>,
    gaps: Vec<Gap>,
    found: Vec<u32>,
    cursor: Cursor,
    checks: Cursor,
    proof: Scroll,
    reach: Scroll,
    least: Least,
    made_for: Option<Option<Stamp>>,
}

/// A statement, and what people call the policy that it stands in.
struct Held {
    policy: String,
    statement: Arc<Statement>,
}

impl Principal {
    /// The role or user with this ARN.
    pub(crate) fn new(arn: Arn) -> Self {
        let (held, gaps, found, cursor, checks, proof, reach, least) = Default::default();
        Self { arn, pane: PERMISSIONS, held, gaps, found, cursor, checks, proof, reach, least, made_for: None }
    }

    fn refresh(&mut self, cx: &Cx<'_>) {
        let Some(world) = cx.world() else { return };
        if self.pane == LEAST {
            self.least.refresh(cx, world, &self.arn);
        }
        if self.made_for == Some(cx.cache.stamp()) {
            return;
        }
        self.made_for = Some(cx.cache.stamp());
        self.found = (0u32..).zip(&world.findings).filter(|(_, finding)| finding.resource == self.arn).map(|(place, _)| place).collect();
        (self.held, self.gaps) = gather(world, &self.arn);
    }

    fn statement(&self) -> Option<&Held> {
        self.held.get(self.cursor.row)
    }

    fn draw_permissions(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        let mut area = area;
        for gap in &self.gaps {
            // What could not be read comes first: the list may be longer.
            put(frame.buffer_mut(), area, 2, 0, &text::clean(&format!("? a policy: {gap}")), cx.style(Role::Unknown));
            area = Rect { y: area.y + u16::from(area.height > 0), height: area.height.saturating_sub(1), ..area };
        }
        if self.held.is_empty() {
            if self.gaps.is_empty() {
                put(frame.buffer_mut(), area, 2, 0, "nothing: no policy allows anything", cx.style(Role::Dim));
            }
            return;
        }
        let columns = [
            Column::fixed("EFFECT", 6),
            Column::fill("MAY", Cut::End).wider(),
            Column::fill("POLICY", Cut::Middle),
            Column::fixed("LINE", 4).right(),
        ];
        let (held, focused) = (&self.held, self.pane == PERMISSIONS);
        Table { columns: &columns, rows: held.len(), focused }.draw(frame, area, cx, &mut self.cursor, |at| {
            let Some(Held { policy, statement }) = held.get(at) else { return Vec::new() };
            let power = portrait::power(statement, &world.posture.account);
            let power = match statement.principals() {
                [] => power,
                principals => Trait { value: trusted(statement, principals), ..power },
            };
            let (effect, role) = if statement.is_allow() { ("allow", power.role) } else { ("DENY", Role::Pass) };
            vec![
                Cell::new(effect, cx.style(role)),
                Cell::new(power.value, cx.style(if statement.is_allow() { role } else { Role::Text })),
                Cell::new(text::clean(policy), cx.style(Role::Dim)),
                Cell::new(statement.line().to_string(), cx.style(Role::Dim)),
            ]
        });
    }

    fn draw_proof(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let mut prose = Prose::new(cx, area.width);
        if let Some(Held { policy, statement }) = self.statement() {
            prose.field("policy", &text::clean(policy), Role::Text);
            if let Some(sid) = &statement.sid {
                prose.field("statement", &text::clean(sid), Role::Text);
            }
            prose.field("at", &format!("{}, line {}", statement.pointer(), statement.line()), Role::Text);
            for condition in statement.conditions() {
                prose.field("only if", &text::clean(&condition.to_string()), Role::Unknown);
            }
            prose.heading(if statement.is_allow() { "It allows" } else { "It denies" });
            prose.json(&text::clean_block(&statement.json()), statement.line());
        }
        self.proof.draw(frame, area, cx, prose.lines());
    }

    fn draw_reach(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let mut prose = Prose::new(cx, area.width);
        reach::lines(&mut prose, cx, cx.view.insight.and_then(|insight| insight.reach(&Node::from(&self.arn))));
        self.reach.draw(frame, area, cx, prose.lines());
    }

    fn draw_checks(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
        if self.found.is_empty() {
            let (line, role) = if cx.view.assessing { ("scoring", Role::Dim) } else { ("no check failed on it", Role::Pass) };
            put(frame.buffer_mut(), area, 2, 0, line, cx.style(role));
            return;
        }
        let columns = [Column::fixed("SEV", 6), Column::fixed("RULE", 6), Column::fill("FINDING", Cut::End)];
        let (found, focused) = (&self.found, self.pane == CHECKS);
        Table { columns: &columns, rows: found.len(), focused }.draw(frame, area, cx, &mut self.checks, |at| {
            let Some(finding) = found.get(at).and_then(|place| world.findings.get(*place as usize)) else { return Vec::new() };
            vec![
                Cell::new(format!("{} {}", cx.glyphs.finding(finding), verdict_word(finding)), cx.style(finding_role(finding))),
                Cell::new(finding.check.id, cx.style(Role::Dim)),
                Cell::new(finding.message.as_str(), cx.style(Role::Text)),
            ]
        });
    }

    fn open(&self, cx: &Cx<'_>) -> Option<Reply> {
        let place = *self.found.get(self.checks.row).filter(|_| self.pane == CHECKS)?;
        let found = cx.world()?.findings.get(place as usize)?;
        let index = Index::new(Scope::Resource(self.arn.clone()));
        Some(Reply::Open(Box::new(Finding::new(index, found.id.clone()))))
    }
}

/// `sts:AssumeRole by lambda.amazonaws.com`.
fn trusted(statement: &Statement, principals: &[iam::Principal]) -> String {
    let names: Vec<&str> = principals
        .iter()
        .map(|principal| match principal {
            iam::Principal::Anyone => "anyone",
            iam::Principal::Account(name)
            | iam::Principal::Aws(name)
            | iam::Principal::Service(name)
            | iam::Principal::Federated(name)
            | iam::Principal::CanonicalUser(name) => name,
        })
        .collect();
    let actions: Vec<&str> = statement.actions().collect();
    let by = if statement.is_not_principal() { "by all but" } else { "by" };
    text::clean(&format!("{} {by} {}", actions.join(", "), names.join(", "))).into_owned()
}

/// Every statement that bears on it: of its own policies, its groups', its boundary, its trust policy.
fn gather(world: &World, arn: &Arn) -> (Vec<Held>, Vec<Gap>) {
    let posture = &world.posture;
    let context = world.context();
    let (mut held, mut gaps) = (Vec::new(), Vec::new());
    let mut take = |policy: String, text: Result<&PolicyText, Gap>| match text.and_then(|text| context.library.document(text)) {
        Ok(document) => {
            held.extend(document.statements.iter().map(|statement| Held { policy: policy.clone(), statement: Arc::clone(statement) }));
        }
        Err(gap) => gaps.push(gap),
    };
    let managed = |arn: &Arn| match posture.policy(arn) {
        Some(policy) => policy.document.known().map_err(Gap::clone),
        None => Err(posture.identity.policies.gap.clone().unwrap_or_else(|| Gap::unread("iam:GetPolicyVersion"))),
    };
    let mut all = |policies: &Policies, boundary: Option<&Arn>| {
        for (name, text) in &policies.inline {
            take(format!("inline policy {name}"), Ok(text));
        }
        for arn in &policies.attached {
            take(arn.name().to_owned(), managed(arn));
        }
        if let Some(arn) = boundary {
            take(format!("boundary {}", arn.name()), managed(arn));
        }
    };
    if let Some(role) = posture.role(arn) {
        all(&role.policies, role.boundary.as_ref());
        take("trust policy".to_owned(), Ok(&role.trust));
    } else if let Some(user) = posture.identity.users.items.iter().find(|user| user.arn == *arn) {
        all(&user.policies, user.boundary.as_ref());
        for group in posture.identity.groups.items.iter().filter(|group| user.groups.contains(&group.name)) {
            all(&group.policies, None);
        }
    } else {
        gaps.push(posture.identity.roles.gap.clone().unwrap_or_else(|| Gap::unread("iam:GetAccountAuthorizationDetails")));
    }
    (held, gaps)
}

impl Screen for Principal {
    fn place(&self) -> Place {
        Place::Role
    }

    fn catch_up(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn title(&self, _: &View<'_>) -> String {
        resource_name(&self.arn)
    }

    fn heading(&self, cx: &Cx<'_>) -> String {
        let Some(world) = cx.world() else { return String::new() };
        let functions = world.posture.functions().filter(|(_, function)| function.role == self.arn).count();
        match functions {
            0 => "no function runs as it".to_owned(),
            1 => "1 function runs as it".to_owned(),
            many => format!("{many} functions run as it"),
        }
    }

    fn asks(&self, _: &Cx<'_>) -> Option<Question> {
        Some(Question::Reach(Node::from(&self.arn)))
    }

    fn about(&self, _: &Cx<'_>) -> Option<Arn> {
        Some(self.arn.clone())
    }

    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        match action {
            Action::Open if self.pane == CHECKS => self.open(cx).is_none().then_some("no finding under the cursor"),
            Action::Open | Action::Copy => self.statement().is_none().then_some("no statement under the cursor"),
            _ => None,
        }
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        let known = match self.pane {
            PERMISSIONS => self.cursor.act(action, self.held.len()),
            PROOF => self.proof.act(action),
            REACH => self.reach.act(action),
            LEAST => self.least.scroll.act(action),
            _ => self.checks.act(action, self.found.len()),
        };
        if known {
            if self.pane == PERMISSIONS {
                self.proof.reset();
            }
            return Reply::Handled;
        }
        match action {
            Action::NextPane => self.pane = (self.pane + 1) % TABS.len(),
            Action::PreviousPane => self.pane = (self.pane + TABS.len() - 1) % TABS.len(),
            Action::Open => match self.open(cx) {
                Some(reply) => return reply,
                None => self.pane = PROOF,
            },
            Action::Copy => {
                let Some(Held { statement, .. }) = self.statement() else { return Reply::Handled };
                let text = format!("{}\n", text::clean_block(&statement.json()));
                return Reply::Effect(Effect::Copy { text, what: "statement".to_owned() });
            }
            Action::CopyArn => return finding::copy_arn(&self.arn),
            _ => return Reply::Nothing,
        }
        Reply::Handled
    }

    fn click(&mut self, at: Position, _: &Cx<'_>) -> Reply {
        if let Some(row) = self.cursor.at(at, self.held.len()) {
            (self.pane, self.cursor.row) = (PERMISSIONS, row);
            self.proof.reset();
        }
        Reply::Handled
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let Some(world) = cx.world() else {
            pane(frame, area, cx, "Role", "", true);
            return;
        };
        if area.width >= TWO_PANES && !cx.bare {
            let [above, below] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
            let halves = [Constraint::Fill(3), Constraint::Fill(2)];
            let [permissions, reach] = Layout::horizontal(halves).areas(above);
            let [proof, checks] = Layout::horizontal(halves).areas(below);
            let note = if self.held.is_empty() { String::new() } else { format!("{} of {}", self.cursor.row + 1, self.held.len()) };
            let inner = pane(frame, permissions, cx, "Permissions", &note, self.pane == PERMISSIONS);
            self.draw_permissions(frame, inner, cx, world);
            if self.pane == LEAST {
                let inner = pane(frame, proof, cx, "Least privilege", "", true);
                self.least.draw(frame, inner, cx);
            } else {
                let inner = pane(frame, proof, cx, "Proof", "", self.pane == PROOF);
                self.draw_proof(frame, inner, cx);
            }
            let inner = pane(frame, reach, cx, &format!("{} it can reach", cx.glyphs.arrow()), "", self.pane == REACH);
            self.draw_reach(frame, inner, cx);
            let inner = pane(frame, checks, cx, "Its checks", "", self.pane == CHECKS);
            self.draw_checks(frame, inner, cx, world);
            return;
        }
        let inner = super::tabs(frame, area, cx, &TABS, self.pane);
        match self.pane {
            PERMISSIONS => self.draw_permissions(frame, inner, cx, world),
            PROOF => self.draw_proof(frame, inner, cx),
            REACH => self.draw_reach(frame, inner, cx),
            LEAST => self.least.draw(frame, inner, cx),
            _ => self.draw_checks(frame, inner, cx, world),
        }
    }
}
