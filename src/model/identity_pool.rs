//! Amazon Cognito identity pools.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact};

/// An identity pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityPool {
    /// Its ARN.
    pub arn: Arn,
    /// `IdentityPoolId`, such as `eu-west-1:00000000-0000-0000-0000-000000000000`.
    pub id: String,
    /// `IdentityPoolName`.
    pub name: String,
    /// What `DescribeIdentityPool` says.
    pub settings: Fact<IdentityPoolSettings>,
    /// What `GetIdentityPoolRoles` says.
    pub roles: Fact<IdentityPoolRoles>,
}

/// What `DescribeIdentityPool` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityPoolSettings {
    /// Whether guests get credentials (`AllowUnauthenticatedIdentities`).
    pub guests: bool,
    /// Whether the basic flow is on, in which a caller picks the role (`AllowClassicFlow`).
    pub classic_flow: bool,
    /// User pools whose users get credentials (`CognitoIdentityProviders.ProviderName`).
    pub user_pools: Vec<String>,
}

/// What `GetIdentityPoolRoles` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityPoolRoles {
    /// `Roles.authenticated`.
    pub authenticated: Option<Arn>,
    /// `Roles.unauthenticated`: the one of guests.
    pub unauthenticated: Option<Arn>,
    /// Roles that rules give (`RoleMappings`), sorted.
    pub mapped: Vec<Arn>,
}
