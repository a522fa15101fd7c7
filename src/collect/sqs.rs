//! SQS: queues with their policies, encryption and dead-letter queues.

use std::collections::BTreeMap;

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Fact, Learnt, PolicyText, Queue, QueueAttributes, Source};

static SERVICE: Service = Service::new("SQS", "sqs", Protocol::Json { version: "1.0", target: "AmazonSQS" });

/// SQS publishes no quota for these; fifty a second is far below what its data plane takes.
static QUOTA: Quota = Quota::new("sqs", 50);

static LIST_QUEUES: Operation =
    Operation::new("sqs:ListQueues", &QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.queues.items.len(), 1000));
static GET_ATTRIBUTES: Operation =
    Operation::new("sqs:GetQueueAttributes", &QUOTA).of(&SERVICE).detail(Depth::Full, |at| at.region.queues.items.len() as u64);

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::Sqs, scope: Scope::Regional, operations: &[&LIST_QUEUES, &GET_ATTRIBUTES], run };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Queues {
    /// Left out when there are none.
    queue_urls: Option<Vec<String>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    attributes: BTreeMap<String, String>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let urls = reader
            .pages(&LIST_QUEUES, |token| async move {
                let answer: Queues = wire.ask(&LIST_QUEUES, json!({ "MaxResults": 1000, "NextToken": token })).await?;
                Ok(Page::omitted_when_empty(answer.queue_urls, answer.next_token))
            })
            .await;
        let queues = reader.converted(&LIST_QUEUES, urls, |url| {
            let name = url.rsplit('/').next().filter(|name| !name.is_empty())?;
            let arn = Arn::build(reader.partition(), "sqs", reader.region(), reader.account(), name);
            Some(Queue { arn, url, attributes: Fact::unread(GET_ATTRIBUTES.action) })
        });
        let items = queues.items.clone();
        reader.post(vec![Learnt::Queues(queues)]).await;
        reader.details(items, |queue| detail(reader, wire, queue), Learnt::Queue).await;
        Vec::new()
    }
    .boxed()
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut queue: Queue) -> Queue {
    let params = json!({ "QueueUrl": queue.url, "AttributeNames": ["All"] });
    let answer: Result<Attributes, Failure> = wire.ask(&GET_ATTRIBUTES, params).await;
    queue.attributes = reader.fact(answer.and_then(|answer| attributes(answer.attributes)));
    queue
}

fn attributes(mut said: BTreeMap<String, String>) -> Result<QueueAttributes, Failure> {
    /// `RedrivePolicy` is JSON in a text.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Redrive {
        dead_letter_target_arn: Arn,
    }
    let redrive = said.remove("RedrivePolicy").filter(|policy| !policy.is_empty());
    let redrive = redrive.map(|policy| serde_json::from_str::<Redrive>(&policy)).transpose();
    let retention = said.get("MessageRetentionPeriod").map(|seconds| seconds.parse()).transpose();
    Ok(QueueAttributes {
        policy: said.remove("Policy").filter(|policy| !policy.is_empty()).map(PolicyText::new),
        sqs_managed_sse: said.get("SqsManagedSseEnabled").map(|enabled| enabled == "true"),
        kms_key: said.remove("KmsMasterKeyId").filter(|key| !key.is_empty()),
        retention_seconds: retention.map_err(|_| GET_ATTRIBUTES.broken("the MessageRetentionPeriod is no number"))?,
        dead_letter_queue: redrive
            .map_err(|_| GET_ATTRIBUTES.broken("the RedrivePolicy is no JSON with a dead letter queue"))?
            .map(|redrive| redrive.dead_letter_target_arn),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn attributes_are_texts() {
        let queue = attributes(said(&[
            ("SqsManagedSseEnabled", "true"),
            ("MessageRetentionPeriod", "345600"),
            ("Policy", ""),
            ("RedrivePolicy", r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:dead","maxReceiveCount":"3"}"#),
        ]))
        .unwrap();
        assert_eq!((queue.sqs_managed_sse, queue.retention_seconds, queue.policy), (Some(true), Some(345_600), None));
        assert_eq!(queue.dead_letter_queue, Some(Arn::from("arn:aws:sqs:eu-west-1:1:dead")));
        assert_eq!(attributes(said(&[])).unwrap().sqs_managed_sse, None);
    }

    #[test]
    fn a_redrive_policy_that_makes_no_sense_is_not_the_absence_of_one() {
        assert!(attributes(said(&[("RedrivePolicy", "{")])).is_err());
        assert!(attributes(said(&[("RedrivePolicy", "{}")])).is_err());
    }

    #[test]
    fn a_time_that_is_no_number_is_not_the_absence_of_one() {
        assert!(attributes(said(&[("MessageRetentionPeriod", "four days")])).is_err());
        assert_eq!(attributes(said(&[])).unwrap().retention_seconds, None);
    }
}
