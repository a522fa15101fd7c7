//! Flaws of layer 5 in what an incident shows and needs: IR-001, IR-003 to IR-007, IR-012, IR-014 to IR-016.

use super::account::{Account, FRIEND, allow, arn, document, iam};
use super::things::tag;
use crate::{
    checks::{
        routes,
        testing::{ACCOUNT, REGION},
    },
    model::{
        Alias, Arn, EventArchive, EventInvokeConfig, EventRule, Fact, Function, FunctionUrl, Gap, Source, SourceRun, SourceState, Threat,
        Version,
    },
};

pub(super) fn plant(account: &mut Account) {
    threats(account);
    responders(account);
    operator(account);
    rollback(account);
    unreleased(account);
    aliases(account);
    replays(account);
    owners(account);
    contained(account);
    blind(account);
}

fn threats(account: &mut Account) {
    let mut seen = |name: &str, function: Option<&Arn>, called: Option<&str>| {
        account.region().threats.items.push(Threat {
            arn: arn("guardduty", &format!("detector/d1/finding/{name}")),
            id: name.to_owned(),
            kind: "Backdoor:Lambda/C&CActivity.B".to_owned(),
            severity: 8.0,
            function: function.cloned(),
            function_name: called.map(str::to_owned),
            updated: None,
            count: Some(2),
        });
    };
    seen("f-1", Some(&Arn::from("arn:aws:lambda:eu-west-1:123456789012:function:attacked:live")), None);
    seen("f-2", None, Some("attacked-by-name"));
    let by_arn = account.function("attacked", |_| ());
    let by_name = account.function("attacked-by-name", |_| ());
    let other = account.function("attacked-by-name-only", |_| ());
    account.flaw("IR-001", &by_arn, "a finding on an alias of it");
    account.flaw("IR-001", &by_name, "a finding that names it");
    account.innocent("IR-001", &other, "a finding on a function with a similar name");
}

fn responders(account: &mut Account) {
    const FINDINGS: &str = r#"{"source":["aws.guardduty"],"detail":{"severity":[{"numeric":[">=",7]}]}}"#;
    let mut with = |name: &str, pattern: &str, target: &str, change: &dyn Fn(&mut EventRule)| {
        let mut rule = routes::testing::rule(name, pattern, arn("sqs", target));
        change(&mut rule);
        let own = rule.arn.clone();
        account.region().event_rules.items.push(rule);
        own
    };
    let off = with("answer-off", FINDINGS, "gone", &|rule| {
        (rule.state, rule.targets) = ("DISABLED".to_owned(), Fact::Known(Vec::new()));
    });
    let gone = with("answer-to-nobody", FINDINGS, "gone", &|_| ());
    let aimless = with("answer-without-target", FINDINGS, "gone", &|rule| rule.targets = Fact::Known(Vec::new()));
    let managed = with("answer-of-aws", FINDINGS, "gone", &|rule| rule.managed_by = Some("securityhub.amazonaws.com".to_owned()));
    let all = with("takes-everything", r#"{"account":["123456789012"]}"#, "gone", &|_| ());
    let other = with("on-another-bus", FINDINGS, "gone", &|rule| rule.bus = "shop".to_owned());
    let abroad = with("answered-elsewhere", FINDINGS, "gone", &|rule| {
        rule.targets.known_mut().expect("the targets")[0].arn = Arn::build("aws", "sqs", REGION, FRIEND, "inbox");
    });
    account.flaw("IR-003", &off, "a rule that is off");
    account.innocent("IR-003", &abroad, "a target of another account, which counts as alive");
    account.flaw("IR-003", &gone, "a queue that is gone");
    account.flaw("IR-003", &aimless, "a rule without a target");
    account.innocent("IR-003", &managed, "a rule that a service of AWS keeps");
    account.innocent("IR-003", &all, "a rule that takes everything, and so is not for findings");
    account.innocent("IR-003", &other, "a rule of another bus, to which no finding comes");
}

/// A session of `on-call` read the account: it may contain all functions but two.
fn operator(account: &mut Account) {
    let held = [account.function("cannot-be-pinned", |_| ()), account.function("cannot-be-pinned-too", |_| ())];
    let pinned = serde_json::json!({ "Effect": "Deny", "Action": "lambda:UpdateAlias", "Resource": held }).to_string();
    let statements = [
        allow(&["lambda:GetFunction", "lambda:PutFunctionConcurrency", "lambda:RemovePermission", "lambda:UpdateAlias"], "*"),
        r#"{"Effect":"Allow","Action":"lambda:UpdateEventSourceMapping","Resource":"*","Condition":{"ArnLike":{"lambda:FunctionArn":"arn:aws:lambda:*:123456789012:function:*"}}}"#.to_owned(),
        allow(&["iam:PutRolePolicy"], "arn:aws:iam::123456789012:role/*"),
        pinned,
    ];
    account.role_with("on-call", |role| {
        let trust = r#"{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:saml-provider/corp"},"Action":"sts:AssumeRoleWithSAML","Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}}"#;
        role.trust = document(&[trust]);
        role.policies.inline = [("contain".to_owned(), document(&statements.each_ref().map(String::as_str)))].into();
    });
    account.posture.governance.caller = Fact::Known(Arn::new(format!("arn:aws:sts::{ACCOUNT}:assumed-role/on-call/jane")));
    for function in &held {
        account.flaw("IR-004", function, "a Deny on it alone");
    }
    account.innocent("IR-004", &arn("lambda", "function:worker"), "a session may what its role may");
    account.innocent("IR-004", &arn("lambda", "function:reads-stream"), "the mapping is allowed by the function that it feeds");
}

fn rollback(account: &mut Account) {
    let version =
        |number: &str, code: Option<&String>| Version { number: number.to_owned(), code_sha256: code.cloned(), last_modified: None };
    let none = account.function("never-published", |function| function.versions = Fact::Known(Vec::new()));
    let one = account.function("published-once", |function| {
        function.versions = Fact::Known(vec![version("1", function.code_sha256.as_ref())]);
    });
    let jobs = account.queue("jobs-for-latest", |_| ());
    let latest = account.function("fed-as-latest", |_| ());
    account.mapping("m-latest", &jobs, &latest, |mapping| mapping.function = latest.clone());
    let off = account.function("fed-as-latest-no-more", |_| ());
    account.mapping("m-off", &jobs, &off, |mapping| (mapping.function, mapping.state) = (off.clone(), "Disabled".to_owned()));
    account.flaw("IR-005", &none, "no version");
    account.flaw("IR-005", &one, "no earlier version");
    account.flaw("IR-005", &latest, "a mapping to $LATEST");
    account.innocent("IR-005", &off, "a mapping to $LATEST that is off");
    account.flaw("IR-015", &off, "its mapping is off");
}

fn unreleased(account: &mut Account) {
    let uploaded = |function: &mut Function| function.code_sha256 = Some("c29tZXRoaW5nIGVsc2UsIHVwbG9hZGVkIGJ5IGhhbmQ=".to_owned());
    let jobs = account.queue("jobs-for-what-was-uploaded", |_| ());
    let fed = account.function("uploaded-and-fed", uploaded);
    account.mapping("m-uploaded", &jobs, &fed, |mapping| mapping.function = fed.clone());
    let called = account.function("uploaded-and-called", |function| {
        uploaded(function);
        function.urls = Fact::Known(vec![url(Function::UNQUALIFIED)]);
    });
    let staged = account.function("uploaded-and-not-released", |function| {
        uploaded(function);
        aliased(function, &[]);
        function.urls = Fact::Known(vec![url("live")]);
    });
    account.flaw("IR-006", &fed, "a mapping starts what was never released");
    account.flaw("IR-005", &fed, "a mapping to $LATEST");
    account.flaw("IR-006", &called, "a URL starts what was never released");
    account.innocent("IR-006", &staged, "all calls go through an alias");
}

/// A URL that asks for a signature.
pub(super) fn url(qualifier: &str) -> FunctionUrl {
    FunctionUrl { qualifier: qualifier.to_owned(), url: "https://a1.lambda-url.eu-west-1.on.aws/".to_owned(), auth_none: false, cors: None }
}

/// Gives `function` an alias of version 2, with thousandths of its traffic for others.
fn aliased(function: &mut Function, weights: &[(&str, u32)]) {
    function.policies.insert("live".to_owned(), Fact::Known(None));
    function.aliases = Fact::Known(vec![Alias {
        name: "live".to_owned(),
        version: "2".to_owned(),
        weights: weights.iter().map(|&(version, weight)| (version.to_owned(), weight)).collect(),
        revision_id: Some("r-1".to_owned()),
    }]);
}

fn aliases(account: &mut Account) {
    let mut splits = |name: &str, weight: u32| account.function(name, |function| aliased(function, &[("1", weight)]));
    let little = splits("splits-a-little", 10);
    let half = splits("splits-in-half", 500);
    let nothing = splits("splits-nothing", 0);
    account.flaw("IR-007", &little, "one percent goes elsewhere");
    account.flaw("IR-007", &half, "half goes elsewhere");
    account.innocent("IR-007", &nothing, "a weight of zero");
}

/// Sources that forget what they cannot hand over, and those that cannot keep more.
fn replays(account: &mut Account) {
    let letters = arn("sqs", "letters");
    let brief = account.queue("keeps-a-day", |queue| queue.retention_seconds = Some(86_400));
    let hasty = account.stream("keeps-a-day", |stream| stream.summary.known_mut().expect("the summary").retention_hours = 24);
    let queued = account.function("fed-by-a-brief-queue", |_| ());
    account.mapping("m-brief", &brief, &queued, |_| ());
    let streamed = account.function("fed-by-a-brief-stream", |_| ());
    account.mapping("m-hasty", &hasty, &streamed, |mapping| mapping.on_failure = Some(letters.clone()));
    let table = account.function("fed-by-a-table", |_| ());
    let changes = arn("dynamodb", "table/orders/stream/2026-01-01T00:00:00.000");
    account.mapping("m-table", &changes, &table, |mapping| mapping.on_failure = Some(letters.clone()));
    let off = account.function("fed-by-nothing-now", |_| ());
    account.mapping("m-brief-off", &brief, &off, |mapping| mapping.state = "Disabled".to_owned());
    let mut told = |name: &str, change: &dyn Fn(&mut EventRule)| {
        let own = account.function(name, |_| ());
        let mut rule = routes::testing::rule(name, r#"{"source":["shop"]}"#, own.clone());
        change(&mut rule);
        account.region().event_rules.items.push(rule);
        account.flaw("FN-024", &own, "a rule tells it, and nothing keeps what fails");
        own
    };
    let ruled = told("told-by-a-rule", &|_| ());
    let archived = told("told-from-an-archived-bus", &|rule| rule.bus = "shop".to_owned());
    let clocked = told("told-by-a-clock", &|rule| (rule.pattern, rule.schedule) = (None, Some("rate(1 day)".to_owned())));
    let bus = arn("events", "event-bus/shop");
    let archive = EventArchive { arn: arn("events", "archive/shop"), bus, state: "ENABLED".to_owned(), retention_days: 0 };
    account.region().event_archives.items.push(archive);
    let kept = account.function("told-and-kept-by-destination", |function| {
        function.event_invoke = Fact::Known(vec![EventInvokeConfig {
            qualifier: Function::UNQUALIFIED.to_owned(),
            on_success: None,
            on_failure: Some(letters),
            retry_attempts: None,
            event_age_seconds: None,
        }]);
    });
    let rule = routes::testing::rule("told-and-kept-by-destination", r#"{"source":["shop"]}"#, kept.clone());
    account.region().event_rules.items.push(rule);
    account.flaw("IR-012", &queued, "a queue that keeps a day");
    account.flaw("IR-012", &streamed, "a stream that keeps a day");
    account.flaw("IR-012", &ruled, "a rule without an archive");
    account.innocent("IR-012", &table, "a table's stream cannot keep more than a day");
    account.innocent("IR-012", &off, "a mapping that is off feeds nothing");
    account.flaw("IR-015", &off, "its mapping is off");
    account.innocent("IR-012", &archived, "an archive of the bus");
    account.innocent("IR-012", &clocked, "a schedule comes again");
    account.innocent("IR-012", &kept, "an on-failure destination, which gets what may not be started");
}

fn owners(account: &mut Account) {
    for name in ["owned-by-nobody", "owned-by-nobody-too"] {
        let own = account.sensitive(name, &[], |function| tag(function, &[("data-class", "pii")]));
        account.flaw("IR-014", &own, "no tag says who answers for it");
    }
    let said = account
        .sensitive("owned-by-a-service", &[], |function| tag(function, &[("data-class", "pii"), ("acme:service-owner", "payments")]));
    let plain = account.function("owned-by-nobody-who-matters", |_| ());
    account.innocent("IR-014", &said, "acme:service-owner says it as well as owner");
    account.innocent("IR-014", &plain, "no sensitive data");
}

fn contained(account: &mut Account) {
    let few = account.function("reserves-five", |function| function.reserved_concurrency = Fact::Known(Some(5)));
    account.innocent("IR-015", &few, "a concurrency of five");
    let revoked = account.function("its-sessions-revoked", |_| ());
    let role = iam("role/its-sessions-revoked-role");
    let roles = &mut account.posture.identity.roles.items;
    let denies =
        r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-01T00:00:00Z"}}}"#;
    roles.iter_mut().filter(|one| one.arn == role).for_each(|one| {
        one.policies.inline.insert("AWSRevokeOlderSessions".to_owned(), document(&[denies]));
    });
    account.flaw("IR-015", &revoked, "its role's sessions are revoked");
    account.innocent("MV-001", &revoked, "what begins now may write its logs");
}

fn blind(account: &mut Account) {
    let mut ran = |source: Source, state: SourceState, gaps: Vec<Gap>| {
        let (items, expected, calls, throttled, seconds) = (0, 0, 1, 0, 0.1);
        account.posture.sources.push(SourceRun {
            source,
            region: REGION.to_owned(),
            state,
            items,
            expected,
            calls,
            throttled,
            seconds,
            gaps,
        });
        Arn::build("aws", source.word(), REGION, ACCOUNT, "*")
    };
    let denied = ran(Source::GuardDuty, SourceState::Denied, vec![Gap::denied("guardduty:ListDetectors", "no")]);
    let partial = ran(Source::Lambda, SourceState::Partial, vec![Gap::failed("lambda:GetPolicy", "timed out")]);
    let complete = ran(Source::Sqs, SourceState::Complete, Vec::new());
    account.flaw("IR-016", &denied, "access denied");
    account.flaw("IR-016", &partial, "read with gaps");
    account.innocent("IR-016", &complete, "read to the end");
}
