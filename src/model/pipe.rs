//! Amazon EventBridge Pipes.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, HiddenText};

/// A pipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipe {
    /// `Arn`.
    pub arn: Arn,
    /// `Name`.
    pub name: String,
    /// What it reads (`Source`): an ARN, or the address of a Kafka cluster outside AWS.
    pub source: String,
    /// What it asks on the way (`Enrichment`).
    pub enrichment: Option<Arn>,
    /// What it calls (`Target`).
    pub target: Arn,
    /// `CurrentState`: `RUNNING`, `STOPPED`, `START_FAILED`, …
    pub state: String,
    /// What `DescribePipe` says beyond that.
    pub details: Fact<PipeDetails>,
}

/// What `DescribePipe` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipeDetails {
    /// The role of the pipe (`RoleArn`).
    pub role: Arn,
    /// The key of its encryption (`KmsKeyIdentifier`), if the customer chose one.
    pub kms_key: Option<String>,
    /// Where records of a stream go that could not be handled (`DeadLetterConfig.Arn` of the source).
    pub dead_letter_queue: Option<Arn>,
    /// What the target gets in place of the record (`TargetParameters.InputTemplate`).
    pub input: Option<HiddenText>,
    /// What the enrichment gets (`EnrichmentParameters.InputTemplate`).
    pub enrichment_input: Option<HiddenText>,
    /// Headers and query of API destinations (`HttpParameters` of target and enrichment).
    pub http_parameters: Option<HiddenText>,
    /// `LogConfiguration`; none logs nothing.
    pub logging: Option<PipeLogging>,
}

/// How a pipe logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipeLogging {
    /// `Level`: `OFF`, `ERROR`, `INFO` or `TRACE`.
    pub level: String,
    /// Whether payloads are in the log (`IncludeExecutionData` has `ALL`).
    pub includes_execution_data: bool,
    /// The log group it goes to (`CloudwatchLogsLogDestination.LogGroupArn`).
    pub log_group: Option<Arn>,
    /// The delivery stream it goes to (`FirehoseLogDestination.DeliveryStreamArn`).
    pub delivery_stream: Option<Arn>,
    /// The bucket it goes to (`S3LogDestination.BucketName`).
    pub bucket: Option<String>,
}
