//! S3: buckets with what makes them public, what protects their objects, and whom they tell.

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Collector, Depth, Extent, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{
    Arn, Bucket, BucketEncryption, BucketNotifications, BucketVersioning, Fact, Learnt, NotificationTarget, ObjectLock, PolicyText,
    PublicAccessBlock, ReplicationRule, Source,
};

/// Buckets are in the path: names with dots fit no certificate, and an emulator has no names below its own.
static SERVICE: Service = Service::new("S3", "s3", Protocol::RestXml).storage();

/// S3 publishes no quota for what concerns a bucket as a whole; this many a second is far below what is reported to work.
pub(super) static QUOTA: Quota = Quota::new("s3", 50);

static LIST: Operation = Operation::new("s3:ListAllMyBuckets", &QUOTA)
    .named("ListBuckets")
    .of(&SERVICE)
    .get("/")
    .calls(|at| at.pages(at.region.buckets.items.len(), 1000));
static GET_POLICY: Operation = Operation::new("s3:GetBucketPolicy", &QUOTA).of(&SERVICE).get("/{Bucket}?policy").calls(each_bucket);
static GET_STATUS: Operation =
    Operation::new("s3:GetBucketPolicyStatus", &QUOTA).of(&SERVICE).get("/{Bucket}?policyStatus").calls(with_policy);
static GET_BLOCK: Operation = Operation::new("s3:GetBucketPublicAccessBlock", &QUOTA)
    .named("GetPublicAccessBlock")
    .of(&SERVICE)
    .get("/{Bucket}?publicAccessBlock")
    .calls(each_bucket);
static GET_ENCRYPTION: Operation = Operation::new("s3:GetEncryptionConfiguration", &QUOTA)
    .named("GetBucketEncryption")
    .of(&SERVICE)
    .get("/{Bucket}?encryption")
    .calls(each_bucket);
static GET_VERSIONING: Operation =
    Operation::new("s3:GetBucketVersioning", &QUOTA).of(&SERVICE).get("/{Bucket}?versioning").calls(each_bucket);
static GET_LOCK: Operation = Operation::new("s3:GetBucketObjectLockConfiguration", &QUOTA)
    .named("GetObjectLockConfiguration")
    .of(&SERVICE)
    .get("/{Bucket}?object-lock")
    .calls(with_versions);
static GET_REPLICATION: Operation = Operation::new("s3:GetReplicationConfiguration", &QUOTA)
    .named("GetBucketReplication")
    .of(&SERVICE)
    .get("/{Bucket}?replication")
    .calls(with_versions);
static GET_NOTIFICATION: Operation = Operation::new("s3:GetBucketNotification", &QUOTA)
    .named("GetBucketNotificationConfiguration")
    .of(&SERVICE)
    .get("/{Bucket}?notification")
    .calls(each_bucket);

fn each_bucket(at: &Extent<'_>) -> u64 {
    at.region.buckets.items.len() as u64
}

fn with_policy(at: &Extent<'_>) -> u64 {
    at.region.buckets.items.iter().filter(|bucket| bucket.policy != Fact::Known(None)).count() as u64
}

fn with_versions(at: &Extent<'_>) -> u64 {
    at.region.buckets.items.iter().filter(|bucket| bucket.versioning != Fact::Known(BucketVersioning::Never)).count() as u64
}

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::S3,
    scope: Scope::Regional,
    operations: &[
        &LIST,
        &GET_POLICY,
        &GET_STATUS,
        &GET_BLOCK,
        &GET_ENCRYPTION,
        &GET_VERSIONING,
        &GET_LOCK,
        &GET_REPLICATION,
        &GET_NOTIFICATION,
    ],
    run,
};

/// Buckets that are read at the same time; the pacers bound the calls.
const AT_ONCE: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Buckets {
    buckets: Entries,
    continuation_token: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Entries {
    #[serde(rename = "Bucket", default)]
    items: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    name: Option<String>,
    creation_date: Option<String>,
    bucket_region: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyStatus {
    is_public: bool,
}

/// S3 gives all four, of a bucket and of an account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Block {
    block_public_acls: bool,
    ignore_public_acls: bool,
    block_public_policy: bool,
    restrict_public_buckets: bool,
}

impl From<Block> for PublicAccessBlock {
    fn from(said: Block) -> Self {
        Self {
            block_public_acls: said.block_public_acls,
            ignore_public_acls: said.ignore_public_acls,
            block_public_policy: said.block_public_policy,
            restrict_public_buckets: said.restrict_public_buckets,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Encryption {
    #[serde(rename = "Rule")]
    rules: Vec<EncryptionRule>,
}

#[derive(Debug, Deserialize)]
struct EncryptionRule {
    #[serde(rename = "ApplyServerSideEncryptionByDefault")]
    default: Option<Algorithm>,
}

#[derive(Debug, Deserialize)]
struct Algorithm {
    #[serde(rename = "SSEAlgorithm")]
    name: String,
    #[serde(rename = "KMSMasterKeyID")]
    kms_key: Option<String>,
}

/// By the name of its root: without one, an answer of somebody else would read as "never". An emulator has its own name.
#[derive(Debug, Deserialize)]
enum Versioning {
    #[serde(alias = "GetBucketVersioningResponse")]
    VersioningConfiguration(Versions),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Versions {
    status: Option<VersioningStatus>,
}

#[derive(Debug, Deserialize)]
enum VersioningStatus {
    Enabled,
    Suspended,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Lock {
    object_lock_enabled: Enabled,
    rule: Option<LockRule>,
}

#[derive(Debug, Deserialize)]
enum Enabled {
    Enabled,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LockRule {
    default_retention: Option<Retention>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Retention {
    mode: Option<String>,
    days: Option<u32>,
    years: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Replication {
    #[serde(rename = "Rule")]
    rules: Vec<Replicated>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Replicated {
    status: String,
    destination: Destination,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    bucket: Arn,
    account: Option<String>,
}

/// By the name of its root, as [`Versioning`].
#[derive(Debug, Deserialize)]
enum Notification {
    #[serde(alias = "GetBucketNotificationResponse")]
    NotificationConfiguration(Notifications),
}

#[derive(Debug, Deserialize)]
struct Notifications {
    // Elements of a kind come one after another or not; each is left out when there is none.
    #[serde(rename = "$value", default)]
    told: Vec<Told>,
}

#[derive(Debug, Deserialize)]
enum Told {
    #[serde(rename = "CloudFunctionConfiguration", alias = "QueueConfiguration", alias = "TopicConfiguration")]
    Target(Target),
    EventBridgeConfiguration(serde::de::IgnoredAny),
    /// What AWS may add one day.
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Target {
    #[serde(rename = "CloudFunction", alias = "Queue", alias = "Topic")]
    arn: Arn,
    #[serde(rename = "Event")]
    events: Vec<String>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let entries = reader
            .pages(&LIST, |token| async move {
                let params = json!({ "bucket-region": reader.region(), "max-buckets": 1000, "continuation-token": token });
                let answer: Buckets = wire.ask(&LIST, params).await?;
                Ok(Page::new(Some(answer.buckets.items), answer.continuation_token))
            })
            .await;
        let mut buckets = reader.converted(&LIST, entries, |entry| bucket(reader.partition(), reader.region(), entry));
        // An endpoint that does not know the filter gives those of all Regions.
        buckets.items.retain(|bucket| bucket.region == reader.region());
        let items = buckets.items.clone();
        reader.expect(items.len());
        reader.post(vec![Learnt::Buckets(buckets)]).await;
        if reader.depth() == Depth::Full {
            let mut batches =
                stream::iter(items).map(|bucket| detail(reader, wire, bucket)).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
            while let Some(batch) = batches.next().await {
                reader.done(batch.len());
                reader.post(batch.into_iter().map(|bucket| Learnt::Bucket(Box::new(bucket))).collect()).await;
            }
        }
        Vec::new()
    }
    .boxed()
}

fn bucket(partition: &str, here: &str, entry: Entry) -> Option<Bucket> {
    let region = entry.bucket_region.filter(|region| !region.is_empty());
    let name = entry.name.filter(|name| !name.is_empty())?;
    let mut bucket = Bucket::new(partition, name, region.as_deref().unwrap_or(here));
    bucket.region_stated = region.is_some();
    bucket.created = entry.creation_date.and_then(|at| at.parse().ok());
    Some(bucket)
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut bucket: Bucket) -> Bucket {
    let named = &json!({ "Bucket": bucket.name });
    let ((policy, public), (versioning, lock, replication), block, encryption, notifications) = tokio::join!(
        policies(reader, wire, named),
        versions(reader, wire, named),
        wire.ask::<Block>(&GET_BLOCK, named.clone()),
        wire.ask::<Encryption>(&GET_ENCRYPTION, named.clone()),
        wire.ask::<Notification>(&GET_NOTIFICATION, named.clone()),
    );
    bucket.policy = policy;
    bucket.policy_is_public = public;
    bucket.versioning = versioning;
    bucket.object_lock = lock;
    bucket.replication = replication;
    bucket.public_access_block = reader.fact(block_of(block));
    bucket.encryption = reader.fact(unless(encryption.and_then(encrypted), "ServerSideEncryptionConfigurationNotFoundError"));
    bucket.notifications = reader.fact(notifications.map(|Notification::NotificationConfiguration(said)| told(said)));
    bucket
}

/// The answer, or none when the service says with `code` that there is no such thing.
fn unless<T>(answer: Result<Option<T>, Failure>, code: &str) -> Result<Option<T>, Failure> {
    answer.or_else(|failure| if failure.is(code) { Ok(None) } else { Err(failure) })
}

/// What a bucket or an account blocks, which may be nothing.
pub(super) fn block_of(answer: Result<Block, Failure>) -> Result<Option<PublicAccessBlock>, Failure> {
    unless(answer.map(|said| Some(said.into())), "NoSuchPublicAccessBlockConfiguration")
}

async fn policies(reader: &Reader, wire: &Wire<'_>, named: &Value) -> (Fact<Option<PolicyText>>, Fact<Option<bool>>) {
    let policy = wire.document(&GET_POLICY, named.clone()).await;
    let policy = reader.fact(unless(policy.map(|text| Some(PolicyText::new(text))), "NoSuchBucketPolicy"));
    if policy == Fact::Known(None) {
        return (policy, Fact::Known(None));
    }
    let status = wire.ask::<PolicyStatus>(&GET_STATUS, named.clone()).await;
    let public = unless(status.map(|status| Some(status.is_public)), "NoSuchBucketPolicy");
    (policy, reader.fact(public))
}

async fn versions(
    reader: &Reader,
    wire: &Wire<'_>,
    named: &Value,
) -> (Fact<BucketVersioning>, Fact<Option<ObjectLock>>, Fact<Vec<ReplicationRule>>) {
    let versioning = wire.ask::<Versioning>(&GET_VERSIONING, named.clone()).await;
    let versioning = reader.fact(versioning.map(|Versioning::VersioningConfiguration(said)| match said.status {
        Some(VersioningStatus::Enabled) => BucketVersioning::Enabled,
        Some(VersioningStatus::Suspended) => BucketVersioning::Suspended,
        None => BucketVersioning::Never,
    }));
    if versioning == Fact::Known(BucketVersioning::Never) {
        // S3 has neither without versions.
        return (versioning, Fact::Known(None), Fact::Known(Vec::new()));
    }
    let lock = wire.ask::<Lock>(&GET_LOCK, named.clone());
    let replication = wire.ask::<Replication>(&GET_REPLICATION, named.clone());
    let (lock, replication) = tokio::join!(lock, replication);
    let lock = unless(lock.map(|said| Some(locked(said))), "ObjectLockConfigurationNotFoundError");
    let replication = unless(replication.map(|said| Some(replicated(said))), "ReplicationConfigurationNotFoundError");
    let rules = replication.map(|rules| rules.into_iter().flatten().collect());
    (versioning, reader.fact(lock), reader.fact(rules))
}

/// S3 encrypts every object, so no algorithm is no answer.
fn encrypted(said: Encryption) -> Result<Option<BucketEncryption>, Failure> {
    let Some(algorithm) = said.rules.into_iter().find_map(|rule| rule.default) else { return Err(GET_ENCRYPTION.broken("no algorithm")) };
    Ok(Some(BucketEncryption { algorithm: algorithm.name, kms_key: algorithm.kms_key.filter(|key| !key.is_empty()) }))
}

fn locked(said: Lock) -> ObjectLock {
    let Enabled::Enabled = said.object_lock_enabled;
    match said.rule.and_then(|rule| rule.default_retention) {
        // It is in days or in years, and an emulator writes zero for the other.
        Some(Retention { mode, days, years }) => {
            ObjectLock { mode, days: days.filter(|days| *days > 0), years: years.filter(|years| *years > 0) }
        }
        None => ObjectLock { mode: None, days: None, years: None },
    }
}

fn replicated(said: Replication) -> Vec<ReplicationRule> {
    let rule = |rule: Replicated| ReplicationRule {
        enabled: rule.status == "Enabled",
        bucket: rule.destination.bucket,
        account: rule.destination.account,
    };
    said.rules.into_iter().map(rule).collect()
}

fn told(said: Notifications) -> BucketNotifications {
    let mut notifications = BucketNotifications::default();
    for told in said.told {
        match told {
            Told::Target(Target { arn, events }) => notifications.targets.push(NotificationTarget { arn, events }),
            Told::EventBridgeConfiguration(_) => notifications.event_bridge = true,
            Told::Other => {}
        }
    }
    notifications.targets.sort_by(|a, b| (&a.arn, &a.events).cmp(&(&b.arn, &b.events)));
    notifications
}

#[cfg(test)]
mod tests {
    use quick_xml::de::from_str;

    use super::*;

    #[test]
    fn a_bucket_is_where_it_says_or_where_it_was_asked_for() {
        let list = "<ListAllMyBucketsResult><Buckets><Bucket><Name>a.b</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate>\
                    <BucketRegion>eu-west-2</BucketRegion></Bucket><Bucket><Name>c</Name></Bucket><Bucket/></Buckets></ListAllMyBucketsResult>";
        let entries = from_str::<Buckets>(list).unwrap().buckets.items;
        let buckets: Vec<_> = entries.into_iter().map(|entry| bucket("aws-cn", "eu-west-1", entry)).collect();
        let first = buckets[0].as_ref().unwrap();
        assert_eq!((first.arn.as_str(), first.region.as_str(), first.region_stated), ("arn:aws-cn:s3:::a.b", "eu-west-2", true));
        assert_eq!(first.created.unwrap().to_string(), "2026-01-02T03:04:05Z");
        let second = buckets[1].as_ref().unwrap();
        assert_eq!((second.region.as_str(), second.region_stated), ("eu-west-1", false));
        assert!(buckets[2].is_none());
        assert!(from_str::<Buckets>("<ListAllMyBucketsResult/>").is_err());
    }

    #[test]
    fn only_the_right_answer_says_that_there_are_no_versions_and_nobody_is_told() {
        let versions = |xml: &str| from_str::<Versioning>(xml).is_ok();
        assert!(versions("<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"));
        assert!(versions("<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Disabled</MfaDelete></VersioningConfiguration>"));
        for wrong in ["<html><body/></html>", "<VersioningConfiguration><Status></Status></VersioningConfiguration>", "<Versioning", ""] {
            assert!(!versions(wrong), "{wrong}");
            assert!(from_str::<Notification>(wrong).is_err(), "{wrong}");
        }
        assert!(from_str::<Notification>("<NotificationConfiguration/>").is_ok());
    }

    #[test]
    fn everybody_who_is_told_is_found() {
        let xml = "<NotificationConfiguration xmlns=\"http://x/\"><QueueConfiguration><Id>q</Id><Queue>arn:q</Queue><Event>a</Event>\
                   <Event>b</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>x</Value></FilterRule></S3Key></Filter>\
                   </QueueConfiguration><TopicConfiguration><Topic>arn:t</Topic><Event>a</Event></TopicConfiguration>\
                   <CloudFunctionConfiguration><CloudFunction>arn:f</CloudFunction><Event>a</Event></CloudFunctionConfiguration>\
                   <QueueConfiguration><Queue>arn:r</Queue><Event>a</Event></QueueConfiguration>\
                   <EventBridgeConfiguration/><Later><A>1</A></Later></NotificationConfiguration>";
        let Notification::NotificationConfiguration(said) = from_str(xml).unwrap();
        let told = told(said);
        let arns: Vec<&str> = told.targets.iter().map(|target| target.arn.as_str()).collect();
        assert_eq!((arns, told.event_bridge), (vec!["arn:f", "arn:q", "arn:r", "arn:t"], true));
        assert_eq!(told.targets[1].events, ["a", "b"]);
        let nobody = "<NotificationConfiguration><QueueConfiguration><Event>a</Event></QueueConfiguration></NotificationConfiguration>";
        assert!(from_str::<Notification>(nobody).is_err());
    }

    #[test]
    fn what_protects_objects() {
        let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode>\
                    <Days>400</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
        let wanted = ObjectLock { mode: Some("COMPLIANCE".to_owned()), days: Some(400), years: None };
        assert_eq!(locked(from_str(lock).unwrap()), wanted);
        assert!(from_str::<Lock>("<ObjectLockConfiguration/>").is_err());
        let sse = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>\
                   </ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>";
        assert_eq!(encrypted(from_str(sse).unwrap()), Ok(Some(BucketEncryption { algorithm: "AES256".to_owned(), kms_key: None })));
        let empty = "<ServerSideEncryptionConfiguration><Rule><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>";
        assert!(encrypted(from_str(empty).unwrap()).is_err());
        let rule = "<ReplicationConfiguration><Role>r</Role><Rule><Status>Disabled</Status><Destination><Bucket>arn:aws:s3:::b</Bucket>\
                    <Account>2</Account></Destination></Rule></ReplicationConfiguration>";
        let rules = replicated(from_str(rule).unwrap());
        assert_eq!((rules[0].enabled, rules[0].account.as_deref()), (false, Some("2")));
        let block = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>";
        assert!(from_str::<Block>(block).is_err());
    }
}
