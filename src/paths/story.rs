//! A path from one node to another, as it is told.

use serde::Serialize;

use super::{Node, edge::Proof};

/// How sure a path is. The weakest step decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Whoever stands at its start can walk it now.
    Certain,
    /// Somebody or something else must still do its part.
    NeedsTrigger,
    /// It depends on something that is not known.
    Conditional,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// Who takes it.
    pub from: Node,
    /// What it leads to.
    pub to: Node,
    /// The published path's id, else a short name.
    pub technique: &'static str,
    /// The IAM actions that are used.
    pub actions: Vec<String>,
    /// What must hold besides, in words.
    pub condition: Option<String>,
    /// What proves it.
    pub proof: Vec<Proof>,
    /// Whether somebody or something else must still do its part.
    #[serde(skip)]
    pub needs_trigger: bool,
}

/// A path. Serializes as an element of `paths` of the command line's contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Path {
    /// Stable for the same ends and techniques: 12 hexadecimal digits.
    pub id: String,
    /// Where it begins.
    pub from: Node,
    /// Where it ends: `admin`, or a resource.
    pub to: Node,
    /// How sure it is.
    pub confidence: Confidence,
    /// The steps; never none.
    pub hops: Vec<Hop>,
    /// The step that is cheapest to take away, counted from 0.
    pub break_at: usize,
    /// Points of the account's score regained when it is taken away.
    pub gain: f64,
}
