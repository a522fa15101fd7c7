//! Places from which data gets out: to the public, to accounts that nobody trusts, to the internet, to developers.

use std::collections::BTreeMap;

use crate::{
    checks::{
        Context, Evidence,
        permission::{self, Stranger},
        resource_policy::{self, Opening, Openings},
    },
    iam::Audience,
    model::{Arn, Bucket, Function, Gap, Listing, PolicyText, PublicAccessBlock, Region, Resource, Subscription, SubscriptionEndpoint},
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
        sinks
    }

    /// A function for development, or of a class that is not sensitive.
    fn function(&mut self, context: &Context<'_>, function: &Function) {
        let standing = context.standing_of(function);
        let lower = standing.class().ok().filter(|class| !class.is_sensitive).and_then(|class| Some((class.class, class.by?)));
        let (what, mark) = match (standing.environment().filter(|_| standing.is_development()), lower) {
            (Some(placed), _) => ("for development".to_owned(), placed.by),
            (None, Some((class, mark))) => (format!("of the class {}", class.name), mark),
            (None, None) => return,
        };
        let called = format!("the function {}, which is {what}", function.name);
        let evidence = vec![mark.evidence()];
        self.add("lambda", Sink { arn: function.arn.clone(), target: function.arn.clone(), called, evidence });
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
        self.add("s3", Sink { arn: bucket.arn.clone(), target: Arn::new(format!("{}/palisade", bucket.arn)), called, evidence });
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
            self.add(service, Sink { arn: arn.clone(), target: arn.clone(), called, evidence });
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
        self.add("sns", Sink { arn: topic.clone(), target: topic.clone(), called, evidence });
    }
}

fn gap_of<T: Resource>(listing: &Listing<T>) -> Option<Gap> {
    let gap = listing.gap.as_ref()?;
    Some(if gap.action.is_empty() { Gap { action: T::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() })
}
