//! A layer's score as a card.

use ratatui::{Frame, layout::Rect};

use super::{
    gauge::{bar, count, percent},
    pane::pane,
};
use crate::{
    checks::Severity,
    score::{CRITICAL_CAP, Counts, HIGH_CAP, LayerScore, Rating},
    ui::{
        glyph::{grade_role, severity_role, short},
        paint::put,
        screen::Cx,
        theme::Role,
        width::{Cut, fit},
    },
};

/// A score with its grade: `61 C`; `?` when nothing could be read, `n/a` when nothing applies.
pub(crate) fn score(rating: &Rating) -> String {
    match (rating.value, rating.interval) {
        (Some(value), _) => format!("{:.0} {}", value.floor(), rating.grade.letter()),
        (None, Some(_)) => "?".to_owned(),
        (None, None) => "n/a".to_owned(),
    }
}

/// The range that ignorance leaves open: `58–64`; empty when there is none.
pub(crate) fn range(cx: &Cx<'_>, rating: &Rating) -> String {
    rating.interval.map_or_else(String::new, |(low, high)| {
        if high.floor() - low.floor() < 1.0 { String::new() } else { format!("{:.0}{}{:.0}", low.floor(), cx.glyphs.dash(), high.floor()) }
    })
}

/// What holds the score where it is, or how far it may be off.
fn says(cx: &Cx<'_>, rating: &Rating, counts: &Counts) -> String {
    let range = range(cx, rating);
    let value = rating.value.unwrap_or_default();
    match (range.is_empty(), counts.critical, counts.high, counts.unknown) {
        (false, ..) => format!("range {range}"),
        (true, 1.., ..) if value >= CRITICAL_CAP => "capped by a critical".to_owned(),
        (true, 0, 1.., _) if value >= HIGH_CAP => "capped by a high".to_owned(),
        (true, _, _, 0) => "nothing unknown".to_owned(),
        (true, ..) => "unknowns move < 1".to_owned(),
    }
}

/// Why a layer has no score: nothing applies, or nothing could be read.
pub(crate) fn silence(rating: &Rating, counts: &Counts, why: Option<&str>) -> Option<String> {
    match rating.value {
        Some(_) => None,
        None if counts.unknown == 0 => Some("nothing to judge".to_owned()),
        None => Some(format!("? no data: {}", why.unwrap_or("unread"))),
    }
}

/// Draws the card. `why` is the kind of gap, for a layer of which nothing could be read.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, layer: &LayerScore, focused: bool, why: Option<&str>) {
    let title = format!("{} {}", layer.layer.index() + 1, layer.layer.title());
    let inner = pane(frame, area, cx, &title, "", focused);
    let buffer = frame.buffer_mut();
    let (rating, counts) = (&layer.rating, &layer.counts);
    let bar_width = usize::from(inner.width.saturating_sub(9)).min(12);
    if cx.view.assessing && rating.value.is_none() {
        put(buffer, inner, 1, 0, "scoring", cx.style(Role::Dim));
        return;
    }
    let role = grade_role(rating.grade);
    let x = put(buffer, inner, 1, 0, &format!("{:>5}", score(rating)), cx.style(role));
    put(buffer, inner, x + 2, 0, &bar(cx.glyphs, rating.value.map(|value| value / 100.0), bar_width), cx.style(role));
    let dim = cx.style(Role::Dim);
    let room = usize::from(inner.width.saturating_sub(2));
    match silence(rating, counts, why) {
        Some(silence) => {
            let role = if counts.unknown == 0 { Role::Dim } else { Role::Unknown };
            put(buffer, inner, 1, 1, &fit(&silence, room, Cut::End, cx.glyphs.ellipsis()), cx.style(role));
        }
        None => {
            put(buffer, inner, 1, 1, &fit(&says(cx, rating, counts), room, Cut::End, cx.glyphs.ellipsis()), dim);
        }
    }
    let half = inner.width / 2;
    let places = [(Severity::Critical, 1, 2), (Severity::High, 1 + half, 2), (Severity::Medium, 1, 3), (Severity::Low, 1 + half, 3)];
    for (severity, x, y) in places {
        let number = counts.of(severity);
        let style = if number == 0 { dim } else { cx.style(severity_role(severity)) };
        let number = if rating.value.is_some() { count(number) } else { cx.glyphs.none().to_owned() };
        put(buffer, inner, x, y, &format!("{} {number} {}", cx.glyphs.severity(severity), short(severity).to_lowercase()), style);
    }
    if rating.interval.is_none() {
        return;
    }
    let partial = rating.coverage < 1.0;
    let coverage = format!("cov {}{}", percent(rating.coverage), if partial { " !" } else { "" });
    put(buffer, inner, 1, 4, &coverage, if partial { cx.style(Role::Unknown) } else { dim });
    if counts.unknown > 0 {
        put(buffer, inner, 1 + half, 4, &format!("? {} unkn", count(counts.unknown)), cx.style(Role::Unknown));
    } else {
        put(buffer, inner, 1 + half, 4, &format!("{} {} pass", cx.glyphs.pass(), count(counts.pass)), dim);
    }
}
