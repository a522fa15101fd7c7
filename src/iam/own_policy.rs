//! A resource's own policy, out of a posture.

use super::{Decision, Holder, Library, Named, PolicySet};
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

impl Holder<'_> {
    /// Whether it may do `action` on `resource` once the resource's own policy has been asked too.
    ///
    /// # Errors
    /// The gap, when an unread policy, its own or the resource's, could change the answer.
    pub fn can(&self, posture: &Posture, library: &Library, action: &str, resource: &Arn) -> Result<Decision, Gap> {
        let own = own_policy(posture, library, resource)?;
        self.decide_among(&PolicySet { resource: own, caller_side_only: false, ..self.policies().clone() }, action, resource.as_str(), &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing::{key, role, with_function},
        iam::Outcome,
        model::{Fact, PolicyText},
    };

    /// What the role of a function may do to the things of an account, the policies of which `change` sets.
    fn can(inline: &str, change: impl FnOnce(&mut Posture), action: &str, resource: &str) -> Result<Outcome, Gap> {
        let mut posture = with_function(|_| ());
        posture.identity.roles.items = vec![role("orders-role", inline)];
        let region = posture.regions.get_mut("eu-west-1").expect("the Region");
        region.keys.items.push(key("k"));
        change(&mut posture);
        let library = Library::new(&posture);
        let holder = Holder::role(&posture, &library, &posture.identity.roles.items[0]);
        holder.can(&posture, &library, action, &Arn::new(resource)).map(|decision| decision.outcome)
    }

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
    const NOTHING: &str = r#"{"Statement":[]}"#;
    const ALL: &str = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

    fn policy(effect: &str) -> Option<PolicyText> {
        Some(PolicyText::new(format!(
            r#"{{"Statement":{{"Effect":"{effect}","Principal":{{"AWS":"arn:aws:iam::123456789012:role/orders-role"}},"Action":"lambda:*","Resource":"*"}}}}"#
        )))
    }

    #[test]
    fn a_function_may_let_in_who_holds_nothing_and_keep_out_who_holds_everything() {
        let set = |qualifier: &'static str, policy: Option<PolicyText>| {
            move |posture: &mut Posture| {
                let region = posture.regions.get_mut("eu-west-1").expect("the Region");
                region.functions.items[0].policies.insert(qualifier.to_owned(), Fact::Known(policy));
            }
        };
        let invoke = "lambda:InvokeFunction";
        assert_eq!(can(NOTHING, set("$LATEST", None), invoke, FUNCTION), Ok(Outcome::ImplicitlyDenied));
        assert_eq!(can(NOTHING, set("$LATEST", policy("Allow")), invoke, FUNCTION), Ok(Outcome::Allowed));
        assert_eq!(can(ALL, set("$LATEST", policy("Deny")), invoke, FUNCTION), Ok(Outcome::ExplicitlyDenied));
        assert_eq!(can(NOTHING, set("live", policy("Allow")), invoke, &format!("{FUNCTION}:live")), Ok(Outcome::Allowed));
        assert!(can(ALL, |_| (), invoke, &format!("{FUNCTION}:live")).is_err());
    }

    #[test]
    fn a_key_that_names_nobody_is_closed_to_everybody() {
        let decrypt = |inline: &str, statements: &str| {
            let text = PolicyText::new(format!(r#"{{"Statement":[{statements}]}}"#));
            let change = |posture: &mut Posture| {
                let region = posture.regions.get_mut("eu-west-1").expect("the Region");
                region.keys.items[0].policy = Fact::Known(text);
            };
            can(inline, change, "kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/k")
        };
        let root = r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"kms:*","Resource":"*"}"#;
        assert_eq!(decrypt(ALL, ""), Ok(Outcome::ImplicitlyDenied));
        assert_eq!(decrypt(ALL, root), Ok(Outcome::Allowed));
        assert_eq!(decrypt(NOTHING, root), Ok(Outcome::ImplicitlyDenied));
    }

    #[test]
    fn what_is_not_read_is_a_gap() {
        assert!(can(ALL, |_| (), "s3:GetObject", "arn:aws:s3:::b/k").is_err());
        assert!(can(ALL, |_| (), "sts:AssumeRole", "arn:aws:iam::123456789012:role/gone").is_err());
    }
}
