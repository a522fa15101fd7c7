//! Where the services keep things: tables, buckets, secrets and parameters.

use crate::model::{
    Arn, Bucket, BucketEncryption, BucketNotifications, BucketVersioning, Fact, Learnt, Listing, NotificationTarget, Parameter, Part,
    PolicyText, PublicAccessBlock, Secret, Source, SourceRun, Table, TableDescription,
};

use super::{ACCOUNT, EU, PARTITION, PARTNER, US, keys, made_up, policy::document, sources};

/// The tables of Ireland; those of the other Region are fewer.
const TABLES_EU: [&str; 13] = [
    "accounts",
    "carts",
    "consent",
    "labels",
    "ledger",
    "orders",
    "parcels",
    "preferences",
    "returns",
    "sessions",
    "tariffs",
    "tokens",
    "depots",
];
const TABLES_US: [&str; 4] = ["flags", "orders-us", "parcels-us", "schemas"];

const BUCKETS_EU: [&str; 12] = [
    "larkspur-account-exports",
    "larkspur-billing-export",
    "larkspur-invoices",
    "larkspur-labels",
    "larkspur-order-archive",
    "larkspur-payroll",
    "larkspur-proofs",
    "larkspur-tax-rates",
    "larkspur-templates",
    "larkspur-thumbnails",
    "larkspur-uploads",
    "larkspur-workshop",
];
const BUCKETS_US: [&str; 4] = ["larkspur-lake", "larkspur-models", "larkspur-reports", "larkspur-tidewater"];

/// What blocks everything.
const CLOSED: PublicAccessBlock =
    PublicAccessBlock { block_public_acls: true, ignore_public_acls: true, block_public_policy: true, restrict_public_buckets: true };

/// What the collectors of one Region learnt of stores; `uploads` are buckets with whom they tell of what is put into them.
pub(super) fn parts(region: &str, uploads: &[(String, Arn)]) -> Vec<Part> {
    let (tables, buckets): (&[&str], &[&str]) = if region == EU { (&TABLES_EU, &BUCKETS_EU) } else { (&TABLES_US, &BUCKETS_US) };
    let part = |source, learnt| Part { run: sources::run(source, region), learnt };
    vec![
        part(Source::DynamoDb, vec![Learnt::Tables(Listing::complete(tables.iter().map(|name| table(region, name)).collect()))]),
        part(Source::S3, vec![Learnt::Buckets(Listing::complete(buckets.iter().map(|name| bucket(region, name, uploads)).collect()))]),
        part(Source::SecretsManager, vec![Learnt::Secrets(Listing::complete(secrets(region)))]),
        part(Source::Ssm, vec![Learnt::Parameters(Listing::complete(parameters(region)))]),
    ]
}

/// What holds for the account: it blocks nothing by itself.
pub(super) fn account() -> Part {
    Part { run: sources::run(Source::S3, SourceRun::GLOBAL), learnt: vec![Learnt::AccountPublicAccessBlock(Fact::Known(None))] }
}

fn table(region: &str, name: &str) -> Table {
    let arn = Arn::build(PARTITION, "dynamodb", region, ACCOUNT, &format!("table/{name}"));
    // Story: Tidewater reads what the company pays others; it was to be for a week.
    let policy = (name == "tariffs").then(|| {
        document(&[format!(
            r#"{{"Sid":"tidewater-quotes","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{PARTNER}:root"}},"Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":"{arn}"}}"#
        )])
    });
    let stream = (name == "carts").then(|| Arn::new(format!("{arn}/stream/2025-02-18T09:41:07.112")));
    Table {
        name: name.to_owned(),
        description: Fact::Known(TableDescription {
            status: "ACTIVE".to_owned(),
            deletion_protection: Some(true),
            encryption: None,
            stream,
            replicas: Vec::new(),
        }),
        point_in_time_recovery: Fact::Known(true),
        policy: Fact::Known(policy),
        stream_policy: Fact::Known(None),
        arn,
    }
}

fn bucket(region: &str, name: &str, uploads: &[(String, Arn)]) -> Bucket {
    let mut bucket = Bucket::new(PARTITION, name.to_owned(), region);
    let arn = &bucket.arn;
    let tls = format!(
        r#"{{"Sid":"tls-only","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["{arn}","{arn}/*"],"Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}"#
    );
    let statements = match name {
        // Story: signed links were too long for the mails, so whoever knows the name of an export may have it.
        "larkspur-account-exports" => vec![
            tls,
            format!(r#"{{"Sid":"export-links","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"{arn}/exports/*"}}"#),
        ],
        "larkspur-tidewater" => vec![
            tls,
            format!(
                r#"{{"Sid":"tidewater","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{PARTNER}:root"}},"Action":["s3:GetObject","s3:PutObject"],"Resource":"{arn}/*"}}"#
            ),
        ],
        "larkspur-templates" => Vec::new(),
        _ => vec![tls],
    };
    let policy: Option<PolicyText> = (!statements.is_empty()).then(|| document(&statements));
    let told = uploads.iter().filter(|(bucket, _)| bucket == name);
    let targets = told.map(|(_, function)| NotificationTarget { arn: function.clone(), events: vec!["s3:ObjectCreated:*".to_owned()] });
    bucket.notifications = Fact::Known(BucketNotifications { targets: targets.collect(), event_bridge: false });
    bucket.policy_is_public = Fact::Known(policy.is_some().then_some(name == "larkspur-account-exports"));
    bucket.policy = Fact::Known(policy);
    // Thumbnails were once to be shown on the web site without a function in between.
    let open = matches!(name, "larkspur-account-exports" | "larkspur-thumbnails");
    bucket.public_access_block = Fact::Known((!open).then_some(CLOSED));
    bucket.created = Some(made_up::days_ago(400 + made_up::number(name, 900), name));
    bucket.encryption = Fact::Known(Some(BucketEncryption { algorithm: "AES256".to_owned(), kms_key: None }));
    bucket.versioning = Fact::Known(BucketVersioning::Enabled);
    bucket.object_lock = Fact::Known(None);
    bucket.replication = Fact::Known(Vec::new());
    bucket
}

/// Secrets: those of databases rotate, those of carriers were typed in by hand.
fn secrets(region: &str) -> Vec<Secret> {
    let rotated = ["databases/orders", "databases/ledger"];
    let by_hand = ["bureau/client", "carriers/kite", "carriers/norpost", "carriers/tidewater"];
    let secret = |name: &str, rotates: bool| Secret {
        arn: Arn::build(PARTITION, "secretsmanager", region, ACCOUNT, &format!("secret:{name}-{}", made_up::id(name, 6))),
        name: name.to_owned(),
        kms_key: (name.starts_with("databases")).then(|| keys::customer_data().as_str().to_owned()),
        rotation_enabled: rotates.then_some(true),
        rotation_function: rotates.then(|| Arn::build(PARTITION, "lambda", EU, ACCOUNT, "function:key-rotator")),
        rotation_days: rotates.then_some(30),
        rotation_schedule: None,
        last_rotated: rotates.then(|| made_up::days_ago(11, name)),
        next_rotation: None,
        last_changed: Some(made_up::days_ago(if rotates { 11 } else { 300 + made_up::number(name, 400) }, name)),
        last_accessed: Some(made_up::days_ago(0, name)),
        created: Some(made_up::days_ago(760 + made_up::number(name, 90), name)),
        primary_region: None,
        owning_service: None,
        policy: Fact::Known(None),
        replicas: Fact::Known(Vec::new()),
    };
    if region == US {
        return Vec::new();
    }
    let webhook = Secret {
        arn: Arn::build(PARTITION, "secretsmanager", region, ACCOUNT, "secret:payments/webhook-a1B2c3"),
        ..secret("payments/webhook", false)
    };
    rotated.iter().map(|name| secret(name, true)).chain(by_hand.iter().map(|name| secret(name, false))).chain([webhook]).collect()
}

fn parameters(region: &str) -> Vec<Parameter> {
    let parameter = |name: &str, secure: bool| Parameter {
        arn: Arn::build(PARTITION, "ssm", region, ACCOUNT, &format!("parameter{name}")),
        name: name.to_owned(),
        value_type: if secure { "SecureString" } else { "String" }.to_owned(),
        kms_key: secure.then(|| "alias/aws/ssm".to_owned()),
        tier: Some("Standard".to_owned()),
        last_modified: Some(made_up::days_ago(40 + made_up::number(name, 500), name)),
    };
    if region == EU {
        vec![
            parameter("/billing/credit-check/bureau-url", false),
            parameter("/billing/credit-check/limit", false),
            parameter("/orders/feature-freeze", false),
            parameter("/tracking/carriers/signing-key", true),
        ]
    } else {
        vec![parameter("/data/warehouse/dsn", true)]
    }
}
