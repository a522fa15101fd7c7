//! Who can reach what: steps over the whole posture, each with its proof, followed to their end.

mod atlas;
mod edge;
#[allow(dead_code, reason = "the graph takes it in")]
mod entry;
mod graph;
mod holdings;
mod label;
mod locate;
mod map;
mod node;
mod radius;
mod reach;
mod rules;
mod sink;
mod story;
mod technique;
mod tell;
mod walk;

pub use edge::{Edge, Grip, Proof};
pub use graph::{Graph, Target};
pub use label::resource_name;
pub use locate::{Wanted, locate};
pub use node::Node;
pub use radius::{Access, Radius, Reacher, Total, Touched, Via};
pub use story::{Confidence, Hop, Path};
