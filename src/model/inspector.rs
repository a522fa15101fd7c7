//! Amazon Inspector: whether it looks at functions, at which, and what it found in them.

use serde::{Deserialize, Serialize};

use super::{Arn, Timestamp};

/// What `BatchGetAccountStatus` says of the account in a Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectorStatus {
    /// `state.status`: `ENABLED`, `DISABLED`, or on the way from one to the other.
    pub account: String,
    /// `resourceState.lambda.status`: scanning of packages.
    pub lambda: Option<String>,
    /// `resourceState.lambdaCode.status`: scanning of code.
    pub lambda_code: Option<String>,
}

impl InspectorStatus {
    /// Whether neither packages nor code of functions are scanned, for certain.
    pub fn is_off(&self) -> bool {
        // What is not said of functions holds as it does for the account.
        let off = |status: &Option<String>| status.as_deref().unwrap_or(&self.account) == "DISABLED";
        off(&self.lambda) && off(&self.lambda_code)
    }
}

/// A function as `ListCoverage` has it: one entry a kind of scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The function (`resourceId`) without its qualifier.
    pub arn: Arn,
    /// The scan of its packages (`scanType` is `PACKAGE`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packages: Option<ScanStatus>,
    /// The scan of its code (`scanType` is `CODE`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ScanStatus>,
}

/// How a scan stands (`scanStatus`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanStatus {
    /// `statusCode` is `ACTIVE`.
    pub active: bool,
    /// `reason`, such as `SUCCESSFUL`, `EXCLUDED_BY_TAG` or `UNSUPPORTED_RUNTIME`.
    pub reason: String,
}

/// An active finding of Inspector on a function, of medium severity or worse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vulnerability {
    /// `findingArn`.
    pub arn: Arn,
    /// The function (`resources[].id`) without its qualifier.
    pub function: Arn,
    /// `type`: `PACKAGE_VULNERABILITY` or `CODE_VULNERABILITY`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `severity`: `CRITICAL`, `HIGH` or `MEDIUM`.
    pub severity: String,
    /// `packageVulnerabilityDetails.vulnerabilityId`, such as a CVE; of code `codeVulnerabilityDetails.detectorId`.
    pub id: Option<String>,
    /// `exploitAvailable`; none where Inspector does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploit_available: Option<bool>,
    /// `fixAvailable`: `YES`, `NO` or `PARTIAL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_available: Option<String>,
    /// `epss.score`: how likely it is exploited within thirty days, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<f64>,
    /// `packageVulnerabilityDetails.vulnerablePackages`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<VulnerablePackage>,
    /// `codeVulnerabilityDetails`, of findings in code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<VulnerableCode>,
    /// `updatedAt`, or when it was last observed.
    pub updated: Option<Timestamp>,
}

/// A package with a vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VulnerablePackage {
    /// `name`.
    pub name: String,
    /// `version`.
    pub version: String,
    /// `fixedInVersion`, if there is a fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
    /// The layer it came with (`sourceLambdaLayerArn`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Arn>,
}

/// Where in a function's code a vulnerability is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VulnerableCode {
    /// `detectorName`.
    pub detector: String,
    /// `cwes`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwes: Vec<String>,
    /// `filePath.filePath`.
    pub file: String,
    /// `filePath.startLine`.
    pub line: u32,
}
