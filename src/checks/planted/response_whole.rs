//! Flaws of layer 5 in what is kept of before, IR-008 to IR-010, and what is said of an account as a whole: IA-026, IR-013,
//! MV-009.

use super::account::{Account, STRANGER, ago, arn, document};
use super::monitoring_watch::store;
use super::response::url;
use super::things::{alarm_on, metric, tag};
use crate::{
    checks::{
        testing::{ACCOUNT, REGION},
        testing_watch::{selector, trail},
    },
    model::{
        AdvancedEventSelector, Arn, BucketVersioning, Fact, FieldSelector, FilterMetric, Function, Group, LevelKind, MetricFilter,
        OrganizationLevel, Policies, Posture, Stack, TrailSelectors,
    },
};

pub(super) fn plant(account: &mut Account) {
    changes(account);
    stacks(account);
    evidence(account);
}

/// What has come since the account was last approved of: IR-008.
fn changes(account: &mut Account) {
    const LAYER: &str = "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension";
    let reached = account.function("grew-a-url", |function| function.urls = Fact::Known(vec![url(Function::UNQUALIFIED)]));
    let layered = account.function("grew-a-layer", |function| function.layers = vec![Arn::new(format!("{LAYER}:60"))]);
    let updated = account.function("has-a-newer-layer", |function| function.layers = vec![Arn::new(format!("{LAYER}:60"))]);
    let new = account.function("grew-by-itself", |function| function.layers = vec![Arn::new(format!("{LAYER}:60"))]);
    let shrunk = account.function("lost-a-layer", |_| ());
    let recoded = account.function("was-deployed", |_| ());
    fn before(posture: &mut Posture) {
        let functions = &mut posture.regions.get_mut(REGION).expect("the Region").functions.items;
        functions.retain(|function| function.name != "grew-by-itself");
        for function in functions {
            match function.name.as_str() {
                "grew-a-url" => function.urls = Fact::Known(Vec::new()),
                "grew-a-layer" => function.layers.clear(),
                "has-a-newer-layer" => function.layers = vec![Arn::new(format!("{LAYER}:59"))],
                "lost-a-layer" => function.layers = vec![Arn::new(format!("{LAYER}:59"))],
                "was-deployed" => (function.code_sha256, function.last_modified) = (None, Some(ago(30))),
                _ => {}
            }
        }
    }
    account.was(before);
    account.flaw("IR-008", &reached, "a URL that was not there");
    account.flaw("IR-008", &layered, "a layer that was not there");
    account.innocent("IR-008", &updated, "another version of a layer that was there");
    account.innocent("IR-008", &new, "a function that is new");
    account.innocent("IR-008", &shrunk, "a layer that is gone");
    account.innocent("IR-008", &recoded, "other code");
}

fn stacks(account: &mut Account) {
    let mut stack = |name: &str, drift: &str| {
        let own = arn("cloudformation", &format!("stack/{name}/0f3c9b7e"));
        account.region().stacks.items.push(Stack {
            arn: own.clone(),
            name: name.to_owned(),
            status: "UPDATE_COMPLETE".to_owned(),
            drift: Some(drift.to_owned()),
            drift_checked: Some(ago(3)),
            termination_protection: Some(true),
            role: None,
            root: None,
            updated: Some(ago(22)),
        });
        own
    };
    let (drifted, other) = (stack("drifted", "DRIFTED"), stack("drifted-too", "DRIFTED"));
    let (sound, foreign) = (stack("in-sync", "IN_SYNC"), stack("of-no-function", "DRIFTED"));
    for (name, stack) in [("of-a-drifted-stack", &drifted), ("of-another-drifted-stack", &other), ("of-a-stack-in-sync", &sound)] {
        account.function(name, |function| tag(function, &[(Stack::ID_TAG, stack.as_str())]));
    }
    account.flaw("IR-009", &drifted, "not as its template says");
    account.flaw("IR-009", &other, "not as its template says");
    account.innocent("IR-009", &sound, "as its template says");
    account.innocent("IR-009", &foreign, "no function is of it");
}

fn evidence(account: &mut Account) {
    account.bucket("evidence-without-versions", None, |bucket| bucket.versioning = Fact::Known(BucketVersioning::Never));
    let mut with = |name: &str, bucket: &str, change: &dyn Fn(&mut crate::model::Trail)| {
        let mut trail = trail(name);
        trail.bucket = Some(bucket.to_owned());
        change(&mut trail);
        let own = trail.arn.clone();
        account.region().trails.items.push(trail);
        own
    };
    let unproven = with("unproven", "trails", &|trail| trail.log_file_validation = false);
    let perishable = with("perishable", "evidence-without-versions", &|_| ());
    let off = with("off", "trails", &|trail| {
        trail.log_file_validation = false;
        trail.status.known_mut().expect("the status").logging = false;
    });
    let foreign = with("foreign", "trails", &|trail| {
        trail.arn = Arn::build("aws", "cloudtrail", REGION, STRANGER, "trail/foreign");
        (trail.organization, trail.log_file_validation) = (true, false);
    });
    let loose = store(account, "deletable", |details| details.termination_protection = false);
    let brief = store(account, "brief", |details| details.retention_days = 90);
    let idle = store(account, "idle", |details| (details.status, details.retention_days) = ("STOPPED_INGESTION".to_owned(), 7));
    account.flaw("IR-010", &unproven, "nothing proves its files");
    account.flaw("IR-010", &perishable, "what is deleted from its bucket is gone");
    account.flaw("IR-010", &loose, "deleted by one call");
    account.flaw("IR-010", &brief, "keeps three months");
    account.innocent("IR-010", &arn("cloudtrail", "trail/main"), "a bucket of another account, where a trail is safest");
    account.innocent("IR-010", &off, "a trail that is switched off");
    account.innocent("IR-010", &foreign, "the organization's trail");
    account.innocent("IR-010", &idle, "a store that takes no events");
}

/// The main trail of an account.
fn main_trail(account: &mut Account) -> &mut crate::model::Trail {
    account.region().trails.items.iter_mut().find(|trail| trail.name == "main").expect("the trail")
}

/// Two accounts that are wrong in ways of their own, and two that are right in spite of looks.
pub(super) fn whole_accounts() -> Vec<(&'static str, Account)> {
    vec![("alone", alone()), ("manager", manager()), ("member", member()), ("idle", idle())]
}

/// An account without an organization, a trail of all Regions, and a contact.
fn alone() -> Account {
    let mut account = Account::new();
    let root = account.posture.root();
    account.posture.governance.organization = Fact::Known(None);
    account.posture.governance.organization_chain = Fact::Known(Vec::new());
    main_trail(&mut account).multi_region = false;
    account.posture.governance.security_contact = Fact::Known(false);
    account.flaw("IA-026", &root, "no organization");
    account.flaw("MV-009", &root, "a trail of one Region");
    account.flaw("IR-013", &root, "no contact");
    account
}

/// The management account, whose trail proves nothing, and in which nobody may call AWS Support.
fn manager() -> Account {
    let mut account = Account::new();
    let root = account.posture.root();
    let organization = account.posture.governance.organization.known_mut().expect("the organization");
    organization.iter_mut().for_each(|organization| organization.management_account = ACCOUNT.to_owned());
    let trail = main_trail(&mut account);
    trail.log_file_validation = false;
    let own = trail.arn.clone();
    account.posture.identity.roles.items.retain(|role| role.name != "support");
    account.flaw("IA-026", &root, "service control policies do not bear on the management account");
    account.flaw("MV-009", &root, "a trail that proves nothing");
    account.flaw("IR-010", &own, "nothing proves its files");
    account.flaw("IR-013", &root, "nobody may call AWS Support");
    account
}

/// A member account: what keeps it is the organization's, and elsewhere.
fn member() -> Account {
    let mut account = Account::new();
    let root = account.posture.root();
    // Policies that list what may be done, and leave out all else.
    let lists = r#"{"Effect":"Allow","Action":["s3:*","dynamodb:*","logs:*"],"Resource":"*"}"#;
    let chain = account.posture.governance.organization_chain.known_mut().expect("the chain");
    for policy in chain[0].service_control.known_mut().expect("the policies") {
        policy.document = Fact::Known(document(&[lists]));
    }
    chain.push(OrganizationLevel {
        id: ACCOUNT.to_owned(),
        kind: LevelKind::Account,
        service_control: Fact::Known(Vec::new()),
        resource_control: Fact::Known(Vec::new()),
    });
    // The organization's trail, without the calls of KMS, and with an alarm on what it counts.
    let trail = main_trail(&mut account);
    trail.arn = Arn::from("arn:aws:cloudtrail:us-east-1:888888888888:trail/main");
    (trail.home_region, trail.organization) = ("us-east-1".to_owned(), true);
    trail.log_group = Some(arn("logs", "log-group:trail:*"));
    let field = |name: &str, equals: &[&str], not_equals: &[&str]| FieldSelector {
        field: name.to_owned(),
        equals: equals.iter().map(|&value| value.to_owned()).collect(),
        not_equals: not_equals.iter().map(|&value| value.to_owned()).collect(),
        ..FieldSelector::default()
    };
    let fields = vec![field("eventCategory", &["Management"], &[]), field("eventSource", &[], &["kms.amazonaws.com"])];
    let calls = AdvancedEventSelector { name: None, fields };
    let advanced = vec![calls, selector(&["resources.type=AWS::Lambda::Function"])];
    trail.selectors = Fact::Known(TrailSelectors { basic: Vec::new(), advanced });
    let own = trail.arn.clone();
    let region = account.region();
    region.metric_filters.items.push(MetricFilter {
        arn: arn("logs", "metric-filter:changes"),
        name: "changes".to_owned(),
        log_group: "trail".to_owned(),
        pattern: r#"{ $.eventSource = "lambda.amazonaws.com" }"#.to_owned(),
        metrics: vec![FilterMetric { namespace: "Trail".to_owned(), name: "Changes".to_owned() }],
    });
    region.alarms.items.push(alarm_on("changes", metric("Trail", "Changes", &[])));
    for rule in &mut region.event_rules.items {
        rule.pattern = Some(r#"{"source":["aws.securityhub"]}"#.to_owned());
    }
    let group = Arn::build("aws", "iam", "", ACCOUNT, "group/on-call");
    let attached = vec![Arn::from("arn:aws:iam::aws:policy/AWSSupportAccess")];
    let policies = Policies { inline: [].into(), attached };
    account.posture.identity.groups.items.push(Group { arn: group, name: "on-call".to_owned(), policies });
    account.posture.identity.roles.items.retain(|role| role.name != "support");
    account.innocent("IA-026", &root, "policies that list what may be done refuse all else");
    account.innocent("MV-009", &root, "the organization's trail, which leaves the calls of KMS out");
    account.innocent("IR-010", &own, "the organization's trail");
    account.innocent("IR-013", &root, "a group has the policy");
    account.innocent("MV-017", &arn("events", "event-bus/default"), "an alarm on what a filter counts in the trail's log");
    account
}

/// An account without functions: what it lacks is no concern of theirs.
fn idle() -> Account {
    let mut account = Account::new();
    let root = account.posture.root();
    account.posture.governance.organization = Fact::Known(None);
    account.posture.governance.organization_chain = Fact::Known(Vec::new());
    account.posture.governance.security_contact = Fact::Known(false);
    account.posture.identity.roles.items.clear();
    let trail = main_trail(&mut account);
    (trail.multi_region, trail.log_file_validation) = (false, false);
    let own = trail.arn.clone();
    let region = account.region();
    region.functions.items.clear();
    (region.security_hub, region.config_recorders) = (Fact::Known(None), Fact::Known(Vec::new()));
    region.detectors.items.clear();
    region.event_rules.items.clear();
    account.undecided.retain(|row| row.check != "FN-012");
    let why = "an account without functions";
    for check in ["IA-026", "IR-008", "IR-013", "MV-009"] {
        account.innocent(check, &root, why);
    }
    account.innocent("IR-010", &own, why);
    account.innocent("MV-012", &arn("guardduty", "detector/*"), why);
    account.innocent("MV-017", &arn("events", "event-bus/default"), why);
    account
}
