//! CloudWatch: alarms, and what was counted of each function.

mod alarms;
mod metrics;

use futures::{FutureExt, future::BoxFuture};

use super::{
    Collector, Depth, Extent, Operation, Scope,
    pacer::Quota,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Learnt, Source};

/// Its own protocol is rpc-v2-cbor; it takes JSON as well, and forms, which would say lists of lists one line a leaf.
static SERVICE: Service =
    Service::new("CloudWatch", "monitoring", Protocol::Json { version: "1.0", target: "GraniteServiceVersion20100801" });

/// "CloudWatch service quotas": `DescribeAlarms` and `GetMetricData`, which can be raised.
static DESCRIBE_QUOTA: Quota = Quota::new("cloudwatch:DescribeAlarms", 9);
static GET_DATA_QUOTA: Quota = Quota::new("cloudwatch:GetMetricData", 50).in_flight(8);

static DESCRIBE_ALARMS: Operation =
    Operation::new("cloudwatch:DescribeAlarms", &DESCRIBE_QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.alarms.items.len(), 100));
static GET_DATA: Operation = Operation::new("cloudwatch:GetMetricData", &GET_DATA_QUOTA).of(&SERVICE).detail(Depth::Full, metric_calls);

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::Cloudwatch, scope: Scope::Regional, operations: &[&DESCRIBE_ALARMS, &GET_DATA], run };

/// Two metrics of every function, and four more of each that was invoked: as if all were, while that is not known.
fn metric_calls(at: &Extent<'_>) -> u64 {
    let functions = at.region.functions.items.len();
    let idle = at.region.metrics.items.iter().filter(|metrics| metrics::is_idle(metrics)).count();
    [functions * 2, functions.saturating_sub(idle) * 4].map(|asked| asked.div_ceil(metrics::AT_MOST) as u64).iter().sum()
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let alarms = async {
            let alarms = alarms::read(reader, wire).await;
            reader.expect(alarms.items.len());
            reader.done(alarms.items.len());
            reader.post(vec![Learnt::Alarms(alarms)]).await;
        };
        tokio::join!(alarms, metrics::read(reader, wire));
        Vec::new()
    }
    .boxed()
}
