//! What is to be read, and what is known already.

use std::{sync::Arc, time::Duration};

use crate::model::{Arn, Function, Posture, Source, SourceRun, Timestamp};

/// What is to be read, and what is known already.
#[derive(Debug, Clone)]
pub struct Errand {
    /// Grows when account, Region or profile change.
    pub generation: u64,
    /// Now.
    pub taken_at: Timestamp,
    /// What to read.
    pub wanted: Wanted,
    /// An earlier reading: details of functions that have not changed since are taken from it.
    pub before: Option<Arc<Posture>>,
    /// Details older than this are asked again though the function has not changed: many of them, such as policies,
    /// change without it. With zero everything is asked again, and stands until it is answered.
    pub max_age: Duration,
}

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All sources.
    Everything,
    /// One source in one Region.
    Source(Source, String),
    /// These functions, by their unqualified ARNs: of each one everything, and of nothing else.
    Functions(Vec<Arn>),
}

impl Errand {
    /// Everything, with nothing known.
    pub fn everything(generation: u64, taken_at: Timestamp) -> Self {
        Self { generation, taken_at, wanted: Wanted::Everything, before: None, max_age: Duration::ZERO }
    }

    /// The same for `wanted` alone.
    pub fn only(self, wanted: Wanted) -> Self {
        Self { wanted, ..self }
    }

    /// The same, with `before` known; details of it stand for `max_age`.
    pub fn since(self, before: Arc<Posture>, max_age: Duration) -> Self {
        Self { before: Some(before), max_age, ..self }
    }

    /// Whether `source` in `region` is to be read.
    pub(crate) fn covers(&self, source: Source, region: &str) -> bool {
        match &self.wanted {
            Wanted::Everything => true,
            Wanted::Source(one, place) => *one == source && place == region,
            Wanted::Functions(arns) => source == Source::Lambda && arns.iter().any(|arn| arn.region() == region),
        }
    }

    /// The functions to read in `region`, if not all of them.
    pub(super) fn functions_in(&self, region: &str) -> Option<Vec<Arn>> {
        match &self.wanted {
            Wanted::Functions(arns) => Some(arns.iter().filter(|arn| arn.region() == region).cloned().collect()),
            Wanted::Everything | Wanted::Source(..) => None,
        }
    }

    /// The function as it was known before.
    pub(super) fn function(&self, arn: &Arn) -> Option<&Function> {
        self.before.as_ref()?.function(arn)
    }

    /// The run that reading some functions of it is a part of.
    pub(super) fn within(&self, source: Source, region: &str) -> Option<&SourceRun> {
        match &self.wanted {
            Wanted::Functions(_) => self.before.as_ref()?.source(source, region),
            Wanted::Everything | Wanted::Source(..) => None,
        }
    }

    /// Whether details of `as_of` have to be asked again.
    pub(super) fn is_stale(&self, as_of: Option<Timestamp>) -> bool {
        let max_age = i64::try_from(self.max_age.as_secs()).unwrap_or(i64::MAX);
        as_of.is_none_or(|as_of| self.taken_at.unix().saturating_sub(as_of.unix()) >= max_age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_stale_from_their_last_second_on() {
        let at = |seconds| Timestamp::from_unix(seconds).unwrap();
        let errand = Errand { max_age: Duration::from_secs(10), ..Errand::everything(1, at(100)) };
        for (as_of, stale) in [(None, true), (Some(90), true), (Some(91), false), (Some(100), false), (Some(200), false)] {
            assert_eq!(errand.is_stale(as_of.map(at)), stale, "{as_of:?}");
        }
        assert!(Errand { max_age: Duration::ZERO, ..errand }.is_stale(Some(at(100))));
    }

    #[test]
    fn functions_are_read_in_their_own_regions() {
        let arn = |region: &str| Arn::build("aws", "lambda", region, "1", "function:f");
        let errand = Errand::everything(1, Timestamp::EPOCH).only(Wanted::Functions(vec![arn("eu-west-1"), arn("us-east-1")]));
        assert!(errand.covers(Source::Lambda, "us-east-1") && !errand.covers(Source::Lambda, "eu-north-1"));
        assert!(!errand.covers(Source::Kms, "us-east-1"));
        assert_eq!(errand.functions_in("eu-west-1"), Some(vec![arn("eu-west-1")]));
    }
}
