//! What CloudWatch Logs makes of what is logged.

use serde::{Deserialize, Serialize};

use super::Arn;

/// A metric filter (`DescribeMetricFilters`): it counts log events in a metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricFilter {
    /// AWS gives it no ARN: that of its log group with its name.
    pub arn: Arn,
    /// `filterName`.
    pub name: String,
    /// `logGroupName`.
    pub log_group: String,
    /// `filterPattern`; an empty one takes every event.
    pub pattern: String,
    /// `metricTransformations`.
    pub metrics: Vec<FilterMetric>,
}

/// A metric in which a filter counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterMetric {
    /// `metricNamespace`.
    pub namespace: String,
    /// `metricName`.
    pub name: String,
}

/// A subscription filter (`DescribeSubscriptionFilters`): it sends log events on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionFilter {
    /// `filterName`.
    pub name: String,
    /// `destinationArn`: a function, a stream, or a destination of another account.
    pub destination: Arn,
    /// `filterPattern`; an empty one takes every event.
    pub pattern: String,
}

/// The account's data protection policy, which all log groups of the Region inherit (`DescribeAccountPolicies`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDataProtection {
    /// `policyName`.
    pub name: String,
    /// Whether a statement of `policyDocument` masks (`Deidentify`) and does not only report.
    pub masks: bool,
}
