//! FN-024: an event that the function fails on is lost.

use std::collections::BTreeMap;

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict, context::listed},
    iam::Principal,
    model::{Arn, EventSourceMapping, Function, Gap, Region, Source, SubscriptionEndpoint, find},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-024",
    slug: "events-lost",
    title: "Events that a function fails on are kept",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "Lambda tries an asynchronous event three times and then drops it; a stream drops a record when it expires, a queue without a \
          dead-letter queue a message. An order is gone, or the trace of an attack is, and nobody can look at what made the function fail.",
    how: "Something invokes the function asynchronously: a bucket's notification, a topic's subscription, an enabled rule or schedule of \
          EventBridge, or it has settings for such events (ListFunctionEventInvokeConfigs); and neither its DeadLetterConfig nor an \
          OnFailure destination of the version or alias that is invoked keeps what fails. Or an enabled mapping of a Kinesis or DynamoDB \
          stream has no OnFailure destination, or the queue of a mapping no RedrivePolicy. Functions that are invoked synchronously only \
          have nothing to lose here. The dead-letter queue of a rule, a schedule or a subscription keeps what could not be delivered, not \
          what the function failed on.",
    links: Links { csf: &["PR.IR", "DE.CM"], owasp: &["S10"], csa: &["SAS-10"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Sqs, Source::S3, Source::Sns, Source::Events, Source::Scheduler],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "lambda:ListFunctionEventInvokeConfigs",
            "lambda:ListEventSourceMappings",
            "lambda:GetPolicy",
            "sqs:ListQueues",
            "sqs:GetQueueAttributes",
            "s3:ListAllMyBuckets",
            "s3:GetBucketNotification",
            "sns:ListSubscriptions",
            "events:ListRules",
            "events:ListTargetsByRule",
            "scheduler:ListSchedules",
        ],
        provider: "Lambda tries an asynchronous event three times unless told otherwise and keeps what fails only where you named a place \
                  for it",
        avoids: &[
            "Functions that are invoked synchronously only",
            "An OnFailure destination in place of a dead-letter queue, for the version or alias that is invoked",
            "Rules and mappings that are switched off",
            "A stream with an OnFailure destination, a queue with a redrive policy, and Kafka, which waits",
            "Sources that were not read and that the function's policy does not let in",
        ],
        cli: r#"# The first replaces all destinations: name OnSuccess as well, where there is one; leave --qualifier out for the function itself.
aws lambda put-function-event-invoke-config --function-name <FUNCTION_NAME> --qualifier <ALIAS> --destination-config '{"OnFailure":{"Destination":"<QUEUE_ARN>"}}' --region <REGION>
aws lambda update-event-source-mapping --uuid <MAPPING_ID> --destination-config '{"OnFailure":{"Destination":"<QUEUE_ARN>"}}' --region <REGION>
aws sqs set-queue-attributes --queue-url <SOURCE_QUEUE_URL> --attributes '{"RedrivePolicy":"{\"deadLetterTargetArn\":\"<QUEUE_ARN>\",\"maxReceiveCount\":\"5\"}"}' --region <REGION>"#,
        cloudformation: "InvokeConfig:
  Type: AWS::Lambda::EventInvokeConfig
  Properties:
    FunctionName: !Ref <FUNCTION>
    Qualifier: $LATEST
    DestinationConfig:
      OnFailure:
        Destination: !GetAtt <QUEUE>.Arn
Mapping:
  Type: AWS::Lambda::EventSourceMapping
  Properties:
    DestinationConfig:
      OnFailure:
        Destination: !GetAtt <QUEUE>.Arn
Source:
  Type: AWS::SQS::Queue
  Properties:
    RedrivePolicy:
      deadLetterTargetArn: !GetAtt <QUEUE>.Arn
      maxReceiveCount: 5",
        terraform: r#"resource "aws_lambda_function_event_invoke_config" "<NAME>" {
  function_name = aws_lambda_function.<FUNCTION>.function_name

  destination_config {
    on_failure {
      destination = aws_sqs_queue.<QUEUE>.arn
    }
  }
}

resource "aws_lambda_event_source_mapping" "<NAME>" {
  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.<QUEUE>.arn
    }
  }
}

resource "aws_sqs_queue_redrive_policy" "<NAME>" {
  queue_url = aws_sqs_queue.<SOURCE>.id
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.<QUEUE>.arn
    maxReceiveCount     = 5
  })
}"#,
        undo: r#"aws lambda delete-function-event-invoke-config --function-name <FUNCTION_NAME> --qualifier <ALIAS> --region <REGION>
aws lambda update-event-source-mapping --uuid <MAPPING_ID> --destination-config '{"OnFailure":{}}' --region <REGION>
aws sqs set-queue-attributes --queue-url <SOURCE_QUEUE_URL> --attributes '{"RedrivePolicy":""}' --region <REGION>"#,
    },
};

/// How something invokes a function asynchronously.
struct Push {
    /// The version or alias that it names.
    qualifier: String,
    evidence: Evidence,
}

/// What invokes functions asynchronously, by function, and why more of that may not be known: for services that a function's policy has
/// to name, with that name.
#[derive(Default)]
struct Pushes {
    by_function: BTreeMap<Arn, Vec<Push>>,
    gaps: Vec<(Option<&'static str>, Gap)>,
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let pushes = pushes(context);
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, &pushes, function))
}

/// Why what pushes in `region` may not all be known.
fn gaps(region: &Region) -> impl Iterator<Item = (Option<&'static str>, Gap)> {
    let notifications = || region.buckets.items.iter().find_map(|bucket| bucket.notifications.gap().cloned());
    let targets = || region.event_rules.items.iter().find_map(|rule| rule.targets.gap().cloned());
    [
        (Some("sns.amazonaws.com"), listed(&region.subscriptions).err()),
        (Some("s3.amazonaws.com"), listed(&region.buckets).err().or_else(notifications)),
        (Some("events.amazonaws.com"), listed(&region.event_rules).err().or_else(targets)),
        // A schedule brings a role of its own.
        (None, listed(&region.schedules).err()),
    ]
    .into_iter()
    .filter_map(|(service, gap)| Some((service, gap?)))
}

/// Goes once through everything that invokes a function asynchronously.
fn pushes(context: &Context<'_>) -> Pushes {
    let mut pushes = Pushes { gaps: context.posture.regions.values().flat_map(gaps).collect(), ..Pushes::default() };
    let mut add = |target: &Arn, source: &'static str, pointer: &str, value: &str| {
        if target.service() == "lambda" {
            let push = Push { qualifier: qualifier(target), evidence: Evidence::field(source, pointer, value) };
            pushes.by_function.entry(target.unqualified()).or_default().push(push);
        }
    };
    for region in context.posture.regions.values() {
        for bucket in &region.buckets.items {
            for target in bucket.notifications.known().into_iter().flat_map(|told| &told.targets) {
                add(&target.arn, "s3:GetBucketNotification", bucket.arn.as_str(), &target.events.join(", "));
            }
        }
        for subscription in &region.subscriptions.items {
            if let SubscriptionEndpoint::Resource(function) = &subscription.endpoint {
                add(function, "sns:ListSubscriptions", "TopicArn", subscription.topic.as_str());
            }
        }
        for rule in region.event_rules.items.iter().filter(|rule| rule.is_enabled()) {
            for target in rule.targets.known().into_iter().flatten() {
                add(&target.arn, "events:ListTargetsByRule", rule.arn.as_str(), target.arn.as_str());
            }
        }
        for schedule in region.schedules.items.iter().filter(|schedule| schedule.state != "DISABLED") {
            add(&schedule.target, "scheduler:ListSchedules", schedule.arn.as_str(), schedule.target.as_str());
        }
    }
    pushes
}

/// What of a function an ARN names: `$LATEST` when it names no version or alias.
fn qualifier(arn: &Arn) -> String {
    let name = arn.resource().strip_prefix("function:").and_then(|name| name.split_once(':'));
    name.map_or(Function::UNQUALIFIED, |(_, qualifier)| qualifier).to_owned()
}

fn judge(context: &Context<'_>, all: &Pushes, function: &Function) -> Result<Ruling, Gap> {
    let pushes = all.by_function.get(&function.arn).map_or(&[][..], Vec::as_slice);
    let mut gap = None;
    let mut evidence = Vec::new();
    let mut lost = Vec::new();
    let mut kept = false;

    let mappings = context.known_mappings_of(function).iter().filter(|mapping| !mapping.state.starts_with("Disabl"));
    for mapping in mappings {
        match loses(context, mapping) {
            Ok(Some(found)) => {
                lost.push(mapping.source.as_ref().map_or(mapping.uuid.as_str(), |source| source.name()).to_owned());
                evidence.extend(found);
            }
            Ok(None) => kept = true,
            Err(found) => gap = Some(found),
        }
    }
    if function.dead_letter.is_some() {
        kept = true;
    } else {
        match function.event_invoke.known() {
            Ok(configs) => {
                let keeps = |qualifier: &str| configs.iter().any(|config| config.qualifier == qualifier && config.on_failure.is_some());
                for push in pushes {
                    if keeps(&push.qualifier) {
                        kept = true;
                    } else {
                        evidence.push(push.evidence.clone());
                    }
                }
                // Whoever sets how often to retry, invokes asynchronously.
                let set = configs.iter().filter(|config| config.on_failure.is_none());
                evidence.extend(set.map(|config| {
                    Evidence::field("lambda:ListFunctionEventInvokeConfigs", format!("{} OnFailure", config.qualifier), "none")
                }));
                let asynchronous =
                    configs.iter().any(|config| config.on_failure.is_none()) || pushes.iter().any(|push| !keeps(&push.qualifier));
                if asynchronous {
                    lost.push("asynchronous events".to_owned());
                    evidence.push(Evidence::field("lambda:ListFunctions", "DeadLetterConfig", "none"));
                }
                gap = gap.or_else(|| unread(context, all, function));
            }
            Err(found) if pushes.is_empty() => gap = gap.or_else(|| unread(context, all, function)).or_else(|| Some(found.clone())),
            Err(found) => gap = Some(found.clone()),
        }
    }
    if !lost.is_empty() {
        let what = if lost.len() == 1 { lost.remove(0) } else { format!("{} and {} more", lost[0], lost.len() - 1) };
        return Ok(Ruling::fail(format!("What {} fails on is lost: {what}", function.name), evidence));
    }
    if let Some(gap) = gap.or_else(|| context.mappings_of(function).err()) {
        return Err(gap);
    }
    Ok(if kept { Ruling::Pass } else { Ruling::NotApplicable })
}

/// What shows that a mapping loses what the function fails on; none when it is kept, or blocks until somebody looks.
fn loses(context: &Context<'_>, mapping: &EventSourceMapping) -> Result<Option<Vec<Evidence>>, Gap> {
    let Some(source) = &mapping.source else { return Ok(None) };
    let listed_by = || Evidence::field("lambda:ListEventSourceMappings", "EventSourceArn", source.as_str());
    match source.service() {
        "kinesis" | "dynamodb" if mapping.on_failure.is_none() => {
            Ok(Some(vec![listed_by(), Evidence::field("lambda:ListEventSourceMappings", "DestinationConfig.OnFailure", "none")]))
        }
        "sqs" => {
            let region = context.posture.regions.get(source.region());
            let Some(queue) = region.and_then(|region| find(&region.queues, source)) else {
                let gap = region.and_then(|region| listed(&region.queues).err());
                return Err(gap.unwrap_or_else(|| Gap::unsupported(format!("the queue {source} is not among those that were read"))));
            };
            if queue.attributes.known()?.dead_letter_queue.is_some() {
                return Ok(None);
            }
            Ok(Some(vec![listed_by(), Evidence::field("sqs:GetQueueAttributes", "RedrivePolicy", "none")]))
        }
        _ => Ok(None),
    }
}

/// Why something may invoke `function` asynchronously that is not known. What pushes needs a word in the function's policy: what is
/// not named there need not have been read.
fn unread(context: &Context<'_>, pushes: &Pushes, function: &Function) -> Option<Gap> {
    let named = |service: &str| {
        function.policies.values().any(|policy| match policy.known() {
            Ok(Some(text)) => context.library.document(text).map_or(true, |document| {
                let mut allows = document.statements.iter().filter(|statement| statement.is_allow());
                allows.any(|statement| {
                    statement.is_not_principal()
                        || statement.principals().iter().any(|principal| match principal {
                            Principal::Service(name) => name == service,
                            other => *other == Principal::Anyone,
                        })
                })
            }),
            Ok(None) => false,
            Err(_) => true,
        })
    };
    pushes.gaps.iter().find(|(service, _)| service.is_none_or(named)).map(|(_, gap)| gap.clone())
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let is_of_mapping = |evidence: &&Evidence| evidence.source == "lambda:ListEventSourceMappings";
    let mut plan = Plan::new(Effort::Prompt, Risk::Safe, format!("Keep what {} fails on in a queue that somebody looks at", function.name));
    plan = plan.step("Make a queue, let the function's role send to it, and put an alarm on its first message");
    if fault.evidence.iter().any(|evidence| !is_of_mapping(&evidence) && evidence.source != "sqs:GetQueueAttributes") {
        // A setting of its own keeps the destination of what succeeds: changing it by hand would lose that.
        let call = |operation| Call::new("lambda", operation, &*verdict.region).with("function-name", verdict.resource.as_str());
        plan = plan.step(call("update-function-configuration").ask("dead-letter-config", "TargetArn= and the ARN of the queue"));
        plan = plan.undo(call("update-function-configuration").with("dead-letter-config", "TargetArn="));
    }
    if fault.evidence.iter().any(|evidence| is_of_mapping(&evidence)) {
        plan.effort = Effort::Guided;
        plan = plan.step("Give the mapping of a stream an OnFailure destination, and the queue of a mapping a RedrivePolicy");
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{ACCOUNT, REGION, Says, bucket, cases, denied, with_function},
        },
        model::{
            Arn, EventInvokeConfig, EventRule, EventSourceMapping, EventTarget, Fact, Function, Gap, PolicyText, Posture, Queue,
            QueueAttributes, Region, Schedule, Subscription, SubscriptionEndpoint,
        },
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
    const DEAD: &str = "arn:aws:sqs:eu-west-1:123456789012:dead";

    fn with(change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(|_| ());
        change(posture.regions.get_mut(REGION).unwrap());
        posture
    }

    fn notified(change: impl FnOnce(&mut Function)) -> Posture {
        with(|region| {
            region.buckets.items.push(bucket("inbox"));
            change(&mut region.functions.items[0]);
        })
    }

    fn settings(qualifier: &str, on_failure: Option<&str>) -> Fact<Vec<EventInvokeConfig>> {
        Fact::Known(vec![EventInvokeConfig {
            qualifier: qualifier.to_owned(),
            on_success: None,
            on_failure: on_failure.map(Arn::from),
            retry_attempts: Some(0),
            event_age_seconds: None,
        }])
    }

    fn mapped(source: &str, change: impl FnOnce(&mut EventSourceMapping)) -> Posture {
        with(|region| {
            let arn = Arn::build("aws", "lambda", REGION, ACCOUNT, "event-source-mapping:a");
            let mut mapping = EventSourceMapping::new(arn, "a", Arn::from(format!("{FUNCTION}:live")));
            mapping.source = Some(Arn::from(source));
            mapping.state = "Enabled".to_owned();
            change(&mut mapping);
            region.event_source_mappings.items.push(mapping);
        })
    }

    fn queued(attributes: Option<Fact<QueueAttributes>>) -> Posture {
        let source = "arn:aws:sqs:eu-west-1:123456789012:orders";
        let mut posture = mapped(source, |_| ());
        if let Some(attributes) = attributes {
            let queue = Queue { arn: Arn::from(source), url: String::new(), attributes };
            posture.regions.get_mut(REGION).unwrap().queues.items.push(queue);
        }
        posture
    }

    fn redrive(to: Option<&str>) -> Fact<QueueAttributes> {
        let dead_letter_queue = to.map(Arn::from);
        Fact::Known(QueueAttributes { policy: None, sqs_managed_sse: None, kms_key: None, retention_seconds: None, dead_letter_queue })
    }

    fn ruled(state: &str) -> Posture {
        with(|region| {
            let target = EventTarget {
                id: "t".to_owned(),
                arn: Arn::from(FUNCTION),
                role: None,
                dead_letter_queue: Some(Arn::from(DEAD)),
                retries: None,
                input: None,
                http_parameters: None,
            };
            region.event_rules.items.push(EventRule {
                arn: Arn::build("aws", "events", REGION, ACCOUNT, "rule/nightly"),
                name: "nightly".to_owned(),
                bus: "default".to_owned(),
                pattern: None,
                schedule: Some("rate(1 day)".to_owned()),
                state: state.to_owned(),
                role: None,
                managed_by: None,
                targets: Fact::Known(vec![target]),
            });
        })
    }

    fn scheduled() -> Posture {
        with(|region| {
            region.schedules.items.push(Schedule {
                arn: Arn::build("aws", "scheduler", REGION, ACCOUNT, "schedule/default/nightly"),
                name: "nightly".to_owned(),
                group: "default".to_owned(),
                state: "ENABLED".to_owned(),
                target: Arn::from(FUNCTION),
                details: Fact::unread("scheduler:GetSchedule"),
            });
        })
    }

    fn subscribed(to: &str) -> Posture {
        with(|region| {
            region.subscriptions.items.push(Subscription {
                arn: Arn::build("aws", "sns", REGION, ACCOUNT, "orders:s1"),
                topic: Arn::build("aws", "sns", REGION, ACCOUNT, "orders"),
                owner: ACCOUNT.to_owned(),
                protocol: "lambda".to_owned(),
                endpoint: SubscriptionEndpoint::Resource(Arn::from(to)),
            });
        })
    }

    #[test]
    fn events_that_are_pushed() {
        let policy = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*"}}"#;
        let no_buckets = |function: &mut Function| {
            function.policies.insert(Function::UNQUALIFIED.to_owned(), Fact::Known(Some(PolicyText::from(policy))));
        };
        let gap = || Some(Gap::denied("s3:ListAllMyBuckets", "no"));
        cases(
            &CHECK,
            [
                ("synchronous only", with_function(|_| ()), Says::NotApplicable),
                ("a bucket", notified(|_| ()), Says::Fail),
                ("a dead-letter queue", notified(|function| function.dead_letter = Some(Arn::from(DEAD))), Says::Pass),
                ("a destination", notified(|function| function.event_invoke = settings("$LATEST", Some(DEAD))), Says::Pass),
                ("a destination of another alias", notified(|function| function.event_invoke = settings("live", Some(DEAD))), Says::Fail),
                ("a rule whose own queue keeps what was not delivered", ruled("ENABLED"), Says::Fail),
                ("a rule that is off", ruled("DISABLED"), Says::NotApplicable),
                ("a schedule", scheduled(), Says::Fail),
                ("a topic", subscribed(FUNCTION), Says::Fail),
                ("a topic of another function", subscribed("arn:aws:lambda:eu-west-1:123456789012:function:other"), Says::NotApplicable),
                ("settings without a destination", with_function(|function| function.event_invoke = settings("live", None)), Says::Fail),
                ("settings denied", notified(|function| function.event_invoke = Gap::denied("x:Y", "no").into()), Says::Unknown),
                ("settings unread", with_function(|function| function.event_invoke = Fact::unread("x:Y")), Says::Unknown),
                ("buckets denied, and none may call it", with(|region| region.buckets.gap = gap()), Says::NotApplicable),
                (
                    "buckets denied",
                    with(|region| {
                        region.buckets.gap = gap();
                        no_buckets(&mut region.functions.items[0]);
                    }),
                    Says::Unknown,
                ),
                (
                    "buckets denied, and the policy",
                    with(|region| {
                        region.buckets.gap = gap();
                        let policies = &mut region.functions.items[0].policies;
                        policies.insert(Function::UNQUALIFIED.to_owned(), Gap::denied("lambda:GetPolicy", "no").into());
                    }),
                    Says::Unknown,
                ),
                (
                    "buckets denied, and everyone may call it",
                    with(|region| {
                        region.buckets.gap = gap();
                        let open = PolicyText::from(&*policy.replace(r#"{"Service":"s3.amazonaws.com"}"#, r#""*""#));
                        region.functions.items[0].policies.insert(Function::UNQUALIFIED.to_owned(), Fact::Known(Some(open)));
                    }),
                    Says::Unknown,
                ),
                (
                    "schedules denied",
                    with(|region| region.schedules.gap = Some(Gap::denied("scheduler:ListSchedules", "no"))),
                    Says::Unknown,
                ),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn events_that_are_pulled() {
        let stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders";
        cases(
            &CHECK,
            [
                ("a stream", mapped(stream, |_| ()), Says::Fail),
                ("a stream with a destination", mapped(stream, |mapping| mapping.on_failure = Some(Arn::from(DEAD))), Says::Pass),
                ("a stream that is off", mapped(stream, |mapping| mapping.state = "Disabled".to_owned()), Says::NotApplicable),
                ("Kafka, which waits", mapped("arn:aws:kafka:eu-west-1:123456789012:cluster/a/b", |_| ()), Says::Pass),
                ("a queue", queued(Some(redrive(None))), Says::Fail),
                ("a queue with a dead-letter queue", queued(Some(redrive(Some(DEAD)))), Says::Pass),
                ("a queue elsewhere", queued(None), Says::Unknown),
                ("queue denied", queued(Some(Gap::denied("sqs:GetQueueAttributes", "no").into())), Says::Unknown),
                (
                    "mappings denied",
                    with(|region| region.event_source_mappings.gap = Some(Gap::denied("lambda:ListEventSourceMappings", "no"))),
                    Says::Unknown,
                ),
            ],
        );
    }

    #[test]
    fn only_what_is_pushed_gets_a_dead_letter_queue() {
        let user = Settings::default();
        for (posture, asks) in [(notified(|_| ()), true), (queued(Some(redrive(None))), false)] {
            let context = Context::new(&posture, &user);
            let verdict = (CHECK.run)(&context).remove(0);
            let plan = (CHECK.fix)(&context, &verdict).unwrap();
            assert_eq!(plan.commands().iter().any(|line| line.contains("--dead-letter-config")), asks, "{:?}", plan.commands());
        }
    }
}
