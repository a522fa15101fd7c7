//! What several checks of this layer ask of trust policies, and how they change them.

use crate::{
    checks::{Context, Evidence},
    iam::{Audience, Reach},
    model::{Gap, Role},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) use crate::iam::fixes;

/// The services that run a function as its execution role.
pub(super) const RUNNERS: [&str; 2] = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"];

/// Whether `role` belongs to an AWS service, which alone can change or take it on.
pub(super) fn is_service_linked(role: &Role) -> bool {
    role.arn.resource().starts_with("role/aws-service-role/")
}

/// The statement of a trust policy that lets somebody in.
pub(super) fn evidence(reach: &Reach) -> Evidence {
    Evidence::statement("iam:GetAccountAuthorizationDetails", "trust policy", &reach.statement)
}

/// The statements behind `reaches`, each once.
pub(super) fn all_evidence<'a>(reaches: impl IntoIterator<Item = &'a Reach>) -> Vec<Evidence> {
    let mut all: Vec<Evidence> = Vec::new();
    for evidence in reaches.into_iter().map(evidence) {
        if !all.contains(&evidence) {
            all.push(evidence);
        }
    }
    all
}

/// Whether Lambda may run functions as `role`.
///
/// # Errors
/// The gap, when the trust policy is no policy.
pub(super) fn lets_lambda_in(context: &Context<'_>, role: &Role) -> Result<bool, Gap> {
    let is_lambda = |reach: &Reach| matches!(&reach.audience, Audience::Service { name, .. } if name == RUNNERS[0]);
    Ok(context.trust(role)?.iter().any(is_lambda))
}

/// Takes the statements behind `reaches` out of the trust policy of `role`. Where none would remain, or none that an
/// execution role needs, `otherwise` is let in.
pub(super) fn without(role: &Role, reaches: &[&Reach], otherwise: Option<serde_json::Value>, effort: Effort) -> Option<Plan> {
    let mut document: serde_json::Value = serde_json::from_str(role.trust.as_str()).ok()?;
    let gone: Vec<String> = reaches.iter().map(|reach| reach.statement.pointer()).collect();
    let statements = match document.get_mut("Statement")?.take() {
        serde_json::Value::Array(statements) => statements,
        single => vec![single],
    };
    let is_single = gone.iter().any(|pointer| pointer == "/Statement");
    let mut kept: Vec<_> = statements
        .into_iter()
        .enumerate()
        .filter(|(index, _)| !is_single && !gone.contains(&format!("/Statement/{index}")))
        .map(|(_, statement)| statement)
        .collect();
    kept.extend(otherwise.map(|principal| serde_json::json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" })));
    if kept.is_empty() {
        return None;
    }
    document["Statement"] = kept.into();
    let set =
        |document: &str| Call::new("iam", "update-assume-role-policy", "").with("role-name", &role.name).with("policy-document", document);
    Some(
        Plan::new(effort, Risk::Careful, format!("Take the statement out of the trust policy of {}", role.name))
            .step(set(&document.to_string()))
            .undo(set(role.trust.as_str())),
    )
}
