//! S3 and S3 Control: paths and XML, but for policies, which are JSON.

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "s3", protocol: Protocol::RestXml, route, quota, answer };

/// Route, operation, and what comes after the colon of the IAM action.
const ROUTES: [(&str, &str, &str); 10] = [
    ("GET /v20180820/configuration/publicAccessBlock", "GetPublicAccessBlock", "GetAccountPublicAccessBlock"),
    ("GET /", "ListBuckets", "ListAllMyBuckets"),
    ("GET /{}?policy", "GetBucketPolicy", "GetBucketPolicy"),
    ("GET /{}?policyStatus", "GetBucketPolicyStatus", "GetBucketPolicyStatus"),
    ("GET /{}?publicAccessBlock", "GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("GET /{}?encryption", "GetBucketEncryption", "GetEncryptionConfiguration"),
    ("GET /{}?versioning", "GetBucketVersioning", "GetBucketVersioning"),
    ("GET /{}?object-lock", "GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ("GET /{}?replication", "GetBucketReplication", "GetReplicationConfiguration"),
    ("GET /{}?notification", "GetBucketNotificationConfiguration", "GetBucketNotification"),
];

fn route(request: &Request) -> Option<Asked> {
    // S3 takes no request without the hash of its body, and S3 Control none without the account.
    request.header("x-amz-content-sha256")?;
    let (asked, action) =
        ROUTES.iter().find_map(|(route, operation, action)| Some((route::rest(request, "s3", &[(route, operation)])?, action)))?;
    let control = *action == "GetAccountPublicAccessBlock";
    let account = request.header("x-amz-account-id").is_some_and(|account| account.len() == ACCOUNT.len());
    (!control || account).then(|| asked.by(&format!("s3:{action}")))
}

/// S3 publishes none for what concerns a bucket as a whole.
fn quota(_: &str) -> Quota {
    Quota::of("s3", 100)
}

/// Names, with `Status` of their versions.
const BUCKETS: [(&str, Option<&str>); 4] = [
    ("palisade-copies", Some("Suspended")),
    ("palisade-orders", Some("Enabled")),
    ("palisade-plain", None),
    ("palisade-replica", Some("Enabled")),
];

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let none = |code: &str| Some(Reply::error(404, code));
    let full = ask.name == "palisade-orders";
    let (root, inside) = match ask.action.strip_prefix("s3:")? {
        "ListAllMyBuckets" => ("ListAllMyBucketsResult", list(ask)),
        "GetAccountPublicAccessBlock" => ("PublicAccessBlockConfiguration", block([true; 4])),
        "GetBucketPolicy" if full => {
            return Some(Reply::ok(
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::palisade-orders/*"}]}"#,
            ));
        }
        "GetBucketPolicyStatus" if full => ("PolicyStatus", "<IsPublic>true</IsPublic>".to_owned()),
        "GetBucketPolicy" | "GetBucketPolicyStatus" => return none("NoSuchBucketPolicy"),
        "GetBucketPublicAccessBlock" if full => ("PublicAccessBlockConfiguration", block([true, true, false, false])),
        "GetBucketPublicAccessBlock" => return none("NoSuchPublicAccessBlockConfiguration"),
        "GetEncryptionConfiguration" => {
            let key = if full {
                "<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>alias/orders</KMSMasterKeyID>"
            } else {
                "<SSEAlgorithm>AES256</SSEAlgorithm>"
            };
            let rule = format!(
                "<Rule><ApplyServerSideEncryptionByDefault>{key}</ApplyServerSideEncryptionByDefault>\
                 <BucketKeyEnabled>false</BucketKeyEnabled></Rule>"
            );
            ("ServerSideEncryptionConfiguration", rule)
        }
        "GetBucketVersioning" => {
            let (_, status) = BUCKETS.iter().find(|(name, _)| *name == ask.name)?;
            ("VersioningConfiguration", status.map_or_else(String::new, |status| format!("<Status>{status}</Status>")))
        }
        "GetBucketObjectLockConfiguration" if full => {
            let lock = "<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode>\
                        <Days>400</Days></DefaultRetention></Rule>";
            ("ObjectLockConfiguration", lock.to_owned())
        }
        "GetBucketObjectLockConfiguration" => return none("ObjectLockConfigurationNotFoundError"),
        "GetReplicationConfiguration" if full => {
            let rule = format!(
                "<Role>arn:aws:iam::{ACCOUNT}:role/replicator</Role><Rule><ID>all</ID><Priority>1</Priority><Filter><Prefix/></Filter>\
                 <Status>Enabled</Status><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>\
                 <Destination><Bucket>arn:aws:s3:::palisade-replica</Bucket></Destination></Rule>"
            );
            ("ReplicationConfiguration", rule)
        }
        "GetReplicationConfiguration" => return none("ReplicationConfigurationNotFoundError"),
        "GetBucketNotification" => ("NotificationConfiguration", if full { told(ask) } else { String::new() }),
        _ => return None,
    };
    Some(Reply::ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inside}</{root}>"
    )))
}

fn list(ask: &Ask) -> String {
    // The Region that is asked for has all of them.
    let region = ask.parameter("bucket-region").unwrap_or_default();
    let page = ask.page(BUCKETS.len(), 10_000, "max-buckets", "continuation-token");
    let bucket = |number: usize| {
        format!(
            "<Bucket><Name>{}</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate><BucketRegion>{region}</BucketRegion></Bucket>",
            BUCKETS[number].0
        )
    };
    let next = page.next.as_ref().map(|next| format!("<ContinuationToken>{next}</ContinuationToken>"));
    format!("<Owner><ID>75aa57f0</ID></Owner><Buckets>{}</Buckets>{}", page.items.map(bucket).collect::<String>(), next.unwrap_or_default())
}

fn block(blocked: [bool; 4]) -> String {
    let names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    names.iter().zip(blocked).map(|(name, blocked)| format!("<{name}>{blocked}</{name}>")).collect()
}

fn told(ask: &Ask) -> String {
    let target = |kind: &str, name: &str, service: &str, resource: &str, event: &str| {
        let arn = format!("arn:aws:{service}:{}:{ACCOUNT}:{resource}", ask.region);
        format!("<{kind}><Id>{service}</Id><{name}>{arn}</{name}><Event>{event}</Event></{kind}>")
    };
    [
        target("TopicConfiguration", "Topic", "sns", "uploads", "s3:ObjectCreated:Put"),
        target("QueueConfiguration", "Queue", "sqs", "uploads", "s3:ObjectRemoved:*"),
        target("CloudFunctionConfiguration", "CloudFunction", "lambda", "function:uploads", "s3:ObjectCreated:*"),
        "<EventBridgeConfiguration/>".to_owned(),
    ]
    .concat()
}
