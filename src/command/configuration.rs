//! `palisade config`: where things are, and a configuration file that explains itself.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    process::ExitCode,
};

use super::{CommandError, print};
use crate::{cli::ConfigCommand, config, store::Folders};

pub(super) fn run(command: &ConfigCommand) -> Result<ExitCode, CommandError> {
    let folders =
        Folders::find().ok_or_else(|| CommandError::failed("this user has no home folder; set XDG_CONFIG_HOME and XDG_DATA_HOME"))?;
    match command {
        ConfigCommand::Dirs => {
            let lines: String = folders.iter().map(|(what, path)| format!("{what:<16} {}\n", path.display())).collect();
            print(lines.as_bytes())
        }
        ConfigCommand::Init { force } => init(&folders, *force),
    }
}

fn init(folders: &Folders, force: bool) -> Result<ExitCode, CommandError> {
    let path = folders.config_file();
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => CommandError::usage(format!("{} is there already; --force replaces it", path.display())),
        _ => CommandError::failed(format!("{}: {error}", path.display())),
    };
    fs::create_dir_all(&folders.config).map_err(failed)?;
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let mut file = options.open(&path).map_err(failed)?;
    file.write_all(config::sample().as_bytes()).map_err(failed)?;
    print(format!("wrote {}\n", path.display()).as_bytes())
}
