//! What starts functions and carries data between resources by configuration, whatever anybody's policies allow.

use std::collections::BTreeMap;

use super::{Context, Evidence, context::listed};
use crate::{
    model::{Arn, Function, Gap, Integration, Region, SubscriptionEndpoint},
    paths::Node,
};

/// Something is carried from one place to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// From where.
    pub from: Node,
    /// Where to.
    pub to: Arn,
    /// The same as it is configured: a version or an alias, a stream.
    pub target: Arn,
    /// What carries it, where that is a resource of its own: a mapping, a rule, a pipe, a subscription.
    pub via: Option<Arn>,
    /// By what, as in `an event source mapping`.
    pub by: &'static str,
    /// Whether it does so now: what is disabled can be enabled again.
    pub is_on: bool,
    /// The field that says so.
    pub evidence: Evidence,
}

/// All of an account.
#[derive(Debug, Default)]
pub struct Feeds {
    feeds: Vec<Feed>,
    /// By the ARN that they lead to.
    to: BTreeMap<Arn, Vec<usize>>,
    /// By the ARN that they lead from.
    from: BTreeMap<Arn, Vec<usize>>,
    gaps: Vec<Gap>,
}

impl Feeds {
    /// Goes through the account once.
    pub(super) fn new(context: &Context<'_>) -> Self {
        let mut feeds = Self::default();
        for (name, region) in &context.posture.regions {
            for function in &region.functions.items {
                feeds.of_function(context, function);
            }
            feeds.of_stores(region);
            feeds.of_events(context, name, region);
            feeds.of_apis(region);
            feeds.unread(listed(&region.functions).err());
            feeds.unread(listed(&region.event_source_mappings).err());
            feeds.unread(listed(&region.subscriptions).err());
            feeds.unread(listed(&region.buckets).err());
            feeds.unread(listed(&region.event_rules).err());
            feeds.unread(listed(&region.schedules).err());
            feeds.unread(listed(&region.pipes).err());
            feeds.unread(listed(&region.rest_apis).err());
            feeds.unread(listed(&region.http_apis).err());
        }
        feeds
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Feed> {
        self.feeds.iter()
    }

    /// What leads to `resource`; a version or an alias stands for its function.
    pub fn leading_to(&self, resource: &Arn) -> impl Iterator<Item = &Feed> {
        self.to.get(resource).into_iter().flatten().filter_map(|place| self.feeds.get(*place))
    }

    /// What leads away from `resource`.
    pub fn out_of(&self, resource: &Arn) -> impl Iterator<Item = &Feed> {
        self.from.get(resource).into_iter().flatten().filter_map(|place| self.feeds.get(*place))
    }

    /// Why there may be more of them.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    fn unread(&mut self, gap: Option<Gap>) {
        if let Some(gap) = gap
            && !self.gaps.contains(&gap)
        {
            self.gaps.push(gap);
        }
    }

    fn add(&mut self, from: impl Into<Node>, to: &Arn, by: &'static str, is_on: bool, evidence: Evidence) {
        let (from, to, target) = (from.into(), store_of(to), to.clone());
        let place = self.feeds.len();
        self.to.entry(to.clone()).or_default().push(place);
        if let Some(arn) = from.arn() {
            self.from.entry(arn.clone()).or_default().push(place);
        }
        self.feeds.push(Feed { from, to, target, via: None, by, is_on, evidence });
    }

    /// What was added last is carried by `via`.
    fn carried(&mut self, via: &Arn) {
        if let Some(feed) = self.feeds.last_mut() {
            feed.via = Some(via.clone());
        }
    }

    fn of_function(&mut self, context: &Context<'_>, function: &Function) {
        for mapping in context.known_mappings_of(function) {
            let is_on = !mapping.state.starts_with("Disabl");
            let field = |field: &str, value: &Arn| {
                Evidence::field("lambda:ListEventSourceMappings", format!("{} {field}", mapping.uuid), value.as_str())
            };
            if let Some(source) = &mapping.source {
                let by = "an event source mapping";
                self.add(&store_of(source), &mapping.function, by, is_on, field("EventSourceArn", source));
                self.carried(&mapping.arn);
            }
            if let Some(target) = &mapping.on_failure {
                self.add(&function.arn, target, "what a mapping could not deliver", is_on, field("DestinationConfig.OnFailure", target));
            }
        }
        if let Some(target) = &function.dead_letter {
            let evidence = Evidence::field("lambda:ListFunctions", "DeadLetterConfig.TargetArn", target.as_str());
            self.add(&function.arn, target, "its dead-letter queue", true, evidence);
        }
        self.unread(function.event_invoke.gap().cloned());
        for config in function.event_invoke.known().into_iter().flatten() {
            for (name, target) in [("OnSuccess", &config.on_success), ("OnFailure", &config.on_failure)] {
                let Some(target) = target else { continue };
                let pointer = format!("{} DestinationConfig.{name}", config.qualifier);
                let evidence = Evidence::field("lambda:ListFunctionEventInvokeConfigs", pointer, target.as_str());
                self.add(&function.arn, target, "a destination of its results", true, evidence);
            }
        }
        for url in function.urls.known().into_iter().flatten().filter(|url| url.auth_none) {
            let evidence = Evidence::field("lambda:ListFunctionUrlConfigs", format!("{} AuthType", url.qualifier), "NONE");
            self.add(Node::Internet, &function.arn, "a function URL", true, evidence);
        }
        self.unread(function.urls.gap().cloned());
    }

    fn of_stores(&mut self, region: &Region) {
        for subscription in &region.subscriptions.items {
            let topic = &subscription.topic;
            if let SubscriptionEndpoint::Resource(endpoint) = &subscription.endpoint {
                let evidence = Evidence::field("sns:ListSubscriptions", format!("{} Endpoint", topic.name()), endpoint.as_str());
                self.add(topic, endpoint, "a subscription", true, evidence);
                self.carried(&subscription.arn);
            }
        }
        for bucket in &region.buckets.items {
            self.unread(bucket.notifications.gap().cloned());
            for target in bucket.notifications.known().into_iter().flat_map(|told| &told.targets) {
                let pointer = format!("{} {}", bucket.name, target.events.join(", "));
                let evidence = Evidence::field("s3:GetBucketNotification", pointer, target.arn.as_str());
                self.add(&bucket.arn, &target.arn, "a notification", true, evidence);
            }
            self.unread(bucket.replication.gap().cloned());
            for rule in bucket.replication.known().into_iter().flatten() {
                let pointer = format!("{} Destination.Bucket", bucket.name);
                let evidence = Evidence::field("s3:GetReplicationConfiguration", pointer, rule.bucket.as_str());
                self.add(&bucket.arn, &rule.bucket, "replication", rule.enabled, evidence);
            }
        }
        for queue in &region.queues.items {
            let target = queue.attributes.known().ok().and_then(|attributes| attributes.dead_letter_queue.as_ref());
            if let Some(target) = target {
                let evidence = Evidence::field("sqs:GetQueueAttributes", "RedrivePolicy deadLetterTargetArn", target.as_str());
                self.add(&queue.arn, target, "its redrive policy", true, evidence);
            }
        }
        for secret in &region.secrets.items {
            if let Some(function) = &secret.rotation_function {
                let evidence = Evidence::field("secretsmanager:ListSecrets", "RotationLambdaARN", function.as_str());
                self.add(&secret.arn, function, "rotation", secret.rotation_enabled != Some(false), evidence);
            }
        }
        for pipe in &region.pipes.items {
            let is_on = pipe.state == "RUNNING";
            let evidence = Evidence::field("pipes:ListPipes", format!("{} Target", pipe.name), pipe.target.as_str());
            if pipe.source.starts_with("arn:") {
                self.add(&store_of(&Arn::from(pipe.source.as_str())), &pipe.target, "a pipe", is_on, evidence);
                self.carried(&pipe.arn);
            }
        }
    }

    fn of_events(&mut self, context: &Context<'_>, name: &str, region: &Region) {
        for rule in &region.event_rules.items {
            self.unread(rule.targets.gap().cloned());
            let bus = rule.bus.rsplit("event-bus/").next().unwrap_or_default();
            let bus = Arn::build(&context.posture.partition, "events", name, &context.posture.account, &format!("event-bus/{bus}"));
            // What starts by the clock alone carries nothing off the bus.
            let from = if rule.pattern.is_some() { &bus } else { &rule.arn };
            for target in rule.targets.known().into_iter().flatten() {
                let evidence = Evidence::field("events:ListTargetsByRule", format!("{} {} Arn", rule.name, target.id), target.arn.as_str());
                self.add(from, &target.arn, "a rule", rule.is_enabled(), evidence);
                self.carried(&rule.arn);
            }
        }
        for schedule in &region.schedules.items {
            let evidence = Evidence::field("scheduler:ListSchedules", format!("{} Target.Arn", schedule.name), schedule.target.as_str());
            self.add(&schedule.arn, &schedule.target, "a schedule", schedule.state != "DISABLED", evidence);
        }
    }

    fn of_apis(&mut self, region: &Region) {
        for api in &region.rest_apis.items {
            self.unread(api.methods.gap().cloned());
            for method in api.methods.known().into_iter().flatten() {
                if let Some(integration) = &method.integration {
                    self.route(&api.arn, integration, &format!("{} {} of {}", method.method, method.path, api.name));
                }
            }
        }
        for api in &region.http_apis.items {
            self.unread(api.routes.gap().or(api.integrations.gap()).cloned());
            let Ok(integrations) = api.integrations.known() else { continue };
            for route in api.routes.known().into_iter().flatten() {
                if let Some(integration) = route.integration.as_ref().and_then(|id| integrations.get(id)) {
                    self.route(&api.arn, integration, &format!("{} of {}", route.key, api.name));
                }
            }
        }
    }

    fn route(&mut self, api: &Arn, integration: &Integration, called: &str) {
        if let Some(function) = &integration.function {
            let evidence = Evidence::field("apigateway:GET", format!("{called} integration"), function.as_str());
            self.add(api, function, "a route", true, evidence);
        }
    }
}

/// What an ARN is about: of a table's stream or index the table, of a version or an alias the function.
fn store_of(arn: &Arn) -> Arn {
    match arn.service() {
        "lambda" if arn.resource().starts_with("function:") => arn.unqualified(),
        "dynamodb" => {
            let table = arn.as_str().split_once("/stream/").or_else(|| arn.as_str().split_once("/index/"));
            table.map_or_else(|| arn.clone(), |(table, _)| Arn::from(table))
        }
        _ => arn.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::{
            Settings,
            testing::{ACCOUNT, REGION, bucket, denied, with_function},
        },
        model::{EventSourceMapping, Fact, FunctionUrl, NotificationTarget},
    };

    #[test]
    fn every_trigger_is_told_with_the_field_that_says_so() {
        let mut posture = with_function(|function| {
            let url = FunctionUrl { qualifier: Function::UNQUALIFIED.to_owned(), url: String::new(), auth_none: true, cors: None };
            function.urls = Fact::Known(vec![url]);
            function.dead_letter = Some(Arn::build("aws", "sqs", REGION, ACCOUNT, "dead"));
        });
        let region = posture.regions.get_mut(REGION).unwrap();
        let arn = region.functions.items[0].arn.clone();
        let mut mapping = EventSourceMapping::new(Arn::from("arn:m"), "u-1", Arn::from(format!("{arn}:live")));
        mapping.source = Some(Arn::build("aws", "dynamodb", REGION, ACCOUNT, "table/orders/stream/2026"));
        mapping.state = "Disabled".to_owned();
        region.event_source_mappings.items.push(mapping);
        let mut inbox = bucket("inbox");
        inbox.notifications.known_mut().unwrap().targets =
            vec![NotificationTarget { arn: Arn::from(format!("{arn}:live")), events: vec!["s3:ObjectCreated:*".to_owned()] }];
        region.buckets.items.push(inbox);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let feeds = Feeds::new(&context);
        let told: Vec<_> = feeds.leading_to(&arn).map(|feed| (feed.from.to_string(), feed.by, feed.is_on)).collect();
        assert_eq!(
            told,
            [
                (format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"), "an event source mapping", false),
                ("internet".to_owned(), "a function URL", true),
                ("arn:aws:s3:::inbox".to_owned(), "a notification", true),
            ]
        );
        assert_eq!(feeds.out_of(&arn).map(|feed| feed.by).collect::<Vec<_>>(), ["its dead-letter queue"]);
        assert_eq!(feeds.leading_to(&arn).next().unwrap().evidence.pointer, "u-1 EventSourceArn");
    }

    #[test]
    fn what_was_not_read_is_a_gap_and_no_empty_list() {
        let (posture, settings) = (denied(), Settings::default());
        let feeds = Feeds::new(&Context::new(&posture, &settings));
        assert_eq!(feeds.gaps(), [Gap::denied("any:Action", "AccessDeniedException")]);
    }
}
