//! IA-020: an authorizer lets in more than it looked at.

use crate::{
    checks::{Check, Confidence, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Authorizer, Gap, Source},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-020",
    slug: "authorizer-weak",
    title: "Authorizers judge each caller for what he asks",
    layer: Layer::Identity,
    severity: Severity::Medium,
    why: "A cached answer is given to every call that looks the same to the gateway. Where the gateway does not look at who calls, or at \
          what is asked, one caller's answer is everybody's. A token that was made for another application is let in as well.",
    how: "Of authorizers that a method or route uses: a REQUEST authorizer that caches and has no identity source; one that caches and \
          whose identity sources have neither path nor method while several routes use it (a heuristic: its answers may be for one route \
          alone); a JWT authorizer without an audience. Authorizers with a TTL of zero are not cached, and TOKEN and Cognito authorizers \
          look at the token.",
    links: Links { owasp: &["S2"], csa: &["SAS-2"], csf: &["PR.AA"], ..Links::NONE },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET"],
        provider: "AWS API Gateway asks an authorizer as it is set up, and gives a cached answer to every call whose identity sources \
                   are the same",
        avoids: &[
            "An authorizer whose answers are not cached",
            "An authorizer that one route uses, or whose identity sources hold the path or the method",
            "TOKEN and Cognito authorizers, which look at the token",
            "An authorizer that nothing uses",
        ],
        cli: "aws apigateway update-authorizer --rest-api-id <API_ID> --authorizer-id <AUTHORIZER_ID> --patch-operations op=replace,path=/authorizerResultTtlInSeconds,value=0 --region <REGION>
aws apigateway create-deployment --rest-api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>
aws apigatewayv2 update-authorizer --api-id <API_ID> --authorizer-id <AUTHORIZER_ID> --authorizer-result-ttl-in-seconds 0 --region <REGION>
aws apigatewayv2 update-authorizer --api-id <API_ID> --authorizer-id <AUTHORIZER_ID> --jwt-configuration Audience=<CLIENT_ID>,Issuer=<ISSUER_URL> --region <REGION>",
        cloudformation: "Rest:
  Type: AWS::ApiGateway::Authorizer
  Properties:
    AuthorizerResultTtlInSeconds: 0
Http:
  Type: AWS::ApiGatewayV2::Authorizer
  Properties:
    JwtConfiguration:
      Audience: [<CLIENT_ID>]
      Issuer: <ISSUER_URL>",
        terraform: r#"resource "aws_api_gateway_authorizer" "<NAME>" {
  authorizer_result_ttl_in_seconds = 0
}

resource "aws_apigatewayv2_authorizer" "<NAME>" {
  jwt_configuration {
    audience = ["<CLIENT_ID>"]
    issuer   = "<ISSUER_URL>"
  }
}"#,
        undo: "aws apigateway update-authorizer --rest-api-id <API_ID> --authorizer-id <AUTHORIZER_ID> --patch-operations op=replace,path=/authorizerResultTtlInSeconds,value=<OLD_SECONDS> --region <REGION>
aws apigatewayv2 update-authorizer --api-id <API_ID> --authorizer-id <AUTHORIZER_ID> --authorizer-result-ttl-in-seconds <OLD_SECONDS> --region <REGION>",
    },
};

/// Seconds for which REST APIs keep an answer unless told otherwise (API Gateway API reference, `CreateAuthorizer`).
const REST_TTL: u32 = 300;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(
        &CHECK,
        |region| &region.rest_apis,
        |_, api| {
            let methods = api.methods.known()?;
            let users = |id: &str| methods.iter().filter(|method| method.authorizer.as_deref() == Some(id)).count();
            judge(&api.name, api.authorizers.known()?, REST_TTL, users)
        },
    );
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.http_apis,
        |_, api| {
            let routes = api.routes.known()?;
            let users = |id: &str| routes.iter().filter(|route| route.authorizer.as_deref() == Some(id)).count();
            judge(&api.name, api.authorizers.known()?, 0, users)
        },
    ));
    verdicts
}

fn judge(api: &str, authorizers: &[Authorizer], default_ttl: u32, users: impl Fn(&str) -> usize) -> Result<Ruling, Gap> {
    let used: Vec<(&Authorizer, usize)> =
        authorizers.iter().map(|authorizer| (authorizer, users(&authorizer.id))).filter(|(_, users)| *users > 0).collect();
    if used.is_empty() {
        return Ok(Ruling::NotApplicable);
    }
    let mut faults = used.iter().filter_map(|(authorizer, users)| fault(authorizer, default_ttl, *users));
    let Some((first, field, value, confidence)) = faults.next() else { return Ok(Ruling::Pass) };
    // What is certain comes first.
    let (message, field, value, confidence) = match confidence {
        Confidence::Proven => (first, field, value, confidence),
        Confidence::Heuristic => faults.find(|fault| fault.3 == Confidence::Proven).unwrap_or((first, field, value, confidence)),
    };
    let evidence = vec![Evidence::field("apigateway:GET", field, value)];
    Ok(Fault { confidence, ..Fault::new(format!("Of the API {api}, {message}"), evidence) }.into())
}

/// What is wrong with it: in words, the field, its value, and how sure that is.
fn fault(authorizer: &Authorizer, default_ttl: u32, users: usize) -> Option<(String, String, String, Confidence)> {
    let name = &authorizer.name;
    if authorizer.kind == "JWT" {
        let lax = authorizer.issuers.iter().find(|issuer| issuer.audiences.is_empty())?;
        let message = format!("the authorizer {name} takes tokens that were made for any application");
        return Some((message, format!("{name} JwtConfiguration.Audience of {}", lax.issuer), "none".to_owned(), Confidence::Proven));
    }
    let ttl = authorizer.ttl_seconds.unwrap_or(default_ttl);
    if authorizer.kind != "REQUEST" || ttl == 0 {
        return None;
    }
    if authorizer.identity_sources.is_empty() {
        let message = format!("the authorizer {name} gives everybody the answer of whoever came first, for {ttl} seconds");
        return Some((message, format!("{name} identitySource"), "none".to_owned(), Confidence::Proven));
    }
    let tells_apart =
        |source: &String| ["path", "routeKey", "httpMethod", "resourceId", "resourcePath"].iter().any(|word| source.contains(word));
    if users < 2 || authorizer.identity_sources.iter().any(tells_apart) {
        return None;
    }
    let message = format!("the authorizer {name} may give one route's answer to {users} routes, for {ttl} seconds");
    Some((message, format!("{name} identitySource"), authorizer.identity_sources.join(", "), Confidence::Heuristic))
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    Some(
        Plan::new(Effort::Guided, Risk::Careful, "Let the authorizer look at each caller and route")
            .step("Set its TTL to 0, or add the route to its identity sources: context.path and context.httpMethod, $context.routeKey for HTTP APIs")
            .step("Or let its function return a policy for all routes that the caller may use, so that the cached answer is right for each")
            .step("JWT: name the client ids of your application as audience"),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            testing::{Says, ask, cases, denied},
            testing_api::{rest_method, route, with_http_api, with_rest_api},
        },
        model::{Authorizer, Fact, JwtIssuer, Posture},
    };

    fn authorizer(kind: &str, sources: &[&str], ttl: Option<u32>) -> Authorizer {
        Authorizer {
            id: "z1".to_owned(),
            name: "gate".to_owned(),
            kind: kind.to_owned(),
            identity_sources: sources.iter().map(|source| (*source).to_owned()).collect(),
            ttl_seconds: ttl,
            function: None,
            user_pools: Vec::new(),
            issuers: Vec::new(),
        }
    }

    fn rest(authorizer: Authorizer, users: usize) -> Posture {
        with_rest_api(|api| {
            let mut method = rest_method("GET", "/orders");
            method.authorizer = Some("z1".to_owned());
            api.methods = Fact::Known(vec![method; users]);
            api.authorizers = Fact::Known(vec![authorizer]);
        })
    }

    fn jwt(audiences: &[&str]) -> Posture {
        with_http_api(|api| {
            let mut route = route("GET /orders");
            route.authorizer = Some("z1".to_owned());
            api.routes = Fact::Known(vec![route]);
            let audiences = audiences.iter().map(|audience| (*audience).to_owned()).collect();
            let issuers = vec![JwtIssuer { issuer: "https://id.example.com".to_owned(), audiences }];
            api.authorizers = Fact::Known(vec![Authorizer { issuers, ..authorizer("JWT", &[], None) }]);
        })
    }

    #[test]
    fn rules() {
        let header = "method.request.header.Authorization";
        cases(
            &CHECK,
            [
                ("cached for everybody", rest(authorizer("REQUEST", &[], None), 1), Says::Fail),
                ("asked each time", rest(authorizer("REQUEST", &[], Some(0)), 1), Says::Pass),
                ("cached for one route", rest(authorizer("REQUEST", &[header], None), 1), Says::Pass),
                ("cached over routes", rest(authorizer("REQUEST", &[header], None), 2), Says::Fail),
                ("cached by route", rest(authorizer("REQUEST", &[header, "context.path"], None), 2), Says::Pass),
                ("a token", rest(authorizer("TOKEN", &[header], None), 2), Says::Pass),
                ("a user pool", rest(authorizer("COGNITO_USER_POOLS", &[header], None), 2), Says::Pass),
                ("used by nothing", rest(authorizer("REQUEST", &[], None), 0), Says::NotApplicable),
                ("any audience", jwt(&[]), Says::Fail),
                ("an audience", jwt(&["shop"]), Says::Pass),
                ("not read", with_rest_api(|api| api.authorizers = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
