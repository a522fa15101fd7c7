//! Every policy of a posture, parsed once.

use std::{collections::HashMap, sync::Arc};

use super::{Document, Malformed};
use crate::model::{Fact, Gap, GapKind, Policies, PolicyText, Posture};

/// Every policy of a posture, parsed once.
#[derive(Debug, Default)]
pub struct Library {
    documents: HashMap<PolicyText, Result<Arc<Document>, Malformed>>,
}

impl Library {
    /// Parses every policy text in `posture`.
    pub fn new(posture: &Posture) -> Self {
        let mut library = Self::default();
        let identity = &posture.identity;
        for role in &identity.roles.items {
            library.add(&role.trust);
            library.add_all(&role.policies);
        }
        for user in &identity.users.items {
            library.add_all(&user.policies);
        }
        for group in &identity.groups.items {
            library.add_all(&group.policies);
        }
        for policy in &identity.policies.items {
            library.add_fact(&policy.document);
        }
        for level in posture.governance.organization_chain.known().into_iter().flatten() {
            for policy in [&level.service_control, &level.resource_control].into_iter().filter_map(|fact| fact.known().ok()).flatten() {
                library.add_fact(&policy.document);
            }
        }
        for region in posture.regions.values() {
            for function in &region.functions.items {
                for policy in function.policies.values() {
                    library.add_optional(policy);
                }
            }
            for layer in &region.layers.items {
                library.add_optional(&layer.policy);
            }
            for key in &region.keys.items {
                library.add_fact(&key.policy);
            }
            for queue in &region.queues.items {
                library.add_stated(queue.attributes.known().ok().and_then(|attributes| attributes.policy.as_ref()));
            }
            for topic in &region.topics.items {
                library.add_stated(topic.attributes.known().ok().and_then(|attributes| attributes.policy.as_ref()));
            }
            for bus in &region.event_buses.items {
                library.add_stated(bus.attributes.known().ok().and_then(|attributes| attributes.policy.as_ref()));
            }
            for bucket in &region.buckets.items {
                library.add_optional(&bucket.policy);
            }
            for stream in &region.kinesis_streams.items {
                library.add_optional(&stream.policy);
            }
            for table in &region.tables.items {
                library.add_optional(&table.policy);
                library.add_optional(&table.stream_policy);
            }
            for secret in &region.secrets.items {
                library.add_optional(&secret.policy);
            }
            for web_function in &region.web_functions.items {
                library.add_optional(&web_function.policy);
            }
            for api in &region.rest_apis.items {
                library.add_stated(api.policy.as_ref());
            }
        }
        library
    }

    /// The parsed document.
    ///
    /// # Errors
    /// A `Failed` gap that says what is wrong and on which line, when the text is no policy.
    pub fn document(&self, text: &PolicyText) -> Result<&Document, Gap> {
        self.shared(text).map(|document| &**document)
    }

    /// The parsed document, to keep.
    pub(super) fn shared(&self, text: &PolicyText) -> Result<&Arc<Document>, Gap> {
        match self.documents.get(text) {
            Some(Ok(document)) => Ok(document),
            Some(Err(malformed)) => Err(Gap::failed("", format!("malformed policy, {malformed}"))),
            None => Err(Gap::new(GapKind::Unread, "", "the policy is not part of this posture")),
        }
    }

    fn add(&mut self, text: &PolicyText) {
        if !self.documents.contains_key(text) {
            self.documents.insert(text.clone(), Document::parse(text.as_str()).map(Arc::new));
        }
    }

    fn add_all(&mut self, policies: &Policies) {
        policies.inline.values().for_each(|text| self.add(text));
    }

    fn add_fact(&mut self, fact: &Fact<PolicyText>) {
        if let Fact::Known(text) = fact {
            self.add(text);
        }
    }

    fn add_stated(&mut self, policy: Option<&PolicyText>) {
        if let Some(text) = policy {
            self.add(text);
        }
    }

    fn add_optional(&mut self, fact: &Fact<Option<PolicyText>>) {
        if let Fact::Known(Some(text)) = fact {
            self.add(text);
        }
    }
}
