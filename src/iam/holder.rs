//! What a principal may do, by the policies it holds.

use std::sync::Arc;

use super::{Document, Library, Statement};
use crate::model::{Arn, Gap, Policies, Posture, Role, User};

/// A role or user with the policies that bear on it: identity policies and permissions boundary.
#[derive(Debug)]
pub struct Holder<'a> {
    /// Its allow statements, with where they stand.
    pub permissions: Vec<Permission>,
    /// Policies that could not be read: what it holds may be more.
    pub gaps: Vec<Gap>,
    identity: Vec<Named<'a>>,
    boundary: Option<Result<Named<'a>, Gap>>,
}

/// A policy with what people call it.
#[derive(Debug, Clone)]
struct Named<'a> {
    name: String,
    document: &'a Document,
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
    pub fn role(posture: &'a Posture, library: &'a Library, role: &'a Role) -> Self {
        let mut holder = Self { permissions: Vec::new(), gaps: Vec::new(), identity: Vec::new(), boundary: None };
        holder.hold(posture, library, &role.policies);
        holder.bound(posture, library, role.boundary.as_ref());
        holder
    }

    /// Gathers the policies of `user` and of its groups.
    pub fn user(posture: &'a Posture, library: &'a Library, user: &'a User) -> Self {
        let mut holder = Self { permissions: Vec::new(), gaps: Vec::new(), identity: Vec::new(), boundary: None };
        holder.hold(posture, library, &user.policies);
        for name in &user.groups {
            match posture.identity.groups.items.iter().find(|group| group.name == *name) {
                Some(group) => holder.hold(posture, library, &group.policies),
                None => holder.gaps.push(posture.identity.groups.gap.clone().unwrap_or_else(|| {
                    Gap::failed("iam:GetAccountAuthorizationDetails", format!("the group {name} is not among the groups that were read"))
                })),
            }
        }
        holder.bound(posture, library, user.boundary.as_ref());
        holder
    }

    fn hold(&mut self, posture: &'a Posture, library: &'a Library, policies: &'a Policies) {
        let inline = policies.inline.iter().map(|(name, text)| (format!("inline policy {name}"), library.document(text)));
        let attached = policies.attached.iter().map(|arn| (arn.name().to_owned(), managed(posture, library, arn)));
        for (name, document) in inline.chain(attached) {
            match document {
                Ok(document) => {
                    self.permissions.extend(
                        document
                            .statements
                            .iter()
                            .filter(|statement| statement.is_allow())
                            .map(|statement| Permission { policy: name.clone(), statement: Arc::clone(statement) }),
                    );
                    self.identity.push(Named { name, document });
                }
                Err(gap) => self.gaps.push(gap),
            }
        }
    }

    fn bound(&mut self, posture: &'a Posture, library: &'a Library, boundary: Option<&Arn>) {
        self.boundary =
            boundary.map(|arn| Ok(Named { name: format!("boundary {}", arn.name()), document: managed(posture, library, arn)? }));
    }

    /// Whether it may do `action` (`logs:PutLogEvents`) on `resource` (an ARN, which may be one yet to be made, or `*`).
    ///
    /// # Errors
    /// The gap, when an unread policy could change the answer.
    pub fn decide(&self, action: &str, resource: &str) -> Result<Decision, Gap> {
        let _ = (action, resource, &self.identity, &self.boundary);
        Err(Gap::unread(""))
    }
}

/// The document of a managed policy.
fn managed<'a>(posture: &'a Posture, library: &'a Library, arn: &Arn) -> Result<&'a Document, Gap> {
    let action = "iam:GetAccountAuthorizationDetails";
    let Some(policy) = posture.policy(arn) else {
        let missing = || Gap::failed(action, format!("{} is attached, and not among the policies that were read", arn.name()));
        return Err(posture.identity.policies.gap.clone().unwrap_or_else(missing));
    };
    library.document(policy.document.known()?)
}
