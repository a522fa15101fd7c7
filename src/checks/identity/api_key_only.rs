//! IA-019: an API key is all that a method or route asks for.

use crate::{
    checks::{
        Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict,
        open_routes::{entrance_of_rest, lets_in_http},
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
    guide: Guide::NONE,
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(
        &CHECK,
        |region| &region.rest_apis,
        |region, api| {
            let Some(policy) = entrance_of_rest(context, region, api)? else { return Ok(Ruling::NotApplicable) };
            let methods = api.methods.known()?.iter().filter(|method| method.api_key_required);
            let keyed = methods.map(|method| (format!("{} {}", method.method, method.path), method.authorization_type == "NONE"));
            judge(&api.name, keyed, policy)
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
            judge(&api.name, routes.map(|route| (route.key.clone(), route.authorization_type == "NONE")), None)
        },
    ));
    verdicts
}

/// `keyed` are those that take a key, and whether they take nothing else.
fn judge(api: &str, keyed: impl Iterator<Item = (String, bool)>, policy: Option<Evidence>) -> Result<Ruling, Gap> {
    let keyed: Vec<(String, bool)> = keyed.collect();
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
        model::{Fact, Posture, RestMethod},
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

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("a key alone", method(|_| ()), Says::Fail),
                ("and a signature", method(|method| method.authorization_type = "AWS_IAM".to_owned()), Says::Pass),
                ("no key", method(|method| method.api_key_required = false), Says::NotApplicable),
                ("a socket with a key alone", socket("NONE"), Says::Fail),
                ("a socket that asks more", socket("CUSTOM"), Says::Pass),
                ("not read", with_rest_api(|api| api.methods = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
