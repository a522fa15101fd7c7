//! Amazon GuardDuty: detectors, and what they found on functions.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, Timestamp};

/// A detector: a Region has one, or none where GuardDuty is off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detector {
    /// Its ARN, built from its id.
    pub arn: Arn,
    /// Its id, as `ListDetectors` gives it.
    pub id: String,
    /// What `GetDetector` says.
    pub settings: Fact<DetectorSettings>,
}

/// What `GetDetector` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectorSettings {
    /// `Status` is `ENABLED`: a suspended detector watches nothing.
    pub enabled: bool,
    /// `Features`: `LAMBDA_NETWORK_LOGS` is the one for functions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<DetectorFeature>,
    /// `FindingPublishingFrequency`, such as `SIX_HOURS`: when findings that came again reach EventBridge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishing: Option<String>,
}

/// A protection plan of a detector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectorFeature {
    /// `Name`, such as `LAMBDA_NETWORK_LOGS`.
    pub name: String,
    /// `Status` is `ENABLED`.
    pub enabled: bool,
}

impl DetectorSettings {
    /// The feature that watches what functions talk to.
    pub const LAMBDA: &'static str = "LAMBDA_NETWORK_LOGS";

    /// Whether functions are watched.
    pub fn watches_functions(&self) -> bool {
        self.enabled && self.features.iter().any(|feature| feature.name == Self::LAMBDA && feature.enabled)
    }
}

/// A finding of GuardDuty on a function that nobody has archived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threat {
    /// `Arn`.
    pub arn: Arn,
    /// `Id`.
    pub id: String,
    /// `Type`, such as `Backdoor:Lambda/C&CActivity.B`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `Severity`: 1.0 to 10.0, critical from 9.0, high from 7.0, medium from 4.0.
    pub severity: f64,
    /// The function (`Resource.LambdaDetails.FunctionArn`) without its qualifier.
    pub function: Option<Arn>,
    /// `Resource.LambdaDetails.FunctionName`.
    pub function_name: Option<String>,
    /// `UpdatedAt`.
    pub updated: Option<Timestamp>,
    /// How often it was seen (`Service.Count`).
    pub count: Option<u64>,
}
