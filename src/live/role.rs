//! A role of another account: whose ARN that is, and credentials that come from assuming it.

use std::time::{Duration, SystemTime};

use aws_config::{SdkConfig, identity::IdentityCache};
use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use aws_sdk_sts::Client;

use crate::model::Arn;

/// How the sessions are called in the other accounts' CloudTrail.
const SESSION: &str = "palisade";

/// How long it may take to get credentials: those of the chain, and the role's with them.
const LOAD: Duration = Duration::from_secs(20);

/// A role to be assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: Arn,
    /// `sts:ExternalId`, where the role's trust policy asks for one.
    pub external_id: Option<String>,
}

impl Role {
    /// The role that is called `name` in `account`: the same name has another ARN in each partition.
    pub(super) fn named(partition: &str, account: &str, name: &str, external_id: Option<&str>) -> Self {
        Self { arn: Arn::build(partition, "iam", "", account, &format!("role/{name}")), external_id: external_id.map(str::to_owned) }
    }
}

/// Whether `name` can be the name of a role, with its path if it has one.
pub fn is_name(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c);
    !name.is_empty() && name.len() <= 576 && !name.starts_with('/') && !name.ends_with('/') && name.chars().all(good)
}

/// `sdk` with the credentials of each role in turn; all of them ask STS with the credentials of `sdk`.
#[derive(Debug)]
pub(super) struct Assuming {
    sdk: SdkConfig,
    // One client for all roles: it keeps the credentials it signs with, so that a program or a browser that gives them
    // is not started once a role.
    client: Client,
}

impl Assuming {
    pub(super) fn with(sdk: &SdkConfig) -> Self {
        Self { sdk: sdk.clone(), client: Client::new(sdk) }
    }

    /// The configuration whose credentials are those of `role`.
    pub(super) fn sdk(&self, role: &Role) -> SdkConfig {
        let provider = Provider { client: self.client.clone(), role: role.clone() };
        let cache = IdentityCache::lazy().load_timeout(LOAD).build();
        self.sdk.to_builder().credentials_provider(SharedCredentialsProvider::new(provider)).identity_cache(cache).build()
    }
}

#[derive(Debug)]
struct Provider {
    client: Client,
    role: Role,
}

impl Provider {
    async fn assume(&self) -> provider::Result {
        let request = self.client.assume_role().role_arn(self.role.arn.as_str()).role_session_name(SESSION);
        let answer = request.set_external_id(self.role.external_id.clone()).send().await.map_err(CredentialsError::provider_error)?;
        let given = answer.credentials.ok_or_else(|| CredentialsError::unhandled("sts:AssumeRole: the answer has no Credentials"))?;
        let expiration = SystemTime::try_from(given.expiration).map_err(CredentialsError::unhandled)?;
        Ok(Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), Some(expiration), "sts:AssumeRole"))
    }
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_the_arn_of_its_partition() {
        for partition in ["aws", "aws-cn", "aws-us-gov"] {
            let role = Role::named(partition, "111122223333", "audit/reader", None);
            assert_eq!(role.arn.as_str(), format!("arn:{partition}:iam::111122223333:role/audit/reader"));
        }
    }

    #[test]
    fn names_of_roles() {
        for good in ["auditor", "OrganizationAccountAccessRole", "audit/team/reader", "a+b=c,d.e@f_g-h"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "/reader", "reader/", "arn:aws:iam::1:role/x", "a b", "a*", "r\u{e9}ader", &"x".repeat(600)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
