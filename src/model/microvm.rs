//! Lambda MicroVMs and the images they are started from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Arn, Fact};

/// A MicroVM that has not been terminated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Microvm {
    /// Its ARN, built from the id: no answer has it.
    pub arn: Arn,
    /// `microvmId`.
    pub id: String,
    /// `state`: `PENDING`, `RUNNING`, `SUSPENDING`, `SUSPENDED`, `TERMINATING`.
    pub state: String,
    /// `imageArn`.
    pub image: Arn,
    /// `imageVersion`.
    pub image_version: String,
    /// What `GetMicrovm` says.
    pub details: Fact<MicrovmDetails>,
}

/// What `GetMicrovm` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MicrovmDetails {
    /// `executionRoleArn`; none has no credentials.
    pub execution_role: Option<Arn>,
    /// `ingressNetworkConnectors`. AWS's own end with `:HTTP_INGRESS`, `:SHELL_INGRESS` or `:ALL_INGRESS`.
    pub ingress: Vec<Arn>,
    /// `egressNetworkConnectors`.
    pub egress: Vec<Arn>,
    /// `maximumDurationInSeconds`.
    pub maximum_seconds: Option<u32>,
}

/// A MicroVM image of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MicrovmImage {
    /// `imageArn`.
    pub arn: Arn,
    /// `name`.
    pub name: String,
    /// `state`: `CREATED`, `UPDATED`, `CREATE_FAILED`, …
    pub state: String,
    /// `latestActiveImageVersion`; none was never built.
    pub latest_version: Option<String>,
    /// What `GetMicrovmImageVersion` says of the latest version and of those that MicroVMs run, by number.
    pub versions: BTreeMap<String, Fact<MicrovmImageVersion>>,
}

/// What `GetMicrovmImageVersion` says, without its environment variables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MicrovmImageVersion {
    /// `status`: `ACTIVE` or `INACTIVE`.
    pub status: String,
    /// `baseImageArn`.
    pub base_image: Arn,
    /// `baseImageVersion`.
    pub base_version: Option<String>,
    /// What `ListManagedMicrovmImageVersions` says of that base: `AVAILABLE`, `DEPRECATED`, …; a known `None` is a base that
    /// AWS does not list, or without a version.
    pub base_status: Fact<Option<String>>,
    /// `buildRoleArn`.
    pub build_role: Option<Arn>,
    /// `logging.cloudWatch.logGroup`.
    pub log_group: Option<String>,
    /// Whether `logging.disabled` is set.
    pub logging_disabled: bool,
    /// `additionalOsCapabilities`.
    pub capabilities: Vec<String>,
}
