//! The integration tests: one binary, so that they link once.

mod cli;
#[cfg(all(unix, feature = "tui"))]
mod pty;
#[cfg(feature = "tui")]
mod screenshots;
mod tidy;
