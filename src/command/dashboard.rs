//! The dashboard: worlds on a terminal, and the tables of its keys and themes.

use std::{env, path::PathBuf, process::ExitCode, sync::Arc};

use super::{CommandError, print, snapshots::Unjudged};
use crate::{
    app::{self, Appearance, Feed, Saver, Start, Waiving},
    cli::Look,
    config::Config,
    store::{self, Folders},
    ui::{Glyphs, binding, themes::Themes},
    waivers,
    world::Origin,
};

/// Shows `worlds`, and what `feed` brings, until the user leaves.
pub(super) fn run(worlds: Vec<Unjudged>, look: &Look, config: &Config, feed: Option<Feed>) -> Result<ExitCode, CommandError> {
    let live = feed.is_some();
    let demo = worlds.iter().any(|world| world.origin == Origin::Demo);
    let start = Start {
        fleet: worlds.into_iter().map(|world| (world.origin, world.posture)).collect(),
        settings: Arc::new(config.settings.clone()),
        feed,
        appearance: appearance(look, config),
        mouse: config.dashboard.mouse && !look.no_mouse,
        read_only: true,
        out_dir: env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        save: Some(save_here()),
        waive: (!demo).then(|| waive_here(config)),
        keep: live.then(keep).flatten(),
    };
    match app::run(start) {
        Ok(reason) => Ok(ExitCode::from(reason.code())),
        Err(error) => Err(CommandError { code: error.code(), message: error.to_string() }),
    }
}

/// Adds to the file of waivers that governs here, or begins one.
fn waive_here(config: &Config) -> Waiving {
    let path = config.waivers.clone().unwrap_or_else(|| PathBuf::from(waivers::FILE));
    Arc::new(move |waiver| waivers::add(&path, waiver).map(|()| path.clone()))
}

fn appearance(look: &Look, config: &Config) -> Appearance {
    let glyphs = match config.dashboard.glyphs.as_str() {
        _ if look.ascii => Some(Glyphs::Ascii),
        "ascii" => Some(Glyphs::Ascii),
        "unicode" => Some(Glyphs::Unicode),
        _ => None,
    };
    let theme = look.theme.clone().unwrap_or_else(|| config.dashboard.theme.clone());
    Appearance { theme: Some(theme), themes: themes(), glyphs }
}

fn themes() -> Themes {
    Themes::new(Folders::find().map(|folders| folders.themes()))
}

/// Saves a snapshot to the current folder, under the account and the time.
fn save_here() -> Saver {
    Arc::new(|posture| {
        let stamp: String = posture.taken_at.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
        let account: String = posture.account.chars().filter(char::is_ascii_alphanumeric).collect();
        let path = PathBuf::from(format!("{account}-{stamp}.palisade.jsonl.zst"));
        store::save(posture, &path).map(|()| path).map_err(|error| error.to_string())
    })
}

/// Keeps the last snapshot of a live account where the next start finds it.
fn keep() -> Option<Saver> {
    let folders = Folders::find()?;
    Some(Arc::new(move |posture| {
        let path = folders.snapshot_of(&posture.account);
        store::save(posture, &path).map(|()| path).map_err(|error| error.to_string())
    }))
}

pub(super) fn print_keymap() -> Result<ExitCode, CommandError> {
    print(binding::table().as_bytes())
}

pub(super) fn list_themes() -> Result<ExitCode, CommandError> {
    let names: String = themes().names().into_iter().map(|name| format!("{name}\n")).collect();
    print(names.as_bytes())
}
