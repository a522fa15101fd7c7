//! Flaws of layer 4 in what functions and APIs tell of themselves: MV-001 to MV-008, MV-014 to MV-016.

use super::account::{Account, STRANGER, ago, arn, document, hidden};
use super::things::{alarm_on, calls, metric, tag};
use crate::{
    checks::{
        testing::log_group,
        testing_api::{method_settings, route},
        testing_watch::trail,
    },
    model::{
        Arn, Fact, FilterMetric, Function, Integration, Invocations, LogGroup, LoggingConfig, MethodSettings, MetricFilter, RouteSettings,
        Throttle, Watched,
    },
};

pub(super) fn plant(account: &mut Account) {
    unwritable(account);
    silent(account);
    kept(account);
    sensitive(account);
    levels(account);
    untraced(account);
    apis(account);
    machines(account);
    alarms(account);
}

fn unwritable(account: &mut Account) {
    let mut with = |name: &str, statements: &[&str]| {
        account.role_with(&format!("{name}-role"), |role| role.policies.inline = [("inline".to_owned(), document(statements))].into());
        account.function(name, |_| ())
    };
    let none = with("may-not-log", &[]);
    let other = with(
        "may-log-elsewhere",
        &[
            r#"{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/another:*"}"#,
        ],
    );
    let exact = with(
        "may-log-to-its-group",
        &[
            r#"{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/may-log-to-its-group:*"}"#,
        ],
    );
    account.flaw("MV-001", &none, "no right to write logs");
    account.flaw("MV-001", &other, "writes to another function's group alone");
    account.innocent("MV-001", &exact, "no right to create the group, which it needs not");
}

/// Invoked, and nothing in the log (e-13).
fn silent(account: &mut Account) {
    let mut invoked = |name: &str, last: i64, level: &str, change: &dyn Fn(&mut LogGroup)| {
        let own =
            account.function(name, |function| function.logging.known_mut().expect("the logging").system_level = Some(level.to_owned()));
        account.metrics(&own).invocations = Fact::Known(Invocations { count: 1000, last: Some(ago(last)) });
        let group = account.log_group(name);
        (group.created, group.last_event) = (Some(ago(500)), Fact::Known(None));
        change(group);
        own
    };
    let never = invoked("never-logs", 1, "INFO", &|_| ());
    let stopped = invoked("logs-no-more", 1, "INFO", &|group| group.last_event = Fact::Known(Some(ago(60))));
    let groupless = invoked("logs-to-nothing", 1, "INFO", &|_| ());
    let quiet = invoked("quiet-on-purpose", 1, "WARN", &|_| ());
    let new = invoked("in-a-new-group", 1, "INFO", &|group| group.created = Some(ago(2)));
    let expired = invoked("expired", 50, "INFO", &|group| group.retention_days = Some(30));
    let late = invoked("logs-late", 1, "INFO", &|group| group.last_event = Fact::Known(Some(ago(6))));
    account.region().log_groups.items.retain(|group| group.name != "/aws/lambda/logs-to-nothing");
    account.flaw("MV-002", &never, "invoked, and nothing ever arrived");
    account.flaw("MV-002", &stopped, "invoked, and nothing has arrived for two months");
    account.flaw("MV-002", &groupless, "invoked, and its log group is gone");
    account.innocent("MV-002", &quiet, "a system log level of WARN: nothing to say");
    account.innocent("MV-002", &new, "a log group that was made a moment ago");
    account.innocent("MV-002", &expired, "invoked longer ago than events are kept");
    account.innocent("MV-002", &late, "events that are late by some days");
}

fn kept(account: &mut Account) {
    let mut for_days = |name: &str, days: Option<u32>| {
        account.function(name, |_| ());
        let group = account.log_group(name);
        group.retention_days = days;
        group.arn.clone()
    };
    let short = for_days("kept-a-week", Some(7));
    let ever = for_days("kept-for-ever", None);
    let enough = for_days("kept-a-month", Some(30));
    account.flaw("MV-003", &short, "kept for a week");
    account.flaw("MV-003", &ever, "kept for ever");
    account.innocent("MV-003", &enough, "just long enough");
}

fn sensitive(account: &mut Account) {
    for name in ["deletable-logs", "deletable-logs-too"] {
        account.sensitive(name, &[], |_| ());
        let group = account.log_group(name);
        group.deletion_protection = Some(false);
        let group = group.arn.clone();
        account.flaw("MV-004", &group, "deleted by one call");
    }
    for (name, status, why) in [("unmasked-logs", None, "no policy"), ("unmasked-logs-too", Some("DISABLED"), "a policy that is off")] {
        account.sensitive(name, &[], |_| ());
        let group = account.log_group(name);
        group.data_protection = status.map(str::to_owned);
        let group = group.arn.clone();
        account.flaw("MV-005", &group, why);
    }
    account.function("logs-of-no-worth", |_| ());
    let group = account.log_group("logs-of-no-worth");
    (group.deletion_protection, group.data_protection) = (Some(false), None);
    let group = group.arn.clone();
    account.innocent("MV-004", &group, "no function with sensitive data writes to it");
    for (name, protected) in [("audit", false), ("audit-protected", true)] {
        let mut group = log_group(&format!("/trails/{name}"));
        group.deletion_protection = Some(protected);
        let mut trail = trail(&format!("to-{name}"));
        trail.log_group = Some(Arn::new(format!("{}:*", group.arn)));
        if protected {
            account.innocent("MV-004", &group.arn, "a trail delivers to it, and it is protected");
        } else {
            account.flaw("MV-004", &group.arn, "a trail delivers to it");
        }
        let region = account.region();
        region.log_groups.items.push(group);
        region.trails.items.push(trail);
    }
    account.innocent("MV-005", &group, "no function with sensitive data writes to it");
}

fn levels(account: &mut Account) {
    let mut logging = |name: &str, level: &str, stage: &str| {
        account.function(name, |function| {
            tag(function, &[("stage", stage)]);
            function.logging = Fact::Known(LoggingConfig {
                format: "JSON".to_owned(),
                application_level: Some(level.to_owned()),
                system_level: Some("WARN".to_owned()),
                group: None,
            });
        })
    };
    let blind = logging("logs-errors-only", "ERROR", "prod");
    let leaky = logging("logs-everything", "DEBUG", "prod");
    let development = logging("logs-everything-in-development", "DEBUG", "dev");
    let warnings = logging("logs-warnings", "WARN", "prod");
    account.flaw("MV-007", &blind, "nothing below ERROR");
    account.flaw("MV-007", &leaky, "DEBUG in production");
    account.innocent("MV-007", &development, "DEBUG in development");
    account.innocent("MV-007", &warnings, "WARN shows what matters");
}

fn untraced(account: &mut Account) {
    for name in ["untraced", "untraced-too"] {
        let own = account.function(name, |function| function.tracing_active = false);
        account.flaw("MV-008", &own, "not traced");
    }
    let names = ["behind-an-untraced-stage", "in-an-untraced-flow", "behind-a-traced-stage", "behind-an-http-api", "in-a-flow-that-ends"];
    let [behind, within, traced, http, ending] = names.map(|name| account.function(name, |_| ()));
    let mut staged = |id: &str, function: &Arn, tracing: bool| {
        account.rest(id, |api| {
            calls(&mut api.methods.known_mut().expect("the methods")[0], function);
            api.stages.known_mut().expect("the stages")[0].tracing_enabled = tracing;
        });
    };
    staged("api-untraced", &behind, false);
    staged("api-traced", &traced, true);
    account.http("api-that-cannot-be-traced", |api| {
        let function = Some(http.clone());
        let integration = Integration { kind: "AWS_PROXY".to_owned(), function, calls: None, timeout_millis: None };
        let mut route = route("GET /orders");
        route.authorization_type = "AWS_IAM".to_owned();
        api.routes = Fact::Known(vec![route]);
        api.integrations = Fact::Known([("i1".to_owned(), integration)].into());
    });
    let mut flow = |name: &str, function: &Arn, status: &str| {
        account.machine(name, |machine| {
            let configuration = machine.configuration.known_mut().expect("the configuration");
            (configuration.tracing, configuration.status) = (false, Some(status.to_owned()));
            machine.definition = Fact::Known(hidden(&format!(r#"{{"States":{{"a":{{"Resource":"{function}"}}}}}}"#)));
        });
    };
    flow("flow-untraced", &within, "ACTIVE");
    flow("flow-that-ends", &ending, "DELETING");
    account.flaw("MV-008", &behind, "traced, behind a stage that is not");
    account.flaw("MV-008", &within, "traced, in a state machine that is not");
    account.innocent("MV-008", &traced, "behind a stage that is traced");
    account.innocent("MV-008", &http, "behind an HTTP API, which cannot be traced");
    account.innocent("MV-008", &ending, "in a state machine that is being deleted");
}

fn apis(account: &mut Account) {
    let development = || [("stage".to_owned(), "dev".to_owned())].into();
    let traced = |level: &str| MethodSettings { data_trace: true, logging_level: Some(level.to_owned()), ..bounded() };
    let silent = account.rest("api-unlogged", |api| api.stages.known_mut().expect("the stages")[0].access_log = None);
    let whole = account.http("api-logs-bodies", |api| {
        api.protocol = "WEBSOCKET".to_owned();
        let throttle = Throttle { rate: Some(50.0), burst: Some(100) };
        let settings = RouteSettings { throttle, data_trace: true, logging_level: Some("INFO".to_owned()) };
        api.stages.known_mut().expect("the stages")[0].default_settings = Some(settings);
    });
    let developed = account.rest("api-logs-bodies-in-development", |api| {
        let stage = &mut api.stages.known_mut().expect("the stages")[0];
        stage.tags = development();
        stage.settings.insert("*/*".to_owned(), traced("INFO"));
    });
    let unwritten = account.rest("api-traces-to-nowhere", |api| {
        api.stages.known_mut().expect("the stages")[0].settings.insert("*/*".to_owned(), traced("OFF"));
    });
    let idle = account.http("api-without-stages", |api| api.stages = Fact::Known(Vec::new()));
    account.flaw("MV-014", &silent, "a stage that logs no access");
    account.flaw("MV-014", &whole, "a stage that logs whole messages");
    account.innocent("MV-014", &developed, "a data trace in development");
    account.innocent("MV-014", &unwritten, "a data trace of a log that is off");
    account.innocent("MV-014", &idle, "no stage answers anybody");
}

/// Settings of all methods with a throttle.
fn bounded() -> MethodSettings {
    MethodSettings { throttle: Throttle { rate: Some(50.0), burst: Some(100) }, ..method_settings() }
}

fn machines(account: &mut Account) {
    let mut logging = |name: &str, level: Option<&str>| {
        account.machine(name, |machine| {
            machine.configuration.known_mut().expect("the configuration").log_level = level.map(str::to_owned);
        })
    };
    let off = logging("flow-logs-nothing", Some("OFF"));
    let unset = logging("flow-never-told-to-log", None);
    let errors = logging("flow-logs-errors", Some("ERROR"));
    let fatal = logging("flow-logs-what-ends-it", Some("FATAL"));
    account.flaw("MV-015", &off, "logs nothing");
    account.flaw("MV-015", &unset, "logs nothing, as it is by default");
    account.innocent("MV-015", &errors, "errors are logged");
    account.innocent("MV-015", &fatal, "what ends an execution is logged");
}

fn alarms(account: &mut Account) {
    let mut without = |name: &str, change: &dyn Fn(&mut Function)| {
        let own = account.function(name, change);
        account.without_alarm(&own);
        own
    };
    let plain = |_: &mut Function| ();
    let none = without("no-alarm", &plain);
    let muted = without("a-muted-alarm", &plain);
    let foreign = without("an-alarm-on-another-account", &plain);
    let development = without("no-alarm-in-development", &|function| tag(function, &[("stage", "dev")]));
    let composite = without("in-a-composite-alarm", &plain);
    let queried = without("in-a-query", &plain);
    let lettered = without("watched-by-its-letters", &|function| function.dead_letter = Some(arn("sqs", "watched-letters")));
    let counted = without("counted-in-its-log", &plain);
    account.queue("watched-letters", |_| ());
    let errors = |function: &Arn| metric("AWS/Lambda", "Errors", &[("FunctionName", function.name())]);
    let mut silent = alarm_on("part", errors(&composite));
    silent.actions.clear();
    let mut off = alarm_on("off", errors(&muted));
    off.actions_enabled = false;
    let mut abroad = alarm_on("abroad", errors(&foreign));
    if let Watched::Metrics { metrics, .. } = &mut abroad.watches {
        metrics[0].account = Some(STRANGER.to_owned());
    }
    let query = r#"SELECT MAX(Errors) FROM SCHEMA("AWS/Lambda", FunctionName) WHERE FunctionName = 'in-a-query'"#;
    account.region().metric_filters.items.push(MetricFilter {
        arn: arn("logs", "metric-filter:failed"),
        name: "failed".to_owned(),
        log_group: "/aws/lambda/counted-in-its-log".to_owned(),
        pattern: "ERROR".to_owned(),
        metrics: vec![FilterMetric { namespace: "Shop".to_owned(), name: "Failed".to_owned() }],
    });
    account.region().alarms.items.extend([
        silent,
        off,
        abroad,
        alarm_on("whole", Watched::Rule("ALARM(\"part\")".to_owned())),
        alarm_on("query", Watched::Metrics { metrics: Vec::new(), expressions: vec![query.to_owned()] }),
        alarm_on("depth", metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", &[("QueueName", "watched-letters")])),
        alarm_on("count", metric("Shop", "Failed", &[])),
    ]);
    account.flaw("MV-016", &none, "no alarm");
    account.flaw("MV-016", &muted, "an alarm whose actions are off");
    account.flaw("MV-016", &foreign, "an alarm on another account's function of the same name");
    account.innocent("MV-016", &development, "development");
    account.innocent("MV-016", &composite, "an alarm without an action that a composite alarm names");
    account.innocent("MV-016", &queried, "an alarm by a query");
    account.innocent("MV-016", &lettered, "an alarm on its dead-letter queue");
    account.innocent("MV-016", &counted, "an alarm on what a filter counts in its log");
}
