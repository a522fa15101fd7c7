//! The quotas that AWS publishes, enforced as it does: a bucket of tokens for an account and Region.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Requests a second that some operations of a service have together, for an account and Region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quota {
    /// Operations with the same name share it.
    pub(super) bucket: &'static str,
    /// Requests a second.
    pub(super) rate: f64,
    /// Requests at once after a pause.
    pub(super) burst: f64,
}

impl Quota {
    /// Where AWS says nothing of bursts it takes what a second would bring.
    pub(super) const fn of(bucket: &'static str, rate: u32) -> Self {
        Self { bucket, rate: rate as f64, burst: rate as f64 }
    }
}

/// How a quota was used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Requests a second that it gives.
    pub(crate) rate: f64,
    pub(crate) passed: u64,
    pub(crate) throttled: u64,
}

impl Usage {
    /// How many seconds its requests take at full pace. The burst does not count: who comes first may have used it up.
    pub(crate) fn seconds(&self) -> f64 {
        self.passed as f64 / self.rate
    }
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
    usage: Usage,
}

/// All buckets of an account.
#[derive(Debug, Default)]
pub(super) struct Buckets(Mutex<BTreeMap<(String, &'static str), Bucket>>);

impl Buckets {
    /// Takes a token, if there is one.
    pub(super) fn take(&self, region: &str, quota: Quota, now: Instant) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry((region.to_owned(), quota.bucket)).or_insert_with(|| Bucket {
            tokens: quota.burst,
            at: now,
            usage: Usage { rate: quota.rate, ..Usage::default() },
        });
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + passed * quota.rate).min(quota.burst);
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            bucket.usage.passed += 1;
            true
        } else {
            bucket.usage.throttled += 1;
            false
        }
    }

    /// How each was used, by Region and name.
    pub(super) fn usage(&self) -> BTreeMap<(String, &'static str), Usage> {
        let buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.iter().map(|(key, bucket)| (key.clone(), bucket.usage)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let buckets = Buckets::default();
        let quota = Quota { bucket: "x", rate: 10.0, burst: 40.0 };
        let start = Instant::now();
        let taken = |at: Duration, tries: usize| (0..tries).filter(|_| buckets.take("eu-west-1", quota, start + at)).count();
        assert_eq!(taken(Duration::ZERO, 60), 40);
        assert_eq!(taken(Duration::from_millis(500), 60), 5);
        assert_eq!(taken(Duration::from_secs(60), 60), 40);
        // Another Region is another bucket.
        assert!(buckets.take("eu-west-2", quota, start));
        let usage = buckets.usage()[&("eu-west-1".to_owned(), "x")];
        assert_eq!((usage.passed, usage.throttled, usage.seconds()), (85, 95, 8.5));
    }
}
