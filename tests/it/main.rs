//! The integration tests: one binary, so that they link once.

#[cfg(feature = "aws")]
mod collecting;
#[cfg(feature = "aws")]
mod emulator;
#[cfg(feature = "aws")]
mod faults;
#[cfg(feature = "aws")]
mod planted;
#[cfg(feature = "aws")]
mod stub;
