//! KMS keys, their policies and grants.

use std::collections::BTreeMap;

use crate::model::{Arn, Fact, Gap, Grant, Key, KeyMetadata, PolicyText, Timestamp};

use super::{
    ACCOUNT, EU, PARTITION, PARTNER, US, made_up,
    policy::{document, texts, when},
    service::refused,
};

fn arn(region: &str, alias: &str) -> Arn {
    Arn::build(PARTITION, "kms", region, ACCOUNT, &format!("key/{}", made_up::uuid(&format!("key {region} {alias}"))))
}

/// The key of environment variables.
pub(super) fn environment(region: &str) -> Arn {
    arn(region, "environment")
}

/// The key of log groups.
pub(super) fn logs(region: &str) -> Arn {
    arn(region, "log-groups")
}

/// The key of card data, closed to auditors.
pub(super) fn payments_vault() -> Arn {
    arn(EU, "payments-vault")
}

/// The key that is about to be deleted.
pub(super) fn invoice_archive() -> Arn {
    arn(EU, "invoice-archive")
}

/// The key of personal data.
pub(super) fn customer_data() -> Arn {
    arn(EU, "customer-data")
}

/// The key that signs sessions.
pub(super) fn session_signing() -> Arn {
    arn(EU, "session-signing")
}

/// The key of the data lake.
pub(super) fn data_lake() -> Arn {
    arn(US, "data-lake")
}

/// The key of files that a partner may read.
pub(super) fn partner_exchange() -> Arn {
    arn(US, "partner-exchange")
}

/// Every key of `region`.
pub(super) fn all(region: &str) -> Vec<Key> {
    let mut keys = vec![
        key(region, "environment", "Environment variables of functions"),
        with_policy(key(region, "log-groups", "CloudWatch Logs log groups"), &[for_logs(region)]),
        owned_by_aws(region, "aws/lambda", "Default key that protects my Lambda functions when no other key is defined"),
    ];
    if region == EU {
        keys.extend(of_europe())
    } else {
        keys.extend(of_america())
    }
    keys
}

fn of_europe() -> Vec<Key> {
    let mut archive = key(EU, "invoice-archive", "Invoices before 2024, moved to Glacier");
    change(&mut archive, |metadata| {
        metadata.state = "PendingDeletion".to_owned();
        metadata.deletion = Some(made_up::days_ago(0, "invoice-archive deletion")).and_then(|at| days_after(at, 9));
    });
    archive.rotation_enabled = Gap::unsupported("a key that is pending deletion does not rotate").into();

    // Whoever made this meant "any service of this account": nothing says whose.
    let media = with_policy(
        key(EU, "media-cache", "Thumbnails and label previews"),
        &[statement(
            "ThroughS3",
            r#"{"AWS":"*"}"#,
            &["kms:Decrypt", "kms:GenerateDataKey"],
            Some(&when("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com")),
        )],
    );

    let mut customers = key(EU, "customer-data", "Personal data: accounts, addresses, proofs of delivery");
    customers.rotation_enabled = Fact::Known(false);

    let mut vault = Key::new(payments_vault());
    vault.aliases = Fact::Known(vec!["alias/payments-vault".to_owned()]);
    let resource = vault.arn.to_string();
    vault.metadata = refused("kms:DescribeKey", &resource).into();
    vault.policy = refused("kms:GetKeyPolicy", &resource).into();
    vault.rotation_enabled = refused("kms:GetKeyRotationStatus", &resource).into();
    vault.grants = refused("kms:ListGrants", &resource).into();

    let mut sessions = key(EU, "session-signing", "Signs session cookies");
    change(&mut sessions, |metadata| metadata.spec = "HMAC_256".to_owned());
    sessions.rotation_enabled = Gap::unsupported("HMAC keys do not rotate").into();

    let ledger = key(EU, "ledger", "Ledger and billing tables");
    vec![archive, media, customers, vault, sessions, ledger]
}

fn of_america() -> Vec<Key> {
    let mut lake = key(US, "data-lake", "Clickstream and warehouse buckets");
    lake.rotation_enabled = Fact::Known(false);
    lake.grants = Fact::Known(vec![Grant {
        id: made_up::fingerprint("spark grant"),
        name: Some("spark-on-emr".to_owned()),
        grantee: format!("arn:aws:iam::{ACCOUNT}:role/emr-spark-2023"),
        operations: ["Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo", "CreateGrant"].map(str::to_owned).into(),
        constrained: false,
        encryption_context: BTreeMap::new(),
        created: Some(made_up::days_ago(1_124, "spark grant")),
    }]);

    let mut partner = with_policy(
        key(US, "partner-exchange", "Manifests that Tidewater Freight reads"),
        &[statement("TidewaterReads", &format!(r#"{{"AWS":"arn:aws:iam::{PARTNER}:root"}}"#), &["kms:Decrypt", "kms:DescribeKey"], None)],
    );
    partner.grants = Fact::Known(vec![Grant {
        id: made_up::fingerprint("tidewater grant"),
        name: None,
        grantee: format!("arn:aws:iam::{PARTNER}:role/manifest-reader"),
        operations: vec!["Decrypt".to_owned()],
        constrained: true,
        encryption_context: BTreeMap::from([("exchange".to_owned(), "manifests".to_owned())]),
        created: Some(made_up::days_ago(77, "tidewater grant")),
    }]);
    vec![lake, partner]
}

/// A key of which everything is known and nothing is wrong.
fn key(region: &str, alias: &str, description: &str) -> Key {
    let mut key = Key::new(arn(region, alias));
    key.aliases = Fact::Known(vec![format!("alias/{alias}")]);
    key.metadata = Fact::Known(KeyMetadata {
        description: description.to_owned(),
        state: "Enabled".to_owned(),
        customer_managed: true,
        origin: "AWS_KMS".to_owned(),
        spec: "SYMMETRIC_DEFAULT".to_owned(),
        multi_region: Some(false),
        replica_regions: None,
        created: Some(made_up::days_ago(700, alias)),
        deletion: None,
    });
    key.rotation_enabled = Fact::Known(true);
    key.grants = Fact::Known(Vec::new());
    with_policy(key, &[])
}

fn owned_by_aws(region: &str, alias: &str, description: &str) -> Key {
    let mut key = key(region, alias, description);
    change(&mut key, |metadata| metadata.customer_managed = false);
    key
}

fn change(key: &mut Key, change: impl FnOnce(&mut KeyMetadata)) {
    if let Some(metadata) = key.metadata.known_mut() {
        change(metadata);
    }
}

/// The account administers the key by IAM; `more` comes on top.
fn with_policy(mut key: Key, more: &[String]) -> Key {
    let mut statements = vec![statement("Administration", &format!(r#"{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}}"#), &["kms:*"], None)];
    statements.extend_from_slice(more);
    let policy: PolicyText = document(&statements);
    key.policy = Fact::Known(policy);
    key
}

fn for_logs(region: &str) -> String {
    statement(
        "CloudWatchLogs",
        &format!(r#"{{"Service":"logs.{region}.amazonaws.com"}}"#),
        &["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        Some(&when("ArnLike", "kms:EncryptionContext:aws:logs:arn", &format!("arn:aws:logs:{region}:{ACCOUNT}:*"))),
    )
}

fn statement(sid: &str, principal: &str, actions: &[&str], condition: Option<&str>) -> String {
    let condition = condition.map(|condition| format!(r#","Condition":{condition}"#)).unwrap_or_default();
    format!(r#"{{"Sid":"{sid}","Effect":"Allow","Principal":{principal},"Action":{},"Resource":"*"{condition}}}"#, texts(actions))
}

fn days_after(at: Timestamp, days: i64) -> Option<Timestamp> {
    Timestamp::from_unix(at.unix() + days * 86_400)
}
