//! A path drawn from top to bottom, and what there is to say of one of its steps.

use ratatui::text::Span;

use super::selection::{gain, vanishing};
use crate::{
    model::text::clean,
    paths::{Hop, Node, Path, technique_in_words},
    score::Rating,
    ui::{
        screen::Cx,
        theme::Role,
        widgets::prose::Prose,
        width::{Cut, fit, width},
    },
};

/// What is shown of a path.
pub(super) struct Story<'a> {
    pub(super) path: &'a Path,
    /// The step under the cursor.
    pub(super) step: usize,
    /// Whether the keys go to the steps.
    pub(super) focused: bool,
    /// The step that is taken away in thought.
    pub(super) without: Option<&'a Hop>,
    pub(super) room: u16,
    /// Whether lines are scarce.
    pub(super) dense: bool,
}

/// What there is to say of a step is said of this one.
pub(super) struct Step<'a> {
    pub(super) hop: &'a Hop,
    pub(super) number: usize,
    /// A finding whose fix takes the step away.
    pub(super) fix: Option<String>,
    /// The points of the score that this fix gives back.
    pub(super) gain: Option<f64>,
}

/// The story, and the line of the step under the cursor.
pub(super) fn steps(prose: &mut Prose<'_>, cx: &Cx<'_>, story: &Story<'_>) -> usize {
    let Story { path, step, .. } = *story;
    let mut line = 0;
    let mut at = 0;
    prose.spans(node(cx, &path.from));
    at += 1;
    let mut gone = false;
    for (index, hop) in path.hops.iter().enumerate() {
        gone |= story.without.is_some_and(|without| without.is_same_step(hop));
        if index == step {
            line = at;
        }
        prose.spans(taken(cx, story, index, hop, gone));
        at += 1;
        if let Some(condition) = &hop.condition {
            prose.spans(aside(cx, story.room, &clean(condition), Role::Unknown));
            at += 1;
        }
        if hop.needs_trigger {
            prose.spans(aside(cx, story.room, "waits for somebody or something to do its part", Role::Medium));
            at += 1;
        }
        if !story.dense {
            prose.spans(vec![Span::styled(format!("  {}", cx.glyphs.onward()), cx.style(Role::Dim))]);
            at += 1;
        }
        let mut spans = node(cx, &hop.to);
        if gone {
            spans.iter_mut().for_each(|span| span.style = cx.style(Role::Dim));
        }
        prose.spans(spans);
        at += 1;
    }
    line
}

fn node(cx: &Cx<'_>, node: &Node) -> Vec<Span<'static>> {
    let role = match node {
        Node::Admin => Role::Critical,
        Node::Resource(_) => Role::Accent,
        _ => Role::High,
    };
    vec![Span::styled(format!("  {} ", cx.glyphs.node(node)), cx.style(role)), Span::styled(node.label(), cx.style(Role::Text))]
}

fn taken(cx: &Cx<'_>, story: &Story<'_>, index: usize, hop: &Hop, gone: bool) -> Vec<Span<'static>> {
    let here = index == story.step;
    let (sign, sign_role) =
        if here { (cx.glyphs.cursor(), if story.focused { Role::Accent } else { Role::Dim }) } else { (" ", Role::Dim) };
    let lead = format!(" {} {:>2}  ", cx.glyphs.gutter(), index + 1);
    let mark = if index == story.path.break_at { format!("  {} cheapest break", cx.glyphs.here()) } else { String::new() };
    let room = usize::from(story.room).saturating_sub(width(&lead) + width(&mark) + 2);
    let words = fit(&words(hop), room, Cut::End, cx.glyphs.ellipsis()).into_owned();
    let role = match (gone, here && story.focused) {
        (true, _) => Role::Dim,
        (_, true) => Role::Accent,
        _ => Role::Text,
    };
    vec![
        Span::styled(sign.to_owned(), cx.style(sign_role)),
        Span::styled(lead, cx.style(Role::Dim)),
        Span::styled(words, cx.style(role)),
        Span::styled(mark, cx.style(Role::Pass)),
    ]
}

fn aside(cx: &Cx<'_>, room: u16, words: &str, role: Role) -> Vec<Span<'static>> {
    let lead = format!("  {}      ", cx.glyphs.gutter());
    let left = usize::from(room).saturating_sub(width(&lead) + 1);
    vec![
        Span::styled(lead, cx.style(Role::Dim)),
        Span::styled(fit(words, left, Cut::End, cx.glyphs.ellipsis()).into_owned(), cx.style(role)),
    ]
}

/// `lambda:UpdateFunctionCode (lambda-003)`.
fn words(hop: &Hop) -> String {
    if hop.actions.is_empty() { hop.technique.to_owned() } else { format!("{} ({})", clean(&hop.actions.join(" + ")), hop.technique) }
}

/// What there is to say of a step: what proves it, what it depends on, what goes with it.
pub(super) fn step(prose: &mut Prose<'_>, cx: &Cx<'_>, paths: &[Path], rating: &Rating, step: &Step<'_>, dense: bool) {
    let Step { hop, number, fix, .. } = step;
    prose.heading(&format!("Step {number}"));
    prose.field("how", &words(hop), Role::Text);
    if let Some(words) = technique_in_words(hop.technique) {
        prose.field("", words, Role::Dim);
    }
    if hop.proof.is_empty() {
        prose.field("because", "of what the service itself does", Role::Dim);
    }
    for proof in &hop.proof {
        let statement = if proof.statement.is_empty() { String::new() } else { format!(", {}", clean(&proof.statement)) };
        prose.field("because", &format!("{}{statement} at {}", clean(&proof.policy), clean(&proof.pointer)), Role::Text);
    }
    match &hop.condition {
        Some(condition) => prose.field("unknown", &clean(condition), Role::Unknown),
        None if dense => {}
        None => prose.field("unknown", "nothing: no condition is left open", Role::Dim),
    }
    if hop.needs_trigger {
        prose.field("waits", "somebody or something else must still do its part", Role::Medium);
    }
    if let Some(fix) = fix {
        prose.field("fix (f)", fix, Role::Text);
    }
    let effect = effect(cx, paths, step, rating);
    if dense {
        prose.field("if fixed", &effect, Role::Text);
    } else {
        prose.heading(&format!("If step {number} is fixed"));
        prose.text(&effect, Role::Text);
    }
}

/// `paths 1, 2 vanish; score 61 → 74`.
fn effect(cx: &Cx<'_>, paths: &[Path], step: &Step<'_>, rating: &Rating) -> String {
    const MOST: usize = 12;
    let hop = step.hop;
    let vanish = vanishing(paths, hop);
    let mut numbers: Vec<String> = vanish.iter().take(MOST).map(ToString::to_string).collect();
    if vanish.len() > MOST {
        numbers.push(format!("{} more", vanish.len() - MOST));
    }
    let verb = if vanish.len() == 1 { ("path", "vanishes") } else { ("paths", "vanish") };
    let score = match (rating.value, gain(paths, hop).or(step.gain).filter(|gain| *gain >= 0.05)) {
        (Some(value), Some(gain)) => {
            format!("; score {:.0} {} {:.0}", value.floor(), cx.glyphs.arrow(), (value + gain).min(100.0).floor())
        }
        _ => String::new(),
    };
    format!("{} {} {}{score}", verb.0, numbers.join(", "), verb.1)
}
