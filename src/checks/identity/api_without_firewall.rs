//! IA-022: nothing filters what strangers send to an API.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict, open_routes::lets_in_rest},
    model::Source,
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-022",
    slug: "api-without-firewall",
    title: "APIs that strangers reach stand behind AWS WAF",
    layer: Layer::Identity,
    severity: Severity::Medium,
    why: "A web ACL takes off the broad noise, such as known exploits and floods from one address, before it reaches a function, and is \
          the one place where a hole can be shut within minutes while the code is being mended.",
    how: "webAclArn of a REST API's stage, or wafWebAclArn of a global GraphQL API, is empty, and strangers get as far as it. HTTP and \
          WebSocket APIs are left alone, as WAF cannot be put before them. Whether a CloudFront distribution with a web ACL is the only \
          way in is not read: then this is a false alarm. User pools are not judged: their web ACL is not collected.",
    links: Links { security_hub: &["APIGateway.4"], owasp: &["S1"], csf: &["PR.IR"], ..Links::NONE },
    reads: &[Source::ApiGateway, Source::AppSync],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET", "appsync:ListGraphqlApis"],
        provider: "AWS absorbs floods of packets before its endpoints by itself (Shield Standard); what requests say is looked at only \
                   where a web ACL of yours is",
        avoids: &[
            "HTTP and WebSocket APIs, before which AWS WAF cannot stand",
            "Private APIs, and GraphQL APIs that answer within networks only",
        ],
        cli: "aws wafv2 list-web-acls --scope REGIONAL --region <REGION>
aws wafv2 associate-web-acl --web-acl-arn <WEB_ACL_ARN> --resource-arn <STAGE_OR_API_ARN> --region <REGION>",
        cloudformation: "Type: AWS::WAFv2::WebACLAssociation
Properties:
  ResourceArn: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/<API_ID>/stages/<STAGE_NAME>
  WebACLArn: !GetAtt <WEB_ACL>.Arn",
        terraform: r#"resource "aws_wafv2_web_acl_association" "<NAME>" {
  resource_arn = aws_api_gateway_stage.<STAGE>.arn
  web_acl_arn  = aws_wafv2_web_acl.<WEB_ACL>.arn
}"#,
        undo: "aws wafv2 disassociate-web-acl --resource-arn <STAGE_OR_API_ARN> --region <REGION>",
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
            let Some(stage) = api.stages.known()?.iter().find(|stage| stage.web_acl.is_none()) else { return Ok(Ruling::Pass) };
            let message = format!("The stage {} of the API {} has no web ACL before it", stage.name, api.name);
            Ok(Ruling::fail(message, vec![Evidence::field("apigateway:GET", format!("{} webAclArn", stage.name), "none")]))
        },
    );
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.graphql_apis,
        |_, api| {
            if api.visibility.as_deref() == Some("PRIVATE") {
                return Ok(Ruling::NotApplicable);
            }
            if api.web_acl.is_some() {
                return Ok(Ruling::Pass);
            }
            let message = format!("The GraphQL API {} has no web ACL before it", api.name);
            Ok(Ruling::fail(message, vec![Evidence::field("appsync:ListGraphqlApis", "wafWebAclArn", "none")]))
        },
    ));
    verdicts
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call = |operation: &'static str| Call::new("wafv2", operation, &*verdict.region);
    let stage = |call: Call| match verdict.resource.service() {
        "apigateway" => call.ask("resource-arn", "ARN of the stage: that of the API with /stages/NAME behind it"),
        _ => call.with("resource-arn", verdict.resource.as_str()),
    };
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Put a web ACL before it")
            .step("Let its rules count for a week before they block: what they would have refused is in its metrics")
            .step(stage(call("associate-web-acl").ask("web-acl-arn", "ARN of a regional web ACL")))
            .undo(stage(call("disassociate-web-acl"))),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            testing::{REGION, Says, ask, cases, denied, empty},
            testing_api::{with_http_api, with_rest_api},
        },
        model::{Arn, Fact, GraphqlApi, Posture},
    };

    fn acl() -> Option<Arn> {
        Some(Arn::from("arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1"))
    }

    fn graphql(change: impl FnOnce(&mut GraphqlApi)) -> Posture {
        let mut posture = empty();
        let mut api = crate::checks::testing_api::graphql_api("g1");
        change(&mut api);
        posture.regions.get_mut(REGION).expect("the Region").graphql_apis.items.push(api);
        posture
    }

    #[test]
    fn rules() {
        let guarded = with_rest_api(|api| {
            if let Fact::Known(stages) = &mut api.stages {
                stages[0].web_acl = acl();
            }
        });
        cases(
            &CHECK,
            [
                ("none", with_rest_api(|_| ()), Says::Fail),
                ("one", guarded, Says::Pass),
                ("private", with_rest_api(|api| api.endpoint_types = vec!["PRIVATE".to_owned()]), Says::NotApplicable),
                ("GraphQL without", graphql(|_| ()), Says::Fail),
                ("GraphQL with one", graphql(|api| api.web_acl = acl()), Says::Pass),
                ("GraphQL in a network", graphql(|api| api.visibility = Some("PRIVATE".to_owned())), Says::NotApplicable),
                ("not read", with_rest_api(|api| api.stages = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &with_http_api(|_| ())).is_empty(), "WAF cannot be put before it");
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
