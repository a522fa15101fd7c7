//! `palisade collect`: snapshots of live accounts.

use std::{path::Path, process::ExitCode};

use super::CommandError;
use crate::cli::Live;

#[cfg(feature = "aws")]
pub(super) fn run(output: &Path, live: &Live) -> Result<ExitCode, CommandError> {
    use super::{PARTIAL, configured};
    let config = configured()?;
    let breadth = super::live::breadth(live)?;
    let target = Target::of(output, &breadth)?;
    let gathered = super::live::gather(&super::live::wanted(live, &config)?, &breadth, |posture, say| {
        let path = target.path(&posture.account);
        crate::store::save(&posture, &path)?;
        let complete = posture.sources.iter().all(|run| run.state == crate::model::SourceState::Complete);
        say(&format!(
            "palisade: {} functions and {} roles of account {} in {}{}",
            posture.functions().count(),
            posture.identity.roles.items.len(),
            crate::model::text::clean(&posture.account),
            path.display(),
            if complete { "" } else { "; some of it could not be read: `palisade scan --snapshot` says what" },
        ));
        Ok(complete)
    })?;
    let complete = gathered.missed == 0 && gathered.accounts.into_iter().all(|complete| complete);
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::from(PARTIAL) })
}

/// Where snapshots go.
#[cfg(feature = "aws")]
enum Target {
    /// The only one.
    File(std::path::PathBuf),
    /// Each under the id of its account.
    Folder(std::path::PathBuf),
}

#[cfg(feature = "aws")]
impl Target {
    fn of(output: &Path, breadth: &crate::live::Breadth) -> Result<Self, CommandError> {
        use crate::live::Breadth;
        let several = match breadth {
            Breadth::One => false,
            Breadth::Accounts { members, .. } => members.len() > 1,
            Breadth::Profiles(_) | Breadth::Organization { .. } => true,
        };
        let text = output.to_string_lossy();
        let folder = output.is_dir() || text.ends_with(std::path::is_separator);
        let file = !folder && (output.is_file() || [".jsonl", ".zst"].iter().any(|end| text.ends_with(end)));
        if several && file {
            let said = format!("{text} is a file, and several accounts need a folder: -o DIR writes one snapshot an account into it");
            return Err(CommandError::usage(said));
        }
        Ok(if several || folder { Self::Folder(output.to_owned()) } else { Self::File(output.to_owned()) })
    }

    fn path(&self, account: &str) -> std::path::PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Folder(folder) => folder.join(crate::store::snapshot_name(account)),
        }
    }
}

#[cfg(not(feature = "aws"))]
pub(super) fn run(_: &Path, _: &Live) -> Result<ExitCode, CommandError> {
    Err(CommandError::usage(super::NO_AWS))
}
