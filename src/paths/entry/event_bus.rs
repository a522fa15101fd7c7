//! Event buses that outsiders may put events on.

use super::{
    outsider::{Ask, Front},
    survey::Survey,
};
use crate::paths::Grip;

const ASKS: [Ask; 2] = [
    Ask { actions: &["events:PutEvents"], gives: Grip::Send, technique: "event-bus-policy", front: Front::Signed, deputies: true },
    Ask {
        actions: &["events:PutRule", "events:PutTargets"],
        gives: Grip::Control,
        technique: "event-bus-policy",
        front: Front::Signed,
        deputies: false,
    },
];

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for bus in survey.items(name, &region.event_buses) {
            let Some(attributes) = survey.known(&bus.arn, &bus.attributes) else { continue };
            let Some(text) = &attributes.policy else { continue };
            // EventBridge encrypts what it is given itself: who puts events on a bus needs no key.
            survey.guarded("event bus policy", text, &bus.arn, None, &ASKS);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{Arn, EventBus, EventBusAttributes, Fact, Gap},
        paths::entry::testing::{empty, gaps, policy, region, steps},
    };

    const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/default";

    fn with(condition: &str) -> Vec<String> {
        let statement =
            format!(r#"{{"Effect":"Allow","Principal":"*","Action":"events:PutEvents","Resource":"{BUS}","Condition":{condition}}}"#);
        let attributes =
            EventBusAttributes { policy: Some(policy(&statement)), kms_key: None, dead_letter_queue: None, logs_events: false };
        let mut posture = empty();
        let bus = EventBus { arn: Arn::new(BUS), name: "default".to_owned(), attributes: Fact::Known(attributes) };
        region(&mut posture).event_buses.items.push(bus);
        steps(&posture)
    }

    #[test]
    fn everyone_is_everyone_with_an_account() {
        assert_eq!(with("{}"), [format!("any-aws-account -> {BUS} Send event-bus-policy")]);
        let organization = with(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc1234567"}}"#);
        assert_eq!(organization, [format!("organization:o-abc1234567 -> {BUS} Send event-bus-policy")]);
        assert!(with(r#"{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}"#).is_empty());
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut posture = empty();
        let attributes = Gap::denied("events:DescribeEventBus", "no").into();
        region(&mut posture).event_buses.items.push(EventBus { arn: Arn::new(BUS), name: "default".to_owned(), attributes });
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec![format!("{BUS} events:DescribeEventBus")]));
    }
}
