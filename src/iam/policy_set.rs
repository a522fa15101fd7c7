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

/// The policies that bear on a request, wherever they are kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bearing<'a> {
    pub(super) identity: &'a [Named],
    pub(super) boundary: Option<&'a [Named]>,
    pub(super) session: Option<&'a Named>,
    /// The resource's own policy, and what else lets callers in, such as the grants of a key.
    pub(super) resource: &'a [Named],
    pub(super) scp: &'a [Vec<Named>],
    pub(super) rcp: &'a [Vec<Named>],
    pub(super) endpoint: Option<&'a [Named]>,
    pub(super) caller_side_only: bool,
}

impl<'a> From<&'a PolicySet> for Bearing<'a> {
    fn from(set: &'a PolicySet) -> Self {
        Self {
            identity: &set.identity,
            boundary: set.boundary.as_deref(),
            session: set.session.as_ref(),
            resource: set.resource.as_slice(),
            scp: &set.scp,
            rcp: &set.rcp,
            endpoint: set.endpoint.as_deref(),
            caller_side_only: set.caller_side_only,
        }
    }
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

impl Layer {
    /// The word of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Resource => "resource",
            Self::ServiceControl => "scp",
            Self::ResourceControl => "rcp",
            Self::Endpoint => "endpoint",
        }
    }

    /// What people call such policies.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Identity => "identity policies",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Resource => "the resource's own policy",
            Self::ServiceControl => "service control policies",
            Self::ResourceControl => "resource control policies",
            Self::Endpoint => "VPC endpoint policy",
        }
    }
}
