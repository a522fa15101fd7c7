//! Roles that outsiders can take on: other accounts, their principals, and the users of identity providers.

use super::{
    outsider::{Ask, Front},
    survey::{Survey, and},
};
use crate::{
    iam::{Audience, Document, Principal, Reach, Statement, Width, audience_among, fixes, pipelines},
    model::{Arn, Role},
    paths::{Edge, Grip, Node, edge::Proof},
};

const ASSUME: Ask =
    Ask { actions: &["sts:AssumeRole"], gives: Grip::Control, technique: "assume-role", front: Front::Signed, deputies: false };

/// How users of identity providers take on a role.
const FEDERATED: [&str; 2] = ["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"];

/// Identity providers where everybody makes an account.
const PUBLIC: [&str; 3] = ["accounts.google.com", "www.amazon.com", "graph.facebook.com"];

/// Identity pools hand out credentials by rules of their own.
pub(super) const IDENTITY_POOLS: &str = "cognito-identity.amazonaws.com";

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    let posture = survey.posture;
    for role in survey.items("", &posture.identity.roles) {
        // A service-linked role is its service's alone.
        if role.arn.resource().starts_with("role/aws-service-role/") {
            continue;
        }
        let Some(document) = survey.document(&role.arn, &role.trust) else { continue };
        for edge in survey.admitted("trust policy", document, &role.arn, &role.arn, &ASSUME) {
            let words = edge.proof.first().and_then(|proof| external_id(document, &proof.pointer));
            survey.push(Edge { condition: and(edge.condition, words), ..edge });
        }
        federated(survey, role, document);
    }
}

/// The external id that the statement at `pointer` asks for: whoever is let in must know it.
fn external_id(document: &Document, pointer: &str) -> Option<String> {
    let statement = document.statements.iter().find(|statement| statement.pointer() == pointer)?;
    let asked = statement.conditions().iter().find(|condition| condition.key.eq_ignore_ascii_case("sts:ExternalId"))?;
    (!asked.is_negated()).then(|| format!("only if {asked}"))
}

fn federated(survey: &mut Survey<'_, '_>, role: &Role, document: &Document) {
    let names = |statement: &Statement| statement.principals().iter().any(|principal| matches!(principal, Principal::Federated(_)));
    if !document.statements.iter().any(|statement| statement.is_allow() && names(statement)) {
        return;
    }
    let is_provider = |audience: &Audience| matches!(audience, Audience::Federated(name) if name != IDENTITY_POOLS);
    for reach in audience_among(document, &FEDERATED, &role.arn, is_provider) {
        let Audience::Federated(provider) = &reach.audience else { continue };
        let (from, technique, condition) = from_provider(survey, role, provider, &reach);
        survey.push(Edge {
            actions: reach.actions.clone(),
            condition,
            proof: vec![Proof::grant("trust policy", &reach)],
            ..Edge::new(from, &role.arn, Grip::Control, technique)
        });
    }
}

/// Who of a provider's users a grant lets in, by which technique, and on which condition.
fn from_provider(survey: &mut Survey<'_, '_>, role: &Role, provider: &str, reach: &Reach) -> (Node, &'static str, Option<String>) {
    let words: Vec<String> = reach.statement.conditions().iter().map(|condition| format!("only if {condition}")).collect();
    let words = (!words.is_empty()).then(|| words.join(" and "));
    let issuer = provider.split_once(":oidc-provider/").map_or(provider, |(_, issuer)| issuer);
    let fixed = |claims: &[&str]| {
        let keys: Vec<String> = claims.iter().map(|claim| format!("{issuer}:{claim}")).collect();
        keys.iter().any(|key| fixes(&reach.statement, &[key]))
    };
    let is_public = PUBLIC.contains(&issuer) && !fixed(&["sub", "user_id", "id"]);
    let is_open = match pipelines(reach) {
        Some((_, width)) => width == Width::Everyone,
        None => is_public && !fixed(&["aud", "app_id"]),
    };
    if is_open {
        // Whatever else the token must say, whoever asks for it decides.
        return (Node::Internet, "oidc-any-subject", None);
    }
    let technique =
        if reach.actions.iter().any(|action| action.ends_with("SAML")) { "assume-role-with-saml" } else { "assume-role-with-web-identity" };
    if is_public {
        // Whoever has an account there and signs in to the application.
        return (Node::Internet, technique, words);
    }
    if let Some(pool) = user_pool(issuer)
        && survey.lets_sign_up(pool, &role.arn)
        && !fixes(&reach.statement, &[&format!("{issuer}:sub")])
    {
        return (Node::SelfSignedUpUser, technique, words);
    }
    (Node::Resource(Arn::new(provider)), technique, words)
}

/// The id of the user pool that signs as `issuer`: `cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcDeFgHi`.
pub(super) fn user_pool(issuer: &str) -> Option<&str> {
    let rest = issuer.strip_prefix("https://").unwrap_or(issuer).strip_prefix("cognito-idp.")?;
    rest.split_once('/').map(|(_, id)| id.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::{role, with_function},
        model::{Listing, PolicyText, Posture},
        paths::entry::testing::{gaps, policy, steps},
    };

    const ROLE: &str = "arn:aws:iam::123456789012:role/deploy";

    fn trusting(statement: &str) -> Posture {
        let mut posture = with_function(|_| ());
        let mut deploy = role("deploy", r#"{"Version":"2012-10-17","Statement":[]}"#);
        deploy.trust = policy(statement);
        posture.identity.roles = Listing::complete(vec![deploy]);
        posture
    }

    fn assume(principal: &str, condition: &str) -> Posture {
        trusting(&format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole","Condition":{condition}}}"#))
    }

    fn web(provider: &str, condition: &str) -> Vec<String> {
        steps(&trusting(&format!(
            r#"{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{condition}}}"#
        )))
    }

    #[test]
    fn outsiders_take_on_what_trusts_them() {
        assert_eq!(steps(&assume(r#""*""#, "{}")), [format!("any-aws-account -> {ROLE} Control assume-role")]);
        let with_id = steps(&assume(r#"{"AWS":"210987654321"}"#, r#"{"StringEquals":{"sts:ExternalId":"x1"}}"#));
        assert_eq!(with_id, [format!("account:210987654321 -> {ROLE} Control assume-role only if sts:ExternalId is x1")]);
        let organization = steps(&assume(r#""*""#, r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc1234567"}}"#));
        assert_eq!(organization, [format!("organization:o-abc1234567 -> {ROLE} Control assume-role")]);
    }

    #[test]
    fn services_and_ones_own_account_are_no_outsiders() {
        assert!(steps(&assume(r#"{"Service":"lambda.amazonaws.com"}"#, "{}")).is_empty());
        assert!(steps(&assume(r#"{"AWS":"arn:aws:iam::123456789012:root"}"#, "{}")).is_empty());
        let mut linked = assume(r#""*""#, "{}");
        linked.identity.roles.items[0].arn = "arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/X".into();
        assert!(steps(&linked).is_empty());
    }

    #[test]
    fn pipelines_of_anyone_and_of_one_project() {
        let github = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
        let aud = r#""StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}"#;
        let open = [format!("internet -> {ROLE} Control oidc-any-subject")];
        assert_eq!(web(github, &format!("{{{aud}}}")), open);
        let like = |sub: &str| format!(r#"{{{aud},"StringLike":{{"token.actions.githubusercontent.com:sub":"{sub}"}}}}"#);
        assert_eq!(web(github, &like("*")), open);
        let bound = web(github, &like("repo:org/app:*"));
        assert!(bound[0].starts_with(&format!("{github} -> {ROLE} Control assume-role-with-web-identity only if")), "{bound:?}");
        assert!(bound[0].contains("token.actions.githubusercontent.com:sub is like repo:org/app:*"), "{bound:?}");
    }

    #[test]
    fn people_of_public_providers_and_of_ones_own() {
        assert_eq!(web("accounts.google.com", "{}"), [format!("internet -> {ROLE} Control oidc-any-subject")]);
        let app = web("accounts.google.com", r#"{"StringEquals":{"accounts.google.com:aud":"app"}}"#);
        assert_eq!(app, [format!("internet -> {ROLE} Control assume-role-with-web-identity only if accounts.google.com:aud is app")]);
        let cluster = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1";
        assert!(web(cluster, "{}")[0].starts_with(cluster));
        assert!(web("cognito-identity.amazonaws.com", r#"{"StringEquals":{"cognito-identity.amazonaws.com:aud":"p"}}"#).is_empty());
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut broken = assume(r#""*""#, "{}");
        broken.identity.roles.items[0].trust = PolicyText::from("not a policy");
        assert_eq!((steps(&broken).len(), gaps(&broken).len()), (0, 1));
        broken.identity.roles = Listing::default();
        assert_eq!(gaps(&broken), ["arn:aws:iam::123456789012:role/* iam:GetAccountAuthorizationDetails"]);
    }
}
