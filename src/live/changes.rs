//! What changes in the account while it is watched: the queue of `--events`.

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Session;
use crate::{
    collect::{Assignment, Errand, Queue, Roster, Wanted},
    model::text::clean,
};

/// How long to leave a queue alone that could not be read.
const PATIENCE: Duration = Duration::from_secs(30);

/// Listens to the queue at `url` until nobody hears it any more: what has changed goes to `changes`, one line to
/// `trouble` when the queue cannot be read.
///
/// A message is deleted once its changes were taken. Whoever dies in between reads everything at the next start.
pub async fn listen(session: Session, url: String, changes: mpsc::Sender<Wanted>, trouble: mpsc::Sender<String>) {
    // It has no progress to show: what is wrong is said in a line.
    let (sender, _progress) = mpsc::channel(1);
    let home = session.sdk.region().map(|region| region.as_ref());
    let Some(region) = region(&url).or(home).map(str::to_owned) else { return };
    // The queue's own quota is paced by nobody: twenty seconds lie between two requests of a quiet one.
    let Some(pacers) = session.pacers.values().next().cloned() else { return };
    let queue = Queue::new(
        Assignment {
            errand: Errand::everything(0, time::OffsetDateTime::now_utc().into()),
            account: session.account.clone(),
            partition: session.partition.clone(),
            depth: session.depth,
            last_accessed: false,
            roster: Arc::new(Roster::known(None)),
            sdk: session.sdk.to_builder().region(aws_config::Region::new(region.clone())).build(),
            region,
            pacers,
            fingerprints: session.fingerprints.clone(),
            sender,
            cancel: CancellationToken::new(),
            paused: session.paused.subscribe(),
        },
        url,
    );
    loop {
        let news = tokio::select! {
            news = queue.receive() => news,
            () = changes.closed() => return,
        };
        let said = match news {
            Ok(news) => {
                for change in &news.changes {
                    if changes.send(change.clone()).await.is_err() {
                        return;
                    }
                }
                queue.acknowledge(&news).await
            }
            Err(failure) => Err(failure),
        };
        if let Err(failure) = said {
            if trouble.send(format!("the queue of --events: {}", clean(&failure.gap.to_string()))).await.is_err() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(PATIENCE) => {}
                () = changes.closed() => return,
            }
        }
    }
}

/// The Region in a queue's URL, such as `https://sqs.eu-west-1.amazonaws.com/123456789012/changes`.
fn region(url: &str) -> Option<&str> {
    let host = url.split_once("://")?.1.split(['/', ':']).next()?;
    let region = host.strip_prefix("sqs.")?.split('.').next()?;
    super::regions::is_region(region).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_says_its_region() {
        assert_eq!(region("https://sqs.eu-west-1.amazonaws.com/123456789012/changes"), Some("eu-west-1"));
        assert_eq!(region("https://sqs.cn-north-1.amazonaws.com.cn/1/x"), Some("cn-north-1"));
        for url in ["http://127.0.0.1:4566/1/x", "changes", "https://sqs.amazonaws.com/1/x", ""] {
            assert_eq!(region(url), None, "{url}");
        }
    }
}
