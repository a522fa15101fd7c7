//! Whose pipelines a trust policy lets in: build services sign the tokens of all their customers with one key.

use super::{Audience, Condition, Reach, Statement};

/// Token issuers of build services: the issuer, or how it begins where it names the customer.
const ISSUERS: [(&str, Tenancy); 10] = [
    ("token.actions.githubusercontent.com", Tenancy::Shared),
    ("gitlab.com", Tenancy::Shared),
    ("app.terraform.io", Tenancy::Shared),
    ("agent.buildkite.com", Tenancy::Shared),
    ("token.actions.githubusercontent.com/", Tenancy::Own),
    ("gitlab.", Tenancy::Own),
    ("oidc.circleci.com/org/", Tenancy::Own),
    ("api.bitbucket.org/2.0/workspaces/", Tenancy::Own),
    ("vstoken.dev.azure.com/", Tenancy::Own),
    ("oidc.codefresh.io", Tenancy::Shared),
];

/// Claims besides `sub` that say which project a token is for, and how closely.
const CLAIMS: [(&str, Width); 8] = [
    ("repository", Width::Project),
    ("repository_id", Width::Project),
    ("job_workflow_ref", Width::Project),
    ("project_path", Width::Project),
    ("project_id", Width::Project),
    ("repository_owner", Width::Organization),
    ("repository_owner_id", Width::Organization),
    ("namespace_path", Width::Organization),
];

/// Whether one issuer serves everybody or one customer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tenancy {
    Shared,
    Own,
}

/// Whose pipelines a condition lets in; the narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// Those of one project.
    Project,
    /// Those of all projects of one organization.
    Organization,
    /// Anyone's.
    Everyone,
}

/// The issuer of a build service's tokens that `reach` lets in, and whose pipelines; none where it lets in nobody of that kind.
pub fn pipelines(reach: &Reach) -> Option<(&str, Width)> {
    let (issuer, tenancy) = issuer(reach)?;
    Some((issuer, width(reach, issuer, tenancy)))
}

/// The issuer of a build service's tokens that `reach` lets in.
fn issuer(reach: &Reach) -> Option<(&str, Tenancy)> {
    let Audience::Federated(name) = &reach.audience else { return None };
    let issuer = name.split_once(":oidc-provider/").map_or(name.as_str(), |(_, issuer)| issuer);
    let known = |(known, tenancy): &&(&str, Tenancy)| match tenancy {
        Tenancy::Shared => issuer == *known,
        Tenancy::Own => issuer.starts_with(known),
    };
    ISSUERS.iter().find(known).map(|(_, tenancy)| (issuer, *tenancy))
}

/// Whose pipelines remain after all conditions: each of them must hold, so the narrowest counts.
fn width(reach: &Reach, issuer: &str, tenancy: Tenancy) -> Width {
    let widest = if tenancy == Tenancy::Own { Width::Organization } else { Width::Everyone };
    reach
        .statement
        .conditions()
        .iter()
        .filter(|condition| binds(condition))
        .filter_map(|condition| {
            let claim = claim(condition, issuer)?;
            if claim == "sub" {
                return condition.values.iter().map(|value| subject(value, condition)).max();
            }
            let (_, width) = CLAIMS.iter().find(|(name, _)| claim.eq_ignore_ascii_case(name))?;
            fixes(&reach.statement, &[&condition.key]).then_some(*width)
        })
        .min()
        .map_or(widest, |width| width.min(widest))
}

/// Whether `condition` fails when the key is missing, and names values that must be met.
fn binds(condition: &Condition) -> bool {
    let operator = condition.operator.to_ascii_lowercase();
    !condition.is_negated() && !condition.is_if_exists() && operator != "null" && !operator.starts_with("forallvalues")
}

/// The claim of the token that `condition` is about.
fn claim<'c>(condition: &'c Condition, issuer: &str) -> Option<&'c str> {
    let (host, claim) = condition.key.rsplit_once(':')?;
    host.eq_ignore_ascii_case(issuer).then_some(claim)
}

/// Whose pipelines have a subject like `value`: `repo:ORG/PROJECT:…`, `project_path:ORG/PROJECT:…`,
/// `organization:ORG:project:PROJECT:…`, and with an issuer per customer `org/ORG/project/PROJECT/…` or `PROJECT:…`.
fn subject(value: &str, condition: &Condition) -> Width {
    let is_pattern = condition.operator.to_ascii_lowercase().contains("like");
    let Some(wildcard) = value.find(['*', '?']).filter(|_| is_pattern) else { return Width::Project };
    let fixed = value.get(..wildcard).unwrap_or_default();
    let (kind, rest) = fixed.split_once(':').unwrap_or((fixed, ""));
    let names = match kind {
        "organization" => rest.matches(':').count().div_ceil(2),
        "repo" | "project_path" if rest.contains(':') => 2,
        "repo" | "project_path" => usize::from(rest.contains('/')),
        _ => 2 * usize::from(fixed.ends_with([':', '/']) && !fixed.ends_with("/project/")),
    };
    match names {
        0 => Width::Everyone,
        1 => Width::Organization,
        _ => Width::Project,
    }
}

/// Whether `statement` asks for a fixed value of one of `keys`; a wildcard or a mere presence fixes nothing.
pub fn fixes(statement: &Statement, keys: &[&str]) -> bool {
    statement.conditions().iter().any(|condition| {
        let operator = condition.operator.to_ascii_lowercase();
        let fixed = |value: &String| match operator.as_str() {
            "bool" => value.eq_ignore_ascii_case("true"),
            operator if operator.contains("like") => !value.contains(['*', '?']),
            _ => true,
        };
        keys.iter().any(|key| key.eq_ignore_ascii_case(&condition.key))
            && !condition.is_negated()
            && !condition.is_if_exists()
            // ForAllValues also holds when the key is missing, and Null only asks whether it is there.
            && !operator.starts_with("forallvalues")
            && operator != "null"
            && condition.values.iter().all(fixed)
    })
}
