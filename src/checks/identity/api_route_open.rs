//! IA-018: routes of an HTTP or WebSocket API answer whoever asks.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict, open_routes::lets_in_http},
    model::{Gap, HttpApi, Region, Route, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-018",
    slug: "api-route-open",
    title: "Routes of HTTP and WebSocket APIs ask who calls them",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "HTTP APIs have no policy that could keep strangers out: a route without authorization is the internet's.",
    how: "AuthorizationType of a route that has an integration is NONE and it takes no API key; of a WebSocket API only $connect counts, as \
          it asks once for all, unless there is no such route. APIs that are deployed nowhere, or whose endpoint is switched off without a domain, are left alone.",
    links: Links { security_hub: &["APIGateway.8"], owasp: &["S2"], csa: &["SAS-2"], csf: &["PR.AA"], attack: &["T1190"], ..Links::NONE },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET"],
        provider: "AWS API Gateway checks signatures and tokens where a route asks for them, and a route asks for nothing unless told",
        avoids: &[
            "Routes that lead to no integration",
            "Messages of a WebSocket API that asks who calls when it is opened",
            "APIs that are deployed nowhere, and endpoints that are switched off",
            "Routes that take an API key: IA-019 judges those",
        ],
        cli: "aws apigatewayv2 get-routes --api-id <API_ID> --region <REGION>
aws apigatewayv2 update-route --api-id <API_ID> --route-id <ROUTE_ID> --authorization-type JWT --authorizer-id <AUTHORIZER_ID> --region <REGION>",
        cloudformation: "# A route of a WebSocket API takes AWS_IAM or CUSTOM, and $connect alone.
Type: AWS::ApiGatewayV2::Route
Properties:
  AuthorizationType: JWT
  AuthorizerId: !Ref <AUTHORIZER>",
        terraform: r#"resource "aws_apigatewayv2_route" "<NAME>" {
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.<AUTHORIZER>.id
}"#,
        undo: "aws apigatewayv2 update-route --api-id <API_ID> --route-id <ROUTE_ID> --authorization-type NONE --region <REGION>",
    },
};

/// How many routes a finding shows.
const SHOWN: usize = 5;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.http_apis, judge)
}

fn judge(region: &Region, api: &HttpApi) -> Result<Ruling, Gap> {
    if !lets_in_http(region, api)? {
        return Ok(Ruling::NotApplicable);
    }
    let all = api.routes.known()?;
    // A WebSocket asks once, when it is opened; without that route it asks nobody.
    let asks_once = api.protocol == "WEBSOCKET" && all.iter().any(|route| route.key == "$connect");
    let is_asked = |route: &&Route| if asks_once { route.key == "$connect" } else { route.integration.is_some() };
    let routes: Vec<&Route> = all.iter().filter(is_asked).collect();
    let open: Vec<&Route> = routes.iter().copied().filter(|route| route.authorization_type == "NONE" && !route.api_key_required).collect();
    let Some(first) = open.first() else {
        return Ok(if routes.is_empty() { Ruling::NotApplicable } else { Ruling::Pass });
    };
    let shown = open.iter().take(SHOWN);
    let evidence = shown.map(|route| Evidence::field("apigateway:GET", format!("{} AuthorizationType", route.key), "NONE")).collect();
    let more = open.len() - 1;
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Ok(Ruling::fail(format!("{}{more} of the API {} answer whoever asks", first.key, api.name), evidence))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let region = context.posture.regions.get(&*verdict.region)?;
    let api = crate::model::find(&region.http_apis, &verdict.resource)?;
    let call = |kind: &str| {
        Call::new("apigatewayv2", "update-route", &*verdict.region)
            .with("api-id", api.id.as_str())
            .ask("route-id", "id of the route: aws apigatewayv2 get-routes")
            .with("authorization-type", kind)
    };
    // WebSocket APIs know no tokens.
    let step = match api.protocol.as_str() {
        "WEBSOCKET" => call("AWS_IAM"),
        _ => call("JWT").ask("authorizer-id", "id of an authorizer: aws apigatewayv2 get-authorizers"),
    };
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Let the routes ask who calls")
            .step("Callers without credentials are refused from then on")
            .step(step)
            .undo(call("NONE")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            testing::{Says, ask, cases, denied},
            testing_api::{route, with_http_api},
        },
        model::{Fact, HttpApi, Posture, Route},
    };

    fn api(key: &str, change: impl FnOnce(&mut HttpApi, &mut Route)) -> Posture {
        with_http_api(|api| {
            let mut route = route(key);
            change(api, &mut route);
            if let Fact::Known(routes) = &mut api.routes {
                routes.push(route);
            }
        })
    }

    #[test]
    fn rules() {
        let socket = |api: &mut HttpApi| api.protocol = "WEBSOCKET".to_owned();
        cases(
            &CHECK,
            [
                ("open", api("GET /orders", |_, _| ()), Says::Fail),
                ("asks for a token", api("GET /orders", |_, route| route.authorization_type = "JWT".to_owned()), Says::Pass),
                ("an API key", api("GET /orders", |_, route| route.api_key_required = true), Says::Pass),
                ("leads nowhere", api("GET /orders", |_, route| route.integration = None), Says::NotApplicable),
                ("switched off", api("GET /orders", |api, _| api.execute_api_disabled = true), Says::NotApplicable),
                ("nowhere deployed", api("GET /orders", |api, _| api.stages = Fact::Known(Vec::new())), Says::NotApplicable),
                ("a socket that asks nobody", api("$connect", |api, _| socket(api)), Says::Fail),
                ("a socket without a door", api("send", |api, _| socket(api)), Says::Fail),
                (
                    "a message of a socket that asks",
                    api("$connect", |api, route| {
                        socket(api);
                        let message = self::route("send");
                        route.authorization_type = "AWS_IAM".to_owned();
                        if let Fact::Known(routes) = &mut api.routes {
                            routes.push(message);
                        }
                    }),
                    Says::Pass,
                ),
                ("routes not read", api("x", |api, _| api.routes = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
