//! What a policy means.

mod audience;
mod document;
mod holder;
mod library;

pub use audience::{Audience, Reach, audience, public_functions};
pub use document::{Document, Effect, Malformed, Statement};
pub use holder::{Decision, Holder, Outcome, Permission};
pub use library::Library;
