//! What is kept on disk: snapshots, and the folders they live in.

mod accounts;
mod fingerprints;
mod folders;
mod load;
mod record;
mod snapshot;

pub use accounts::{keep_account, last_account};
pub use fingerprints::fingerprint_key;
pub use folders::{Folders, snapshot_name};
pub use load::{load, salvage, snapshots_in};
pub use record::SCHEMA;
pub use snapshot::save;

use std::path::PathBuf;

/// Why a snapshot could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system said no.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Its words.
        source: std::io::Error,
    },
    /// The file is not whole.
    #[error("{path}: damaged at line {line}: {reason}; --salvage reads what is whole")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first line that could not be read, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The file was written by a later version.
    #[error("{path}: schema {found} is newer than {known}, the newest this version reads; update palisade")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// The file is something else.
    #[error("{path}: not a palisade snapshot ({reason}); `palisade collect -o FILE` writes one")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// How we know.
        reason: String,
    },
    /// A folder without snapshots.
    #[error("{path}: no snapshot in this folder; they end in .palisade.jsonl.zst or .jsonl")]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

impl StoreError {
    fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }
}
