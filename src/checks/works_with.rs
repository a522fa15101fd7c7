//! What functions work with, by what names it: their triggers and destinations, their variables, the policies of their roles.

use std::collections::BTreeMap;

use super::{Context, Evidence, Standing, context::listed};
use crate::{
    iam::Statement,
    model::{Arn, EnvironmentValue, Function, Gap, Role, SubscriptionEndpoint},
};

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
    /// Why a user may be missing, by the service of the resource; [`ANY`] stands for all of them.
    gaps: BTreeMap<&'static str, Gap>,
}

/// Resources of every service.
const ANY: &str = "";

impl<'a> WorksWith<'a> {
    pub(super) fn new(context: &Context<'a>) -> Self {
        let posture = context.posture;
        let mut found = Self::default();
        found.lack(&[ANY], context.functions_gap().or_else(|| listed(&posture.identity.roles).err()));
        let of = |function: &'a Function| (function, context.standing_with_role(function));
        for (_, function) in posture.functions() {
            found.function(context, of(function));
        }
        for region in posture.regions.values() {
            found.lack(&["sns"], listed(&region.subscriptions).err());
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
    /// The gap, when none is found but something that may name it was not read.
    pub(super) fn user(&self, resource: &Arn) -> Result<Option<&User<'a>>, Gap> {
        match (self.known(resource), self.gaps.get(ANY).or_else(|| self.gaps.get(resource.service()))) {
            (Some(user), _) => Ok(Some(user)),
            (None, Some(gap)) => Err(gap.clone()),
            (None, None) => Ok(None),
        }
    }

    fn lack(&mut self, services: &[&'static str], gap: Option<Gap>) {
        let Some(gap) = gap else { return };
        for service in services {
            self.gaps.entry(service).or_insert_with(|| gap.clone());
        }
    }

    fn known(&self, resource: &Arn) -> Option<&User<'a>> {
        // Policies and variables often leave out the six characters that Secrets Manager adds to a name.
        let short = || resource.as_str().rsplit_once('-').map(|(short, _)| short).filter(|_| resource.service() == "secretsmanager");
        self.users.get(resource.as_str()).or_else(|| self.users.get(short()?))
    }

    fn function(&mut self, context: &Context<'a>, of @ (function, _): (&'a Function, Standing<'a>)) {
        self.lack(&["sqs", "sns", "kinesis", "dynamodb", "s3"], context.mappings_of(function).err());
        self.lack(&["sqs", "sns", "events", "s3"], function.event_invoke.gap().cloned());
        self.lack(&[ANY], function.environment.gap().cloned());
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
        let gap = each_named(context, role, |statement, _, resource| {
            self.note(resource, of, "iam:GetAccountAuthorizationDetails", &statement.pointer(), role.arn.as_str());
        });
        self.lack(&[ANY], gap);
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

/// Shows `see` what the account's own policies of `role` allow something on by name: the statement, its pattern, and the resource
/// that this names. Gives why there may be more.
pub(super) fn each_named(context: &Context<'_>, role: &Role, mut see: impl FnMut(&Statement, &str, &str)) -> Option<Gap> {
    // Those of AWS name nothing of an account.
    let own = role.policies.attached.iter().filter(|policy| policy.account() != "aws");
    let attached = own.map(|arn| match context.posture.policy(arn) {
        Some(policy) => policy.document.known().map_err(Gap::clone),
        None => Err(listed(&context.posture.identity.policies).err().unwrap_or_else(|| Gap::unread("iam:GetPolicyVersion"))),
    });
    let mut unread = None;
    for text in role.policies.inline.values().map(Ok).chain(attached) {
        let document = match text.and_then(|text| context.library.document(text)) {
            Ok(document) => document,
            Err(gap) => {
                unread = unread.or(Some(gap));
                continue;
            }
        };
        for statement in document.statements.iter().filter(|statement| statement.is_allow() && !statement.is_not_resource()) {
            for pattern in statement.resources() {
                if let Some(resource) = named(pattern) {
                    see(statement, pattern, &resource);
                }
            }
        }
    }
    unread
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
    use crate::{
        checks::{
            Settings,
            testing::{ACCOUNT, REGION, with_function},
        },
        model::Posture,
    };

    #[test]
    fn what_was_not_read_may_name_anything_that_it_could() {
        let user = |change: &dyn Fn(&mut Posture), service: &str, resource: &str| {
            let mut posture = with_function(|_| ());
            change(&mut posture);
            let settings = Settings::default();
            let context = Context::new(&posture, &settings);
            let found = context.works_with().user(&Arn::build("aws", service, REGION, ACCOUNT, resource)).map(|user| user.is_some());
            found.map_err(|gap| gap.action)
        };
        let unread = |posture: &mut Posture| posture.regions.get_mut(REGION).unwrap().event_source_mappings.gap = Some(Gap::unread(""));
        assert_eq!(user(&|_| (), "sqs", "jobs"), Ok(false));
        assert_eq!(user(&unread, "sqs", "jobs"), Err("lambda:ListEventSourceMappings".to_owned()));
        assert_eq!(user(&unread, "ssm", "parameter/x"), Ok(false), "no mapping reads a parameter");
        let attach =
            |policy: &'static str| move |posture: &mut Posture| posture.identity.roles.items[0].policies.attached.push(Arn::from(policy));
        let own = user(&attach("arn:aws:iam::123456789012:policy/unread"), "ssm", "parameter/x");
        assert_eq!(own, Err("iam:GetPolicyVersion".to_owned()));
        assert_eq!(
            user(&attach("arn:aws:iam::aws:policy/ReadOnlyAccess"), "ssm", "parameter/x"),
            Ok(false),
            "AWS names nothing of an account"
        );
    }

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
