//! EventBridge: event buses with their policies, rules with their targets, archives.

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Collector, Depth, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::{Page, whole},
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{
    Arn, EventArchive, EventBus, EventBusAttributes, EventRule, EventTarget, Fact, HiddenText, Learnt, Listing, PolicyText, RetryPolicy,
    Source, without_secrets,
};

static SERVICE: Service = Service::new("EventBridge", "events", Protocol::Json { version: "1.1", target: "AWSEvents" });

/// An older edition of the EventBridge quotas page: fifty a second for all operations but `PutEvents` together.
static QUOTA: Quota = Quota::new("events", 50);

static LIST_BUSES: Operation =
    Operation::new("events:ListEventBuses", &QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.event_buses.items.len(), PAGE));
static DESCRIBE_BUS: Operation =
    Operation::new("events:DescribeEventBus", &QUOTA).of(&SERVICE).detail(Depth::Full, |at| at.region.event_buses.items.len() as u64);
static LIST_RULES: Operation = Operation::new("events:ListRules", &QUOTA).of(&SERVICE).calls(|at| {
    let on = |bus: &EventBus| at.region.event_rules.items.iter().filter(|rule| rule.bus == bus.name).count();
    at.region.event_buses.items.iter().map(|bus| at.pages(on(bus), PAGE)).sum()
});
static LIST_TARGETS: Operation =
    Operation::new("events:ListTargetsByRule", &QUOTA).of(&SERVICE).detail(Depth::Full, |at| at.region.event_rules.items.len() as u64);
static LIST_ARCHIVES: Operation =
    Operation::new("events:ListArchives", &QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.event_archives.items.len(), PAGE));

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::Events,
    scope: Scope::Regional,
    operations: &[&LIST_BUSES, &DESCRIBE_BUS, &LIST_RULES, &LIST_TARGETS, &LIST_ARCHIVES],
    run,
};

/// The largest page of every list here.
const PAGE: usize = 100;
/// The bus that every account has.
const DEFAULT: &str = "default";
/// Buses whose rules are listed at the same time.
const AT_ONCE: usize = 4;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Buses {
    event_buses: Vec<Bus>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bus {
    name: Option<String>,
    arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedBus {
    /// Nothing is required in this answer; without its name it is none.
    #[serde(rename = "Name")]
    _name: String,
    policy: Option<String>,
    kms_key_identifier: Option<String>,
    dead_letter_config: Option<DeadLetter>,
    log_config: Option<LogConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LogConfig {
    include_detail: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeadLetter {
    arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rules {
    rules: Vec<Rule>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    name: Option<String>,
    arn: Option<Arn>,
    event_bus_name: Option<String>,
    event_pattern: Option<String>,
    schedule_expression: Option<String>,
    state: Option<String>,
    role_arn: Option<Arn>,
    managed_by: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Targets {
    targets: Vec<Target>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    id: String,
    arn: Arn,
    role_arn: Option<Arn>,
    input: Option<String>,
    input_transformer: Option<Transformer>,
    http_parameters: Option<Value>,
    dead_letter_config: Option<DeadLetter>,
    retry_policy: Option<Retry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Transformer {
    input_template: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Retry {
    maximum_retry_attempts: Option<u32>,
    maximum_event_age_in_seconds: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Archives {
    archives: Vec<Archive>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Archive {
    archive_name: Option<String>,
    event_source_arn: Option<Arn>,
    state: Option<String>,
    retention_days: Option<u32>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let (buses, archives) = tokio::join!(buses(reader, wire), archives(reader, wire));
        let found = buses.items.clone();
        let rules = rules(reader, wire, &buses).await;
        let each = rules.items.clone();
        reader.expect(archives.items.len());
        reader.done(archives.items.len());
        reader.post(vec![Learnt::EventBuses(buses), Learnt::EventRules(rules), Learnt::EventArchives(archives)]).await;
        tokio::join!(
            reader.details(found, |bus| describe(reader, wire, bus), Learnt::EventBus),
            reader.details(each, |rule| targets(reader, wire, rule), Learnt::EventRule),
        );
        Vec::new()
    }
    .boxed()
}

async fn buses(reader: &Reader, wire: &Wire<'_>) -> Listing<EventBus> {
    let buses = reader.pages(&LIST_BUSES, |token| async move {
        let answer: Buses = wire.ask(&LIST_BUSES, json!({ "Limit": PAGE, "NextToken": token })).await?;
        Ok(Page::new(Some(answer.event_buses), answer.next_token))
    });
    let unread = || Fact::unread(DESCRIBE_BUS.action);
    reader.converted(&LIST_BUSES, buses.await, |bus| Some(EventBus { arn: bus.arn?, name: bus.name?, attributes: unread() }))
}

async fn archives(reader: &Reader, wire: &Wire<'_>) -> Listing<EventArchive> {
    let archives = reader.pages(&LIST_ARCHIVES, |token| async move {
        let answer: Archives = wire.ask(&LIST_ARCHIVES, json!({ "Limit": PAGE, "NextToken": token })).await?;
        Ok(Page::new(Some(answer.archives), answer.next_token))
    });
    reader.converted(&LIST_ARCHIVES, archives.await, |archive| {
        let resource = format!("archive/{}", archive.archive_name?);
        Some(EventArchive {
            arn: Arn::build(reader.partition(), "events", reader.region(), reader.account(), &resource),
            bus: archive.event_source_arn?,
            state: archive.state?,
            // Left out where it is for ever.
            retention_days: archive.retention_days.unwrap_or(0),
        })
    })
}

/// The rules of every bus: there is no list of all of them. Without a list of buses, at least those of the bus that
/// every account has.
async fn rules(reader: &Reader, wire: &Wire<'_>, buses: &Listing<EventBus>) -> Listing<EventRule> {
    let mut names: Vec<String> = buses.items.iter().map(|bus| bus.name.clone()).collect();
    if buses.gap.is_some() && !names.iter().any(|name| name == DEFAULT) {
        names.push(DEFAULT.to_owned());
    }
    let lists: Vec<Listing<EventRule>> = stream::iter(names).map(|bus| rules_of(reader, wire, bus)).buffered(AT_ONCE).collect().await;
    let mut all = Listing { items: Vec::new(), gap: buses.gap.clone() };
    for list in lists {
        all.items.extend(list.items);
        all.gap = all.gap.or(list.gap);
    }
    all
}

async fn rules_of(reader: &Reader, wire: &Wire<'_>, bus: String) -> Listing<EventRule> {
    let name = bus.as_str();
    let rules = reader
        .pages(&LIST_RULES, |token| async move {
            let answer: Rules = wire.ask(&LIST_RULES, json!({ "EventBusName": name, "Limit": PAGE, "NextToken": token })).await?;
            Ok(Page::new(Some(answer.rules), answer.next_token))
        })
        .await;
    reader.converted(&LIST_RULES, rules, |rule| {
        Some(EventRule {
            arn: rule.arn?,
            name: rule.name?,
            bus: rule.event_bus_name.unwrap_or_else(|| bus.clone()),
            pattern: rule
                .event_pattern
                .filter(|pattern| !pattern.is_empty())
                .map(|pattern| without_secrets(pattern, reader.fingerprints())),
            schedule: rule.schedule_expression.filter(|schedule| !schedule.is_empty()),
            state: rule.state?,
            role: rule.role_arn.filter(given),
            managed_by: rule.managed_by.filter(|service| !service.is_empty()),
            targets: Fact::unread(LIST_TARGETS.action),
        })
    })
}

async fn describe(reader: &Reader, wire: &Wire<'_>, mut bus: EventBus) -> EventBus {
    let answer: Result<DescribedBus, Failure> = wire.ask(&DESCRIBE_BUS, json!({ "Name": bus.name })).await;
    bus.attributes = reader.fact(answer.map(|answer| EventBusAttributes {
        policy: answer.policy.filter(|policy| !policy.is_empty()).map(PolicyText::new),
        kms_key: answer.kms_key_identifier.filter(|key| !key.is_empty()),
        dead_letter_queue: answer.dead_letter_config.and_then(|config| config.arn),
        logs_events: answer.log_config.and_then(|config| config.include_detail).is_some_and(|detail| detail == "FULL"),
    }));
    bus
}

async fn targets(reader: &Reader, wire: &Wire<'_>, mut rule: EventRule) -> EventRule {
    let (name, bus) = (rule.name.as_str(), rule.bus.as_str());
    let targets = reader
        .pages(&LIST_TARGETS, |token| async move {
            let params = json!({ "Rule": name, "EventBusName": bus, "Limit": PAGE, "NextToken": token });
            let answer: Targets = wire.ask(&LIST_TARGETS, params).await?;
            Ok(Page::new(Some(answer.targets), answer.next_token))
        })
        .await;
    let home = &rule.arn;
    let targets = reader.converted(&LIST_TARGETS, targets, |target| {
        let hidden = |text: String| HiddenText::read(&text, home, reader.fingerprints());
        Some(EventTarget {
            id: target.id,
            arn: target.arn,
            role: target.role_arn.filter(given),
            dead_letter_queue: target.dead_letter_config.and_then(|config| config.arn).filter(given),
            retries: target
                .retry_policy
                .map(|policy| RetryPolicy { attempts: policy.maximum_retry_attempts, age_seconds: policy.maximum_event_age_in_seconds }),
            input: target.input.or(target.input_transformer.map(|transformer| transformer.input_template)).map(hidden),
            http_parameters: target.http_parameters.map(|parameters| hidden(parameters.to_string())),
        })
    });
    rule.targets = whole(targets);
    rule
}

fn given(arn: &Arn) -> bool {
    !arn.as_str().is_empty()
}
