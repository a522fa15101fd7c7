//! What `data` is asked with.

use clap::Args;

use super::{Format, Sources};

/// Which stores of data.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    palisade data --demo                                  every store, the most sensitive and least protected first\n  \
    palisade data orders --snapshot prod.palisade.jsonl.zst\n  \
    palisade data arn:aws:s3:::billing --format json\n\n\
    Writers and readers are functions whose roles may, and what is configured to. A store is of the class that its own tags or\n\
    its name say, else of that of the functions that work with it; [classes] of the configuration says which tags and names count.\n\
    Exit codes: 0 done; 2 there is no such store; 4 done, but some of the account could not be read.")]
pub struct Data {
    /// A table, bucket, queue, topic, stream, event bus, file system, secret or parameter, by its ARN or its name; without it, all
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Of which account.
    #[command(flatten)]
    pub sources: Sources,
}
