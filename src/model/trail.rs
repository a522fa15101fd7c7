//! CloudTrail: trails and the event data stores of CloudTrail Lake.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, Timestamp};

/// A trail as one Region shows it (`DescribeTrails`).
///
/// A multi-Region trail is in the list of every Region: in others than its home as a shadow. So whoever reads one Region
/// sees all trails that log there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    /// Its ARN (`TrailARN`), which is in its home Region, and of an organization's trail in the account that owns it.
    pub arn: Arn,
    /// The Region whose list this is from: where `status` holds.
    pub region: String,
    /// `Name`.
    pub name: String,
    /// `HomeRegion`.
    pub home_region: String,
    /// `IsMultiRegionTrail`.
    pub multi_region: bool,
    /// `IsOrganizationTrail`.
    pub organization: bool,
    /// `IncludeGlobalServiceEvents`: those of IAM and STS.
    pub global_service_events: bool,
    /// `S3BucketName`.
    pub bucket: Option<String>,
    /// `KmsKeyId`: the key of its log files.
    pub kms_key: Option<Arn>,
    /// `LogFileValidationEnabled`.
    pub log_file_validation: bool,
    /// `CloudWatchLogsLogGroupArn`, which ends with `:*`.
    pub log_group: Option<Arn>,
    /// `GetTrailStatus` in this Region.
    pub status: Fact<TrailStatus>,
    /// `GetEventSelectors`.
    pub selectors: Fact<TrailSelectors>,
}

impl Trail {
    /// Whether this is the home of the trail, and no shadow of it.
    pub fn is_home(&self) -> bool {
        self.region == self.home_region
    }
}

/// What `GetTrailStatus` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailStatus {
    /// `IsLogging`.
    pub logging: bool,
    /// `LatestDeliveryError`: what S3 said to the last log file; none when it took it.
    pub delivery_error: Option<String>,
    /// `LatestDigestDeliveryError`: the same for the digests that validation goes by.
    pub digest_error: Option<String>,
    /// `LatestCloudWatchLogsDeliveryError`.
    pub log_group_error: Option<String>,
    /// `LatestDeliveryTime`; none when nothing was delivered yet.
    pub delivered: Option<Timestamp>,
    /// `StopLoggingTime`, if it was stopped once.
    pub stopped: Option<Timestamp>,
}

/// What `GetEventSelectors` says: a trail has selectors of one form or the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailSelectors {
    /// `EventSelectors`: what any of them takes is logged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basic: Vec<EventSelector>,
    /// `AdvancedEventSelectors`: what any of them takes is logged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advanced: Vec<AdvancedEventSelector>,
}

/// A basic event selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSelector {
    /// `ReadWriteType`: `ReadOnly`, `WriteOnly` or `All`.
    pub read_write: String,
    /// `IncludeManagementEvents`.
    pub management: bool,
    /// `ExcludeManagementEventSources`, such as `kms.amazonaws.com`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_sources: Vec<String>,
    /// `DataResources`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_resources: Vec<DataResource>,
}

/// Resources of a basic event selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataResource {
    /// `Type`: `AWS::Lambda::Function`, `AWS::S3::Object` or `AWS::DynamoDB::Table`.
    pub kind: String,
    /// `Values`: ARNs, or beginnings of ARNs: `arn:aws:lambda` is every function.
    pub values: Vec<String>,
}

/// An advanced event selector: what meets all of its fields is logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvancedEventSelector {
    /// `Name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `FieldSelectors`.
    pub fields: Vec<FieldSelector>,
}

/// A condition on one field of an event. Values within one list are alternatives; of lists that are not empty all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSelector {
    /// `Field`: `eventCategory`, `resources.type`, `resources.ARN`, `readOnly`, `eventName`, …
    pub field: String,
    /// `Equals`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equals: Vec<String>,
    /// `StartsWith`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts_with: Vec<String>,
    /// `EndsWith`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends_with: Vec<String>,
    /// `NotEquals`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_equals: Vec<String>,
    /// `NotStartsWith`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_starts_with: Vec<String>,
    /// `NotEndsWith`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_ends_with: Vec<String>,
}

/// An event data store of CloudTrail Lake. It is in the list of its own Region alone, also when it takes events of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDataStore {
    /// Its ARN (`EventDataStoreArn`).
    pub arn: Arn,
    /// `Name`.
    pub name: String,
    /// What `GetEventDataStore` says: the list gives nothing but the name any more.
    pub details: Fact<EventDataStoreDetails>,
}

/// What `GetEventDataStore` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDataStoreDetails {
    /// `Status`: it takes events when `ENABLED`, and none when `STOPPED_INGESTION` or `PENDING_DELETION`.
    pub status: String,
    /// `AdvancedEventSelectors`.
    pub selectors: Vec<AdvancedEventSelector>,
    /// `MultiRegionEnabled`: whether it takes events of all Regions.
    pub multi_region: bool,
    /// `OrganizationEnabled`.
    pub organization: bool,
    /// `RetentionPeriod`, in days.
    pub retention_days: u32,
    /// `TerminationProtectionEnabled`.
    pub termination_protection: bool,
    /// `KmsKeyId`.
    pub kms_key: Option<Arn>,
}
