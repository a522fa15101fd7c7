//! IA-024: a GraphQL API takes API keys, or an identity pool gives credentials to guests.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::Source,
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-024",
    slug: "front-door-for-guests",
    title: "GraphQL APIs and identity pools know whom they let in",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "An API key of AppSync is in every client that uses it, and is the same for all. Guest identities are AWS credentials for whoever \
          asks: what the guests' role may do, the internet may do.",
    how: "authenticationType of a global GraphQL API, or one of its additional ones, is API_KEY; or AllowUnauthenticatedIdentities of an \
          identity pool is true and it has a role for guests. Pools without such a role give guests nothing, and are left alone.",
    links: Links { security_hub: &["AppSync.5", "Cognito.2"], owasp: &["S2"], csa: &["SAS-2"], csf: &["PR.AA"], ..Links::NONE },
    reads: &[Source::AppSync, Source::CognitoIdentity],
    run,
    fix,
    guide: Guide {
        calls: &[
            "appsync:ListGraphqlApis",
            "cognito-identity:ListIdentityPools",
            "cognito-identity:DescribeIdentityPool",
            "cognito-identity:GetIdentityPoolRoles",
        ],
        provider: "AWS lets API keys of AppSync expire after a year at most and narrows what guests get by the enhanced flow to a list of \
                   services; what a key or a guest may do there is yours",
        avoids: &[
            "An identity pool that has no role for guests, who then get nothing",
            "An identity pool that has a role for guests and does not let them in",
            "GraphQL APIs that answer within networks only",
        ],
        cli: "# Both updates take away what they are not given: fill in all that get-graphql-api and describe-identity-pool say.
aws cognito-identity describe-identity-pool --identity-pool-id <POOL_ID> --region <REGION>
aws cognito-identity update-identity-pool --cli-input-json file://pool-without-guests.json --region <REGION>
aws appsync get-graphql-api --api-id <API_ID> --region <REGION>
aws appsync update-graphql-api --cli-input-json file://api-with-user-pool.json --region <REGION>
aws appsync delete-api-key --api-id <API_ID> --id <KEY_ID> --region <REGION>",
        cloudformation: "Api:
  Type: AWS::AppSync::GraphQLApi
  Properties:
    AuthenticationType: AMAZON_COGNITO_USER_POOLS
    UserPoolConfig:
      UserPoolId: !Ref <USER_POOL>
      AwsRegion: !Ref AWS::Region
      DefaultAction: ALLOW
Pool:
  Type: AWS::Cognito::IdentityPool
  Properties:
    AllowUnauthenticatedIdentities: false",
        terraform: r#"resource "aws_appsync_graphql_api" "<NAME>" {
  authentication_type = "AMAZON_COGNITO_USER_POOLS"

  user_pool_config {
    user_pool_id   = aws_cognito_user_pool.<USER_POOL>.id
    default_action = "ALLOW"
  }
}

resource "aws_cognito_identity_pool" "<NAME>" {
  allow_unauthenticated_identities = false
}"#,
        undo: "aws cognito-identity update-identity-pool --cli-input-json file://pool-before.json --region <REGION>
aws appsync update-graphql-api --cli-input-json file://api-before.json --region <REGION>
A deleted API key is not brought back: make another with aws appsync create-api-key",
    },
};

const API_KEY: &str = "API_KEY";

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(
        &CHECK,
        |region| &region.graphql_apis,
        |_, api| {
            if api.visibility.as_deref() == Some("PRIVATE") {
                return Ok(Ruling::NotApplicable);
            }
            let pointer = match () {
                () if api.authentication == API_KEY => "authenticationType",
                () if api.additional_authentication.iter().any(|kind| kind == API_KEY) => "additionalAuthenticationProviders",
                () => return Ok(Ruling::Pass),
            };
            let message = format!("The GraphQL API {} lets in whoever has its API key", api.name);
            Ok(Ruling::fail(message, vec![Evidence::field("appsync:ListGraphqlApis", pointer, API_KEY)]))
        },
    );
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.identity_pools,
        |_, pool| {
            if !pool.settings.known()?.guests {
                return Ok(Ruling::Pass);
            }
            let Some(role) = &pool.roles.known()?.unauthenticated else { return Ok(Ruling::Pass) };
            let message = format!("The identity pool {} gives guests credentials of the role {}", pool.name, role.name());
            let evidence = vec![
                Evidence::field("cognito-identity:DescribeIdentityPool", "AllowUnauthenticatedIdentities", "true"),
                Evidence::field("cognito-identity:GetIdentityPoolRoles", "Roles.unauthenticated", role.as_str()),
            ];
            Ok(Ruling::fail(message, evidence))
        },
    ));
    verdicts
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    if verdict.resource.service() != "cognito-identity" {
        return Some(
            Plan::new(Effort::Guided, Risk::Manual, "Ask users to sign in")
                .step("Add a user pool or an OpenID Connect provider beside the key, and mark what is for everybody in the schema: @aws_api_key")
                .step("Move the clients, see in the log who still comes with the key, then remove it"),
        );
    }
    // The call that changes a pool replaces all of it: half a command would take its providers away.
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Give guests no credentials")
            .step("Keep what stands: aws cognito-identity describe-identity-pool")
            .step("update-identity-pool with everything that it says, and --no-allow-unauthenticated-identities")
            .step("Or let the guests' role allow nothing but what is for everybody"),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{ACCOUNT, REGION, Says, ask, cases, denied, empty},
        checks::testing_api::graphql_api,
        model::{Arn, Fact, Gap, GraphqlApi, IdentityPool, IdentityPoolRoles, IdentityPoolSettings, Posture},
    };

    fn graphql(change: impl FnOnce(&mut GraphqlApi)) -> Posture {
        let mut posture = empty();
        let mut api = graphql_api("g1");
        change(&mut api);
        posture.regions.get_mut(REGION).expect("the Region").graphql_apis.items.push(api);
        posture
    }

    fn pool(guests: bool, role: bool) -> Posture {
        let mut posture = empty();
        let role = role.then(|| Arn::from("arn:aws:iam::123456789012:role/guests"));
        posture.regions.get_mut(REGION).expect("the Region").identity_pools.items.push(IdentityPool {
            arn: Arn::build("aws", "cognito-identity", REGION, ACCOUNT, "identitypool/p1"),
            id: "p1".to_owned(),
            name: "shop".to_owned(),
            settings: Fact::Known(IdentityPoolSettings { guests, classic_flow: false, user_pools: Vec::new() }),
            roles: Fact::Known(IdentityPoolRoles { authenticated: None, unauthenticated: role, mapped: Vec::new() }),
        });
        posture
    }

    fn unread() -> Posture {
        let mut posture = pool(true, true);
        let region = posture.regions.get_mut(REGION).expect("the Region");
        region.identity_pools.items[0].roles = Fact::unread("cognito-identity:GetIdentityPoolRoles");
        posture
    }

    #[test]
    fn rules() {
        let mut undescribed = pool(true, true);
        undescribed.regions.get_mut(REGION).expect("the Region").identity_pools.items[0].settings =
            Gap::denied("cognito-identity:DescribeIdentityPool", "no").into();
        cases(
            &CHECK,
            [
                ("a key", graphql(|api| api.authentication = "API_KEY".to_owned()), Says::Fail),
                ("a key beside", graphql(|api| api.additional_authentication = vec!["API_KEY".to_owned()]), Says::Fail),
                ("users", graphql(|_| ()), Says::Pass),
                (
                    "a key within a network",
                    graphql(|api| {
                        api.authentication = "API_KEY".to_owned();
                        api.visibility = Some("PRIVATE".to_owned());
                    }),
                    Says::NotApplicable,
                ),
                ("guests", pool(true, true), Says::Fail),
                ("guests without a role", pool(true, false), Says::Pass),
                ("no guests", pool(false, true), Says::Pass),
                ("roles not read", unread(), Says::Unknown),
                ("pool not described", undescribed, Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
