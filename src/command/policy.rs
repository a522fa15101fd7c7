//! `palisade policy`: the least IAM policy that collection needs.

use std::process::ExitCode;

use super::CommandError;

#[cfg(feature = "aws")]
pub(super) fn print(events: bool) -> Result<ExitCode, CommandError> {
    let mut actions = crate::collect::actions();
    if events {
        actions.extend(crate::collect::event_actions());
        actions.sort_unstable();
    }
    let document = crate::remedy::grant("PalisadeReadOnly", &actions);
    super::print(format!("{document}\n").as_bytes())
}

#[cfg(not(feature = "aws"))]
pub(super) fn print(_: bool) -> Result<ExitCode, CommandError> {
    Err(CommandError::usage(super::NO_AWS))
}
