//! Kinesis: data streams with their encryption, retention and policies.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    gap::Failure,
    operation::Extent,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Fact, KinesisStream, KinesisStreamSummary, Learnt, PolicyText, Source};

static SERVICE: Service = Service::new("Kinesis", "kinesis", Protocol::Json { version: "1.1", target: "Kinesis_20131202" });

/// Kinesis "Quotas and limits", control plane: five a second.
static LIST_QUOTA: Quota = Quota::new("kinesis:ListStreams", 5);
/// The API reference of `DescribeStreamSummary`: twenty a second.
static SUMMARY_QUOTA: Quota = Quota::new("kinesis:DescribeStreamSummary", 20);
/// Not published; as modest as the list.
static POLICY_QUOTA: Quota = Quota::new("kinesis:GetResourcePolicy", 5);

static LIST_STREAMS: Operation =
    Operation::new("kinesis:ListStreams", &LIST_QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.kinesis_streams.items.len(), PAGE));
static DESCRIBE: Operation = Operation::new("kinesis:DescribeStreamSummary", &SUMMARY_QUOTA).of(&SERVICE).detail(Depth::Full, each_stream);
static GET_POLICY: Operation = Operation::new("kinesis:GetResourcePolicy", &POLICY_QUOTA).of(&SERVICE).detail(Depth::Full, each_stream);

fn each_stream(at: &Extent<'_>) -> u64 {
    at.region.kinesis_streams.items.len() as u64
}

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::Kinesis, scope: Scope::Regional, operations: &[&LIST_STREAMS, &DESCRIBE, &GET_POLICY], run };

/// The largest page.
const PAGE: usize = 10_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Streams {
    stream_names: Vec<String>,
    has_more_streams: bool,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    stream_description_summary: Summary,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    stream_status: String,
    retention_period_hours: u32,
    encryption_type: Option<String>,
    key_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy: String,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let names = reader
            .pages(&LIST_STREAMS, |token| async move {
                let answer: Streams = wire.ask(&LIST_STREAMS, json!({ "Limit": PAGE, "NextToken": token })).await?;
                if answer.has_more_streams && answer.next_token.is_none() {
                    return Err(LIST_STREAMS.broken("there are more streams and the answer says not where to go on"));
                }
                Ok(Page::new(Some(answer.stream_names), answer.next_token))
            })
            .await;
        let streams = reader.converted(&LIST_STREAMS, names, |name| {
            let resource = format!("stream/{name}");
            Some(KinesisStream {
                arn: Arn::build(reader.partition(), "kinesis", reader.region(), reader.account(), &resource),
                summary: Fact::unread(DESCRIBE.action),
                policy: Fact::unread(GET_POLICY.action),
            })
        });
        let items = streams.items.clone();
        reader.post(vec![Learnt::KinesisStreams(streams)]).await;
        reader.details(items, |stream| detail(reader, wire, stream), Learnt::KinesisStream).await;
        Vec::new()
    }
    .boxed()
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut stream: KinesisStream) -> KinesisStream {
    let summary = async {
        let answer: Described = wire.ask(&DESCRIBE, json!({ "StreamARN": stream.arn })).await?;
        let said = answer.stream_description_summary;
        Ok(KinesisStreamSummary {
            status: said.stream_status,
            encryption: said.encryption_type,
            kms_key: said.key_id.filter(|key| !key.is_empty()),
            retention_hours: said.retention_period_hours,
        })
    };
    let policy = async { policy(wire.ask(&GET_POLICY, json!({ "ResourceARN": stream.arn })).await) };
    let (summary, policy) = tokio::join!(summary, policy);
    stream.summary = reader.fact(summary);
    stream.policy = reader.fact(policy);
    stream
}

/// A stream without a policy is not found, or has an empty one.
fn policy(answer: Result<Policy, Failure>) -> Result<Option<PolicyText>, Failure> {
    match answer {
        Err(failure) if failure.is("ResourceNotFoundException") => Ok(None),
        answer => Ok(Some(answer?.policy).filter(|policy| !matches!(policy.trim(), "" | "{}")).map(PolicyText::new)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{collect::gap::Trouble, model::Gap};

    #[test]
    fn no_policy_has_several_words() {
        let refused = |code: &str| Failure { gap: Gap::failed("a:B", ""), trouble: Trouble::Service(code.to_owned()) };
        let said = |text: &str| policy(Ok(Policy { policy: text.to_owned() })).unwrap().map(|policy| policy.as_str().to_owned());
        assert_eq!([said(""), said("{}"), said(r#"{"Statement":[]}"#)], [None, None, Some(r#"{"Statement":[]}"#.to_owned())]);
        assert_eq!(policy(Err(refused("ResourceNotFoundException"))).unwrap(), None);
        assert!(policy(Err(refused("AccessDeniedException"))).is_err());
    }
}
