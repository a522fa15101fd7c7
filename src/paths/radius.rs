//! What somebody can do to the account's data: the blast radius, and the same asked backwards.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Hop, Node, edge::Proof, resource_name};
use crate::model::Arn;

/// A way to use a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Sees its contents.
    Read,
    /// Changes or adds contents.
    Write,
    /// Takes contents, or all of it, away.
    Delete,
    /// Changes who may use it, or how it is protected.
    Administer,
    /// Makes it run.
    Invoke,
}

impl Access {
    /// The word of the command line and the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Administer => "administer",
            Self::Invoke => "invoke",
        }
    }

    /// Several in one phrase: `read, write`.
    pub fn words(all: &[Self]) -> String {
        all.iter().map(|access| access.word()).collect::<Vec<_>>().join(", ")
    }
}

/// How somebody comes by an access. A permission of one's own goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// By the subject's own permissions; those of its role for a function.
    Direct,
    /// By becoming somebody else first.
    Escalation,
}

/// A resource within reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touched {
    /// The resource.
    pub arn: Arn,
    /// What it is: `table`, `bucket`, `secret`, `parameter`, `key`, `queue`, `topic`, `function`, `stream`, …
    pub kind: &'static str,
    /// What can be done to it, in order.
    pub access: Vec<Access>,
    /// How.
    pub via: Via,
    /// What must hold besides, in words.
    pub condition: Option<String>,
    /// What proves it.
    pub proof: Vec<Proof>,
}

/// How many of a kind are within reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    /// So many are within reach.
    pub reached: usize,
    /// So many were read of the account.
    pub of: usize,
}

/// What a function or principal can do to the account. Serializes as the command line's contract says of `reach`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Radius {
    /// Who.
    pub subject: Node,
    /// The resources within reach, by ARN; a resource that is reached both ways is there twice.
    pub resources: Vec<Touched>,
    /// Counts by kind, against the account's.
    pub totals: BTreeMap<&'static str, Total>,
    /// Whether it can become administrator.
    pub admin: bool,
}

impl Radius {
    /// What is reached this way; resources of one kind that are reached alike, for the same reasons, go together.
    pub fn alike(&self, via: Via) -> Vec<Vec<&Touched>> {
        let mut groups: Vec<Vec<&Touched>> = Vec::new();
        let mut places = BTreeMap::new();
        for one in self.resources.iter().filter(|touched| touched.via == via) {
            let place = *places.entry((one.kind, &one.access, &one.condition, &one.proof)).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.push(one),
                None => groups.push(vec![one]),
            }
        }
        groups
    }
}

/// What people call these resources: the first `most` of them.
pub fn names(touched: &[&Touched], most: usize) -> String {
    let mut names: Vec<String> = touched.iter().take(most).map(|touched| resource_name(&touched.arn)).collect();
    if touched.len() > most {
        names.push(format!("and {} more", touched.len() - most));
    }
    names.join(", ")
}

/// Somebody who can reach a resource. Serializes as an element of `principals` of `who`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reacher {
    /// Who.
    pub node: Node,
    /// What they can do to it.
    pub access: Vec<Access>,
    /// How.
    pub via: Via,
    /// The steps.
    pub hops: Vec<Hop>,
}
