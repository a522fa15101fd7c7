//! Cognito identity pools: who gets credentials, and which.

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
use crate::model::{Arn, Fact, IdentityPool, IdentityPoolRoles, IdentityPoolSettings, Learnt, Listing, Source};

static SERVICE: Service =
    Service::new("Cognito Identity", "cognito-identity", Protocol::Json { version: "1.1", target: "AWSCognitoIdentityService" });

/// Operations have quotas of their own, that for reading pools unknown here; five a second is modest.
static QUOTA: Quota = Quota::new("cognito-identity", 5);

/// The largest page there is.
const PAGE: usize = 60;

static LIST_IDENTITY_POOLS: Operation = Operation::new("cognito-identity:ListIdentityPools", &QUOTA)
    .of(&SERVICE)
    .calls(|at| at.pages(at.region.identity_pools.items.len(), PAGE));
static DESCRIBE_IDENTITY_POOL: Operation = Operation::new("cognito-identity:DescribeIdentityPool", &QUOTA)
    .of(&SERVICE)
    .detail(Depth::Full, |at| at.region.identity_pools.items.len() as u64);
static GET_IDENTITY_POOL_ROLES: Operation = Operation::new("cognito-identity:GetIdentityPoolRoles", &QUOTA)
    .of(&SERVICE)
    .detail(Depth::Full, |at| at.region.identity_pools.items.len() as u64);

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::CognitoIdentity,
    scope: Scope::Regional,
    operations: &[&LIST_IDENTITY_POOLS, &DESCRIBE_IDENTITY_POOL, &GET_IDENTITY_POOL_ROLES],
    run,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pools {
    identity_pools: Vec<Listed>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    identity_pool_id: String,
    identity_pool_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pool {
    allow_unauthenticated_identities: bool,
    /// Left out unless it was ever set.
    #[serde(default)]
    allow_classic_flow: bool,
    cognito_identity_providers: Option<Vec<Provider>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Provider {
    provider_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Roles {
    /// Always there, so that an empty object is no answer.
    #[serde(rename = "IdentityPoolId")]
    _id: String,
    /// Left out where none was set.
    roles: Option<BTreeMap<String, Arn>>,
    role_mappings: Option<BTreeMap<String, Mapping>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mapping {
    /// Left out where the token names the role.
    rules_configuration: Option<Rules>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rules {
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
struct Rule {
    #[serde(rename = "RoleARN")]
    role: Arn,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let Listing { items, gap } = reader
            .pages(&LIST_IDENTITY_POOLS, |token| async move {
                let answer: Pools = wire.ask(&LIST_IDENTITY_POOLS, json!({ "MaxResults": PAGE, "NextToken": token })).await?;
                Ok(Page::new(Some(answer.identity_pools), answer.next_token))
            })
            .await;
        let items: Vec<IdentityPool> = items.into_iter().map(|said| pool(reader, said)).collect();
        reader.expect(items.len());
        let details = if reader.depth() == Depth::Full { items.clone() } else { Vec::new() };
        reader.post(vec![Learnt::IdentityPools(Listing { items, gap })]).await;
        reader.hand_over(details.into_iter().map(|pool| detail(reader, wire, pool))).await;
        Vec::new()
    }
    .boxed()
}

fn pool(reader: &Reader, said: Listed) -> IdentityPool {
    let resource = format!("identitypool/{}", said.identity_pool_id);
    IdentityPool {
        arn: Arn::build(reader.partition(), "cognito-identity", reader.region(), reader.account(), &resource),
        id: said.identity_pool_id,
        name: said.identity_pool_name,
        settings: Fact::unread(DESCRIBE_IDENTITY_POOL.action),
        roles: Fact::unread(GET_IDENTITY_POOL_ROLES.action),
    }
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut pool: IdentityPool) -> Learnt {
    let (said, roles) = tokio::join!(
        wire.ask::<Pool>(&DESCRIBE_IDENTITY_POOL, json!({ "IdentityPoolId": pool.id })),
        wire.ask::<Roles>(&GET_IDENTITY_POOL_ROLES, json!({ "IdentityPoolId": pool.id })),
    );
    pool.settings = reader.fact(said).map(settings);
    pool.roles = reader.fact(roles).map(self::roles);
    Learnt::IdentityPool(Box::new(pool))
}

fn settings(said: Pool) -> IdentityPoolSettings {
    IdentityPoolSettings {
        guests: said.allow_unauthenticated_identities,
        classic_flow: said.allow_classic_flow,
        user_pools: said.cognito_identity_providers.into_iter().flatten().map(|provider| provider.provider_name).collect(),
    }
}

fn roles(said: Roles) -> IdentityPoolRoles {
    let mut roles = said.roles.unwrap_or_else(BTreeMap::new);
    let rules = said.role_mappings.into_iter().flatten().filter_map(|(_, mapping)| mapping.rules_configuration);
    let mut mapped: Vec<Arn> = rules.flat_map(|rules| rules.rules).map(|rule| rule.role).collect();
    mapped.sort();
    mapped.dedup();
    IdentityPoolRoles { authenticated: roles.remove("authenticated"), unauthenticated: roles.remove("unauthenticated"), mapped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_without_roles_has_none_and_rules_have_theirs() {
        let read = |text: &str| serde_json::from_str::<Roles>(text).map(roles);
        assert_eq!(read(r#"{"IdentityPoolId":"x"}"#).unwrap(), IdentityPoolRoles::default());
        assert!(read("{}").is_err());
        let mapped = read(
            r#"{"IdentityPoolId":"x","Roles":{"authenticated":"a"},"RoleMappings":{"p":{"Type":"Rules","RulesConfiguration":{"Rules":[
            {"Claim":"c","MatchType":"Equals","Value":"v","RoleARN":"b"},{"Claim":"c","MatchType":"Equals","Value":"w","RoleARN":"b"}]}},
            "q":{"Type":"Token"}}}"#,
        )
        .unwrap();
        assert_eq!((mapped.authenticated, mapped.unauthenticated, mapped.mapped), (Some(Arn::from("a")), None, vec![Arn::from("b")]));
    }

    #[test]
    fn whether_guests_get_in_is_not_made_up() {
        assert!(serde_json::from_str::<Pool>(r#"{"IdentityPoolId":"x"}"#).is_err());
    }
}
