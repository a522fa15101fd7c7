//! Flaws of layer 4 in who watches, and where: MV-010 to MV-013, MV-017, MV-018; IR-002, which is of those Regions as well.

use super::account::{Account, ELSEWHERE, FRIEND, ago, allow, arn};
use super::things::{analyzer, classify, recorder, tag};
use crate::{
    checks::{
        routes,
        testing::{ACCOUNT, REGION, table},
        testing_watch::{detector, inspector, selector},
    },
    model::{Arn, CodeSigningConfig, EventDataStore, EventDataStoreDetails, Fact, Invocations, Region, ResponsePlan, ScanStatus},
};

pub(super) fn plant(account: &mut Account) {
    unrecorded(account);
    unrecorded_data(account);
    unscanned(account);
    nothing_on(account);
    half_on(account);
    let at = |service: &str, resource: &str| Arn::build("aws", service, ELSEWHERE, ACCOUNT, resource);
    let why = "a Region without functions";
    account.innocent("MV-012", &at("guardduty", "detector/*"), why);
    account.innocent("MV-017", &at("events", "event-bus/default"), why);
    account.innocent("IR-002", &at("events", "event-bus/default"), why);
    for (check, service, resource) in [
        ("MV-013", "inspector2", "account-status"),
        ("MV-018", "access-analyzer", "analyzer/*"),
        ("MV-018", "config", "configuration-recorder/*"),
        ("MV-018", "securityhub", "hub/default"),
    ] {
        account.unasked(check, &at(service, resource), why);
    }
}

/// An event data store that keeps a year, changed by `change`.
pub(super) fn store(account: &mut Account, name: &str, change: impl FnOnce(&mut EventDataStoreDetails)) -> Arn {
    let mut details = EventDataStoreDetails {
        status: "ENABLED".to_owned(),
        selectors: Vec::new(),
        multi_region: true,
        organization: false,
        retention_days: 366,
        termination_protection: true,
        kms_key: None,
    };
    change(&mut details);
    let own = arn("cloudtrail", &format!("eventdatastore/{name}"));
    let store = EventDataStore { arn: own.clone(), name: name.to_owned(), details: Fact::Known(details) };
    account.region().event_data_stores.items.push(store);
    own
}

/// Invocations that no trail takes, and one that an event data store takes (e-7).
fn unrecorded(account: &mut Account) {
    for name in ["unrecorded-calls", "unrecorded-calls-too"] {
        let own = account.function(name, |_| ());
        account.flaw("MV-010", &own, "the trail leaves it out");
    }
    let stored = account.function("unrecorded-but-stored", |_| ());
    store(account, "lake", |details| {
        let only = format!("resources.ARN={}", arn("lambda", "function:unrecorded-but-stored"));
        details.selectors = vec![selector(&["resources.type=AWS::Lambda::Function", &only])];
    });
    account.innocent("MV-010", &stored, "an event data store takes what the trail leaves out");
}

fn unrecorded_data(account: &mut Account) {
    let mut keeps = |name: &str| {
        let table = table(name);
        let own = table.arn.clone();
        account.region().tables.items.push(table);
        own
    };
    let (orders, wild, known) = (keeps("unrecorded-orders"), keeps("unrecorded-wild"), keeps("recorded-orders"));
    let uploads = account.bucket("unrecorded-uploads", None, |_| ());
    let plain = account.bucket("unrecorded-logos", None, |_| ());
    let objects = |bucket: &Arn| format!("{bucket}/*");
    account.sensitive(
        "reads-what-nobody-records",
        &[&allow(&["s3:GetObject"], &objects(&uploads)), &allow(&["dynamodb:GetItem"], orders.as_str())],
        |_| (),
    );
    account.sensitive(
        "reads-by-wildcard",
        &[&allow(&["dynamodb:GetItem"], "arn:aws:dynamodb:eu-west-1:123456789012:table/unrecorded-w*")],
        |_| (),
    );
    account.sensitive("reads-what-is-recorded", &[&allow(&["dynamodb:GetItem"], known.as_str())], |_| ());
    account.function_that("reads-logos", &[&allow(&["s3:GetObject"], &objects(&plain))], |_| ());
    let classed = account.bucket("unrecorded-contracts", None, |_| ());
    let logos = account.bucket("unrecorded-banners", None, |_| ());
    classify(account, &classed, "confidential");
    classify(account, &logos, "public");
    account.flaw("MV-011", &classed, "a bucket of a class, which no function works with");
    account.innocent("MV-011", &logos, "a bucket of a class that demands nothing");
    account.flaw("MV-011", &uploads, "a bucket that the trail leaves out");
    account.flaw("MV-011", &orders, "a table that the trail leaves out");
    account.innocent("MV-011", &wild, "reached by a wildcard only");
    account.innocent("MV-011", &known, "the trail takes it");
    account.innocent("MV-011", &plain, "no function with sensitive data works with it");
}

fn unscanned(account: &mut Account) {
    let mut because = |name: &str, reason: &str| {
        let own = account.function(name, |_| ());
        account.coverage(&own).packages = Some(ScanStatus { active: false, reason: reason.to_owned() });
        own
    };
    let excluded = because("left-out-by-tag", "EXCLUDED_BY_TAG");
    let old = because("of-an-old-runtime", "UNSUPPORTED_RUNTIME");
    let pending = because("scanned-soon", "PENDING_INITIAL_SCAN");
    let unknown = account.function("never-heard-of", |_| ());
    let idle = account.function("let-go", |function| {
        function.last_modified = Some(ago(300));
        function.reserved_concurrency = Fact::Known(Some(0));
    });
    account.metrics(&idle).invocations = Fact::Known(Invocations { count: 0, last: None });
    account.region().coverage.items.retain(|coverage| coverage.arn != unknown && coverage.arn != idle);
    account.flaw("MV-013", &excluded, "left out by a tag");
    account.flaw("MV-013", &old, "a runtime that Inspector does not know");
    account.flaw("MV-013", &unknown, "Inspector does not know it");
    account.innocent("MV-013", &pending, "a scan that has yet to begin");
    account.innocent("MV-013", &idle, "idle for so long that Inspector lets it go");
    account.flaw("IR-015", &idle, "a concurrency of zero");
    for function in [&excluded, &old, &pending, &unknown, &idle] {
        account.undecided("FN-013", function, "Inspector does not scan it: code is not read");
    }
}

/// A Region with a function that runs as `role`, recorded by the trail and signed; all else is off.
fn place(account: &mut Account, name: &str, change: impl FnOnce(&mut Region)) -> Arn {
    let (of_lambda, trail) = {
        let main = account.region();
        (main.lambda_settings.clone(), main.trails.items.iter().find(|trail| trail.name == "main").cloned())
    };
    let mut trail = trail.expect("the trail");
    trail.region = name.to_owned();
    for one in &mut trail.selectors.known_mut().expect("the selectors").advanced {
        one.fields.retain(|field| field.field != "resources.ARN");
    }
    let region = account.region_of(name);
    region.lambda_settings = of_lambda;
    region.trails.items.push(trail);
    region.config_recorders = Fact::Known(Vec::new());
    region.security_hub = Fact::Known(None);
    region.inspector = inspector("DISABLED");
    region.code_signing_configs.items.push(CodeSigningConfig {
        arn: Arn::build("aws", "lambda", name, ACCOUNT, "code-signing-config:csc-1"),
        enforced: true,
        profiles: Vec::new(),
        functions: Fact::Known(Vec::new()),
    });
    change(region);
    let all = Arn::build("aws", "lambda", name, ACCOUNT, "function:*");
    account.undecided("FN-012", &all, "code is never read");
    account.function_in(name, "everywhere", |_| ())
}

/// A Region where Inspector alone is on, and tells nobody.
fn nothing_on(account: &mut Account) {
    const NAME: &str = "eu-central-1";
    let at = |service: &str, resource: &str| Arn::build("aws", service, NAME, ACCOUNT, resource);
    let function = place(account, NAME, |region| region.inspector = inspector("ENABLED"));
    account.innocent("IR-001", &function, "no detector watches it, which MV-012 tells");
    let planned = account.function_in(NAME, "owned-by-a-plan", |function| tag(function, &[("data-class", "pii")]));
    let region = account.region_of(NAME);
    let group = region.log_groups.items.last_mut().expect("its log group");
    group.data_protection = Some("ACTIVATED".to_owned());
    let plan = Arn::build("aws", "ssm-incidents", "", ACCOUNT, "response-plan/shop");
    region.response_plans.items.push(ResponsePlan { arn: plan, region: NAME.to_owned(), name: "shop".to_owned() });
    account.flaw("FN-022", &planned, "sensitive data, outside of any VPC");
    account.innocent("IR-014", &planned, "a response plan says whom to wake");
    account.flaw("MV-012", &at("guardduty", "detector/*"), "no detector");
    account.flaw("MV-017", &at("events", "event-bus/default"), "no rule");
    account.flaw("IR-002", &at("events", "event-bus/default"), "Inspector tells nobody");
    account.flaw("MV-018", &at("access-analyzer", "analyzer/*"), "no analyzer");
    account.flaw("MV-018", &at("config", "configuration-recorder/*"), "no recorder");
    account.flaw("MV-018", &at("securityhub", "hub/default"), "no hub");
}

/// A Region where all is on, and not for functions.
fn half_on(account: &mut Account) {
    const NAME: &str = "eu-north-1";
    let at = |service: &str, resource: &str| Arn::build("aws", service, NAME, ACCOUNT, resource);
    let detector_arn = at("guardduty", "detector/d2");
    let function = place(account, NAME, |region| {
        let mut detector = detector();
        detector.arn = detector_arn.clone();
        detector.settings.known_mut().expect("the settings").features[0].enabled = false;
        region.detectors.items.push(detector);
        let mut recorder = recorder();
        recorder.all = false;
        region.config_recorders = Fact::Known(vec![recorder]);
        let mut analyzer = analyzer(NAME);
        analyzer.status = "DISABLED".to_owned();
        region.analyzers.items.push(analyzer);
        let inbox = Arn::build("aws", "sqs", NAME, FRIEND, "inbox");
        let mut rule =
            routes::testing::rule("bare-name", r#"{"source":["aws.lambda"],"detail":{"eventName":["UpdateFunctionCode"]}}"#, inbox);
        rule.arn = at("events", "rule/bare-name");
        region.event_rules.items.push(rule);
    });
    account.flaw("MV-012", &detector_arn, "a detector that does not watch functions");
    account.flaw("MV-013", &at("inspector2", "account-status"), "Inspector scans no functions");
    account.undecided("FN-013", &function, "Inspector does not scan here: code is not read");
    account.flaw("MV-017", &at("events", "event-bus/default"), "a rule for the bare name of a call, which never comes");
    account.flaw("IR-002", &at("events", "event-bus/default"), "GuardDuty tells nobody");
    account.flaw("MV-018", &at("access-analyzer", "analyzer/*"), "an analyzer that is off");
    account.flaw("MV-018", &at("config", "configuration-recorder/*"), "a recorder without functions");
    account.flaw("MV-018", &at("securityhub", "hub/default"), "no hub");
    account.innocent("IA-006", &Arn::build("aws", "iam", "", ACCOUNT, "role/everywhere-role"), "the role of one function in two Regions");
    let worker = Arn::build("aws", "lambda", REGION, ACCOUNT, "function:worker");
    account.innocent("MV-013", &worker, "scanned");
    let bus = Arn::build("aws", "events", REGION, ACCOUNT, "event-bus/default");
    account.innocent("IR-002", &bus, "a route for Security Hub, which takes in the others' findings");
}
