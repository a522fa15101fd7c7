//! AWS CloudFormation stacks. A function says by its tag `aws:cloudformation:stack-id` which one owns it.

use serde::{Deserialize, Serialize};

use super::{Arn, Timestamp};

/// A stack, without its parameters and outputs: they may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// `StackId`.
    pub arn: Arn,
    /// `StackName`.
    pub name: String,
    /// `StackStatus`, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// `DriftInformation.StackDriftStatus`: `DRIFTED`, `IN_SYNC`, `UNKNOWN` or `NOT_CHECKED`.
    pub drift: Option<String>,
    /// When drift was last looked for (`DriftInformation.LastCheckTimestamp`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift_checked: Option<Timestamp>,
    /// `EnableTerminationProtection`; none for nested stacks, which have their root's.
    pub termination_protection: Option<bool>,
    /// The role that CloudFormation takes on (`RoleARN`), if it does not act as whoever calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Arn>,
    /// The outermost stack (`RootId`) of a nested one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Arn>,
    /// `LastUpdatedTime`, or `CreationTime`.
    pub updated: Option<Timestamp>,
}

impl Stack {
    /// The tag by which a resource names its stack's ARN.
    pub const ID_TAG: &'static str = "aws:cloudformation:stack-id";
    /// The tag by which a resource names its stack.
    pub const NAME_TAG: &'static str = "aws:cloudformation:stack-name";
}
