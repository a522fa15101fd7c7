//! A role's policies, rewritten to what is known to be used: proven to grant nothing new and to keep what is needed.

use std::sync::Arc;

use super::{
    ActionSet, Caller, Document, Keyring, Library, Named, Outcome, PolicySet, Request, Statement,
    catalog::Catalog,
    decide::decide,
    diff,
    json::{Node, Value},
    needed::Needed,
    permissions::representatives,
    usage::Usage,
};
use crate::model::{Gap, Posture, Role};

/// A policy of a role and what should stand in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// What people call the policy: `inline policy deploy`, `orders-access`.
    pub policy: String,
    /// The document, pretty-printed.
    pub before: String,
    /// What should stand there, pretty-printed; none when nothing of it is left.
    pub after: Option<String>,
    /// From one to the other, as a unified diff.
    pub diff: String,
    /// What was changed, and why.
    pub changes: Vec<Change>,
}

/// A change of one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// JSON pointer to the statement in the policy as it is.
    pub statement: String,
    /// What changes, and what it rests on.
    pub why: String,
    /// Whether it only follows from how functions are configured: their code may use more.
    pub proposal: bool,
}

/// The policies of `role` that should say less: without the actions of services that it has not used in the `days` before
/// the posture was taken, and with the resources that `needed` names where only Lambda itself asks for the actions. What
/// may be in use stays. Policies that AWS manages cannot be changed.
///
/// # Errors
/// The gap, when the proof fails that the rewritten policies grant nothing new and keep what is needed.
pub fn least_privilege(posture: &Posture, library: &Library, role: &Role, needed: &[Needed], days: i64) -> Result<Vec<Rewrite>, Gap> {
    let mut before: Vec<Named> = Vec::new();
    let mut after: Vec<Named> = Vec::new();
    let mut rewrites = Vec::new();
    let idle = |service: &str| {
        let asked = |needed: &Needed| needed.action.split(':').next().is_some_and(|of| of.eq_ignore_ascii_case(service));
        matches!(Usage::of(role, service, posture.taken_at, days), Usage::Unused(_)) && !needed.iter().any(asked)
    };
    let inline = role.policies.inline.iter().map(|(name, text)| (format!("inline policy {name}"), true, library.shared(text)));
    let attached = role.policies.attached.iter().filter_map(|arn| {
        let text = posture.policy(arn)?.document.known().ok()?;
        Some((arn.name().to_owned(), arn.account() != "aws", library.shared(text)))
    });
    for (name, own, document) in inline.chain(attached) {
        // A policy that was not read stays as it is, and says nothing of the others.
        let Ok(document) = document else { continue };
        before.push(Named::new(name.clone(), Arc::clone(document)));
        let (node, changes) = if own { rewritten(document, &idle, needed) } else { (None, Vec::new()) };
        if changes.is_empty() {
            after.push(Named::new(name, Arc::clone(document)));
            continue;
        }
        let text = node.map(|node| node.pretty());
        if let Some(text) = &text {
            let document =
                Document::parse(text).map_err(|malformed| Gap::failed("", format!("the rewritten policy is none: {malformed}")))?;
            after.push(Named::new(name.clone(), document));
        }
        let before = document.pretty();
        let diff = diff::unified(&before, text.as_deref().unwrap_or_default());
        rewrites.push(Rewrite { policy: name, before, after: text, diff, changes });
    }
    if !rewrites.is_empty() {
        prove(role, &before, &after, &idle, needed)?;
    }
    Ok(rewrites)
}

/// The policy with less in it, none when nothing is left; and what was changed.
fn rewritten(document: &Document, idle: &impl Fn(&str) -> bool, needed: &[Needed]) -> (Option<Node>, Vec<Change>) {
    let mut node = document.source().clone();
    let mut changes = Vec::new();
    let Value::Object(members) = &mut node.value else { return (Some(node), changes) };
    let Some((_, list)) = members.iter_mut().find(|(key, _)| key == "Statement") else { return (Some(node), changes) };
    let mut one = |statement: &Statement, node: &mut Node| -> bool { narrow(statement, node, idle, needed, &mut changes) };
    let left = match &mut list.value {
        Value::Array(items) => {
            let mut statements = document.statements.iter();
            items.retain_mut(|item| statements.next().is_none_or(|statement| one(statement, item)));
            !items.is_empty()
        }
        _ => document.statements.first().is_none_or(|statement| one(statement, list)),
    };
    (left.then_some(node), changes)
}

/// Takes out of a statement what is not used; false when nothing is left of it.
fn narrow(statement: &Statement, node: &mut Node, idle: &impl Fn(&str) -> bool, needed: &[Needed], changes: &mut Vec<Change>) -> bool {
    if !statement.is_allow() || statement.is_not_action() || statement.is_not_resource() {
        return true;
    }
    let service = |pattern: &str| pattern.split_once(':').map(|(service, _)| service.to_ascii_lowercase());
    let out = |pattern: &str| service(pattern).is_some_and(|service| Catalog::embedded().service(&service).is_some() && idle(&service));
    let (gone, kept): (Vec<&str>, Vec<&str>) = statement.actions().partition(|pattern| out(pattern));
    let pointer = statement.pointer();
    if !gone.is_empty() {
        let mut services: Vec<String> = gone.iter().filter_map(|pattern| service(pattern)).collect();
        services.sort_unstable();
        services.dedup();
        let why = format!("{} was not used within the window", services.join(", "));
        changes.push(Change { statement: pointer.clone(), why, proposal: false });
        if kept.is_empty() {
            return false;
        }
        replace(node, "Action", &kept);
    }
    if statement.resources().any(|pattern| pattern == "*")
        && let Some(resources) = named(&kept, needed)
    {
        let resources: Vec<&str> = resources.iter().map(String::as_str).collect();
        let why = "the configuration of its functions names these resources: make sure that their code uses no others".to_owned();
        changes.push(Change { statement: pointer, why, proposal: true });
        replace(node, "Resource", &resources);
    }
    true
}

/// The resources on which `actions` are needed, when each of them is needed on some that have names.
fn named(actions: &[&str], needed: &[Needed]) -> Option<Vec<String>> {
    let mut resources = Vec::new();
    for action in actions {
        let before = resources.len();
        let of = needed.iter().filter(|needed| needed.action.eq_ignore_ascii_case(action));
        for needed in of {
            if needed.resource == "*" {
                return None;
            }
            resources.push(needed.resource.clone());
        }
        if resources.len() == before {
            return None;
        }
    }
    resources.sort_unstable();
    resources.dedup();
    (!resources.is_empty()).then_some(resources)
}

fn replace(node: &mut Node, key: &str, texts: &[&str]) {
    let line = node.line;
    let Value::Object(members) = &mut node.value else { return };
    let Some((_, value)) = members.iter_mut().find(|(name, _)| name == key) else { return };
    let text = |text: &&str| Node { line, value: Value::Text((*text).to_owned()) };
    value.value = match texts {
        [one] => Value::Text((*one).to_owned()),
        many => Value::Array(many.iter().map(text).collect()),
    };
}

/// Asks the engine: the new policies allow nothing that the old ones do not, and all that is needed as before.
fn prove(role: &Role, before: &[Named], after: &[Named], idle: &impl Fn(&str) -> bool, needed: &[Needed]) -> Result<(), Gap> {
    let set = |identity: &[Named]| PolicySet { identity: identity.to_vec(), caller_side_only: true, ..PolicySet::default() };
    let (old, new) = (set(before), set(after));
    let outcome = |policies: &PolicySet, action: &str, resource: &str| {
        let request =
            Request { context: Keyring::unknown(), ..Request::new(Caller::Principal(role.arn.as_str().to_owned()), action, resource) };
        match decide(&request, policies).outcome {
            Outcome::Allowed => 2,
            Outcome::Conditional => 1,
            Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => 0,
        }
    };
    let fails = |what: &str, action: &str, resource: &str| Gap::failed("", format!("the rewritten policy {what}: {action} on {resource}"));
    let catalog = Catalog::embedded();
    for statement in after.iter().flat_map(|named| &named.document.statements).filter(|statement| statement.is_allow()) {
        let actions = ActionSet::of_statement(statement);
        let names = actions.iter().map(|action| catalog.full_name(action)).chain(actions.unknown().map(str::to_owned));
        let resources = representatives(statement);
        for action in names {
            for resource in &resources {
                if outcome(&new, &action, resource) > outcome(&old, &action, resource) {
                    return Err(fails("would grant more", &action, resource));
                }
            }
        }
    }
    for needed in needed {
        if outcome(&new, needed.action, &needed.resource) != outcome(&old, needed.action, &needed.resource) {
            return Err(fails("would lack what is needed", needed.action, &needed.resource));
        }
    }
    let lost = ActionSet::of_policies(&old).difference(&ActionSet::of_policies(&new));
    match lost.iter().find(|action| !idle(catalog.service_of(action))) {
        Some(action) => Err(fails("would lack what may be in use", &catalog.full_name(action), "some resource")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing::{REGION, now, with_role},
        iam::{UNUSED_AFTER_DAYS, needed},
        model::{Fact, ServiceUse, Timestamp},
    };

    fn rewrite(policy: &str, age: i64, used: &[(&str, Option<i64>)]) -> Vec<Rewrite> {
        let ago = |days: i64| Timestamp::from_unix(now().unix() - days * 86_400).expect("a time");
        let mut posture = with_role(policy);
        let role = &mut posture.identity.roles.items[0];
        role.created = Some(ago(age));
        let used = used.iter().map(|(service, days)| ServiceUse { service: (*service).to_owned(), last_used: days.map(ago) });
        role.services_used = Fact::Known(used.collect());
        let library = Library::new(&posture);
        let (wanted, gaps) = needed(&posture.regions[REGION].functions.items[0], &[]);
        assert!(gaps.is_empty());
        least_privilege(&posture, &library, &posture.identity.roles.items[0], &wanted, UNUSED_AFTER_DAYS).expect("a proof")
    }

    const WIDE: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Log","Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"},{"Effect":"Allow","Action":["s3:GetObject","dynamodb:*","new:Thing"],"Resource":"*"},{"Effect":"Allow","Action":"sqs:*","Resource":"*"},{"Effect":"Deny","Action":"sqs:*","Resource":"*"}]}"#;

    #[test]
    fn what_is_not_used_goes_and_what_may_be_stays() {
        let found = rewrite(WIDE, 400, &[("logs", Some(1)), ("s3", Some(3)), ("dynamodb", None), ("sqs", None)]);
        assert_eq!(found.len(), 1);
        let after = found[0].after.as_deref().expect("something is left");
        let document = Document::parse(after).expect("a policy");
        assert_eq!(document.statements.len(), 3, "{after}");
        let actions: Vec<&str> = document.statements.iter().flat_map(|statement| statement.actions()).collect();
        assert_eq!(actions, ["logs:CreateLogStream", "logs:PutLogEvents", "s3:GetObject", "new:Thing", "sqs:*"]);
        let log = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/orders:*";
        assert_eq!(document.statements[0].resources().collect::<Vec<_>>(), [log]);
        assert_eq!(found[0].changes.iter().map(|change| change.proposal).collect::<Vec<_>>(), [true, false, false]);
        assert!(
            found[0].diff.contains("-        \"dynamodb:*\",\n") && found[0].diff.contains(&format!("+      \"Resource\": \"{log}\"")),
            "{}",
            found[0].diff
        );
    }

    #[test]
    fn without_knowledge_of_use_only_configuration_counts() {
        let logs_only = |found: &[Rewrite]| found.iter().all(|rewrite| rewrite.changes.iter().all(|change| change.proposal));
        assert!(logs_only(&rewrite(WIDE, 30, &[("dynamodb", None)])), "a young role");
        assert!(logs_only(&rewrite(WIDE, 400, &[])), "not in the answer");
        let all = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        assert_eq!(rewrite(all, 400, &[("dynamodb", None)]), []);
        let needed_all_the_same = r#"{"Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}"#;
        assert_eq!(rewrite(needed_all_the_same, 400, &[("logs", None)]), []);
    }

    #[test]
    fn a_policy_of_which_nothing_is_left_goes() {
        let found = rewrite(r#"{"Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}}"#, 400, &[("dynamodb", None)]);
        assert_eq!((found.len(), &found[0].after), (1, &None));
        assert!(found[0].diff.lines().skip(1).all(|line| line.starts_with('-')));
    }

    #[test]
    fn a_rewriting_that_grants_more_or_lacks_something_is_refused() {
        let posture = with_role(WIDE);
        let role = &posture.identity.roles.items[0];
        let named = |text: &str| vec![Named::new("p", Document::parse(text).expect("a policy"))];
        let narrow = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}"#;
        let wide = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
        let never = |_: &str| false;
        assert!(prove(role, &named(narrow), &named(wide), &never, &[]).expect_err("more").detail.contains("more"));
        assert!(prove(role, &named(wide), &named(narrow), &never, &[]).is_ok());
        let needed = [Needed { action: "s3:GetObject", resource: "arn:aws:s3:::c/x".to_owned(), reason: "a test" }];
        assert!(prove(role, &named(wide), &named(narrow), &never, &needed).expect_err("less").detail.contains("needed"));
        assert!(prove(role, &named(WIDE), &named(narrow), &never, &[]).expect_err("less").detail.contains("in use"));
    }
}
