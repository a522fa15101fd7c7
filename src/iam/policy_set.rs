//! The policies that bear on a request.

use std::sync::Arc;

use super::Document;

/// A policy with what people call it.
#[derive(Debug, Clone)]
pub struct Named {
    /// `inline policy deploy`, `AdministratorAccess`.
    pub name: String,
    /// The policy.
    pub document: Arc<Document>,
}

impl Named {
    /// Names `document`.
    pub fn new(name: impl Into<String>, document: impl Into<Arc<Document>>) -> Self {
        Self { name: name.into(), document: document.into() }
    }
}

/// The policies that bear on a request. What is none does not restrict; a boundary without policies allows nothing.
#[derive(Debug, Clone, Default)]
pub struct PolicySet {
    /// Identity policies of the caller.
    pub identity: Vec<Named>,
    /// Its permissions boundary.
    pub boundary: Option<Vec<Named>>,
    /// The policy of its session.
    pub session: Option<Named>,
    /// The resource's own policy: for roles the trust policy, for keys the key policy.
    pub resource: Option<Named>,
    /// Service control policies, from the root of the organization down; each level must allow.
    pub scp: Vec<Vec<Named>>,
    /// Resource control policies, level by level; they only deny.
    pub rcp: Vec<Vec<Named>>,
    /// The policy of the VPC endpoint on the way.
    pub endpoint: Option<Vec<Named>>,
    /// Asks only what the caller holds: whether the resource's own policy agrees is left open.
    pub caller_side_only: bool,
}

/// Kinds of policies that can stand in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Identity policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// The session policy.
    Session,
    /// The resource's own policy.
    Resource,
    /// Service control policies.
    ServiceControl,
    /// Resource control policies.
    ResourceControl,
    /// The VPC endpoint's policy.
    Endpoint,
}
