//! What several checks of this layer ask of the permissions that a role holds.

use super::glance;
use crate::{
    checks::{Context, Evidence},
    iam::{Holder, Layer, Outcome, Permission, Statement},
    model::{Arn, Gap, PolicyText, Role},
    remedy::{Call, Plan},
};

/// A name that nobody gave to anything: what is allowed on it is allowed on whatever there is.
pub(super) const ANY: &str = "palisade-0f3c9b7e41d2";

/// The ARN of something in this account.
pub(super) fn arn(context: &Context<'_>, service: &str, region: &str, resource: &str) -> Arn {
    Arn::build(&context.posture.partition, service, region, &context.posture.account, resource)
}

/// That a role may do something, perhaps on a condition.
pub(super) struct Grant {
    /// The statements that decided.
    pub(super) proof: Vec<Permission>,
    /// What it depends on, in words, if it does.
    pub(super) condition: Option<String>,
}

impl Grant {
    /// The deciding statements, each once.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        evidence(&self.proof)
    }

    /// `, if …` for a message; empty without a condition.
    pub(super) fn suffix(&self) -> String {
        self.condition.as_ref().map(|condition| format!(", {condition}")).unwrap_or_default()
    }

    /// The statements that grant: those of a boundary or an organization let be what others grant.
    pub(super) fn allows(&self) -> impl Iterator<Item = &Statement> {
        let own = self.proof.iter().filter(|permission| permission.layer == Layer::Identity);
        own.map(|permission| &*permission.statement).filter(|statement| statement.is_allow())
    }
}

/// Each of `permissions` once, as evidence.
pub(super) fn evidence(permissions: &[Permission]) -> Vec<Evidence> {
    let mut all: Vec<Evidence> = Vec::new();
    for permission in permissions {
        let one = Evidence::statement("iam:GetAccountAuthorizationDetails", &permission.policy, &permission.statement);
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// Whether `holder` may do `action` on `resource`.
///
/// # Errors
/// The gap, when a policy that could not be read may change the answer.
pub(super) fn grant(holder: &Holder<'_>, action: &str, resource: &str) -> Result<Option<Grant>, Gap> {
    grant_when(holder, action, resource, &[])
}

/// Like [`grant`], with context keys that the question fixes, such as `iam:PassedToService`.
///
/// # Errors
/// The gap, when a policy that could not be read may change the answer.
pub(super) fn grant_when(holder: &Holder<'_>, action: &str, resource: &str, keys: &[(&str, &str)]) -> Result<Option<Grant>, Gap> {
    if !glance::could(holder, action, resource) {
        return Ok(None);
    }
    let decision = holder.decide_when(action, resource, keys)?;
    Ok(match decision.outcome {
        Outcome::Allowed => Some(Grant { proof: decision.proof, condition: None }),
        Outcome::Conditional => {
            let condition = decision.condition.unwrap_or_else(|| "on a condition that is not known".to_owned());
            Some(Grant { proof: decision.proof, condition: Some(condition) })
        }
        Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => None,
    })
}

/// Whether `statement` allows every action on everything, unless denied elsewhere.
pub(super) fn allows_everything(statement: &Statement) -> bool {
    statement.is_allow()
        && !statement.is_not_action()
        && !statement.is_not_resource()
        && statement.actions().any(|action| matches!(action, "*" | "*:*"))
        && statement.resources().any(|resource| resource == "*")
}

/// What `holder` may do as administrator of the account, if it is one: any action on anything, IAM among it, after its
/// denies and its boundary.
///
/// # Errors
/// The gap, when a policy that could not be read may change the answer.
pub(super) fn administrator(context: &Context<'_>, holder: &Holder<'_>) -> Result<Option<Grant>, Gap> {
    if holder.gaps.is_empty() && !holder.permissions.iter().any(|permission| glance::is_wide(&permission.statement)) {
        return Ok(None);
    }
    let role = arn(context, "iam", "", &format!("role/{ANY}"));
    let user = arn(context, "iam", "", &format!("user/{ANY}"));
    // An action that nobody has thought of is only allowed to those who may do everything.
    let canaries = [
        (format!("{ANY}:{ANY}"), "*"),
        ("iam:PutRolePolicy".to_owned(), role.as_str()),
        ("iam:AttachUserPolicy".to_owned(), user.as_str()),
    ];
    let mut whole: Option<Grant> = None;
    for (action, resource) in canaries {
        let Some(grant) = grant(holder, &action, resource)? else { return Ok(None) };
        whole = Some(match whole {
            None => grant,
            Some(mut whole) => {
                whole.proof.extend(grant.proof);
                whole.condition = whole.condition.or(grant.condition);
                whole
            }
        });
    }
    Ok(whole)
}

/// Takes every policy of `role` away in which `wanted` holds for a statement, and gives it back on undo.
pub(super) fn without(mut plan: Plan, context: &Context<'_>, role: &Role, wanted: impl Fn(&Statement) -> bool) -> Plan {
    let call = |operation: &'static str| Call::new("iam", operation, "").with("role-name", &role.name);
    let has = |text: &PolicyText| {
        context.library.document(text).is_ok_and(|document| document.statements.iter().any(|statement| wanted(statement)))
    };
    for policy in &role.policies.attached {
        let document = context.posture.policy(policy).and_then(|policy| policy.document.known().ok());
        if document.is_some_and(has) {
            plan = plan
                .step(call("detach-role-policy").with("policy-arn", policy.as_str()))
                .undo(call("attach-role-policy").with("policy-arn", policy.as_str()));
        }
    }
    for (name, text) in role.policies.inline.iter().filter(|(_, text)| has(text)) {
        plan = plan
            .step(call("delete-role-policy").with("policy-name", name))
            .undo(call("put-role-policy").with("policy-name", name).with("policy-document", text.as_str()));
    }
    plan
}
