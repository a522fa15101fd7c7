//! A blast radius as text: what somebody can do, counted against the account, their own permissions first.

use crate::{
    model::text::clean,
    paths::{Access, Radius, Touched, Via, names},
    ui::{screen::Cx, theme::Role, widgets::prose::Prose},
};

/// What `radius` says; none while it is being worked out.
pub(crate) fn lines(prose: &mut Prose<'_>, cx: &Cx<'_>, radius: Option<&Radius>) {
    let Some(radius) = radius else {
        prose.text("working out what it can reach", Role::Dim);
        return;
    };
    if radius.admin {
        prose.item("!", Role::Critical, "can become administrator: p shows how", Role::Critical);
    }
    for (kind, total) in &radius.totals {
        let role = if total.reached == 0 { Role::Dim } else { Role::Text };
        prose.field(kind, &format!("{} of {}", total.reached, total.of), role);
    }
    for (via, title) in [(Via::Direct, "By its own permissions"), (Via::Escalation, "By becoming somebody else first")] {
        let groups = radius.alike(via);
        if !groups.is_empty() {
            prose.heading(title);
            groups.iter().for_each(|alike| resources(prose, cx, alike));
        }
    }
    if radius.resources.is_empty() {
        let blind = cx.world().is_some_and(|world| world.posture.blind().next().is_some());
        let (words, role) =
            if blind { ("? nothing of what was read; c says what was not", Role::Unknown) } else { ("nothing in the account", Role::Dim) };
        prose.text(words, role);
    }
}

fn resources(prose: &mut Prose<'_>, cx: &Cx<'_>, alike: &[&Touched]) {
    const MOST: usize = 6;
    let Some(Touched { kind, access, condition, proof, .. }) = alike.first() else { return };
    let role = match access.iter().max() {
        _ if condition.is_some() => Role::Unknown,
        Some(Access::Administer) => Role::Critical,
        Some(Access::Delete) => Role::Medium,
        _ => Role::Text,
    };
    let words = match alike {
        [_] => format!("{}: {}", names(alike, MOST), Access::words(access)),
        many => format!("{} {kind}s: {}: {}", many.len(), Access::words(access), names(many, MOST)),
    };
    prose.item(cx.glyphs.dot(), role, &words, role);
    if let Some(proof) = proof.last() {
        prose.item(" ", Role::Dim, &clean(&format!("because {} at {}", proof.policy, proof.pointer)), Role::Dim);
    }
    if let Some(condition) = condition {
        prose.item(" ", Role::Dim, &clean(condition), Role::Unknown);
    }
}
