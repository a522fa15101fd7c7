//! Secrets Manager: rotation, policies and copies of secrets. Their values are never read.

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Extent, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Epoch, Protocol, Service, Wire},
};
use crate::model::{Arn, Fact, Learnt, PolicyText, Secret, SecretReplica, Source};

static SERVICE: Service = Service::new("Secrets Manager", "secretsmanager", Protocol::Json { version: "1.1", target: "secretsmanager" });

/// Secrets Manager quotas: "DescribeSecret and GetSecretValue" have 10,000 a second together, which functions live on; a
/// hundredth is plenty.
static DESCRIBE_QUOTA: Quota = Quota::new("secretsmanager:DescribeSecret", 100);
/// The same page: all operations on resource policies together.
static POLICY_QUOTA: Quota = Quota::new("secretsmanager:GetResourcePolicy", 50);
/// No operation of the control plane has less than this on that page.
static LIST_QUOTA: Quota = Quota::new("secretsmanager:ListSecrets", 50);

static LIST: Operation =
    Operation::new("secretsmanager:ListSecrets", &LIST_QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.secrets.items.len(), 100));
static DESCRIBE: Operation = Operation::new("secretsmanager:DescribeSecret", &DESCRIBE_QUOTA).of(&SERVICE).calls(each_secret);
static GET_POLICY: Operation = Operation::new("secretsmanager:GetResourcePolicy", &POLICY_QUOTA).of(&SERVICE).calls(each_secret);

fn each_secret(at: &Extent<'_>) -> u64 {
    at.region.secrets.items.len() as u64
}

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::SecretsManager, scope: Scope::Regional, operations: &[&LIST, &DESCRIBE, &GET_POLICY], run };

/// Secrets that are read at the same time; the pacers bound the calls.
const AT_ONCE: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secrets {
    secret_list: Vec<Entry>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "ARN")]
    arn: Option<Arn>,
    name: Option<String>,
    kms_key_id: Option<String>,
    rotation_enabled: Option<bool>,
    #[serde(rename = "RotationLambdaARN")]
    rotation_function: Option<String>,
    rotation_rules: Option<Rules>,
    last_rotated_date: Option<Epoch>,
    next_rotation_date: Option<Epoch>,
    last_changed_date: Option<Epoch>,
    last_accessed_date: Option<Epoch>,
    created_date: Option<Epoch>,
    primary_region: Option<String>,
    owning_service: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rules {
    automatically_after_days: Option<u32>,
    schedule_expression: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    /// Only to tell an answer from an empty one: `DescribeSecret` has no list that is always there.
    #[serde(rename = "ARN")]
    _arn: Arn,
    /// Left out of a secret without copies, like the next one.
    replication_status: Option<Vec<Replica>>,
    cross_account_replicas: Option<Vec<ForeignReplica>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Replica {
    region: String,
    status: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ForeignReplica {
    #[serde(rename = "ReplicaSecretARN")]
    arn: Arn,
    replication_status: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    /// As above.
    #[serde(rename = "ARN")]
    _arn: Arn,
    /// Left out of a secret without one.
    resource_policy: Option<String>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let entries = reader
            .pages(&LIST, |token| async move {
                let answer: Secrets = wire.ask(&LIST, json!({ "MaxResults": 100, "NextToken": token })).await?;
                Ok(Page::new(Some(answer.secret_list), answer.next_token))
            })
            .await;
        let secrets = reader.converted(&LIST, entries, secret);
        let items = secrets.items.clone();
        reader.expect(items.len());
        reader.post(vec![Learnt::Secrets(secrets)]).await;
        if reader.depth() == Depth::Full {
            let mut batches =
                stream::iter(items).map(|secret| detail(reader, wire, secret)).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
            while let Some(batch) = batches.next().await {
                reader.done(batch.len());
                reader.post(batch.into_iter().map(|secret| Learnt::Secret(Box::new(secret))).collect()).await;
            }
        }
        Vec::new()
    }
    .boxed()
}

fn secret(entry: Entry) -> Option<Secret> {
    let rules = entry.rotation_rules;
    Some(Secret {
        arn: entry.arn?,
        name: entry.name?,
        kms_key: entry.kms_key_id.filter(|key| !key.is_empty()),
        rotation_enabled: entry.rotation_enabled,
        rotation_function: entry.rotation_function.filter(|function| !function.is_empty()).map(Arn::from),
        rotation_days: rules.as_ref().and_then(|rules| rules.automatically_after_days),
        rotation_schedule: rules.and_then(|rules| rules.schedule_expression),
        last_rotated: entry.last_rotated_date.and_then(Epoch::time),
        next_rotation: entry.next_rotation_date.and_then(Epoch::time),
        last_changed: entry.last_changed_date.and_then(Epoch::time),
        last_accessed: entry.last_accessed_date.and_then(Epoch::time),
        created: entry.created_date.and_then(Epoch::time),
        primary_region: entry.primary_region,
        owning_service: entry.owning_service,
        policy: Fact::unread(GET_POLICY.action),
        replicas: Fact::unread(DESCRIBE.action),
    })
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut secret: Secret) -> Secret {
    let named = json!({ "SecretId": secret.arn });
    let (described, policy): (Result<Described, Failure>, Result<Policy, Failure>) =
        tokio::join!(wire.ask(&DESCRIBE, named.clone()), wire.ask(&GET_POLICY, named.clone()));
    secret.replicas = reader.fact(described.map(replicas));
    let text = |answer: Policy| answer.resource_policy.filter(|policy| !policy.is_empty()).map(PolicyText::new);
    secret.policy = reader.fact(policy.map(text));
    secret
}

fn replicas(said: Described) -> Vec<SecretReplica> {
    let own = said.replication_status.into_iter().flatten();
    let own = own.map(|replica| SecretReplica { region: replica.region, status: replica.status, arn: None });
    let foreign = said.cross_account_replicas.into_iter().flatten().map(|replica| SecretReplica {
        region: replica.arn.region().to_owned(),
        status: replica.replication_status,
        arn: Some(replica.arn),
    });
    own.chain(foreign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_was_never_rotated_does_not_say_so() {
        let entry = json!({ "ARN": "arn:aws:secretsmanager:r:1:secret:db-AbCdEf", "Name": "db", "KmsKeyId": "", "RotationLambdaARN": "" });
        let secret = secret(serde_json::from_value(entry).unwrap()).unwrap();
        assert_eq!((secret.rotation_enabled, secret.rotation_function, secret.kms_key), (None, None, None));
    }

    #[test]
    fn copies_in_other_accounts_are_copies() {
        let said = json!({ "ARN": "a", "ReplicationStatus": [{ "Region": "us-east-1", "Status": "InSync" }], "CrossAccountReplicas": [
            { "ReplicaSecretARN": "arn:aws:secretsmanager:eu-west-2:2:secret:db-AbCdEf", "ReplicationStatus": "Failed" },
        ]});
        let copies = replicas(serde_json::from_value(said).unwrap());
        let regions: Vec<&str> = copies.iter().map(|copy| copy.region.as_str()).collect();
        assert_eq!(regions, ["us-east-1", "eu-west-2"]);
        assert!(copies[0].arn.is_none() && copies[1].arn.is_some());
        assert!(serde_json::from_value::<Described>(json!({})).is_err());
    }
}
