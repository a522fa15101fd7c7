//! Where things are kept: XDG's folders where they are set, the platform's own otherwise.

use std::{
    fs::DirBuilder,
    io,
    path::{Path, PathBuf},
};

use directories::ProjectDirs;

/// Every folder that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `config.toml`, and `themes/` beside it.
    pub config: PathBuf,
    /// Snapshots, one a live account, and the fingerprint key.
    pub data: PathBuf,
    /// What the dashboard remembers.
    pub state: PathBuf,
}

impl Folders {
    /// The folders of this user; none without a home.
    pub fn find() -> Option<Self> {
        let project = ProjectDirs::from("", "", "palisade")?;
        // `directories` honours XDG_* on Linux only; people who set them elsewhere mean it.
        let or = |variable: &str, native: &Path| match std::env::var_os(variable).map(PathBuf::from) {
            Some(base) if base.is_absolute() => base.join("palisade"),
            _ => native.to_owned(),
        };
        let state = project.state_dir().unwrap_or_else(|| project.data_local_dir());
        Some(Self {
            config: or("XDG_CONFIG_HOME", project.config_dir()),
            data: or("XDG_DATA_HOME", project.data_dir()),
            state: or("XDG_STATE_HOME", state),
        })
    }

    /// The configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The user's own themes.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// Snapshots of live accounts.
    pub fn snapshots(&self) -> PathBuf {
        self.data.join("snapshots")
    }

    /// The last snapshot of a live account.
    pub fn snapshot_of(&self, account: &str) -> PathBuf {
        self.snapshots().join(snapshot_name(account))
    }

    /// The key of fingerprints of environment values.
    pub fn fingerprint_key(&self) -> PathBuf {
        self.data.join("fingerprint.key")
    }

    /// Which account a way of connecting led to last time.
    pub fn accounts(&self) -> PathBuf {
        self.state.join("accounts.json")
    }

    /// Each with what it is for.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        [
            ("config", self.config_file()),
            ("themes", self.themes()),
            ("snapshots", self.snapshots()),
            ("fingerprint key", self.fingerprint_key()),
            ("accounts", self.accounts()),
        ]
        .into_iter()
    }
}

/// How the snapshot of an account is called among others.
pub fn snapshot_name(account: &str) -> String {
    // Account ids are digits; whatever else an endpoint says must not leave the folder.
    let safe: String = account.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
    format!("{safe}.palisade.jsonl.zst")
}

/// Makes `folder` and those above it, for their owner only: what is in them tells of an account. One that is there
/// already stays as it is.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
