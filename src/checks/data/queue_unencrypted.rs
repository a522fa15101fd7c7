//! DP-009: a queue, topic or stream of a function keeps its messages unencrypted.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Protection, Ruling, Severity, Verdict, works_with::User},
    model::{Arn, Gap, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-009",
    slug: "queue-unencrypted",
    title: "Queues, topics and streams of functions encrypt what they keep",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "Events carry what people typed: orders, addresses, tokens. A queue keeps them for up to fourteen days, a stream for up to a year, \
          in the clear for whoever reads its disks.",
    how: "Of the queues, topics and streams that a function is triggered by, delivers to, names in its environment or that its role's \
          policies name: SqsManagedSseEnabled is false and there is no KmsMasterKeyId, or EncryptionType of the stream is NONE. A topic \
          without a key is low, unless its class demands customer-key: SNS encrypts its disks, but nobody can cut access by a key. \
          Those that no function works with are left alone.",
    links: Links { security_hub: &["SQS.1", "SNS.1", "Kinesis.1"], csf: &["PR.DS"], owasp: &["S3"], soc: &["PI1.4"], ..Links::NONE },
    reads: &[Source::Sqs, Source::Sns, Source::Kinesis, Source::Lambda, Source::Iam, Source::Tag],
    run,
    fix,
    guide: Guide {
        calls: &[
            "sqs:ListQueues",
            "sqs:GetQueueAttributes",
            "sns:ListTopics",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptions",
            "kinesis:ListStreams",
            "kinesis:DescribeStreamSummary",
            "lambda:ListFunctions",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctionEventInvokeConfigs",
            "iam:GetAccountAuthorizationDetails",
            "tag:GetResources",
        ],
        provider: "AWS encrypts new queues with keys of SQS unless told otherwise; older queues and streams stay as they were made",
        avoids: &[
            "A queue, topic or stream that no function works with",
            "A queue under SQS's own keys: a key of yours is not asked for",
            "A topic without a key as more than low, as SNS encrypts its disks anyway, unless its class demands customer-key",
        ],
        cli: "aws sqs set-queue-attributes --queue-url <QUEUE_URL> --attributes SqsManagedSseEnabled=true --region <REGION>\n\
aws sns set-topic-attributes --topic-arn <TOPIC_ARN> --attribute-name KmsMasterKeyId --attribute-value alias/aws/sns --region <REGION>\n\
aws kinesis start-stream-encryption --stream-name <STREAM_NAME> --encryption-type KMS --key-id alias/aws/kinesis --region <REGION>",
        cloudformation: "Queue:
  Type: AWS::SQS::Queue
  Properties:
    SqsManagedSseEnabled: true
Topic:
  Type: AWS::SNS::Topic
  Properties:
    KmsMasterKeyId: alias/aws/sns
Stream:
  Type: AWS::Kinesis::Stream
  Properties:
    StreamEncryption:
      EncryptionType: KMS
      KeyId: alias/aws/kinesis",
        terraform: r#"resource "aws_sqs_queue" "<NAME>" {
  sqs_managed_sse_enabled = true
}

resource "aws_sns_topic" "<NAME>" {
  kms_master_key_id = "alias/aws/sns"
}

resource "aws_kinesis_stream" "<NAME>" {
  encryption_type = "KMS"
  kms_key_id      = "alias/aws/kinesis"
}"#,
        undo: r#"aws sqs set-queue-attributes --queue-url <QUEUE_URL> --attributes SqsManagedSseEnabled=false --region <REGION>
aws sns set-topic-attributes --topic-arn <TOPIC_ARN> --attribute-name KmsMasterKeyId --attribute-value "" --region <REGION>
aws kinesis stop-stream-encryption --stream-name <STREAM_NAME> --encryption-type KMS --key-id alias/aws/kinesis --region <REGION>"#,
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let works = context.works_with();
    let mut verdicts = context.each(
        &CHECK,
        |region| &region.queues,
        |_, queue| {
            let Some(user) = works.user(&queue.arn)? else { return Ok(Ruling::NotApplicable) };
            let attributes = queue.attributes.known()?;
            match (&attributes.kms_key, attributes.sqs_managed_sse) {
                (Some(_), _) | (_, Some(true)) => Ok(Ruling::Pass),
                (None, Some(false)) => {
                    let evidence = Evidence::field("sqs:GetQueueAttributes", "SqsManagedSseEnabled", "false");
                    Ok(plain(context, "queue", &queue.arn, user, evidence).into())
                }
                (None, None) => Err(Gap::failed("sqs:GetQueueAttributes", "the answer does not say SqsManagedSseEnabled")),
            }
        },
    );
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.topics,
        |_, topic| {
            let Some(user) = works.user(&topic.arn)? else { return Ok(Ruling::NotApplicable) };
            if topic.attributes.known()?.kms_key.is_some() {
                return Ok(Ruling::Pass);
            }
            let evidence = Evidence::field("sns:GetTopicAttributes", "KmsMasterKeyId", "none");
            Ok(plain(context, "topic", &topic.arn, user, evidence).into())
        },
    ));
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.kinesis_streams,
        |_, stream| {
            let Some(user) = works.user(&stream.arn)? else { return Ok(Ruling::NotApplicable) };
            match stream.summary.known()?.encryption.as_deref() {
                Some("KMS") => Ok(Ruling::Pass),
                Some("NONE") => {
                    let evidence = Evidence::field("kinesis:DescribeStreamSummary", "EncryptionType", "NONE");
                    Ok(plain(context, "stream", &stream.arn, user, evidence).into())
                }
                _ => Err(Gap::failed("kinesis:DescribeStreamSummary", "the answer does not say EncryptionType")),
            }
        },
    ));
    verdicts
}

fn plain(context: &Context<'_>, kind: &str, arn: &Arn, user: &User<'_>, evidence: Evidence) -> Fault {
    let mut message = format!("The {kind} {}, which {} works with, is not encrypted with a key", arn.name(), user.function.name);
    let mut evidence = vec![evidence, user.evidence.clone()];
    match context.standing(arn).known_demand(Protection::CustomerKey) {
        Some(demand) => {
            message.push_str(&format!(": {demand}"));
            evidence.push(demand.evidence());
        }
        None if kind == "topic" => return Fault::new(message, evidence).severity(Severity::Low),
        None => {}
    }
    Fault::new(message, evidence)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let arn = &verdict.resource;
    let region = context.posture.regions.get(&*verdict.region)?;
    let plan = |risk, summary| Plan::new(Effort::OneKey, risk, summary);
    Some(match arn.service() {
        "sqs" => {
            let url = &crate::model::find(&region.queues, arn)?.url;
            let set = |value: &str| {
                Call::new("sqs", "set-queue-attributes", &*verdict.region)
                    .with("queue-url", url.as_str())
                    .with("attributes", format!("SqsManagedSseEnabled={value}"))
            };
            plan(Risk::Safe, "Encrypt the queue with SQS's own keys: nobody's access changes").step(set("true")).undo(set("false"))
        }
        "sns" => {
            let set = |value: &str| {
                Call::new("sns", "set-topic-attributes", &*verdict.region)
                    .with("topic-arn", arn.as_str())
                    .with("attribute-name", "KmsMasterKeyId")
                    .with("attribute-value", value)
            };
            plan(Risk::Careful, "Encrypt the topic with AWS's key for SNS")
                .step("Services that publish, such as EventBridge or S3, cannot use AWS's key: for them take a key of your own that lets them")
                .step(set("alias/aws/sns"))
                .undo(set(""))
        }
        "kinesis" => {
            let call = |operation: &'static str| {
                Call::new("kinesis", operation, &*verdict.region)
                    .with("stream-name", arn.name())
                    .with("encryption-type", "KMS")
                    .with("key-id", "alias/aws/kinesis")
            };
            plan(Risk::Careful, "Encrypt the stream with AWS's key for Kinesis")
                .step(call("start-stream-encryption"))
                .undo(call("stop-stream-encryption"))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{ACCOUNT, REGION, Says, ask, cases, denied, with_function},
        model::{Arn, Fact, KinesisStream, KinesisStreamSummary, Posture, Queue, QueueAttributes, Topic, TopicAttributes},
    };

    fn queue(used: bool, sse: Option<bool>, key: Option<&str>) -> Posture {
        let arn = Arn::build("aws", "sqs", REGION, ACCOUNT, "jobs");
        let mut posture = with_function(|function| function.dead_letter = used.then(|| arn.clone()));
        let attributes = QueueAttributes {
            policy: None,
            sqs_managed_sse: sse,
            kms_key: key.map(str::to_owned),
            retention_seconds: None,
            dead_letter_queue: None,
        };
        let queue = Queue { arn, url: "https://sqs/jobs".to_owned(), attributes: Fact::Known(attributes) };
        posture.regions.get_mut(REGION).expect("the Region").queues.items.push(queue);
        posture
    }

    fn unread() -> Posture {
        let mut posture = queue(true, None, None);
        posture.regions.get_mut(REGION).expect("the Region").queues.items[0].attributes = Fact::unread("sqs:GetQueueAttributes");
        posture
    }

    fn topic(key: Option<&str>) -> Posture {
        let arn = Arn::build("aws", "sns", REGION, ACCOUNT, "alarms");
        let mut posture = with_function(|function| function.dead_letter = Some(arn.clone()));
        let attributes = TopicAttributes { policy: None, kms_key: key.map(str::to_owned) };
        posture.regions.get_mut(REGION).expect("the Region").topics.items.push(Topic { arn, attributes: Fact::Known(attributes) });
        posture
    }

    fn stream(encryption: Option<&str>) -> Posture {
        let arn = Arn::build("aws", "kinesis", REGION, ACCOUNT, "stream/clicks");
        let mut posture = with_function(|function| function.dead_letter = Some(arn.clone()));
        let summary = KinesisStreamSummary {
            status: "ACTIVE".to_owned(),
            encryption: encryption.map(str::to_owned),
            kms_key: None,
            retention_hours: 24,
        };
        let stream = KinesisStream { arn, summary: Fact::Known(summary), policy: Fact::Known(None) };
        posture.regions.get_mut(REGION).expect("the Region").kinesis_streams.items.push(stream);
        posture
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("SQS's own keys", queue(true, Some(true), None), Says::Pass),
                ("a key of the account's", queue(true, Some(false), Some("alias/jobs")), Says::Pass),
                ("none", queue(true, Some(false), None), Says::Fail),
                ("no function's", queue(false, Some(false), None), Says::NotApplicable),
                ("not said", queue(true, None, None), Says::Unknown),
                ("not read", unread(), Says::Unknown),
                ("a topic with a key", topic(Some("alias/aws/sns")), Says::Pass),
                ("a topic without", topic(None), Says::Fail),
                ("a stream with a key", stream(Some("KMS")), Says::Pass),
                ("a stream without", stream(Some("NONE")), Says::Fail),
                ("a stream that does not say", stream(None), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
