//! What a policy means.

mod audience;
mod document;
mod holder;
mod library;

pub use audience::{Audience, Reach, UrlReach, audience, public_functions, url_reach};
pub use document::{Document, Effect, Malformed, Statement};
pub use holder::{Decision, Holder, Outcome, Permission};
pub use library::Library;
