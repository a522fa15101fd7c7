//! AWS Systems Manager Incident Manager: who would answer.

use serde::{Deserialize, Serialize};

use super::Arn;

/// A response plan, as `ListResponsePlans` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponsePlan {
    /// `arn`, which names no Region.
    pub arn: Arn,
    /// The Region that listed it.
    pub region: String,
    /// `name`.
    pub name: String,
}
