//! `palisade policy`: the least IAM policy that collection needs, or that a role does.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    process::ExitCode,
};

use super::{CommandError, PARTIAL, paths::accounts};
use crate::{
    checks::Context,
    cli::{Format, Policy},
    paths::{Wanted, locate},
    report::privilege::{self, Privilege},
};

pub(super) fn run(asked: &Policy) -> Result<ExitCode, CommandError> {
    match &asked.whose {
        Some(role) => tighten(asked, role),
        None if asked.sources.demo || !asked.sources.snapshot.is_empty() => {
            Err(CommandError::usage("whose policy? ROLE says which role of that account; without an account, it is Palisade's own"))
        }
        None => own(asked.events),
    }
}

/// The policy of a role of the first account that has one of that name.
fn tighten(asked: &Policy, name: &str) -> Result<ExitCode, CommandError> {
    let (accounts, missed) = accounts(&asked.sources)?;
    let mut refusal = CommandError::usage("there is no account to look into");
    for account in &accounts {
        let posture = &*account.posture;
        let node = match locate(posture, name, Wanted::Actor) {
            Ok(node) => node,
            Err(why) => {
                refusal = CommandError::usage(why);
                continue;
            }
        };
        // Of a function it is the role it runs as.
        let function = node.arn().and_then(|arn| posture.function(arn));
        let arn = function.map_or(node.arn(), |function| Some(&function.role));
        let Some(role) = arn.and_then(|arn| posture.role(arn)) else {
            refusal = CommandError::usage(format!("{node} is no role of the account, and no function that runs as one"));
            continue;
        };
        let context = Context::new(posture, &account.settings);
        let told = Privilege::of(&context, role);
        match &asked.sources.output {
            None => write(asked.format, &told, io::stdout().lock())?,
            Some(path) => {
                let failed = |error| CommandError::failed(format!("{}: {error}", path.display()));
                write(asked.format, &told, File::create(path).map_err(failed)?).map_err(failed)?;
            }
        }
        return Ok(if told.is_partial() || missed > 0 { ExitCode::from(PARTIAL) } else { ExitCode::SUCCESS });
    }
    Err(refusal)
}

fn write(format: Format, told: &Privilege<'_>, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Text => privilege::text(told, &mut out)?,
        Format::Json => privilege::json(told, &mut out)?,
    }
    out.flush()
}

#[cfg(feature = "aws")]
fn own(events: bool) -> Result<ExitCode, CommandError> {
    let mut actions = crate::collect::actions();
    if events {
        actions.extend(crate::collect::event_actions());
        actions.sort_unstable();
    }
    let document = crate::remedy::grant("PalisadeReadOnly", &actions);
    super::print(format!("{document}\n").as_bytes())
}

#[cfg(not(feature = "aws"))]
fn own(_: bool) -> Result<ExitCode, CommandError> {
    Err(CommandError::usage(super::NO_AWS))
}
