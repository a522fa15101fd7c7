//! Times in JSON: seconds since the Unix epoch, with or without a fraction.

use serde::Deserialize;

use crate::model::Timestamp;

/// Seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(transparent)]
pub(in crate::collect) struct Epoch(f64);

impl Epoch {
    /// The time, if there is one: none outside the years that a [`Timestamp`] knows.
    pub(in crate::collect) fn time(self) -> Option<Timestamp> {
        // A cast of what is too large saturates, and that is outside those years.
        Timestamp::from_unix(self.0.floor() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_broken_seconds() {
        for text in ["1767225600", "1767225600.987", "1.767225600E9"] {
            let at: Epoch = serde_json::from_str(text).unwrap();
            assert_eq!(at.time().unwrap().to_string(), "2026-01-01T00:00:00Z", "{text}");
        }
        assert_eq!(Epoch(f64::MAX).time(), None);
    }
}
