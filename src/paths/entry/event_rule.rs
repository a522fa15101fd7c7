//! What rules of EventBridge take from a bus, or from a bucket, to their targets.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    delivery::{As, Trigger},
    survey::Survey,
};
use crate::{
    model::{Arn, Bucket, EventRule, EventTarget, Region},
    paths::{Edge, edge::Proof},
};

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        // By Region and name: a rule says the name of its bus, or its ARN.
        let buses: BTreeMap<&str, &Arn> = region.event_buses.items.iter().map(|bus| (bus.name.as_str(), &bus.arn)).collect();
        let told: Vec<&Bucket> =
            region.buckets.items.iter().filter(|bucket| bucket.notifications.known().is_ok_and(|said| said.event_bridge)).collect();
        for rule in survey.items(name, &region.event_rules) {
            let Some(pattern) = rule.pattern.as_deref().filter(|_| rule.is_enabled()) else { continue };
            listens(survey, region, rule, pattern, &buses, &told);
            let Some(targets) = survey.known(&rule.arn, &rule.targets) else { continue };
            for target in targets {
                passes_on(survey, rule, target);
            }
        }
    }
}

fn listens(survey: &mut Survey<'_, '_>, region: &Region, rule: &EventRule, pattern: &str, buses: &BTreeMap<&str, &Arn>, told: &[&Bucket]) {
    let name = rule.bus.rsplit("event-bus/").next().unwrap_or(&rule.bus);
    let state = Proof::field("events:ListRules", "EventPattern", pattern);
    let pattern = Pattern::read(pattern);
    let bus = match buses.get(name) {
        Some(bus) => (*bus).clone(),
        None if region.event_buses.gap.is_some() => {
            Arn::build(rule.arn.partition(), "events", rule.arn.region(), rule.arn.account(), &format!("event-bus/{name}"))
        }
        None => return,
    };
    if pattern.takes_events_of_customers() {
        survey.push(Edge { proof: vec![state.clone()], ..Edge::relay(&bus, &rule.arn, "event-rule") });
    }
    if name == "default" {
        for bucket in told.iter().filter(|bucket| pattern.takes_writes_to(&bucket.name)) {
            let on = Proof::field("s3:GetBucketNotification", "EventBridgeConfiguration", "on");
            survey.push(Edge { proof: vec![on, state.clone()], ..Edge::relay(&bucket.arn, &rule.arn, "s3-event") });
        }
    }
}

fn passes_on(survey: &mut Survey<'_, '_>, rule: &EventRule, target: &EventTarget) {
    // Functions, queues, topics and buses say themselves whom they let; others are called with a role, if need be the rule's.
    let says_itself = matches!(target.arn.service(), "lambda" | "sqs" | "sns" | "events");
    let by = match target.role.as_ref().or(rule.role.as_ref().filter(|_| !says_itself)) {
        Some(role) => As::Role(role),
        None => As::Service("events.amazonaws.com", &rule.arn),
    };
    survey.deliver(Trigger {
        from: (&rule.arn).into(),
        by,
        target: &target.arn,
        technique: "event-rule",
        proof: Proof::field("events:ListTargetsByRule", "Arn", target.arn.as_str()),
        condition: None,
    });
}

/// What a rule lets through, as far as it matters here; what cannot be read lets everything through.
struct Pattern(Value);

impl Pattern {
    fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or(Value::Null))
    }

    /// Whether an event that a customer put on the bus gets through: nobody but AWS says that it comes from `aws.…`.
    fn takes_events_of_customers(&self) -> bool {
        let is_aws = |value: &Value| match value {
            Value::String(source) => source.starts_with("aws."),
            Value::Object(test) => {
                test.get("prefix").or_else(|| test.get("wildcard")).and_then(Value::as_str).is_some_and(|start| start.starts_with("aws."))
            }
            _ => false,
        };
        !matches!(self.0.get("source"), Some(Value::Array(sources)) if sources.iter().all(is_aws))
    }

    /// Whether S3's word of a new object in `bucket` gets through.
    fn takes_writes_to(&self, bucket: &str) -> bool {
        let name = self.0.get("detail").and_then(|detail| detail.get("bucket")).and_then(|bucket| bucket.get("name"));
        allows(self.0.get("source"), &["aws.s3"])
            && allows(self.0.get("detail-type"), &["Object Created", "Object Deleted", "Object Tags Added", "Object ACL Updated"])
            && allows(name, &[bucket])
    }
}

/// Whether a field of a pattern lets one of `values` through; tests other than for the value or its beginning may.
fn allows(field: Option<&Value>, values: &[&str]) -> bool {
    let Some(Value::Array(tests)) = field else { return true };
    tests.iter().any(|test| match test {
        Value::String(text) => values.contains(&text.as_str()),
        Value::Object(test) => match test.get("prefix") {
            Some(Value::String(prefix)) => values.iter().any(|value| value.starts_with(prefix.as_str())),
            _ => true,
        },
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::with_function,
        model::{Arn, Bucket, BucketNotifications, EventBus, EventBusAttributes, EventRule, EventTarget, Fact, Gap, Posture},
        paths::entry::testing::{FUNCTION, for_service, gaps, grant, region, steps},
    };

    const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/default";
    const RULE: &str = "arn:aws:events:eu-west-1:123456789012:rule/orders";

    fn with(pattern: &str, change: impl FnOnce(&mut EventRule)) -> Posture {
        let mut posture = with_function(|_| ());
        grant(&mut posture, &for_service("events.amazonaws.com", "lambda:InvokeFunction"));
        let attributes = EventBusAttributes { policy: None, kms_key: None, dead_letter_queue: None, logs_events: false };
        let target = EventTarget {
            id: "1".to_owned(),
            arn: Arn::new(FUNCTION),
            role: None,
            dead_letter_queue: None,
            retries: None,
            input: None,
            http_parameters: None,
        };
        let mut rule = EventRule {
            arn: Arn::new(RULE),
            name: "orders".to_owned(),
            bus: "default".to_owned(),
            pattern: Some(pattern.to_owned()),
            schedule: None,
            state: "ENABLED".to_owned(),
            role: None,
            managed_by: None,
            targets: Fact::Known(vec![target]),
        };
        change(&mut rule);
        let region = region(&mut posture);
        region.event_buses.items.push(EventBus { arn: Arn::new(BUS), name: "default".to_owned(), attributes: Fact::Known(attributes) });
        region.event_rules.items.push(rule);
        posture
    }

    fn to_function() -> String {
        format!("{RULE} -> {FUNCTION} Send event-rule")
    }

    #[test]
    fn an_event_goes_from_the_bus_through_the_rule() {
        let expected = [format!("{BUS} -> {RULE} Send event-rule"), to_function()];
        assert_eq!(steps(&with(r#"{"source":["shop"]}"#, |_| ())), expected);
        assert_eq!(steps(&with(r#"{"detail-type":["x"]}"#, |_| ())), expected);
    }

    #[test]
    fn nobody_puts_events_of_aws_on_a_bus() {
        assert_eq!(steps(&with(r#"{"source":["aws.ec2",{"prefix":"aws.s"}]}"#, |_| ())), [to_function()]);
    }

    #[test]
    fn a_rule_that_is_off_or_has_only_a_schedule_takes_nothing() {
        assert!(steps(&with("{}", |rule| rule.state = "DISABLED".to_owned())).is_empty());
        assert!(steps(&with("{}", |rule| rule.pattern = None)).is_empty());
    }

    #[test]
    fn a_target_with_a_role_asks_the_role() {
        let to_orders = |statement: &str| {
            let mut posture = with("{}", |rule| {
                let target = &mut rule.targets.known_mut().expect("targets")[0];
                target.arn = Arn::new("arn:aws:states:eu-west-1:123456789012:stateMachine:pay");
                target.role = Some(Arn::new("arn:aws:iam::123456789012:role/events"));
            });
            let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
            posture.identity.roles.items.insert(0, crate::checks::testing::role("events", &policy));
            steps(&posture).into_iter().filter(|step| step.starts_with(RULE)).collect::<Vec<_>>()
        };
        let start = r#"{"Effect":"Allow","Action":"states:StartExecution","Resource":"*"}"#;
        assert_eq!(to_orders(start), [format!("{RULE} -> arn:aws:states:eu-west-1:123456789012:stateMachine:pay Send event-rule")]);
        assert!(to_orders("").is_empty());
    }

    #[test]
    fn a_bucket_that_tells_eventbridge_starts_the_rules_that_listen_to_it() {
        let from_bucket = |pattern: &str, event_bridge: bool| {
            let mut posture = with(pattern, |_| ());
            let mut bucket = Bucket::new("aws", "uploads".to_owned(), "eu-west-1");
            bucket.notifications = Fact::Known(BucketNotifications { targets: Vec::new(), event_bridge });
            region(&mut posture).buckets.items.push(bucket);
            steps(&posture).into_iter().filter(|step| step.contains("s3-event")).count()
        };
        assert_eq!(from_bucket(r#"{"source":["aws.s3"],"detail":{"bucket":{"name":["uploads"]}}}"#, true), 1);
        assert_eq!(from_bucket(r#"{"source":["aws.s3"],"detail":{"bucket":{"name":["other"]}}}"#, true), 0);
        assert_eq!(from_bucket(r#"{"source":["aws.ec2"]}"#, true), 0);
        assert_eq!(from_bucket(r#"{"source":["aws.s3"]}"#, false), 0);
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let unread = with("{}", |rule| rule.targets = Gap::denied("events:ListTargetsByRule", "no").into());
        assert_eq!(gaps(&unread), [format!("{RULE} events:ListTargetsByRule")]);
    }
}
