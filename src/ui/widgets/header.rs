//! The first line of every frame: whose account this is, from where, how old, and how much of it is known.

use ratatui::{Frame, layout::Rect, style::Style};

use super::gauge::{bar, percent};
use crate::{
    model::{SourceState, Timestamp, text},
    ui::{
        paint::put,
        screen::Cx,
        theme::Role,
        width::{Cut, fit, width},
    },
    world::{Origin, World},
};

/// Draws it into the first row of `area`.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>) {
    let mut right = right(cx, area.width);
    // The account id goes before everything.
    let account = cx.world().map_or(0, |world| width(&text::clean(&world.posture.account)) + 2);
    while right.iter().map(|(text, _)| width(text) + 2).sum::<usize>() + account + 1 > usize::from(area.width) && right.pop().is_some() {}
    let right_width: usize = right.iter().map(|(text, _)| width(text) + 2).sum();
    let room = usize::from(area.width).saturating_sub(right_width + 1);
    let left = left(cx, room);
    let buffer = frame.buffer_mut();
    let mut x = 1;
    for (text, style) in left {
        x = put(buffer, area, x, 0, &text, style) + 2;
    }
    let mut x = area.width.saturating_sub(u16::try_from(right_width).unwrap_or(u16::MAX)).max(x);
    for (text, style) in right {
        x = put(buffer, area, x, 0, &text, style) + 2;
    }
}

type Piece = (String, Style);

/// Account, Regions, mode, age: shortened until they fit, the account id last of all.
fn left(cx: &Cx<'_>, room: usize) -> Vec<Piece> {
    let Some(world) = cx.world() else {
        return vec![(if cx.view.collecting() { "reading the account" } else { "no account yet" }.to_owned(), cx.style(Role::Title))];
    };
    let account = text::clean(&world.posture.account).into_owned();
    let mode = if cx.view.read_only { "RO" } else { "RW" }.to_owned();
    let mut choices = Vec::new();
    for (regions, long_age, dots) in [(3, true, true), (1, true, true), (1, false, true), (0, false, true), (0, false, false)] {
        let mut pieces = vec![(account.clone(), cx.style(Role::Title))];
        let names = regions_of(world, regions);
        if dots && !names.is_empty() {
            pieces.push((names, cx.style(Role::Text)));
        }
        if dots {
            pieces.push((mode.clone(), cx.style(if cx.view.read_only { Role::Dim } else { Role::Medium })));
        }
        pieces.push((age(cx, world, long_age), cx.style(Role::Accent)));
        choices.push(pieces);
    }
    let needed = |pieces: &[Piece]| pieces.iter().map(|(text, _)| width(text) + 2).sum::<usize>();
    let fitting = choices.iter().position(|pieces| needed(pieces) <= room);
    let mut pieces = choices.swap_remove(fitting.unwrap_or(choices.len() - 1));
    if fitting.is_none() {
        pieces.truncate(1);
        for (text, _) in &mut pieces {
            *text = fit(text, room, Cut::Middle, cx.glyphs.ellipsis()).into_owned();
        }
    }
    pieces
}

fn regions_of(world: &World, most: usize) -> String {
    let names: Vec<_> = world.posture.regions.keys().map(|name| text::clean(name)).collect();
    match names.len().checked_sub(most) {
        _ if most == 0 || names.is_empty() => String::new(),
        None | Some(0) => names.join(","),
        Some(more) => format!("{} +{more}", names.get(..most).unwrap_or_default().join(",")),
    }
}

/// Where the posture comes from and how old it is.
pub(crate) fn age(cx: &Cx<'_>, world: &World, long: bool) -> String {
    let taken = world.posture.taken_at;
    match &world.origin {
        Origin::Demo => "DEMO".to_owned(),
        Origin::Snapshot(_) if long => format!("snapshot {} {}{}", taken.date(), short_clock(taken), ago(cx, taken)),
        Origin::Snapshot(_) => format!("snapshot {}", taken.date()),
        Origin::Live if long => format!("live {}{}", taken.clock(), ago(cx, taken)),
        Origin::Live => "live".to_owned(),
    }
}

fn short_clock(at: Timestamp) -> String {
    at.clock().get(..5).unwrap_or_default().to_owned()
}

fn ago(cx: &Cx<'_>, taken: Timestamp) -> String {
    let Some(now) = cx.view.now else { return String::new() };
    let seconds = now.unix().saturating_sub(taken.unix()).max(0);
    let words = match seconds {
        0..60 => "just now".to_owned(),
        60..3_600 => format!("{}m ago", seconds / 60),
        3_600..172_800 => format!("{}h ago", seconds / 3_600),
        _ => format!("{}d ago", seconds / 86_400),
    };
    format!(" ({words})")
}

/// What is being read, and whether the numbers are whole.
fn right(cx: &Cx<'_>, room: u16) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if cx.view.assessing {
        pieces.push(("scoring".to_owned(), cx.style(Role::Dim)));
    } else if let Some(world) = cx.world()
        && world.score.rating.coverage < 1.0
    {
        let word = match room {
            0..32 => "",
            32..60 => "cov ",
            60..100 => "partial ",
            _ => "partial: coverage ",
        };
        pieces.push((format!("{word}{} !", percent(world.score.rating.coverage)), cx.style(Role::Unknown)));
    }
    let runs = cx.view.runs();
    if cx.view.collecting() {
        let ended = runs.iter().filter(|run| run.state.ended()).count();
        let word = if cx.view.paused { "paused" } else { "reading" };
        pieces.push((format!("{word} {ended}/{}", runs.len()), cx.style(Role::Accent)));
        if room >= 100 {
            pieces.push((bar(cx.glyphs, Some(ended as f64 / runs.len().max(1) as f64), 8), cx.style(Role::Accent)));
        }
    }
    let denied = runs.iter().filter(|run| run.state == SourceState::Denied).count();
    if denied > 0 && room >= 60 {
        pieces.push((format!("{denied} denied"), cx.style(Role::Fail)));
    }
    pieces
}
