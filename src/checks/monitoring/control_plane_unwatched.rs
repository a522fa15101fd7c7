//! MV-017: nobody is told when a function's code, configuration or policy is changed.

use serde_json::json;

use super::{no_alarm::acts, no_live_trail::manages};
use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, context::listed, routes::Routes},
    model::{Arn, Gap, MetricFilter, Region, Source, Watched},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-017",
    slug: "control-plane-unwatched",
    title: "Somebody is told when functions are changed",
    layer: Layer::Monitoring,
    severity: Severity::Medium,
    why: "Whoever wants to stay uploads code, adds a layer, opens a URL or lets a stranger invoke: one call each, in the trail, and \
          noticed only if somebody looks.",
    how: "Where functions are: samples of these calls as CloudTrail tells of them are held against every enabled rule of the default bus \
          with a living target, which hears of them only where a trail logs management events, and against metric filters on the log \
          group of a trail that logs, whose metric an alarm with an action watches. Lambda writes the date of its API into the names of \
          calls (UpdateFunctionCode20150331v2): a rule for the bare name never fires. Low where only some of the calls go unseen. Rules \
          that an AWS service keeps tell nobody.",
    links: Links {
        cis: &["5.4", "5.7"],
        csf: &["DE.CM", "DE.AE"],
        owasp: &["S10"],
        csa: &["SAS-5"],
        attack: &["T1546", "T1648"],
        ..Links::NONE
    },
    reads: &[
        Source::Events,
        Source::Logs,
        Source::Cloudtrail,
        Source::Cloudwatch,
        Source::Sns,
        Source::Sqs,
        Source::States,
        Source::Lambda,
    ],
    run,
    fix,
    guide: Guide {
        calls: &[
            "cloudtrail:DescribeTrails",
            "cloudtrail:GetEventSelectors",
            "cloudtrail:GetTrailStatus",
            "cloudwatch:DescribeAlarms",
            "events:ListRules",
            "events:ListTargetsByRule",
            "lambda:GetFunction",
            "lambda:GetPolicy",
            "lambda:ListFunctions",
            "logs:DescribeMetricFilters",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptions",
            "sns:ListTopics",
            "sqs:GetQueueAttributes",
            "sqs:ListQueues",
            "states:ListStateMachines",
        ],
        provider: "CloudTrail hands every management call that a trail logs to EventBridge, where it is dropped unless a rule of yours \
                   takes it.",
        avoids: &[
            "A Region without functions",
            "A rule that takes whatever Lambda does, or a call by the beginning of its name",
            "A metric filter with an alarm behind it in place of a rule",
            "An alarm without an action of which a composite alarm with one speaks",
            "Some calls that go unseen where others are seen, as more than low",
        ],
        cli: r#"aws events put-rule --name lambda-changes --event-pattern '{"source":["aws.lambda"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventName":[{"prefix":"UpdateFunction"},{"prefix":"AddPermission"},{"prefix":"PutResourcePolicy"},{"prefix":"CreateFunctionUrlConfig"},{"prefix":"CreateEventSourceMapping"},{"prefix":"PublishLayerVersion"}]}}' --region <REGION>
aws events put-targets --rule lambda-changes --targets Id=1,Arn=<TOPIC_ARN> --region <REGION>
# The topic's policy must let events.amazonaws.com publish."#,
        cloudformation: r#"Type: AWS::Events::Rule
Properties:
  EventPattern:
    source: [aws.lambda]
    detail-type: [AWS API Call via CloudTrail]
    detail:
      eventName:
        - prefix: UpdateFunction
        - prefix: AddPermission
        - prefix: PutResourcePolicy
        - prefix: CreateFunctionUrlConfig
        - prefix: CreateEventSourceMapping
        - prefix: PublishLayerVersion
  Targets:
    - Id: "1"
      Arn: !Ref <TOPIC>"#,
        terraform: r#"resource "aws_cloudwatch_event_rule" "<NAME>" {
  name = "lambda-changes"
  event_pattern = jsonencode({
    source        = ["aws.lambda"]
    "detail-type" = ["AWS API Call via CloudTrail"]
    detail = {
      eventName = [
        { prefix = "UpdateFunction" },
        { prefix = "AddPermission" },
        { prefix = "PutResourcePolicy" },
        { prefix = "CreateFunctionUrlConfig" },
        { prefix = "CreateEventSourceMapping" },
        { prefix = "PublishLayerVersion" },
      ]
    }
  })
}

resource "aws_cloudwatch_event_target" "<NAME>" {
  rule = aws_cloudwatch_event_rule.<NAME>.name
  arn  = aws_sns_topic.<TOPIC>.arn
}"#,
        undo: "aws events remove-targets --rule lambda-changes --ids 1 --region <REGION>
aws events delete-rule --name lambda-changes --region <REGION>",
    },
};

/// Calls that change what runs or who may start it, with the names under which they may come: only those of the first three are
/// certain, for others the date may differ.
const CALLS: &[(&str, &[&str])] = &[
    ("UpdateFunctionCode", &["UpdateFunctionCode20150331v2"]),
    ("UpdateFunctionConfiguration", &["UpdateFunctionConfiguration20150331v2"]),
    ("AddPermission", &["AddPermission20150331v2"]),
    ("PutResourcePolicy", &["PutResourcePolicy", "PutResourcePolicy20240829"]),
    ("CreateFunctionUrlConfig", &["CreateFunctionUrlConfig", "CreateFunctionUrlConfig20211031"]),
    ("UpdateFunctionUrlConfig", &["UpdateFunctionUrlConfig", "UpdateFunctionUrlConfig20211031"]),
    ("CreateEventSourceMapping", &["CreateEventSourceMapping", "CreateEventSourceMapping20150331"]),
    ("PublishLayerVersion", &["PublishLayerVersion", "PublishLayerVersion20181031"]),
];

/// What a rule takes that sees all of [`CALLS`].
const PATTERN: &str = r#"{"source":["aws.lambda"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventSource":["lambda.amazonaws.com"],"eventName":[{"prefix":"UpdateFunction"},{"prefix":"AddPermission"},{"prefix":"PutResourcePolicy"},{"prefix":"CreateFunctionUrlConfig"},{"prefix":"CreateEventSourceMapping"},{"prefix":"PublishLayerVersion"}]}}"#;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let posture = context.posture;
    let bus = |name: &str| Arn::build(&posture.partition, "events", name, &posture.account, "event-bus/default");
    posture.regions.iter().map(|(name, region)| context.one(&CHECK, bus(name), name, judge(context, name, region))).collect()
}

fn judge(context: &Context<'_>, name: &str, region: &Region) -> Result<Ruling, Gap> {
    if region.functions.items.is_empty() {
        region.functions.all()?;
        return Ok(Ruling::NotApplicable);
    }
    let routes = Routes::new(region);
    let filters = watched_filters(context, region);
    let heard = heard(region);
    let mut unseen = Vec::new();
    for (call, names) in CALLS {
        let mut seen = filters.found.iter().any(|filter| counts(&filter.pattern, names));
        let mut gap = None;
        for event in names.iter().map(|&event_name| event(context, name, event_name)) {
            if seen {
                break;
            }
            match routes.lead(context, &event) {
                Ok(true) => match &heard {
                    Ok(heard) => seen = *heard,
                    Err(why) => gap = Some(why.clone()),
                },
                Ok(false) => {}
                Err(why) => gap = Some(why),
            }
        }
        if !seen {
            if let Some(gap) = gap.or_else(|| filters.gap.clone()) {
                return Err(gap);
            }
            unseen.push(*call);
        }
    }
    if unseen.is_empty() {
        return Ok(Ruling::Pass);
    }
    let all = unseen.len() == CALLS.len();
    let mut evidence = vec![
        Evidence::field("events:ListRules", "EventPattern", format!("none with a living target takes {}", unseen.join(", "))),
        Evidence::field("logs:DescribeMetricFilters", "filterPattern", "none that an alarm watches counts them"),
    ];
    if heard == Ok(false) {
        evidence.push(Evidence::field("cloudtrail:GetTrailStatus", "trails that log changes there", "none"));
    }
    let what = if all { "any change of a function".to_owned() } else { unseen.join(", ") };
    let fault = Fault::new(format!("nobody is told of {what} in {name}"), evidence);
    Ok(if all { fault } else { fault.severity(Severity::Low) }.into())
}

/// Whether EventBridge hears of changes at all: it does where a trail logs them.
fn heard(region: &Region) -> Result<bool, Gap> {
    let mut gap = listed(&region.trails).err();
    for trail in &region.trails.items {
        let logs = trail.status.known().map(|status| status.logging);
        match logs.and_then(|logs| Ok(logs && manages(trail.selectors.known()?, false))) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(why) => _ = gap.get_or_insert_with(|| why.clone()),
        }
    }
    gap.map_or(Ok(false), Err)
}

/// What EventBridge gets of a call.
fn event(context: &Context<'_>, region: &str, name: &str) -> serde_json::Value {
    json!({
        "source": "aws.lambda", "detail-type": "AWS API Call via CloudTrail", "account": context.posture.account, "region": region,
        "detail": {
            "eventSource": "lambda.amazonaws.com", "eventName": name, "eventType": "AwsApiCall", "awsRegion": region,
            "readOnly": false, "managementEvent": true, "eventCategory": "Management",
        },
    })
}

/// Metric filters on the log groups of trails that log in a Region, with an alarm behind them.
struct Filters<'a> {
    found: Vec<&'a MetricFilter>,
    gap: Option<Gap>,
}

fn watched_filters<'a>(context: &Context<'a>, region: &Region) -> Filters<'a> {
    let mut filters = Filters { found: Vec::new(), gap: region.trails.gap.clone() };
    for trail in &region.trails.items {
        let Some(group) = &trail.log_group else { continue };
        match trail.status.known() {
            Ok(status) if !status.logging => continue,
            Ok(_) => {}
            Err(why) => _ = filters.gap.get_or_insert(why.clone()),
        }
        let Some(home) = context.posture.regions.get(group.region()) else {
            filters.gap.get_or_insert_with(|| Gap::unread("logs:DescribeMetricFilters"));
            continue;
        };
        let group = group.resource().trim_start_matches("log-group:").trim_end_matches(":*");
        let found = home.metric_filters.items.iter().filter(|filter| filter.log_group == group);
        filters.found.extend(found.filter(|filter| is_watched(home, filter)));
        filters.gap = filters.gap.or_else(|| home.metric_filters.gap.clone()).or_else(|| home.alarms.gap.clone());
    }
    filters
}

/// Whether an alarm that does something goes by what `filter` counts.
fn is_watched(region: &Region, filter: &MetricFilter) -> bool {
    region.alarms.items.iter().filter(|alarm| acts(region, alarm)).any(|alarm| match &alarm.watches {
        Watched::Metrics { metrics, .. } => metrics
            .iter()
            .any(|metric| filter.metrics.iter().any(|counted| counted.namespace == metric.namespace && counted.name == metric.name)),
        Watched::Rule(_) => false,
    })
}

/// Whether a filter's pattern speaks of one of `names`, whole or by its beginning, or of all calls to Lambda.
fn counts(pattern: &str, names: &[&str]) -> bool {
    let words = pattern.split(|c: char| !(c.is_alphanumeric() || matches!(c, '*' | '.' | '$' | '!')));
    let mut by_name = false;
    let mut of_lambda = false;
    for word in words {
        let beginning = word.strip_suffix('*').filter(|beginning| !beginning.is_empty());
        if names.iter().any(|name| *name == word || beginning.is_some_and(|beginning| name.starts_with(beginning))) {
            return true;
        }
        by_name |= word == "$.eventName";
        of_lambda |= word == "lambda.amazonaws.com";
    }
    of_lambda && !by_name && !pattern.contains("!=")
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let rule = "palisade-lambda-changes";
    let call = |operation: &'static str| Call::new("events", operation, &*verdict.region);
    Some(
        Plan::new(Effort::Prompt, Risk::Safe, "Let a rule tell the people on call of every change of a function")
            .step(call("put-rule").with("name", rule).with("event-pattern", PATTERN))
            .step(call("put-targets").with("rule", rule).ask("targets", "Id=1,Arn=ARN of a topic of the people on call"))
            .step("A trail must log management events in this Region, or EventBridge hears nothing of these calls")
            .undo(call("remove-targets").with("rule", rule).with("ids", "1"))
            .undo(call("delete-rule").with("name", rule)),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{CALLS, CHECK, PATTERN, event};
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            event_pattern::EventPattern,
            routes::testing::alert,
            testing::{ACCOUNT, REGION, Says, cases, denied, empty, with_function},
            testing_watch::trail,
        },
        model::{Alarm, Arn, FilterMetric, Gap, Listing, MetricFilter, Posture, Region, Watched, WatchedMetric},
    };

    fn with(pattern: Option<&str>, change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(|_| ());
        if let Some(pattern) = pattern {
            alert(&mut posture, pattern);
        }
        posture.regions.get_mut(REGION).unwrap().trails.items.push(trail("main"));
        change(posture.regions.get_mut(REGION).unwrap());
        posture
    }

    fn filtered(pattern: &str, change: impl FnOnce(&mut Region)) -> Posture {
        let arn = |service: &str, resource: &str| Arn::build("aws", service, REGION, ACCOUNT, resource);
        with(None, |region| {
            region.trails.items[0].log_group = Some(arn("logs", "log-group:trail:*"));
            region.metric_filters.items.push(MetricFilter {
                arn: arn("logs", "metric-filter:f"),
                name: "f".to_owned(),
                log_group: "trail".to_owned(),
                pattern: pattern.to_owned(),
                metrics: vec![FilterMetric { namespace: "Audit".to_owned(), name: "Changes".to_owned() }],
            });
            let metric =
                WatchedMetric { namespace: "Audit".to_owned(), name: "Changes".to_owned(), dimensions: BTreeMap::new(), account: None };
            region.alarms.items.push(Alarm {
                arn: arn("cloudwatch", "alarm:changes"),
                name: "changes".to_owned(),
                actions_enabled: true,
                actions: vec![arn("sns", "alerts")],
                state: "OK".to_owned(),
                watches: Watched::Metrics { metrics: vec![metric], expressions: vec![] },
            });
            change(region);
        })
    }

    const ALL: &str = r#"{ $.eventSource = "lambda.amazonaws.com" && $.readOnly IS FALSE }"#;

    #[test]
    fn rules() {
        let deserted = |region: &mut Region| region.subscriptions.items.clear();
        let composite = |region: &mut Region| {
            let alarm = region.alarms.items[0].clone();
            region.alarms.items[0].actions.clear();
            region.alarms.items.push(Alarm { name: "any".to_owned(), watches: Watched::Rule("ALARM(changes)".to_owned()), ..alarm });
        };
        cases(
            &CHECK,
            [
                ("told of all", with(Some(PATTERN), |_| ()), Says::Pass),
                ("told of whatever Lambda does", with(Some(r#"{"source":["aws.lambda"]}"#), |_| ()), Says::Pass),
                ("no rule", with(None, |_| ()), Says::Fail),
                ("a rule for the bare name", with(Some(r#"{"detail":{"eventName":["UpdateFunctionCode"]}}"#), |_| ()), Says::Fail),
                ("a rule of which nobody hears", with(Some(PATTERN), deserted), Says::Fail),
                ("a rule that is off", with(Some(PATTERN), |region| region.event_rules.items[0].state = "DISABLED".to_owned()), Says::Fail),
                ("a rule, and no trail", with(Some(PATTERN), |region| region.trails.items.clear()), Says::Fail),
                (
                    "a rule, and the trail is off",
                    with(Some(PATTERN), |region| region.trails.items[0].status.known_mut().unwrap().logging = false),
                    Says::Fail,
                ),
                (
                    "a rule, and the trail takes reads alone",
                    with(Some(PATTERN), |region| {
                        region.trails.items[0].selectors.known_mut().unwrap().basic[0].read_write = "ReadOnly".to_owned();
                    }),
                    Says::Fail,
                ),
                (
                    "a rule, and selectors denied",
                    with(Some(PATTERN), |region| {
                        region.trails.items[0].selectors = Gap::denied("cloudtrail:GetEventSelectors", "no").into();
                    }),
                    Says::Unknown,
                ),
                ("counted in the log of a trail", filtered(ALL, |_| ()), Says::Pass),
                ("some are counted", filtered("{ ($.eventName = UpdateFunctionCode*) }", |_| ()), Says::Fail),
                ("counted, and a composite alarm speaks of the alarm", filtered(ALL, composite), Says::Pass),
                ("counted, and the alarm does nothing", filtered(ALL, |region| region.alarms.items[0].actions.clear()), Says::Fail),
                ("counted, and no alarm", filtered(ALL, |region| region.alarms.items.clear()), Says::Fail),
                (
                    "counted, and the trail is off",
                    filtered(ALL, |region| region.trails.items[0].status.known_mut().unwrap().logging = false),
                    { Says::Fail },
                ),
                ("counted in another log", filtered(ALL, |region| region.metric_filters.items[0].log_group = "x".to_owned()), Says::Fail),
                ("other things are counted", filtered("{ $.errorCode = AccessDenied }", |_| ()), Says::Fail),
                ("all but Lambda is counted", filtered(r#"{ $.eventSource != "lambda.amazonaws.com" }"#, |_| ()), Says::Fail),
                ("no functions", empty(), Says::NotApplicable),
                ("rules unread", with(None, |region| region.event_rules = Listing::default()), Says::Unknown),
                (
                    "trails denied",
                    with(None, |region| region.trails.gap = Some(Gap::denied("cloudtrail:DescribeTrails", ""))),
                    Says::Unknown,
                ),
                ("filters unread", filtered("x", |region| region.metric_filters = Listing::default()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn some_unseen_are_of_low_severity() {
        let posture = with(Some(r#"{"detail":{"eventName":[{"prefix":"UpdateFunctionCode"}]}}"#), |_| ());
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let Ruling::Fail(fault) = (CHECK.run)(&context).remove(0).ruling else { panic!("no fail") };
        assert_eq!(fault.severity, Some(Severity::Low));
        assert!(fault.message.contains("AddPermission") && !fault.message.contains("UpdateFunctionCode,"), "{}", fault.message);
        let pattern = EventPattern::read(PATTERN).unwrap();
        assert!(CALLS.iter().flat_map(|(_, names)| *names).all(|name| pattern.takes(&event(&context, REGION, name))));
    }
}
