//! A path from one node to another, as it is told.

use serde::{Serialize, Serializer};

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
    /// The step that is cheapest to take away, counted from 0; from 1 when serialized, as people count.
    #[serde(serialize_with = "from_one")]
    pub break_at: usize,
    /// Points of the account's score regained when it is taken away.
    #[serde(serialize_with = "hundredths")]
    pub gain: f64,
}

impl Confidence {
    /// The word of the command line and the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::NeedsTrigger => "needs-trigger",
            Self::Conditional => "conditional",
        }
    }
}

impl Hop {
    /// Whether `other` is the same step, of this path or another one.
    pub fn is_same_step(&self, other: &Self) -> bool {
        self.technique == other.technique && self.from == other.from && self.to == other.to
    }
}

impl Path {
    /// The step that is cheapest to take away.
    pub fn cheapest_break(&self) -> Option<&Hop> {
        self.hops.get(self.break_at)
    }

    /// Whether it begins, passes or ends at `node`.
    pub fn touches(&self, node: &Node) -> bool {
        self.from == *node || self.hops.iter().any(|hop| hop.to == *node)
    }

    /// Whether one of its steps is `step`: without that step, this path is no more.
    pub fn takes(&self, step: &Hop) -> bool {
        self.hops.iter().any(|hop| hop.is_same_step(step))
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields so")]
fn from_one<S: Serializer>(index: &usize, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64((*index as u64).saturating_add(1))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields so")]
fn hundredths<S: Serializer>(points: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((points * 100.0).round() / 100.0)
}
