//! IR-012: what arrives while a function is stopped is lost.

use std::collections::BTreeMap;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, EventRule, EventSourceMapping, Function, Gap, Queue, Region, Resource, Source, find},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-012",
    slug: "events-not-replayable",
    title: "What arrives while a function is stopped can be worked off afterwards",
    layer: Layer::Response,
    severity: Severity::Low,
    why: "To contain an incident the function is stopped, and orders go on arriving. Whoever has to choose between the intruder and a \
          weekend of orders hesitates; where they wait to be worked off, nobody does.",
    how: "Of the function's own sources: a queue, or its dead-letter queue, keeps messages for less than four days (thresholds.queue_replay_days); a \
          Kinesis stream keeps records for a day (thresholds.stream_replay_hours); a rule of EventBridge invokes the function, no enabled archive keeps the events of its bus for four \
          days, and the function has no dead-letter queue or on-failure destination, to which Lambda hands what it may not start. \
          Functions without such a source have nothing to replay; streams of DynamoDB keep a day and cannot keep more; a schedule comes \
          again.",
    links: Links { csf: &["RC.RP", "RS.MI"], owasp: &["S10"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Sqs, Source::Kinesis, Source::Events],
    run,
    fix,
    guide: Guide {
        calls: &[
            "events:ListArchives",
            "events:ListRules",
            "events:ListTargetsByRule",
            "kinesis:DescribeStreamSummary",
            "kinesis:ListStreams",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctionEventInvokeConfigs",
            "lambda:ListFunctions",
            "sqs:GetQueueAttributes",
            "sqs:ListQueues",
        ],
        provider: "SQS keeps messages for four days and Kinesis records for one unless told otherwise; EventBridge keeps no event \
                   without an archive.",
        avoids: &[
            "A function that is only called, and so has nothing to replay",
            "A stream of DynamoDB, which cannot keep more than a day",
            "A rule that starts by the clock, as it comes again",
            "A mapping or a rule that is disabled",
            "A rule whose function hands what it may not start to a dead-letter queue or an on-failure destination",
            "A queue of another account",
        ],
        cli: "aws sqs set-queue-attributes --queue-url <QUEUE_URL> --attributes MessageRetentionPeriod=1209600 --region <REGION>
aws kinesis increase-stream-retention-period --stream-arn <STREAM_ARN> --retention-period-hours 168 --region <REGION>
aws events create-archive --archive-name <ARCHIVE_NAME> --event-source-arn <EVENT_BUS_ARN> --retention-days 14 --region <REGION>",
        cloudformation: "Queue:
  Type: AWS::SQS::Queue
  Properties:
    MessageRetentionPeriod: 1209600
Stream:
  Type: AWS::Kinesis::Stream
  Properties:
    RetentionPeriodHours: 168
Archive:
  Type: AWS::Events::Archive
  Properties:
    SourceArn: <EVENT_BUS_ARN>
    RetentionDays: 14",
        terraform: r#"resource "aws_sqs_queue" "<NAME>" {
  message_retention_seconds = 1209600
}

resource "aws_kinesis_stream" "<NAME>" {
  retention_period = 168
}

resource "aws_cloudwatch_event_archive" "<NAME>" {
  name             = "<ARCHIVE_NAME>"
  event_source_arn = "<EVENT_BUS_ARN>"
  retention_days   = 14
}"#,
        undo: "aws sqs set-queue-attributes --queue-url <QUEUE_URL> --attributes MessageRetentionPeriod=<SECONDS> --region <REGION>
aws kinesis decrease-stream-retention-period --stream-arn <STREAM_ARN> --retention-period-hours 24 --region <REGION>
aws events delete-archive --archive-name <ARCHIVE_NAME> --region <REGION>",
    },
};

/// The rules that let events through.
#[derive(Default)]
struct Rules<'a> {
    /// Those that hand them to a function, by its ARN.
    by_function: BTreeMap<Arn, Vec<&'a EventRule>>,
    /// Why there may be more, by Region.
    gaps: BTreeMap<&'a str, &'a Gap>,
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut rules = Rules::default();
    for (name, region) in &context.posture.regions {
        if let Some(gap) = &region.event_rules.gap {
            rules.gaps.insert(name, gap);
        }
        for rule in region.event_rules.items.iter().filter(|rule| rule.is_enabled() && rule.pattern.is_some()) {
            match rule.targets.known() {
                Ok(targets) => {
                    for target in targets.iter().filter(|target| target.arn.service() == "lambda") {
                        rules.by_function.entry(target.arn.unqualified()).or_default().push(rule);
                    }
                }
                Err(gap) => _ = rules.gaps.entry(name).or_insert(gap),
            }
        }
    }
    context.each(&CHECK, |region| &region.functions, |region, function| judge(context, &rules, region, function))
}

/// Something that does not keep events for long enough.
struct Loss {
    what: String,
    evidence: Evidence,
    /// The queue or stream, or the bus.
    source: Arn,
}

fn judge(context: &Context<'_>, rules: &Rules<'_>, region: &Region, function: &Function) -> Result<Ruling, Gap> {
    let mut losses: Vec<Loss> = Vec::new();
    let mut gap: Option<Gap> = None;
    let mut asked = false;
    let mut take = |answer: Result<Option<Loss>, Gap>| match answer {
        Ok(loss) => losses.extend(loss),
        Err(why) => _ = gap.get_or_insert(why),
    };
    for mapping in context.known_mappings_of(function) {
        let Some(source) = feeding(mapping) else { continue };
        match source.service() {
            "sqs" => {
                asked = true;
                take(short_queue(context, source));
            }
            "kinesis" => {
                asked = true;
                take(short_stream(context, source));
            }
            _ => {}
        }
    }
    for rule in rules.by_function.get(&function.arn).into_iter().flatten() {
        asked = true;
        take(unarchived(context, region, function, rule));
    }
    if !losses.is_empty() {
        losses.sort_by(|a, b| a.source.cmp(&b.source));
        losses.dedup_by(|a, b| a.source == b.source);
        let what: Vec<&str> = losses.iter().map(|loss| loss.what.as_str()).collect();
        let message = format!("while {} is stopped events are lost: {}", function.name, what.join(", "));
        let subject = losses.iter().map(|loss| loss.source.as_str().to_owned()).collect();
        let evidence = losses.into_iter().map(|loss| loss.evidence).collect();
        return Ok(Fault::new(message, evidence).subject(subject).into());
    }
    if let Some(gap) = gap {
        return Err(gap);
    }
    context.mappings_of(function)?;
    // A rule whose targets are not known may be one of its sources.
    if let Some(&gap) = rules.gaps.get(function.arn.region()) {
        return Err(gap.clone());
    }
    Ok(if asked { Ruling::Pass } else { Ruling::NotApplicable })
}

/// What `mapping` reads, if it does.
fn feeding(mapping: &EventSourceMapping) -> Option<&Arn> {
    mapping.source.as_ref().filter(|_| !matches!(mapping.state.as_str(), "Disabled" | "Disabling" | "Deleting"))
}

/// The item of this account with this ARN; none of another account's, or of one that is gone.
fn own<'a, T: Resource>(
    context: &Context<'a>,
    arn: &Arn,
    list: impl Fn(&'a Region) -> &'a crate::model::Listing<T>,
) -> Result<Option<&'a T>, Gap> {
    if arn.account() != context.posture.account {
        return Ok(None);
    }
    let Some(region) = context.posture.regions.get(arn.region()) else { return Err(Gap::unread(T::LISTED_BY)) };
    let listing = list(region);
    match (find(listing, arn), &listing.gap) {
        (None, Some(gap)) => Err(gap.clone()),
        (item, _) => Ok(item),
    }
}

fn short_queue(context: &Context<'_>, source: &Arn) -> Result<Option<Loss>, Gap> {
    let Some(queue) = own(context, source, |region| &region.queues)? else { return Ok(None) };
    if let Some(loss) = short(context, queue)? {
        return Ok(Some(loss));
    }
    let Some(letters) = &queue.attributes.known()?.dead_letter_queue else { return Ok(None) };
    own(context, letters, |region| &region.queues)?.map_or(Ok(None), |letters| short(context, letters))
}

fn short(context: &Context<'_>, queue: &Queue) -> Result<Option<Loss>, Gap> {
    let seconds = queue.attributes.known()?.retention_seconds;
    let Some(seconds) = seconds else { return Err(Gap::unsupported("MessageRetentionPeriod was not told")) };
    Ok((seconds < context.settings.thresholds.queue_replay_days.saturating_mul(24 * 3600)).then(|| Loss {
        what: format!("queue {} keeps them for {} hours", queue.arn.name(), seconds / 3600),
        evidence: Evidence::field("sqs:GetQueueAttributes", format!("{} MessageRetentionPeriod", queue.arn.name()), seconds.to_string()),
        source: queue.arn.clone(),
    }))
}

fn short_stream(context: &Context<'_>, source: &Arn) -> Result<Option<Loss>, Gap> {
    let Some(stream) = own(context, source, |region| &region.kinesis_streams)? else { return Ok(None) };
    let hours = stream.summary.known()?.retention_hours;
    let name = stream.arn.name();
    Ok((hours <= context.settings.thresholds.stream_replay_hours).then(|| Loss {
        what: format!("stream {name} keeps them for {hours} hours"),
        evidence: Evidence::field("kinesis:DescribeStreamSummary", format!("{name} RetentionPeriodHours"), hours.to_string()),
        source: stream.arn.clone(),
    }))
}

fn unarchived(context: &Context<'_>, region: &Region, function: &Function, rule: &EventRule) -> Result<Option<Loss>, Gap> {
    let name = rule.bus.rsplit("event-bus/").next().unwrap_or(&rule.bus);
    let bus = Arn::build(rule.arn.partition(), "events", rule.arn.region(), rule.arn.account(), &format!("event-bus/{name}"));
    // 0 is for ever.
    let least = context.settings.thresholds.queue_replay_days;
    let keeps = |days: u32| days == 0 || days >= least;
    let kept =
        region.event_archives.items.iter().any(|archive| archive.bus == bus && archive.state == "ENABLED" && keeps(archive.retention_days));
    if kept || function.dead_letter.is_some() {
        return Ok(None);
    }
    if function.event_invoke.known()?.iter().any(|config| config.on_failure.is_some()) {
        return Ok(None);
    }
    region.event_archives.all()?;
    Ok(Some(Loss {
        what: format!("rule {} has no archive of bus {name} behind it that keeps them for {least} days", rule.name),
        evidence: Evidence::field("events:ListArchives", "Archives", format!("none of {bus} for {least} days")),
        source: bus,
    }))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let mut plan = Plan::new(Effort::OneKey, Risk::Safe, "Let what arrives wait until the function runs again");
    for source in fault.subject.iter().map(|source| Arn::new(source.as_str())) {
        let region = context.posture.regions.get(source.region())?;
        let call = |service, operation| Call::new(service, operation, source.region());
        plan = match source.service() {
            "sqs" => {
                let queue = find(&region.queues, &source)?;
                let was = queue.attributes.known().ok().and_then(|attributes| attributes.retention_seconds)?;
                let set = |seconds: u32| {
                    let call = call("sqs", "set-queue-attributes").with("queue-url", &queue.url);
                    call.with("attributes", format!("MessageRetentionPeriod={seconds}"))
                };
                plan.step(set(1_209_600)).undo(set(was))
            }
            "kinesis" => {
                let set = |operation, hours: u32| {
                    call("kinesis", operation).with("stream-arn", source.as_str()).with("retention-period-hours", hours.to_string())
                };
                let was = find(&region.kinesis_streams, &source)?.summary.known().ok()?.retention_hours;
                let more = context.settings.thresholds.stream_replay_hours.saturating_add(1).max(168);
                plan.step(set("increase-stream-retention-period", more)).undo(set("decrease-stream-retention-period", was))
            }
            _ => {
                let name = format!("palisade-{}", source.name());
                let archive = |operation| call("events", operation).with("archive-name", &name);
                plan.step(archive("create-archive").with("event-source-arn", source.as_str()).with("retention-days", "14"))
                    .undo(archive("delete-archive"))
            }
        };
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{ACCOUNT, REGION, Says, cases, denied, with_function},
        },
        model::{
            Arn, EventArchive, EventInvokeConfig, EventRule, EventSourceMapping, EventTarget, Fact, Gap, KinesisStream,
            KinesisStreamSummary, Listing, Posture, Queue, QueueAttributes, Region,
        },
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

    fn arn(service: &str, resource: &str) -> Arn {
        Arn::build("aws", service, REGION, ACCOUNT, resource)
    }

    fn mapped(source: Arn, change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(|_| ());
        let region = posture.regions.get_mut(REGION).unwrap();
        region.event_source_mappings.items.push(EventSourceMapping {
            source: Some(source),
            ..EventSourceMapping::new(arn("lambda", "event-source-mapping:a"), "a", Arn::from(FUNCTION))
        });
        change(region);
        posture
    }

    fn queue(name: &str, days: u32, letters: Option<&str>) -> Queue {
        let attributes = QueueAttributes {
            policy: None,
            sqs_managed_sse: Some(true),
            kms_key: None,
            retention_seconds: Some(days * 86_400),
            dead_letter_queue: letters.map(|name| arn("sqs", name)),
        };
        Queue {
            arn: arn("sqs", name),
            url: format!("https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/{name}"),
            attributes: Fact::Known(attributes),
        }
    }

    fn queued(queues: Vec<Queue>) -> Posture {
        mapped(arn("sqs", "orders"), |region| region.queues = Listing::complete(queues))
    }

    fn stream(hours: u32) -> Posture {
        mapped(arn("kinesis", "stream/orders"), |region| {
            let summary = KinesisStreamSummary { status: "ACTIVE".to_owned(), encryption: None, kms_key: None, retention_hours: hours };
            let stream = KinesisStream { arn: arn("kinesis", "stream/orders"), summary: Fact::Known(summary), policy: Fact::Known(None) };
            region.kinesis_streams.items.push(stream);
        })
    }

    fn ruled(change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(|_| ());
        let region = posture.regions.get_mut(REGION).unwrap();
        let target = EventTarget {
            id: "1".to_owned(),
            arn: Arn::from(FUNCTION),
            role: None,
            dead_letter_queue: None,
            retries: None,
            input: None,
            http_parameters: None,
        };
        region.event_rules.items.push(EventRule {
            arn: arn("events", "rule/orders"),
            name: "orders".to_owned(),
            bus: "default".to_owned(),
            pattern: Some(r#"{"source":["shop"]}"#.to_owned()),
            schedule: None,
            state: "ENABLED".to_owned(),
            role: None,
            managed_by: None,
            targets: Fact::Known(vec![target]),
        });
        change(region);
        posture
    }

    fn archive(state: &str) -> EventArchive {
        EventArchive {
            arn: arn("events", "archive/all"),
            bus: arn("events", "event-bus/default"),
            state: state.to_owned(),
            retention_days: 0,
        }
    }

    #[test]
    fn queues_and_streams() {
        let mut untold = queued(vec![queue("orders", 1, None)]);
        untold.regions.get_mut(REGION).unwrap().queues.items[0].attributes = Gap::denied("sqs:GetQueueAttributes", "no").into();
        let mut disabled = queued(vec![queue("orders", 1, None)]);
        disabled.regions.get_mut(REGION).unwrap().event_source_mappings.items[0].state = "Disabled".to_owned();
        let unlisted = mapped(arn("sqs", "orders"), |region| region.queues = Listing::default());
        let mut mappings = with_function(|_| ());
        mappings.regions.get_mut(REGION).unwrap().event_source_mappings = Listing::default();
        cases(
            &CHECK,
            [
                ("called only", with_function(|_| ()), Says::NotApplicable),
                ("four days", queued(vec![queue("orders", 4, None)]), Says::Pass),
                ("a day", queued(vec![queue("orders", 1, None)]), Says::Fail),
                (
                    "a day in the dead-letter queue",
                    queued(vec![queue("letters", 1, None), queue("orders", 4, Some("letters"))]),
                    Says::Fail,
                ),
                ("all of them", queued(vec![queue("letters", 14, None), queue("orders", 4, Some("letters"))]), Says::Pass),
                ("disabled", disabled, Says::NotApplicable),
                ("of another account", mapped(Arn::from("arn:aws:sqs:eu-west-1:999999999999:orders"), |_| ()), Says::Pass),
                ("attributes denied", untold, Says::Unknown),
                ("queues unread", unlisted, Says::Unknown),
                ("mappings unread", mappings, Says::Unknown),
                ("a stream of a day", stream(24), Says::Fail),
                ("a stream of a week", stream(168), Says::Pass),
                ("a stream of DynamoDB", mapped(arn("dynamodb", "table/orders/stream/x"), |_| ()), Says::NotApplicable),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn rules() {
        let on_failure = EventInvokeConfig {
            qualifier: "$LATEST".to_owned(),
            on_success: None,
            on_failure: Some(arn("sqs", "failed")),
            retry_attempts: None,
            event_age_seconds: None,
        };
        cases(
            &CHECK,
            [
                ("no archive", ruled(|_| ()), Says::Fail),
                ("an archive", ruled(|region| region.event_archives.items.push(archive("ENABLED"))), Says::Pass),
                (
                    "an archive of a day",
                    ruled(|region| region.event_archives.items.push(EventArchive { retention_days: 1, ..archive("ENABLED") })),
                    Says::Fail,
                ),
                (
                    "an archive of four days",
                    ruled(|region| region.event_archives.items.push(EventArchive { retention_days: 4, ..archive("ENABLED") })),
                    Says::Pass,
                ),
                ("an archive that is off", ruled(|region| region.event_archives.items.push(archive("DISABLED"))), Says::Fail),
                ("a dead-letter queue", ruled(|region| region.functions.items[0].dead_letter = Some(arn("sqs", "letters"))), Says::Pass),
                (
                    "an on-failure destination",
                    ruled(|region| region.functions.items[0].event_invoke = Fact::Known(vec![on_failure])),
                    Says::Pass,
                ),
                ("a schedule", ruled(|region| region.event_rules.items[0].pattern = None), Says::NotApplicable),
                ("a rule that is off", ruled(|region| region.event_rules.items[0].state = "DISABLED".to_owned()), Says::NotApplicable),
                ("archives unread", ruled(|region| region.event_archives = Listing::default()), Says::Unknown),
                (
                    "targets denied",
                    ruled(|region| region.event_rules.items[0].targets = Gap::denied("events:ListTargetsByRule", "no").into()),
                    Says::Unknown,
                ),
            ],
        );
    }

    #[test]
    fn the_plan_gives_back_what_was() {
        let settings = Settings::default();
        for (posture, undo) in [
            (queued(vec![queue("orders", 1, None)]), "MessageRetentionPeriod=86400"),
            (stream(24), "decrease-stream-retention-period"),
            (ruled(|_| ()), "delete-archive"),
        ] {
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let plan = (CHECK.fix)(&context, &verdict).unwrap();
            assert!(plan.undo_commands()[0].contains(undo), "{:?}", plan.undo_commands());
        }
    }
}
