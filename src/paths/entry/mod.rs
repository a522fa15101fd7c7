//! Where paths begin, and what starts what: the steps that need no permission of a principal of the account.

mod aftermath;
mod anybody;
mod api;
mod bucket;
mod delivery;
mod event_bus;
mod event_rule;
mod function_policy;
mod graphql_api;
mod http_api;
mod identity_pool;
mod key;
mod mapping;
mod outsider;
mod queue;
mod rest_api;
mod sealed;
mod secret;
mod stream;
mod survey;
#[cfg(test)]
mod testing;
mod topic;
mod trust;
mod url;
mod user_pool;
mod web_function;

pub(super) use anybody::join;
pub(crate) use api::filled;
pub(crate) use url::policy_of;

use super::{Edge, Node};
use crate::{iam::Account, model::Gap};
use survey::Survey;

/// A kind of entry point, or of what starts what.
type Find = fn(&mut Survey<'_, '_>);

const KINDS: [Find; 19] = [
    url::find,
    function_policy::find,
    queue::find,
    topic::find,
    event_bus::find,
    event_rule::find,
    stream::find,
    secret::find,
    key::find,
    bucket::find,
    mapping::find,
    aftermath::find,
    user_pool::find,
    identity_pool::find,
    trust::find,
    rest_api::find,
    http_api::find,
    graphql_api::find,
    web_function::find,
];

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
    for find in KINDS {
        find(&mut survey);
    }
    survey.into_entries()
}
