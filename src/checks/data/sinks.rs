//! Places from which data gets out: to the public, to accounts that nobody trusts, to the internet, to developers, and to
//! where it counts for less than it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    checks::{
        Context, Evidence, Mark, Standing,
        permission::{self, Stranger},
        resource_policy::{self, Opening, Openings},
    },
    iam::Audience,
    model::{
        Arn, Bucket, Function, Gap, Listing, PolicyText, PublicAccessBlock, Region, Resource, Subscription, SubscriptionEndpoint, find,
    },
};

/// A place from which data gets out.
#[derive(Debug, Clone)]
pub(super) struct Sink {
    /// The resource.
    pub(super) arn: Arn,
    /// What is written to: for buckets an object.
    pub(super) target: Arn,
    /// What it is, for a sentence: `the bucket shares, which anyone reads`.
    pub(super) called: String,
    /// What shows it.
    pub(super) evidence: Vec<Evidence>,
    /// The rank of its class, if that is sensitive too: only what ranks higher gets out there.
    pub(super) rank: Option<u32>,
}

impl Sink {
    /// Whether data that ranks as `rank` gets out there.
    pub(super) fn is_below(&self, rank: u32) -> bool {
        self.rank.is_none_or(|own| own < rank)
    }
}

/// The sinks of a posture by service, and why there may be more.
#[derive(Debug, Default)]
pub(super) struct Sinks {
    by_service: BTreeMap<&'static str, Vec<Sink>>,
    gaps: BTreeMap<&'static str, Gap>,
}

impl Sinks {
    pub(super) fn new(context: &Context<'_>) -> Self {
        let mut sinks = Self::default();
        for region in context.posture.regions.values() {
            sinks.lists(region);
            for bucket in &region.buckets.items {
                sinks.bucket(context, bucket);
            }
            for topic in &region.topics.items {
                let policy = topic.attributes.known().map(|attributes| attributes.policy.as_ref()).map_err(Gap::clone);
                sinks.resource(context, "sns", "topic", &topic.arn, policy, &["sns:Subscribe"], "sns:GetTopicAttributes");
            }
            for queue in &region.queues.items {
                let policy = queue.attributes.known().map(|attributes| attributes.policy.as_ref()).map_err(Gap::clone);
                sinks.resource(context, "sqs", "queue", &queue.arn, policy, &["sqs:ReceiveMessage"], "sqs:GetQueueAttributes");
            }
            for stream in &region.kinesis_streams.items {
                let policy = stream.policy.known().map(Option::as_ref).map_err(Gap::clone);
                sinks.resource(context, "kinesis", "stream", &stream.arn, policy, &["kinesis:GetRecords"], "kinesis:GetResourcePolicy");
            }
            for table in &region.tables.items {
                let policy = table.policy.known().map(Option::as_ref).map_err(Gap::clone);
                let reads = &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"];
                sinks.resource(context, "dynamodb", "table", &table.arn, policy, reads, "dynamodb:GetResourcePolicy");
            }
            for subscription in &region.subscriptions.items {
                sinks.subscription(context, subscription);
            }
            for function in &region.functions.items {
                sinks.function(context, function);
            }
        }
        for region in context.posture.regions.values() {
            sinks.classes(context, &region.buckets, "s3", "bucket");
            sinks.classes(context, &region.topics, "sns", "topic");
            sinks.classes(context, &region.queues, "sqs", "queue");
            sinks.classes(context, &region.kinesis_streams, "kinesis", "stream");
            sinks.classes(context, &region.tables, "dynamodb", "table");
            sinks.classes(context, &region.event_buses, "events", "event bus");
        }
        // What a bucket is copied to may be one of them.
        for region in context.posture.regions.values() {
            for bucket in &region.buckets.items {
                sinks.copies(context, bucket);
            }
        }
        sinks
    }

    /// A function for development, or of a class.
    fn function(&mut self, context: &Context<'_>, function: &Function) {
        let Some((what, mark, rank)) = lower(&context.standing_of(function)) else { return };
        let called = format!("the function {}, which is {what}", function.name);
        let evidence = vec![mark.evidence()];
        self.add("lambda", Sink { arn: function.arn.clone(), target: function.arn.clone(), called, evidence, rank });
    }

    /// The sinks of a service.
    pub(super) fn of(&self, service: &str) -> &[Sink] {
        self.by_service.get(service).map_or(&[], Vec::as_slice)
    }

    /// Why there may be more of them.
    pub(super) fn gap(&self, service: &str) -> Option<&Gap> {
        self.gaps.get(service)
    }

    fn add(&mut self, service: &'static str, sink: Sink) {
        self.by_service.entry(service).or_default().push(sink);
    }

    fn unknown(&mut self, service: &'static str, gap: Option<Gap>) {
        if let Some(gap) = gap {
            self.gaps.entry(service).or_insert(gap);
        }
    }

    fn lists(&mut self, region: &Region) {
        self.unknown("s3", gap_of(&region.buckets));
        self.unknown("sns", gap_of(&region.topics).or_else(|| gap_of(&region.subscriptions)));
        self.unknown("sqs", gap_of(&region.queues));
        self.unknown("kinesis", gap_of(&region.kinesis_streams));
        self.unknown("dynamodb", gap_of(&region.tables));
        self.unknown("lambda", gap_of(&region.functions));
        self.unknown("events", gap_of(&region.event_buses));
    }

    fn bucket(&mut self, context: &Context<'_>, bucket: &Bucket) {
        let text = match bucket.policy.known() {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(gap) => return self.unknown("s3", Some(gap.clone())),
        };
        let Openings { found, gap } = resource_policy::openings_of_objects(context, text, &["s3:GetObject"], &bucket.arn);
        self.unknown("s3", gap);
        let found: Vec<Opening> = found.into_iter().filter(|opening| !opening.deputy).collect();
        if found.is_empty() {
            return;
        }
        if found.iter().any(|opening| opening.public) {
            let is_on = |block: &Option<PublicAccessBlock>| block.as_ref().is_some_and(|block| block.restrict_public_buckets);
            match (bucket.public_access_block.known(), context.posture.governance.s3_public_access_block.known()) {
                (Ok(own), _) if is_on(own) => return,
                (_, Ok(account)) if is_on(account) => return,
                (Ok(_), Ok(_)) => {}
                (Err(gap), _) | (_, Err(gap)) => return self.unknown("s3", Some(gap.clone())),
            }
        }
        let called = format!("the bucket {}, which {} may read", bucket.name, resource_policy::names(&found));
        let evidence = Openings { found, gap: None }.evidence("s3:GetBucketPolicy", &format!("policy of {}", bucket.name));
        self.add("s3", Sink { arn: bucket.arn.clone(), target: objects(&bucket.arn), called, evidence, rank: None });
    }

    /// A bucket whose objects are copied to a foreign account, or to another sink.
    fn copies(&mut self, context: &Context<'_>, bucket: &Bucket) {
        let known = self.of("s3").iter().find(|sink| sink.arn == bucket.arn).map(|sink| sink.rank);
        let rules = match bucket.replication.known() {
            Ok(_) if known == Some(None) => return,
            Ok(rules) => rules,
            Err(gap) => return self.unknown("s3", Some(gap.clone())),
        };
        for rule in rules.iter().filter(|rule| rule.enabled) {
            let name = rule.bucket.name();
            let stranger = rule.account.as_ref().map(|id| permission::stranger(context, &Audience::Account(id.clone())));
            let (where_to, mut evidence, rank) = if let Some(Stranger::Yes(who)) = stranger {
                (format!("the bucket {name} of {who}"), Vec::new(), None)
            } else if let Some(sink) = self.of("s3").iter().find(|sink| sink.arn == rule.bucket) {
                if known.is_some_and(|own| own <= sink.rank) {
                    continue;
                }
                (sink.called.clone(), sink.evidence.clone(), sink.rank)
            } else {
                // A rule need not name the account, and the bucket may be anybody's.
                let is_own = context.posture.regions.values().any(|region| find(&region.buckets, &rule.bucket).is_some());
                if !is_own && rule.account.is_none() {
                    self.unknown(
                        "s3",
                        Some(Gap::unsupported(format!("whose the bucket {name} is that {} is copied to is not known", bucket.name))),
                    );
                }
                continue;
            };
            evidence
                .insert(0, Evidence::field("s3:GetReplicationConfiguration", format!("{} Destination", bucket.name), rule.bucket.as_str()));
            let called = format!("the bucket {}, which is copied to {where_to}", bucket.name);
            // Of two reasons the one that holds for more data.
            self.by_service.entry("s3").or_default().retain(|sink| sink.arn != bucket.arn);
            return self.add("s3", Sink { arn: bucket.arn.clone(), target: objects(&bucket.arn), called, evidence, rank });
        }
    }

    /// Those of `listing` of which the own tags say what data they hold.
    fn classes<T: Resource>(&mut self, context: &Context<'_>, listing: &Listing<T>, service: &'static str, kind: &str) {
        let known: BTreeSet<Arn> = self.of(service).iter().map(|sink| sink.arn.clone()).collect();
        for arn in listing.items.iter().map(T::arn).filter(|arn| !known.contains(*arn)) {
            let Some(own) = context.own(arn) else { continue };
            if let Err(gap) = own.class() {
                self.unknown(service, Some(gap));
                continue;
            }
            let Some((what, mark, rank)) = lower(&own) else { continue };
            let called = format!("the {kind} {}, which is {what}", arn.name());
            let evidence = vec![mark.evidence()];
            let target = if service == "s3" { objects(arn) } else { arn.clone() };
            self.add(service, Sink { arn: arn.clone(), target, called, evidence, rank });
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one line for each kind of resource, in the same words")]
    fn resource(
        &mut self,
        context: &Context<'_>,
        service: &'static str,
        kind: &str,
        arn: &Arn,
        policy: Result<Option<&PolicyText>, Gap>,
        reads: &[&str],
        source: &'static str,
    ) {
        let text = match policy {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(gap) => return self.unknown(service, Some(gap)),
        };
        let Openings { found, gap } = resource_policy::openings(context, text, reads, arn);
        self.unknown(service, gap);
        let found: Vec<Opening> = found.into_iter().filter(|opening| !opening.deputy).collect();
        if !found.is_empty() {
            let called = format!("the {kind} {}, which {} may read", arn.name(), resource_policy::names(&found));
            let evidence = Openings { found, gap: None }.evidence(source, &format!("policy of {}", arn.name()));
            self.add(service, Sink { arn: arn.clone(), target: arn.clone(), called, evidence, rank: None });
        }
    }

    fn subscription(&mut self, context: &Context<'_>, subscription: &Subscription) {
        let topic = &subscription.topic;
        let where_to = match &subscription.endpoint {
            SubscriptionEndpoint::Resource(arn) => match permission::stranger(context, &Audience::Account(arn.account().to_owned())) {
                Stranger::Yes(who) => format!("{} of {who}", arn.name()),
                Stranger::No | Stranger::MaybeOwn(_) => return,
            },
            // Mails and text messages are for people of the company, as far as anybody can tell.
            SubscriptionEndpoint::Host(host) if matches!(subscription.protocol.as_str(), "http" | "https") => host.clone(),
            SubscriptionEndpoint::Host(_) | SubscriptionEndpoint::Hidden => return,
        };
        let evidence = vec![Evidence::field("sns:ListSubscriptions", format!("{} Endpoint", topic.name()), &where_to)];
        let called = format!("the topic {}, which goes to {where_to}", topic.name());
        self.add("sns", Sink { arn: topic.clone(), target: topic.clone(), called, evidence, rank: None });
    }
}

/// What may make less of data than it is, and what says so: an environment for development, or a class; with the rank of the class
/// if that is sensitive too.
fn lower<'a>(standing: &Standing<'a>) -> Option<(String, Mark<'a>, Option<u32>)> {
    if let Some(placed) = standing.environment().filter(|_| standing.is_development()) {
        return Some(("for development".to_owned(), placed.by, None));
    }
    let class = standing.class().ok()?;
    let rank = class.is_sensitive.then_some(class.class.rank);
    Some((format!("of the class {}", class.class.name), class.by?, rank))
}

/// An object of `bucket`, for all of them.
pub(super) fn objects(bucket: &Arn) -> Arn {
    Arn::new(format!("{bucket}/palisade"))
}

/// Why `listing` is not whole, with the call that would have listed the rest.
pub(super) fn gap_of<T: Resource>(listing: &Listing<T>) -> Option<Gap> {
    let gap = listing.gap.as_ref()?;
    Some(if gap.action.is_empty() { Gap { action: T::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() })
}
