//! A resource's own policy, out of a posture.

use super::{Library, Named};
use crate::model::{Arn, Function, Gap, Posture, find};

/// The policy that `resource` carries itself: a function's or one of its qualifiers', a layer version's, a
/// key's, or a role's trust policy. None is a resource without one.
///
/// # Errors
/// The gap, when the policy was not read, or when it is of a service whose policies are not read.
pub fn own_policy(posture: &Posture, library: &Library, resource: &Arn) -> Result<Option<Named>, Gap> {
    let text = match resource.service() {
        "iam" => {
            let role = posture.role(resource).ok_or_else(|| Gap::unread("iam:GetAccountAuthorizationDetails"))?;
            Some(&role.trust)
        }
        "kms" => {
            let key = posture.key(resource).ok_or_else(|| Gap::unread("kms:GetKeyPolicy"))?;
            Some(key.policy.known()?)
        }
        "lambda" if resource.resource().starts_with("layer:") => {
            let layers = posture.regions.get(resource.region()).map(|region| region.layers.items.as_slice()).unwrap_or_default();
            let layer = layers.iter().find(|layer| layer.arn == *resource).ok_or_else(|| Gap::unread("lambda:GetLayerVersionPolicy"))?;
            layer.policy.known()?.as_ref()
        }
        "lambda" => {
            let (arn, qualifier) = qualifier(resource);
            let function = posture.function(&arn).ok_or_else(|| Gap::unread("lambda:GetPolicy"))?;
            let policy = function.policies.get(&qualifier).ok_or_else(|| Gap::unread("lambda:GetPolicy"))?;
            policy.known()?.as_ref()
        }
        "sqs" => {
            let queues = posture.regions.get(resource.region()).map(|region| &region.queues);
            let queue = queues.and_then(|queues| find(queues, resource)).ok_or_else(|| Gap::unread("sqs:GetQueueAttributes"))?;
            queue.attributes.known()?.policy.as_ref()
        }
        "sns" => {
            let topics = posture.regions.get(resource.region()).map(|region| &region.topics);
            let topic = topics.and_then(|topics| find(topics, resource)).ok_or_else(|| Gap::unread("sns:GetTopicAttributes"))?;
            topic.attributes.known()?.policy.as_ref()
        }
        "events" => {
            let buses = posture.regions.get(resource.region()).map(|region| &region.event_buses);
            let bus = buses.and_then(|buses| find(buses, resource)).ok_or_else(|| Gap::unread("events:DescribeEventBus"))?;
            bus.attributes.known()?.policy.as_ref()
        }
        service => return Err(Gap::unsupported(format!("policies of {service} are not read"))),
    };
    text.map(|text| Ok(Named::new(format!("policy of {}", resource.name()), library.shared(text)?.clone()))).transpose()
}

/// The function's own ARN, and which of its policies a qualified ARN speaks of.
fn qualifier(resource: &Arn) -> (Arn, String) {
    let name = resource.resource().strip_prefix("function:").unwrap_or_default();
    match name.split_once(':') {
        Some((name, qualifier)) => {
            let arn = Arn::build(resource.partition(), "lambda", resource.region(), resource.account(), &format!("function:{name}"));
            (arn, qualifier.to_owned())
        }
        None => (resource.clone(), Function::UNQUALIFIED.to_owned()),
    }
}
