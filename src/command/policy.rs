//! `palisade policy`: the least IAM policy that collection needs.

use std::process::ExitCode;

use super::CommandError;

#[cfg(feature = "aws")]
pub(super) fn print() -> Result<ExitCode, CommandError> {
    let document = crate::remedy::grant("PalisadeReadOnly", &crate::collect::actions());
    super::print(format!("{document}\n").as_bytes())
}

#[cfg(not(feature = "aws"))]
pub(super) fn print() -> Result<ExitCode, CommandError> {
    Err(CommandError::usage(super::NO_AWS))
}
