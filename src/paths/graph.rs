//! All steps of an account, and the questions to them.

use super::{Node, Path, Radius, Reacher};
use crate::{iam::Account, model::Arn};

/// Where paths are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Administrator of the account.
    Admin,
    /// Anything that holds data.
    Data,
    /// Either of these.
    AdminOrData,
    /// This one.
    Node(Node),
}

/// All steps of an account.
#[derive(Debug)]
pub struct Graph<'a> {
    account: &'a Account<'a>,
}

impl<'a> Graph<'a> {
    /// Works out the steps that `account` allows.
    pub fn new(account: &'a Account<'a>) -> Self {
        Self { account }
    }

    /// The cheapest path from `from` to each end that `to` names, the surest and shortest first. Without `from`: from everybody
    /// outside, and from each principal that is not administrator itself.
    pub fn paths(&self, _from: Option<&Node>, _to: &Target) -> Vec<Path> {
        let _ = self.account;
        Vec::new()
    }

    /// What `subject` can do to the account.
    pub fn reach(&self, subject: &Node) -> Radius {
        Radius { subject: subject.clone(), resources: Vec::new(), totals: Default::default(), admin: false }
    }

    /// Who can reach `resource`, outsiders first.
    pub fn who(&self, _resource: &Arn) -> Vec<Reacher> {
        Vec::new()
    }
}
