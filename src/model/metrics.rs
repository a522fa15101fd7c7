//! What CloudWatch counted of a function.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, Timestamp};

/// What CloudWatch counted of one function, over the last [`FunctionMetrics::DAYS`] days (`GetMetricData`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionMetrics {
    /// The function's unqualified ARN.
    pub arn: Arn,
    /// `Invocations`.
    pub invocations: Fact<Invocations>,
    /// The sum of `Throttles`.
    pub throttles: Fact<u64>,
    /// The sum of `Errors`.
    pub errors: Fact<u64>,
    /// The 99th percentile of `Duration`, in milliseconds: the highest of any thirty days; none without invocations.
    pub duration_p99: Fact<Option<u64>>,
    /// The maximum of `ConcurrentExecutions`; none without invocations.
    pub concurrent_executions: Fact<Option<u64>>,
    /// The maximum of `IteratorAge`, in milliseconds; none for functions that read no stream.
    pub iterator_age: Fact<Option<u64>>,
}

/// How often a function was invoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invocations {
    /// How often; zero as well when CloudWatch has nothing of it.
    pub count: u64,
    /// The last day with invocations, by its beginning in UTC.
    pub last: Option<Timestamp>,
}

impl FunctionMetrics {
    /// How many days the numbers are of, today among them.
    pub const DAYS: u32 = 90;

    /// What the numbers are of before they are read.
    pub fn unread(arn: Arn, action: &str) -> Self {
        Self {
            arn,
            invocations: Fact::unread(action),
            throttles: Fact::unread(action),
            errors: Fact::unread(action),
            duration_p99: Fact::unread(action),
            concurrent_executions: Fact::unread(action),
            iterator_age: Fact::unread(action),
        }
    }
}
