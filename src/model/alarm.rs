//! CloudWatch alarms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Arn;

/// An alarm, as `DescribeAlarms` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// `AlarmArn`.
    pub arn: Arn,
    /// `AlarmName`.
    pub name: String,
    /// `ActionsEnabled`.
    pub actions_enabled: bool,
    /// `AlarmActions`: what is done when it goes off; topics, functions and others by ARN.
    pub actions: Vec<Arn>,
    /// `StateValue`: `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// What it watches.
    pub watches: Watched,
}

/// What an alarm watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Watched {
    /// A metric alarm: its metric, or all those that its expressions are made of.
    Metrics {
        /// `Namespace`, `MetricName` and `Dimensions`, or those of each `MetricStat`.
        metrics: Vec<WatchedMetric>,
        /// `Expression`s of metric math, searches and Metrics Insights, and the query in PromQL.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        expressions: Vec<String>,
    },
    /// A composite alarm: its `AlarmRule`, which names other alarms.
    Rule(String),
}

/// A metric that an alarm watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedMetric {
    /// `Namespace`, such as `AWS/Lambda`.
    pub namespace: String,
    /// `MetricName`, such as `Errors`.
    pub name: String,
    /// `Dimensions`; without any a metric of Lambda is that of all functions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
    /// `AccountId`, for a metric of another account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}
