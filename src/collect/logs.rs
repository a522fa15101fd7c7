//! CloudWatch Logs: the log groups.

use aws_sdk_cloudwatchlogs::{Client, Config, types};
use futures::{FutureExt, future::BoxFuture};

use super::{
    Collector, Operation, Scope,
    pacer::Quota,
    reader::{Page, Reader},
};
use crate::model::{Arn, Learnt, LogGroup, Source, Timestamp};

/// CloudWatch Logs quotas: `DescribeLogGroups`, which can be raised.
static DESCRIBE_QUOTA: Quota = Quota::new("logs:DescribeLogGroups", 10);

static DESCRIBE: Operation =
    Operation::new("logs:DescribeLogGroups", &DESCRIBE_QUOTA).calls(|at| at.pages(at.region.log_groups.items.len(), 50));

pub(super) static COLLECTOR: Collector = Collector { source: Source::Logs, scope: Scope::Regional, operations: &[&DESCRIBE], run };

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let config = Config::from(reader.sdk()).to_builder().interceptor(reader.meter()).retry_partition(reader.retries());
        let client = &Client::from_conf(config.build());
        let groups = reader
            .pages(&DESCRIBE, |token| async move {
                let answer = reader.call(&DESCRIBE, client.describe_log_groups().limit(50).set_next_token(token).send()).await?;
                reader.done(answer.log_groups().len());
                Ok(Page::new(answer.log_groups, answer.next_token))
            })
            .await;
        vec![Learnt::LogGroups(reader.converted(&DESCRIBE, groups, |group| log_group(reader, group)))]
    }
    .boxed()
}

fn log_group(reader: &Reader, group: types::LogGroup) -> Option<LogGroup> {
    let name = group.log_group_name?;
    // `arn` ends with `:*`, which stands for the streams; endpoints without `logGroupArn` have only that.
    let arn = match group.log_group_arn.or(group.arn) {
        Some(arn) => Arn::new(arn.trim_end_matches(":*")),
        None => Arn::build(reader.partition(), "logs", reader.region(), reader.account(), &format!("log-group:{name}")),
    };
    Some(LogGroup {
        arn,
        name,
        retention_days: group.retention_in_days.and_then(|days| u32::try_from(days).ok()),
        kms_key: group.kms_key_id.map(Arn::from),
        data_protection: group.data_protection_status.map(|status| status.as_str().to_owned()),
        deletion_protection: group.deletion_protection_enabled,
        stored_bytes: group.stored_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
        created: group.creation_time.and_then(|milliseconds| Timestamp::from_unix(milliseconds.div_euclid(1000))),
    })
}
