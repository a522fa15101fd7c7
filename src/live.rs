//! A live account: who is asking, in which Regions, and all collectors at once.
//!
//! Credentials, profiles, SSO, assumed roles and `AWS_ENDPOINT_URL*` work as in the AWS CLI, for the SDK's own chain
//! is used.

mod regions;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use aws_config::{
    AppName, BehaviorVersion, Region, SdkConfig, profile::ProfileFileCredentialsProvider, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::Credentials;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{
    collect::{Assignment, Budget, Collector, Depth, Event, Failure, Pacers, Scope, Trouble},
    model::{Arn, FingerprintKey, GapKind, Part, Posture, Source, SourceRun, Timestamp},
};

/// Parts that wait for the posture; collectors wait when it is full.
pub const CHANNEL: usize = 64;

/// How long it may take to learn who we are.
const IDENTITY: Duration = Duration::from_secs(20);

/// What the user asks for.
#[derive(Debug, Clone)]
pub struct Options {
    /// The profile; none is the SDK's choice.
    pub profile: Option<String>,
    /// The Regions; empty is the profile's own, `all` is every Region of the partition that the account uses.
    pub regions: Vec<String>,
    /// One endpoint for all services instead of AWS's own.
    pub endpoint_url: Option<String>,
    /// Credentials instead of the chain's, for programs that hold their own.
    pub credentials: Option<Credentials>,
    /// The share of AWS's quotas to use, in per cent. An endpoint on this machine has no quotas.
    pub percent: u8,
    /// Pace and patience in full, whatever the endpoint.
    pub budget: Option<Budget>,
    /// How much to ask.
    pub depth: Depth,
    /// Whether to ask IAM when the roles of functions last used what they may use: it starts a job for each.
    pub last_accessed: bool,
    /// The key of this installation's fingerprints.
    pub fingerprints: FingerprintKey,
}

impl Options {
    /// The profile's own Region, everything the checks ask for.
    pub fn new(fingerprints: FingerprintKey) -> Self {
        Self {
            profile: None,
            regions: Vec::new(),
            endpoint_url: None,
            credentials: None,
            percent: 60,
            budget: None,
            depth: Depth::default(),
            last_accessed: false,
            fingerprints,
        }
    }
}

/// Why no account could be reached: one line, with what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The chain has none.
    #[error("{0}")]
    Credentials(String),
    /// The chain has some that AWS does not take.
    #[error("AWS refused the credentials: {0}")]
    Rejected(String),
    /// Neither the user nor the profile names one.
    #[error("no AWS Region: pass --region, set AWS_REGION, or give the profile one")]
    NoRegion,
    /// A text that can be no Region's name.
    #[error("{0:?} is no AWS Region: they look like eu-west-1")]
    BadRegion(String),
    /// The endpoint cannot be reached, or makes no sense.
    #[error("cannot tell whose account this is: {0}")]
    Endpoint(String),
}

/// A way into one account.
#[derive(Clone)]
pub struct Session {
    /// The account's id.
    pub account: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Who is asking, if STS said so.
    pub caller: Option<Arn>,
    /// The Regions to read, sorted.
    pub regions: Vec<String>,
    sdk: SdkConfig,
    pacers: BTreeMap<String, Arc<Pacers>>,
    depth: Depth,
    last_accessed: bool,
    fingerprints: FingerprintKey,
    paused: watch::Sender<bool>,
}

/// Finds credentials and Regions, and asks STS whose they are.
///
/// # Errors
/// When there are no credentials or Regions, or AWS does not take them, or cannot be reached.
pub async fn connect(options: &Options) -> Result<Session, ConnectError> {
    let all = options.regions.iter().any(|region| region == "all");
    if let Some(bad) = options.regions.iter().find(|region| *region != "all" && !regions::is_region(region)) {
        return Err(ConnectError::BadRegion(bad.clone()));
    }
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
    let home = match sdk.region() {
        Some(region) => region.to_string(),
        None if all => regions::HOME.to_owned(),
        None => return Err(ConnectError::NoRegion),
    };
    let budget = match &options.budget {
        Some(budget) => budget.clone(),
        None if sdk.endpoint_url().is_some_and(regions::is_loopback) => Budget::LOOPBACK,
        None => Budget::percent(options.percent),
    };
    let retries = RetryConfig::standard().with_max_attempts(budget.attempts).with_initial_backoff(budget.backoff);
    let timeouts = TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).operation_attempt_timeout(budget.timeout);
    let sdk = sdk.into_builder().region(Region::new(home.clone())).retry_config(retries).timeout_config(timeouts.build()).build();

    let (account, partition, caller) = identity(&sdk, &home).await.map_err(|error| match (error, &options.profile) {
        (ConnectError::Credentials(said), Some(profile)) => ConnectError::Credentials(format!("profile {profile:?}: {said}")),
        (error, _) => error,
    })?;
    let mut names = match (all, options.regions.is_empty()) {
        (true, _) => regions::in_use(&sdk, &partition).await,
        (false, true) => vec![home],
        (false, false) => options.regions.clone(),
    };
    names.sort();
    names.dedup();
    let scopes = names.iter().map(String::as_str).chain([SourceRun::GLOBAL]);
    let pacers = scopes.map(|scope| (scope.to_owned(), Arc::new(Pacers::new(&budget)))).collect();
    Ok(Session {
        account,
        partition,
        caller,
        regions: names,
        sdk,
        pacers,
        depth: options.depth,
        last_accessed: options.last_accessed,
        fingerprints: options.fingerprints.clone(),
        paused: watch::Sender::new(false),
    })
}

/// Account, partition and caller.
async fn identity(sdk: &SdkConfig, home: &str) -> Result<(String, String, Option<Arn>), ConnectError> {
    // Nobody wants to wait for eight attempts to learn that the endpoint is misspelt.
    let retries = RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(200));
    let config = aws_sdk_sts::Config::from(sdk).to_builder().retry_config(retries.clone()).build();
    let request = aws_sdk_sts::Client::from_conf(config).get_caller_identity().send();
    let failure = match tokio::time::timeout(IDENTITY, request).await {
        Err(_) => return Err(ConnectError::Endpoint("sts:GetCallerIdentity: no answer in time".to_owned())),
        Ok(Ok(caller)) => match (caller.account, caller.arn.map(Arn::from)) {
            (Some(account), arn) => {
                let partition = arn.as_ref().map(Arn::partition).filter(|partition| !partition.is_empty());
                let partition = partition.unwrap_or_else(|| regions::partition(home)).to_owned();
                return Ok((account, partition, arn));
            }
            (None, _) => Failure::answer("sts:GetCallerIdentity", "the answer has no Account"),
        },
        Ok(Err(error)) => Failure::read("sts:GetCallerIdentity", &error),
    };
    if failure.gap.kind == GapKind::Denied {
        // A guardrail may deny even this; any function's ARN names the account.
        let config = aws_sdk_lambda::Config::from(sdk).to_builder().retry_config(retries).build();
        let request = aws_sdk_lambda::Client::from_conf(config).list_functions().max_items(1).send();
        if let Ok(Ok(answer)) = tokio::time::timeout(IDENTITY, request).await
            && let Some(arn) = answer.functions().first().and_then(|function| function.function_arn()).map(Arn::from)
            && !arn.account().is_empty()
        {
            return Ok((arn.account().to_owned(), arn.partition().to_owned(), None));
        }
    }
    let said = failure.gap.detail;
    Err(match failure.trouble {
        Trouble::NoCredentials | Trouble::Expired => ConnectError::Credentials(said),
        Trouble::Rejected => ConnectError::Rejected(said),
        _ => ConnectError::Endpoint(format!("sts:GetCallerIdentity: {said}")),
    })
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the SDK's configuration, which holds the credentials.
        f.debug_struct("Session").field("account", &self.account).field("regions", &self.regions).finish_non_exhaustive()
    }
}

impl Session {
    /// The posture before anything is known: every source waits.
    pub fn blank(&self, taken_at: Timestamp) -> Posture {
        let mut posture = Posture::new(self.account.clone(), taken_at);
        posture.partition.clone_from(&self.partition);
        for (collector, scope) in self.errands() {
            let run = SourceRun::queued(collector.source, &scope);
            posture.absorb(Part { run, learnt: Vec::new() });
        }
        posture
    }

    /// Holds back every request that has not been sent yet, or lets them go on.
    pub fn pause(&self, paused: bool) {
        self.paused.send_replace(paused);
    }

    /// Each collector with each place where it reads.
    fn errands(&self) -> impl Iterator<Item = (&'static Collector, String)> {
        Collector::ALL.iter().copied().flat_map(|collector| {
            let scopes = match collector.scope {
                Scope::Global => vec![SourceRun::GLOBAL.to_owned()],
                Scope::Regional => self.regions.clone(),
            };
            scopes.into_iter().map(move |scope| (collector, scope))
        })
    }
}

/// Reads the account with all collectors, in all Regions at once: Regions are separate quotas. With `one`, reads only
/// that source in that Region.
///
/// Every part goes to `sender`, marked with `generation`; it is done when all sources have ended. When `cancel` is
/// cancelled, or nobody receives any more, what is left ends as skipped.
pub async fn collect(
    session: &Session,
    generation: u64,
    one: Option<(Source, String)>,
    sender: mpsc::Sender<Event>,
    cancel: &CancellationToken,
) {
    let wanted = |source, scope: &str| one.as_ref().is_none_or(|one| one.0 == source && one.1 == scope);
    let mut tasks = JoinSet::new();
    for (collector, scope) in session.errands().filter(|(collector, scope)| wanted(collector.source, scope)) {
        let Some(pacers) = session.pacers.get(&scope).cloned() else { continue };
        let sdk = if scope == SourceRun::GLOBAL {
            session.sdk.clone()
        } else {
            session.sdk.to_builder().region(Region::new(scope.clone())).build()
        };
        tasks.spawn(collector.collect(Assignment {
            region: scope,
            account: session.account.clone(),
            partition: session.partition.clone(),
            generation,
            depth: session.depth,
            last_accessed: session.last_accessed,
            sdk,
            pacers,
            fingerprints: session.fingerprints.clone(),
            sender: sender.clone(),
            cancel: cancel.clone(),
            paused: session.paused.subscribe(),
        }));
    }
    drop(sender);
    tasks.join_all().await;
}

/// Reads the account to the end and returns what is known of it; `progress` hears of every part.
pub async fn gather(session: &Session, cancel: &CancellationToken, mut progress: impl FnMut(&SourceRun)) -> Posture {
    let mut posture = session.blank(time::OffsetDateTime::now_utc().into());
    let (sender, mut receiver) = mpsc::channel(CHANNEL);
    let absorb = async {
        while let Some(Event { part, .. }) = receiver.recv().await {
            progress(&part.run);
            posture.absorb(part);
        }
    };
    tokio::join!(collect(session, 0, None, sender, cancel), absorb);
    posture
}
