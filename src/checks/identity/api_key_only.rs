//! IA-019: an API key is all that a method or route asks for.

use crate::{
    checks::{
        Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict,
        open_routes::{lets_in_http, lets_in_rest, way_to},
    },
    model::{Gap, Source},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-019",
    slug: "api-key-only",
    title: "An API key is not the only thing an API asks for",
    layer: Layer::Identity,
    severity: Severity::Medium,
    why: "API keys are for metering: they are the same for every call, travel in a header, end up in clients and in logs, and say nothing \
          of who calls. AWS's own documents advise against them for authorization.",
    how: "A method or route takes an API key, its authorizationType is NONE, and strangers get as far as it. Methods with an authorizer, \
          IAM or a policy that keeps strangers out beside the key are left alone.",
    links: Links { owasp: &["S2"], csa: &["SAS-2"], csf: &["PR.AA"], ..Links::NONE },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET"],
        provider: "AWS API Gateway meters by API keys and refuses calls without one; it does not take a key for proof of who calls",
        avoids: &[
            "A key beside a signature or an authorizer",
            "APIs that strangers do not reach: private ones, those that are deployed nowhere, those whose policy keeps strangers out",
        ],
        cli: "aws apigateway get-resources --rest-api-id <API_ID> --region <REGION>
aws apigateway update-method --rest-api-id <API_ID> --resource-id <RESOURCE_ID> --http-method <METHOD> --patch-operations op=replace,path=/authorizationType,value=AWS_IAM --region <REGION>
aws apigateway create-deployment --rest-api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>",
        cloudformation: "Type: AWS::ApiGateway::Method
Properties:
  ApiKeyRequired: true
  AuthorizationType: COGNITO_USER_POOLS
  AuthorizerId: !Ref <AUTHORIZER>",
        terraform: r#"resource "aws_api_gateway_method" "<NAME>" {
  api_key_required = true
  authorization    = "COGNITO_USER_POOLS"
  authorizer_id    = aws_api_gateway_authorizer.<AUTHORIZER>.id
}"#,
        undo: "aws apigateway update-method --rest-api-id <API_ID> --resource-id <RESOURCE_ID> --http-method <METHOD> --patch-operations op=replace,path=/authorizationType,value=NONE --region <REGION>
aws apigateway create-deployment --rest-api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(
        &CHECK,
        |region| &region.rest_apis,
        |region, api| {
            if !lets_in_rest(context, region, api)? {
                return Ok(Ruling::NotApplicable);
            }
            let (mut keyed, mut policy) = (Vec::new(), None);
            for method in api.methods.known()?.iter().filter(|method| method.api_key_required) {
                let way = if method.authorization_type == "NONE" { way_to(context, api, method)? } else { None };
                keyed.push((format!("{} {}", method.method, method.path), way.is_some()));
                policy = policy.or(way.flatten());
            }
            judge(&api.name, &keyed, policy)
        },
    );
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.http_apis,
        |region, api| {
            if !lets_in_http(region, api)? {
                return Ok(Ruling::NotApplicable);
            }
            let routes = api.routes.known()?.iter().filter(|route| route.api_key_required);
            let keyed: Vec<_> = routes.map(|route| (route.key.clone(), route.authorization_type == "NONE")).collect();
            judge(&api.name, &keyed, None)
        },
    ));
    verdicts
}

/// `keyed` are those that take a key, and whether strangers need nothing else.
fn judge(api: &str, keyed: &[(String, bool)], policy: Option<Evidence>) -> Result<Ruling, Gap> {
    let alone: Vec<&String> = keyed.iter().filter(|(_, alone)| *alone).map(|(name, _)| name).collect();
    let Some(first) = alone.first() else {
        return Ok(if keyed.is_empty() { Ruling::NotApplicable } else { Ruling::Pass });
    };
    let mut evidence = vec![
        Evidence::field("apigateway:GET", format!("{first} apiKeyRequired"), "true"),
        Evidence::field("apigateway:GET", format!("{first} authorizationType"), "NONE"),
    ];
    evidence.extend(policy);
    let more = alone.len() - 1;
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Ok(Ruling::fail(format!("{first}{more} of the API {api} ask for an API key and nothing else"), evidence))
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Ask who calls, and keep the key for metering")
            .step("Partners and machines: authorizationType AWS_IAM, or a JWT or Cognito authorizer with client credentials")
            .step("Webhooks: an authorizer of your own that checks the sender's signature")
            .step("Let both hold for a while, see in the access log who still comes with the key alone, then require the rest"),
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
        model::{Fact, PolicyText, Posture, RestApi, RestMethod},
    };

    fn method(change: impl FnOnce(&mut RestMethod)) -> Posture {
        with_rest_api(|api| {
            let mut method = rest_method("POST", "/orders");
            method.api_key_required = true;
            change(&mut method);
            api.methods = Fact::Known(vec![method]);
        })
    }

    fn socket(kind: &str) -> Posture {
        with_http_api(|api| {
            let mut route = route("$connect");
            route.api_key_required = true;
            route.authorization_type = kind.to_owned();
            api.routes = Fact::Known(vec![route]);
        })
    }

    fn of_api(change: impl FnOnce(&mut RestApi)) -> Posture {
        let mut posture = method(|_| ());
        change(&mut posture.regions.values_mut().next().expect("a Region").rest_apis.items[0]);
        posture
    }

    fn opening(call: &str) -> PolicyText {
        PolicyText::new(format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:eu-west-1:123456789012:a1/{call}"}}]}}"#
        ))
    }

    #[test]
    fn rules() {
        let own = PolicyText::from(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"execute-api:Invoke","Resource":"*"}]}"#,
        );
        cases(
            &CHECK,
            [
                ("a key alone", method(|_| ()), Says::Fail),
                ("and a signature", method(|method| method.authorization_type = "AWS_IAM".to_owned()), Says::Pass),
                ("no key", method(|method| method.api_key_required = false), Says::NotApplicable),
                ("private", of_api(|api| api.endpoint_types = vec!["PRIVATE".to_owned()]), Says::NotApplicable),
                ("nowhere deployed", of_api(|api| api.stages = Fact::Known(Vec::new())), Says::NotApplicable),
                ("a policy for another path", of_api(|api| api.policy = Some(opening("prod/GET/status"))), Says::Pass),
                ("a policy for this path", of_api(|api| api.policy = Some(opening("prod/POST/orders"))), Says::Fail),
                ("a policy for the account", of_api(|api| api.policy = Some(own)), Says::NotApplicable),
                ("a socket with a key alone", socket("NONE"), Says::Fail),
                ("a socket that asks more", socket("CUSTOM"), Says::Pass),
                ("not read", with_rest_api(|api| api.methods = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
