//! Where facts come from: one source a service and Region, and how reading it went.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Gap;

macro_rules! sources {
    ($($(#[$doc:meta])* $name:ident $word:literal;)*) => {
        /// A service that a collector reads. Snapshots and reports name it by its namespace in IAM actions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Source {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Source {
            /// Every source, in the order they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The service's namespace in IAM actions.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

sources! {
    /// AWS Lambda, per Region.
    Lambda "lambda";
    /// AWS Identity and Access Management, once an account.
    Iam "iam";
    /// AWS Key Management Service, per Region.
    Kms "kms";
    /// Amazon CloudWatch Logs, per Region.
    Logs "logs";
    /// Amazon Simple Queue Service, per Region.
    Sqs "sqs";
    /// Amazon EventBridge, per Region.
    Events "events";
    /// Amazon EventBridge Scheduler, per Region.
    Scheduler "scheduler";
    /// Amazon EventBridge Pipes, per Region.
    Pipes "pipes";
    /// Amazon Simple Notification Service, per Region.
    Sns "sns";
    /// Amazon Kinesis Data Streams, per Region.
    Kinesis "kinesis";
    /// AWS Step Functions, per Region.
    States "states";
    /// Amazon DynamoDB, per Region.
    DynamoDb "dynamodb";
    /// Amazon Simple Storage Service: buckets per Region, and once an account what S3 blocks for all of them.
    S3 "s3";
    /// AWS Secrets Manager, per Region.
    SecretsManager "secretsmanager";
    /// AWS Systems Manager Parameter Store, per Region.
    Ssm "ssm";
    /// Amazon Elastic File System, per Region.
    Efs "elasticfilesystem";
    /// Amazon Elastic Container Registry, per Region.
    Ecr "ecr";
    /// Amazon CloudWatch, per Region.
    Cloudwatch "cloudwatch";
    /// AWS CloudTrail, per Region.
    Cloudtrail "cloudtrail";
    /// AWS X-Ray, per Region.
    Xray "xray";
    /// Amazon API Gateway, per Region.
    ApiGateway "apigateway";
    /// AWS AppSync, per Region.
    AppSync "appsync";
    /// Amazon Cognito user pools, per Region.
    CognitoIdp "cognito-idp";
    /// Amazon Cognito identity pools, per Region.
    CognitoIdentity "cognito-identity";
    /// AWS Security Token Service, once an account: who is asking.
    Sts "sts";
    /// Amazon GuardDuty, per Region.
    GuardDuty "guardduty";
    /// Amazon Inspector, per Region.
    Inspector "inspector2";
    /// AWS Security Hub, per Region.
    SecurityHub "securityhub";
    /// IAM Access Analyzer, per Region.
    AccessAnalyzer "access-analyzer";
    /// AWS Config, per Region.
    Config "config";
    /// AWS CloudFormation, per Region.
    CloudFormation "cloudformation";
    /// AWS Organizations, once an account.
    Organizations "organizations";
    /// AWS Account Management, once an account.
    Account "account";
    /// AWS Systems Manager Incident Manager, per Region.
    SsmIncidents "ssm-incidents";
    /// The Resource Groups Tagging API, per Region: tags of what holds or carries data.
    Tag "tag";
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How reading a source ended, or where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceState {
    /// Waiting for its turn.
    Queued,
    /// Being read.
    Running,
    /// Everything was read.
    Complete,
    /// Read with gaps.
    Partial,
    /// Nothing could be read: access denied.
    Denied,
    /// Nothing could be read.
    Failed,
    /// Left out on request or cancelled.
    Skipped,
}

impl SourceState {
    /// The word that is shown and written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// Whether nothing more is to come.
    pub const fn ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// One source in one Region: what was read, at what cost, and what is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceRun {
    /// The service.
    pub source: Source,
    /// The Region; `global` for services without one.
    pub region: String,
    /// How it went.
    pub state: SourceState,
    /// Resources read.
    pub items: u64,
    /// Resources to read, as far as that is known: for a bar.
    #[serde(default)]
    pub expected: u64,
    /// Requests sent, retries among them.
    pub calls: u64,
    /// Requests that AWS throttled.
    pub throttled: u64,
    /// Seconds from the first request to the last answer.
    pub seconds: f64,
    /// What could not be read: each cause once.
    pub gaps: Vec<Gap>,
}

impl SourceRun {
    /// The Region of global services.
    pub const GLOBAL: &'static str = "global";

    /// Resources read in a second, once there are enough of them to say.
    pub fn rate(&self) -> Option<f64> {
        (self.items >= 10 && self.seconds >= 1.0).then(|| self.items as f64 / self.seconds)
    }

    /// Seconds to go at the rate so far; none before there is a rate, and when it has ended.
    pub fn seconds_left(&self) -> Option<f64> {
        let left = self.expected.saturating_sub(self.items) as f64;
        (self.state == SourceState::Running).then(|| self.rate().map(|rate| left / rate)).flatten()
    }

    /// A source that waits for its turn.
    pub fn queued(source: Source, region: &str) -> Self {
        Self {
            source,
            region: region.to_owned(),
            state: SourceState::Queued,
            items: 0,
            expected: 0,
            calls: 0,
            throttled: 0,
            seconds: 0.0,
            gaps: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_once_it_can_be() {
        let mut run = SourceRun { state: SourceState::Running, expected: 10_000, ..SourceRun::queued(Source::Lambda, "eu-west-1") };
        assert_eq!((run.rate(), run.seconds_left()), (None, None));
        (run.items, run.seconds) = (3000, 200.0);
        assert_eq!((run.rate(), run.seconds_left()), (Some(15.0), Some(7000.0 / 15.0)));
        run.state = SourceState::Partial;
        assert_eq!(run.seconds_left(), None);
    }
}
