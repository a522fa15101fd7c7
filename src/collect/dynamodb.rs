//! DynamoDB: tables with their protection, encryption, streams, replicas and resource policies.

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
use crate::model::{Arn, Fact, Learnt, PolicyText, Source, Table, TableDescription, TableEncryption, TableReplica};

static SERVICE: Service = Service::new("DynamoDB", "dynamodb", Protocol::Json { version: "1.0", target: "DynamoDB_20120810" });

/// DynamoDB publishes no quota for most of its control plane; this many a second is modest.
static QUOTA: Quota = Quota::new("dynamodb", 25);
/// The one that it does publish, in the description of the operation.
static BACKUPS_QUOTA: Quota = Quota::new("dynamodb:DescribeContinuousBackups", 10);

static LIST: Operation = Operation::new("dynamodb:ListTables", &QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.tables.items.len(), 100));
static DESCRIBE: Operation = Operation::new("dynamodb:DescribeTable", &QUOTA).of(&SERVICE).calls(each_table);
static DESCRIBE_BACKUPS: Operation = Operation::new("dynamodb:DescribeContinuousBackups", &BACKUPS_QUOTA).of(&SERVICE).calls(each_table);
static GET_POLICY: Operation = Operation::new("dynamodb:GetResourcePolicy", &QUOTA).of(&SERVICE).calls(|at| each_table(at) + streams(at));

fn each_table(at: &Extent<'_>) -> u64 {
    at.region.tables.items.len() as u64
}

fn streams(at: &Extent<'_>) -> u64 {
    let streams = |table: &&Table| table.description.known().is_ok_and(|description| description.stream.is_some());
    at.region.tables.items.iter().filter(streams).count() as u64
}

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::DynamoDb, scope: Scope::Regional, operations: &[&LIST, &DESCRIBE, &DESCRIBE_BACKUPS, &GET_POLICY], run };

/// Tables that are read at the same time; the pacers bound the calls.
const AT_ONCE: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tables {
    table_names: Vec<String>,
    last_evaluated_table_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    table: Said,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Said {
    table_status: String,
    deletion_protection_enabled: Option<bool>,
    /// Left out with a key that AWS owns.
    #[serde(rename = "SSEDescription")]
    encryption: Option<Encryption>,
    /// Left out of a table that never had a stream.
    stream_specification: Option<Stream>,
    latest_stream_arn: Option<Arn>,
    /// Left out of a table that is in one Region only.
    replicas: Option<Vec<Replica>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Encryption {
    status: Option<String>,
    #[serde(rename = "KMSMasterKeyArn")]
    kms_key: Option<Arn>,
    inaccessible_encryption_date_time: Option<Epoch>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    stream_enabled: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Replica {
    region_name: String,
    replica_status: Option<String>,
    #[serde(rename = "KMSMasterKeyId")]
    kms_key: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Backups {
    continuous_backups_description: ContinuousBackups,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContinuousBackups {
    continuous_backups_status: String,
    point_in_time_recovery_description: Option<PointInTime>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PointInTime {
    point_in_time_recovery_status: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy: String,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let names = reader
            .pages(&LIST, |token| async move {
                let answer: Tables = wire.ask(&LIST, json!({ "Limit": 100, "ExclusiveStartTableName": token })).await?;
                Ok(Page::new(Some(answer.table_names), answer.last_evaluated_table_name))
            })
            .await;
        let tables = reader.converted(&LIST, names, |name| {
            let arn = Arn::build(reader.partition(), "dynamodb", reader.region(), reader.account(), &format!("table/{name}"));
            (!name.is_empty()).then_some(Table {
                arn,
                name,
                description: Fact::unread(DESCRIBE.action),
                point_in_time_recovery: Fact::unread(DESCRIBE_BACKUPS.action),
                policy: Fact::unread(GET_POLICY.action),
                stream_policy: Fact::unread(GET_POLICY.action),
            })
        });
        let items = tables.items.clone();
        reader.expect(items.len());
        reader.post(vec![Learnt::Tables(tables)]).await;
        if reader.depth() == Depth::Full {
            let mut batches = stream::iter(items).map(|table| detail(reader, wire, table)).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
            while let Some(batch) = batches.next().await {
                reader.done(batch.len());
                reader.post(batch.into_iter().map(|table| Learnt::Table(Box::new(table))).collect()).await;
            }
        }
        Vec::new()
    }
    .boxed()
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut table: Table) -> Table {
    let named = json!({ "TableName": table.name });
    let described = async {
        let answer: Result<Described, Failure> = wire.ask(&DESCRIBE, named.clone()).await;
        let description = reader.fact(answer.map(|answer| description(answer.table)));
        let stream_policy = match description.known() {
            Ok(TableDescription { stream: Some(stream), .. }) => reader.fact(policy(wire, stream).await),
            Ok(_) => Fact::Known(None),
            // Whether there is a stream is not known, for the same reason.
            Err(gap) => gap.clone().into(),
        };
        (description, stream_policy)
    };
    let backups = wire.ask(&DESCRIBE_BACKUPS, named.clone());
    let ((description, stream_policy), backups, policy) = tokio::join!(described, backups, policy(wire, &table.arn));
    table.description = description;
    table.stream_policy = stream_policy;
    table.point_in_time_recovery = reader.fact(backups.and_then(|answer: Backups| restorable(answer.continuous_backups_description)));
    table.policy = reader.fact(policy);
    table
}

/// The resource policy of a table or stream.
async fn policy(wire: &Wire<'_>, of: &Arn) -> Result<Option<PolicyText>, Failure> {
    match wire.ask::<Policy>(&GET_POLICY, json!({ "ResourceArn": of })).await {
        Ok(answer) => Ok(Some(PolicyText::new(answer.policy))),
        Err(failure) if failure.is("PolicyNotFoundException") => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn description(said: Said) -> TableDescription {
    let streams = said.stream_specification.is_some_and(|stream| stream.stream_enabled);
    TableDescription {
        status: said.table_status,
        deletion_protection: said.deletion_protection_enabled,
        encryption: said.encryption.map(|encryption| TableEncryption {
            status: encryption.status,
            kms_key: encryption.kms_key,
            inaccessible_since: encryption.inaccessible_encryption_date_time.and_then(Epoch::time),
        }),
        stream: said.latest_stream_arn.filter(|_| streams),
        replicas: said.replicas.into_iter().flatten().map(replica).collect(),
    }
}

fn replica(said: Replica) -> TableReplica {
    TableReplica { region: said.region_name, status: said.replica_status, kms_key: said.kms_key }
}

fn restorable(said: ContinuousBackups) -> Result<bool, Failure> {
    match (said.continuous_backups_status.as_str(), said.point_in_time_recovery_description) {
        (_, Some(said)) => Ok(said.point_in_time_recovery_status == "ENABLED"),
        ("DISABLED", None) => Ok(false),
        (_, None) => Err(DESCRIBE_BACKUPS.broken("the answer has no PointInTimeRecoveryDescription")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(json: serde_json::Value) -> TableDescription {
        description(serde_json::from_value::<Described>(json).unwrap().table)
    }

    #[test]
    fn a_table_with_everything_and_one_with_nothing() {
        let table = described(json!({ "Table": {
            "TableStatus": "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
            "DeletionProtectionEnabled": true,
            "SSEDescription": { "Status": "ENABLED", "KMSMasterKeyArn": "arn:k", "InaccessibleEncryptionDateTime": 1_767_225_600.5 },
            "StreamSpecification": { "StreamEnabled": true },
            "LatestStreamArn": "arn:s",
            "Replicas": [{ "RegionName": "us-east-1", "ReplicaStatus": "ACTIVE" }],
        }}));
        let encryption = table.encryption.unwrap();
        assert_eq!(encryption.inaccessible_since.unwrap().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!((encryption.kms_key, table.stream), (Some(Arn::from("arn:k")), Some(Arn::from("arn:s"))));
        assert_eq!((table.deletion_protection, table.replicas[0].region.as_str()), (Some(true), "us-east-1"));
        let table = described(json!({ "Table": { "TableStatus": "ACTIVE" } }));
        assert_eq!((table.deletion_protection, table.encryption, table.stream, table.replicas.len()), (None, None, None, 0));
    }

    #[test]
    fn a_stream_that_was_switched_off_is_none() {
        let said =
            json!({ "Table": { "TableStatus": "ACTIVE", "StreamSpecification": { "StreamEnabled": false }, "LatestStreamArn": "s" } });
        assert_eq!(described(said).stream, None);
    }

    #[test]
    fn what_backups_do_not_say_is_not_made_up() {
        let said = |status: &str, recovery: Option<&str>| ContinuousBackups {
            continuous_backups_status: status.to_owned(),
            point_in_time_recovery_description: recovery.map(|status| PointInTime { point_in_time_recovery_status: status.to_owned() }),
        };
        assert_eq!(restorable(said("ENABLED", Some("ENABLED"))), Ok(true));
        assert_eq!(restorable(said("ENABLED", Some("DISABLED"))), Ok(false));
        assert_eq!(restorable(said("DISABLED", None)), Ok(false));
        assert!(restorable(said("ENABLED", None)).is_err());
    }
}
