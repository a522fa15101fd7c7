//! What a server is to do: the account it plays, and what goes wrong.

use std::time::Duration;

use super::{Ask, Faults, Reply, Size, Stub};

type Script = Box<dyn Fn(&Ask) -> Option<Reply> + Send + Sync>;
type Refuses = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// What a server is to do.
pub(crate) struct Plan {
    pub(super) size: Size,
    pub(super) script: Script,
    pub(super) refuses: Option<(u16, &'static str, Refuses)>,
    pub(super) faults: Option<Faults>,
    pub(super) quotas: bool,
    pub(super) latency: Duration,
    pub(super) most: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            size: Size::SMALL,
            script: Box::new(|_| None),
            refuses: None,
            faults: None,
            quotas: false,
            latency: Duration::ZERO,
            most: usize::MAX,
        }
    }
}

impl Plan {
    /// An account of another size.
    pub(crate) fn size(mut self, size: Size) -> Self {
        self.size = size;
        self
    }

    /// Answers that the account does not give by itself.
    pub(crate) fn script(mut self, script: impl Fn(&Ask) -> Option<Reply> + Send + Sync + 'static) -> Self {
        self.script = Box::new(script);
        self
    }

    /// Refuses with `code` every IAM action that `refuses` picks.
    pub(crate) fn refusing(mut self, status: u16, code: &'static str, refuses: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.refuses = Some((status, code, Box::new(refuses)));
        self
    }

    /// Faults on the way.
    pub(crate) fn faults(mut self, faults: Faults) -> Self {
        self.faults = Some(faults);
        self
    }

    /// AWS's published quotas, enforced.
    pub(crate) fn quotas(mut self) -> Self {
        self.quotas = true;
        self
    }

    /// How long every answer takes.
    pub(crate) fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Pages of at most this many.
    pub(crate) fn pages_of(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// Starts a server that keeps to it.
    pub(crate) fn start(self) -> Stub {
        Stub::with(self)
    }
}
