//! IA-023: an API behind a domain of its own is open at API Gateway's address as well.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict, open_routes::has_domain},
    model::Source,
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-023",
    slug: "api-side-door",
    title: "APIs with a domain answer there only",
    layer: Layer::Identity,
    severity: Severity::Medium,
    why: "What guards the domain, such as mutual TLS, a web ACL of the distribution before it or its TLS policy, does not guard the address \
          that API Gateway gives each API: whoever knows its id walks round.",
    how: "A custom domain name leads to the API, and disableExecuteApiEndpoint is false. APIs without a domain are left alone, and so are \
          private ones, which answer within networks only.",
    links: Links { owasp: &["S6"], csf: &["PR.IR"], ..Links::NONE },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET"],
        provider: "AWS gives each API an address of its own, and keeps it open beside your domain until you switch it off",
        avoids: &[
            "APIs without a domain of their own",
            "Private APIs, which answer within networks only",
        ],
        cli: "aws apigateway update-rest-api --rest-api-id <API_ID> --patch-operations op=replace,path=/disableExecuteApiEndpoint,value=true --region <REGION>
aws apigateway create-deployment --rest-api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>
aws apigatewayv2 update-api --api-id <API_ID> --disable-execute-api-endpoint --region <REGION>",
        cloudformation: "Rest:
  Type: AWS::ApiGateway::RestApi
  Properties:
    DisableExecuteApiEndpoint: true
Http:
  Type: AWS::ApiGatewayV2::Api
  Properties:
    DisableExecuteApiEndpoint: true",
        terraform: r#"resource "aws_api_gateway_rest_api" "<NAME>" {
  disable_execute_api_endpoint = true
}

resource "aws_apigatewayv2_api" "<NAME>" {
  disable_execute_api_endpoint = true
}"#,
        undo: "aws apigateway update-rest-api --rest-api-id <API_ID> --patch-operations op=replace,path=/disableExecuteApiEndpoint,value=false --region <REGION>
aws apigateway create-deployment --rest-api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>
aws apigatewayv2 update-api --api-id <API_ID> --no-disable-execute-api-endpoint --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let judge = |disabled: bool, name: &str| {
        if disabled {
            return Ruling::Pass;
        }
        let message = format!("The API {name} answers beside its domain, at API Gateway's own address");
        Ruling::fail(message, vec![Evidence::field("apigateway:GET", "disableExecuteApiEndpoint", "false")])
    };
    let mut verdicts = context.each(
        &CHECK,
        |region| &region.rest_apis,
        |region, api| {
            let is_private = !api.endpoint_types.is_empty() && api.endpoint_types.iter().all(|kind| kind == "PRIVATE");
            if is_private || !has_domain(&region.api_domains, &api.id)? {
                return Ok(Ruling::NotApplicable);
            }
            Ok(judge(api.execute_api_disabled, &api.name))
        },
    );
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.http_apis,
        |region, api| {
            if !has_domain(&region.api_domains, &api.id)? {
                return Ok(Ruling::NotApplicable);
            }
            Ok(judge(api.execute_api_disabled, &api.name))
        },
    ));
    verdicts
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let region = context.posture.regions.get(&*verdict.region)?;
    let plan = Plan::new(Effort::OneKey, Risk::Careful, "Answer at the domain only")
        .step("Who still calls API Gateway's address is in the access log: $context.domainName");
    if let Some(api) = crate::model::find(&region.rest_apis, &verdict.resource) {
        let call = |value: &str| {
            Call::new("apigateway", "update-rest-api", &*verdict.region)
                .with("rest-api-id", api.id.as_str())
                .with("patch-operations", format!("op=replace,path=/disableExecuteApiEndpoint,value={value}"))
        };
        return Some(plan.step(call("true")).undo(call("false")).step("Deploy the API again"));
    }
    let api = crate::model::find(&region.http_apis, &verdict.resource)?;
    let call = || Call::new("apigatewayv2", "update-api", &*verdict.region).with("api-id", api.id.as_str());
    Some(plan.step(call().flag("disable-execute-api-endpoint")).undo(call().flag("no-disable-execute-api-endpoint")))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            testing::{Says, ask, cases, denied},
            testing_api::{api_domain, with_http_api, with_rest_api},
        },
        model::{ApiDomain, Fact, Posture, RestApi},
    };

    fn behind(change: impl FnOnce(&mut RestApi, &mut ApiDomain)) -> Posture {
        let mut domain = api_domain("shop.example.com");
        let mut posture = with_rest_api(|api| change(api, &mut domain));
        posture.regions.values_mut().next().expect("a Region").api_domains.items.push(domain);
        posture
    }

    #[test]
    fn rules() {
        let mut http = with_http_api(|api| api.id = "a1".to_owned());
        http.regions.values_mut().next().expect("a Region").api_domains.items.push(api_domain("shop.example.com"));
        cases(
            &CHECK,
            [
                ("both doors", behind(|_, _| ()), Says::Fail),
                ("one door", behind(|api, _| api.execute_api_disabled = true), Says::Pass),
                ("no domain", with_rest_api(|_| ()), Says::NotApplicable),
                ("a domain of another", behind(|api, _| api.id = "b2".to_owned()), Says::NotApplicable),
                ("private", behind(|api, _| api.endpoint_types = vec!["PRIVATE".to_owned()]), Says::NotApplicable),
                ("an HTTP API", http, Says::Fail),
                ("mappings not read", behind(|_, domain| domain.mappings = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
