//! AppSync's GraphQL APIs, and the functions that answer them.

use super::{
    delivery::{As, Trigger},
    survey::Survey,
};
use crate::{
    model::{Arn, GraphqlApi, Region},
    paths::{Edge, Grip, Node, edge::Proof},
};

const LISTED: &str = "appsync:ListGraphqlApis";

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for api in survey.items(name, &region.graphql_apis) {
            if api.visibility.as_deref() != Some("PRIVATE") {
                callers(survey, region, api);
            }
            sources(survey, api);
        }
    }
}

/// Those who get in by one of the ways to prove who they are.
fn callers<'a>(survey: &mut Survey<'_, 'a>, region: &'a Region, api: &'a GraphqlApi) {
    let others = api.additional_authentication.iter().map(|kind| (kind, false));
    for (kind, is_default) in std::iter::once((&api.authentication, true)).chain(others) {
        let (from, technique, words) = match kind.as_str() {
            // Applications carry the key with them: it proves nothing, but it must be known.
            "API_KEY" => (Node::Internet, "appsync-api-key", "only with an API key"),
            "AMAZON_COGNITO_USER_POOLS" if signs_up(survey, region, api) => {
                (Node::SelfSignedUpUser, "self-sign-up", "only if its user pool is one that lets people sign up")
            }
            _ => continue,
        };
        let schema = if is_default { "" } else { " and only where the schema says so" };
        survey.push(Edge {
            condition: Some(format!("{words}{schema}")),
            proof: vec![Proof::field(LISTED, "authenticationType", kind.as_str())],
            ..Edge::new(from, &api.arn, Grip::Send, technique)
        });
    }
    for function in &api.authorizers {
        survey.deliver(Trigger {
            from: Node::Internet,
            by: As::Service("appsync.amazonaws.com", &api.arn),
            target: function,
            technique: "api-authorizer",
            proof: Proof::field(LISTED, "authorizerUri", function.as_str()),
            condition: None,
        });
    }
}

/// Whether some user pool of the Region lets people sign up: which one the API asks is not kept.
fn signs_up<'a>(survey: &mut Survey<'_, 'a>, region: &'a Region, api: &'a GraphqlApi) -> bool {
    if let Some(gap) = &region.user_pools.gap {
        survey.hide(&api.arn, gap);
    }
    let open = region.user_pools.items.iter().filter(|pool| survey.known(&api.arn, &pool.settings).is_some_and(|said| said.self_sign_up));
    open.count() > 0
}

/// What answers: functions that the role of their data source may invoke.
fn sources<'a>(survey: &mut Survey<'_, 'a>, api: &'a GraphqlApi) {
    let Some(sources) = survey.known(&api.arn, &api.data_sources) else { return };
    for source in sources {
        let (Some(function), Some(role)) = (&source.function, &source.role) else { continue };
        let function: &Arn = function;
        survey.deliver(Trigger {
            from: (&api.arn).into(),
            by: As::Role(role),
            target: function,
            technique: "appsync-data-source",
            proof: Proof::field("appsync:ListDataSources", "lambdaFunctionArn", source.name.as_str()),
            condition: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::{role, with_function},
        model::{Arn, DataSource, Fact, Gap, GraphqlApi, Posture},
        paths::entry::testing::{FUNCTION, gaps, region, steps, user_pool},
    };

    const API: &str = "arn:aws:appsync:eu-west-1:123456789012:apis/a1";

    fn with(authentication: &str, policy: &str) -> Posture {
        let mut posture = with_function(|_| ());
        let role = role("graph", policy);
        let source = DataSource {
            name: "orders".to_owned(),
            kind: "AWS_LAMBDA".to_owned(),
            function: Some(Arn::new(FUNCTION)),
            role: Some(role.arn.clone()),
        };
        posture.identity.roles.items.insert(0, role);
        region(&mut posture).graphql_apis.items.push(GraphqlApi {
            arn: Arn::new(API),
            id: "a1".to_owned(),
            name: "graph".to_owned(),
            authentication: authentication.to_owned(),
            additional_authentication: Vec::new(),
            authorizers: Vec::new(),
            web_acl: None,
            log_level: None,
            verbose_excluded: None,
            tracing_enabled: false,
            visibility: None,
            data_sources: Fact::Known(vec![source]),
        });
        posture
    }

    const INVOKE: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"*"}}"#;
    const NOTHING: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

    #[test]
    fn a_key_is_no_proof_but_must_be_known() {
        let called = format!("internet -> {API} Send appsync-api-key only with an API key");
        let answered = format!("{API} -> {FUNCTION} Send appsync-data-source");
        assert_eq!(steps(&with("API_KEY", INVOKE)), [called.clone(), answered.clone()]);
        assert_eq!(steps(&with("API_KEY", NOTHING)), [called]);
        assert_eq!(steps(&with("AWS_IAM", INVOKE)), std::slice::from_ref(&answered));
        let mut private = with("API_KEY", INVOKE);
        region(&mut private).graphql_apis.items[0].visibility = Some("PRIVATE".to_owned());
        assert_eq!(steps(&private), [answered]);
    }

    #[test]
    fn users_come_where_a_pool_lets_them_sign_up() {
        for (self_sign_up, expected) in [(true, 1), (false, 0)] {
            let mut posture = with("AMAZON_COGNITO_USER_POOLS", NOTHING);
            region(&mut posture).user_pools.items.push(user_pool(self_sign_up));
            assert_eq!(steps(&posture).iter().filter(|step| step.contains(API)).count(), expected);
        }
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut posture = with("API_KEY", INVOKE);
        region(&mut posture).graphql_apis.items[0].data_sources = Gap::denied("appsync:ListDataSources", "no").into();
        assert_eq!((steps(&posture).len(), gaps(&posture)), (1, vec![format!("{API} appsync:ListDataSources")]));
    }
}
