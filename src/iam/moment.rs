//! Dates of conditions: ISO 8601 in the profiles of the W3C, or seconds since 1970.

/// A moment in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(i128);

const SECOND: i128 = 1_000_000_000;

impl Moment {
    pub(super) fn parse(text: &str) -> Option<Self> {
        // A year has four digits, and so has the second hour of 1970: nobody means that.
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.len() > 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse::<i64>().ok().map(|seconds| Self(i128::from(seconds) * SECOND));
        }
        let (date, clock) = match text.split_once(['T', 't']) {
            Some((date, clock)) => (date, Some(clock)),
            None => (text, None),
        };
        let mut parts = date.splitn(3, '-');
        let year = field(parts.next()?, 4)?;
        let month = parts.next().map_or(Some(1), |part| field(part, 2))?;
        let day = parts.next().map_or(Some(1), |part| field(part, 2))?;
        let month = time::Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date = time::Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
        let midnight = i128::from(date.midnight().assume_utc().unix_timestamp()) * SECOND;
        Some(Self(midnight + clock.map_or(Some(0), time_of_day)?))
    }

    /// As text that [`Moment::parse`] reads, some seconds later.
    pub(super) fn later(self, seconds: i64) -> Option<String> {
        let moment = time::OffsetDateTime::from_unix_timestamp_nanos(self.0 + i128::from(seconds) * SECOND).ok()?;
        moment.format(&time::format_description::well_known::Rfc3339).ok()
    }
}

/// `12:00`, `12:00:00`, `12:00:00.5`, each with `Z` or an offset, which counts as `Z` when it is left out.
fn time_of_day(text: &str) -> Option<i128> {
    let zone = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone);
    let offset = match zone {
        "" | "Z" | "z" => 0,
        _ => {
            let digits = zone[1..].replacen(':', "", 1);
            let minutes = field(digits.get(..2)?, 2)? * 60 + field(digits.get(2..)?, 2)?;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.splitn(3, ':');
    let (hours, minutes) = (field(parts.next()?, 2)?, field(parts.next()?, 2)?);
    let seconds = parts.next().map_or(Some(0), |part| field(part, 2))?;
    if hours > 24 || minutes > 59 || seconds > 60 {
        return None;
    }
    let mut nanoseconds = 0;
    if !fraction.is_empty() {
        let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
        nanoseconds = i128::from(field(&digits, 9)?);
    }
    Some((i128::from(hours) * 3600 + (i128::from(minutes) - i128::from(offset)) * 60 + i128::from(seconds)) * SECOND + nanoseconds)
}

/// A number of exactly so many digits.
fn field(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_moment() {
        let noon = Moment::parse("2026-11-23T12:00:00Z").expect("a moment");
        for text in [
            "2026-11-23T12:00Z",
            "2026-11-23T12:00:00.000Z",
            "2026-11-23T13:30:00+01:30",
            "2026-11-23T13:30:00+0130",
            "2026-11-23T07:00:00-05:00",
            "1795435200",
            "2026-11-23T12:00:00",
        ] {
            assert_eq!(Moment::parse(text), Some(noon), "{text}");
        }
        assert!(Moment::parse("2026").expect("a year") < noon && Moment::parse("2026-12").expect("a month") > noon);
        assert_eq!(noon.later(-1).as_deref(), Some("2026-11-23T11:59:59Z"));
    }

    #[test]
    fn what_is_no_moment() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "2026-11-23T25:00:00Z",
            "2026-11-23T12Z",
            "12:00",
            "1e9",
            "2026-11-23T12:00:00+1",
            "2026-11-23T12:00:00+äb",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
