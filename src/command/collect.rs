//! `palisade collect`: a snapshot of the live account.

use std::{path::Path, process::ExitCode};

use super::CommandError;
use crate::cli::Live;

#[cfg(feature = "aws")]
pub(super) fn run(output: &Path, live: &Live) -> Result<ExitCode, CommandError> {
    use super::{PARTIAL, configured};
    let world = super::live::gather(live, &configured()?)?;
    crate::store::save(&world.posture, output)?;
    let posture = &world.posture;
    let complete = posture.sources.iter().all(|run| run.state == crate::model::SourceState::Complete);
    eprintln!(
        "palisade: {} functions and {} roles of account {} in {}{}",
        posture.functions().count(),
        posture.identity.roles.items.len(),
        crate::model::text::clean(&posture.account),
        output.display(),
        if complete { "" } else { "; some of it could not be read: `palisade scan --snapshot` says what" },
    );
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::from(PARTIAL) })
}

#[cfg(not(feature = "aws"))]
pub(super) fn run(_: &Path, _: &Live) -> Result<ExitCode, CommandError> {
    Err(CommandError::usage(super::NO_AWS))
}
