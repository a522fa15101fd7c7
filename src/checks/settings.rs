//! What the user says of the account: whom to trust, what matters, which bounds hold.

use std::{collections::BTreeMap, sync::Arc};

use super::Waiver;
use crate::model::{Arn, Posture};

mod classes;
mod environments;
mod marks;
mod runtimes;
mod thresholds;

pub use classes::{Classes, Classified, DataClass, Demand, Protection};
pub use environments::{Environment, Environments, Placed};
pub use marks::{Described, Mark, Marks, Tags};
pub use runtimes::RuntimeDates;
pub use thresholds::{Threshold, Thresholds};

/// What the user says of the account. The defaults are cautious.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Account ids that may be granted access.
    pub trusted_accounts: Vec<String>,
    /// AWS Organizations ids (`o-…`) that may be granted access.
    pub trusted_organizations: Vec<String>,
    /// Accounts whose layers are trusted, beside AWS's own publishers.
    pub layer_publishers: Vec<String>,
    /// Least days that logs are kept.
    pub retention_min_days: u32,
    /// Most days that logs are kept; none sets no upper bound, but never-expire is reported all the same.
    pub retention_max_days: Option<u32>,
    /// The bounds of checks.
    pub thresholds: Thresholds,
    /// Dates of runtimes that hold over the shipped table's, by the runtime's name.
    pub runtimes: BTreeMap<String, RuntimeDates>,
    /// Tag keys that say who answers for a resource, or how; compared without case and without what joins words.
    pub owners: Vec<String>,
    /// What marks production and development.
    pub environments: Environments,
    /// The classes of data.
    pub classes: Classes,
    /// Regions where data may be; empty sets no bound.
    pub allowed_regions: Vec<String>,
    /// Fails that somebody answers for.
    pub waivers: Vec<Arc<Waiver>>,
    /// Snapshots in which the user finds nothing amiss, one an account.
    pub baselines: Vec<Arc<Posture>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            baselines: Vec::new(),
            trusted_accounts: Vec::new(),
            trusted_organizations: Vec::new(),
            layer_publishers: Vec::new(),
            allowed_regions: Vec::new(),
            retention_min_days: 30,
            retention_max_days: None,
            thresholds: Thresholds::default(),
            runtimes: BTreeMap::new(),
            owners: OWNERS.iter().map(|&key| key.to_owned()).collect(),
            environments: Environments::default(),
            classes: Classes::default(),
            waivers: Vec::new(),
        }
    }
}

/// Tags that say who answers, unless the user names others.
const OWNERS: &[&str] = &[
    "owner",
    "team",
    "contact",
    "runbook",
    "playbook",
    "squad",
    "maintainer",
    "on-call",
    "service-owner",
    "product-owner",
    "owner-team",
    "team-name",
    "owner-contact",
    "owned-by",
    "managed-by-team",
    "escalation",
    "support",
    "support-team",
    "pagerduty",
    "ops-team",
];

/// How much a resource matters to the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asset {
    /// Of a sensitive class of data.
    Sensitive,
    /// Neither.
    Ordinary,
    /// For development.
    Development,
}

impl Settings {
    /// The snapshot of `account` in which the user finds nothing amiss, if there is one.
    pub fn baseline(&self, account: &str) -> Option<&Posture> {
        self.baselines.iter().find(|baseline| baseline.account == account).map(|baseline| &**baseline)
    }

    /// Whether the user trusts the account `id`; `home` is always trusted.
    pub fn trusts(&self, home: &str, id: &str) -> bool {
        id == home || self.trusted_accounts.iter().any(|trusted| trusted == id)
    }

    /// Whether `layer` comes from a publisher the user named.
    pub fn trusts_layer(&self, home: &str, layer: &Arn) -> bool {
        self.trusts(home, layer.account()) || self.layer_publishers.iter().any(|publisher| publisher == layer.account())
    }
}
