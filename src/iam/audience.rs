//! Who a resource policy lets in.

use std::{collections::BTreeMap, sync::Arc};

use super::{Document, Library, Statement};
use crate::model::{Arn, Function, FunctionUrl, Gap, Posture};

/// Whom a grant reaches; the widest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Anyone on the internet, without credentials.
    Anyone,
    /// Any AWS account's principals (or any principal through any service).
    AnyAccount,
    /// Anyone who comes from a network: the condition in words, such as `aws:SourceIp 203.0.113.7/32`.
    Network(String),
    /// Members of an AWS Organization (`o-…`).
    Organization(String),
    /// Everyone whom an account lets: its 12-digit id.
    Account(String),
    /// One principal: user, role, session.
    Principal(Arn),
    /// An identity provider's users.
    Federated(String),
    /// An AWS service.
    Service {
        /// `s3.amazonaws.com`.
        name: String,
        /// Whether a condition fixes the account, ARN or organization that the service must act for.
        bound: bool,
    },
}

/// One grant that remains after the denies.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Whom it lets in.
    pub audience: Audience,
    /// Which of the asked actions it grants.
    pub actions: Vec<String>,
    /// The statement that grants.
    pub statement: Arc<Statement>,
    /// What must hold besides, in words: `only if aws:SourceIp is 203.0.113.7/32`; empty when nothing binds.
    pub conditions: Vec<String>,
    /// For functions: the qualifier whose policy it is.
    pub qualifier: String,
}

/// Whom `document`, the policy of `resource`, lets do any of `actions`, after its denies.
pub fn audience(document: &Document, actions: &[&str], resource: &Arn) -> Vec<Reach> {
    let _ = (document, actions, resource);
    Vec::new()
}

/// The functions that anyone or any AWS account can invoke.
pub fn public_functions(posture: &Posture, library: &Library) -> BTreeMap<Arn, Vec<Reach>> {
    let _ = (posture, library);
    BTreeMap::new()
}

/// Who gets through a function URL: its authentication type joined with the policy of its qualifier.
#[derive(Debug, Clone)]
pub enum UrlReach {
    /// Anyone: no authentication, and the policy grants both actions that a URL asks for.
    Public(Vec<Reach>),
    /// No authentication, and of the two actions the policy grants one only: a step away from open.
    OneActionOnly {
        /// What the policy grants to everyone.
        granted: Vec<Reach>,
        /// The action that is missing.
        missing: String,
    },
    /// The URL asks for signed requests, or the policy lets nobody in without.
    Closed,
}

/// Who gets through `url`, a URL of `function`.
///
/// # Errors
/// The gap, when the policy of the URL's qualifier was not read or is no policy.
pub fn url_reach(library: &Library, function: &Function, url: &FunctionUrl) -> Result<UrlReach, Gap> {
    let _ = (library, function, url);
    Ok(UrlReach::Closed)
}
