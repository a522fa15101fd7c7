//! Who can reach what: steps over the whole posture, each with its proof, followed to their end.

#[cfg(test)]
mod again_properties;
mod atlas;
mod data_uses;
mod doors;
mod edge;
mod entry;
mod graph;
mod holdings;
mod label;
mod locate;
mod map;
mod node;
mod question;
mod radius;
mod reach;
mod rules;
mod sink;
mod story;
mod technique;
mod tell;
mod walk;
mod words;

pub use data_uses::{DataUse, DataUses};
pub use doors::{Doors, Grant};
pub use edge::{Edge, Grip, Proof};
pub(crate) use entry::{filled, policy_of};
pub use graph::{Graph, Target};
pub use label::resource_name;
pub use locate::{Wanted, locate};
pub use node::Node;
pub use question::{Found, Question};
pub use radius::{Access, Radius, Reacher, Total, Touched, Via, names};
pub use story::{Confidence, Hop, Path};
pub use words::technique_in_words;
