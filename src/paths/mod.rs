//! Who can reach what: steps over the whole posture, each with its proof, followed to their end.

mod edge;
#[allow(dead_code, reason = "the graph takes it in")]
mod entry;
mod graph;
mod node;
mod radius;
mod story;

pub use edge::{Edge, Grip, Proof};
pub use graph::{Graph, Target};
pub use node::Node;
pub use radius::{Access, Radius, Reacher, Total, Touched, Via};
pub use story::{Confidence, Hop, Path};
