//! CloudWatch Logs: log groups, metric filters and the account's data protection policy.
//!
//! What has to be asked group by group, subscription filters and the last event, is asked of log groups of functions
//! alone: those under `/aws/lambda/`. An account has many times as many others, and five calls a second for them all.

mod account;
mod group;

use aws_sdk_cloudwatchlogs::{Client, Config};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};

use super::{Collector, Depth, Extent, Operation, Scope, pacer::Quota, pages::Page, reader::Reader};
use crate::model::{Learnt, LogGroup, Source};

/// CloudWatch Logs quotas: each operation has its own. That of `DescribeLogGroups` can be raised.
static DESCRIBE_QUOTA: Quota = Quota::new("logs:DescribeLogGroups", 10);
static METRIC_FILTERS_QUOTA: Quota = Quota::new("logs:DescribeMetricFilters", 5);
static SUBSCRIPTIONS_QUOTA: Quota = Quota::new("logs:DescribeSubscriptionFilters", 5);
static STREAMS_QUOTA: Quota = Quota::new("logs:DescribeLogStreams", 25);
/// The page does not name this one; five is what the other policies have.
static POLICIES_QUOTA: Quota = Quota::new("logs:DescribeAccountPolicies", 5);

static DESCRIBE: Operation =
    Operation::new("logs:DescribeLogGroups", &DESCRIBE_QUOTA).calls(|at| at.pages(at.region.log_groups.items.len(), 50));
static METRIC_FILTERS: Operation =
    Operation::new("logs:DescribeMetricFilters", &METRIC_FILTERS_QUOTA).calls(|at| at.pages(at.region.metric_filters.items.len(), 50));
static ACCOUNT_POLICIES: Operation = Operation::new("logs:DescribeAccountPolicies", &POLICIES_QUOTA);
static SUBSCRIPTIONS: Operation =
    Operation::new("logs:DescribeSubscriptionFilters", &SUBSCRIPTIONS_QUOTA).detail(Depth::Full, of_functions);
static STREAMS: Operation = Operation::new("logs:DescribeLogStreams", &STREAMS_QUOTA).detail(Depth::Full, of_functions);

fn of_functions(at: &Extent<'_>) -> u64 {
    at.region.log_groups.items.iter().filter(|group| group.is_of_function()).count() as u64
}

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::Logs,
    scope: Scope::Regional,
    operations: &[&DESCRIBE, &METRIC_FILTERS, &ACCOUNT_POLICIES, &SUBSCRIPTIONS, &STREAMS],
    run,
};

/// Log groups that are read at the same time; the pacers bound the calls.
const AT_ONCE: usize = 16;

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let config = Config::from(reader.sdk()).to_builder().interceptor(reader.meter()).retry_partition(reader.retries());
        let client = &Client::from_conf(config.build());
        let account = async { reader.post(account::read(reader, client).await).await };
        tokio::join!(account, groups(reader, client));
        Vec::new()
    }
    .boxed()
}

async fn groups(reader: &Reader, client: &Client) {
    let groups = reader
        .pages(&DESCRIBE, |token| async move {
            let answer = reader.call(&DESCRIBE, client.describe_log_groups().limit(50).set_next_token(token).send()).await?;
            reader.expect(answer.log_groups().len());
            Ok(Page::new(answer.log_groups, answer.next_token))
        })
        .await;
    let groups = reader.converted(&DESCRIBE, groups, |group| group::listed(reader, group));
    let asked = |group: &&LogGroup| reader.depth() == Depth::Full && group.is_of_function();
    let of_functions: Vec<LogGroup> = groups.items.iter().filter(asked).cloned().collect();
    reader.done(groups.items.len() - of_functions.len());
    reader.post(vec![Learnt::LogGroups(groups)]).await;
    let detailed = stream::iter(of_functions).map(|group| group::detail(reader, client, group));
    let mut batches = detailed.buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
    while let Some(batch) = batches.next().await {
        reader.done(batch.len());
        reader.post(batch.into_iter().map(|group| Learnt::LogGroup(Box::new(group))).collect()).await;
    }
}
