//! IAM: roles, users, groups and policies, as `GetAccountAuthorizationDetails` gives them.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, GapKind, Timestamp};

/// A policy document as the account stores it: JSON text, not yet read. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyText(Arc<str>);

impl PolicyText {
    /// Keeps `text` as it is, valid or not.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PolicyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for PolicyText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// The policies that a role, user or group holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policies {
    /// Inline policies by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inline: BTreeMap<String, PolicyText>,
    /// ARNs of attached managed policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<Arn>,
}

/// An IAM role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its ARN, with path.
    pub arn: Arn,
    /// `RoleName`.
    pub name: String,
    /// `RoleId`.
    pub id: String,
    /// `CreateDate`.
    pub created: Option<Timestamp>,
    /// The trust policy (`AssumeRolePolicyDocument`).
    pub trust: PolicyText,
    /// What it may do.
    #[serde(flatten)]
    pub policies: Policies,
    /// ARN of the permissions boundary.
    pub boundary: Option<Arn>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// `RoleLastUsed.LastUsedDate`; known `None` is not used in the tracking period.
    pub last_used: Fact<Option<Timestamp>>,
    /// The services that its policies let it use, and when it last did (`GetServiceLastAccessedDetails`): asked only on
    /// request, and only for roles that functions can take on.
    #[serde(default = "unasked", skip_serializing_if = "is_unasked")]
    pub services_used: Fact<Vec<ServiceUse>>,
}

/// When a role last used a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceUse {
    /// `ServiceNamespace`, such as `dynamodb`.
    pub service: String,
    /// `LastAuthenticated`; none within the tracking period, which is four hundred days.
    pub last_used: Option<Timestamp>,
}

impl Role {
    /// What [`Role::services_used`] is until somebody asks.
    pub fn unasked() -> Fact<Vec<ServiceUse>> {
        unasked()
    }

    /// Whether its trust policy names Lambda: functions can take it on.
    pub fn is_for_lambda(&self) -> bool {
        self.trust.as_str().contains("lambda.amazonaws.com")
    }
}

fn unasked() -> Fact<Vec<ServiceUse>> {
    Fact::unread("iam:GenerateServiceLastAccessedDetails")
}

fn is_unasked(fact: &Fact<Vec<ServiceUse>>) -> bool {
    fact.gap().is_some_and(|gap| gap.kind == GapKind::Unread)
}

/// An IAM user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its ARN, with path.
    pub arn: Arn,
    /// `UserName`.
    pub name: String,
    /// What it may do by itself.
    #[serde(flatten)]
    pub policies: Policies,
    /// Names of its groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// ARN of the permissions boundary.
    pub boundary: Option<Arn>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// An IAM group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its ARN, with path.
    pub arn: Arn,
    /// `GroupName`.
    pub name: String,
    /// What its members may do.
    #[serde(flatten)]
    pub policies: Policies,
}

/// A managed policy, the account's or AWS's own, in its default version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// Its ARN.
    pub arn: Arn,
    /// The last segment of the ARN: emulators leave `PolicyName` out.
    pub name: String,
    /// The document of the default version.
    pub document: Fact<PolicyText>,
}
