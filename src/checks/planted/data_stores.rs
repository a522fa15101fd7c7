//! Flaws of layer 3 in what keeps data, and where it goes: DP-009 to DP-013, DP-019, DP-020.

use super::account::{Account, ELSEWHERE, FRIEND, STRANGER, ago, allow, arn, document, iam, lets};
use super::things::{classify, variables};
use crate::{
    checks::{
        routes,
        testing::{self, ACCOUNT, REGION},
    },
    model::{
        Arn, BucketNotifications, EventInvokeConfig, Fact, NotificationTarget, Secret, SecretReplica, Subscription, SubscriptionEndpoint,
        Table, TableReplica,
    },
};

pub(super) fn plant(account: &mut Account) {
    queues(account);
    tables(account);
    foreign(account);
    buckets(account);
    secrets(account);
    leaks(account);
    leaks_of_what_is_read(account);
    regions(account);
}

fn queues(account: &mut Account) {
    let clear = account.queue("in-clear", |queue| queue.sqs_managed_sse = Some(false));
    let keyed = account.queue("under-own-key", |queue| {
        queue.sqs_managed_sse = Some(false);
        queue.kms_key = Some("alias/jobs".to_owned());
    });
    let idle = account.queue("in-clear-of-nobody", |queue| queue.sqs_managed_sse = Some(false));
    let stream =
        account.stream("stream-in-clear", |stream| stream.summary.known_mut().expect("the summary").encryption = Some("NONE".to_owned()));
    let topic = account.topic("topic-in-clear", None);
    let topics = &mut account.region().topics.items;
    topics.iter_mut().filter(|one| one.arn == topic).for_each(|one| one.attributes.known_mut().expect("the attributes").kms_key = None);
    let uses = [
        allow(&["sqs:SendMessage"], clear.as_str()),
        allow(&["sqs:SendMessage"], keyed.as_str()),
        allow(&["kinesis:PutRecord"], stream.as_str()),
        allow(&["sns:Publish"], topic.as_str()),
    ];
    let uses: Vec<&str> = uses.iter().map(String::as_str).collect();
    account.function_that("sends-in-clear", &uses, |_| ());
    account.flaw("DP-009", &clear, "a queue without encryption");
    account.flaw("DP-009", &stream, "a stream without encryption");
    account.flaw("DP-009", &topic, "a topic without a key");
    account.innocent("DP-009", &keyed, "a key of the account's own in place of SQS's");
    account.innocent("DP-009", &idle, "no function works with it");
}

/// A table that `change` makes worse.
fn table(account: &mut Account, name: &str, change: impl FnOnce(&mut Table)) -> Arn {
    let mut table = testing::table(name);
    change(&mut table);
    let own = table.arn.clone();
    account.region().tables.items.push(table);
    own
}

fn tables(account: &mut Account) {
    let lossy = |table: &mut Table| table.point_in_time_recovery = Fact::Known(false);
    let loose = |table: &mut Table| table.description.known_mut().expect("the description").deletion_protection = Some(false);
    let lost = table(account, "cannot-be-restored", lossy);
    let deletable = table(account, "deleted-by-one-call", loose);
    let reached = table(account, "reached-by-wildcard", |table| {
        lossy(table);
        loose(table);
    });
    let index = format!("{deletable}/index/*");
    let uses = [allow(&["dynamodb:GetItem"], lost.as_str()), allow(&["dynamodb:Query"], &index)];
    account.function_that("keeps-in-tables", &[&uses[0], &uses[1]], |_| ());
    let prefix = "arn:aws:dynamodb:eu-west-1:123456789012:table/reached-*";
    account.function_that("reaches-tables", &[&allow(&["dynamodb:GetItem"], prefix)], |_| ());
    account.flaw("DP-010", &lost, "no point-in-time recovery");
    account.flaw("DP-010", &deletable, "no deletion protection");
    account.innocent("DP-010", &reached, "reached by a wildcard only");
}

fn foreign(account: &mut Account) {
    let root = |id: &str| format!(r#"{{"AWS":"arn:aws:iam::{id}:root"}}"#);
    let own = |name: &str| arn("dynamodb", &format!("table/{name}"));
    let lent = |name: &str, id: &str| Fact::Known(Some(document(&[&lets(&root(id), "dynamodb:GetItem", &own(name), "")])));
    let shared = table(account, "lent-table", |table| table.policy = lent("lent-table", STRANGER));
    let friendly = table(account, "lent-to-a-friend", |table| table.policy = lent("lent-to-a-friend", FRIEND));
    let within = table(account, "lent-within", |table| table.policy = lent("lent-within", ACCOUNT));
    let read = lets(&root(STRANGER), "kinesis:GetRecords", &arn("kinesis", "stream/lent-stream"), "");
    let stream = account.stream("lent-stream", |stream| stream.policy = Fact::Known(Some(document(&[&read]))));
    account.flaw("DP-011", &shared, "another account reads the table");
    account.flaw("DP-011", &stream, "another account reads the stream");
    account.innocent("DP-011", &friendly, "an account that the configuration trusts");
    account.innocent("DP-011", &within, "the account itself");
}

fn buckets(account: &mut Account) {
    let told = account.function("told-of-uploads", |function| function.dead_letter = Some(arn("sqs", "letters")));
    let everyone = |name: &str| {
        format!(r#"{{"Sid":"web","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{name}/*"}}"#)
    };
    let open = account.bucket("open-to-the-web", Some(&told), |bucket| {
        bucket.policy = Fact::Known(Some(document(&[&everyone("open-to-the-web")])));
        bucket.policy_is_public = Fact::Known(Some(true));
        bucket.public_access_block = Fact::Known(None);
    });
    let unblocked = account.bucket("blocks-nothing", Some(&told), |bucket| bucket.public_access_block = Fact::Known(None));
    let untold = account.bucket("without-tls", Some(&told), |bucket| bucket.policy = Fact::Known(None));
    let idle = account.bucket("blocks-nothing-for-nobody", None, |bucket| bucket.public_access_block = Fact::Known(None));
    let queued = account.bucket("blocks-nothing-for-a-queue", None, |bucket| {
        bucket.public_access_block = Fact::Known(None);
        let targets = vec![NotificationTarget { arn: arn("sqs", "letters"), events: Vec::new() }];
        bucket.notifications = Fact::Known(BucketNotifications { targets, event_bridge: false });
    });
    account.flaw("DP-012", &open, "anyone reads it");
    account.flaw("DP-012", &unblocked, "one statement would open it");
    account.flaw("DP-012", &untold, "answers without TLS");
    account.innocent("DP-012", &idle, "no function works with it");
    account.innocent("DP-012", &queued, "notifies a queue, and no function works with it");
}

fn secrets(account: &mut Account) {
    let mut with = |name: &str, change: &dyn Fn(&mut Secret)| {
        let mut secret = testing::secret(name);
        change(&mut secret);
        let own = secret.arn.clone();
        account.region().secrets.items.push(secret);
        own
    };
    let manual = |secret: &mut Secret| secret.rotation_enabled = None;
    let never = with("never-rotates", &manual);
    let late = with("rotates-late", &|secret| secret.next_rotation = Some(ago(9)));
    let owned = with("rotated-by-rds", &|secret| {
        manual(secret);
        secret.owning_service = Some("rds".to_owned());
    });
    let replica = with("replica-of-another", &|secret| {
        manual(secret);
        secret.primary_region = Some("eu-central-1".to_owned());
    });
    let idle = with("never-rotates-for-nobody", &manual);
    let within = with("rotates-within-its-window", &|secret| secret.next_rotation = Some(ago(1)));
    let pairs: Vec<(String, String)> = [&never, &late, &owned, &replica, &within]
        .iter()
        .enumerate()
        .map(|(number, secret)| (format!("SECRET_{number}_ARN"), secret.to_string()))
        .collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    account.function("uses-secrets", |function| variables(function, &pairs));
    account.flaw("DP-013", &never, "does not rotate");
    account.flaw("DP-013", &late, "should have rotated nine days ago");
    account.innocent("DP-013", &owned, "a service of AWS rotates it");
    account.innocent("DP-013", &replica, "a replica follows its primary");
    account.innocent("DP-013", &idle, "no function works with it");
    account.innocent("DP-013", &within, "late by a day, within its window");
    let mut reads = |name: &str, resource: &str| {
        account.function_that(name, &[&allow(&["secretsmanager:GetSecretValue"], resource)], |_| ());
        iam(&format!("role/{name}-role"))
    };
    let one = reads("reads-a-stuck-secret", idle.as_str());
    let some = reads("reads-stuck-secrets", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:never-rotates-for-*");
    let by_service = reads("reads-what-rds-rotates", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rotated-by-rds-*");
    let copy = reads("reads-a-replica", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:replica-of-*");
    account.flaw("IR-011", &one, "a secret that nothing rotates");
    account.flaw("IR-011", &some, "secrets that nothing rotates");
    account.innocent("IR-011", &by_service, "a service of AWS rotates it");
    account.innocent("IR-011", &copy, "a replica is judged where its primary is");
    // Named by a role, the first of them is a function's after all.
    account.innocent.retain(|row| !(row.check == "DP-013" && row.resource == idle));
    account.flaw("DP-013", &idle, "does not rotate, and a role names it");
    for role in ["admin-role", "admin-too-role", "admin-alone-role", "power-user-role"] {
        account.flaw("IR-011", &iam(&format!("role/{role}")), "reads all secrets, stuck ones among them");
    }
}

/// Sensitive functions and what they may write to.
fn leaks(account: &mut Account) {
    let subscribe = |account: &mut Account, topic: &Arn, protocol: &str, endpoint: SubscriptionEndpoint| {
        account.region().subscriptions.items.push(Subscription {
            arn: Arn::new(format!("{topic}:{protocol}")),
            topic: topic.clone(),
            owner: ACCOUNT.to_owned(),
            protocol: protocol.to_owned(),
            endpoint,
        });
    };
    let (hooks, mail) = (account.topic("hooks", None), account.topic("mail", None));
    subscribe(account, &hooks, "https", SubscriptionEndpoint::Host("hooks.example.com".to_owned()));
    subscribe(account, &mail, "email", SubscriptionEndpoint::Host("example.com".to_owned()));
    let abroad = format!("arn:aws:sqs:eu-west-1:{STRANGER}:inbox");
    let to_stranger = account.sensitive("leaks-to-a-stranger", &[&allow(&["sqs:SendMessage"], &abroad)], |_| ());
    let to_web = account.sensitive("leaks-to-the-web", &[&allow(&["sns:Publish"], hooks.as_str())], |_| ());
    let result = EventInvokeConfig {
        qualifier: "$LATEST".to_owned(),
        on_success: Some(Arn::from(abroad.as_str())),
        on_failure: Some(arn("sqs", "letters")),
        retry_attempts: None,
        event_age_seconds: None,
    };
    let by_results = account.sensitive("leaks-by-its-results", &[], |function| function.event_invoke = Fact::Known(vec![result]));
    account.flaw("DP-019", &to_stranger, "may send to another account's queue");
    account.flaw("DP-019", &to_web, "may publish to a topic that goes to the internet");
    account.flaw("DP-019", &by_results, "its results go to another account");
    let to_people = account.sensitive("tells-people", &[&allow(&["sns:Publish"], mail.as_str())], |_| ());
    let friendly = format!("arn:aws:sqs:eu-west-1:{FRIEND}:inbox");
    let to_friend = account.sensitive("tells-a-friend", &[&allow(&["sqs:SendMessage"], &friendly)], |_| ());
    let plain = account.function_that("leaks-nothing-of-worth", &[&allow(&["sqs:SendMessage"], &abroad)], |_| ());
    account.innocent("DP-019", &to_people, "mails go to people");
    account.innocent("DP-019", &to_friend, "an account that the configuration trusts");
    account.innocent("DP-019", &plain, "no sensitive data");
    let held = "arn:aws:s3:::held-shut/*";
    let shut = account.sensitive("writes-to-what-is-held-shut", &[&allow(&["s3:PutObject"], held)], |_| ());
    account.innocent("DP-019", &shut, "a public policy that RestrictPublicBuckets holds shut");
}

/// Functions of no class, and what they read that is of one.
fn leaks_of_what_is_read(account: &mut Account) {
    let patients = table(account, "patients", |_| ());
    let minutes = account.bucket("minutes", None, |_| ());
    let intake = account.queue("intake", |_| ());
    for (store, class) in [(&patients, "phi"), (&minutes, "confidential"), (&intake, "pii")] {
        classify(account, store, class);
    }
    let abroad = allow(&["sqs:SendMessage"], &format!("arn:aws:sqs:eu-west-1:{STRANGER}:inbox"));
    let gets = |resource: &str| allow(&["dynamodb:GetItem"], resource);
    let puts = allow(&["s3:PutObject"], &format!("{minutes}/*"));
    let mut with = |name: &str, statements: &[&str]| account.function_that(name, statements, |_| ());
    let abroad_with_patients = with("sends-patients-abroad", &[&gets(patients.as_str()), &abroad]);
    let into_minutes = with("puts-patients-into-minutes", &[&gets(patients.as_str()), &puts]);
    let denied = format!(r#"{{"Effect":"Deny","Action":"dynamodb:*","Resource":"{patients}"}}"#);
    let refused = with("is-refused-patients", &[&gets(patients.as_str()), &denied, &abroad]);
    let by_wildcard = with("reads-patients-by-wildcard", &[&gets("arn:aws:dynamodb:eu-west-1:123456789012:table/patient*"), &abroad]);
    let writes = with("writes-patients", &[&allow(&["dynamodb:PutItem"], patients.as_str()), &abroad]);
    let stays = with("keeps-patients", &[&allow(&["dynamodb:GetItem", "dynamodb:PutItem"], patients.as_str())]);
    let takes = with(
        "sends-what-comes-in-abroad",
        &[&allow(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], intake.as_str()), &abroad],
    );
    account.mapping("intake", &intake, &takes, |_| ());
    account.flaw("DP-019", &abroad_with_patients, "reads a restricted table, and may send to another account's queue");
    account.flaw("DP-019", &into_minutes, "reads a restricted table, and writes to a bucket that is confidential");
    account.flaw("DP-019", &takes, "takes from a confidential queue, and may send to another account's");
    account.innocent("DP-019", &refused, "a deny holds it off the table");
    account.innocent("DP-019", &by_wildcard, "a wildcard reaches the table");
    account.innocent("DP-019", &writes, "writes to the table, and reads nothing");
    account.innocent("DP-019", &stays, "what it reads goes back");
}

/// Data outside of where it may be.
fn regions(account: &mut Account) {
    let mut away = testing::table("kept-elsewhere");
    away.arn = Arn::build("aws", "dynamodb", ELSEWHERE, ACCOUNT, "table/kept-elsewhere");
    let kept = away.arn.clone();
    account.region_of(ELSEWHERE).tables.items.push(away);
    let replica = |region: &str| TableReplica { region: region.to_owned(), status: None, kms_key: None };
    let copied = table(account, "copied-elsewhere", |table| {
        table.description.known_mut().expect("the description").replicas = vec![replica(ELSEWHERE)];
    });
    let within = table(account, "copied-within", |table| {
        table.description.known_mut().expect("the description").replicas = vec![replica("eu-central-1")];
    });
    let mut secret = testing::secret("copied-secret");
    secret.replicas = Fact::Known(vec![SecretReplica { region: ELSEWHERE.to_owned(), status: None, arn: None }]);
    let secret_arn = secret.arn.clone();
    account.region().secrets.items.push(secret);
    account.flaw("DP-020", &kept, "a table of another Region");
    account.flaw("DP-020", &copied, "a replica in another Region");
    account.flaw("DP-020", &secret_arn, "a replica in another Region");
    account.innocent("DP-020", &within, "a replica in an allowed Region");
    let mut within =
        routes::testing::rule("sends-within", r#"{"source":["shop"]}"#, Arn::build("aws", "sqs", "eu-central-1", FRIEND, "inbox"));
    within.arn = Arn::build("aws", "events", REGION, ACCOUNT, "rule/sends-within");
    account.innocent("DP-020", &within.arn, "a rule that leads to an allowed Region");
    account.region().event_rules.items.push(within);
    let key = account.key("of-two-regions", |key| {
        let metadata = key.metadata.known_mut().expect("the metadata");
        (metadata.multi_region, metadata.replica_regions) = (Some(true), Some(vec!["eu-central-1".to_owned()]));
    });
    account.innocent("DP-020", &key, "a multi-Region key with its replica in an allowed Region");
}
