//! SNS: topics with their policies and encryption, and who is subscribed.

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
use crate::model::{Arn, Fact, Learnt, PolicyText, Source, Subscription, SubscriptionEndpoint, Topic, TopicAttributes};

static SERVICE: Service = Service::new("SNS", "sns", Protocol::Query { version: "2010-03-31" });

/// SNS endpoints and quotas, "SNS API throttling": thirty a second for each list.
static LIST_TOPICS_QUOTA: Quota = Quota::new("sns:ListTopics", 30);
static LIST_SUBSCRIPTIONS_QUOTA: Quota = Quota::new("sns:ListSubscriptions", 30);
/// Not published for this one; as modest as the lists.
static QUOTA: Quota = Quota::new("sns", 30);

static LIST_TOPICS: Operation =
    Operation::new("sns:ListTopics", &LIST_TOPICS_QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.topics.items.len(), PAGE));
static GET_ATTRIBUTES: Operation =
    Operation::new("sns:GetTopicAttributes", &QUOTA).of(&SERVICE).detail(Depth::Full, |at| at.region.topics.items.len() as u64);
static LIST_SUBSCRIPTIONS: Operation = Operation::new("sns:ListSubscriptions", &LIST_SUBSCRIPTIONS_QUOTA)
    .of(&SERVICE)
    .calls(|at| at.pages(at.region.subscriptions.items.len(), PAGE));

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::Sns, scope: Scope::Regional, operations: &[&LIST_TOPICS, &GET_ATTRIBUTES, &LIST_SUBSCRIPTIONS], run };

/// The pages that SNS gives; it takes no wishes.
const PAGE: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Topics {
    list_topics_result: TopicsResult,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TopicsResult {
    topics: Members<TopicEntry>,
    next_token: Option<String>,
}

/// A list in XML: its element is there, and in it an element each.
#[derive(Debug, Deserialize)]
struct Members<T> {
    #[serde(default = "Vec::new")]
    member: Vec<T>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TopicEntry {
    topic_arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    get_topic_attributes_result: AttributesResult,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AttributesResult {
    attributes: Entries,
}

#[derive(Debug, Deserialize)]
struct Entries {
    entry: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    key: String,
    #[serde(default = "String::new")]
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Subscriptions {
    list_subscriptions_result: SubscriptionsResult,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SubscriptionsResult {
    subscriptions: Members<SubscriptionEntry>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SubscriptionEntry {
    subscription_arn: Option<String>,
    topic_arn: Option<Arn>,
    owner: Option<String>,
    protocol: Option<String>,
    endpoint: Option<String>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let topics = reader.pages(&LIST_TOPICS, |token| async move {
            let answer: Topics = wire.ask(&LIST_TOPICS, json!({ "NextToken": token })).await?;
            Ok(Page::new(Some(answer.list_topics_result.topics.member), answer.list_topics_result.next_token))
        });
        let subscriptions = reader.pages(&LIST_SUBSCRIPTIONS, |token| async move {
            let answer: Subscriptions = wire.ask(&LIST_SUBSCRIPTIONS, json!({ "NextToken": token })).await?;
            let result = answer.list_subscriptions_result;
            Ok(Page::new(Some(result.subscriptions.member), result.next_token))
        });
        let (topics, mut subscriptions) = tokio::join!(topics, subscriptions);
        let topics = reader.converted(&LIST_TOPICS, topics, |entry| {
            Some(Topic { arn: entry.topic_arn?, attributes: Fact::unread(GET_ATTRIBUTES.action) })
        });
        // `PendingConfirmation` and `Deleted` stand where an ARN would: nothing is delivered there.
        subscriptions.items.retain(|entry| entry.subscription_arn.as_deref().is_none_or(|arn| arn.starts_with("arn:")));
        let subscriptions = reader.converted(&LIST_SUBSCRIPTIONS, subscriptions, subscription);
        let items = topics.items.clone();
        reader.expect(subscriptions.items.len());
        reader.done(subscriptions.items.len());
        reader.post(vec![Learnt::Topics(topics), Learnt::Subscriptions(subscriptions)]).await;
        reader.details(items, |topic| detail(reader, wire, topic), Learnt::Topic).await;
        Vec::new()
    }
    .boxed()
}

fn subscription(entry: SubscriptionEntry) -> Option<Subscription> {
    let protocol = entry.protocol?;
    Some(Subscription {
        arn: entry.subscription_arn?.into(),
        topic: entry.topic_arn?,
        owner: entry.owner?,
        endpoint: entry.endpoint.map_or(SubscriptionEndpoint::Hidden, |endpoint| SubscriptionEndpoint::of(&protocol, &endpoint)),
        protocol,
    })
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut topic: Topic) -> Topic {
    let answer: Result<Attributes, Failure> = wire.ask(&GET_ATTRIBUTES, json!({ "TopicArn": topic.arn })).await;
    topic.attributes = reader.fact(answer.map(|answer| attributes(answer.get_topic_attributes_result.attributes.entry)));
    topic
}

fn attributes(entries: Vec<Entry>) -> TopicAttributes {
    let mut said: BTreeMap<String, String> = entries.into_iter().map(|entry| (entry.key, entry.value)).collect();
    let mut given = |name: &str| said.remove(name).filter(|value| !value.is_empty());
    TopicAttributes { policy: given("Policy").map(PolicyText::new), kms_key: given("KmsMasterKeyId") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(body: &str) -> TopicAttributes {
        attributes(quick_xml::de::from_str::<Attributes>(body).unwrap().get_topic_attributes_result.attributes.entry)
    }

    #[test]
    fn attributes_are_entries() {
        let body = |inner: &str| {
            format!("<R>\n <GetTopicAttributesResult>\n  <Attributes>\n{inner}  </Attributes>\n </GetTopicAttributesResult>\n</R>")
        };
        let said = entries(&body(
            "<entry><key>Policy</key><value>{&quot;a&quot;:&quot;&lt;&amp;&#233;&quot;}</value></entry>\n\
             <entry>\n<key>DisplayName</key>\n<value/>\n</entry><entry><key>KmsMasterKeyId</key><value></value></entry>",
        ));
        assert_eq!((said.policy.unwrap().as_str(), said.kms_key), (r#"{"a":"<&é"}"#, None));
        for broken in [body(""), "<R><GetTopicAttributesResult/></R>".to_owned(), "<R/>".to_owned()] {
            assert!(quick_xml::de::from_str::<Attributes>(&broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_list_may_be_empty_but_not_missing() {
        let empty = "<R><ListTopicsResult><Topics/></ListTopicsResult></R>";
        assert!(quick_xml::de::from_str::<Topics>(empty).unwrap().list_topics_result.topics.member.is_empty());
        assert!(quick_xml::de::from_str::<Topics>("<R><ListTopicsResult/></R>").is_err());
    }
}
