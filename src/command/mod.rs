//! The commands: one file each. A command wires rooms together and decides the exit code.

mod can;
mod cases;
mod catalogue;
mod collect;
mod configuration;
#[cfg(feature = "tui")]
mod dashboard;
mod data;
#[cfg(all(feature = "aws", feature = "tui"))]
mod feed;
#[cfg(feature = "aws")]
mod live;
mod paths;
#[cfg(feature = "aws")]
mod plan;
mod policy;
mod scan;
mod snapshots;

use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
};

use clap::CommandFactory;

use crate::{
    cli::{Cli, Command, Look, Watch},
    config::{self, Config},
    report::{self, Filter, Format},
    store::{Folders, StoreError},
    waivers,
    world::World,
};

/// Done, but something could not be read.
const PARTIAL: u8 = 4;
/// Findings at or above the bar.
const FOUND: u8 = 3;
/// Wrong usage or configuration.
const USAGE: u8 = 2;
/// Something failed.
const FAILED: u8 = 1;

/// Why a command could not do its work: one line, with what to do next.
#[derive(Debug)]
pub struct CommandError {
    code: u8,
    message: String,
}

impl CommandError {
    fn failed(message: impl fmt::Display) -> Self {
        Self { code: FAILED, message: message.to_string() }
    }

    fn usage(message: impl fmt::Display) -> Self {
        Self { code: USAGE, message: message.to_string() }
    }

    /// The exit code that goes with it.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }

    /// Whether it is only that nobody reads our output any more.
    pub fn is_quiet(&self) -> bool {
        self.message.is_empty()
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::failed(error)
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self { code: 0, message: String::new() } } else { Self::failed(error) }
    }
}

/// Runs the command that `cli` names.
///
/// # Errors
/// When it cannot do its work.
pub fn run(cli: Cli) -> Result<ExitCode, CommandError> {
    let Cli { command, live, watch, look } = cli;
    match command {
        None => live_dashboard(&live, watch, &look),
        Some(Command::Demo { look }) => {
            let config = configured()?;
            show(vec![snapshots::demo(&config)], &look, &config)
        }
        Some(Command::Open { paths, salvage, look }) => {
            let config = configured()?;
            show(snapshots::open(&paths, salvage, &config)?, &look, &config)
        }
        Some(Command::Collect { output: Some(output), live, .. }) => collect::run(&output, &live),
        #[cfg(feature = "aws")]
        Some(Command::Collect { output: None, format, live, .. }) => plan::run(&live, format),
        #[cfg(not(feature = "aws"))]
        Some(Command::Collect { output: None, .. }) => Err(CommandError::usage(NO_AWS)),
        Some(Command::Scan(scan)) => scan::run(&scan),
        Some(Command::Paths(asked)) => paths::paths(&asked),
        Some(Command::Reach(asked)) => paths::reach(&asked),
        Some(Command::Who(asked)) => paths::who(&asked),
        Some(Command::Data(asked)) => data::data(&asked),
        Some(Command::Can(asked)) => can::run(&asked),
        Some(Command::Checks { format }) => catalogue::list(format),
        Some(Command::Explain { id, format }) => catalogue::explain(&id, format),
        Some(Command::Policy(asked)) => policy::run(&asked),
        Some(Command::Config { command }) => configuration::run(&command),
        #[cfg(feature = "tui")]
        Some(Command::Keymap { command: crate::cli::KeymapCommand::Print }) => dashboard::print_keymap(),
        #[cfg(feature = "tui")]
        Some(Command::Theme { command: crate::cli::ThemeCommand::List }) => dashboard::list_themes(),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "palisade", &mut script);
            print(&script)
        }
        Some(Command::Man { command }) => manual(command.as_deref()),
    }
}

/// The manual page of everything, or of one command.
fn manual(name: Option<&str>) -> Result<ExitCode, CommandError> {
    let mut all = Cli::command();
    // Commands learn their full names when they are built.
    all.build();
    let command = match name {
        None => Some(&all),
        Some(name) => all.find_subcommand(name),
    };
    let no_such = || CommandError::usage(format!("there is no command {:?}: `palisade help` lists them", name.unwrap_or_default()));
    let mut page = Vec::new();
    clap_mangen::Man::new(command.ok_or_else(no_such)?.clone()).render(&mut page)?;
    print(&page)
}

/// The user's configuration; warnings go to standard error.
fn configured() -> Result<Config, CommandError> {
    let mut config = match Folders::find() {
        Some(folders) => read_config(&folders)?,
        None => Config::default(),
    };
    let named = if config.waivers.is_some() { "; waivers.file of the configuration names this file" } else { "" };
    config.waivers = config.waivers.or_else(waivers::find);
    if let Some(path) = &config.waivers {
        let wrong = |problem| CommandError::usage(format!("{}: {problem}{named}", path.display()));
        config.settings.waivers = waivers::read(path).map_err(wrong)?;
    }
    Ok(config)
}

fn read_config(folders: &Folders) -> Result<Config, CommandError> {
    let path = folders.config_file();
    let wrong = |problem| CommandError::usage(format!("{}: {problem}", path.display()));
    let (config, warnings) = config::read(&path).map_err(wrong)?;
    for warning in warnings {
        eprintln!("palisade: warning: {}: {warning}", path.display());
    }
    Ok(config)
}

/// Shows worlds: as a dashboard on a terminal, as text otherwise.
fn show(worlds: Vec<snapshots::Unjudged>, look: &Look, config: &Config) -> Result<ExitCode, CommandError> {
    #[cfg(feature = "tui")]
    if io::IsTerminal::is_terminal(&io::stdout()) {
        return dashboard::run(worlds, look, config, None);
    }
    let _ = (look, config);
    print_report(&worlds.into_iter().map(snapshots::Unjudged::judge).collect::<Vec<_>>())
}

fn print_report(worlds: &[World]) -> Result<ExitCode, CommandError> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    report::write(worlds, Format::Text, &Filter::default(), &mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "aws")]
fn live_dashboard(options: &crate::cli::Live, watch: Watch, look: &Look) -> Result<ExitCode, CommandError> {
    let breadth = live::breadth(options)?;
    #[cfg(feature = "tui")]
    if io::IsTerminal::is_terminal(&io::stdout()) {
        if breadth == crate::live::Breadth::One {
            return feed::show(options, watch, look);
        }
        if watch.refresh.is_some() || watch.events.is_some() {
            return Err(CommandError::usage("--refresh and --events keep one account current; a fleet is read once: leave them away"));
        }
        let config = configured()?;
        return show(snapshots::live(options, &breadth, &config)?.0, look, &config);
    }
    let _ = (watch, look);
    let (worlds, missed) = snapshots::live(options, &breadth, &configured()?)?;
    let code = print_report(&worlds.into_iter().map(snapshots::Unjudged::judge).collect::<Vec<_>>())?;
    Ok(if missed > 0 { ExitCode::from(PARTIAL) } else { code })
}

#[cfg(not(feature = "aws"))]
fn live_dashboard(_: &crate::cli::Live, _: Watch, _: &Look) -> Result<ExitCode, CommandError> {
    Err(CommandError::usage(NO_AWS))
}

/// What a build without the SDK says when it is asked for a live account.
#[cfg(not(feature = "aws"))]
const NO_AWS: &str = "this build cannot reach AWS (feature `aws` is off); `palisade open FILE` and `palisade demo` work";

fn print(bytes: &[u8]) -> Result<ExitCode, CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
