//! What `policy` is asked with.

use clap::Args;

use super::{Format, Sources};

/// Whose least policy.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    palisade policy                                what collection needs, with what --last-accessed asks, as JSON\n  \
    palisade policy forecast-demand-role --demo      how close that role is to the least it needs, and the diff to it\n  \
    palisade policy orders --snapshot prod.palisade.jsonl.zst --format json\n\n\
    What a role uses is known only when the account was collected with --last-accessed.\n\
    Exit codes: 0 done; 2 there is no such role; 4 done, but something that bears on it is not known.")]
pub struct Policy {
    /// With what --events needs: to take messages off its queue
    #[arg(long, conflicts_with = "whose")]
    pub events: bool,
    /// A role of the account, or a function for the role it runs as: by name or ARN
    #[arg(value_name = "ROLE")]
    pub whose: Option<String>,
    /// How to write the answer about a role
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Of which account.
    #[command(flatten)]
    pub sources: Sources,
}
