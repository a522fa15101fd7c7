//! The command line: types only. What a command does is in its file under `command`.

mod by;
mod can;
mod data;
mod policy;
mod reach;

use std::{path::PathBuf, time::Duration};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use clap_complete::Shell;

use crate::{checks::Framework, lens::By};

pub use can::Can;
pub use data::Data;
pub use policy::Policy;
pub use reach::{DrawnAs, Paths, Reach, Sources, Who};

/// The security posture of serverless AWS accounts, in your terminal.
#[derive(Debug, Parser)]
#[command(
    name = "palisade",
    version,
    about,
    long_about = "The security posture of serverless AWS accounts, in your terminal.\n\n\
        Without a command, Palisade reads the live account that your AWS credentials belong to and shows it as a dashboard: \
        it never writes to the account. `palisade demo` needs no credentials at all.",
    after_help = "Examples:\n  \
        palisade demo                                 look around without an account\n  \
        palisade --profile prod --region eu-west-1    the live account\n  \
        palisade collect -o prod.palisade.jsonl.zst   save it; `palisade open` shows it offline\n  \
        palisade collect --plan                       what that would ask, and how long it takes\n  \
        palisade collect -o fleet/ --organization --role OrganizationAccountAccessRole --region all\n  \
        palisade --profile shop,mail,billing          several accounts as one fleet\n  \
        palisade scan --fail-on high --format json    for a pipeline\n  \
        palisade paths --from internet                what anyone outside can turn into what\n  \
        palisade explain FN-001                       one check in full\n\n\
        Exit codes: 0 done; 1 runtime error; 2 usage or configuration; 3 findings at or above --fail-on;\n\
        4 done, but something could not be read; 130 and 143 when interrupted."
)]
pub struct Cli {
    /// What to do; without it, the dashboard of the live account.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to reach the live account.
    #[command(flatten)]
    pub live: Live,
    /// How the dashboard of a live account stays current.
    #[command(flatten)]
    pub watch: Watch,
    /// How the dashboard looks.
    #[command(flatten)]
    pub look: Look,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Dashboard of a built-in account: no credentials, no file, no network
    Demo {
        /// How the dashboard looks.
        #[command(flatten)]
        look: Look,
    },
    /// Dashboard of saved snapshots; a folder or several files are a fleet
    Open {
        /// Snapshot files or folders, or - for standard input
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Read what is whole of a damaged snapshot
        #[arg(long)]
        salvage: bool,
        /// How the dashboard looks.
        #[command(flatten)]
        look: Look,
    },
    /// Save a snapshot of the live account
    Collect {
        /// Where to: NAME.palisade.jsonl.zst, or NAME.jsonl uncompressed; a folder for several accounts
        #[arg(short, long, value_name = "PATH", required_unless_present = "plan")]
        output: Option<PathBuf>,
        /// Only read the lists, and say what the rest would ask and how long AWS's quotas make it take
        #[arg(long, conflicts_with = "output")]
        plan: bool,
        /// How to write the plan
        #[arg(long, value_enum, default_value_t = Format::Text, requires = "plan")]
        format: Format,
        /// How to reach the live account.
        #[command(flatten)]
        live: Live,
    },
    /// Report on the live account or a snapshot, for people and pipelines
    Scan(Scan),
    /// Attack paths: from where somebody can get to what, step by step, and where to break each path
    Paths(Paths),
    /// What a function or principal can do to the account: its blast radius
    Reach(Reach),
    /// Who can reach a resource, and how
    Who(Who),
    /// What holds data: of which class, who writes it, who reads it, and what protects it
    Data(Data),
    /// Whether a principal may do an action on a resource, and by which statement
    Can(Can),
    /// List every check
    Checks {
        /// How to write it
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Explain one check in full
    Explain {
        /// A check's id or slug, such as FN-001
        id: String,
        /// How to write it
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Print the least IAM policy that collection needs, or that a ROLE of the account does
    Policy(Policy),
    /// Show or write the configuration
    Config {
        /// What to do with it.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Show the keys
    #[cfg(feature = "tui")]
    Keymap {
        /// What to do with them.
        #[command(subcommand)]
        command: KeymapCommand,
    },
    /// Show the themes
    #[cfg(feature = "tui")]
    Theme {
        /// What to do with them.
        #[command(subcommand)]
        command: ThemeCommand,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or that of a command
    Man {
        /// A command, such as scan: every option of it
        command: Option<String>,
    },
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every file and folder that is used
    Dirs,
    /// Write a configuration file that explains itself
    Init {
        /// Replace the file that is there
        #[arg(long)]
        force: bool,
    },
}

/// What to do with the keys.
#[cfg(feature = "tui")]
#[derive(Debug, Subcommand)]
pub enum KeymapCommand {
    /// Print every key with what it does
    Print,
}

/// What to do with the themes.
#[cfg(feature = "tui")]
#[derive(Debug, Subcommand)]
pub enum ThemeCommand {
    /// List the themes, your own among them
    List,
}

/// How to reach the live account.
#[derive(Debug, Clone, Default, Args)]
pub struct Live {
    /// Profile of ~/.aws/config (else AWS_PROFILE, else default); several, separated by commas, are a fleet
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Live account")]
    pub profile: Vec<String>,
    /// Regions, separated by commas, or all: those that have functions (else the profile's)
    #[arg(long, value_name = "REGION", value_delimiter = ',', help_heading = "Live account")]
    pub region: Vec<String>,
    /// Talk to this endpoint instead of AWS, such as an emulator
    #[arg(long, value_name = "URL", help_heading = "Live account")]
    pub endpoint_url: Option<String>,
    /// Share of the account's request quotas to use, 1 to 100: the rest is left to your own deployments
    #[arg(long, value_name = "PERCENT", default_value_t = 60, value_parser = clap::value_parser!(u8).range(1..=100), help_heading = "Live account")]
    pub budget: u8,
    /// How much of each function to ask for
    #[arg(long, value_enum, default_value_t = Depth::Full, help_heading = "Live account")]
    pub depth: Depth,
    /// Ask IAM when the roles of functions last used each service: starts a job for each role, at two calls or more
    #[arg(long, help_heading = "Live account")]
    pub last_accessed: bool,
    /// Read every account that FILE lists, through a role in each (- is standard input)
    ///
    /// One account a line: its 12-digit id, or the ARN of the role to assume there, and a name after it if you like.
    /// What follows a # is a comment:
    ///
    ///   111122223333 shop
    ///   arn:aws:iam::444455556666:role/audit/reader  # a role of its own
    #[arg(long, value_name = "FILE", conflicts_with = "organization", help_heading = "Many accounts", verbatim_doc_comment)]
    pub accounts: Option<PathBuf>,
    /// Read every active account of the organization that the credentials belong to, through a role in each
    #[arg(long, requires = "role", help_heading = "Many accounts")]
    pub organization: bool,
    /// The role to assume in each of these accounts, by its name, such as OrganizationAccountAccessRole
    #[arg(long, value_name = "NAME", help_heading = "Many accounts")]
    pub role: Option<String>,
    /// The external id that the trust policies of these roles ask for
    #[arg(long, value_name = "ID", help_heading = "Many accounts")]
    pub external_id: Option<String>,
}

/// How the dashboard of a live account stays current.
#[derive(Debug, Clone, Default, Args)]
pub struct Watch {
    /// Read the account again this often: 90s, 5m, 1h. What has not changed is not asked again
    #[arg(long, value_name = "TIME", value_parser = period, help_heading = "Live account")]
    pub refresh: Option<Duration>,
    /// Read again what CloudTrail says has changed, within seconds: the URL of an SQS queue that an EventBridge rule
    /// fills. The README has a template that sets it up; `palisade policy --events` allows it
    #[arg(long, value_name = "QUEUE_URL", help_heading = "Live account")]
    pub events: Option<String>,
}

/// How much of each function is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Depth {
    /// State, tags, concurrency, policies and URLs: what decides exposure
    Core,
    /// Everything the checks ask for
    #[default]
    Full,
}

/// How the dashboard looks.
#[derive(Debug, Clone, Default, Args)]
pub struct Look {
    /// A theme of `palisade theme list` (else the configuration; auto asks the terminal)
    #[arg(long, env = "PALISADE_THEME", value_name = "NAME", help_heading = "Look")]
    pub theme: Option<String>,
    /// Draw with ASCII only
    #[arg(long, help_heading = "Look")]
    pub ascii: bool,
    /// Leave the mouse to the terminal
    #[arg(long, help_heading = "Look")]
    pub no_mouse: bool,
}

/// What `scan` reports, on what, and when it fails.
#[derive(Debug, Args)]
pub struct Scan {
    /// Saved snapshots instead of the live account: files, folders, or -
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "demo")]
    pub snapshot: Vec<PathBuf>,
    /// The built-in demo account instead of the live one
    #[arg(long)]
    pub demo: bool,
    /// Read what is whole of a damaged snapshot
    #[arg(long, requires = "snapshot")]
    pub salvage: bool,
    /// Snapshots in which all was well, one an account: what functions have gained since is reported
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub baseline: Vec<PathBuf>,
    /// How to write the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Write the report to a file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Exit with 3 when something of this severity or worse is found
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::High)]
    pub fail_on: FailOn,
    /// Only these layers
    #[arg(long, value_enum, value_delimiter = ',')]
    pub layer: Vec<LayerName>,
    /// Only these checks, by id or slug
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    pub check: Vec<String>,
    /// Report per requirement of a framework: met, not met or unknown, with the findings behind it
    #[arg(long, value_name = "NAME", value_parser = framework(), conflicts_with_all = ["check", "layer", "include_pass"])]
    pub framework: Option<Framework>,
    /// Group the findings: by what can start functions, by what can be called, or by what holds data
    #[arg(long, value_name = "WAY", value_parser = by::by(), conflicts_with_all = ["framework", "include_pass"])]
    pub by: Option<By>,
    /// List what passed as well
    #[arg(long)]
    pub include_pass: bool,
    /// How to reach the live account.
    #[command(flatten)]
    pub live: Live,
}

/// Takes the name of a framework.
fn framework() -> impl TypedValueParser<Value = Framework> {
    let names = Framework::ALL.map(|framework| PossibleValue::new(framework.word()).help(framework.title()));
    PossibleValuesParser::new(names)
        .try_map(|name| Framework::ALL.into_iter().find(|framework| framework.word() == name).ok_or("no such framework"))
}

/// How something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// From which severity on `scan` fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "the words say it")]
pub enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Never,
}

/// A layer by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "the words say it")]
pub enum LayerName {
    Function,
    Identity,
    Data,
    Monitoring,
    Response,
}

/// The shortest time between two readings: a large account takes about as long to read.
const SHORTEST_PERIOD: Duration = Duration::from_secs(30);

fn period(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("a number with s, m or h, such as 5m".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "a number with s, m or h, such as 5m".to_owned())?;
    let period = Duration::from_secs(number.saturating_mul(unit));
    if period < SHORTEST_PERIOD { Err("at least 30s".to_owned()) } else { Ok(period) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn periods() {
        assert_eq!(period("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(period("90s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "m", "5", "5d", "-5m", "1s", "é"] {
            assert!(period(wrong).is_err(), "{wrong}");
        }
    }
}
