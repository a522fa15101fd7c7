//! The credentials to begin with, and whose they are.

use std::time::Duration;

use aws_config::{
    AppName, BehaviorVersion, Region, SdkConfig, profile::ProfileFileCredentialsProvider, retry::RetryConfig, timeout::TimeoutConfig,
};

use super::{ConnectError, Options, regions, role::Role};
use crate::{
    collect::{ASSUME, Budget, Failure, Trouble},
    model::{Arn, GapKind, text},
};

/// How long it may take to learn who we are.
const IDENTITY: Duration = Duration::from_secs(20);

const WHO: &str = "sts:GetCallerIdentity";

/// What the chain gave.
#[derive(Debug, Clone)]
pub(super) struct Base {
    /// Credentials, Region, endpoint and patience.
    pub(super) sdk: SdkConfig,
    /// The Region that is asked for what every Region knows.
    pub(super) home: String,
    /// Pace and patience.
    pub(super) budget: Budget,
    /// Whose the credentials are.
    pub(super) who: Identity,
}

/// Whose credentials are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) account: String,
    pub(super) partition: String,
    pub(super) caller: Option<Arn>,
}

impl Base {
    /// Finds credentials and a Region, and asks STS whose they are.
    pub(super) async fn find(options: &Options) -> Result<Self, ConnectError> {
        let all = options.regions.iter().any(|region| region == "all");
        regions::check(&options.regions)?;
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
        if let Ok(name) = AppName::new("palisade") {
            loader = loader.app_name(name);
        }
        if let Some(profile) = &options.profile {
            // As in the AWS CLI a profile that was asked for by name goes before keys in the environment, which the
            // SDK's chain would take first: another account than the one that was meant.
            let credentials = ProfileFileCredentialsProvider::builder().profile_name(profile).build();
            loader = loader.profile_name(profile).credentials_provider(credentials);
        }
        if let Some(endpoint) = &options.endpoint_url {
            loader = loader.endpoint_url(endpoint);
        }
        if let Some(credentials) = &options.credentials {
            loader = loader.credentials_provider(credentials.clone());
        }
        if let Some(region) = options.regions.iter().find(|region| *region != "all") {
            loader = loader.region(Region::new(region.clone()));
        }
        let sdk = loader.load().await;
        let homes = match sdk.region() {
            Some(region) => vec![region.to_string()],
            // Credentials belong to one partition, and nothing in them says to which.
            None if all => regions::HOMES.map(str::to_owned).to_vec(),
            None => return Err(ConnectError::NoRegion),
        };
        let budget = match &options.budget {
            Some(budget) => budget.clone(),
            None if sdk.endpoint_url().is_some_and(regions::is_loopback) => Budget::LOOPBACK,
            None => Budget::percent(options.percent),
        };
        let retries = RetryConfig::standard().with_max_attempts(budget.attempts).with_initial_backoff(budget.backoff);
        let timeouts = TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).operation_attempt_timeout(budget.timeout);
        let sdk = sdk.into_builder().retry_config(retries).timeout_config(timeouts.build()).build();

        let mut refused = ConnectError::NoRegion;
        for home in homes {
            let sdk = sdk.to_builder().region(Region::new(home.clone())).build();
            let Failure { gap, trouble } = match identity(&sdk, &home).await {
                Ok(who) => return Ok(Self { sdk, home, budget, who }),
                Err(failure) => failure,
            };
            refused = match (trouble, &options.profile) {
                (Trouble::Rejected, _) => {
                    refused = ConnectError::Rejected(gap.detail);
                    continue;
                }
                (Trouble::NoCredentials | Trouble::Expired, Some(profile)) => {
                    ConnectError::Credentials(format!("profile {profile:?}: {}", gap.detail))
                }
                (Trouble::NoCredentials | Trouble::Expired, None) => ConnectError::Credentials(gap.detail),
                _ => ConnectError::Endpoint(format!("{}: {}", gap.action, gap.detail)),
            };
            break;
        }
        Err(refused)
    }
}

/// Account, partition and caller.
async fn identity(sdk: &SdkConfig, home: &str) -> Result<Identity, Failure> {
    // Nobody wants to wait for eight attempts to learn that the endpoint is misspelt.
    let retries = RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(200));
    let config = aws_sdk_sts::Config::from(sdk).to_builder().retry_config(retries.clone()).build();
    let request = aws_sdk_sts::Client::from_conf(config).get_caller_identity().send();
    let failure = match tokio::time::timeout(IDENTITY, request).await {
        Err(_) => return Err(Failure::answer(WHO, "no answer in time")),
        Ok(Ok(caller)) => match (caller.account, caller.arn.map(Arn::from)) {
            (Some(account), caller) => {
                let partition = caller.as_ref().map(Arn::partition).filter(|partition| !partition.is_empty());
                let partition = partition.unwrap_or_else(|| regions::partition(home)).to_owned();
                return Ok(Identity { account, partition, caller });
            }
            (None, _) => Failure::answer(WHO, "the answer has no Account"),
        },
        Ok(Err(error)) => Failure::read(WHO, &error),
    };
    if failure.gap.kind == GapKind::Denied && failure.gap.action == WHO {
        // A guardrail may deny even this; any function's ARN names the account.
        let config = aws_sdk_lambda::Config::from(sdk).to_builder().retry_config(retries).build();
        let request = aws_sdk_lambda::Client::from_conf(config).list_functions().max_items(1).send();
        if let Ok(Ok(answer)) = tokio::time::timeout(IDENTITY, request).await
            && let Some(arn) = answer.functions().first().and_then(|function| function.function_arn()).map(Arn::from)
            && !arn.account().is_empty()
        {
            return Ok(Identity { account: arn.account().to_owned(), partition: arn.partition().to_owned(), caller: None });
        }
    }
    Err(failure)
}

/// Whose credentials `role` gives; `sdk` has them.
pub(super) async fn assumed(sdk: &SdkConfig, home: &str, role: &Role) -> Result<Identity, ConnectError> {
    let refused = |said: String| ConnectError::Role { role: role.arn.clone(), said };
    match identity(sdk, home).await {
        Ok(who) if who.account == role.arn.account() => Ok(who),
        Ok(who) => Err(refused(format!("STS says that this is account {}", text::clean(&who.account)))),
        Err(Failure { gap, .. }) if gap.kind == GapKind::Denied && gap.action == ASSUME => {
            let hint = "the role has to be there and to trust the caller, who needs sts:AssumeRole on it";
            Err(refused(format!("{}; {hint}", gap.detail)))
        }
        Err(Failure { gap, .. }) => Err(refused(format!("{}: {}", gap.action, gap.detail))),
    }
}
