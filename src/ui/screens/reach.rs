//! A blast radius as text: what somebody can do, counted against the account, their own permissions first.

use crate::{
    model::text::clean,
    paths::{Access, Radius, Touched, Via, resource_name},
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
        let mut some = radius.resources.iter().filter(|touched| touched.via == via).peekable();
        if some.peek().is_some() {
            prose.heading(title);
            some.for_each(|touched| resource(prose, cx, touched));
        }
    }
    if radius.resources.is_empty() {
        let blind = cx.world().is_some_and(|world| world.posture.blind().next().is_some());
        let (words, role) =
            if blind { ("? nothing of what was read; c says what was not", Role::Unknown) } else { ("nothing in the account", Role::Dim) };
        prose.text(words, role);
    }
}

fn resource(prose: &mut Prose<'_>, cx: &Cx<'_>, touched: &Touched) {
    let Touched { arn, access, condition, .. } = touched;
    let role = match access.iter().max() {
        _ if condition.is_some() => Role::Unknown,
        Some(Access::Administer) => Role::Critical,
        Some(Access::Delete) => Role::Medium,
        _ => Role::Text,
    };
    prose.item(cx.glyphs.dot(), role, &format!("{}: {}", resource_name(arn), Access::words(access)), role);
    if let Some(condition) = condition {
        prose.item(" ", Role::Dim, &clean(condition), Role::Unknown);
    }
}
