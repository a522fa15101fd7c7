//! What `can` is asked with.

use std::path::PathBuf;

use clap::Args;

use super::Format;

/// One decision, or many.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    palisade can order-intake-role dynamodb:PutItem orders --demo\n  \
    palisade can anonymous lambda:InvokeFunctionUrl webhook-in --snapshot prod.palisade.jsonl.zst\n  \
    palisade can arn:aws:iam::123456789012:user/ann iam:PassRole deploy --context iam:PassedToService=lambda.amazonaws.com\n  \
    palisade can --cases cases.jsonl.zst\n\n\
    Nothing is read from AWS: without --snapshot or --demo, the newest saved snapshot of the account is asked.\n\
    Exit codes: 0 decided, whichever way; 1 there is no snapshot, or a line is no case; 2 there is no such principal or resource;\n\
    4 not decided, as a policy that bears on it was not read.")]
pub struct Can {
    /// Who: an ARN, the name of a role or user, a service such as s3.amazonaws.com, or * for somebody without credentials
    #[arg(required_unless_present = "cases")]
    pub principal: Option<String>,
    /// What, such as s3:GetObject
    #[arg(required_unless_present = "cases")]
    pub action: Option<String>,
    /// On what: an ARN, the name of something in the account, or * for actions that know no resources
    #[arg(required_unless_present = "cases")]
    pub resource: Option<String>,
    /// A context key of the request, such as aws:SourceIp=203.0.113.7; given twice, it has both values
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub context: Vec<(String, String)>,
    /// Decide every line of FILE (.jsonl, in zstd or not; - is standard input): a request with all its policies
    #[arg(long, value_name = "FILE", conflicts_with_all = ["principal", "action", "resource", "context", "snapshot", "demo", "format"])]
    pub cases: Option<PathBuf>,
    /// A saved snapshot: a file, a folder, or -
    #[arg(long, value_name = "PATH", conflicts_with = "demo")]
    pub snapshot: Option<PathBuf>,
    /// The built-in demo account
    #[arg(long)]
    pub demo: bool,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a context key and its value, such as aws:SourceIp=203.0.113.7".to_owned()),
    }
}
