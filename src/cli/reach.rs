//! What `paths`, `reach` and `who` are asked with.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Live;

/// Which account a question is about, and where the answer goes.
#[derive(Debug, Clone, Args)]
pub struct Sources {
    /// Saved snapshots instead of the live account: files, folders, or -
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "demo")]
    pub snapshot: Vec<PathBuf>,
    /// The built-in demo account instead of the live one
    #[arg(long)]
    pub demo: bool,
    /// Read what is whole of a damaged snapshot
    #[arg(long, requires = "snapshot")]
    pub salvage: bool,
    /// Write the answer to a file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How to reach the live account.
    #[command(flatten)]
    pub live: Live,
}

/// Which attack paths.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    palisade paths --demo                                    every path of the demo account, the surest and shortest first\n  \
    palisade paths --from internet --to admin                what anyone can turn into the whole account\n  \
    palisade paths --from orders --snapshot prod.palisade.jsonl.zst\n  \
    palisade paths --demo --format dot | dot -Tsvg > paths.svg\n\n\
    Steps are numbered from 1; break_at of the JSON is such a number: the step that is cheapest to take away.\n\
    Exit codes: 0 done; 2 there is no such function, role or resource; 4 done, but some of the account could not be read.")]
pub struct Paths {
    /// Where paths begin: internet, any-aws-account, self-signed-up-user, an ARN, or the name of a function, role or user
    ///
    /// Without it: everybody outside, and every principal that is not administrator itself.
    #[arg(long, value_name = "WHO")]
    pub from: Option<String>,
    /// Where they end: admin, data, an ARN or a name (else admin and data)
    #[arg(long, value_name = "WHAT")]
    pub to: Option<String>,
    /// How to write them
    #[arg(long, value_enum, default_value_t = DrawnAs::Text)]
    pub format: DrawnAs,
    /// Of which account.
    #[command(flatten)]
    pub sources: Sources,
}

/// Whose blast radius.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    palisade reach webhook-in --demo\n  \
    palisade reach arn:aws:iam::123456789012:role/deploy --format json\n\n\
    Exit codes: 0 done; 2 there is no such function or principal; 4 done, but some of the account could not be read.")]
pub struct Reach {
    /// A function, role or user, by its ARN or its name; or internet, any-aws-account, self-signed-up-user
    #[arg(value_name = "ARN")]
    pub subject: String,
    /// How to write it
    #[arg(long, value_enum, default_value_t = DrawnAs::Text)]
    pub format: DrawnAs,
    /// Of which account.
    #[command(flatten)]
    pub sources: Sources,
}

/// Who can reach which resource.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    palisade who arn:aws:s3:::billing --snapshot prod.palisade.jsonl.zst\n  \
    palisade who webhook-in --demo --format mermaid\n\n\
    Exit codes: 0 done; 2 there is no such resource; 4 done, but some of the account could not be read.")]
pub struct Who {
    /// The resource, by its ARN or its name
    #[arg(value_name = "ARN")]
    pub resource: String,
    /// How to write it
    #[arg(long, value_enum, default_value_t = DrawnAs::Text)]
    pub format: DrawnAs,
    /// Of which account.
    #[command(flatten)]
    pub sources: Sources,
}

/// How paths are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DrawnAs {
    /// For people
    Text,
    /// For programs
    Json,
    /// A flowchart for Markdown, as GitHub and GitLab draw it
    Mermaid,
    /// A graph for Graphviz
    Dot,
}
