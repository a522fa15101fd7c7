//! The integration tests: one binary, so that they link once.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[cfg(feature = "aws")]
mod acceptance;
mod can;
mod cli;
#[cfg(feature = "aws")]
mod collecting;
#[cfg(feature = "aws")]
mod compute;
#[cfg(all(feature = "aws", feature = "tui"))]
mod docs;
#[cfg(feature = "aws")]
mod emulator;
#[cfg(feature = "aws")]
mod endpoint;
#[cfg(feature = "aws")]
mod events;
#[cfg(feature = "aws")]
mod faults;
#[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "without emulators only a part of it is read"))]
mod flaws;
#[cfg(feature = "aws")]
mod fleet;
#[cfg(feature = "aws")]
mod last_accessed;
#[cfg(all(unix, feature = "aws", feature = "tui"))]
mod live;
#[cfg(feature = "aws")]
mod organization;
mod paths;
#[cfg(feature = "aws")]
mod planted;
mod privilege;
mod proofs;
#[cfg(feature = "aws")]
mod proxy;
#[cfg(all(unix, feature = "tui"))]
mod pty;
#[cfg(feature = "aws")]
mod recovering;
#[cfg(feature = "aws")]
mod scanning;
mod scenario;
#[cfg(feature = "tui")]
mod screenshots;
#[cfg(feature = "aws")]
mod services;
#[cfg(feature = "aws")]
#[allow(dead_code, unused_imports, reason = "benches use it as well, and need other parts of it")]
mod stub;
mod tables;
mod tidy;
mod waivers;
#[cfg(feature = "aws")]
mod warm;
