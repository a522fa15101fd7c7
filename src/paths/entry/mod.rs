//! Where paths begin, and what starts what: the steps that need no permission of a principal of the account.

mod delivery;
mod function_policy;
mod outsider;
mod survey;
#[cfg(test)]
mod testing;
mod url;

use super::{Edge, Node};
use crate::{iam::Account, model::Gap};
use survey::Survey;

/// The steps that need nobody's permission, and what hides more of them.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// The steps.
    pub(super) edges: Vec<Edge>,
    /// What could not be read, with the node whose reach is unknown for it; for a list, the ARN that stands for all of it.
    pub(super) gaps: Vec<(Node, Gap)>,
}

/// Every step into `account` from outside, and every step that one resource takes to another by itself.
pub(super) fn edges(account: &Account<'_>) -> Entries {
    let mut survey = Survey::new(account);
    for find in [url::find, function_policy::find] {
        find(&mut survey);
    }
    survey.into_entries()
}
