//! Where sensitive data comes from: what holds or carries it, by its own tags or name, and which functions read that.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::sinks::{gap_of, objects};
use crate::{
    checks::{
        Context, Evidence, Feed, glance,
        held::{self, Grant},
        settings::Classified,
        works_with::each_named,
    },
    iam::{Holder, Statement},
    model::{Arn, Function, Gap, Listing, Resource, Role},
};

/// The calls that read, by service.
const READS: [(&str, &[&str]); 6] = [
    ("dynamodb", &["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:GetRecords"]),
    ("kinesis", &["kinesis:GetRecords"]),
    ("s3", &["s3:GetObject"]),
    ("secretsmanager", &["secretsmanager:GetSecretValue"]),
    ("sqs", &["sqs:ReceiveMessage"]),
    ("ssm", &["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]),
];

/// Something of a sensitive class, or that may be of one.
struct Store<'a> {
    arn: &'a Arn,
    /// As in `the table orders`.
    called: String,
    /// Why that is not known, if its tags were not read.
    class: Result<Classified<'a>, Gap>,
}

/// What a function reads.
#[derive(Clone)]
pub(super) struct Read<'a> {
    pub(super) store: &'a Arn,
    pub(super) class: Classified<'a>,
    /// As in `restricted data from the table orders`.
    pub(super) told: String,
    /// What lets it, and what says of which class that is.
    pub(super) evidence: Vec<Evidence>,
}

impl<'a> Read<'a> {
    fn new(store: &Store<'a>, class: Classified<'a>, mut evidence: Vec<Evidence>, suffix: &str) -> Self {
        evidence.extend(class.by.map(|mark| mark.evidence()));
        Self { store: store.arn, class, told: format!("{} data from {}{suffix}", class.class.name, store.called), evidence }
    }
}

/// What a role reads that its policies name: the most sensitive, and why it may be more.
#[derive(Default)]
struct Reads<'a> {
    most: Option<Read<'a>>,
    gap: Option<Gap>,
}

/// Brought to a function by configuration.
struct Fed {
    /// The place of the store.
    store: usize,
    /// What the role has to read for that; what is handed over needs no right.
    target: Option<String>,
    evidence: Evidence,
}

/// What is sensitive in an account, and who reads it.
#[derive(Default)]
pub(super) struct Sources<'a> {
    stores: Vec<Store<'a>>,
    /// Places of stores, by what names them.
    by_name: BTreeMap<String, usize>,
    /// Why there may be more stores, by service.
    unlisted: BTreeMap<&'static str, Gap>,
    /// Why a function may be fed by a store of a service that is known to be sensitive.
    unfed: BTreeMap<&'static str, Gap>,
    roles: BTreeMap<&'a Arn, Reads<'a>>,
    fed: BTreeMap<Arn, Vec<Fed>>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(context: &Context<'a>) -> Self {
        let mut sources = Self::default();
        for region in context.posture.regions.values() {
            let mapped = gap_of(&region.event_source_mappings);
            sources.list(context, &region.tables, "dynamodb", "table", mapped.as_ref());
            sources.list(context, &region.queues, "sqs", "queue", mapped.as_ref());
            sources.list(context, &region.kinesis_streams, "kinesis", "stream", mapped.as_ref());
            sources.list(context, &region.topics, "sns", "topic", gap_of(&region.subscriptions).as_ref());
            sources.list(context, &region.event_buses, "events", "event bus", gap_of(&region.event_rules).as_ref());
            sources.list(context, &region.secrets, "secretsmanager", "secret", None);
            sources.list(context, &region.parameters, "ssm", "parameter", None);
            sources.unlisted("s3", gap_of(&region.buckets));
            for bucket in &region.buckets.items {
                sources.store(context, &bucket.arn, "s3", "bucket", bucket.notifications.gap());
            }
        }
        if !sources.stores.is_empty() {
            sources.feeds(context);
        }
        if !sources.stores.is_empty() || !sources.unlisted.is_empty() {
            let roles: BTreeSet<&Arn> = context.posture.functions().map(|(_, function)| &function.role).collect();
            let roles = roles.into_iter().filter_map(|arn| context.posture.role(arn));
            sources.roles = roles.map(|role| (&role.arn, sources.of_role(context, role))).collect();
        }
        sources
    }

    /// The most sensitive that `function` reads, and why it may be more.
    pub(super) fn of(&self, context: &Context<'a>, function: &Function) -> (Option<Read<'a>>, Option<Gap>) {
        let named = self.roles.get(&function.role);
        let (mut most, mut gap) = named.map(|reads| (reads.most.clone(), reads.gap.clone())).unwrap_or_default();
        for Fed { store, target, evidence } in self.fed.get(&function.arn).into_iter().flatten() {
            let store = &self.stores[*store];
            let class = match &store.class {
                Ok(class) if most.as_ref().is_some_and(|most| most.class.class.rank >= class.class.rank) => continue,
                Ok(class) => *class,
                Err(unread) => {
                    gap = gap.or_else(|| Some(unread.clone()));
                    continue;
                }
            };
            let mut evidence = vec![evidence.clone()];
            let mut suffix = String::new();
            if let Some(target) = target {
                let Some(role) = context.posture.role(&function.role) else { continue };
                match granted(&context.holder(role), store.arn.service(), std::slice::from_ref(target)) {
                    Ok(Some(grant)) => {
                        evidence.extend(grant.evidence());
                        suffix = grant.suffix();
                    }
                    Ok(None) => continue,
                    Err(unread) => {
                        gap = gap.or(Some(unread));
                        continue;
                    }
                }
            }
            most = Some(Read::new(store, class, evidence, &suffix));
        }
        // Nobody has to let a function have what is handed over.
        (most, gap.or_else(|| self.unfed.get("sns").or_else(|| self.unfed.get("events")).cloned()))
    }

    fn list<T: Resource>(
        &mut self,
        context: &Context<'a>,
        listing: &'a Listing<T>,
        service: &'static str,
        kind: &str,
        unfed: Option<&Gap>,
    ) {
        self.unlisted(service, gap_of(listing));
        for item in &listing.items {
            self.store(context, item.arn(), service, kind, unfed);
        }
    }

    fn unlisted(&mut self, service: &'static str, gap: Option<Gap>) {
        if let Some(gap) = gap {
            self.unlisted.entry(service).or_insert(gap);
        }
    }

    /// Notes `arn` if it is of a sensitive class, or may be.
    fn store(&mut self, context: &Context<'a>, arn: &'a Arn, service: &'static str, kind: &str, unfed: Option<&Gap>) {
        let Some(own) = context.own(arn) else { return };
        let class = own.class();
        if class.as_ref().is_ok_and(|class| !class.is_sensitive || class.by.is_none()) {
            return;
        }
        if let (Ok(_), Some(gap)) = (&class, unfed) {
            self.unfed.entry(service).or_insert_with(|| gap.clone());
        }
        let place = self.stores.len();
        self.by_name.insert(arn.as_str().to_owned(), place);
        // Policies often leave out the six characters that Secrets Manager adds to a name.
        if let Some((short, _)) = arn.as_str().rsplit_once('-').filter(|_| service == "secretsmanager") {
            self.by_name.insert(short.to_owned(), place);
        }
        self.stores.push(Store { arn, called: format!("the {kind} {}", arn.name()), class });
    }

    /// What is on and brings a function what is in a store.
    fn feeds(&mut self, context: &Context<'a>) {
        for (place, store) in self.stores.iter().enumerate() {
            for feed in context.feeds().out_of(store.arn).filter(|feed| feed.is_on && feed.to.service() == "lambda") {
                let Some(target) = asked(store.arn, feed) else { continue };
                self.fed.entry(feed.to.clone()).or_default().push(Fed { store: place, target, evidence: feed.evidence.clone() });
            }
        }
    }

    fn of_role(&self, context: &Context<'a>, role: &'a Role) -> Reads<'a> {
        let mut gap = None;
        let mut named = Vec::new();
        let unread = each_named(context, role, |statement, pattern, resource| {
            let Some(place) = self.by_name.get(resource) else {
                if gap.is_none() && !self.unlisted.is_empty() {
                    let arn = Arn::from(resource);
                    gap = self.unlisted.get(arn.service()).filter(|_| reads(statement, arn.service())).cloned();
                }
                return;
            };
            let store = &self.stores[*place];
            match &store.class {
                _ if !reads(statement, store.arn.service()) => {}
                Ok(class) => named.push((store, *class, pattern.to_owned())),
                Err(unread) => gap = gap.take().or_else(|| Some(unread.clone())),
            }
        });
        gap = gap.or(unread.filter(|_| !self.stores.is_empty())).or_else(|| self.unfed_to(context, role));
        if named.is_empty() {
            return Reads { most: None, gap };
        }
        named.sort_by_key(|(store, class, _)| (Reverse(class.class.rank), store.arn));
        let holder = context.holder(role);
        for (store, class, pattern) in named {
            // A statement may be about a part of the store: a folder, an index, a stream.
            let part = pattern.replace('*', "palisade").replace('?', "x");
            let whole = if store.arn.service() == "s3" { objects(store.arn) } else { store.arn.clone() };
            match granted(&holder, store.arn.service(), &[whole.as_str().to_owned(), part]) {
                Ok(Some(grant)) => return Reads { most: Some(Read::new(store, class, grant.evidence(), &grant.suffix())), gap },
                Ok(None) => {}
                Err(unread) => gap = gap.or(Some(unread)),
            }
        }
        Reads { most: None, gap }
    }

    /// Why a sensitive store that `role` may read without a name may feed one of its functions.
    fn unfed_to(&self, context: &Context<'_>, role: &Role) -> Option<Gap> {
        let fits = |service: &str| glance::some_allow(context, &role.policies, |statement| reads(statement, service));
        self.unfed.iter().find(|(service, _)| fits(service)).map(|(_, gap)| gap.clone())
    }
}

/// What a role has to be let read for `feed` to bring what is in `store`: none of it where it is handed over, and nothing at all
/// where no data comes that way.
fn asked(store: &Arn, feed: &Feed) -> Option<Option<String>> {
    let via = feed.via.as_ref().map(Arn::service);
    match (store.service(), via) {
        (_, Some("pipes")) | ("sns" | "events", _) => Some(None),
        // A notification tells the name of an object alone.
        ("s3", _) => Some(Some(objects(store).as_str().to_owned())),
        // The field gives the stream of a table.
        (_, Some("lambda")) => Some(Some(feed.evidence.value.clone())),
        _ => None,
    }
}

/// Whether `statement` is about a call that reads from `service`.
fn reads(statement: &Statement, service: &str) -> bool {
    let wanted = calls(service);
    statement.is_not_action() || statement.actions().any(|action| wanted.iter().any(|wanted| glance::fits(action, wanted)))
}

fn calls(service: &str) -> &'static [&'static str] {
    READS.iter().find(|(one, _)| *one == service).map_or(&[], |(_, calls)| calls)
}

/// That `holder` may read one of `targets`.
fn granted(holder: &Holder<'_>, service: &str, targets: &[String]) -> Result<Option<Grant>, Gap> {
    for target in targets {
        for action in calls(service) {
            if let Some(grant) = held::grant(holder, action, target)? {
                return Ok(Some(grant));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::{
            Context, Ruling, Settings,
            data::data_flow_leak::CHECK,
            testing::{ACCOUNT, REGION, Says, ask_with, bucket, cases, secret, table, with_role},
        },
        model::{
            Arn, EventSourceMapping, Fact, Gap, KinesisStream, ManagedPolicy, NotificationTarget, Pipe, Posture, Queue, QueueAttributes,
            Region, Subscription, SubscriptionEndpoint, TaggedResource, Topic, TopicAttributes,
        },
    };

    const WRITE: &str = r#"{"Sid":"write","Effect":"Allow","Action":["s3:PutObject","dynamodb:PutItem"],"Resource":["arn:aws:s3:::logos/*","arn:aws:dynamodb:eu-west-1:123456789012:table/patients"]}"#;

    fn own(service: &str, resource: &str) -> Arn {
        Arn::build("aws", service, REGION, ACCOUNT, resource)
    }

    fn change(mut posture: Posture, change: impl FnOnce(&mut Region)) -> Posture {
        change(posture.regions.get_mut(REGION).unwrap());
        posture
    }

    fn tag(region: &mut Region, arn: &Arn, class: &str) {
        let tags = [("data-class".to_owned(), class.to_owned())].into();
        region.tagged.items.push(TaggedResource { arn: arn.clone(), region: REGION.to_owned(), tags });
        region.tagged.items.sort_by(|one, other| one.arn.cmp(&other.arn));
    }

    /// A function of no class that writes to a bucket of the class public, a table of the class restricted, a queue and a secret
    /// of none; its role has these statements as well.
    fn reading(statements: &[&str]) -> Posture {
        let all = [&[WRITE], statements].concat().join(",");
        change(with_role(&format!(r#"{{"Version":"2012-10-17","Statement":[{all}]}}"#)), |region| {
            let mut logos = bucket("logos");
            logos.notifications.known_mut().unwrap().targets.clear();
            region.tables.items.push(table("patients"));
            let attributes =
                QueueAttributes { policy: None, sqs_managed_sse: None, kms_key: None, retention_seconds: None, dead_letter_queue: None };
            region.queues.items.push(Queue { arn: own("sqs", "jobs"), url: String::new(), attributes: Fact::Known(attributes) });
            region.secrets.items.push(secret("db"));
            tag(region, &logos.arn, "public");
            tag(region, &own("dynamodb", "table/patients"), "restricted");
            region.buckets.items.push(logos);
        })
    }

    fn allow(action: &str, resource: &str) -> String {
        format!(r#"{{"Sid":"read","Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#)
    }

    const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/patients";

    fn reads_table() -> String {
        allow("dynamodb:GetItem", TABLE)
    }

    fn mapped(posture: Posture, source: &Arn, state: &str) -> Posture {
        change(posture, |region| {
            let mut mapping =
                EventSourceMapping::new(own("lambda", "event-source-mapping:u-1"), "u-1", region.functions.items[0].arn.clone());
            (mapping.source, mapping.state) = (Some(source.clone()), state.to_owned());
            region.event_source_mappings.items.push(mapping);
        })
    }

    /// With the queue in a class.
    fn jobs(posture: Posture, class: &str) -> Posture {
        change(posture, |region| tag(region, &own("sqs", "jobs"), class))
    }

    #[test]
    fn what_a_role_names_and_may_read_makes_its_function_sensitive() {
        let bounded = |boundary: &str| {
            let mut posture = reading(&[&reads_table()]);
            let arn = Arn::from("arn:aws:iam::123456789012:policy/boundary");
            posture.identity.roles.items[0].boundary = Some(arn.clone());
            let document = Fact::Known(format!(r#"{{"Version":"2012-10-17","Statement":[{boundary}]}}"#).as_str().into());
            posture.identity.policies.items.push(ManagedPolicy { arn, name: "boundary".to_owned(), document });
            posture
        };
        let deny = r#"{"Effect":"Deny","Action":"dynamodb:*Item","Resource":"*"}"#;
        let named = allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-??????");
        let whole = |what: &str| {
            change(reading(&[&reads_table()]), |region| {
                region.tagged.items.retain(|one| one.arn.service() == "s3");
                tag(region, &own("dynamodb", "table/patients"), what);
            })
        };
        cases(
            &CHECK,
            [
                ("reads nothing", reading(&[]), Says::NotApplicable),
                ("reads a restricted table", reading(&[&reads_table()]), Says::Fail),
                ("reads an index of it", reading(&[&allow("dynamodb:Query", &format!("{TABLE}/index/*"))]), Says::Fail),
                ("reads its stream", reading(&[&allow("dynamodb:GetRecords", &format!("{TABLE}/stream/*"))]), Says::Fail),
                ("reads every table", reading(&[&allow("dynamodb:GetItem", "*")]), Says::NotApplicable),
                (
                    "reads tables by a wildcard",
                    reading(&[&allow("dynamodb:GetItem", &TABLE.replace("patients", "pat*"))]),
                    Says::NotApplicable,
                ),
                ("describes it", reading(&[&allow("dynamodb:DescribeTable", TABLE)]), Says::NotApplicable),
                ("is denied it", reading(&[&reads_table(), deny]), Says::NotApplicable),
                ("its boundary leaves that out", bounded(WRITE), Says::NotApplicable),
                ("its boundary agrees", bounded(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#), Says::Fail),
                ("reads a table of the class internal", whole("internal"), Says::NotApplicable),
                ("reads a table of no class", whole("none of ours"), Says::NotApplicable),
                ("reads a secret", reading(&[&named]), Says::NotApplicable),
                (
                    "reads a secret of the class restricted",
                    change(reading(&[&named]), |region| {
                        let secret = region.secrets.items[0].arn.clone();
                        tag(region, &secret, "restricted");
                    }),
                    Says::Fail,
                ),
                (
                    "reads it, and writes back alone",
                    change(reading(&[&reads_table()]), |region| region.tagged.items.retain(|one| one.arn.service() != "s3")),
                    Says::Pass,
                ),
                (
                    "tags of what it reads denied",
                    change(reading(&[&reads_table()]), |region| {
                        region.tagged.items.clear();
                        region.tagged.gap = Some(Gap::denied("tag:GetResources", "no"));
                    }),
                    Says::Unknown,
                ),
                (
                    "what it reads denied",
                    change(reading(&[&reads_table()]), |region| {
                        region.tables.items.clear();
                        region.tables.gap = Some(Gap::denied("dynamodb:ListTables", "no"));
                    }),
                    Says::Unknown,
                ),
                (
                    "its own tags denied",
                    change(reading(&[&reads_table()]), |region| {
                        region.functions.items[0].tags = Gap::denied("lambda:GetFunction", "no").into();
                    }),
                    Says::Fail,
                ),
            ],
        );
    }

    #[test]
    fn what_feeds_a_function_makes_it_sensitive_if_it_gets_the_data() {
        let (queue, all) = (own("sqs", "jobs"), allow("sqs:ReceiveMessage", "*"));
        let stream = own("kinesis", "stream/clicks");
        let clicks = |posture: Posture| {
            change(posture, |region| {
                let (summary, policy) = (Fact::unread("kinesis:DescribeStreamSummary"), Fact::Known(None));
                region.kinesis_streams.items.push(KinesisStream { arn: own("kinesis", "stream/clicks"), summary, policy });
                tag(region, &own("kinesis", "stream/clicks"), "pii");
            })
        };
        let piped = |state: &str| {
            change(jobs(reading(&[]), "pii"), |region| {
                region.pipes.items.push(Pipe {
                    arn: own("pipes", "pipe/p"),
                    name: "p".to_owned(),
                    state: state.to_owned(),
                    source: own("sqs", "jobs").as_str().to_owned(),
                    enrichment: None,
                    target: region.functions.items[0].arn.clone(),
                    details: Fact::unread("pipes:DescribePipe"),
                });
            })
        };
        let told = |class: &str| {
            change(reading(&[]), |region| {
                let topic = own("sns", "news");
                tag(region, &topic, class);
                region.subscriptions.items.push(Subscription {
                    arn: Arn::new(format!("{topic}:1")),
                    topic: topic.clone(),
                    owner: ACCOUNT.to_owned(),
                    protocol: "lambda".to_owned(),
                    endpoint: SubscriptionEndpoint::Resource(region.functions.items[0].arn.clone()),
                });
                region.topics.items.push(Topic { arn: topic, attributes: Fact::Known(TopicAttributes { policy: None, kms_key: None }) });
            })
        };
        let notified = |statements: &[&str]| {
            change(reading(statements), |region| {
                let mut scans = bucket("scans");
                let arn = region.functions.items[0].arn.clone();
                scans.notifications.known_mut().unwrap().targets = vec![NotificationTarget { arn, events: Vec::new() }];
                tag(region, &scans.arn, "phi");
                region.buckets.items.push(scans);
            })
        };
        cases(
            &CHECK,
            [
                ("a queue by a mapping", mapped(jobs(reading(&[&all]), "pii"), &queue, "Enabled"), Says::Fail),
                ("the mapping is off", mapped(jobs(reading(&[&all]), "pii"), &queue, "Disabled"), Says::NotApplicable),
                ("its role may not receive", mapped(jobs(reading(&[]), "pii"), &queue, "Enabled"), Says::NotApplicable),
                ("the queue is of no class", mapped(reading(&[&all]), &queue, "Enabled"), Says::NotApplicable),
                ("a stream by a mapping", mapped(clicks(reading(&[&allow("kinesis:*", "*")])), &stream, "Enabled"), Says::Fail),
                (
                    "the stream of a table by a mapping",
                    mapped(reading(&[&allow("dynamodb:GetRecords", "*")]), &own("dynamodb", "table/patients/stream/2026"), "Enabled"),
                    Says::Fail,
                ),
                ("a pipe hands over", piped("RUNNING"), Says::Fail),
                ("the pipe is off", piped("STOPPED"), Says::NotApplicable),
                ("a topic hands over", told("pii"), Says::Fail),
                ("a topic of no worth hands over", told("internal"), Says::NotApplicable),
                ("a bucket tells names, and it reads any", notified(&[&allow("s3:GetObject", "*")]), Says::Fail),
                ("a bucket tells names alone", notified(&[]), Says::NotApplicable),
                (
                    "mappings denied, and it receives from any queue",
                    change(jobs(reading(&[&all]), "pii"), |region| {
                        region.event_source_mappings.gap = Some(Gap::denied("lambda:ListEventSourceMappings", "no"));
                    }),
                    Says::Unknown,
                ),
                (
                    "mappings denied, and it receives from none",
                    change(jobs(reading(&[]), "pii"), |region| {
                        region.event_source_mappings.gap = Some(Gap::denied("lambda:ListEventSourceMappings", "no"));
                    }),
                    Says::NotApplicable,
                ),
                (
                    "subscriptions denied",
                    change(told("pii"), |region| {
                        region.subscriptions.items.clear();
                        region.subscriptions.gap = Some(Gap::denied("sns:ListSubscriptions", "no"));
                    }),
                    Says::Unknown,
                ),
            ],
        );
    }

    #[test]
    fn a_sink_is_of_a_lower_rank_than_what_is_read() {
        let into_bucket = |class: &str| {
            change(reading(&[&reads_table()]), |region| {
                let logos = region.buckets.items[0].arn.clone();
                region.tagged.items.retain(|one| one.arn != logos);
                if !class.is_empty() {
                    tag(region, &logos, class);
                }
            })
        };
        let settings = Settings::default();
        for (class, expected) in
            [("public", Says::Fail), ("internal", Says::Fail), ("confidential", Says::Fail), ("restricted", Says::Pass), ("", Says::Pass)]
        {
            assert_eq!(ask_with(&CHECK, &into_bucket(class), &settings)[0].1, expected, "restricted data into {class}");
        }
        let tagged = |class: &str| {
            change(into_bucket("confidential"), |region| {
                region.functions.items[0].tags = Fact::Known([("data-class".to_owned(), class.to_owned())].into());
            })
        };
        // Of what it is and what it reads the higher holds, whatever its own tags say.
        for class in ["public", "confidential", "restricted"] {
            assert_eq!(ask_with(&CHECK, &tagged(class), &settings)[0].1, Says::Fail, "a function of the class {class}");
        }
        let mut own_alone = tagged("confidential");
        own_alone.regions.get_mut(REGION).unwrap().tables.items.clear();
        assert_eq!(ask_with(&CHECK, &own_alone, &settings)[0].1, Says::Pass, "confidential data into confidential");
    }

    #[test]
    fn the_way_is_told_from_what_is_read_to_where_it_is_put() {
        let settings = Settings::default();
        let fault = |posture: &Posture| {
            let verdict = (CHECK.run)(&Context::new(posture, &settings)).remove(0);
            let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
            let pointers: Vec<_> = fault.evidence.iter().map(|one| one.pointer.clone()).collect();
            (fault.message.clone(), pointers)
        };
        let (message, pointers) = fault(&reading(&[&reads_table()]));
        assert_eq!(
            message,
            "orders reads restricted data from the table patients and may call s3:PutObject on the bucket logos, which is of the class public"
        );
        assert_eq!(
            pointers,
            ["inline policy inline /Statement/1", "patients Tags.data-class", "inline policy inline /Statement/0", "logos Tags.data-class"]
        );
        let posture = mapped(jobs(reading(&[&allow("sqs:ReceiveMessage", "*")]), "pii"), &own("sqs", "jobs"), "Enabled");
        let (message, pointers) = fault(&posture);
        assert!(message.starts_with("orders reads confidential data from the queue jobs and may"), "{message}");
        assert_eq!(pointers[0], "u-1 EventSourceArn", "the trigger once, and first");
        assert_eq!(pointers.iter().filter(|pointer| pointer.contains("u-1")).count(), 1, "{pointers:?}");
        assert_eq!(pointers[2], "jobs Tags.data-class");
    }
}
