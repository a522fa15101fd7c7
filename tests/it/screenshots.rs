//! The pictures in `screenshots/` are what the program draws: a stale one fails here.
//!
//! `PALISADE_BLESS=1 cargo test --test it screenshots::` draws them anew.

use std::{env, fs, path::PathBuf, sync::Arc};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use palisade::{
    demo,
    ui::{Glyphs, Input, Insight, Root, View, svg, theme::Themes},
    world::{Origin, World},
};
use ratatui::{Terminal, backend::TestBackend};

/// A picture: its file, what it shows, its size, its theme, and the keys that lead there.
struct Picture {
    file: &'static str,
    shows: &'static str,
    size: (u16, u16),
    theme: &'static str,
    /// Letters as they are; `⏎` is Enter, `⇥` is Tab.
    keys: &'static str,
    /// What must be on it.
    holds: &'static str,
}

const WIDE: (u16, u16) = (120, 36);

const PICTURES: [Picture; 14] = [
    Picture { file: "overview", shows: "The overview of the demo account", size: WIDE, theme: "dark", keys: "", holds: "Overview" },
    Picture { file: "findings", shows: "The findings by risk, with a preview", size: WIDE, theme: "dark", keys: "gij", holds: "Findings" },
    Picture {
        file: "finding",
        shows: "One finding: why, evidence, fix, frameworks",
        size: WIDE,
        theme: "dark",
        keys: "gi⏎",
        holds: "Evidence",
    },
    Picture { file: "fix", shows: "A fix: commands, undo and risk", size: WIDE, theme: "dark", keys: "gi⏎f", holds: "Undo" },
    Picture {
        file: "function",
        shows: "One function: who can invoke it, what it can reach",
        size: WIDE,
        theme: "dark",
        keys: "gf⏎",
        holds: "role",
    },
    Picture {
        file: "paths",
        shows: "Attack paths: step by step, with the cheapest break and what vanishes with it",
        size: WIDE,
        theme: "dark",
        keys: "gp",
        holds: "cheapest break",
    },
    Picture {
        file: "paths-80x24",
        shows: "An attack path in a small terminal",
        size: (80, 24),
        theme: "dark",
        keys: "gp⏎",
        holds: "cheapest break",
    },
    Picture {
        file: "role",
        shows: "A role: its statements with their proof, and what it can reach",
        size: WIDE,
        theme: "dark",
        keys: "gf⏎gr",
        holds: "Permissions",
    },
    Picture {
        file: "ways-in",
        shows: "What can be called: who may, where it leads, what is found there and what guards it",
        size: WIDE,
        theme: "dark",
        keys: "gn",
        holds: "[By interface]",
    },
    Picture {
        file: "data",
        shows: "What holds data: of which class, who writes and reads it, what it lacks",
        size: WIDE,
        theme: "dark",
        keys: "gd⏎",
        holds: "LACKS",
    },
    Picture {
        file: "frameworks",
        shows: "The requirements of a framework, and the evidence behind one",
        size: WIDE,
        theme: "dark",
        keys: "gwjjj⏎⏎",
        holds: "injection through events",
    },
    Picture {
        file: "collectors",
        shows: "The collectors, one of them denied",
        size: WIDE,
        theme: "dark",
        keys: "gcjjjjjj",
        holds: "logs:DescribeLogGroups",
    },
    Picture {
        file: "overview-80x24",
        shows: "The overview in a small terminal",
        size: (80, 24),
        theme: "dark",
        keys: "",
        holds: "Overview",
    },
    Picture { file: "overview-light", shows: "The overview in the light theme", size: WIDE, theme: "light", keys: "", holds: "Overview" },
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("screenshots")
}

/// Plays `picture` on the demo account: its text and its SVG.
fn drawn(picture: &Picture, fleet: &[World]) -> (String, String) {
    let mut insight = Insight::default();
    let plain = View { fleet, generation: 1, read_only: true, ..View::default() };
    let theme = Themes::default().load(picture.theme).unwrap();
    let mut root = Root::new(theme.clone(), Glyphs::Unicode);
    let mut terminal = Terminal::new(TestBackend::new(picture.size.0, picture.size.1)).unwrap();
    let keys = picture.keys.chars().map(Some);
    // Screens learn their size when they are drawn.
    for key in std::iter::once(None).chain(keys) {
        let code = key.map(|key| match key {
            '⏎' => KeyCode::Enter,
            '⇥' => KeyCode::Tab,
            letter => KeyCode::Char(letter),
        });
        if let Some(code) = code {
            let effects = root.handle(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)), &View { insight: Some(&insight), ..plain });
            assert!(effects.is_empty(), "{}: {code} asks for {effects:?}", picture.file);
        }
        // What the dashboard finds out beside its loop is found out here and now.
        if let (Some(question), Some(world)) = (root.asks(&View { insight: Some(&insight), ..plain }), fleet.first())
            && !insight.knows(&question, 1)
        {
            insight.learn(1, question.answer(&world.posture, world.library().expect("the demo account was assessed")));
        }
        terminal.draw(|frame| root.draw(frame, &View { insight: Some(&insight), ..plain })).unwrap();
    }
    let buffer = terminal.backend().buffer();
    let text = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
    (text, svg::picture(buffer, &theme, picture.shows))
}

#[test]
fn the_pictures_show_what_the_program_draws() {
    let world = World::assess(Origin::Demo, Arc::new(demo::posture()), Arc::default());
    let fleet = [world];
    let mut stale = Vec::new();
    for picture in &PICTURES {
        let (text, svg) = drawn(picture, &fleet);
        assert!(text.contains(picture.holds), "{}: no {:?} in\n{text}", picture.file, picture.holds);
        let path = folder().join(format!("{}.svg", picture.file));
        if fs::read_to_string(&path).is_ok_and(|known| known == svg) {
            continue;
        }
        if env::var_os("PALISADE_BLESS").is_some() {
            fs::write(path, svg).unwrap();
        } else {
            stale.push(picture.file);
        }
    }
    assert!(stale.is_empty(), "stale: {stale:?}; PALISADE_BLESS=1 cargo test --test it screenshots:: draws them anew");
}

#[test]
fn every_picture_in_the_folder_is_drawn_here() {
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(PICTURES.iter().any(|picture| name == format!("{}.svg", picture.file)), "nobody draws screenshots/{name}");
    }
}
