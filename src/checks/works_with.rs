//! What functions work with, by what names it: their triggers and destinations, their variables, the policies of their roles.

use std::collections::BTreeMap;

use super::{Context, Evidence, Standing};
use crate::model::{Arn, EnvironmentValue, Function, Gap, Resource, Role, SubscriptionEndpoint};

/// Who works with a resource, and what says so.
#[derive(Debug, Clone)]
pub(super) struct User<'a> {
    /// The function.
    pub(super) function: &'a Function,
    /// What names the resource.
    pub(super) evidence: Evidence,
    /// What all functions that work with it are together.
    standing: Standing<'a>,
}

/// Resources that functions work with. A policy that reaches a resource by a wildcard does not name it.
#[derive(Debug, Default)]
pub(super) struct WorksWith<'a> {
    users: BTreeMap<String, User<'a>>,
    gap: Option<Gap>,
}

impl<'a> WorksWith<'a> {
    pub(super) fn new(context: &Context<'a>) -> Self {
        let posture = context.posture;
        let unread =
            |gap: &Gap, by: &'static str| if gap.action.is_empty() { Gap { action: by.to_owned(), ..gap.clone() } } else { gap.clone() };
        let roles = posture.identity.roles.gap.as_ref().map(|gap| unread(gap, Role::LISTED_BY));
        let mut found = Self { users: BTreeMap::new(), gap: context.functions_gap().or(roles) };
        let of = |function: &'a Function| (function, context.standing_with_role(function));
        for (_, function) in posture.functions() {
            found.function(context, of(function));
        }
        for region in posture.regions.values() {
            for subscription in &region.subscriptions.items {
                let SubscriptionEndpoint::Resource(endpoint) = &subscription.endpoint else { continue };
                if let Some(function) = posture.function(&endpoint.unqualified()) {
                    found.note(subscription.topic.as_str(), of(function), "sns:ListSubscriptions", "Endpoint", endpoint.as_str());
                }
            }
            for bucket in &region.buckets.items {
                for target in bucket.notifications.known().into_iter().flat_map(|told| &told.targets) {
                    if let Some(function) = posture.function(&target.arn.unqualified()) {
                        let (call, pointer) = ("s3:GetBucketNotification", "LambdaFunctionConfigurations");
                        found.note(bucket.arn.as_str(), of(function), call, pointer, target.arn.as_str());
                    }
                }
            }
        }
        found
    }

    /// What the functions that work with `resource` are together; none when none is known to.
    pub(super) fn standing(&self, resource: &Arn) -> Option<Standing<'a>> {
        self.known(resource).map(|user| user.standing)
    }

    /// Who works with `resource`; none when it is known that no function does.
    ///
    /// # Errors
    /// The gap, when none is found but some function or role was not read.
    pub(super) fn user(&self, resource: &Arn) -> Result<Option<&User<'a>>, Gap> {
        match (self.known(resource), &self.gap) {
            (Some(user), _) => Ok(Some(user)),
            (None, Some(gap)) => Err(gap.clone()),
            (None, None) => Ok(None),
        }
    }

    fn known(&self, resource: &Arn) -> Option<&User<'a>> {
        // Policies and variables often leave out the six characters that Secrets Manager adds to a name.
        let short = || resource.as_str().rsplit_once('-').map(|(short, _)| short).filter(|_| resource.service() == "secretsmanager");
        self.users.get(resource.as_str()).or_else(|| self.users.get(short()?))
    }

    fn function(&mut self, context: &Context<'a>, of @ (function, _): (&'a Function, Standing<'a>)) {
        for mapping in context.known_mappings_of(function) {
            let source = mapping.source.iter().map(|arn| (arn, "EventSourceArn"));
            for (arn, pointer) in source.chain(mapping.on_failure.iter().map(|arn| (arn, "DestinationConfig.OnFailure"))) {
                // The stream of a table is the table's.
                let resource = arn.as_str().split_once("/stream/").map_or(arn.as_str(), |(table, _)| table);
                self.note(resource, of, "lambda:ListEventSourceMappings", pointer, arn.as_str());
            }
        }
        if let Some(arn) = &function.dead_letter {
            self.note(arn.as_str(), of, "lambda:ListFunctions", "DeadLetterConfig.TargetArn", arn.as_str());
        }
        for config in function.event_invoke.known().into_iter().flatten() {
            for arn in config.on_success.iter().chain(&config.on_failure) {
                self.note(arn.as_str(), of, "lambda:ListFunctionEventInvokeConfigs", "DestinationConfig", arn.as_str());
            }
        }
        for (name, value) in function.environment.known().into_iter().flatten() {
            if let EnvironmentValue::Plain(value) = value
                && value.starts_with("arn:")
            {
                self.note(value, of, "lambda:ListFunctions", name, value);
            }
        }
        let Some(role) = context.posture.role(&function.role) else { return };
        let attached = role.policies.attached.iter().filter_map(|arn| context.posture.policy(arn)?.document.known().ok());
        for text in role.policies.inline.values().chain(attached) {
            let Ok(document) = context.library.document(text) else { continue };
            for statement in document.statements.iter().filter(|statement| statement.is_allow() && !statement.is_not_resource()) {
                for resource in statement.resources().filter_map(named) {
                    self.note(&resource, of, "iam:GetAccountAuthorizationDetails", &statement.pointer(), role.arn.as_str());
                }
            }
        }
    }

    fn note(&mut self, resource: &str, (function, standing): (&'a Function, Standing<'a>), call: &'static str, pointer: &str, value: &str) {
        if let Some(user) = self.users.get_mut(resource) {
            user.standing = user.standing.join(standing);
        } else {
            let evidence = Evidence::field(call, format!("{} {pointer}", function.name), value);
            self.users.insert(resource.to_owned(), User { function, evidence, standing });
        }
    }
}

/// The resource that a pattern names: of `arn:aws:dynamodb:…:table/orders/index/*` the table. None where a wildcard chooses.
fn named(pattern: &str) -> Option<String> {
    let arn = Arn::from(pattern);
    let resource = arn.resource();
    let name = match (arn.service(), resource.strip_prefix("table/")) {
        ("dynamodb", Some(rest)) => format!("table/{}", rest.split('/').next()?),
        ("s3", _) => resource.split('/').next()?.to_owned(),
        // The six characters that Secrets Manager adds are often left to a wildcard.
        ("secretsmanager", _) => resource.strip_suffix("-??????").or(resource.strip_suffix("-*")).unwrap_or(resource).to_owned(),
        _ => resource.to_owned(),
    };
    let end = pattern.rfind(resource).filter(|_| !name.is_empty())?;
    let full = format!("{}{name}", pattern.get(..end)?);
    (!full.contains(['*', '?', '$'])).then_some(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_one_resource_or_none() {
        for (pattern, expected) in [
            ("arn:aws:dynamodb:eu-west-1:1:table/orders/index/*", Some("arn:aws:dynamodb:eu-west-1:1:table/orders")),
            ("arn:aws:s3:::invoices/*", Some("arn:aws:s3:::invoices")),
            ("arn:aws:secretsmanager:eu-west-1:1:secret:db-??????", Some("arn:aws:secretsmanager:eu-west-1:1:secret:db")),
            ("arn:aws:sqs:eu-west-1:1:jobs", Some("arn:aws:sqs:eu-west-1:1:jobs")),
            ("arn:aws:sqs:*:1:jobs", None),
            ("arn:aws:s3:::*", None),
            ("*", None),
        ] {
            assert_eq!(named(pattern).as_deref(), expected, "{pattern}");
        }
    }
}
