//! One step: who gains what over whom, by which technique, and what proves it.

use serde::Serialize;

use super::Node;
use crate::iam::{Permission, Reach};

/// What somebody has of a node. Each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grip {
    /// Reaches it with words of their own: invokes the function, calls the API, puts a message, an object or an event.
    Send,
    /// Acts as it: holds the principal's credentials, runs code in the function, reads the data.
    Control,
}

/// What proves a step: the statement or the field that decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Proof {
    /// What people call the policy, or the API call that gave the field: `inline policy deploy`, `lambda:ListFunctions`.
    pub policy: String,
    /// The statement's id, or what the field says; empty for a statement without an id.
    pub statement: String,
    /// Where it stands: a JSON pointer, or the field's name.
    pub pointer: String,
}

impl Proof {
    /// A field of an answer.
    pub fn field(source: &str, pointer: &str, value: impl Into<String>) -> Self {
        Self { policy: source.to_owned(), statement: value.into(), pointer: pointer.to_owned() }
    }

    /// A statement that a principal holds.
    pub fn permission(permission: &Permission) -> Self {
        Self {
            policy: permission.policy.clone(),
            statement: permission.statement.sid.clone().unwrap_or_default(),
            pointer: permission.statement.pointer(),
        }
    }

    /// A statement of a resource's own policy, which people call `policy`.
    pub fn grant(policy: impl Into<String>, reach: &Reach) -> Self {
        Self { policy: policy.into(), statement: reach.statement.sid.clone().unwrap_or_default(), pointer: reach.statement.pointer() }
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Who takes it.
    pub from: Node,
    /// What is needed of `from`; nothing of those who stand outside.
    pub needs: Grip,
    /// What it leads to.
    pub to: Node,
    /// What it gives over `to`.
    pub gives: Grip,
    /// The published path's id (`lambda-004`, `iam-002`), else a short name: `assume-role`, `function-url`.
    pub technique: &'static str,
    /// The IAM actions that are used, in the order of use; none where no permission is asked for.
    pub actions: Vec<String>,
    /// What must hold besides, in words that follow a colon: `only if aws:SourceIp is in 203.0.113.7/32`.
    pub condition: Option<String>,
    /// Whether somebody or something else must still do its part: start the function, send the event.
    pub needs_trigger: bool,
    /// What proves it.
    pub proof: Vec<Proof>,
}

impl Edge {
    /// A step for which `from` must be acted as.
    pub fn new(from: impl Into<Node>, to: impl Into<Node>, gives: Grip, technique: &'static str) -> Self {
        Self {
            from: from.into(),
            needs: Grip::Control,
            to: to.into(),
            gives,
            technique,
            actions: Vec::new(),
            condition: None,
            needs_trigger: false,
            proof: Vec::new(),
        }
    }

    /// A step that `from` takes when it is merely sent something: an API to its function, a bucket to its notification's target.
    pub fn relay(from: impl Into<Node>, to: impl Into<Node>, technique: &'static str) -> Self {
        Self { needs: Grip::Send, ..Self::new(from, to, Grip::Send, technique) }
    }
}
