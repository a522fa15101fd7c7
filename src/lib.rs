//! x
pub mod checks;
pub mod demo;
pub mod iam;
pub mod model;
pub mod remedy;
pub mod score;
pub mod world;
