//! IAM Access Analyzer: analyzers with what they found.

use serde::{Deserialize, Serialize};

use super::{Arn, Listing, Timestamp};

/// An analyzer of a Region, the account's own or its organization's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analyzer {
    /// `arn`.
    pub arn: Arn,
    /// `name`.
    pub name: String,
    /// `type`: `ACCOUNT`, `ORGANIZATION`, or one of these with `_UNUSED_ACCESS` or `_INTERNAL_ACCESS`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `status`: only an `ACTIVE` one analyses anything.
    pub status: String,
    /// Days after which access counts as unused (`configuration.unusedAccess.unusedAccessAge`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unused_access_age: Option<u32>,
    /// Its active findings on resources of this account (`ListFindingsV2`).
    pub findings: Listing<AccessFinding>,
}

impl Analyzer {
    /// Whether it looks for access from outside.
    pub fn is_external(&self) -> bool {
        matches!(self.kind.as_str(), "ACCOUNT" | "ORGANIZATION")
    }

    /// Whether it looks for access that nobody uses.
    pub fn is_unused_access(&self) -> bool {
        self.kind.ends_with("_UNUSED_ACCESS")
    }
}

/// An active finding of an analyzer. Who has the access only `GetFindingV2` says, one call a finding: it is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessFinding {
    /// `id`.
    pub id: String,
    /// `findingType`, such as `ExternalAccess`, `UnusedPermission` or `UnusedIAMRole`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The ARN of the resource (`resource`).
    pub resource: Option<Arn>,
    /// `resourceType`, such as `AWS::IAM::Role`.
    pub resource_type: String,
    /// `status`: `ACTIVE`.
    pub status: String,
    /// `updatedAt`.
    pub updated: Option<Timestamp>,
    /// Why the resource could not be analysed (`error`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
