//! AWS Security Hub.

use serde::{Deserialize, Serialize};

use super::{Arn, Timestamp};

/// The hub of a Region, as `DescribeHub` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityHub {
    /// `HubArn`.
    pub arn: Arn,
    /// `SubscribedAt`.
    pub subscribed: Option<Timestamp>,
    /// `AutoEnableControls`: whether new controls of enabled standards are turned on by themselves.
    pub auto_enable_controls: Option<bool>,
}
