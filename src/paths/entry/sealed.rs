//! Resources behind a policy and a key: whom the policy lets in, and what the key makes of it.

use super::{
    outsider::{Ask, Front},
    survey::{Survey, and},
};
use crate::{
    model::{Arn, Key, PolicyText},
    paths::{Edge, Grip},
};

const UNSEAL: Ask = Ask { actions: &["kms:Decrypt"], gives: Grip::Control, technique: "key-policy", front: Front::Signed, deputies: false };

impl Survey<'_, '_> {
    /// The steps that `text`, the policy of `resource`, grants to outsiders, if the key of its encryption lets them too.
    pub(super) fn guarded(&mut self, policy: &str, text: &PolicyText, resource: &Arn, key: Option<&str>, asks: &[Ask]) {
        let Some(document) = self.document(resource, text) else { return };
        let edges: Vec<Edge> = asks.iter().flat_map(|ask| self.admitted(policy, document, resource, resource, ask)).collect();
        for edge in edges {
            if let Some(edge) = self.unsealed(edge, key, resource) {
                self.push(edge);
            }
        }
    }

    /// The step, unless `key` keeps outsiders out. AWS's own keys serve the account alone.
    pub(super) fn unsealed(&self, edge: Edge, key: Option<&str>, resource: &Arn) -> Option<Edge> {
        let Some(name) = key else { return Some(edge) };
        if name.contains("alias/aws/") {
            return None;
        }
        let key = self.key(name, resource.region());
        if key.is_some_and(|key| key.metadata.known().is_ok_and(|metadata| !metadata.customer_managed)) {
            return None;
        }
        let document = key.and_then(|key| self.library.document(key.policy.known().ok()?).ok());
        let unseals = key.zip(document).map(|(key, document)| self.admitted("key policy", document, &key.arn, &key.arn, &UNSEAL));
        match unseals.and_then(|unseals| unseals.into_iter().find(|unseal| unseal.from == edge.from)) {
            Some(unseal) => {
                let proof = edge.proof.into_iter().chain(unseal.proof).collect();
                Some(Edge { proof, condition: and(edge.condition, unseal.condition), ..edge })
            }
            None => {
                let asked = "only if the policy of the key that encrypts it lets them use it".to_owned();
                Some(Edge { condition: and(edge.condition, Some(asked)), ..edge })
            }
        }
    }

    /// The key that is called `name`: an id, an alias or an ARN.
    fn key(&self, name: &str, region: &str) -> Option<&Key> {
        let keys = &self.posture.regions.get(region)?.keys.items;
        let last = name.rsplit_once("key/").map_or(name, |(_, id)| id);
        let alias = name.find("alias/").and_then(|at| name.get(at..));
        keys.iter().find(|key| match alias {
            Some(alias) => key.aliases.known().is_ok_and(|aliases| aliases.iter().any(|known| known == alias)),
            None => key.id == last,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::key,
        model::{Fact, PolicyText, Posture},
        paths::entry::testing::{empty, policy, queue, region, steps},
    };

    #[test]
    fn a_key_that_lets_them_in_too_is_no_condition() {
        let to = |action: &str| format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"210987654321"}},"Action":"{action}","Resource":"*"}}"#);
        let mut posture = empty();
        let mut jobs = queue("jobs", Some(policy(&to("sqs:SendMessage"))));
        jobs.attributes.known_mut().expect("attributes").kms_key = Some("alias/jobs".to_owned());
        let mut seal = key("k");
        seal.aliases = Fact::Known(vec!["alias/jobs".to_owned()]);
        region(&mut posture).queues.items.push(jobs);
        region(&mut posture).keys.items.push(seal);
        let of_queue = |posture: &Posture| steps(posture).into_iter().find(|step| step.contains("queue-policy")).expect("a step");
        assert!(of_queue(&posture).ends_with("lets them use it"));
        let open: PolicyText = policy(&to("kms:*"));
        region(&mut posture).keys.items[0].policy = Fact::Known(open);
        assert!(of_queue(&posture).ends_with("queue-policy"));
    }
}
