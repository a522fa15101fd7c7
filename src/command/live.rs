//! Reading a live account to its end, for `scan` and `collect`: with progress, and an end when the user wants one.

use std::{
    io::{IsTerminal, stderr},
    sync::Arc,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use super::{CommandError, USAGE, snapshots::Unjudged};
use crate::{
    cli::{self, Live},
    collect::Depth,
    config::Config,
    live::{self, ConnectError, Options},
    model::{GapKind, SourceRun, text::clean},
    store::{self, Folders},
    world::Origin,
};

/// Reads the account that `options` lead to.
pub(super) fn gather(options: &Live, config: &Config) -> Result<Unjudged, CommandError> {
    let options = wanted(options)?;
    let posture = runtime()?.block_on(async {
        let cancel = CancellationToken::new();
        let mut progress = Progress::new();
        let gather = async {
            let session = live::connect(&options).await?;
            Ok::<_, ConnectError>(live::gather(&session, &cancel, |run| progress.show(run)).await)
        };
        tokio::select! {
            posture = gather => posture.map_err(refused),
            code = ended() => Err(CommandError { code, message: String::new() }),
        }
    })?;
    Ok(Unjudged { origin: Origin::Live, posture: Arc::new(posture), settings: Arc::new(config.settings.clone()) })
}

/// What the user asks for, with this installation's own key.
pub(super) fn wanted(live: &Live) -> Result<Options, CommandError> {
    let folders = Folders::find().ok_or_else(|| CommandError::failed("this user has no home folder; set XDG_DATA_HOME"))?;
    let mut options = Options::new(store::fingerprint_key(&folders.fingerprint_key())?);
    options.profile.clone_from(&live.profile);
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
    if matches!(error, ConnectError::NoRegion | ConnectError::BadRegion(_)) {
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

/// Progress on standard error: bars on a terminal, a line for each source that ended otherwise.
struct Progress {
    bars: Option<MultiProgress>,
    known: Vec<(String, ProgressBar)>,
}

impl Progress {
    fn new() -> Self {
        Self { bars: stderr().is_terminal().then(MultiProgress::new), known: Vec::new() }
    }

    fn show(&mut self, run: &SourceRun) {
        let name = format!("{} {}", run.source, run.region);
        let Some(bars) = &self.bars else {
            if run.state.ended() {
                eprintln!("{}", line(run));
            }
            return;
        };
        let bar = match self.known.iter().find(|(known, _)| *known == name) {
            Some((_, bar)) => bar,
            None => {
                let style = ProgressStyle::with_template("{prefix:<22} {bar:20} {pos}/{len} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_bar());
                let bar = bars.add(ProgressBar::new(0).with_style(style).with_prefix(name.clone()));
                self.known.push((name, bar));
                let Some((_, bar)) = self.known.last() else { return };
                bar
            }
        };
        bar.set_length(run.expected.max(run.items));
        bar.set_position(run.items);
        bar.set_message(format!("{} calls{}", run.calls, throttles(run)));
        if run.state.ended() {
            bar.finish_and_clear();
            let _ = bars.println(line(run));
        }
    }
}

fn throttles(run: &SourceRun) -> String {
    if run.throttled == 0 { String::new() } else { format!(", {} throttled", run.throttled) }
}

fn line(run: &SourceRun) -> String {
    let mut line = format!(
        "{:<7} {:<15} {:<9} {} items, {} calls{}, {:.1} s",
        run.source,
        run.region,
        run.state.word(),
        run.items,
        run.calls,
        throttles(run),
        run.seconds
    );
    for gap in run.gaps.iter().filter(|gap| gap.kind != GapKind::Unsupported) {
        line.push_str(&format!("\n        {}", clean(&gap.to_string())));
    }
    line
}
