//! The queue of `--events`: what CloudTrail says has changed, by way of an EventBridge rule and SQS.
//!
//! It belongs to the user, stands outside [`Collector::ALL`], and is the one thing here that is written to: a message
//! that was taken is deleted.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Collector, Failure, Operation, Scope, Wanted,
    pacer::Quota,
    reader::{Assignment, Reader},
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Source, SourceRun};

static SERVICE: Service = Service::new("SQS", "sqs", Protocol::Json { version: "1.0", target: "AmazonSQS" });

/// A standard queue takes as many as anybody sends; one reader never asks so often.
static QUOTA: Quota = Quota::new("sqs:events", 50);

static RECEIVE: Operation = Operation::new("sqs:ReceiveMessage", &QUOTA).of(&SERVICE);
static DELETE: Operation = Operation::new("sqs:DeleteMessage", &QUOTA).named("DeleteMessageBatch").of(&SERVICE);

static COLLECTOR: Collector =
    Collector { source: Source::Sqs, scope: Scope::Regional, operations: &[&RECEIVE, &DELETE], run: |_| Box::pin(async { Vec::new() }) };

/// The IAM actions that `--events` needs on its queue.
pub fn event_actions() -> Vec<&'static str> {
    COLLECTOR.actions().collect()
}

/// How long SQS waits for a message, in seconds: the longest it does.
const WAIT: u32 = 20;

/// Messages, and what they say has changed.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// What to read again, each once.
    pub(crate) changes: Vec<Wanted>,
    receipts: Vec<String>,
}

/// A client of the queue.
pub(crate) struct Queue {
    reader: Reader,
    url: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Messages {
    /// Left out when there are none.
    messages: Option<Vec<Message>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    receipt_handle: String,
    body: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Deleted {
    #[serde(default)]
    failed: Vec<Value>,
}

impl Queue {
    /// The queue at `url`, asked as `assignment` says: in its Region, for its account.
    pub(crate) fn new(assignment: Assignment, url: String) -> Self {
        Self { reader: Reader::new(&COLLECTOR, assignment), url }
    }

    /// Waits for messages, twenty seconds at most.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub(crate) async fn receive(&self) -> Result<News, Failure> {
        let params = json!({ "QueueUrl": self.url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": WAIT });
        let answer: Messages = Wire::new(&self.reader, &SERVICE).ask(&RECEIVE, params).await?;
        let mut news = News::default();
        let mut functions = BTreeSet::new();
        for message in answer.messages.into_iter().flatten() {
            match change(&message.body, self.reader.partition(), self.reader.account()) {
                Some(Wanted::Functions(arns)) => functions.extend(arns),
                Some(other) if !news.changes.contains(&other) => news.changes.push(other),
                _ => {}
            }
            news.receipts.push(message.receipt_handle);
        }
        if !functions.is_empty() {
            news.changes.push(Wanted::Functions(functions.into_iter().collect()));
        }
        Ok(news)
    }

    /// Takes the messages of `news` off the queue.
    ///
    /// # Errors
    /// When SQS keeps some: they will come again.
    pub(crate) async fn acknowledge(&self, news: &News) -> Result<(), Failure> {
        if news.receipts.is_empty() {
            return Ok(());
        }
        let entries: Vec<Value> =
            news.receipts.iter().enumerate().map(|(id, receipt)| json!({ "Id": id.to_string(), "ReceiptHandle": receipt })).collect();
        let answer: Deleted = Wire::new(&self.reader, &SERVICE).ask(&DELETE, json!({ "QueueUrl": self.url, "Entries": entries })).await?;
        if answer.failed.is_empty() { Ok(()) } else { Err(DELETE.broken("some messages stay on the queue")) }
    }
}

/// CloudTrail's record, as EventBridge delivers it.
#[derive(Debug, Deserialize)]
struct Delivered {
    account: String,
    detail: Record,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_source: String,
    event_name: String,
    aws_region: String,
    error_code: Option<String>,
    read_only: Option<bool>,
    request_parameters: Option<Value>,
    response_elements: Option<Value>,
}

/// The sources whose endpoint, and so CloudTrail's name of them, is not their IAM namespace.
const ENDPOINTS: &[(&str, &str)] = &[("monitoring", "cloudwatch")];

/// What `body` says has changed in `account`; nothing when it is no event of that account, or changed nothing.
fn change(body: &str, partition: &str, account: &str) -> Option<Wanted> {
    let Delivered { account: of, detail } = serde_json::from_str(body).ok()?;
    if of != account || detail.error_code.is_some() || detail.read_only == Some(true) {
        return None;
    }
    let service = detail.event_source.strip_suffix(".amazonaws.com")?;
    let word = ENDPOINTS.iter().find(|(endpoint, _)| *endpoint == service).map_or(service, |(_, word)| word);
    let collector = Collector::ALL.iter().find(|collector| collector.source.word() == word)?;
    if collector.source == Source::Lambda
        && !of_a_list(&detail.event_name)
        && let Some(function) = function(&detail, partition, account)
    {
        return Some(Wanted::Functions(vec![function]));
    }
    let region = match collector.scope {
        Scope::Global => SourceRun::GLOBAL.to_owned(),
        Scope::Regional => detail.aws_region,
    };
    Some(Wanted::Source(collector.source, region))
}

/// Whether a change to Lambda is in one of its lists and not in a function: mappings, layers, a function that comes or goes.
fn of_a_list(event: &str) -> bool {
    ["EventSourceMapping", "LayerVersion", "CodeSigningConfig", "CreateFunction2", "DeleteFunction2"]
        .iter()
        .any(|part| event.contains(part))
}

/// The function that a record of Lambda is about: Lambda names it by name, partial ARN or ARN, with or without a qualifier.
fn function(record: &Record, partition: &str, account: &str) -> Option<Arn> {
    let text = |value: &Option<Value>, name: &str| Some(value.as_ref()?.get(name)?.as_str()?.to_owned());
    let (request, response) = (&record.request_parameters, &record.response_elements);
    let named = text(response, "functionArn")
        .or_else(|| text(request, "functionName"))
        .or_else(|| text(request, "resourceArn"))
        .or_else(|| text(request, "resource"))?;
    let after = match named.rsplit_once(":function:") {
        Some((_, after)) => after,
        None if named.starts_with("arn:") => return None,
        None => named.strip_prefix("function:").unwrap_or(&named),
    };
    let name = after.split(':').next().filter(|name| !name.is_empty())?;
    Some(Arn::build(partition, "lambda", &record.aws_region, account, &format!("function:{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "111122223333";

    fn event(source: &str, name: &str, more: Value) -> String {
        let mut detail = json!({ "eventSource": source, "eventName": name, "awsRegion": "eu-west-1" });
        detail.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "detail-type": "AWS API Call via CloudTrail", "source": "aws.lambda", "account": ACCOUNT, "region": "eu-west-1", "detail": detail })
            .to_string()
    }

    fn said(source: &str, name: &str, more: Value) -> Option<Wanted> {
        change(&event(source, name, more), "aws", ACCOUNT)
    }

    #[test]
    fn a_function_by_whatever_it_is_named() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
        let expected = Some(Wanted::Functions(vec![Arn::from(arn)]));
        for name in ["orders", "orders:live", arn, &format!("{arn}:7"), "111122223333:function:orders", "function:orders"] {
            let request = json!({ "requestParameters": { "functionName": name } });
            assert_eq!(said("lambda.amazonaws.com", "UpdateFunctionConfiguration20150331v2", request), expected, "{name}");
        }
        let tagged = json!({ "requestParameters": { "resource": arn } });
        assert_eq!(said("lambda.amazonaws.com", "TagResource20170331v2", tagged), expected);
        let policy = json!({ "requestParameters": { "resourceArn": arn } });
        assert_eq!(said("lambda.amazonaws.com", "PutResourcePolicy", policy), expected);
    }

    #[test]
    fn what_is_in_a_list_is_read_with_the_list() {
        let lambda = |name, request: Value| said("lambda.amazonaws.com", name, json!({ "requestParameters": request }));
        let everything = Some(Wanted::Source(Source::Lambda, "eu-west-1".to_owned()));
        for name in ["CreateFunction20150331", "DeleteFunction20150331", "CreateEventSourceMapping20150331", "PublishLayerVersion20181031"]
        {
            assert_eq!(lambda(name, json!({ "functionName": "orders" })), everything, "{name}");
        }
        assert_eq!(lambda("PutAccountThing", json!({})), everything);
        assert_eq!(said("iam.amazonaws.com", "PutRolePolicy", json!({})), Some(Wanted::Source(Source::Iam, "global".to_owned())));
        assert_eq!(said("kms.amazonaws.com", "PutKeyPolicy", json!({})), Some(Wanted::Source(Source::Kms, "eu-west-1".to_owned())));
    }

    #[test]
    fn what_changed_nothing_here_is_no_change() {
        let orders = json!({ "requestParameters": { "functionName": "orders" } });
        let refused = json!({ "errorCode": "AccessDenied", "requestParameters": { "functionName": "orders" } });
        assert_eq!(said("lambda.amazonaws.com", "UpdateFunctionCode20150331v2", refused), None);
        assert_eq!(said("lambda.amazonaws.com", "GetFunction20150331v2", json!({ "readOnly": true })), None);
        assert_eq!(said("example.amazonaws.com", "Do", json!({})), None);
        assert_eq!(change(&event("lambda.amazonaws.com", "UpdateFunctionCode20150331v2", orders), "aws", "444455556666"), None);
        for junk in ["", "{}", "[]", "\"x\"", "{\"account\":\"111122223333\",\"detail\":{}}", "\u{0}"] {
            assert_eq!(change(junk, "aws", ACCOUNT), None, "{junk}");
        }
    }

    #[test]
    fn it_may_take_messages_and_nothing_else() {
        assert_eq!(event_actions(), ["sqs:ReceiveMessage", "sqs:DeleteMessage"]);
    }
}
