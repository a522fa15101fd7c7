//! Topics that outsiders may publish to or listen to, and what a topic passes on.

use super::{
    delivery::{As, Trigger},
    outsider::{Ask, Front},
    survey::Survey,
};
use crate::{
    model::{Region, Subscription, SubscriptionEndpoint},
    paths::{Grip, Node, edge::Proof},
};

const ASKS: [Ask; 2] = [
    Ask { actions: &["sns:Publish"], gives: Grip::Send, technique: "topic-policy", front: Front::Open, deputies: true },
    Ask {
        actions: &["sns:Subscribe", "sns:SetTopicAttributes", "sns:AddPermission"],
        gives: Grip::Control,
        technique: "topic-policy",
        front: Front::Open,
        deputies: false,
    },
];

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for topic in survey.items(name, &region.topics) {
            let Some(attributes) = survey.known(&topic.arn, &topic.attributes) else { continue };
            let Some(text) = &attributes.policy else { continue };
            survey.guarded("topic policy", text, &topic.arn, attributes.kms_key.as_deref(), &ASKS);
        }
        subscriptions(survey, name, region);
    }
}

fn subscriptions<'a>(survey: &mut Survey<'_, 'a>, name: &str, region: &'a Region) {
    for subscription in survey.items(name, &region.subscriptions) {
        let Subscription { topic, endpoint: SubscriptionEndpoint::Resource(target), .. } = subscription else { continue };
        // What waits for its confirmation has no ARN yet, and gets no messages.
        if subscription.arn.service() != "sns" {
            continue;
        }
        // Whoever owns a foreign topic says what comes out of it.
        let from = if survey.is_foreign(topic.account()) { Node::Account(topic.account().into()) } else { Node::from(topic) };
        survey.deliver(Trigger {
            from,
            by: As::Service("sns.amazonaws.com", topic),
            target,
            technique: "sns-subscription",
            proof: Proof::field("sns:ListSubscriptions", "Endpoint", target.as_str()),
            condition: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::with_function,
        model::{Arn, Fact, Gap, Posture, Subscription, SubscriptionEndpoint, Topic, TopicAttributes},
        paths::entry::testing::{FUNCTION, entries, for_service, gaps, grant, policy, queue, region, steps},
    };

    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:news";
    const OPEN: &str = r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sns:Publish"],"Resource":"*"}"#;

    fn subscription(arn: &str, topic: &str, protocol: &str, endpoint: &str) -> Subscription {
        Subscription {
            arn: Arn::new(arn),
            topic: Arn::new(topic),
            owner: "123456789012".to_owned(),
            protocol: protocol.to_owned(),
            endpoint: SubscriptionEndpoint::of(protocol, endpoint),
        }
    }

    fn with(statements: &str, subscriptions: Vec<Subscription>) -> Posture {
        let mut posture = with_function(|_| ());
        let attributes = TopicAttributes { policy: Some(policy(statements)), kms_key: None };
        let region = region(&mut posture);
        region.topics.items.push(Topic { arn: Arn::new(TOPIC), attributes: Fact::Known(attributes) });
        region.subscriptions.items = subscriptions;
        posture
    }

    fn confirmed(protocol: &str, endpoint: &str) -> Vec<Subscription> {
        vec![subscription(&format!("{TOPIC}:1"), TOPIC, protocol, endpoint)]
    }

    #[test]
    fn anyone_publishes_and_the_function_gets_it() {
        let mut posture = with(OPEN, confirmed("lambda", FUNCTION));
        grant(&mut posture, &for_service("sns.amazonaws.com", "lambda:InvokeFunction"));
        let expected = [format!("internet -> {TOPIC} Send topic-policy"), format!("{TOPIC} -> {FUNCTION} Send sns-subscription")];
        assert_eq!(steps(&posture), expected);
        let relay = entries(&posture).edges.remove(1);
        assert_eq!((relay.needs, relay.proof.len()), (crate::paths::Grip::Send, 2));
    }

    #[test]
    fn what_does_not_let_sns_in_gets_nothing() {
        assert_eq!(steps(&with(OPEN, confirmed("lambda", FUNCTION))).len(), 1);
        let mut posture = with("", confirmed("lambda", FUNCTION));
        let other = for_service("sns.amazonaws.com", "lambda:InvokeFunction").replace("123456789012", "210987654321");
        grant(&mut posture, &other);
        assert!(steps(&posture).is_empty());
    }

    #[test]
    fn an_unconfirmed_subscription_passes_nothing_on() {
        let mut posture = with("", vec![subscription("PendingConfirmation", TOPIC, "lambda", FUNCTION)]);
        grant(&mut posture, &for_service("sns.amazonaws.com", "lambda:InvokeFunction"));
        assert!(steps(&posture).is_empty());
    }

    #[test]
    fn a_queue_is_told_as_its_policy_says() {
        let jobs = "arn:aws:sqs:eu-west-1:123456789012:jobs";
        let from_topic = r#"{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:123456789012:news"}}}"#;
        let mut posture = with("", confirmed("sqs", jobs));
        region(&mut posture).queues.items.push(queue("jobs", Some(policy(from_topic))));
        assert_eq!(steps(&posture), [format!("{TOPIC} -> {jobs} Send sns-subscription")]);
        region(&mut posture).queues.items = vec![queue("jobs", None)];
        assert!(steps(&posture).is_empty());
    }

    #[test]
    fn a_foreign_topic_is_its_owners() {
        let foreign = "arn:aws:sns:eu-west-1:210987654321:news";
        let mut posture = with("", vec![subscription("arn:aws:sns:eu-west-1:210987654321:news:1", foreign, "lambda", FUNCTION)]);
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":{{"Service":"sns.amazonaws.com"}},"Action":"lambda:InvokeFunction","Resource":"*","Condition":{{"ArnLike":{{"aws:SourceArn":"{foreign}"}}}}}}"#
        );
        grant(&mut posture, &statement);
        assert_eq!(steps(&posture), [format!("account:210987654321 -> {FUNCTION} Send sns-subscription")]);
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut posture = with("", confirmed("lambda", FUNCTION));
        region(&mut posture).functions.items[0].policies.insert("$LATEST".to_owned(), Gap::denied("lambda:GetPolicy", "no").into());
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec![format!("{FUNCTION} lambda:GetPolicy")]));
        region(&mut posture).subscriptions.gap = Some(Gap::denied("sns:ListSubscriptions", "no"));
        assert!(gaps(&posture).contains(&"arn:aws:sns:eu-west-1:123456789012:*:* sns:ListSubscriptions".to_owned()));
    }
}
