//! AWS Config: what is recorded, and whether anything is.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, Timestamp};

/// A configuration recorder, as `DescribeConfigurationRecorders` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigRecorder {
    /// `name`.
    pub name: String,
    /// `roleARN`.
    pub role: Option<Arn>,
    /// The service that it belongs to (`servicePrincipal`); the account's own recorder has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Every type is recorded (`recordingGroup.allSupported`, or a strategy that says so).
    pub all: bool,
    /// Types that are recorded where not all are (`recordingGroup.resourceTypes`).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub types: BTreeSet<String>,
    /// Types that are left out (`recordingGroup.exclusionByResourceTypes.resourceTypes`).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub excluded: BTreeSet<String>,
    /// Whether it records now (`DescribeConfigurationRecorderStatus`).
    pub status: Fact<RecorderStatus>,
}

/// What `DescribeConfigurationRecorderStatus` says of a recorder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecorderStatus {
    /// `recording`.
    pub recording: bool,
    /// `lastStatus`: `Pending`, `Success`, `Failure` or `NotApplicable`.
    pub last: Option<String>,
    /// `lastErrorCode`, after a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// `lastStatusChangeTime`.
    pub changed: Option<Timestamp>,
}

impl ConfigRecorder {
    /// Whether things of the type `name`, such as `AWS::Lambda::Function`, are in what it is to record.
    pub fn covers(&self, name: &str) -> bool {
        (self.all || self.types.contains(name)) && !self.excluded.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_not_covered() {
        let of = |all, types: &[&str], excluded: &[&str]| {
            let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
            ConfigRecorder {
                name: "default".to_owned(),
                role: None,
                service: None,
                all,
                types: set(types),
                excluded: set(excluded),
                status: Fact::unread(""),
            }
        };
        const FUNCTION: &str = "AWS::Lambda::Function";
        assert!(of(true, &[], &[]).covers(FUNCTION));
        assert!(of(false, &[FUNCTION], &[]).covers(FUNCTION));
        assert!(!of(false, &["AWS::S3::Bucket"], &[]).covers(FUNCTION));
        assert!(!of(true, &[], &[FUNCTION]).covers(FUNCTION));
    }
}
