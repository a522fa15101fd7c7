//! Routes of HTTP and WebSocket APIs.

use super::{
    api::{Domains, Gate},
    survey::Survey,
};
use crate::model::{Authorizer, HttpApi, HttpStage, Route};

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        let domains = Domains::new(region);
        for api in survey.items(name, &region.http_apis) {
            of_api(survey, name, api, &domains);
        }
    }
}

fn of_api<'a>(survey: &mut Survey<'_, 'a>, region: &str, api: &'a HttpApi, domains: &Domains<'a>) {
    let (Some(routes), Some(integrations), Some(stages)) =
        (survey.known(&api.arn, &api.routes), survey.known(&api.arn, &api.integrations), survey.known(&api.arn, &api.stages))
    else {
        return;
    };
    let authorizers = survey.known(&api.arn, &api.authorizers).map_or(&[][..], Vec::as_slice);
    // Whoever got a connection sends messages: only connecting is authorized.
    let connect = routes.iter().find(|route| api.protocol == "WEBSOCKET" && route.key == "$connect");
    for stage in stages {
        let door = domains.door(&api.id, api.execute_api_disabled, &stage.name);
        for route in routes {
            let Some(integration) = route.integration.as_ref().and_then(|id| integrations.get(id)) else { continue };
            if integration.kind == "MOCK" {
                continue;
            }
            let is_socket = api.protocol == "WEBSOCKET";
            let judged = if is_socket { connect } else { Some(route) };
            let gate = gate(survey, region, api, stage, route, judged, authorizers);
            match &door {
                Ok(Some(door)) => survey.enter(&gate, door.clone()),
                Ok(None) => {}
                Err(gap) => survey.hide(&gate.node, gap),
            }
            survey.answer(&gate, integration);
        }
    }
}

/// The route in a stage, authorized as `judged` is; without that, not at all.
fn gate<'g>(
    survey: &Survey<'_, '_>,
    region: &str,
    api: &'g HttpApi,
    stage: &'g HttpStage,
    route: &'g Route,
    judged: Option<&'g Route>,
    authorizers: &'g [Authorizer],
) -> Gate<'g> {
    let at = |rest: &str| survey.route(region, &api.id, &format!("{}/{rest}", stage.name));
    let (node, sources) = match route.key.split_once(' ') {
        Some(("ANY", path)) => {
            (at(&format!("ANY{path}")), ["GET", "POST", "PUT", "DELETE", "ANY"].iter().map(|verb| at(&format!("{verb}{path}"))).collect())
        }
        Some((verb, path)) => (at(&format!("{verb}{path}")), vec![at(&format!("{verb}{path}"))]),
        // What no other route takes comes with the method and path of the request, or with the key alone.
        None if route.key == "$default" && api.protocol != "WEBSOCKET" => (at("$default"), vec![at("$default"), at("GET/palisade")]),
        None => (at(&route.key), vec![at(&route.key)]),
    };
    let named = |id: &String| authorizers.iter().find(|authorizer| *id == authorizer.id);
    Gate {
        node,
        sources,
        variables: &stage.variables,
        api_key_required: judged.is_some_and(|judged| judged.api_key_required) || route.api_key_required,
        authorization: judged.map_or("NONE", |judged| &judged.authorization_type),
        authorizer: judged.and_then(|judged| judged.authorizer.as_ref()).and_then(named),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::with_function,
        model::{Arn, Authorizer, Fact, Gap, HttpApi, HttpStage, Integration, JwtIssuer, Posture, Route},
        paths::entry::testing::{FUNCTION, for_service, gaps, grant, region, steps, user_pool},
    };

    const API: &str = "arn:aws:execute-api:eu-west-1:123456789012:a1/$default";

    fn route(key: &str, authorization: &str) -> Route {
        Route {
            id: key.to_owned(),
            key: key.to_owned(),
            authorization_type: authorization.to_owned(),
            authorizer: Some("auth".to_owned()),
            api_key_required: false,
            integration: Some("i1".to_owned()),
            models: [].into(),
            parameters: [].into(),
        }
    }

    fn with(protocol: &str, routes: Vec<Route>) -> Posture {
        let mut posture = with_function(|_| ());
        grant(&mut posture, &for_service("apigateway.amazonaws.com", "lambda:InvokeFunction"));
        let integration =
            Integration { kind: "AWS_PROXY".to_owned(), function: Some(Arn::new(FUNCTION)), calls: None, timeout_millis: None };
        let authorizer = Authorizer {
            id: "auth".to_owned(),
            name: "auth".to_owned(),
            kind: "JWT".to_owned(),
            identity_sources: Vec::new(),
            ttl_seconds: None,
            function: None,
            user_pools: Vec::new(),
            issuers: vec![JwtIssuer {
                issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcDeFgHi".to_owned(),
                audiences: Vec::new(),
            }],
        };
        region(&mut posture).http_apis.items.push(HttpApi {
            arn: Arn::new("arn:aws:apigateway:eu-west-1::/apis/a1"),
            id: "a1".to_owned(),
            name: "shop".to_owned(),
            protocol: protocol.to_owned(),
            execute_api_disabled: false,
            cors: None,
            tags: [].into(),
            routes: Fact::Known(routes),
            integrations: Fact::Known([("i1".to_owned(), integration)].into()),
            authorizers: Fact::Known(vec![authorizer]),
            stages: Fact::Known(vec![HttpStage {
                name: "$default".to_owned(),
                access_log: None,
                client_certificate: None,
                default_settings: None,
                settings: [].into(),
                variables: [].into(),
                tags: [].into(),
            }]),
        });
        posture
    }

    #[test]
    fn anyone_calls_an_open_route_and_no_other() {
        let posture = with("HTTP", vec![route("GET /orders", "NONE"), route("POST /orders", "AWS_IAM")]);
        let expected = [
            format!("internet -> {API}/GET/orders Send open-api-route"),
            format!("{API}/GET/orders -> {FUNCTION} Send api-integration"),
            format!("{API}/POST/orders -> {FUNCTION} Send api-integration"),
        ];
        assert_eq!(steps(&posture), expected);
    }

    #[test]
    fn only_connecting_to_a_socket_is_authorized() {
        let entered = |routes| {
            let posture = with("WEBSOCKET", routes);
            steps(&posture).into_iter().filter(|step| step.starts_with("internet")).count()
        };
        assert_eq!(entered(vec![route("$connect", "AWS_IAM"), route("send", "NONE")]), 0);
        assert_eq!(entered(vec![route("$connect", "NONE"), route("send", "NONE")]), 2);
        assert_eq!(entered(vec![route("send", "NONE")]), 1);
    }

    #[test]
    fn whoever_signs_up_has_a_token() {
        let mut posture = with("HTTP", vec![route("$default", "JWT")]);
        region(&mut posture).user_pools.items.push(user_pool(true));
        assert!(steps(&posture).contains(&format!("self-signed-up-user -> {API}/$default Send self-sign-up")));
        region(&mut posture).user_pools.items = vec![user_pool(false)];
        assert_eq!(steps(&posture), [format!("{API}/$default -> {FUNCTION} Send api-integration")]);
        region(&mut posture).user_pools.items[0].settings = Gap::denied("cognito-idp:DescribeUserPool", "no").into();
        assert!(gaps(&posture).contains(&format!("{API}/$default cognito-idp:DescribeUserPool")));
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut posture = with("HTTP", vec![route("$default", "NONE")]);
        region(&mut posture).http_apis.items[0].routes = Gap::denied("apigateway:GET", "no").into();
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec!["arn:aws:apigateway:eu-west-1::/apis/a1 apigateway:GET".to_owned()]));
    }
}
