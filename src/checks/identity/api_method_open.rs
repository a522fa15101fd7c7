//! IA-017: methods of a REST API answer whoever asks.

use crate::{
    checks::{
        Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict,
        open_routes::{lets_in_rest, way_to},
    },
    model::{Gap, Region, RestApi, RestMethod, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-017",
    slug: "api-method-open",
    title: "Methods of REST APIs ask who calls them",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "What stands behind the method is open to the internet: whoever finds the address reads, writes and pays with your money.",
    how: "authorizationType of a method is NONE and it takes no API key, nothing of the API's policy keeps strangers from it, its endpoint is \
          reachable and it is deployed. Methods that answer by themselves (MOCK), as OPTIONS does for CORS, private APIs and APIs whose \
          endpoint is switched off without a domain are left alone. Methods behind an API key alone are judged by IA-019.",
    links: Links { owasp: &["S2"], csa: &["SAS-2"], csf: &["PR.AA"], attack: &["T1190"], ..Links::NONE },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET"],
        provider: "AWS API Gateway checks signatures, tokens and policies where a method asks for them, and a method asks for nothing \
                   unless told",
        avoids: &[
            "Methods that API Gateway answers by itself (MOCK), as OPTIONS does for CORS",
            "Methods that the API's own policy keeps strangers from, such as those outside of a network",
            "Private APIs, those that are deployed nowhere, and endpoints that are switched off",
            "Methods that take an API key: IA-019 judges those",
        ],
        cli: "aws apigateway get-resources --rest-api-id <API_ID> --region <REGION>
aws apigateway update-method --rest-api-id <API_ID> --resource-id <RESOURCE_ID> --http-method <METHOD> --patch-operations op=replace,path=/authorizationType,value=AWS_IAM --region <REGION>
aws apigateway create-deployment --rest-api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>",
        cloudformation: "Type: AWS::ApiGateway::Method
Properties:
  AuthorizationType: AWS_IAM",
        terraform: r#"resource "aws_api_gateway_method" "<NAME>" {
  authorization = "AWS_IAM"
}"#,
        undo: "aws apigateway update-method --rest-api-id <API_ID> --resource-id <RESOURCE_ID> --http-method <METHOD> --patch-operations op=replace,path=/authorizationType,value=NONE --region <REGION>
aws apigateway create-deployment --rest-api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>",
    },
};

/// How many methods a finding shows.
const SHOWN: usize = 5;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.rest_apis, |region, api| judge(context, region, api))
}

/// Whether somebody else than the gateway answers.
fn is_answered(method: &RestMethod) -> bool {
    method.integration.as_ref().is_some_and(|integration| integration.kind != "MOCK")
}

fn judge(context: &Context<'_>, region: &Region, api: &RestApi) -> Result<Ruling, Gap> {
    if !lets_in_rest(context, region, api)? {
        return Ok(Ruling::NotApplicable);
    }
    let methods: Vec<&RestMethod> = api.methods.known()?.iter().filter(|method| is_answered(method)).collect();
    let (mut open, mut policies): (Vec<&RestMethod>, Vec<Evidence>) = (Vec::new(), Vec::new());
    for method in methods.iter().filter(|method| method.authorization_type == "NONE" && !method.api_key_required) {
        let Some(policy) = way_to(context, api, method)? else { continue };
        open.push(method);
        policies.extend(policy.filter(|policy| !policies.contains(policy)));
    }
    let Some(first) = open.first() else {
        return Ok(if methods.is_empty() { Ruling::NotApplicable } else { Ruling::Pass });
    };
    let shown = open.iter().take(SHOWN);
    let mut evidence: Vec<Evidence> = shown
        .map(|method| Evidence::field("apigateway:GET", format!("{} {} authorizationType", method.method, method.path), "NONE"))
        .collect();
    evidence.extend(policies);
    let more = open.len() - 1;
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Ok(Ruling::fail(format!("{} {}{more} of the API {} answer whoever asks", first.method, first.path, api.name), evidence))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let region = context.posture.regions.get(&*verdict.region)?;
    let api = crate::model::find(&region.rest_apis, &verdict.resource)?;
    let call = |value: &str| {
        Call::new("apigateway", "update-method", &*verdict.region)
            .with("rest-api-id", api.id.as_str())
            .with("patch-operations", format!("op=replace,path=/authorizationType,value={value}"))
            .ask("resource-id", "id of the method's resource: aws apigateway get-resources")
            .ask("http-method", "the method")
    };
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Let the methods ask for a signature")
            .step("Callers without credentials are refused from then on: a webhook needs an authorizer that checks its signature instead")
            .step(call("AWS_IAM"))
            .undo(call("NONE"))
            .step("Deploy the API again"),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            testing::{Says, ask, cases, denied},
            testing_api::{rest_method, with_rest_api},
        },
        model::{Fact, PolicyText, Posture, RestApi},
    };

    fn api(change: impl FnOnce(&mut RestApi)) -> Posture {
        with_rest_api(|api| {
            api.methods = Fact::Known(vec![rest_method("POST", "/orders")]);
            change(api);
        })
    }

    #[test]
    fn rules() {
        let policy = |condition: &str| {
            PolicyText::new(format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"{condition}}}]}}"#
            ))
        };
        let opening = |call: &str| {
            PolicyText::new(format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:eu-west-1:123456789012:a1/{call}"}}]}}"#
            ))
        };
        let method = |change: fn(&mut crate::model::RestMethod)| {
            api(|api| {
                let mut method = rest_method("POST", "/orders");
                change(&mut method);
                api.methods = Fact::Known(vec![method]);
            })
        };
        cases(
            &CHECK,
            [
                ("open", api(|_| ()), Says::Fail),
                ("asks for a signature", method(|method| method.authorization_type = "AWS_IAM".to_owned()), Says::Pass),
                ("an API key", method(|method| method.api_key_required = true), Says::Pass),
                (
                    "the gateway answers by itself",
                    method(|method| method.integration.iter_mut().for_each(|integration| integration.kind = "MOCK".to_owned())),
                    Says::NotApplicable,
                ),
                ("private", api(|api| api.endpoint_types = vec!["PRIVATE".to_owned()]), Says::NotApplicable),
                ("switched off", api(|api| api.execute_api_disabled = true), Says::NotApplicable),
                ("nowhere deployed", api(|api| api.stages = Fact::Known(Vec::new())), Says::NotApplicable),
                ("a policy that lets anyone in", api(|api| api.policy = Some(policy(""))), Says::Fail),
                (
                    "a policy for one network",
                    api(|api| api.policy = Some(policy(r#","Condition":{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}"#))),
                    Says::NotApplicable,
                ),
                ("a policy that opens another path", api(|api| api.policy = Some(opening("prod/GET/status"))), Says::Pass),
                ("a policy that opens this path only", api(|api| api.policy = Some(opening("prod/POST/orders"))), Says::Fail),
                (
                    "a policy that opens one verb of any",
                    api(|api| {
                        api.policy = Some(opening("prod/POST/orders/*"));
                        api.methods = Fact::Known(vec![rest_method("ANY", "/orders/{id}")]);
                    }),
                    Says::Fail,
                ),
                (
                    "a policy that keeps this path for a network",
                    api(|api| {
                        api.policy = Some(PolicyText::from(
                            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:eu-west-1:123456789012:a1/*/POST/orders","Condition":{"NotIpAddress":{"aws:SourceIp":"198.51.100.0/24"}}}]}"#,
                        ));
                    }),
                    Says::Pass,
                ),
                ("methods not read", api(|api| api.methods = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
