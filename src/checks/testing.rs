//! What the cases of checks are made of: fragments of postures, and a table of what a check must say of them.

use std::collections::BTreeMap;

use super::{Check, Context, Ruling, Settings};
use crate::model::{
    Arn, Bucket, BucketNotifications, CodeLocation, CodeSigningConfig, Fact, Function, FunctionState, Gap, Identity, Key, KeyMetadata,
    LambdaSettings, LogGroup, LoggingConfig, NotificationTarget, Policies, PolicyText, Posture, PublicAccessBlock, Region, Role,
    RuntimeManagement, Secret, ServiceUse, Table, TableDescription, Timestamp, Version,
};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const REGION: &str = "eu-west-1";

/// 23 November 2026: when the postures of the cases are taken.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().expect("a date")
}

/// The code of every function, and of its versions.
const CODE: &str = "IrFIIwvbVKqWmJWo2kBzJj9sU2cJoM4mOCCVYaz7Ewo=";

/// What a check says of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Pass,
    Fail,
    Unknown,
    NotApplicable,
}

/// A posture in which everything was read and nothing is there; the root user read it.
pub(crate) fn empty() -> Posture {
    let mut posture = Posture::new(ACCOUNT, now());
    posture.identity = Identity::empty();
    posture.governance.caller = Fact::Known(posture.root());
    let lambda_settings = LambdaSettings { concurrent_executions: 1000, unreserved_concurrent_executions: 1000 };
    posture.regions.insert(REGION.to_owned(), Region { lambda_settings: Fact::Known(lambda_settings), ..Region::empty() });
    posture
}

/// A posture in which every list was denied, in one Region.
pub(crate) fn denied() -> Posture {
    let gap = Gap::denied("any:Action", "AccessDeniedException");
    let mut posture = Posture::new(ACCOUNT, now());
    posture.identity = Identity::lacking(&gap);
    posture.regions.insert(REGION.to_owned(), Region::lacking(&gap));
    posture
}

/// A posture with one sound function and what belongs to it, changed by `change`.
pub(crate) fn with_function(change: impl FnOnce(&mut Function)) -> Posture {
    let mut posture = empty();
    let mut function = function("orders");
    change(&mut function);
    let region = posture.regions.get_mut(REGION).expect("the Region");
    region.log_groups.items.push(log_group("/aws/lambda/orders"));
    region.code_signing_configs.items.push(CodeSigningConfig {
        arn: Arn::build("aws", "lambda", REGION, ACCOUNT, "code-signing-config:csc-0f6c334abcdea4d8b"),
        enforced: true,
        profiles: vec![],
        functions: Fact::Known(vec![function.arn.clone()]),
    });
    region.functions.items.push(function);
    posture.identity.roles.items.push(role("orders-role", LOGS_ONLY));
    posture
}

/// A posture with one sound execution role whose inline policy is `policy`, and the function that runs as it.
pub(crate) fn with_role(policy: &str) -> Posture {
    let mut posture = with_function(|_| ());
    posture.identity.roles.items[0] = role("orders-role", policy);
    posture
}

/// A policy that lets the function write its logs, and nothing else.
pub(crate) const LOGS_ONLY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/*"}]}"#;

/// The trust policy of an execution role.
pub(crate) const TRUSTS_LAMBDA: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// A function of which everything is known and nothing is wrong.
pub(crate) fn function(name: &str) -> Function {
    let arn = Arn::build("aws", "lambda", REGION, ACCOUNT, &format!("function:{name}"));
    let mut function = Function::new(arn, Arn::build("aws", "iam", "", ACCOUNT, &format!("role/{name}-role")));
    function.runtime = Some("python3.14".to_owned());
    function.last_modified = Some(now());
    function.code_sha256 = Some(CODE.to_owned());
    function.revision_id = Some("5a1f9a2c-7d0e-4c8e-9f32-0b6f4e3a1c55".to_owned());
    function.environment = Fact::Known(BTreeMap::new());
    function.tracing_active = true;
    function.logging = Fact::Known(LoggingConfig {
        format: "JSON".to_owned(),
        application_level: Some("INFO".to_owned()),
        system_level: Some("WARN".to_owned()),
        group: None,
    });
    function.state = Fact::Known(FunctionState {
        state: "Active".to_owned(),
        reason_code: None,
        last_update: "Successful".to_owned(),
        last_update_reason_code: None,
    });
    function.tags = Fact::Known(BTreeMap::new());
    function.reserved_concurrency = Fact::Known(None);
    function.policies = BTreeMap::from([(Function::UNQUALIFIED.to_owned(), Fact::Known(None))]);
    function.urls = Fact::Known(vec![]);
    function.aliases = Fact::Known(vec![]);
    function.versions = Fact::Known(
        ["1", "2"].map(|number| Version { number: number.to_owned(), code_sha256: Some(CODE.to_owned()), last_modified: None }).into(),
    );
    function.runtime_management = Fact::Known(RuntimeManagement { update_on: "Auto".to_owned(), version_arn: None });
    function.recursive_loop_terminated = Fact::Known(true);
    function.code = Fact::Known(CodeLocation { repository: Some("S3".to_owned()), ..CodeLocation::default() });
    function.runtime_version = Fact::Known(None);
    function.event_invoke = Fact::Known(Vec::new());
    function.scaling = Fact::Known(None);
    function
}

/// An execution role that trusts Lambda and holds one inline policy.
pub(crate) fn role(name: &str, policy: &str) -> Role {
    Role {
        arn: Arn::build("aws", "iam", "", ACCOUNT, &format!("role/{name}")),
        name: name.to_owned(),
        id: "AROAEXAMPLE".to_owned(),
        created: Some(now()),
        trust: PolicyText::from(TRUSTS_LAMBDA),
        policies: Policies { inline: BTreeMap::from([("inline".to_owned(), PolicyText::from(policy))]), attached: vec![] },
        boundary: None,
        tags: BTreeMap::new(),
        last_used: Fact::Known(None),
        services_used: Fact::Known(vec![ServiceUse { service: "logs".to_owned(), last_used: Some(now()) }]),
    }
}

/// A customer managed key of which everything is known and nothing is wrong.
pub(crate) fn key(id: &str) -> Key {
    let mut key = Key::new(Arn::build("aws", "kms", REGION, ACCOUNT, &format!("key/{id}")));
    key.aliases = Fact::Known(vec![]);
    key.metadata = Fact::Known(KeyMetadata {
        description: String::new(),
        state: "Enabled".to_owned(),
        customer_managed: true,
        origin: "AWS_KMS".to_owned(),
        spec: "SYMMETRIC_DEFAULT".to_owned(),
        multi_region: Some(false),
        replica_regions: None,
        created: Some(now()),
        deletion: None,
    });
    key.policy = Fact::Known(PolicyText::from(
        r#"{"Version":"2012-10-17","Statement":[{"Sid":"root","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}"#,
    ));
    key.rotation_enabled = Fact::Known(true);
    key.grants = Fact::Known(vec![]);
    key
}

/// A table without a policy or a stream.
pub(crate) fn table(name: &str) -> Table {
    Table {
        arn: Arn::build("aws", "dynamodb", REGION, ACCOUNT, &format!("table/{name}")),
        name: name.to_owned(),
        description: Fact::Known(TableDescription {
            status: "ACTIVE".to_owned(),
            deletion_protection: Some(true),
            encryption: None,
            stream: None,
            replicas: Vec::new(),
        }),
        point_in_time_recovery: Fact::Known(true),
        policy: Fact::Known(None),
        stream_policy: Fact::Known(None),
    }
}

/// A posture with a table, changed by `change`, and nothing else.
pub(crate) fn with_table(change: impl FnOnce(&mut Table)) -> Posture {
    let mut posture = empty();
    let mut table = table("orders");
    change(&mut table);
    posture.regions.get_mut(REGION).expect("the Region").tables.items.push(table);
    posture
}

/// A secret that rotates by a function called `rotator`.
pub(crate) fn secret(name: &str) -> Secret {
    Secret {
        arn: Arn::build("aws", "secretsmanager", REGION, ACCOUNT, &format!("secret:{name}-a1B2c3")),
        name: name.to_owned(),
        kms_key: None,
        rotation_enabled: Some(true),
        rotation_function: Some(Arn::build("aws", "lambda", REGION, ACCOUNT, "function:rotator")),
        rotation_days: Some(30),
        rotation_schedule: None,
        last_rotated: Some(now()),
        next_rotation: None,
        last_changed: Some(now()),
        last_accessed: Some(now()),
        created: Some(now()),
        primary_region: None,
        owning_service: None,
        policy: Fact::Known(None),
        replicas: Fact::Known(Vec::new()),
    }
}

/// A posture with a secret, changed by `change`, and nothing else.
pub(crate) fn with_secret(change: impl FnOnce(&mut Secret)) -> Posture {
    let mut posture = empty();
    let mut secret = secret("orders-db");
    change(&mut secret);
    posture.regions.get_mut(REGION).expect("the Region").secrets.items.push(secret);
    posture
}

/// A bucket that notifies the function `orders`, is closed by itself and refuses what comes without TLS.
pub(crate) fn bucket(name: &str) -> Bucket {
    let mut bucket = Bucket::new("aws", name.to_owned(), REGION);
    let arn = &bucket.arn;
    bucket.policy = Fact::Known(Some(PolicyText::new(format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["{arn}","{arn}/*"],"Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}]}}"#
    ))));
    bucket.policy_is_public = Fact::Known(Some(false));
    let on = true;
    bucket.public_access_block = Fact::Known(Some(PublicAccessBlock {
        block_public_acls: on,
        ignore_public_acls: on,
        block_public_policy: on,
        restrict_public_buckets: on,
    }));
    bucket.notifications = Fact::Known(BucketNotifications {
        targets: vec![NotificationTarget {
            arn: Arn::build("aws", "lambda", REGION, ACCOUNT, "function:orders"),
            events: vec!["s3:ObjectCreated:*".to_owned()],
        }],
        event_bridge: false,
    });
    bucket.replication = Fact::Known(Vec::new());
    bucket
}

/// A posture with such a bucket, changed by `change`, in an account that blocks nothing by itself.
pub(crate) fn with_bucket(change: impl FnOnce(&mut Bucket)) -> Posture {
    let mut posture = empty();
    let mut bucket = bucket("orders");
    change(&mut bucket);
    posture.governance.s3_public_access_block = Fact::Known(None);
    posture.regions.get_mut(REGION).expect("the Region").buckets.items.push(bucket);
    posture
}

/// A log group that keeps a year under a customer key.
pub(crate) fn log_group(name: &str) -> LogGroup {
    LogGroup {
        arn: Arn::build("aws", "logs", REGION, ACCOUNT, &format!("log-group:{name}")),
        name: name.to_owned(),
        retention_days: Some(365),
        kms_key: Some(Arn::build("aws", "kms", REGION, ACCOUNT, "key/logs")),
        data_protection: None,
        inherited: Vec::new(),
        deletion_protection: Some(true),
        stored_bytes: 1024,
        created: Some(now()),
        last_event: Fact::Known(Some(now())),
        subscriptions: Fact::Known(Vec::new()),
    }
}

/// What `check` says of `posture`: one entry a verdict, with the resource's name.
pub(crate) fn ask(check: &'static Check, posture: &Posture) -> Vec<(String, Says)> {
    ask_with(check, posture, &Settings::default())
}

/// Like [`ask`], with the user's settings.
pub(crate) fn ask_with(check: &'static Check, posture: &Posture, settings: &Settings) -> Vec<(String, Says)> {
    let context = Context::new(posture, settings);
    let verdicts = (check.run)(&context);
    verdicts
        .iter()
        .map(|verdict| {
            let says = match &verdict.ruling {
                Ruling::Pass => Says::Pass,
                Ruling::NotApplicable => Says::NotApplicable,
                Ruling::Unknown(_) => Says::Unknown,
                Ruling::Fail(fault) => {
                    assert!(!fault.evidence.is_empty(), "{} fails {} without evidence", check.id, verdict.resource);
                    assert!(!fault.message.is_empty(), "{} fails {} without a message", check.id, verdict.resource);
                    // What a fault goes by is what `explain` says that the check is decided from: IAM actions, that is.
                    let actions = fault.evidence.iter().map(|evidence| evidence.source);
                    for action in actions.filter(|source| source.contains(':') && !source.starts_with("palisade:")) {
                        assert!(check.guide.calls.contains(&action), "the guide of {} does not name {action}", check.id);
                    }
                    Says::Fail
                }
            };
            (verdict.resource.name().to_owned(), says)
        })
        .collect()
}

/// Asserts what `check` says in each case: the case's name, the posture, what it must say of the only resource it judges.
#[track_caller]
pub(crate) fn cases<const N: usize>(check: &'static Check, cases: [(&str, Posture, Says); N]) {
    for (name, posture, expected) in cases {
        let said = ask(check, &posture);
        assert!(said.len() == 1 && said[0].1 == expected, "{}: {name}: expected one {expected:?}, got {said:?}", check.id);
    }
}
