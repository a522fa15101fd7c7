//! x
pub mod checks;
#[cfg(feature = "aws")]
pub mod collect;
pub mod iam;
#[cfg(feature = "aws")]
pub mod live;
pub mod model;
pub mod remedy;
