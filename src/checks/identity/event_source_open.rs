//! IA-025: strangers can put events in front of a function.

use super::feeding::{self, Feeds};
use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        resource_policy::{self, Opening},
    },
    model::{Arn, Function, Gap, Source},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-025",
    slug: "event-source-open",
    title: "What feeds a function listens to nobody but the account and those it trusts",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "A function takes an event for what it claims to be: whoever may write into its queue, topic, bucket or bus chooses its input \
          without ever calling it, and its role does the rest.",
    how: "Every trigger is joined with the policy of its source: queues, streams and tables of event source mappings and pipes, topics \
          with a subscription, buckets with a notification, buses with a rule. Open is a source whose policy, after its denies, lets in \
          everyone; for buckets unless RestrictPublicBuckets holds it shut. Medium when it is one account that nobody trusts, or a \
          service on behalf of any account. Disabled triggers and schedules are left alone.",
    links: Links {
        security_hub: &["SQS.3", "SNS.4", "S3.3", "EventBridge.3"],
        cis: &["2.21"],
        csf: &["PR.AA"],
        owasp: &["S1"],
        csa: &["SAS-1", "SAS-9"],
        attack: &["T1190"],
        ..Links::NONE
    },
    reads: &[
        Source::Lambda,
        Source::Sqs,
        Source::Sns,
        Source::S3,
        Source::Events,
        Source::Pipes,
        Source::Kinesis,
        Source::DynamoDb,
        Source::Organizations,
    ],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "lambda:GetPolicy",
            "lambda:ListAliases",
            "lambda:ListVersionsByFunction",
            "lambda:ListEventSourceMappings",
            "sqs:ListQueues",
            "sqs:GetQueueAttributes",
            "sns:ListTopics",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptions",
            "s3:ListAllMyBuckets",
            "s3:GetBucketNotification",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetAccountPublicAccessBlock",
            "events:ListEventBuses",
            "events:DescribeEventBus",
            "events:ListRules",
            "events:ListTargetsByRule",
            "pipes:ListPipes",
            "kinesis:ListStreams",
            "kinesis:GetResourcePolicy",
            "dynamodb:ListTables",
            "dynamodb:GetResourcePolicy",
            "organizations:DescribeOrganization",
        ],
        provider: "AWS carries an event to the function as it was sent, and lets into a queue, topic, bucket or bus whomever its policy \
                   names",
        avoids: &[
            "A source without a policy, which listens to its own account only",
            "A statement for everyone that a Deny of the same policy takes back",
            "A source that strangers may read and not write",
            "A bucket that RestrictPublicBuckets holds shut",
            "Mappings and rules that are switched off",
            "A stranger's account, or a service on behalf of any account, as more than medium",
            "An account that the configuration names as trusted",
        ],
        cli: "aws sqs set-queue-attributes --queue-url <QUEUE_URL> --attributes file://attributes-with-policy.json --region <REGION>
aws sns set-topic-attributes --topic-arn <TOPIC_ARN> --attribute-name Policy --attribute-value file://policy.json --region <REGION>
aws s3api put-bucket-policy --bucket <BUCKET_NAME> --policy file://policy.json --region <REGION>
aws events put-permission --event-bus-name <BUS_NAME> --policy file://policy.json --region <REGION>
aws kinesis put-resource-policy --resource-arn <STREAM_ARN> --policy file://policy.json --region <REGION>
aws dynamodb put-resource-policy --resource-arn <TABLE_ARN> --policy file://policy.json --region <REGION>",
        cloudformation: r#"# The same for AWS::SNS::TopicPolicy, AWS::S3::BucketPolicy, AWS::Events::EventBusPolicy and AWS::Kinesis::ResourcePolicy.
Type: AWS::SQS::QueuePolicy
Properties:
  Queues: [!Ref <QUEUE>]
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Principal:
          Service: s3.amazonaws.com
        Action: sqs:SendMessage
        Resource: !GetAtt <QUEUE>.Arn
        Condition:
          StringEquals: {"aws:SourceAccount": !Ref AWS::AccountId}
          ArnEquals: {"aws:SourceArn": <BUCKET_ARN>}"#,
        terraform: r#"# The same for aws_sns_topic_policy, aws_s3_bucket_policy, aws_cloudwatch_event_bus_policy and aws_kinesis_resource_policy.
resource "aws_sqs_queue_policy" "<NAME>" {
  queue_url = aws_sqs_queue.<QUEUE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.<QUEUE>.arn
      Condition = {
        StringEquals = { "aws:SourceAccount" = "<ACCOUNT_ID>" }
        ArnEquals    = { "aws:SourceArn" = aws_s3_bucket.<BUCKET>.arn }
      }
    }]
  })
}"#,
        undo: "Put back the policy that stood before with the same commands; what strangers sent in the meantime is not taken back",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let feeds = Feeds::new(context);
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, &feeds, function))
}

/// A source that strangers can write to.
struct Leak<'f> {
    source: &'f Arn,
    openings: Vec<&'f Opening>,
}

/// The open sources of `function`, the worst first.
fn leaks<'f>(feeds: &'f Feeds, function: &Function) -> (Vec<Leak<'f>>, Option<Gap>) {
    let mut leaks: Vec<Leak<'f>> = Vec::new();
    let mut unknown = None;
    for trigger in feeds.of(function) {
        let Some(heard) = feeds.heard_by(&trigger.source) else { continue };
        unknown = unknown.or_else(|| heard.gap.clone());
        if !heard.found.is_empty() && leaks.iter().all(|leak| *leak.source != trigger.source) {
            leaks.push(Leak { source: &trigger.source, openings: heard.found.iter().collect() });
        }
    }
    leaks.sort_by_key(|leak| !leak.openings.iter().any(|opening| opening.public));
    (leaks, unknown)
}

fn judge(context: &Context<'_>, feeds: &Feeds, function: &Function) -> Result<Ruling, Gap> {
    let (leaks, unknown) = leaks(feeds, function);
    let Some(worst) = leaks.first() else {
        if let Some(gap) = unknown.or_else(|| feeding::unread(context, function)) {
            return Err(gap);
        }
        return Ok(if feeds.of(function).is_empty() { Ruling::NotApplicable } else { Ruling::Pass });
    };
    let mut evidence: Vec<Evidence> = Vec::new();
    for leak in &leaks {
        let source = feeding::way_in(leak.source).map_or("", |(_, call)| call);
        for opening in &leak.openings {
            let one = Evidence::statement(source, &format!("policy of {}", leak.source.name()), &opening.reach.statement);
            if !evidence.contains(&one) {
                evidence.push(one);
            }
        }
        let triggers = feeds.of(function).iter().filter(|trigger| trigger.source == *leak.source);
        evidence.extend(triggers.map(|trigger| trigger.evidence.clone()));
    }
    let openings: Vec<Opening> = worst.openings.iter().map(|&opening| opening.clone()).collect();
    let who = resource_policy::names(&openings);
    let others = if leaks.len() > 1 { format!(" and {} more", leaks.len() - 1) } else { String::new() };
    let what = match worst.source.service() {
        "sqs" => "queue",
        "sns" => "topic",
        "s3" => "bucket",
        "events" => "event bus",
        "kinesis" => "stream",
        _ => "table",
    };
    let message = format!("{} works on what {who} may put into the {what} {}{others}", function.name, worst.source.name());
    let fault = Fault::new(message, evidence);
    let public = worst.openings.iter().any(|opening| opening.public);
    Ok(if public { fault } else { fault.severity(Severity::Medium) }.into())
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let feeds = Feeds::new(context);
    let (leaks, _) = leaks(&feeds, function);
    let summary = format!("Let nobody from outside write into what feeds {}", function.name);
    let plan = Plan::new(Effort::OneKey, Risk::Careful, summary);
    let plan = leaks.iter().fold(plan, |plan, leak| match feeding::policy_of(context, leak.source) {
        Ok(Some((text, region))) => {
            let openings: Vec<Opening> = leak.openings.iter().map(|&opening| opening.clone()).collect();
            resource_policy::shut(context, plan, leak.source, region, text, &openings)
        }
        _ => plan,
    });
    // Where nothing can be taken out, a person has to write what binds.
    Some(if plan.undo.is_empty() { Plan { effort: Effort::Guided, ..plan } } else { plan })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{ACCOUNT, REGION, Says, cases, denied, table, with_bucket, with_function},
        },
        model::{
            Arn, EventBus, EventBusAttributes, EventRule, EventSourceMapping, EventTarget, Fact, Function, Gap, KinesisStream, Pipe,
            PolicyText, Posture, Queue, QueueAttributes, Region, Subscription, SubscriptionEndpoint, Topic, TopicAttributes,
        },
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
    const ANYONE: &str = r#"{"Sid":"anyone","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
    const OWN: &str = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"*","Resource":"*"}"#;

    fn text(statements: &[&str]) -> Option<PolicyText> {
        Some(PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))))
    }

    fn attributes(policy: Option<PolicyText>) -> Fact<QueueAttributes> {
        Fact::Known(QueueAttributes { policy, sqs_managed_sse: None, kms_key: None, retention_seconds: None, dead_letter_queue: None })
    }

    fn change(mut posture: Posture, change: impl FnOnce(&mut Region)) -> Posture {
        change(posture.regions.get_mut(REGION).unwrap());
        posture
    }

    fn mapping(source: &Arn) -> EventSourceMapping {
        let arn = Arn::build("aws", "lambda", REGION, ACCOUNT, "event-source-mapping:a");
        EventSourceMapping {
            source: Some(source.clone()),
            ..EventSourceMapping::new(arn, "a", Arn::from(format!("{FUNCTION}:live").as_str()))
        }
    }

    fn queue(attributes: Fact<QueueAttributes>) -> Posture {
        change(with_function(|_| ()), |region| {
            let arn = Arn::build("aws", "sqs", REGION, ACCOUNT, "orders");
            region.event_source_mappings.items.push(mapping(&arn));
            region.queues.items.push(Queue { arn, url: "https://queue/orders".to_owned(), attributes });
        })
    }

    fn topic(statement: &str) -> Posture {
        change(with_function(|_| ()), |region| {
            let arn = Arn::build("aws", "sns", REGION, ACCOUNT, "orders");
            region.subscriptions.items.push(Subscription {
                arn: Arn::new(format!("{arn}:1")),
                topic: arn.clone(),
                owner: ACCOUNT.to_owned(),
                protocol: "lambda".to_owned(),
                endpoint: SubscriptionEndpoint::Resource(Arn::from(FUNCTION)),
            });
            region.topics.items.push(Topic { arn, attributes: Fact::Known(TopicAttributes { policy: text(&[statement]), kms_key: None }) });
        })
    }

    fn bus(statement: &str, state: &str) -> Posture {
        change(with_function(|_| ()), |region| {
            let arn = Arn::build("aws", "events", REGION, ACCOUNT, "event-bus/orders");
            region.event_rules.items.push(EventRule {
                arn: Arn::build("aws", "events", REGION, ACCOUNT, "rule/orders/new"),
                name: "new".to_owned(),
                bus: "orders".to_owned(),
                pattern: Some("{}".to_owned()),
                schedule: None,
                state: state.to_owned(),
                role: None,
                managed_by: None,
                targets: Fact::Known(vec![EventTarget {
                    id: "1".to_owned(),
                    arn: Arn::from(FUNCTION),
                    role: None,
                    dead_letter_queue: None,
                    retries: None,
                    input: None,
                    http_parameters: None,
                }]),
            });
            let attributes = EventBusAttributes { policy: text(&[statement]), kms_key: None, dead_letter_queue: None, logs_events: false };
            region.event_buses.items.push(EventBus { arn, name: "orders".to_owned(), attributes: Fact::Known(attributes) });
        })
    }

    fn bucket(restricted: bool) -> Posture {
        let buckets = with_bucket(|bucket| {
            bucket.policy = Fact::Known(text(&[
                r#"{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::orders/incoming/*"}"#,
            ]));
            bucket.public_access_block.known_mut().unwrap().as_mut().unwrap().restrict_public_buckets = restricted;
        });
        let mut posture = change(with_function(|_| ()), |region| region.buckets = buckets.regions[REGION].buckets.clone());
        posture.governance.s3_public_access_block = Fact::Known(None);
        posture
    }

    /// A function that SNS may invoke, of an account whose subscriptions were not read.
    fn pushed(names_sns: bool) -> Posture {
        let posture = with_function(|function| {
            let statement = format!(
                r#"{{"Effect":"Allow","Principal":{{"Service":"{}.amazonaws.com"}},"Action":"lambda:InvokeFunction","Resource":"*"}}"#,
                if names_sns { "sns" } else { "apigateway" }
            );
            function.policies.insert(Function::UNQUALIFIED.to_owned(), Fact::Known(text(&[&statement])));
        });
        change(posture, |region| region.subscriptions.gap = Some(Gap::denied("sns:ListSubscriptions", "no")))
    }

    #[test]
    fn rules() {
        let stranger = r#"{"Effect":"Allow","Principal":{"AWS":"999999999999"},"Action":"sqs:SendMessage","Resource":"*"}"#;
        let deputy = r#"{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"*"}"#;
        let read = r#"{"Effect":"Allow","Principal":"*","Action":"sqs:ReceiveMessage","Resource":"*"}"#;
        let deny = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"123456789012"}}}"#;
        cases(
            &CHECK,
            [
                ("nothing feeds it", with_function(|_| ()), Says::NotApplicable),
                ("a queue of the account", queue(attributes(text(&[OWN]))), Says::Pass),
                ("a queue without a policy", queue(attributes(None)), Says::Pass),
                ("a queue that anyone writes to", queue(attributes(text(&[ANYONE]))), Says::Fail),
                ("anyone, but for a deny", queue(attributes(text(&[ANYONE, deny]))), Says::Pass),
                ("a queue that anyone reads", queue(attributes(text(&[read]))), Says::Pass),
                ("a queue for a stranger", queue(attributes(text(&[stranger]))), Says::Fail),
                ("a queue for any bucket", queue(attributes(text(&[deputy]))), Says::Fail),
                (
                    "a mapping that is off",
                    change(queue(attributes(text(&[ANYONE]))), |region| {
                        region.event_source_mappings.items[0].state = "Disabled".to_owned();
                    }),
                    Says::NotApplicable,
                ),
                ("a topic that anyone publishes to", topic(ANYONE), Says::Fail),
                ("a topic of the account", topic(OWN), Says::Pass),
                ("a bus for everyone", bus(ANYONE, "ENABLED"), Says::Fail),
                ("a bus for everyone, with a rule that is off", bus(ANYONE, "DISABLED"), Says::NotApplicable),
                ("a bucket that anyone writes to", bucket(false), Says::Fail),
                ("the same, held shut", bucket(true), Says::Pass),
                ("denied", queue(Gap::denied("sqs:GetQueueAttributes", "no").into()), Says::Unknown),
                ("unread", queue(Fact::unread("sqs:GetQueueAttributes")), Says::Unknown),
                ("SNS may push, and its subscriptions were denied", pushed(true), Says::Unknown),
                ("SNS may not push", pushed(false), Says::NotApplicable),
                (
                    "who may push was denied",
                    change(pushed(false), |region| {
                        let denied = Gap::denied("lambda:GetPolicy", "no").into();
                        region.functions.items[0].policies.insert(Function::UNQUALIFIED.to_owned(), denied);
                    }),
                    Says::Unknown,
                ),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    /// A stream with this policy, which a mapping reads by `consumer`, if any.
    fn stream(policy: Fact<Option<PolicyText>>, consumer: &str) -> Posture {
        change(with_function(|_| ()), |region| {
            let arn = Arn::build("aws", "kinesis", REGION, ACCOUNT, "stream/clicks");
            region.event_source_mappings.items.push(mapping(&Arn::new(format!("{arn}{consumer}"))));
            region.kinesis_streams.items.push(KinesisStream { arn, summary: Fact::unread("kinesis:DescribeStreamSummary"), policy });
        })
    }

    /// A table with this policy, the stream of which a mapping reads.
    fn changes(policy: Fact<Option<PolicyText>>) -> Posture {
        change(with_function(|_| ()), |region| {
            let mut table = table("orders");
            table.policy = policy;
            region.event_source_mappings.items.push(mapping(&Arn::new(format!("{}/stream/2026-01-01", table.arn))));
            region.tables.items.push(table);
        })
    }

    /// What feeds `fed` by a mapping, but by a pipe.
    fn piped(fed: Posture, state: &str) -> Posture {
        change(fed, |region| {
            let source = region.event_source_mappings.items.remove(0).source.unwrap();
            region.pipes.items.push(Pipe {
                arn: Arn::build("aws", "pipes", REGION, ACCOUNT, "pipe/orders"),
                name: "orders".to_owned(),
                source: source.as_str().to_owned(),
                enrichment: None,
                target: Arn::from(format!("{FUNCTION}:live").as_str()),
                state: state.to_owned(),
                details: Fact::unread("pipes:DescribePipe"),
            });
        })
    }

    #[test]
    fn pipes_streams_and_tables_feed_as_queues_do() {
        let lets = |principal: &str, action: &str| {
            Fact::Known(text(&[&format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"{action}","Resource":"*"}}"#)]))
        };
        let (anyone, stranger) = (r#""*""#, r#"{"AWS":"999999999999"}"#);
        let open = || stream(lets(anyone, "kinesis:PutRecords"), "");
        cases(
            &CHECK,
            [
                ("a stream that anyone writes to", open(), Says::Fail),
                ("a consumer of it", stream(lets(anyone, "kinesis:PutRecord"), "/consumer/orders:1"), Says::Fail),
                ("a stream that a stranger writes to", stream(lets(stranger, "kinesis:*"), ""), Says::Fail),
                ("a stream that anyone reads", stream(lets(anyone, "kinesis:GetRecords"), ""), Says::Pass),
                ("a stream without a policy", stream(Fact::Known(None), ""), Says::Pass),
                ("a stream's policy denied", stream(Gap::denied("kinesis:GetResourcePolicy", "no").into(), ""), Says::Unknown),
                ("a table that anyone writes to", changes(lets(anyone, "dynamodb:PutItem")), Says::Fail),
                ("a table that a stranger writes to", changes(lets(stranger, "dynamodb:BatchWriteItem")), Says::Fail),
                ("a table that anyone reads", changes(lets(anyone, "dynamodb:GetItem")), Says::Pass),
                ("a table of the account", changes(Fact::Known(text(&[OWN]))), Says::Pass),
                ("a table's policy denied", changes(Gap::denied("dynamodb:GetResourcePolicy", "no").into()), Says::Unknown),
                ("a pipe from an open stream", piped(open(), "RUNNING"), Says::Fail),
                ("a pipe from an open queue", piped(queue(attributes(text(&[ANYONE]))), "RUNNING"), Says::Fail),
                ("a pipe from the stream of an open table", piped(changes(lets(anyone, "dynamodb:*")), "RUNNING"), Says::Fail),
                ("a pipe from a queue of the account", piped(queue(attributes(text(&[OWN]))), "RUNNING"), Says::Pass),
                ("a pipe that is off", piped(open(), "STOPPED"), Says::NotApplicable),
                (
                    "pipes denied",
                    change(with_function(|_| ()), |region| region.pipes.gap = Some(Gap::denied("pipes:ListPipes", "no"))),
                    Says::Unknown,
                ),
            ],
        );
        let fault = |posture: &Posture| {
            let settings = Settings::default();
            let verdict = (CHECK.run)(&Context::new(posture, &settings)).remove(0);
            let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
            (fault.message.clone(), fault.evidence.iter().map(|one| one.source).collect::<Vec<_>>())
        };
        let (message, sources) = fault(&piped(open(), "RUNNING"));
        assert_eq!(message, "orders works on what anyone may put into the stream clicks");
        assert_eq!(sources, ["kinesis:GetResourcePolicy", "pipes:ListPipes"]);
        let (message, sources) = fault(&changes(lets(anyone, "dynamodb:PutItem")));
        assert_eq!(message, "orders works on what anyone may put into the table orders");
        assert_eq!(sources, ["dynamodb:GetResourcePolicy", "lambda:ListEventSourceMappings"]);
    }

    #[test]
    fn the_queue_is_shut_and_can_be_opened_again() {
        let settings = Settings::default();
        let posture = queue(attributes(text(&[ANYONE, OWN])));
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
        assert_eq!(fault.severity, None);
        assert_eq!(fault.message, "orders works on what anyone may put into the queue orders");
        assert!(fault.evidence[0].value.contains("anyone") && fault.evidence[0].line > 0);
        assert_eq!(fault.evidence[1].pointer, "EventSourceArn");
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert!(plan.commands()[0].starts_with("aws sqs set-queue-attributes --queue-url https://queue/orders"));
        assert!(!plan.commands()[0].contains("anyone") && plan.undo_commands()[0].contains("anyone"));
        let stranger = r#"{"Effect":"Allow","Principal":{"AWS":"999999999999"},"Action":"sqs:SendMessage","Resource":"*"}"#;
        let stranger = queue(attributes(text(&[stranger])));
        let verdict = (CHECK.run)(&Context::new(&stranger, &settings)).remove(0);
        assert!(matches!(&verdict.ruling, Ruling::Fail(fault) if fault.severity == Some(Severity::Medium)));
        let trusting = Settings { trusted_accounts: vec!["999999999999".to_owned()], ..Settings::default() };
        let verdict = (CHECK.run)(&Context::new(&stranger, &trusting)).remove(0);
        assert!(matches!(verdict.ruling, Ruling::Pass));
        let deputy = queue(attributes(text(&[
            r#"{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"*"}"#,
        ])));
        let context = Context::new(&deputy, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        assert!(matches!(&verdict.ruling, Ruling::Fail(fault) if fault.severity == Some(Severity::Medium)));
        assert!((CHECK.fix)(&context, &verdict).unwrap().commands()[0].contains("aws:SourceAccount"));
    }
}
