//! The pace of calls: one pacer for each quota of AWS, so that reading never starves the account's own deployments.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

use super::Collector;

/// A quota as AWS documents it, for an account and Region.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    /// What it is for, in the whole of Palisade once.
    name: &'static str,
    /// Requests a second.
    per_second: u32,
    /// Requests at the same time.
    in_flight: u32,
}

impl Quota {
    /// Sixteen requests at the same time are enough for every quota there is.
    pub(super) const fn new(name: &'static str, per_second: u32) -> Self {
        Self { name, per_second, in_flight: 16 }
    }

    /// With fewer requests at the same time.
    pub(super) const fn in_flight(self, in_flight: u32) -> Self {
        Self { in_flight, ..self }
    }

    /// What it is for.
    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    /// Requests a second.
    pub(super) const fn per_second(&self) -> u32 {
        self.per_second
    }
}

/// How much of AWS's quotas may be used, and how stubborn a call is.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    /// The share of each quota; `None` sets no pace, which is for endpoints on this machine: the quotas are AWS's.
    pub share: Option<f64>,
    /// How often a call is tried.
    pub attempts: u32,
    /// How long the first retry waits; each one waits up to twice as long as the one before.
    pub backoff: Duration,
    /// How long an attempt may take.
    pub timeout: Duration,
}

impl Budget {
    /// `percent` of AWS's quotas.
    pub fn percent(percent: u8) -> Self {
        Self { share: Some(f64::from(percent.clamp(1, 100)) / 100.0), ..Self::AWS }
    }

    /// What is fair to AWS and to others who use the account: 60 % of each quota.
    pub const AWS: Self = Self { share: Some(0.6), attempts: 8, backoff: Duration::from_secs(1), timeout: Duration::from_secs(30) };
    /// What suits an emulator on this machine: no pace, and little patience.
    pub const LOOPBACK: Self = Self { share: None, attempts: 4, backoff: Duration::from_millis(50), timeout: Duration::from_secs(30) };
}

/// Additive increase, multiplicative decrease over a rate; without a clock of its own: `now` is microseconds from any start.
#[derive(Debug)]
struct Pace {
    /// Requests a second when nothing throttles.
    top: f64,
    /// When the next request may go.
    next: AtomicU64,
    /// The rate after the last throttle, in thousandths of a request a second.
    lowered: AtomicU64,
    /// When that was; zero is never.
    throttled_at: AtomicU64,
}

const SECOND: u64 = 1_000_000;
/// One request a second more, every five seconds.
const RECOVERY: f64 = 0.2;
/// Never slower than a request in two seconds.
const FLOOR: f64 = 0.5;

impl Pace {
    fn new(top: f64) -> Self {
        Self { top: top.max(FLOOR), next: AtomicU64::new(0), lowered: AtomicU64::new(0), throttled_at: AtomicU64::new(0) }
    }

    /// Requests a second at `now`.
    fn rate(&self, now: u64) -> f64 {
        match self.throttled_at.load(Ordering::Relaxed) {
            0 => self.top,
            at => {
                let lowered = self.lowered.load(Ordering::Relaxed) as f64 / 1000.0;
                (lowered + now.saturating_sub(at) as f64 / SECOND as f64 * RECOVERY).min(self.top)
            }
        }
    }

    /// Takes the next free slot: when the request may go.
    fn slot(&self, now: u64) -> u64 {
        let interval = (SECOND as f64 / self.rate(now)) as u64;
        let mut seen = self.next.load(Ordering::Relaxed);
        loop {
            let slot = seen.max(now);
            match self.next.compare_exchange_weak(seen, slot + interval, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return slot,
                Err(other) => seen = other,
            }
        }
    }

    /// Halves the rate; once a second, for the requests in flight are throttled together.
    fn throttle(&self, now: u64) {
        let at = self.throttled_at.load(Ordering::Relaxed);
        if at != 0 && now.saturating_sub(at) < SECOND {
            return;
        }
        let halved = (self.rate(now) / 2.0).max(FLOOR);
        if self.throttled_at.compare_exchange(at, now.max(1), Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.lowered.store((halved * 1000.0) as u64, Ordering::Relaxed);
        }
    }
}

/// Lets requests of one quota go at their pace.
#[derive(Debug)]
pub(crate) struct Pacer {
    pace: Option<Pace>,
    in_flight: Semaphore,
    start: Instant,
}

impl Pacer {
    fn new(quota: &Quota, budget: &Budget) -> Self {
        Self {
            pace: budget.share.map(|share| Pace::new(f64::from(quota.per_second) * share)),
            in_flight: Semaphore::new(quota.in_flight as usize),
            start: Instant::now(),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Waits for a request's turn. It lasts until the permit is dropped.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed, so there always is a permit.
        let permit = self.in_flight.acquire().await.ok();
        if let Some(pace) = &self.pace {
            let slot = pace.slot(self.now());
            tokio::time::sleep_until(self.start + Duration::from_micros(slot)).await;
        }
        permit
    }

    /// AWS throttled a request.
    pub(crate) fn throttled(&self) {
        if let Some(pace) = &self.pace {
            pace.throttle(self.now());
        }
    }
}

/// The pacers of an account in one Region.
#[derive(Debug)]
pub(crate) struct Pacers(BTreeMap<&'static str, Pacer>);

impl Pacers {
    /// One for each quota.
    pub(crate) fn new(budget: &Budget) -> Self {
        let quotas = Collector::ALL.iter().copied().flat_map(|collector| collector.operations).map(|operation| operation.quota);
        Self(quotas.map(|quota| (quota.name, Pacer::new(quota, budget))).collect())
    }

    /// The pacer of `quota`.
    pub(crate) fn of(&self, quota: &Quota) -> Option<&Pacer> {
        self.0.get(quota.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_evenly_spaced_and_idle_time_is_not_saved_up() {
        let pace = Pace::new(10.0);
        assert_eq!([pace.slot(0), pace.slot(0), pace.slot(0)], [0, 100_000, 200_000]);
        assert_eq!([pace.slot(5 * SECOND), pace.slot(5 * SECOND)], [5 * SECOND, 5 * SECOND + 100_000]);
    }

    #[test]
    fn a_throttle_halves_the_pace_and_it_recovers_slowly() {
        let pace = Pace::new(9.0);
        pace.throttle(SECOND);
        assert_eq!(pace.rate(SECOND), 4.5);
        // The other fifteen in flight are the same event.
        pace.throttle(SECOND + SECOND / 2);
        assert_eq!(pace.rate(SECOND), 4.5);
        assert_eq!(pace.rate(6 * SECOND), 5.5);
        pace.throttle(6 * SECOND);
        assert_eq!(pace.rate(6 * SECOND), 2.75);
        assert_eq!(pace.rate(600 * SECOND), 9.0);
    }

    #[test]
    fn however_often_it_is_throttled_it_goes_on() {
        let pace = Pace::new(9.0);
        for second in 1..100 {
            pace.throttle(second * SECOND);
        }
        assert!(pace.rate(100 * SECOND) >= FLOOR);
    }

    #[test]
    fn a_name_stands_for_one_quota_and_every_quota_has_its_pacer() {
        let mut known: BTreeMap<&str, &Quota> = BTreeMap::new();
        let pacers = Pacers::new(&Budget::AWS);
        for operation in Collector::ALL.iter().copied().flat_map(|collector| collector.operations) {
            assert!(pacers.of(operation.quota).is_some(), "{operation:?}");
            assert_eq!(*known.entry(operation.quota.name).or_insert(operation.quota), operation.quota, "{operation:?}");
        }
        assert_eq!(known["lambda:GetFunction"].per_second, 100);
        assert_eq!(known["lambda"].per_second, 15);
    }
}
