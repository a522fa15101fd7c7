//! The accounts of an organisation, as ways to be taken.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{CHANNEL, ConnectError, Member, Options, base::Base};
use crate::{
    collect::{self, Assignment, Errand, Pacers, Roster},
    model::{SourceRun, text::clean},
};

/// Those that are active, by id, and a line on each that is not.
pub(super) async fn accounts(options: &Options, base: &Base) -> Result<(Vec<Member>, Vec<String>), ConnectError> {
    let (sender, mut progress) = mpsc::channel(CHANNEL);
    let paused = watch::Sender::new(false);
    let asked = collect::accounts(Assignment {
        region: SourceRun::GLOBAL.to_owned(),
        account: base.who.account.clone(),
        partition: base.who.partition.clone(),
        errand: Errand::everything(0, time::OffsetDateTime::now_utc().into()),
        depth: options.depth,
        last_accessed: false,
        sdk: base.sdk.clone(),
        pacers: Arc::new(Pacers::new(&base.budget)),
        roster: Arc::new(Roster::known(None)),
        paused: paused.subscribe(),
        fingerprints: options.fingerprints.clone(),
        sender,
        cancel: CancellationToken::new(),
    });
    // Its progress is nobody's, but a sender that is not heard would stop.
    let (listing, ()) = tokio::join!(asked, async { while progress.recv().await.is_some() {} });
    if let Some(gap) = listing.gap {
        // Half an organisation would look like a whole one.
        return Err(ConnectError::Organization(gap.detail));
    }
    let (mut members, mut left_out) = (Vec::new(), Vec::new());
    for account in listing.items {
        match account.inactive {
            Some(state) => left_out.push(format!("account {} is {} and left out", account.id, clean(&state))),
            None => members.push(Member { account: account.id, name: account.name, role: None }),
        }
    }
    members.sort_by(|a, b| a.account.cmp(&b.account));
    left_out.sort();
    Ok((members, left_out))
}
