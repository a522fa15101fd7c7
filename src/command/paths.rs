//! `palisade paths`, `reach` and `who`: what falls from where, what somebody can do, and who can do it.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    process::ExitCode,
};

use super::{CommandError, PARTIAL, configured, snapshots};
use crate::{
    cli::{DrawnAs, Paths, Reach, Sources, Who},
    iam::{Account, Library},
    model::{Arn, Posture},
    paths::{Graph, Target, Wanted, locate},
    report::reach::{self, Answer, Format, Told},
};

/// `palisade paths`.
pub(super) fn paths(asked: &Paths) -> Result<ExitCode, CommandError> {
    answer(&asked.sources, asked.format, |posture, graph| {
        let from = asked.from.as_deref().map(|from| locate(posture, from, Wanted::Actor)).transpose()?;
        let to = match asked.to.as_deref() {
            None => Target::AdminOrData,
            Some("admin") => Target::Admin,
            Some("data") => Target::Data,
            Some(name) => Target::Node(locate(posture, name, Wanted::Anything)?),
        };
        Ok(Answer::Paths(graph.paths(from.as_ref(), &to)))
    })
}

/// `palisade reach`.
pub(super) fn reach(asked: &Reach) -> Result<ExitCode, CommandError> {
    answer(&asked.sources, asked.format, |posture, graph| Ok(Answer::Reach(graph.reach(&locate(posture, &asked.subject, Wanted::Actor)?))))
}

/// `palisade who`.
pub(super) fn who(asked: &Who) -> Result<ExitCode, CommandError> {
    answer(&asked.sources, asked.format, |posture, graph| {
        let node = locate(posture, &asked.resource, Wanted::Anything)?;
        let resource: Arn = node.arn().cloned().ok_or_else(|| format!("{node} is nothing that could be reached: give an ARN or a name"))?;
        let principals = graph.who(&resource);
        Ok(Answer::Who { resource, principals })
    })
}

/// Asks every account of `sources`, and writes what they say. An account that lacks what is asked for is left out, unless all do.
fn answer(
    sources: &Sources,
    format: DrawnAs,
    ask: impl Fn(&Posture, &Graph<'_>) -> Result<Answer, String>,
) -> Result<ExitCode, CommandError> {
    let (accounts, missed) = accounts(sources)?;
    let mut told = Vec::new();
    let mut refusal = None;
    for account in &accounts {
        let posture = &*account.posture;
        let policies = Account::new(posture, Library::new(posture).into());
        match ask(posture, &Graph::new(&policies)) {
            Ok(answer) => told.push(Told { posture, origin: &account.origin, answer }),
            Err(why) => refusal = refusal.or(Some(why)),
        }
    }
    if let (true, Some(why)) = (told.is_empty(), refusal) {
        return Err(CommandError::usage(why));
    }
    let format = match format {
        DrawnAs::Text => Format::Text,
        DrawnAs::Json => Format::Json,
        DrawnAs::Mermaid => Format::Mermaid,
        DrawnAs::Dot => Format::Dot,
    };
    match &sources.output {
        None => write(&told, format, io::stdout().lock())?,
        Some(path) => {
            let failed = |error| CommandError::failed(format!("{}: {error}", path.display()));
            write(&told, format, File::create(path).map_err(failed)?).map_err(failed)?;
        }
    }
    let blind: usize = told.iter().map(|told| told.posture.blind().count()).sum();
    if blind > 0 {
        let sources = if blind == 1 { "1 source was" } else { &format!("{blind} sources were") };
        eprintln!("palisade: {sources} not read whole: paths may be missing; `palisade scan` says which");
    }
    Ok(if blind > 0 || missed > 0 { ExitCode::from(PARTIAL) } else { ExitCode::SUCCESS })
}

fn write(told: &[Told<'_>], format: Format, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    reach::write(told, format, &mut out)?;
    out.flush()
}

/// The accounts, and how many more there should be.
pub(super) fn accounts(sources: &Sources) -> Result<(Vec<snapshots::Unjudged>, usize), CommandError> {
    if sources.demo {
        Ok((vec![snapshots::demo(&configured()?)], 0))
    } else if sources.snapshot.is_empty() {
        live(sources)
    } else {
        Ok((snapshots::open(&sources.snapshot, sources.salvage, &configured()?)?, 0))
    }
}

#[cfg(feature = "aws")]
fn live(sources: &Sources) -> Result<(Vec<snapshots::Unjudged>, usize), CommandError> {
    snapshots::live(&sources.live, &super::live::breadth(&sources.live)?, &configured()?)
}

#[cfg(not(feature = "aws"))]
fn live(_: &Sources) -> Result<(Vec<snapshots::Unjudged>, usize), CommandError> {
    Err(CommandError::usage(super::NO_AWS))
}
