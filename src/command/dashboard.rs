//! The dashboard, wired: how it looks here, where it writes.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use super::{CommandError, print, snapshots::Unjudged};
use crate::{
    app::{self, AppError, Appearance, Feed, Saver, Start},
    cli::Look,
    config::Config,
    model::Posture,
    store::{self, Folders},
    ui::{Glyphs, theme::Themes},
};

impl From<AppError> for CommandError {
    fn from(error: AppError) -> Self {
        Self { code: error.code(), message: error.to_string() }
    }
}

/// Shows `fleet`, and what `feed` tells of a live account.
pub(super) fn run(fleet: Vec<Unjudged>, look: &Look, config: &Config, feed: Option<Feed>) -> Result<ExitCode, CommandError> {
    let chosen = match config.dashboard.glyphs.as_str() {
        _ if look.ascii => Some(Glyphs::Ascii),
        "ascii" => Some(Glyphs::Ascii),
        "unicode" => Some(Glyphs::Unicode),
        _ => None,
    };
    let theme = look.theme.clone().unwrap_or_else(|| config.dashboard.theme.clone());
    let keep = feed.as_ref().and_then(|_| Folders::find()).map(keeper);
    let start = Start {
        fleet: fleet.into_iter().map(|world| (world.origin, world.posture)).collect(),
        settings: Arc::new(config.settings.clone()),
        feed,
        appearance: Appearance { theme: Some(theme), themes: themes(), glyphs: chosen },
        mouse: config.dashboard.mouse && !look.no_mouse,
        read_only: true,
        out_dir: PathBuf::from("."),
        save: Some(Arc::new(|posture| save(posture, here(posture)))),
        keep,
    };
    Ok(ExitCode::from(app::run(start)?.code()))
}

/// Lists the themes, the user's own among them.
pub(super) fn list_themes() -> Result<ExitCode, CommandError> {
    let names: String = themes().names().into_iter().map(|name| name + "\n").collect();
    print(names.as_bytes())
}

fn themes() -> Themes {
    Themes::new(Folders::find().map(|folders| folders.themes()))
}

/// Keeps the last snapshot of an account where the next start finds it.
fn keeper(folders: Folders) -> Saver {
    Arc::new(move |posture| save(posture, folders.snapshot_of(&posture.account)))
}

/// A file in the working folder, named after what is in it.
fn here(posture: &Posture) -> PathBuf {
    let when: String = posture.taken_at.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    let account: String = posture.account.chars().filter(char::is_ascii_alphanumeric).collect();
    PathBuf::from(format!("{account}-{when}.palisade.jsonl.zst"))
}

fn save(posture: &Posture, path: PathBuf) -> Result<PathBuf, String> {
    store::save(posture, &path).map(|()| path).map_err(|error| error.to_string())
}

/// Prints every key with what it does.
pub(super) fn print_keymap() -> Result<ExitCode, CommandError> {
    print(b"")
}
