//! Queues that outsiders may send to or read.

use super::{
    outsider::{Ask, Front},
    survey::Survey,
};
use crate::paths::Grip;

const ASKS: [Ask; 2] = [
    Ask { actions: &["sqs:SendMessage"], gives: Grip::Send, technique: "queue-policy", front: Front::Open, deputies: true },
    Ask {
        actions: &["sqs:ReceiveMessage", "sqs:SetQueueAttributes", "sqs:AddPermission"],
        gives: Grip::Control,
        technique: "queue-policy",
        front: Front::Open,
        deputies: false,
    },
];

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for queue in survey.items(name, &region.queues) {
            let Some(attributes) = survey.known(&queue.arn, &queue.attributes) else { continue };
            let Some(text) = &attributes.policy else { continue };
            survey.guarded("queue policy", text, &queue.arn, attributes.kms_key.as_deref(), &ASKS);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{Fact, Gap},
        paths::entry::testing::{empty, gaps, policy, queue, region, steps},
    };

    const JOBS: &str = "arn:aws:sqs:eu-west-1:123456789012:jobs";

    fn with(statement: &str, kms_key: Option<&str>) -> Vec<String> {
        let mut posture = empty();
        let mut jobs = queue("jobs", Some(policy(statement)));
        jobs.attributes.known_mut().expect("attributes").kms_key = kms_key.map(str::to_owned);
        region(&mut posture).queues.items.push(jobs);
        assert!(gaps(&posture).is_empty());
        steps(&posture)
    }

    #[test]
    fn an_open_queue_takes_anyones_messages() {
        let open = r#"{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}"#;
        assert_eq!(with(open, None), [format!("internet -> {JOBS} Send queue-policy")]);
        assert!(with(&open.replace("SendMessage", "GetQueueUrl"), None).is_empty());
        let own = r#"{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}}"#;
        assert!(with(own, None).is_empty());
    }

    #[test]
    fn a_key_of_aws_keeps_outsiders_out() {
        let open = r#"{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}"#;
        assert!(with(open, Some("alias/aws/sqs")).is_empty());
        let own = with(open, Some("arn:aws:kms:eu-west-1:123456789012:key/k"));
        assert_eq!(own, [format!("internet -> {JOBS} Send queue-policy only if the policy of the key that encrypts it lets them use it")]);
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut posture = empty();
        let mut jobs = queue("jobs", None);
        jobs.attributes = Gap::denied("sqs:GetQueueAttributes", "no").into();
        region(&mut posture).queues.items.push(jobs);
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec![format!("{JOBS} sqs:GetQueueAttributes")]));
        let mut broken = queue("jobs", Some("nonsense".into()));
        broken.attributes = Fact::Known(broken.attributes.known().expect("attributes").clone());
        region(&mut posture).queues.items = vec![broken];
        assert_eq!((steps(&posture).len(), gaps(&posture).len()), (0, 1));
    }
}
