//! Cognito user pools: who may become a user, and which functions have a say.

use std::collections::BTreeMap;

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Fact, Learnt, Listing, Source, UserPool, UserPoolSettings};

static SERVICE: Service = Service::new(
    "Cognito Identity Provider",
    "cognito-idp",
    Protocol::Json { version: "1.1", target: "AWSCognitoIdentityProviderService" },
);

/// The category `UserPoolRead` of the Cognito quotas page: fifteen a second for all of it.
static QUOTA: Quota = Quota::new("cognito-idp:UserPoolRead", 15);

/// The largest page there is.
const PAGE: usize = 60;

static LIST_USER_POOLS: Operation =
    Operation::new("cognito-idp:ListUserPools", &QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.user_pools.items.len(), PAGE));
static DESCRIBE_USER_POOL: Operation =
    Operation::new("cognito-idp:DescribeUserPool", &QUOTA).of(&SERVICE).detail(Depth::Full, |at| at.region.user_pools.items.len() as u64);

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::CognitoIdp, scope: Scope::Regional, operations: &[&LIST_USER_POOLS, &DESCRIBE_USER_POOL], run };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pools {
    user_pools: Vec<Listed>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    id: String,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    user_pool: Pool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pool {
    admin_create_user_config: AdminCreateUser,
    mfa_configuration: Option<String>,
    lambda_config: Option<BTreeMap<String, Trigger>>,
    user_pool_add_ons: Option<AddOns>,
    user_pool_tier: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AdminCreateUser {
    allow_admin_create_user_only: bool,
}

/// `LambdaConfig` has functions, functions with the version of their event, and a key among them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Trigger {
    Plain(Arn),
    Versioned {
        #[serde(rename = "LambdaArn")]
        arn: Arn,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AddOns {
    advanced_security_mode: String,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let Listing { items, gap } = reader
            .pages(&LIST_USER_POOLS, |token| async move {
                let answer: Pools = wire.ask(&LIST_USER_POOLS, json!({ "MaxResults": PAGE, "NextToken": token })).await?;
                Ok(Page::new(Some(answer.user_pools), answer.next_token))
            })
            .await;
        let items: Vec<UserPool> = items.into_iter().map(|said| pool(reader, said)).collect();
        reader.expect(items.len());
        let details = if reader.depth() == Depth::Full { items.clone() } else { Vec::new() };
        reader.post(vec![Learnt::UserPools(Listing { items, gap })]).await;
        reader.hand_over(details.into_iter().map(|pool| detail(reader, wire, pool))).await;
        Vec::new()
    }
    .boxed()
}

fn pool(reader: &Reader, said: Listed) -> UserPool {
    UserPool {
        arn: Arn::build(reader.partition(), "cognito-idp", reader.region(), reader.account(), &format!("userpool/{}", said.id)),
        id: said.id,
        name: said.name,
        settings: Fact::unread(DESCRIBE_USER_POOL.action),
    }
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut pool: UserPool) -> Learnt {
    let answer = wire.ask::<Described>(&DESCRIBE_USER_POOL, json!({ "UserPoolId": pool.id })).await;
    pool.settings = reader.fact(answer).map(|answer| settings(answer.user_pool));
    Learnt::UserPool(Box::new(pool))
}

fn settings(said: Pool) -> UserPoolSettings {
    let triggers = said.lambda_config.into_iter().flatten().map(|(event, trigger)| match trigger {
        Trigger::Plain(arn) | Trigger::Versioned { arn } => (event, arn),
    });
    UserPoolSettings {
        self_sign_up: !said.admin_create_user_config.allow_admin_create_user_only,
        mfa: said.mfa_configuration,
        triggers: triggers.filter(|(_, arn)| arn.service() == "lambda").collect(),
        threat_protection: said.user_pool_add_ons.map(|add_ons| add_ons.advanced_security_mode),
        tier: said.user_pool_tier,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(config: &str) -> Result<UserPoolSettings, serde_json::Error> {
        serde_json::from_str::<Described>(&format!(r#"{{"UserPool":{{{config}}}}}"#)).map(|answer| settings(answer.user_pool))
    }

    #[test]
    fn triggers_are_functions_whichever_way_they_are_written() {
        let pool = read(
            r#""AdminCreateUserConfig":{"AllowAdminCreateUserOnly":true},"LambdaConfig":{
            "PreSignUp":"arn:aws:lambda:eu-west-1:1:function:a","KMSKeyID":"arn:aws:kms:eu-west-1:1:key/k",
            "CustomSMSSender":{"LambdaVersion":"V1_0","LambdaArn":"arn:aws:lambda:eu-west-1:1:function:b"}}"#,
        )
        .unwrap();
        let triggers: Vec<(&str, &str)> = pool.triggers.iter().map(|(event, arn)| (event.as_str(), arn.name())).collect();
        assert_eq!((triggers, pool.self_sign_up), (vec![("CustomSMSSender", "b"), ("PreSignUp", "a")], false));
    }

    #[test]
    fn who_may_sign_up_is_not_made_up() {
        assert!(read(r#""MfaConfiguration":"OFF""#).is_err());
        assert!(read(r#""AdminCreateUserConfig":{}"#).is_err());
    }
}
