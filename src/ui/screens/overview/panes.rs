//! The panes beside and below the risks: functions, blind spots, collectors.

use ratatui::{Frame, layout::Rect};

use crate::{
    checks::Severity,
    model::{Source, SourceRun, SourceState, text},
    ui::{
        glyph::{severity_role, short, source_role},
        paint::put,
        screen::Cx,
        screens::function,
        theme::Role,
        widgets::{
            gauge::{clock, count, percent},
            pane::pane,
        },
        width::{Cut, fit, wrap},
    },
    world::World,
};

/// The functions by their worst fail.
pub(super) fn functions(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
    let roster = cx.cache.roster(world);
    let unread = world.posture.regions.values().any(|region| region.functions.gap.is_some());
    // A list that was not read to its end is not that long.
    let note = format!("{}{}", roster.rows.len(), if unread { " read, ? more" } else { "" });
    let inner = pane(frame, area, cx, "Functions by worst", &note, false);
    if roster.rows.is_empty() {
        let (line, role) = function::nobody(world);
        let room = usize::from(inner.width.saturating_sub(2));
        for (y, line) in (0..inner.height).zip(wrap(line, room)) {
            put(frame.buffer_mut(), inner, 1, y, &line, cx.style(role));
        }
        return;
    }
    let most = roster.rows.len().max(1);
    let mut lines: Vec<(String, usize, Role)> = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low]
        .map(|severity| {
            let number = roster.by_worst.get(severity.index()).copied().unwrap_or_default();
            (format!("{} {}", cx.glyphs.severity(severity), short(severity)), number, severity_role(severity))
        })
        .into();
    lines.push(("? UNKN".to_owned(), roster.unknown, Role::Unknown));
    lines.push((format!("{} PASS", cx.glyphs.pass()), roster.clean, Role::Pass));
    let bar_room = usize::from(inner.width.saturating_sub(15));
    let buffer = frame.buffer_mut();
    for (y, (word, number, role)) in (0..).zip(lines) {
        let style = cx.style(if number == 0 { Role::Dim } else { role });
        put(buffer, inner, 1, y, &word, style);
        let full = (number * bar_room).div_ceil(most);
        put(buffer, inner, 8, y, &cx.glyphs.bar().0.repeat(full), style);
        put(buffer, inner, inner.width.saturating_sub(6), y, &format!("{:>5}", count(number)), style);
    }
}

fn unknowns(world: &World) -> usize {
    world.score.layers.iter().map(|layer| layer.counts.unknown).sum()
}

/// What there is to say when no source ended with gaps: that is not yet that everything was read.
fn no_blind_source(cx: &Cx<'_>, world: &World) -> (String, Role) {
    match unknowns(world) {
        _ if cx.view.assessing => ("scoring".to_owned(), Role::Dim),
        _ if cx.view.collecting() => ("reading the account".to_owned(), Role::Dim),
        0 => (format!("{} everything was read", cx.glyphs.pass()), Role::Pass),
        unknown => (format!("? {} without an answer", count(unknown)), Role::Unknown),
    }
}

/// What is not known, one line a source.
pub(super) fn blind(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
    let blind: Vec<&SourceRun> = world.blind().collect();
    let unknown = unknowns(world);
    let note = if unknown == 0 { String::new() } else { format!("{} unknown", count(unknown)) };
    let inner = pane(frame, area, cx, "Blind spots", &note, false);
    let buffer = frame.buffer_mut();
    if blind.is_empty() {
        let (line, role) = no_blind_source(cx, world);
        put(buffer, inner, 1, 0, &line, cx.style(role));
        return;
    }
    let mut y = 0;
    for run in blind {
        let style = cx.style(source_role(run.state));
        let title = format!("{} {} {} {}", cx.glyphs.source(run.state), run.source, text::clean(&run.region), run.state.word());
        let room = usize::from(inner.width.saturating_sub(2));
        put(buffer, inner, 1, y, &fit(&title, room, Cut::End, cx.glyphs.ellipsis()), style);
        y += 1;
        if let Some(gap) = run.gaps.first() {
            let more = if run.gaps.len() > 1 { format!(" +{}", run.gaps.len() - 1) } else { String::new() };
            let action = if gap.action.is_empty() { text::clean(&gap.detail) } else { text::clean(&gap.action) };
            let line = format!("  {action}{more}");
            put(buffer, inner, 1, y, &fit(&line, room, Cut::End, cx.glyphs.ellipsis()), cx.style(Role::Dim));
            y += 1;
        }
        if y >= inner.height {
            break;
        }
    }
}

/// The sources in a line: how many are whole, and by name those that are not.
pub(super) fn collectors(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
    let runs = cx.view.runs();
    let inner = pane(frame, area, cx, "Collectors", "c details", false);
    let buffer = frame.buffer_mut();
    let sources: Vec<(Source, &SourceRun)> = Source::ALL
        .iter()
        .filter_map(|&source| Some((source, runs.iter().filter(|run| run.source == source).max_by_key(|run| gravity(run.state))?)))
        .collect();
    let whole = sources.iter().filter(|(_, worst)| worst.state == SourceState::Complete).count();
    let left = runs.iter().filter_map(SourceRun::seconds_left).max_by(f64::total_cmp);
    let left = left.map_or_else(String::new, |left| format!(", {} left", clock(left)));
    let line = format!("{} {whole} of {} complete{left}", cx.glyphs.source(SourceState::Complete), sources.len());
    let mut x = put(buffer, inner, 1, 0, &line, cx.style(source_role(SourceState::Complete))) + 3;
    let mut others = sources.iter().filter(|(_, worst)| worst.state != SourceState::Complete).peekable();
    while let Some((source, worst)) = others.peek() {
        let of_source = || runs.iter().filter(|run| run.source == *source);
        let (items, expected) = of_source().fold((0, 0), |(items, expected), run| (items + run.items, expected + run.expected));
        let what = match worst.state {
            SourceState::Running if expected > 0 => percent(items as f64 / expected as f64),
            state => state.word().to_owned(),
        };
        let what = format!("{} {source} {what}", cx.glyphs.source(worst.state));
        if x as usize + what.len() + 6 > usize::from(inner.width) {
            break;
        }
        x = put(buffer, inner, x, 0, &what, cx.style(source_role(worst.state))) + 3;
        others.next();
    }
    let more = others.count();
    if more > 0 {
        put(buffer, inner, x, 0, &format!("+{more}"), cx.style(Role::Dim));
    }
}

/// Which state says most about a source of several Regions.
const fn gravity(state: SourceState) -> u8 {
    match state {
        SourceState::Complete => 0,
        SourceState::Skipped => 1,
        SourceState::Partial => 2,
        SourceState::Failed => 3,
        SourceState::Denied => 4,
        SourceState::Queued => 5,
        SourceState::Running => 6,
    }
}

/// What is not known, in one line.
pub(super) fn strip(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, world: &World) {
    let buffer = frame.buffer_mut();
    let mut blind = world.blind();
    let Some(run) = blind.next() else {
        let (line, role) = no_blind_source(cx, world);
        put(buffer, area, 1, 0, &line, cx.style(role));
        return;
    };
    let more = blind.count();
    let action = run.gaps.first().map(|gap| text::clean(&gap.action)).unwrap_or_default();
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let line = format!("? {} {} {} {action}{more}", run.source, text::clean(&run.region), run.state.word());
    let room = usize::from(area.width.saturating_sub(14));
    put(buffer, area, 1, 0, &fit(&line, room, Cut::End, cx.glyphs.ellipsis()), cx.style(Role::Unknown));
    put(buffer, area, area.width.saturating_sub(11), 0, "c details", cx.style(Role::Dim));
}
