//! DP-016: a domain name or an API still takes TLS 1.0 and 1.1.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{ApiDomain, Gap, RestApi, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-016",
    slug: "old-tls-accepted",
    title: "APIs take TLS 1.2 and newer only",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "TLS 1.0 and 1.1 allow ciphers that are broken, and somebody on the way can talk both sides down to them. Browsers gave them up \
          in 2020.",
    how: "securityPolicy of a custom domain name, or of a REST API's own endpoint, is TLS_1_0. TLS_1_2 and every SecurityPolicy_TLS12 or \
          SecurityPolicy_TLS13 are newer. Domain names that lead to no API, endpoints that are switched off and private ones, which take \
          TLS 1.2 alone, are left alone; HTTP APIs never take older ones at their own endpoint.",
    links: Links { csf: &["PR.DS"], owasp: &["S3", "S6"], ..Links::NONE },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET"],
        provider: "AWS ends the TLS of its endpoints by the security policy that you choose, and keeps older policies for the names that \
                   have them",
        avoids: &[
            "A domain name that leads to no API",
            "An endpoint of an API that is switched off, or private",
            "Any policy from TLS 1.2 up, the SecurityPolicy_TLS12 and SecurityPolicy_TLS13 ones included",
            "An HTTP API at its own endpoint",
        ],
        cli: "aws apigateway update-domain-name --domain-name <DOMAIN_NAME> --patch-operations op=replace,path=/securityPolicy,value=TLS_1_2 --region <REGION>\n\
aws apigateway update-rest-api --rest-api-id <API_ID> --patch-operations op=replace,path=/securityPolicy,value=TLS_1_2 --region <REGION>\n\
aws apigateway create-deployment --rest-api-id <API_ID> --stage-name <STAGE_NAME> --region <REGION>",
        cloudformation: "Domain:
  Type: AWS::ApiGateway::DomainName
  Properties:
    SecurityPolicy: TLS_1_2
Api:
  Type: AWS::ApiGateway::RestApi
  Properties:
    SecurityPolicy: TLS_1_2",
        terraform: r#"resource "aws_api_gateway_domain_name" "<NAME>" {
  domain_name     = "<DOMAIN_NAME>"
  security_policy = "TLS_1_2"
}"#,
        undo: "aws apigateway update-domain-name --domain-name <DOMAIN_NAME> --patch-operations op=replace,path=/securityPolicy,value=TLS_1_0 --region <REGION>\n\
aws apigateway update-rest-api --rest-api-id <API_ID> --patch-operations op=replace,path=/securityPolicy,value=TLS_1_0 --region <REGION>",
    },
};

/// The policy that takes TLS 1.0 and up.
const OLD: &str = "TLS_1_0";

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(&CHECK, |region| &region.api_domains, |_, domain| of_domain(domain));
    verdicts.extend(context.each(&CHECK, |region| &region.rest_apis, |_, api| of_api(api)));
    verdicts
}

/// Whether `policy` takes TLS 1.2 and newer only.
fn is_new(policy: Option<&str>) -> Result<bool, Gap> {
    let policy = policy.ok_or_else(|| Gap::failed("apigateway:GET", "the answer does not say securityPolicy"))?;
    let new =
        |policy: &str| ["TLS_1_2", "TLS_1_3", "SecurityPolicy_TLS12", "SecurityPolicy_TLS13"].iter().any(|new| policy.starts_with(new));
    match policy {
        OLD => Ok(false),
        policy if new(policy) => Ok(true),
        other => Err(Gap::failed("apigateway:GET", format!("the security policy {other} is not known here"))),
    }
}

fn of_domain(domain: &ApiDomain) -> Result<Ruling, Gap> {
    // Routing rules lead to APIs as well, and are not read.
    let by_rules = domain.routing_mode.as_deref().is_some_and(|mode| mode.starts_with("ROUTING_RULE"));
    let leads_nowhere = !by_rules && domain.mappings.known().is_ok_and(Vec::is_empty);
    if leads_nowhere {
        return Ok(Ruling::NotApplicable);
    }
    judge(domain.security_policy.as_deref(), &format!("The domain name {}", domain.name))
}

fn of_api(api: &RestApi) -> Result<Ruling, Gap> {
    let is_private = !api.endpoint_types.is_empty() && api.endpoint_types.iter().all(|kind| kind == "PRIVATE");
    if api.execute_api_disabled || is_private {
        return Ok(Ruling::NotApplicable);
    }
    judge(api.security_policy.as_deref(), &format!("The endpoint of the API {}", api.name))
}

fn judge(policy: Option<&str>, called: &str) -> Result<Ruling, Gap> {
    if is_new(policy)? {
        return Ok(Ruling::Pass);
    }
    Ok(Ruling::fail(format!("{called} takes TLS 1.0 and 1.1"), vec![Evidence::field("apigateway:GET", "securityPolicy", OLD)]))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let region = context.posture.regions.get(&*verdict.region)?;
    let patch = |value: &str| format!("op=replace,path=/securityPolicy,value={value}");
    let plan = Plan::new(Effort::OneKey, Risk::Careful, "Take TLS 1.2 and newer only")
        .step("Callers that know nothing newer are refused: the access log has $context.tlsVersion of those who come");
    if let Some(domain) = crate::model::find(&region.api_domains, &verdict.resource) {
        let call = |value: &str| {
            Call::new("apigateway", "update-domain-name", &*verdict.region)
                .with("domain-name", domain.name.as_str())
                .with("patch-operations", patch(value))
        };
        return Some(plan.step(call("TLS_1_2")).undo(call(OLD)));
    }
    let api = crate::model::find(&region.rest_apis, &verdict.resource)?;
    let call = |value: &str| {
        Call::new("apigateway", "update-rest-api", &*verdict.region)
            .with("rest-api-id", api.id.as_str())
            .with("patch-operations", patch(value))
    };
    Some(plan.step(call("TLS_1_2")).undo(call(OLD)).step("Deploy the API again"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            testing::{REGION, Says, ask, cases, denied, empty},
            testing_api::{api_domain, with_rest_api},
        },
        model::{ApiDomain, Fact, Gap, Listing, Posture, RestApi},
    };

    fn domain(change: impl FnOnce(&mut ApiDomain)) -> Posture {
        let mut posture = empty();
        let mut domain = api_domain("shop.example.com");
        change(&mut domain);
        posture.regions.get_mut(REGION).unwrap().api_domains.items.push(domain);
        posture
    }

    fn taking(policy: &str) -> impl FnOnce(&mut ApiDomain) {
        let policy = Some(policy.to_owned());
        |domain| domain.security_policy = policy
    }

    fn old(api: &mut RestApi) {
        api.security_policy = Some("TLS_1_0".to_owned());
    }

    #[test]
    fn rules() {
        let mut unread = empty();
        unread.regions.get_mut(REGION).unwrap().api_domains = Listing::default();
        let mut refused = empty();
        refused.regions.get_mut(REGION).unwrap().rest_apis = Listing::partial(vec![], Gap::denied("apigateway:GET", "no"));
        let unused = |domain: &mut ApiDomain| {
            taking("TLS_1_0")(domain);
            domain.mappings = Fact::Known(vec![]);
        };
        cases(
            &CHECK,
            [
                ("1.2", domain(|_| ()), Says::Pass),
                ("1.0", domain(taking("TLS_1_0")), Says::Fail),
                (
                    "1.0 at an edge",
                    domain(|domain| {
                        taking("TLS_1_0")(domain);
                        domain.endpoint_types = vec!["EDGE".to_owned()]
                    }),
                    Says::Fail,
                ),
                ("1.3 with post-quantum", domain(taking("SecurityPolicy_TLS13_1_2_PQ_2025_09")), Says::Pass),
                ("1.2 of the edge", domain(taking("SecurityPolicy_TLS12_2018_EDGE")), Says::Pass),
                ("a policy of tomorrow", domain(taking("SecurityPolicy_X_2031")), Says::Unknown),
                ("not said", domain(|domain| domain.security_policy = None), Says::Unknown),
                ("leads nowhere", domain(unused), Says::NotApplicable),
                (
                    "leads by rules",
                    domain(|domain| {
                        unused(domain);
                        domain.routing_mode = Some("ROUTING_RULE_ONLY".to_owned())
                    }),
                    Says::Fail,
                ),
                (
                    "mappings denied",
                    domain(|domain| {
                        taking("TLS_1_0")(domain);
                        domain.mappings = Gap::denied("apigateway:GET", "no").into()
                    }),
                    Says::Fail,
                ),
                ("API", with_rest_api(|_| ()), Says::Pass),
                ("API with 1.0", with_rest_api(old), Says::Fail),
                ("API that does not say", with_rest_api(|api| api.security_policy = None), Says::Unknown),
                (
                    "API whose endpoint is off",
                    with_rest_api(|api| {
                        old(api);
                        api.execute_api_disabled = true
                    }),
                    Says::NotApplicable,
                ),
                (
                    "private API",
                    with_rest_api(|api| {
                        old(api);
                        api.endpoint_types = vec!["PRIVATE".to_owned()]
                    }),
                    Says::NotApplicable,
                ),
                ("domain names unread", unread, Says::Unknown),
                ("APIs denied", refused, Says::Unknown),
            ],
        );
        assert_eq!(ask(&CHECK, &denied()).iter().map(|(_, says)| *says).collect::<Vec<_>>(), [Says::Unknown, Says::Unknown]);
    }
}
