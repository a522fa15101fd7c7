//! A fix over the view it belongs to: commands, undo, risk, what it needs.

use ratatui::{Frame, layout::Rect, widgets::Clear};

use super::middle;
use crate::{
    model::text,
    remedy::{Effort, Plan, Risk},
    ui::{
        Effect, Toast, View,
        binding::{Action, Place},
        glyph::effort_word,
        index::resource_name,
        screen::{Cx, Reply, Screen},
        theme::Role,
        widgets::{
            pane::pane,
            prose::{Prose, Scroll},
        },
    },
    world::{Finding, World},
};

/// The fix of a finding.
pub(crate) struct Fix {
    id: String,
    place: Option<(Option<crate::ui::cache::Stamp>, u32)>,
    scroll: Scroll,
}

impl Fix {
    /// The fix of the finding `id`.
    pub(crate) fn new(id: String) -> Self {
        Self { id, place: None, scroll: Scroll::default() }
    }

    /// Copies the commands that fix the finding at `place`.
    pub(crate) fn copy(cx: &Cx<'_>, world: &World, place: u32) -> Reply {
        match cx.cache.plan(world, place).as_ref() {
            Some(plan) => Reply::Effect(Effect::Copy { text: script(&plan.commands()), what: "fix".to_owned() }),
            None => Reply::Say(Toast::note("this one has no fix to copy")),
        }
    }

    fn found<'w>(&mut self, cx: &Cx<'w>) -> Option<(u32, &'w Finding, &'w World)> {
        let world = cx.world()?;
        let place = match self.place {
            Some((stamp, place)) if stamp == cx.cache.stamp() => place,
            _ => {
                let place = u32::try_from(world.findings.iter().position(|finding| finding.id == self.id)?).ok()?;
                self.place = Some((cx.cache.stamp(), place));
                place
            }
        };
        Some((place, world.findings.get(place as usize)?, world))
    }
}

fn script(commands: &[String]) -> String {
    let mut script = commands.join("\n");
    script.push('\n');
    script
}

fn effort_says(effort: Effort) -> &'static str {
    match effort {
        Effort::OneKey => "complete and reversible: ready to run",
        Effort::Prompt => "fill in what stands in <angle brackets> first",
        Effort::Guided => "needs a change of code, template or mind",
    }
}

fn risk_says(risk: Risk) -> (&'static str, Role) {
    match risk {
        Risk::Safe => ("safe: nothing legitimate stops working", Role::Pass),
        Risk::Careful => ("careful: somebody legitimate may be locked out, look first", Role::Medium),
        Risk::Manual => ("manual: test before, and watch after", Role::High),
    }
}

fn lines<'c>(cx: &'c Cx<'c>, room: u16, finding: &Finding, plan: &Plan) -> Prose<'c> {
    let mut prose = Prose::new(cx, room);
    prose.text(&text::clean(&plan.summary), Role::Title);
    prose.text(&text::clean(finding.resource.as_str()), Role::Dim);
    prose.gap();
    let (risk, role) = risk_says(plan.risk);
    prose.field("effort", &format!("{}: {}", effort_word(Some(plan.effort)), effort_says(plan.effort)), Role::Text);
    prose.field("risk", risk, role);
    let actions = plan.actions();
    prose.field("needs", &if actions.is_empty() { "no call to AWS".to_owned() } else { actions.join(", ") }, Role::Text);
    if finding.gain >= 0.05 {
        prose.field("gain", &format!("+{:.1} points of the account's score", finding.gain), Role::Text);
    }
    prose.heading("Do");
    for command in plan.commands() {
        prose.command(&command);
    }
    prose.heading("Undo");
    if plan.undo.is_empty() {
        prose.text("there is no way back by command", Role::Dim);
    }
    for command in plan.undo_commands() {
        prose.command(&command);
    }
    prose.gap();
    prose.text("Nothing is run from here: y copies the commands, w writes them to a file.", Role::Dim);
    prose
}

impl Screen for Fix {
    fn place(&self) -> Place {
        Place::Fix
    }

    fn title(&self, _: &View<'_>) -> String {
        "Fix".to_owned()
    }

    fn overlay(&self) -> bool {
        true
    }

    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply {
        if self.scroll.act(action) {
            return Reply::Handled;
        }
        let Some((place, finding, world)) = self.found(cx) else { return Reply::Nothing };
        match action {
            Action::Copy => Self::copy(cx, world, place),
            Action::Write => match cx.cache.plan(world, place).as_ref() {
                Some(plan) => {
                    let mut contents = format!("# {}: {}\n", finding.check.id, text::clean(&plan.summary));
                    contents.push_str(&script(&plan.commands()));
                    contents.push_str("\n# Undo\n");
                    contents.extend(plan.undo_commands().iter().map(|command| format!("# {}\n", command.replace('\n', "\n# "))));
                    let name = format!("palisade-fix-{}-{}.sh", finding.check.id.to_lowercase(), finding.id);
                    Reply::Effect(Effect::Write { name, contents })
                }
                None => Reply::Say(Toast::note("this one has no fix to write")),
            },
            _ => Reply::Nothing,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
        let outer = if cx.bare { area } else { middle(area, area.width.saturating_sub(8).min(100), area.height) };
        let found = self.found(cx);
        let plan = found.map(|(place, finding, world)| (finding, cx.cache.plan(world, place)));
        let room = outer.width.saturating_sub(2);
        let (title, lines) = match &plan {
            Some((finding, plan)) => {
                let title = format!("Fix {} on {}", finding.check.id, resource_name(&finding.resource));
                match plan.as_ref() {
                    Some(plan) => (title, lines(cx, room, finding, plan).lines()),
                    None => {
                        let mut prose = Prose::new(cx, room);
                        prose.text("There is no fix that a command could do.", Role::Dim);
                        (title, prose.lines())
                    }
                }
            }
            None => {
                let mut prose = Prose::new(cx, room);
                prose.text("This finding is gone.", Role::Dim);
                ("Fix".to_owned(), prose.lines())
            }
        };
        let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        let outer = if cx.bare { outer } else { middle(area, outer.width, height) };
        frame.render_widget(Clear, outer);
        let inner = pane(frame, outer, cx, &title, "", true);
        self.scroll.draw(frame, inner, cx, lines);
    }
}
