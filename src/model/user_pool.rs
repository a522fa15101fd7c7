//! Amazon Cognito user pools.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Arn, Fact};

/// A user pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPool {
    /// Its ARN.
    pub arn: Arn,
    /// `Id`, such as `eu-west-1_aBcDeFgHi`.
    pub id: String,
    /// `Name`.
    pub name: String,
    /// What `DescribeUserPool` says.
    pub settings: Fact<UserPoolSettings>,
}

/// What `DescribeUserPool` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPoolSettings {
    /// Whether everybody can make a user of their own: not `AdminCreateUserConfig.AllowAdminCreateUserOnly`.
    pub self_sign_up: bool,
    /// `MfaConfiguration`: `OFF`, `ON`, `OPTIONAL`; none where the endpoint does not say.
    pub mfa: Option<String>,
    /// Functions by the event that invokes them (`LambdaConfig`), such as `PreSignUp`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub triggers: BTreeMap<String, Arn>,
    /// `UserPoolAddOns.AdvancedSecurityMode`: `OFF`, `AUDIT`, `ENFORCED`; none is off.
    pub threat_protection: Option<String>,
    /// `UserPoolTier`: `LITE`, `ESSENTIALS`, `PLUS`.
    pub tier: Option<String>,
}
