//! The `palisade` command.

use std::process::ExitCode;

use clap::Parser;
use palisade::{cli::Cli, command};

fn main() -> ExitCode {
    match command::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            if !error.is_quiet() {
                eprintln!("palisade: {error}");
            }
            error.exit_code()
        }
    }
}
