//! The integration tests: one binary, so that they link once.

mod cli;
#[cfg(feature = "aws")]
mod collecting;
#[cfg(all(feature = "aws", feature = "tui"))]
mod docs;
#[cfg(feature = "aws")]
mod emulator;
#[cfg(feature = "aws")]
mod planted;
#[cfg(all(unix, feature = "tui"))]
mod pty;
#[cfg(feature = "tui")]
mod screenshots;
mod tidy;
