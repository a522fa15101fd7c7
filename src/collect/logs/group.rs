//! A log group: what the list gives, and what it has to be asked for.

use aws_sdk_cloudwatchlogs::{Client, types};

use super::{STREAMS, SUBSCRIPTIONS};
use crate::{
    collect::{
        pages::{Page, whole},
        reader::Reader,
    },
    model::{Arn, Fact, LogGroup, SubscriptionFilter, Timestamp},
};

pub(super) fn listed(reader: &Reader, group: types::LogGroup) -> Option<LogGroup> {
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
        inherited: group.inherited_properties.into_iter().flatten().map(|property| property.as_str().to_owned()).collect(),
        deletion_protection: group.deletion_protection_enabled,
        stored_bytes: group.stored_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
        created: group.creation_time.and_then(time),
        last_event: Fact::unread(STREAMS.action),
        subscriptions: Fact::unread(SUBSCRIPTIONS.action),
    })
}

pub(super) async fn detail(reader: &Reader, client: &Client, mut group: LogGroup) -> LogGroup {
    let last = async {
        let newest = client.describe_log_streams().log_group_name(&group.name).order_by(types::OrderBy::LastEventTime);
        let answer = reader.call(&STREAMS, newest.descending(true).limit(1).send()).await?;
        let streams = answer.log_streams.ok_or_else(|| STREAMS.broken("the answer lacks its list"))?;
        // A stream without an event has no such time.
        Ok(streams.first().and_then(|stream| stream.last_event_timestamp).and_then(time))
    };
    let filters = reader.pages(&SUBSCRIPTIONS, |token| {
        let request = client.describe_subscription_filters().log_group_name(&group.name).limit(50).set_next_token(token).send();
        async move {
            let answer = reader.call(&SUBSCRIPTIONS, request).await?;
            Ok(Page::new(answer.subscription_filters, answer.next_token))
        }
    });
    let (last, filters) = tokio::join!(last, filters);
    let filters = reader.converted(&SUBSCRIPTIONS, filters, |filter| {
        Some(SubscriptionFilter {
            name: filter.filter_name?,
            destination: Arn::from(filter.destination_arn?),
            pattern: filter.filter_pattern.into_iter().collect(),
        })
    });
    group.last_event = reader.fact(last);
    group.subscriptions = whole(filters);
    group
}

fn time(milliseconds: i64) -> Option<Timestamp> {
    Timestamp::from_unix(milliseconds.div_euclid(1000))
}
