//! A live account: who is asking, in which Regions, and all collectors at once.
//!
//! Credentials, profiles, SSO, assumed roles and `AWS_ENDPOINT_URL*` work as in the AWS CLI, for the SDK's own chain
//! is used.

mod base;
mod changes;
mod fleet;
mod organization;
mod regions;
mod role;

pub use changes::listen;
pub use fleet::{Breadth, Member, MemberError, Way, members, ways};
pub use regions::{LeftOut, Reason};
pub use role::{Role, is_name as is_role_name};

use std::{collections::BTreeMap, fmt, sync::Arc};

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{
    collect::{Assignment, Budget, Collector, Depth, Errand, Event, Pacers, Roster, Scope, Wanted},
    model::{Arn, FingerprintKey, Part, Posture, Source, SourceRun, Timestamp, text},
};
use base::{Base, Identity};

/// Parts that wait for the posture; collectors wait when it is full.
pub const CHANNEL: usize = 64;

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
    /// STS does not hand out the role.
    #[error("cannot assume {role}: {said}", role = text::clean(role.as_str()))]
    Role {
        /// The role.
        role: Arn,
        /// STS's words.
        said: String,
    },
    /// An account without a role to assume.
    #[error("no role to assume in account {0}: pass --role NAME, or the ARN of a role instead of the account's id")]
    NoRole(String),
    /// The organisation's accounts could not be listed.
    #[error(
        "organizations:ListAccounts: {0}; ask from the management account or a delegated administrator, or name the accounts with --accounts"
    )]
    Organization(String),
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
    /// Those that `all` stands for and that are not read, with the reason.
    pub left_out: Vec<LeftOut>,
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
    let Base { sdk, home, budget, who } = Base::find(options).await?;
    Ok(Session::new(options, sdk, &home, &budget, who).await)
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the SDK's configuration, which holds the credentials.
        f.debug_struct("Session").field("account", &self.account).field("regions", &self.regions).finish_non_exhaustive()
    }
}

impl Session {
    async fn new(options: &Options, sdk: SdkConfig, home: &str, budget: &Budget, who: Identity) -> Self {
        let Identity { account, partition, caller } = who;
        let regions::Used { mut names, left_out } = match options.regions.as_slice() {
            regions if regions.iter().any(|region| region == "all") => regions::used(&sdk, &partition, home).await,
            [] => regions::Used { names: vec![home.to_owned()], left_out: Vec::new() },
            regions => regions::Used { names: regions.to_vec(), left_out: Vec::new() },
        };
        names.sort();
        names.dedup();
        let scopes = names.iter().map(String::as_str).chain([SourceRun::GLOBAL]);
        let pacers = scopes.map(|scope| (scope.to_owned(), Arc::new(Pacers::new(budget)))).collect();
        Self {
            account,
            partition,
            caller,
            regions: names,
            left_out,
            sdk,
            pacers,
            depth: options.depth,
            last_accessed: options.last_accessed,
            fingerprints: options.fingerprints.clone(),
            paused: watch::Sender::new(false),
        }
    }

    /// The posture before anything is known: every source waits.
    pub fn blank(&self, taken_at: Timestamp) -> Posture {
        let mut posture = Posture::new(self.account.clone(), taken_at);
        posture.partition.clone_from(&self.partition);
        for run in self.sources() {
            posture.absorb(Part { run, learnt: Vec::new() });
        }
        posture
    }

    /// Every source with every place where it is read, before it is.
    pub fn sources(&self) -> Vec<SourceRun> {
        self.errands().map(|(collector, scope)| SourceRun::queued(collector.source, &scope)).collect()
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

/// Reads what `errand` wants of the account, in all Regions at once: Regions are separate quotas.
///
/// Every part goes to `sender`, marked with the errand's generation; it is done when all sources have ended. When
/// `cancel` is cancelled, or nobody receives any more, what is left ends as skipped.
pub async fn collect(session: &Session, mut errand: Errand, sender: mpsc::Sender<Event>, cancel: &CancellationToken) {
    // Another account's functions are no news of this one's.
    errand.before = errand.before.filter(|before| before.account == session.account && before.partition == session.partition);
    // By function CloudWatch is asked, and Lambda knows them: from this reading, or else from the one before.
    let roster = |region: &String| {
        let read = matches!(errand.wanted, Wanted::Everything) || errand.wanted == Wanted::Source(Source::Lambda, region.clone());
        let before = errand.before.as_ref().and_then(|before| before.regions.get(region));
        let roster = if read { Roster::awaited() } else { Roster::known(before.map(|region| &region.functions)) };
        (region.clone(), Arc::new(roster))
    };
    let nowhere = (SourceRun::GLOBAL.to_owned(), Arc::new(Roster::known(None)));
    let rosters: BTreeMap<String, Arc<Roster>> = session.regions.iter().map(roster).chain([nowhere]).collect();
    let mut tasks = JoinSet::new();
    for (collector, scope) in session.errands().filter(|(collector, scope)| errand.covers(collector.source, scope)) {
        let Some((pacers, roster)) = session.pacers.get(&scope).cloned().zip(rosters.get(&scope).cloned()) else { continue };
        let sdk = if scope == SourceRun::GLOBAL {
            session.sdk.clone()
        } else {
            session.sdk.to_builder().region(Region::new(scope.clone())).build()
        };
        tasks.spawn(collector.collect(Assignment {
            region: scope,
            account: session.account.clone(),
            partition: session.partition.clone(),
            errand: errand.clone(),
            depth: session.depth,
            last_accessed: session.last_accessed,
            sdk,
            pacers,
            roster,
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
pub async fn gather(session: &Session, cancel: &CancellationToken, progress: impl FnMut(&SourceRun)) -> Posture {
    gather_for(session, Errand::everything(0, time::OffsetDateTime::now_utc().into()), cancel, progress).await
}

/// The same for an errand that wants everything, and may know some of it.
pub async fn gather_for(session: &Session, errand: Errand, cancel: &CancellationToken, mut progress: impl FnMut(&SourceRun)) -> Posture {
    let mut posture = session.blank(errand.taken_at);
    let (sender, mut receiver) = mpsc::channel(CHANNEL);
    let absorb = async {
        while let Some(Event { part, .. }) = receiver.recv().await {
            progress(&part.run);
            posture.absorb(part);
        }
    };
    tokio::join!(collect(session, errand, sender, cancel), absorb);
    posture
}
