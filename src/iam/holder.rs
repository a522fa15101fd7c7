//! What a principal may do, by the policies it holds.

use std::sync::Arc;

use super::{Library, Statement};
use crate::model::{Gap, Posture, Role};

/// A role or user with the policies that bear on it: identity policies and permissions boundary.
#[derive(Debug)]
pub struct Holder<'a> {
    /// Its allow statements, with where they stand.
    pub permissions: Vec<Permission>,
    /// Policies that could not be read: what it holds may be more.
    pub gaps: Vec<Gap>,
    _role: &'a Role,
}

/// An Allow statement that a principal holds.
#[derive(Debug, Clone)]
pub struct Permission {
    /// What people call the policy: `inline policy deploy`, `AdministratorAccess`.
    pub policy: String,
    /// The statement.
    pub statement: Arc<Statement>,
}

/// What came out of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Allowed, whatever the context.
    Allowed,
    /// It depends on something that is not known.
    Conditional,
    /// Nothing allows it.
    ImplicitlyDenied,
    /// A statement denies it.
    ExplicitlyDenied,
}

/// A decision with what decided it.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What came out.
    pub outcome: Outcome,
    /// The statements that decided.
    pub proof: Vec<Permission>,
    /// For conditional ones: what it depends on, in words.
    pub condition: Option<String>,
}

impl<'a> Holder<'a> {
    /// Gathers the policies of `role`.
    pub fn role(posture: &'a Posture, library: &Library, role: &'a Role) -> Self {
        let _ = (posture, library);
        Self { permissions: Vec::new(), gaps: Vec::new(), _role: role }
    }

    /// Whether it may do `action` (`logs:PutLogEvents`) on `resource` (an ARN, which may be one yet to be made, or `*`).
    ///
    /// # Errors
    /// The gap, when an unread policy could change the answer.
    pub fn decide(&self, action: &str, resource: &str) -> Result<Decision, Gap> {
        let _ = (action, resource);
        Err(Gap::unread(""))
    }
}
