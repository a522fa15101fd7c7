//! Reading live accounts to their end, for `scan` and `collect`: with progress, and an end when the user wants one.

mod progress;

use std::{cell::RefCell, fmt, fs, io, path::Path};

use futures::{StreamExt, stream};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use super::{CommandError, USAGE};
use crate::{
    cli::{self, Live},
    collect::Depth,
    config::Config,
    live::{self, Breadth, ConnectError, Options, Session, Way},
    model::{Posture, text::clean},
    store::{self, Folders},
};
use progress::{Progress, Runs};

/// How many accounts are read at once. Each has quotas of its own; what is short is this machine's open files.
const AT_ONCE: usize = 4;

/// What became of the accounts.
pub(super) struct Gathered<T> {
    /// Those that were read, in the order in which they were asked for.
    pub(super) accounts: Vec<T>,
    /// How many could not be read at all.
    pub(super) missed: usize,
}

/// Reads the accounts of `breadth`, a few at once, and gives each to `each` as soon as it is read, with a way to say
/// something. An account that fails is a line on standard error, and the others go on; when there is only that one, it
/// is the error.
pub(super) fn gather<T>(
    options: &Options,
    breadth: &Breadth,
    each: impl Fn(Posture, &Say<'_>) -> Result<T, CommandError>,
) -> Result<Gathered<T>, CommandError> {
    let runtime = runtime()?;
    let gathered = runtime.block_on(async {
        tokio::select! {
            gathered = read(options, breadth, each) => gathered,
            code = ended() => Err(CommandError { code, message: String::new() }),
        }
    });
    // A name may be being looked up; nobody waits for it.
    runtime.shutdown_background();
    gathered
}

/// Says a line on standard error, between the bars if there are any.
pub(super) type Say<'a> = dyn Fn(&str) + 'a;

async fn read<T>(
    options: &Options,
    breadth: &Breadth,
    each: impl Fn(Posture, &Say<'_>) -> Result<T, CommandError>,
) -> Result<Gathered<T>, CommandError> {
    let progress = RefCell::new(Progress::new(*breadth != Breadth::One));
    let (ways, left_out) = live::ways(options, breadth).await.map_err(refused)?;
    let say = |line: &str| progress.borrow().say(line);
    for line in left_out {
        say(&format!("palisade: {line}"));
    }
    if *breadth == Breadth::One
        && let [way] = ways.as_slice()
    {
        let session = way.connect().await.map_err(refused)?;
        return Ok(Gathered { accounts: vec![each(to_the_end(&session, &progress).await, &say)?], missed: 0 });
    }
    let sessions = stream::iter(&ways).map(|way| async move { (way, way.connect().await) }).buffered(AT_ONCE).collect::<Vec<_>>().await;
    let failed = |name: &str, error: &dyn fmt::Display| say(&format!("palisade: {name}: {error}"));
    let mut missed = 0;
    let mut reached: Vec<(&Way, Session)> = Vec::new();
    for (way, session) in sessions {
        let session = match session {
            Ok(session) => session,
            Err(error) => {
                failed(&way.name, &error);
                missed += 1;
                continue;
            }
        };
        // Two profiles may lead to the same account: the first one reads it.
        match reached.iter().find(|(_, known)| known.account == session.account) {
            None => reached.push((way, session)),
            Some((first, known)) => {
                let whole = session.regions.iter().all(|region| known.regions.contains(region));
                let hint = if whole { "" } else { ", in other Regions: name them all with --region" };
                failed(&way.name, &format!("account {} is read with {} already{hint}", clean(&known.account), first.name));
                missed += usize::from(!whole);
            }
        }
    }
    let mut accounts = stream::iter(reached.into_iter().enumerate())
        .map(async |(place, (way, session))| {
            let posture = to_the_end(&session, &progress).await;
            (place, each(posture, &say).map_err(|error| failed(&way.name, &error)).ok())
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    accounts.sort_by_key(|(place, _)| *place);
    let tried = accounts.len();
    let accounts: Vec<T> = accounts.into_iter().filter_map(|(_, account)| account).collect();
    missed += tried - accounts.len();
    if accounts.is_empty() {
        return Err(CommandError::failed(format!("none of the {} accounts could be read", ways.len())));
    }
    Ok(Gathered { accounts, missed })
}

async fn to_the_end(session: &Session, progress: &RefCell<Progress>) -> Posture {
    progress.borrow().left_out(session);
    let mut runs = Runs::of(session);
    let cancel = CancellationToken::new();
    live::gather(session, &cancel, |run| {
        runs.note(run);
        progress.borrow_mut().show(session, &runs, run);
    })
    .await
}

/// Which accounts the user wants.
pub(super) fn breadth(live: &Live) -> Result<Breadth, CommandError> {
    let (role, external_id) = (live.role.clone(), live.external_id.clone());
    if live.accounts.is_none() && !live.organization {
        if role.is_some() || external_id.is_some() {
            return Err(CommandError::usage("--role and --external-id go with --accounts FILE or --organization"));
        }
        return Ok(if live.profile.len() > 1 { Breadth::Profiles(live.profile.clone()) } else { Breadth::One });
    }
    if live.profile.len() > 1 {
        return Err(CommandError::usage("one --profile assumes the roles of --accounts or --organization; name one"));
    }
    if let Some(role) = role.as_ref().filter(|role| !live::is_role_name(role)) {
        return Err(CommandError::usage(format!("--role {role:?} is no role's name; the ARN of a role goes into the file of --accounts")));
    }
    let Some(path) = &live.accounts else {
        let role = role.ok_or_else(|| CommandError::usage("--organization needs --role NAME"))?;
        return Ok(Breadth::Organization { role, external_id });
    };
    let shown = if path == Path::new("-") { "standard input".into() } else { path.to_string_lossy() };
    let text = if path == Path::new("-") { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    let text = text.map_err(|error| CommandError::usage(format!("{shown}: {error}; it lists an account a line")))?;
    let members = live::members(&text).map_err(|error| CommandError::usage(format!("{shown}: {error}")))?;
    if members.is_empty() {
        return Err(CommandError::usage(format!("{shown}: no account in it; it lists an account a line")));
    }
    if role.is_none()
        && let Some(member) = members.iter().find(|member| member.role.is_none())
    {
        return Err(CommandError::usage(format!("{shown}: account {} has no role; pass --role NAME, or write its ARN", member.account)));
    }
    Ok(Breadth::Accounts { members, role, external_id })
}

/// What the user asks for, with this installation's own key and the user's own patterns of secrets.
pub(super) fn wanted(live: &Live, config: &Config) -> Result<Options, CommandError> {
    let folders = Folders::find().ok_or_else(|| CommandError::failed("this user has no home folder; set XDG_DATA_HOME"))?;
    let fingerprints = store::fingerprint_key(&folders.fingerprint_key())?;
    let mut options = Options::new(fingerprints.with_patterns(config.collect.secret_patterns.clone()));
    options.profile = live.profile.first().filter(|_| live.profile.len() == 1).cloned();
    options.regions.clone_from(&live.region);
    options.endpoint_url.clone_from(&live.endpoint_url);
    options.percent = live.budget;
    options.depth = match live.depth {
        cli::Depth::Core => Depth::Core,
        cli::Depth::Full => Depth::Full,
    };
    options.last_accessed = live.last_accessed;
    Ok(options)
}

/// Where collectors run.
pub(super) fn runtime() -> Result<Runtime, CommandError> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(CommandError::failed)
}

/// The error with the exit code that fits: what the user asked for can be wrong, or AWS's answer.
fn refused(error: ConnectError) -> CommandError {
    let mut said = CommandError::failed(&error);
    if matches!(error, ConnectError::NoRegion | ConnectError::BadRegion(_) | ConnectError::NoRole(_)) {
        said.code = USAGE;
    }
    said
}

/// Waits for a signal that ends the program; gives the exit code that goes with it.
async fn ended() -> u8 {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => return 130,
                _ = terminate.recv() => return 143,
            }
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    130
}
