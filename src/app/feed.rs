//! How a live account comes into a dashboard, whoever reads it.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::model::{Part, Posture, Source, Timestamp};

/// A live account: what is learnt of it, and what is asked of whoever reads it.
#[derive(Debug)]
pub struct Feed {
    /// What is learnt. Its end is the end of reading, not of the dashboard.
    pub parts: mpsc::Receiver<FeedEvent>,
    /// What the user asks.
    pub commands: mpsc::Sender<FeedCommand>,
    /// Where the dashboard leaves what it knows when a collection has ended, for the next one to build on.
    pub known: watch::Sender<Option<Arc<Posture>>>,
}

/// What is learnt of a live account.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedEvent {
    /// A whole collection begins. Parts of other generations are late and fall. When it ends, whatever
    /// it did not cover is gone: reading one source again is no new collection and has no `Began`.
    Began {
        /// Its number; another one each time.
        generation: u64,
        /// The account, as STS said it.
        account: String,
        /// `aws`, `aws-cn` or `aws-us-gov`.
        partition: String,
        /// Now.
        taken_at: Timestamp,
    },
    /// A collector learnt something.
    Part {
        /// The collection that asked.
        generation: u64,
        /// What it learnt.
        part: Part,
    },
    /// Every source has ended.
    Ended {
        /// The collection.
        generation: u64,
    },
    /// The account, or the queue of its changes, cannot be read at all: one line that says why and what to do.
    Failed(String),
}

/// What the user asks of whoever reads the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedCommand {
    /// Read everything again that may have changed.
    Refresh,
    /// Read one source again, all of it.
    Retry {
        /// The source.
        source: Source,
        /// Its Region.
        region: String,
    },
    /// Stop reading.
    Cancel,
    /// Stop for a while, or go on.
    Pause(bool),
}
