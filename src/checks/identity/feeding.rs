//! What feeds functions: every way by which something puts events in front of one, and whom the source listens to.

use std::collections::BTreeMap;

use crate::{
    checks::{
        Context, Evidence, permission,
        resource_policy::{self, Openings},
    },
    iam::Principal,
    model::{Arn, Fact, Function, Gap, Listing, PolicyText, Region, Resource, SubscriptionEndpoint, find},
};

/// One way by which a source starts a function.
#[derive(Debug, Clone)]
pub(super) struct Trigger {
    /// The queue, topic, stream, table, bucket or bus.
    pub(super) source: Arn,
    /// What connects them.
    pub(super) evidence: Evidence,
}

/// What is known of the sources of all functions.
#[derive(Debug, Default)]
pub(super) struct Feeds {
    triggers: BTreeMap<Arn, Vec<Trigger>>,
    /// By source.
    openings: BTreeMap<Arn, Openings>,
}

/// Of the services that push: what names them in a function's policy, and the lists that say what they push.
type Pushing = (&'static str, fn(&Region) -> Option<Gap>);
const PUSHING: [Pushing; 3] = [
    ("sns.amazonaws.com", |region| gap_of(&region.subscriptions)),
    ("s3.amazonaws.com", |region| {
        gap_of(&region.buckets).or_else(|| region.buckets.items.iter().find_map(|bucket| bucket.notifications.gap().cloned()))
    }),
    ("events.amazonaws.com", |region| {
        gap_of(&region.event_rules).or_else(|| region.event_rules.items.iter().find_map(|rule| rule.targets.gap().cloned()))
    }),
];

impl Feeds {
    /// Goes through all triggers of the posture once.
    pub(super) fn new(context: &Context<'_>) -> Self {
        let mut feeds = Self::default();
        for region in context.posture.regions.values() {
            feeds.of_region(context, region);
        }
        for trigger in feeds.triggers.values().flatten() {
            if !feeds.openings.contains_key(&trigger.source) {
                feeds.openings.insert(trigger.source.clone(), openings(context, &trigger.source));
            }
        }
        feeds
    }

    fn of_region(&mut self, context: &Context<'_>, region: &Region) {
        let is_live = |state: &str| !state.starts_with("Disabl") && !state.starts_with("Delet");
        for mapping in region.event_source_mappings.items.iter().filter(|mapping| is_live(&mapping.state)) {
            let Some(source) = &mapping.source else { continue };
            let evidence = Evidence::field("lambda:ListEventSourceMappings", "EventSourceArn", source.as_str());
            self.add(&mapping.function, store_of(source), evidence);
        }
        for subscription in &region.subscriptions.items {
            if let SubscriptionEndpoint::Resource(function) = &subscription.endpoint {
                let evidence = Evidence::field("sns:ListSubscriptions", "TopicArn", subscription.topic.as_str());
                self.add(function, subscription.topic.clone(), evidence);
            }
        }
        for bucket in &region.buckets.items {
            for target in bucket.notifications.known().into_iter().flat_map(|told| &told.targets) {
                let evidence = Evidence::field("s3:GetBucketNotification", bucket.arn.as_str(), target.events.join(", "));
                self.add(&target.arn, bucket.arn.clone(), evidence);
            }
        }
        // A schedule listens to nobody.
        for rule in region.event_rules.items.iter().filter(|rule| rule.is_enabled() && rule.pattern.is_some()) {
            let arn = &rule.arn;
            let bus = || Arn::build(arn.partition(), "events", arn.region(), &context.posture.account, &format!("event-bus/{}", rule.bus));
            for target in rule.targets.known().into_iter().flatten() {
                let source = if rule.bus.starts_with("arn:") { Arn::from(rule.bus.as_str()) } else { bus() };
                self.add(&target.arn, source, Evidence::field("events:ListTargetsByRule", arn.as_str(), target.arn.as_str()));
            }
        }
        for pipe in region.pipes.items.iter().filter(|pipe| pipe.state == "RUNNING" && pipe.source.starts_with("arn:")) {
            let evidence = Evidence::field("pipes:ListPipes", "Source", &pipe.source);
            self.add(&pipe.target, store_of(&Arn::from(pipe.source.as_str())), evidence);
        }
    }

    fn add(&mut self, target: &Arn, source: Arn, evidence: Evidence) {
        if target.service() == "lambda" {
            self.triggers.entry(target.unqualified()).or_default().push(Trigger { source, evidence });
        }
    }

    /// What feeds `function`, as far as it is known.
    pub(super) fn of(&self, function: &Function) -> &[Trigger] {
        self.triggers.get(&function.arn).map_or(&[], Vec::as_slice)
    }

    /// Whom `source`, of a known trigger, listens to.
    pub(super) fn heard_by(&self, source: &Arn) -> Option<&Openings> {
        self.openings.get(source)
    }
}

/// Why `function` may be fed by something that is not known, if so.
pub(super) fn unread(context: &Context<'_>, function: &Function) -> Option<Gap> {
    let region = context.posture.regions.get(function.arn.region())?;
    let pulled = context.mappings_of(function).err().or_else(|| gap_of(&region.pipes));
    // What pushes needs a word in the function's policy: what is not named there need not have been read.
    pulled.or_else(|| {
        let pushes = PUSHING.iter().filter(|(service, _)| may_push(context, function, service));
        pushes.into_iter().find_map(|(_, gap)| context.posture.regions.values().find_map(gap))
    })
}

/// Whether the policies of `function` let `service` call it, or some of them were not read.
fn may_push(context: &Context<'_>, function: &Function, service: &str) -> bool {
    let names = |principal: &Principal| match principal {
        Principal::Anyone => true,
        Principal::Service(name) => name == service,
        _ => false,
    };
    let lets_in = |policy: &Fact<Option<PolicyText>>| match policy.known() {
        Ok(Some(text)) => context.library.document(text).is_ok_and(|document| {
            let mut allows = document.statements.iter().filter(|statement| statement.is_allow());
            allows.any(|statement| statement.is_not_principal() || statement.principals().iter().any(names))
        }),
        Ok(None) | Err(_) => false,
    };
    function.policies.values().any(lets_in) || permission::unread(&context.library, function).is_some()
}

fn gap_of<T: Resource>(listing: &Listing<T>) -> Option<Gap> {
    let gap = listing.gap.as_ref()?;
    Some(if gap.action.is_empty() { Gap { action: T::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() })
}

/// What has to be written to for `source` to have something: the table of a stream, the stream of a consumer.
fn store_of(source: &Arn) -> Arn {
    let cut = match source.service() {
        "dynamodb" => "/stream/",
        "kinesis" => "/consumer/",
        _ => return source.clone(),
    };
    source.as_str().split_once(cut).map_or_else(|| source.clone(), |(store, _)| Arn::from(store))
}

/// What puts something into the source, and the call that gives its policy.
pub(super) fn way_in(source: &Arn) -> Option<(&'static [&'static str], &'static str)> {
    Some(match source.service() {
        "sqs" => (&["sqs:SendMessage"], "sqs:GetQueueAttributes"),
        "sns" => (&["sns:Publish"], "sns:GetTopicAttributes"),
        "s3" => (&["s3:PutObject"], "s3:GetBucketPolicy"),
        "events" => (&["events:PutEvents"], "events:DescribeEventBus"),
        "kinesis" => (&["kinesis:PutRecord", "kinesis:PutRecords"], "kinesis:GetResourcePolicy"),
        "dynamodb" => (&["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"], "dynamodb:GetResourcePolicy"),
        _ => return None,
    })
}

/// The policy of `source`, if it has one, and the Region it is in.
///
/// # Errors
/// The gap, when it was not read.
pub(super) fn policy_of<'c>(context: &Context<'c>, source: &Arn) -> Result<Option<(&'c PolicyText, &'c str)>, Gap> {
    let posture = context.posture;
    if source.service() == "s3" {
        let mut buckets = posture.regions.iter().filter_map(|(name, region)| Some((name, find(&region.buckets, source)?)));
        // The trigger was learnt from the bucket, or the bucket is another account's.
        let Some((name, bucket)) = buckets.next() else { return Err(elsewhere(source)) };
        return Ok(bucket.policy.known()?.as_ref().map(|text| (text, name.as_str())));
    }
    if source.account() != posture.account {
        return Err(elsewhere(source));
    }
    let Some((_, called)) = way_in(source) else {
        return Err(Gap::unsupported(format!("who may put something into {source} is not read")));
    };
    let Some((name, region)) = posture.regions.get_key_value(source.region()) else { return Err(Gap::unread(called)) };
    let text = match source.service() {
        "sqs" => match member(&region.queues, source)? {
            Some(queue) => queue.attributes.known()?.policy.as_ref(),
            None => None,
        },
        "sns" => match member(&region.topics, source)? {
            Some(topic) => topic.attributes.known()?.policy.as_ref(),
            None => None,
        },
        "events" => match member(&region.event_buses, source)? {
            Some(bus) => bus.attributes.known()?.policy.as_ref(),
            None => None,
        },
        "kinesis" => match member(&region.kinesis_streams, source)? {
            Some(stream) => stream.policy.known()?.as_ref(),
            None => None,
        },
        _ => match member(&region.tables, source)? {
            Some(table) => table.policy.known()?.as_ref(),
            None => None,
        },
    };
    Ok(text.map(|text| (text, name.as_str())))
}

/// The item of a list; none when it does not exist.
fn member<'a, T: Resource>(listing: &'a Listing<T>, arn: &Arn) -> Result<Option<&'a T>, Gap> {
    match find(listing, arn) {
        Some(item) => Ok(Some(item)),
        None => gap_of(listing).map_or(Ok(None), Err),
    }
}

fn elsewhere(source: &Arn) -> Gap {
    Gap::unsupported(format!("{source} is of another account, whose policies are not read here"))
}

fn openings(context: &Context<'_>, source: &Arn) -> Openings {
    let Some((actions, _)) = way_in(source) else {
        return Openings::unknown(Gap::unsupported(format!("who may put something into {source} is not read")));
    };
    let text = match policy_of(context, source) {
        Ok(Some((text, _))) => text,
        Ok(None) => return Openings::default(),
        Err(gap) => return Openings::unknown(gap),
    };
    if source.service() != "s3" {
        return resource_policy::openings(context, text, actions, source);
    }
    let mut openings = resource_policy::openings_of_objects(context, text, actions, source);
    if openings.found.iter().any(|opening| opening.public) {
        match is_restricted(context, source) {
            // With that switch a public policy lets in nobody but the account itself.
            Ok(true) => openings.found.clear(),
            Ok(false) => {}
            Err(gap) => return Openings::unknown(gap),
        }
    }
    openings
}

/// Whether `RestrictPublicBuckets` of the bucket or of the account is on.
fn is_restricted(context: &Context<'_>, bucket: &Arn) -> Result<bool, Gap> {
    let own = context.posture.regions.values().find_map(|region| find(&region.buckets, bucket));
    let own = own.map(|bucket| bucket.public_access_block.known());
    let account = context.posture.governance.s3_public_access_block.known();
    let mut gap = None;
    for block in own.into_iter().chain([account]) {
        match block {
            Ok(block) if block.as_ref().is_some_and(|block| block.restrict_public_buckets) => return Ok(true),
            Ok(_) => {}
            Err(found) => gap = Some(found.clone()),
        }
    }
    gap.map_or(Ok(false), Err)
}
