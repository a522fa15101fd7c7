//! Waivers: fails that somebody answers for, until a day.

use std::sync::Arc;

use serde::Serialize;
use time::{Date, macros::format_description};

use crate::{
    iam,
    model::{Arn, Timestamp},
};

/// What is accepted of a check on some resources: who answers for it, why, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The check's id.
    pub check: String,
    /// An ARN, in which `*` stands for anything and `?` for one character.
    pub resource: String,
    /// Who answers for it.
    pub owner: String,
    /// Why it is accepted.
    pub reason: String,
    /// The last day it holds, in UTC.
    pub expires: Date,
    /// Its line in the file it comes from, from 1.
    pub line: usize,
}

impl Waiver {
    /// Whether it speaks of the check `id` on `resource`.
    pub fn covers(&self, id: &str, resource: &Arn) -> bool {
        self.check == id && iam::matches_pattern(&self.resource, resource.as_str())
    }

    /// Whether it still holds at `now`. Postures are judged by the time they were taken, so that one always says the same.
    pub fn holds(&self, now: Timestamp) -> bool {
        now.date() <= self.expires
    }
}

/// The day that `text` is, written `2027-03-31`.
pub fn parse_day(text: &str) -> Option<Date> {
    Date::parse(text.trim(), format_description!("[year]-[month]-[day]")).ok()
}

/// What has become of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// It holds.
    InForce,
    /// Its last day is over: what it accepted counts again.
    Expired,
    /// Nothing fails that it speaks of: it is not needed, or its resource is misspelt.
    Unmatched,
}

impl WaiverState {
    /// The words of reports and screens.
    pub const fn words(self) -> &'static str {
        match self {
            Self::InForce => "in force",
            Self::Expired => "expired: what it accepted counts again",
            Self::Unmatched => "matches nothing that fails",
        }
    }
}

/// A waiver beside what it comes to in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverUse {
    /// The waiver.
    pub waiver: Arc<Waiver>,
    /// What has become of it.
    pub state: WaiverState,
    /// How many fails it speaks of.
    pub fails: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_speaks_of_one_check_and_holds_to_the_end_of_its_day() {
        let waiver = Waiver {
            check: "FN-002".to_owned(),
            resource: "arn:aws:lambda:*:function:hook-?".to_owned(),
            owner: "payments".to_owned(),
            reason: "signed by the partner".to_owned(),
            expires: Date::from_calendar_date(2027, time::Month::March, 31).expect("a day"),
            line: 1,
        };
        let hook = Arn::new("arn:aws:lambda:eu-west-1:123456789012:function:hook-a");
        assert!(waiver.covers("FN-002", &hook) && !waiver.covers("FN-003", &hook));
        assert!(!waiver.covers("FN-002", &Arn::new("arn:aws:lambda:eu-west-1:123456789012:function:hook-ab")));
        let at = |text: &str| text.parse().expect("a time");
        assert!(waiver.holds(at("2027-03-31T23:59:59Z")) && !waiver.holds(at("2027-04-01T00:00:00Z")));
    }
}
