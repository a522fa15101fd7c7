//! An account's policies together, ready to be asked.

use std::{collections::HashMap, sync::Arc};

use super::{Caller, Decision, Holder, Library};
use crate::model::{Arn, Gap, Posture};

/// An account's policies together: those of its principals, of its resources, and those of the organization above.
#[derive(Debug)]
pub struct Account<'a> {
    posture: &'a Posture,
    library: Arc<Library>,
    holders: HashMap<&'a Arn, Holder<'a>>,
}

impl<'a> Account<'a> {
    /// Gathers the policies of every role and user of `posture`; `library` holds its documents.
    pub fn new(posture: &'a Posture, library: Arc<Library>) -> Self {
        let identity = &posture.identity;
        let roles = identity.roles.items.iter().map(|role| (&role.arn, Holder::role(posture, &library, role)));
        let users = identity.users.items.iter().map(|user| (&user.arn, Holder::user(posture, &library, user)));
        let holders = roles.chain(users).collect();
        Self { posture, library, holders }
    }

    /// The posture.
    pub const fn posture(&self) -> &'a Posture {
        self.posture
    }

    /// Its documents.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The role or user with this ARN.
    pub fn holder(&self, arn: &Arn) -> Option<&Holder<'a>> {
        self.holders.get(arn)
    }

    /// The roles and users, in order of their ARNs.
    pub fn principals(&self) -> impl Iterator<Item = &'a Arn> {
        let identity = &self.posture.identity;
        let mut arns: Vec<&Arn> =
            identity.roles.items.iter().map(|role| &role.arn).chain(identity.users.items.iter().map(|user| &user.arn)).collect();
        arns.sort();
        arns.into_iter()
    }

    /// Whether the policy of `resource` names `principal` itself.
    pub fn names(&self, _resource: &Arn, _principal: &Arn) -> bool {
        false
    }

    /// Whether `caller` may do `action` on `resource`, by every policy that bears on it. `keys` are context keys that the
    /// question fixes, such as `iam:PassedToService`; what follows from the posture is added.
    ///
    /// # Errors
    /// The gap, when an unread policy could change the answer.
    pub fn can(&self, caller: &Caller, action: &str, resource: &str, keys: &[(&str, &str)]) -> Result<Decision, Gap> {
        let unknown = || Gap::unread("iam:GetAccountAuthorizationDetails");
        match caller {
            Caller::Principal(arn) => self.holder(&Arn::new(arn.as_str())).ok_or_else(unknown)?.decide_when(action, resource, keys),
            _ => Err(unknown()),
        }
    }
}
