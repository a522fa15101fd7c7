//! What the checks on resource policies share: the grants of a function, whether a stranger holds one, and the way back.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Context;
use crate::{
    iam::{Audience, Document, Library, Principal, Reach, Statement, audience_among},
    model::{Arn, Function, Gap, PolicyText},
    remedy::{Call, Effort, Plan, Risk, Step},
};

/// The ways to start a function by its API.
pub(super) const INVOKE: &[&str] = &["lambda:InvokeFunction", "lambda:InvokeAsync"];

/// What a policy grants, and what could not be read of it.
#[derive(Debug, Default)]
pub(super) struct Grants {
    /// Every grant of the asked actions, of the function and of its aliases and versions.
    pub(super) reaches: Vec<Reach>,
    /// Why there may be more.
    pub(super) gap: Option<Gap>,
}

/// Who may do any of `actions` by a policy of `function`, of its aliases or of its versions.
///
/// Only of audiences that are `wanted`. Policies that name nobody of interest by `names` are not evaluated: most name
/// services only, and that is known sooner.
pub(super) fn grants(
    library: &Library,
    function: &Function,
    actions: &[&str],
    names: impl Fn(&Principal) -> bool,
    wanted: impl Fn(&Audience) -> bool,
) -> Grants {
    let of_interest =
        |statement: &Statement| statement.is_allow() && (statement.is_not_principal() || statement.principals().iter().any(&names));
    let mut grants = Grants::default();
    grants.gap = documents(library, function, |qualifier, document| {
        if document.statements.iter().any(|statement| of_interest(statement)) {
            let reaches = audience_among(document, actions, &qualified(&function.arn, qualifier), &wanted);
            grants.reaches.extend(reaches.into_iter().map(|reach| Reach { qualifier: qualifier.to_owned(), ..reach }));
        }
    });
    grants
}

/// Why not all policies of `function` are known, if so.
pub(super) fn unread(library: &Library, function: &Function) -> Option<Gap> {
    documents(library, function, |_, _| {})
}

/// Shows every policy of `function` to `see`, and gives the last gap among them.
fn documents(library: &Library, function: &Function, mut see: impl FnMut(&str, &Document)) -> Option<Gap> {
    let mut gap = match (function.aliases.known(), function.versions.known()) {
        (Ok(aliases), Ok(_)) if aliases.iter().all(|alias| function.policies.contains_key(&alias.name)) => None,
        (Ok(_), Ok(_)) => Some(Gap::unread("lambda:GetPolicy")),
        (Err(gap), _) | (_, Err(gap)) => Some(gap.clone()),
    };
    for (qualifier, policy) in &function.policies {
        let document = policy.known().map_err(Gap::from).and_then(|text| text.as_ref().map(|text| library.document(text)).transpose());
        match document {
            Ok(None) => {}
            Ok(Some(document)) => see(qualifier, document),
            Err(found) => gap = Some(found),
        }
    }
    gap
}

/// The ARN under which the policy of `qualifier` grants.
fn qualified(function: &Arn, qualifier: &str) -> Arn {
    if qualifier == Function::UNQUALIFIED { function.clone() } else { Arn::new(format!("{function}:{qualifier}")) }
}

/// How a grant on `qualifier` is told in a sentence; nothing for the function itself.
pub(super) fn through(qualifier: &str) -> String {
    if qualifier.is_empty() || qualifier == Function::UNQUALIFIED { String::new() } else { format!(" through {qualifier}") }
}

/// What evidence calls the policy of `reach`; nothing for the function's own.
pub(super) fn policy_of(reach: &Reach) -> String {
    if reach.qualifier.is_empty() || reach.qualifier == Function::UNQUALIFIED {
        String::new()
    } else {
        format!("policy of {}", reach.qualifier)
    }
}

/// The sources that the grant names for a service to act for, even if not whose they are, as with the ARNs of buckets;
/// none when one of them is a pattern.
pub(super) fn named_sources(reach: &Reach) -> Option<&[String]> {
    let names = |value: &String| !value.is_empty() && !value.contains(['*', '?', '$']);
    let condition =
        reach.statement.conditions().iter().find(|condition| {
            condition.key.eq_ignore_ascii_case("aws:SourceArn") && !condition.is_negated() && !condition.is_if_exists()
        })?;
    (!condition.values.is_empty() && condition.values.iter().all(names)).then_some(&condition.values)
}

/// Whether somebody holds a grant whom the user does not trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stranger {
    /// Nobody, or somebody whom other checks judge: anyone at all, services, networks.
    No,
    /// An account or organization that nobody named: what to call it.
    Yes(String),
    /// An organization that may be the account's own.
    MaybeOwn(String),
}

/// Whether `audience` is an account or organization that the user does not trust.
pub(super) fn stranger(context: &Context<'_>, audience: &Audience) -> Stranger {
    let account = |id: &str| match id {
        // The id of a deleted user or role has no account, and nobody can be it again.
        "" => Stranger::No,
        id if context.settings.trusts(&context.posture.account, id) => Stranger::No,
        id => Stranger::Yes(format!("account {id}")),
    };
    match audience {
        Audience::Account(id) => account(id),
        Audience::Principal(arn) => account(arn.account()),
        Audience::Federated(provider) => account(Arn::from(provider.as_str()).account()),
        Audience::Organization(id) => organization(context, id),
        Audience::Anyone | Audience::AnyAccount | Audience::Network(_) | Audience::Service { .. } => Stranger::No,
    }
}

fn organization(context: &Context<'_>, id: &String) -> Stranger {
    let own = context.posture.governance.organization.known();
    let is_own = own.is_ok_and(|own| own.as_ref().is_some_and(|own| own.id == *id));
    if is_own || context.settings.trusted_organizations.contains(id) {
        return Stranger::No;
    }
    // Where it was not read which organization the account is in, the user's list tells, if there is one.
    let may_be_own = own.is_err() && context.settings.trusted_organizations.is_empty();
    if may_be_own { Stranger::MaybeOwn(id.clone()) } else { Stranger::Yes(format!("organization {id}")) }
}

/// Why it is not known whether the organization `id` is a stranger.
pub(super) fn maybe_own(id: &str) -> Gap {
    Gap::unsupported(format!("whether {id} is this account's own organization is not known: name it as trusted if it is"))
}

/// A plan that takes the statements of `reaches` out of the policies of `function`, and puts them back to undo it.
pub(super) fn revoke(
    context: &Context<'_>,
    function: &Function,
    region: &str,
    reaches: &[Reach],
    effort: Effort,
    summary: impl Into<String>,
) -> Plan {
    let mut plan = Plan::new(effort, Risk::Careful, summary);
    let mut statements: BTreeMap<&str, Vec<&Statement>> = BTreeMap::new();
    for reach in reaches {
        let taken = statements.entry(&reach.qualifier).or_default();
        if taken.iter().all(|statement| statement.pointer() != reach.statement.pointer()) {
            taken.push(&reach.statement);
        }
    }
    for (qualifier, taken) in statements {
        let Some(Ok(Some(policy))) = function.policies.get(qualifier).map(|fact| fact.known()) else { continue };
        plan = take_out(context, plan, &Place { function: &function.arn, qualifier, region }, policy, &taken);
    }
    plan
}

/// Where a policy stands.
struct Place<'a> {
    function: &'a Arn,
    qualifier: &'a str,
    region: &'a str,
}

impl Place<'_> {
    fn arn(&self) -> Arn {
        qualified(self.function, self.qualifier)
    }

    fn permission(&self, operation: &'static str, sid: &str) -> Call {
        let call = Call::new("lambda", operation, self.region).with("function-name", self.function.as_str());
        let call = if self.qualifier == Function::UNQUALIFIED { call } else { call.with("qualifier", self.qualifier) };
        call.with("statement-id", sid)
    }

    fn put(&self, policy: &str) -> Call {
        Call::new("lambda", "put-resource-policy", self.region).with("resource-arn", self.arn().as_str()).with("policy", policy)
    }
}

fn take_out(context: &Context<'_>, mut plan: Plan, place: &Place<'_>, policy: &PolicyText, taken: &[&Statement]) -> Plan {
    let Ok(document) = context.library.document(policy) else { return plan };
    let is_taken = |statement: &Statement| taken.iter().any(|taken| taken.pointer() == statement.pointer());
    let unique = |sid: &str| document.statements.iter().filter(|statement| statement.sid.as_deref() == Some(sid)).count() == 1;
    let sids: Option<Vec<&str>> =
        taken.iter().map(|statement| statement.sid.as_deref().filter(|sid| !sid.is_empty() && unique(sid))).collect();
    match sids {
        Some(sids) => {
            for sid in sids {
                plan = plan.step(place.permission("remove-permission", sid));
            }
        }
        // Only statements with an id of their own can be removed one by one.
        None => {
            let rest: Vec<String> =
                document.statements.iter().filter(|statement| !is_taken(statement)).map(|statement| statement.json()).collect();
            plan = plan.step(if rest.is_empty() {
                Call::new("lambda", "delete-resource-policy", place.region).with("resource-arn", place.arn().as_str())
            } else {
                place.put(&format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, rest.join(",")))
            });
        }
    }
    let added: Option<Vec<Call>> = taken.iter().map(|statement| add_permission(place, statement)).collect();
    match added {
        Some(calls) => calls.into_iter().fold(plan, |plan, call| plan.undo(call)),
        None => plan.undo(Step::from(place.put(policy.as_str()))),
    }
}

/// The call that adds `statement` again, when `AddPermission` can say all of it.
fn add_permission(place: &Place<'_>, statement: &Statement) -> Option<Call> {
    let permission: Permission = serde_json::from_str(&statement.json()).ok()?;
    if permission.effect != "Allow" || permission.resource != place.arn().as_str() {
        return None;
    }
    let principal = match permission.principal {
        Named::Text(text) => text,
        Named::Typed(typed) if typed.len() == 1 => {
            typed.into_iter().find_map(|(kind, who)| matches!(kind.as_str(), "AWS" | "Service").then_some(who))?
        }
        Named::Typed(_) => return None,
    };
    let mut call = place.permission("add-permission", &permission.sid).with("action", permission.action).with("principal", principal);
    for (operator, keys) in permission.condition {
        for (key, value) in keys {
            call = match (operator.as_str(), key.to_ascii_lowercase().as_str()) {
                ("ArnLike", "aws:sourcearn") => call.with("source-arn", value),
                ("StringEquals", "aws:sourceaccount") => call.with("source-account", value),
                ("StringEquals", "aws:principalorgid") => call.with("principal-org-id", value),
                ("StringEquals", "lambda:functionurlauthtype") => call.with("function-url-auth-type", value),
                ("StringEquals", "lambda:eventsourcetoken") => call.with("event-source-token", value),
                ("Bool", "lambda:invokedviafunctionurl") if value == "true" => call.flag("invoked-via-function-url"),
                _ => return None,
            };
        }
    }
    Some(call)
}

/// A statement as `AddPermission` writes it; one with anything else in it does not fit.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Permission {
    sid: String,
    effect: String,
    principal: Named,
    action: String,
    resource: String,
    #[serde(default)]
    condition: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Text(String),
    Typed(BTreeMap<String, String>),
}
