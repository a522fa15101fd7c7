//! KMS: keys, their policies, rotation and grants.

use std::collections::BTreeMap;

use aws_sdk_kms::{Client, Config, types};
use aws_smithy_types::DateTime;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};

use super::{
    Collector, Depth, Extent, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::{Page, whole},
    reader::Reader,
};
use crate::model::{Arn, Gap, Grant, Key, KeyMetadata, Learnt, PolicyText, Source, Timestamp};

/// KMS request quotas, "Request quotas for each AWS KMS API operation".
static LIST_KEYS_QUOTA: Quota = Quota::new("kms:ListKeys", 500);
static LIST_ALIASES_QUOTA: Quota = Quota::new("kms:ListAliases", 500);
static DESCRIBE_KEY_QUOTA: Quota = Quota::new("kms:DescribeKey", 2000);
static GET_KEY_POLICY_QUOTA: Quota = Quota::new("kms:GetKeyPolicy", 1000);
static GET_ROTATION_QUOTA: Quota = Quota::new("kms:GetKeyRotationStatus", 1000);
static LIST_GRANTS_QUOTA: Quota = Quota::new("kms:ListGrants", 100);

static LIST_KEYS: Operation = Operation::new("kms:ListKeys", &LIST_KEYS_QUOTA).calls(|at| at.pages(at.region.keys.items.len(), 100));
static LIST_ALIASES: Operation =
    Operation::new("kms:ListAliases", &LIST_ALIASES_QUOTA).calls(|at| at.pages(at.region.keys.items.len(), 50));
static DESCRIBE_KEY: Operation = Operation::new("kms:DescribeKey", &DESCRIBE_KEY_QUOTA).detail(Depth::Full, each_key);
static GET_KEY_POLICY: Operation = Operation::new("kms:GetKeyPolicy", &GET_KEY_POLICY_QUOTA).detail(Depth::Full, each_key);
static GET_ROTATION: Operation = Operation::new("kms:GetKeyRotationStatus", &GET_ROTATION_QUOTA).detail(Depth::Full, each_key);
static LIST_GRANTS: Operation = Operation::new("kms:ListGrants", &LIST_GRANTS_QUOTA).detail(Depth::Full, each_key);

fn each_key(at: &Extent<'_>) -> u64 {
    at.region.keys.items.len() as u64
}

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::Kms,
    scope: Scope::Regional,
    operations: &[&LIST_KEYS, &LIST_ALIASES, &DESCRIBE_KEY, &GET_KEY_POLICY, &GET_ROTATION, &LIST_GRANTS],
    run,
};

/// Keys that are read at the same time; the pacers bound the calls.
const AT_ONCE: usize = 16;

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let config = Config::from(reader.sdk()).to_builder().interceptor(reader.meter()).retry_partition(reader.retries());
        let client = &Client::from_conf(config.build());
        // Without `Limit`: an emulator cuts the list there and gives no marker. AWS's own limit is 100.
        let keys = reader.pages(&LIST_KEYS, |token| async move {
            let answer = reader.call(&LIST_KEYS, client.list_keys().set_marker(token).send()).await?;
            let next = continued(&LIST_KEYS, answer.truncated, answer.next_marker)?;
            Ok(Page::new(answer.keys, next))
        });
        let aliases = reader.pages(&LIST_ALIASES, |token| async move {
            let answer = reader.call(&LIST_ALIASES, client.list_aliases().set_marker(token).send()).await?;
            let next = continued(&LIST_ALIASES, answer.truncated, answer.next_marker)?;
            Ok(Page::new(answer.aliases, next))
        });
        let (keys, aliases) = tokio::join!(keys, aliases);
        let aliases = whole(aliases).map(by_key);
        let listing = reader.converted(&LIST_KEYS, keys, |entry| {
            let id = entry.key_id?;
            let arn = match entry.key_arn {
                Some(arn) => Arn::new(arn),
                None => Arn::build(reader.partition(), "kms", reader.region(), reader.account(), &format!("key/{id}")),
            };
            let mut key = Key::new(arn);
            key.aliases = aliases.clone().map(|aliases| aliases.get(&id).cloned().unwrap_or_else(Vec::new));
            key.id = id;
            Some(key)
        });
        reader.expect(listing.items.len());
        let keys = listing.items.clone();
        reader.post(vec![Learnt::Keys(listing)]).await;

        if reader.depth() < Depth::Full {
            return Vec::new();
        }
        let mut batches = stream::iter(keys).map(|key| detail(reader, client, key)).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
        while let Some(batch) = batches.next().await {
            reader.done(batch.len());
            reader.post(batch.into_iter().map(|key| Learnt::Key(Box::new(key))).collect()).await;
        }
        Vec::new()
    }
    .boxed()
}

/// KMS says `Truncated` beside the marker: one without the other is a list that was cut short.
fn continued(operation: &Operation, truncated: bool, marker: Option<String>) -> Result<Option<String>, Failure> {
    match (truncated, marker) {
        (true, None) => Err(operation.broken("the answer is truncated and says not where to go on")),
        (true, marker) => Ok(marker),
        (false, _) => Ok(None),
    }
}

fn by_key(aliases: Vec<types::AliasListEntry>) -> BTreeMap<String, Vec<String>> {
    let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for alias in aliases {
        // An alias without a key is one that AWS keeps for a key it has not made yet.
        if let (Some(key), Some(name)) = (alias.target_key_id, alias.alias_name) {
            by_key.entry(key).or_default().push(name);
        }
    }
    by_key.values_mut().for_each(|names| names.sort());
    by_key
}

async fn detail(reader: &Reader, client: &Client, mut key: Key) -> Key {
    let described = reader.call(&DESCRIBE_KEY, client.describe_key().key_id(&key.id).send()).await;
    let described = described.and_then(|answer| answer.key_metadata.ok_or_else(|| DESCRIBE_KEY.broken("the answer has no KeyMetadata")));
    key.metadata = reader.fact(described.and_then(metadata));
    let known = key.metadata.known().ok();
    if known.is_some_and(|metadata| !metadata.customer_managed) {
        let aws_owned = || Gap::unsupported("AWS manages this key");
        key.policy = aws_owned().into();
        key.rotation_enabled = aws_owned().into();
        key.grants = aws_owned().into();
        return key;
    }
    // Whether it rotates can only be asked of symmetric keys that KMS made itself.
    let rotates = known.is_none_or(|metadata| metadata.origin == "AWS_KMS" && metadata.spec == "SYMMETRIC_DEFAULT");
    let leaving = known.is_some_and(|metadata| matches!(metadata.state.as_str(), "PendingDeletion" | "PendingReplicaDeletion"));

    // `default` is the only policy a key has; an emulator wants it named.
    let policy = async {
        let answer = reader.call(&GET_KEY_POLICY, client.get_key_policy().key_id(&key.id).policy_name("default").send()).await?;
        answer.policy.map(PolicyText::new).ok_or_else(|| GET_KEY_POLICY.broken("the answer has no Policy"))
    };
    let rotation = async {
        if !rotates {
            return Err(Gap::unsupported("only symmetric keys with key material from KMS rotate"));
        }
        if leaving {
            return Err(Gap::unsupported("the key is pending deletion"));
        }
        let answer = reader.call(&GET_ROTATION, client.get_key_rotation_status().key_id(&key.id).send()).await;
        answer.map(|answer| answer.key_rotation_enabled).map_err(|failure| reader.gap(failure))
    };
    let grants = reader.pages(&LIST_GRANTS, |token| {
        let request = client.list_grants().key_id(&key.id).limit(100).set_marker(token).send();
        async move {
            let answer = reader.call(&LIST_GRANTS, request).await?;
            let next = continued(&LIST_GRANTS, answer.truncated, answer.next_marker)?;
            Ok(Page::new(answer.grants, next))
        }
    });
    let (policy, rotation, grants) = tokio::join!(policy, rotation, grants);
    key.policy = reader.fact(policy);
    key.rotation_enabled = rotation.into();
    key.grants = whole(reader.converted(&LIST_GRANTS, grants, grant));
    key
}

fn metadata(metadata: types::KeyMetadata) -> Result<KeyMetadata, Failure> {
    let missing = |field: &str| DESCRIBE_KEY.broken(&format!("the answer has no {field}"));
    let spec = metadata.key_spec.as_ref().map(types::KeySpec::as_str);
    Ok(KeyMetadata {
        state: metadata.key_state.ok_or_else(|| missing("KeyState"))?.as_str().to_owned(),
        customer_managed: metadata.key_manager.ok_or_else(|| missing("KeyManager"))? == types::KeyManagerType::Customer,
        origin: metadata.origin.ok_or_else(|| missing("Origin"))?.as_str().to_owned(),
        spec: spec.ok_or_else(|| missing("KeySpec"))?.to_owned(),
        description: metadata.description.into_iter().collect(),
        multi_region: metadata.multi_region,
        replica_regions: metadata.multi_region_configuration.map(replica_regions),
        created: metadata.creation_date.and_then(time),
        deletion: metadata.deletion_date.and_then(time),
    })
}

/// Where a multi-Region key is: the primary and its replicas.
fn replica_regions(configuration: types::MultiRegionConfiguration) -> Vec<String> {
    let keys = configuration.primary_key.into_iter().chain(configuration.replica_keys.into_iter().flatten());
    keys.filter_map(|key| key.region).collect()
}

fn grant(grant: types::GrantListEntry) -> Option<Grant> {
    let (encryption_context, bound) = match grant.constraints {
        Some(constraints) => {
            let context = constraints.encryption_context_equals.or(constraints.encryption_context_subset);
            let bound = context.as_ref().is_some_and(|context| !context.is_empty());
            (context.into_iter().flatten().collect(), bound)
        }
        None => (BTreeMap::new(), false),
    };
    Some(Grant {
        id: grant.grant_id?,
        name: grant.name.filter(|name| !name.is_empty()),
        grantee: grant.grantee_principal.or(grant.grantee_service_principal)?,
        operations: grant.operations.into_iter().flatten().map(|operation| operation.as_str().to_owned()).collect(),
        constrained: bound,
        encryption_context,
        created: grant.creation_date.and_then(time),
    })
}

fn time(at: DateTime) -> Option<Timestamp> {
    Timestamp::from_unix(at.secs())
}
