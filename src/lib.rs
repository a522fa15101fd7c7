//! x
#[cfg(feature = "tui")]
pub mod app;
pub mod checks;
pub mod iam;
pub mod model;
pub mod remedy;
pub mod score;
#[cfg(feature = "tui")]
pub mod ui;
pub mod world;
