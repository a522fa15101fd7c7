//! Identity pools that give a role's credentials to guests, or to people who signed up by themselves.

use super::{
    survey::{Survey, and},
    trust::{IDENTITY_POOLS, user_pool},
};
use crate::{
    iam::{Caller, Decision, Keyring, Outcome, PolicySet, Request, Value, decide, own_policy},
    model::{Arn, Gap, IdentityPool, IdentityPoolRoles, IdentityPoolSettings, Role},
    paths::{Edge, Grip, Node, edge::Proof},
};

/// The pool of somebody else, for roles that trust the pools of all accounts.
const ANY_POOL: &str = "eu-west-1:00000000-0000-0000-0000-000000000000";

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    // Only few roles trust identity pools; those that were not read are told with the trust policies.
    let roles = &survey.posture.identity.roles.items;
    let trusting: Vec<&Role> = roles.iter().filter(|role| role.trust.as_str().contains(IDENTITY_POOLS)).collect();
    for role in &trusting {
        let proof = |survey: &Survey<'_, '_>| trusts(survey, &role.arn, ANY_POOL, "authenticated");
        take(survey, Node::AnyAwsAccount, &role.arn, "cognito-identity-any-pool", proof, None, None);
    }
    for (name, region) in survey.regions() {
        for pool in survey.items(name, &region.identity_pools) {
            gives(survey, pool, &trusting);
        }
    }
}

fn gives<'a>(survey: &mut Survey<'_, 'a>, pool: &'a IdentityPool, trusting: &[&Role]) {
    let (Some(settings), Some(roles)) = (survey.known(&pool.arn, &pool.settings), survey.known(&pool.arn, &pool.roles)) else { return };
    if settings.guests {
        to_guests(survey, pool, settings, roles, trusting);
    }
    let user_pools = settings.user_pools.iter().filter_map(|provider| user_pool(provider));
    // All are asked: each may be hidden.
    let open: Vec<&str> = user_pools.filter(|id| survey.lets_sign_up(id, &pool.arn)).collect();
    if let Some(open) = open.first() {
        to_users(survey, pool, settings, roles, trusting, open);
    }
}

/// The roles that a caller may pick, once the basic flow is on: every one that trusts the pool.
fn picked<'r>(settings: &IdentityPoolSettings, given: &[&'r Arn], trusting: &[&'r Role]) -> Vec<&'r Arn> {
    let arns = trusting.iter().map(|role| &role.arn).filter(|arn| !given.contains(arn));
    if settings.classic_flow { arns.collect() } else { Vec::new() }
}

fn to_guests(
    survey: &mut Survey<'_, '_>,
    pool: &IdentityPool,
    settings: &IdentityPoolSettings,
    roles: &IdentityPoolRoles,
    trusting: &[&Role],
) {
    let given: Vec<&Arn> = roles.unauthenticated.iter().collect();
    let field = Proof::field("cognito-identity:DescribeIdentityPool", "AllowUnauthenticatedIdentities", "true");
    for role in given.iter().copied().chain(picked(settings, &given, trusting)) {
        let trust = |survey: &Survey<'_, '_>| trusts(survey, role, &pool.id, "unauthenticated");
        take(survey, Node::Internet, role, "cognito-identity-unauthenticated", trust, Some(field.clone()), None);
    }
}

fn to_users(
    survey: &mut Survey<'_, '_>,
    pool: &IdentityPool,
    settings: &IdentityPoolSettings,
    roles: &IdentityPoolRoles,
    trusting: &[&Role],
    user_pool: &str,
) {
    let given: Vec<&Arn> = roles.authenticated.iter().collect();
    let field = Proof::field("cognito-identity:DescribeIdentityPool", "CognitoIdentityProviders", user_pool);
    let certain = given.iter().copied().chain(picked(settings, &given, trusting)).map(|role| (role, None));
    let by_rule = roles.mapped.iter().filter(|role| !given.contains(role) && !settings.classic_flow);
    let words = || Some("only if a rule of the identity pool gives them the role".to_owned());
    for (role, condition) in certain.chain(by_rule.map(|role| (role, words()))) {
        let trust = |survey: &Survey<'_, '_>| trusts(survey, role, &pool.id, "authenticated");
        take(survey, Node::SelfSignedUpUser, role, "cognito-identity-authenticated", trust, Some(field.clone()), condition);
    }
}

/// Adds the step, if the trust policy lets it; hides the role, if that is not known.
fn take<'s, 'a>(
    survey: &mut Survey<'s, 'a>,
    from: Node,
    role: &Arn,
    technique: &'static str,
    trusts: impl Fn(&Survey<'s, 'a>) -> Result<Decision, Gap>,
    field: Option<Proof>,
    condition: Option<String>,
) {
    let decision = match trusts(survey) {
        Ok(decision) => decision,
        Err(gap) => return survey.hide(role, gap),
    };
    if !matches!(decision.outcome, Outcome::Allowed | Outcome::Conditional) {
        return;
    }
    let open = decision.condition.filter(|_| decision.outcome == Outcome::Conditional);
    survey.push(Edge {
        actions: vec!["sts:AssumeRoleWithWebIdentity".to_owned()],
        condition: and(condition, open),
        proof: field.into_iter().chain(decision.proof.iter().map(Proof::permission)).collect(),
        ..Edge::new(from, role, Grip::Control, technique)
    });
}

/// Whether `role` trusts the identity pool `pool` with its guests or its users.
fn trusts(survey: &Survey<'_, '_>, role: &Arn, pool: &str, kind: &str) -> Result<Decision, Gap> {
    let own = match survey.posture.role(role) {
        Some(_) => own_policy(survey.posture, survey.library, role)?,
        // It is gone, unless roles are missing.
        None => survey.posture.identity.roles.gap.clone().map_or(Ok(None), Err)?,
    };
    let mut context = Keyring::unknown().with(&format!("{IDENTITY_POOLS}:aud"), pool);
    context.set(&format!("{IDENTITY_POOLS}:amr"), Value::Many(vec![kind.to_owned()]));
    let request =
        Request { context, ..Request::new(Caller::Federated(IDENTITY_POOLS.to_owned()), "sts:AssumeRoleWithWebIdentity", role.as_str()) };
    Ok(decide(&request, &PolicySet { resource: own, ..PolicySet::default() }))
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::{empty, role},
        model::{Arn, Fact, Gap, IdentityPool, IdentityPoolRoles, IdentityPoolSettings, Posture},
        paths::entry::testing::{gaps, policy, region, steps, user_pool},
    };

    const ID: &str = "eu-west-1:11111111-2222-3333-4444-555555555555";
    const POOL: &str = "arn:aws:cognito-identity:eu-west-1:123456789012:identitypool/eu-west-1:11111111-2222-3333-4444-555555555555";
    const ROLE: &str = "arn:aws:iam::123456789012:role/app";

    fn trust(aud: &str, amr: &str) -> String {
        format!(
            r#"{{"Effect":"Allow","Principal":{{"Federated":"cognito-identity.amazonaws.com"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringEquals":{{"cognito-identity.amazonaws.com:aud":"{aud}"}},"ForAnyValue:StringLike":{{"cognito-identity.amazonaws.com:amr":"{amr}"}}}}}}"#
        )
    }

    fn with(statement: &str, settings: IdentityPoolSettings, roles: IdentityPoolRoles) -> Posture {
        let mut posture = empty();
        let mut app = role("app", r#"{"Version":"2012-10-17","Statement":[]}"#);
        app.trust = policy(statement);
        posture.identity.roles.items.push(app);
        region(&mut posture).identity_pools.items.push(IdentityPool {
            arn: Arn::new(POOL),
            id: ID.to_owned(),
            name: "app".to_owned(),
            settings: Fact::Known(settings),
            roles: Fact::Known(roles),
        });
        posture
    }

    fn guests(guests: bool, classic_flow: bool) -> IdentityPoolSettings {
        IdentityPoolSettings { guests, classic_flow, user_pools: Vec::new() }
    }

    fn unauthenticated() -> IdentityPoolRoles {
        IdentityPoolRoles { unauthenticated: Some(Arn::new(ROLE)), ..IdentityPoolRoles::default() }
    }

    #[test]
    fn a_guest_takes_the_role_of_guests() {
        let open = [format!("internet -> {ROLE} Control cognito-identity-unauthenticated")];
        assert_eq!(steps(&with(&trust(ID, "unauthenticated"), guests(true, false), unauthenticated())), open);
        let any = with(&trust(ID, "unauthenticated"), guests(true, true), IdentityPoolRoles::default());
        assert_eq!(steps(&any), open);
    }

    #[test]
    fn no_guests_no_role_no_trust() {
        let closed = [
            with(&trust(ID, "unauthenticated"), guests(false, false), unauthenticated()),
            with(&trust(ID, "authenticated"), guests(true, false), unauthenticated()),
            with(&trust("eu-west-1:99999999-2222-3333-4444-555555555555", "unauthenticated"), guests(true, false), unauthenticated()),
            with(&trust(ID, "unauthenticated"), guests(true, false), IdentityPoolRoles::default()),
        ];
        for posture in closed {
            assert!(steps(&posture).is_empty() && gaps(&posture).is_empty(), "{:?}", steps(&posture));
        }
    }

    #[test]
    fn a_role_that_trusts_every_pool_is_open_to_all() {
        let bare =
            r#"{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"}"#;
        let posture = with(bare, guests(false, false), IdentityPoolRoles::default());
        assert_eq!(steps(&posture), [format!("any-aws-account -> {ROLE} Control cognito-identity-any-pool")]);
    }

    #[test]
    fn whoever_signs_up_takes_the_role_of_users() {
        let of_users = |self_sign_up: bool, mapped: bool| {
            let provider = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcDeFgHi".to_owned();
            let settings = IdentityPoolSettings { user_pools: vec![provider], ..guests(false, false) };
            let role = Arn::new(ROLE);
            let roles = if mapped {
                IdentityPoolRoles { mapped: vec![role], ..IdentityPoolRoles::default() }
            } else {
                IdentityPoolRoles { authenticated: Some(role), ..IdentityPoolRoles::default() }
            };
            let mut posture = with(&trust(ID, "authenticated"), settings, roles);
            region(&mut posture).user_pools.items.push(user_pool(self_sign_up));
            steps(&posture).into_iter().filter(|step| step.contains(ROLE)).collect::<Vec<_>>()
        };
        let step = format!("self-signed-up-user -> {ROLE} Control cognito-identity-authenticated");
        assert_eq!(of_users(true, false), [step.as_str()]);
        assert_eq!(of_users(true, true), [format!("{step} only if a rule of the identity pool gives them the role")]);
        assert!(of_users(false, false).is_empty());
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut posture = with(&trust(ID, "unauthenticated"), guests(true, false), unauthenticated());
        region(&mut posture).identity_pools.items[0].settings = Gap::denied("cognito-identity:DescribeIdentityPool", "no").into();
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec![format!("{POOL} cognito-identity:DescribeIdentityPool")]));
    }
}
