//! AWS Organizations: whose account it is, and which policies bear on it from above.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText};

/// The organization of an account, as `DescribeOrganization` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// `Id`, such as `o-a1b2c3d4e5`.
    pub id: String,
    /// `Arn`.
    pub arn: Arn,
    /// `MasterAccountId`: no service control policy bears on this account.
    pub management_account: String,
    /// `FeatureSet`: only with `ALL` are there policies.
    pub feature_set: String,
}

/// A level between the root of an organization and an account, with the policies that are attached there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationLevel {
    /// The id of the root (`r-…`), organizational unit (`ou-…`) or account.
    pub id: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: LevelKind,
    /// Its service control policies (`ListPoliciesForTarget`), of which one must allow what is to be allowed.
    ///
    /// An organization that has them turned on has one on each level at least: none means that it has not.
    pub service_control: Fact<Vec<ControlPolicy>>,
    /// Its resource control policies (`ListPoliciesForTarget`), which only deny.
    pub resource_control: Fact<Vec<ControlPolicy>>,
}

/// What stands on a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LevelKind {
    /// The root of the organization.
    Root,
    /// An organizational unit.
    OrganizationalUnit,
    /// The account itself.
    Account,
}

/// A service control policy or resource control policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlPolicy {
    /// `Id`, such as `p-FullAWSAccess`.
    pub id: String,
    /// `Name`.
    pub name: String,
    /// `AwsManaged`.
    pub aws_managed: bool,
    /// `Content` (`DescribePolicy`).
    pub document: Fact<PolicyText>,
}
