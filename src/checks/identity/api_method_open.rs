//! IA-017: methods of a REST API answer whoever asks.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict, open_routes::entrance_of_rest},
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
    how: "authorizationType of a method is NONE and it takes no API key, nothing of the API's policy keeps strangers out, its endpoint is \
          reachable and it is deployed. Methods that answer by themselves (MOCK), as OPTIONS does for CORS, private APIs and APIs whose \
          endpoint is switched off without a domain are left alone. Methods behind an API key alone are judged by IA-019.",
    links: Links { owasp: &["S2"], csa: &["SAS-2"], csf: &["PR.AA"], attack: &["T1190"], ..Links::NONE },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide::NONE,
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
    let Some(policy) = entrance_of_rest(context, region, api)? else { return Ok(Ruling::NotApplicable) };
    let methods: Vec<&RestMethod> = api.methods.known()?.iter().filter(|method| is_answered(method)).collect();
    let open: Vec<&RestMethod> =
        methods.iter().copied().filter(|method| method.authorization_type == "NONE" && !method.api_key_required).collect();
    let Some(first) = open.first() else {
        return Ok(if methods.is_empty() { Ruling::NotApplicable } else { Ruling::Pass });
    };
    let shown = open.iter().take(SHOWN);
    let mut evidence: Vec<Evidence> = shown
        .map(|method| Evidence::field("apigateway:GET", format!("{} {} authorizationType", method.method, method.path), "NONE"))
        .collect();
    evidence.extend(policy);
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
                ("methods not read", api(|api| api.methods = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
