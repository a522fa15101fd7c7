//! Where worlds come from: the demo account, saved snapshots, and live accounts that were read to their end.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::CommandError;
use crate::{
    checks::Settings,
    config::Config,
    demo,
    model::Posture,
    store,
    world::{Origin, World},
};

/// A posture that was read but not judged: what the dashboard paints first.
#[derive(Debug, Clone)]
pub(crate) struct Unjudged {
    /// Where it comes from.
    pub(crate) origin: Origin,
    /// What is known.
    pub(crate) posture: Arc<Posture>,
    /// What the user says of it.
    pub(crate) settings: Arc<Settings>,
}

impl Unjudged {
    /// Runs every check.
    pub(crate) fn judge(self) -> World {
        World::assess(self.origin, self.posture, self.settings)
    }
}

/// The demo account.
pub(super) fn demo(config: &Config) -> Unjudged {
    Unjudged { origin: Origin::Demo, posture: Arc::new(demo::posture()), settings: Arc::new(config.settings.clone()) }
}

/// The live accounts, and how many more could not be read.
#[cfg(feature = "aws")]
pub(super) fn live(
    live: &crate::cli::Live,
    breadth: &crate::live::Breadth,
    config: &Config,
) -> Result<(Vec<Unjudged>, usize), CommandError> {
    let settings = Arc::new(config.settings.clone());
    let unjudged =
        |posture, _: &super::live::Say<'_>| Ok(Unjudged { origin: Origin::Live, posture: Arc::new(posture), settings: settings.clone() });
    let gathered = super::live::gather(&super::live::wanted(live, config)?, breadth, unjudged)?;
    Ok((gathered.accounts, gathered.missed))
}

/// The snapshots that `paths` stand for.
pub(super) fn open(paths: &[PathBuf], salvage: bool, config: &Config) -> Result<Vec<Unjudged>, CommandError> {
    let settings = Arc::new(config.settings.clone());
    let mut worlds = Vec::new();
    for path in paths {
        for file in store::snapshots_in(path)? {
            worlds.push(Unjudged { origin: origin(&file), posture: Arc::new(read(&file, salvage)?), settings: settings.clone() });
        }
    }
    Ok(worlds)
}

fn read(file: &Path, salvage: bool) -> Result<Posture, CommandError> {
    if !salvage {
        return Ok(store::load(file)?);
    }
    Ok(match store::load(file) {
        Ok(posture) => posture,
        Err(_) => store::salvage(file)?,
    })
}

fn origin(file: &Path) -> Origin {
    let name = file.file_name().map_or_else(|| file.to_string_lossy(), std::ffi::OsStr::to_string_lossy);
    Origin::Snapshot(if name == "-" { "from standard input".to_owned() } else { name.into_owned() })
}
