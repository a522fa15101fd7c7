//! Points in time, to the second, in UTC.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// A point in time in UTC; written as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(#[serde(with = "time::serde::rfc3339")] OffsetDateTime);

impl Timestamp {
    /// The Unix epoch: what tests and empty postures begin with.
    pub const EPOCH: Self = Self(OffsetDateTime::UNIX_EPOCH);

    /// From seconds since the Unix epoch; `None` outside the years −9999 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp(seconds).ok().map(Self)
    }

    /// Seconds since the Unix epoch.
    pub fn unix(self) -> i64 {
        self.0.unix_timestamp()
    }

    /// The day.
    pub fn date(self) -> Date {
        self.0.date()
    }

    /// Whole days from `earlier` to this; negative when it is later.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_days()
    }

    /// `HH:MM:SS`, UTC.
    pub fn clock(self) -> String {
        let (hour, minute, second) = self.0.to_hms();
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(at: OffsetDateTime) -> Self {
        let at = at.to_offset(UtcOffset::UTC);
        Self(at.replace_nanosecond(0).unwrap_or(at))
    }
}

impl FromStr for Timestamp {
    type Err = time::error::Parse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Lambda writes `2026-01-02T03:04:05.000+0000`: RFC 3339 but for the colon of the offset.
        let colon = |offset: &str| format!("{}{}:{}", &text[..text.len() - 5], &offset[..3], &offset[3..]);
        let fixed = match text.get(text.len().saturating_sub(5)..) {
            Some(offset) if offset.starts_with(['+', '-']) && !offset.contains(':') && offset.is_ascii() && text.contains('T') => {
                colon(offset)
            }
            _ => text.to_owned(),
        };
        OffsetDateTime::parse(&fixed, &Rfc3339).map(Self::from)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.format(&Rfc3339).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_lambda_writes() {
        let at: Timestamp = "2026-11-23T14:02:11.000+0000".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-23T14:02:11Z");
        assert_eq!("2026-11-23T14:02:11Z".parse::<Timestamp>().unwrap(), at);
        assert!("yesterday".parse::<Timestamp>().is_err());
        assert!("é2345".parse::<Timestamp>().is_err());
    }

    #[test]
    fn days_between() {
        let a: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let b: Timestamp = "2026-11-23T14:02:11Z".parse().unwrap();
        assert_eq!(b.days_since(a), 22);
        assert_eq!(b.clock(), "14:02:11");
    }
}
