//! MV-016: nobody is told when a function fails.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Alarm, Arn, Function, Gap, Queue, Region, Resource, Source, Watched, WatchedMetric, find},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-016",
    slug: "no-alarm",
    title: "Somebody is told when a function fails or is held back",
    layer: Layer::Monitoring,
    severity: Severity::Medium,
    why: "An attack is noticed first as something that fails, throttles or runs more than ever. Without an alarm it is noticed first by \
          a customer, or on the bill.",
    how: "DescribeAlarms has no alarm with an action on Errors, Throttles, ConcurrentExecutions, IteratorAge or lost events of the \
          function, of all functions together, on what a metric filter counts in its log, or on its dead-letter queue or that of a queue \
          that it works off. An alarm without an action counts where a composite alarm with one names it. Functions for development, by \
          tag or name, are left alone; alarms in a monitoring account are not seen.",
    links: Links {
        security_hub: &["CloudWatch.15", "CloudWatch.17"],
        csf: &["DE.CM", "DE.AE"],
        owasp: &["S10"],
        csa: &["SAS-5"],
        ..Links::NONE
    },
    reads: &[Source::Cloudwatch, Source::Logs, Source::Lambda, Source::Sqs],
    run,
    fix,
    guide: Guide {
        calls: &[
            "cloudwatch:DescribeAlarms",
            "lambda:GetFunction",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctionEventInvokeConfigs",
            "lambda:ListFunctions",
            "lambda:ListTags",
            "logs:DescribeMetricFilters",
            "sqs:GetQueueAttributes",
            "sqs:ListQueues",
        ],
        provider: "Lambda hands its metrics to CloudWatch every minute, which tells nobody of them without an alarm of yours.",
        avoids: &[
            "A function that is watched with all others, by a metric without dimensions or a query",
            "An alarm on what a metric filter counts in the function's log",
            "An alarm on its dead-letter queue, or on that of a queue it works off",
            "An alarm without an action of which a composite alarm with one speaks",
            "A function that is tagged as development",
        ],
        cli: "aws cloudwatch put-metric-alarm --alarm-name <ALARM_NAME> --namespace AWS/Lambda --metric-name Errors --dimensions Name=FunctionName,Value=<FUNCTION_NAME> --statistic Sum --period 60 --evaluation-periods 5 --datapoints-to-alarm 3 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching --alarm-actions <TOPIC_ARN> --region <REGION>
# The same once more with --metric-name Throttles.",
        cloudformation: "# The same once more for Throttles.
Type: AWS::CloudWatch::Alarm
Properties:
  Namespace: AWS/Lambda
  MetricName: Errors
  Dimensions:
    - Name: FunctionName
      Value: !Ref <FUNCTION>
  Statistic: Sum
  Period: 60
  EvaluationPeriods: 5
  DatapointsToAlarm: 3
  Threshold: 1
  ComparisonOperator: GreaterThanOrEqualToThreshold
  TreatMissingData: notBreaching
  AlarmActions: [!Ref <TOPIC>]",
        terraform: r#"# The same once more for Throttles.
resource "aws_cloudwatch_metric_alarm" "<NAME>" {
  alarm_name          = "<ALARM_NAME>"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.<FUNCTION>.function_name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.<TOPIC>.arn]
}"#,
        undo: "aws cloudwatch delete-alarms --alarm-names <ALARM_NAME> --region <REGION>",
    },
};

/// What of a function may be watched.
const METRICS: &[&str] = &[
    "Errors",
    "Throttles",
    "ConcurrentExecutions",
    "UnreservedConcurrentExecutions",
    "ClaimedAccountConcurrency",
    "IteratorAge",
    "DeadLetterErrors",
    "DestinationDeliveryFailures",
    "AsyncEventsDropped",
    "AsyncEventAge",
    "Invocations",
    "Duration",
];

/// What the alarms of a Region watch.
#[derive(Default)]
struct Watch<'a> {
    /// Functions together.
    all: bool,
    /// Names of functions.
    functions: BTreeSet<&'a str>,
    /// Names of queues.
    queues: BTreeSet<&'a str>,
    /// Log groups in which something is counted that is watched.
    log_groups: BTreeSet<&'a str>,
    /// Whether something is watched that a metric filter may count.
    counts: bool,
    /// Metrics Insights queries over functions.
    queries: Vec<&'a str>,
}

impl<'a> Watch<'a> {
    fn new(account: &str, region: &'a Region, alarms: impl Iterator<Item = &'a Alarm>) -> Self {
        let mut watch = Self::default();
        for alarm in alarms {
            let Watched::Metrics { metrics, expressions } = &alarm.watches else { continue };
            watch.queries.extend(expressions.iter().map(String::as_str).filter(|text| text.contains("AWS/Lambda")));
            for metric in metrics.iter().filter(|metric| metric.account.as_deref().is_none_or(|owner| owner == account)) {
                watch.take(region, metric);
            }
        }
        watch
    }

    fn take(&mut self, region: &'a Region, metric: &'a WatchedMetric) {
        match (metric.namespace.as_str(), metric.dimensions.get("FunctionName"), metric.dimensions.get("QueueName")) {
            ("AWS/Lambda", function, _) if METRICS.contains(&metric.name.as_str()) => match function {
                Some(name) => _ = self.functions.insert(name),
                None => self.all |= metric.dimensions.is_empty(),
            },
            ("AWS/SQS", _, Some(queue)) => _ = self.queues.insert(queue),
            (namespace, ..) if !namespace.starts_with("AWS/") => {
                self.counts = true;
                let counted = |one: &&crate::model::MetricFilter| {
                    one.metrics.iter().any(|counted| counted.namespace == namespace && counted.name == metric.name)
                };
                self.log_groups.extend(region.metric_filters.items.iter().filter(counted).map(|filter| filter.log_group.as_str()));
            }
            _ => {}
        }
    }

    fn has(&self, function: &Function, letters: &[&Arn]) -> bool {
        // A query names the functions that it is about, or it is about all.
        let asks = |query: &&str| {
            !["FunctionName =", "FunctionName=", "FunctionName IN"].iter().any(|condition| query.contains(condition))
                || query.contains(&format!("'{}'", function.name))
        };
        self.all
            || self.functions.contains(function.name.as_str())
            || letters.iter().any(|queue| self.queues.contains(queue.name()))
            || function.log_group().known().is_ok_and(|group| self.log_groups.contains(group.as_str()))
            || self.queries.iter().any(asks)
    }
}

/// The queues where what `function` could not work off ends up, and why there may be more.
fn letters<'c>(context: &'c Context<'_>, region: &'c Region, function: &'c Function) -> (Vec<&'c Arn>, Option<Gap>) {
    let mut gap = function.event_invoke.gap().cloned().or_else(|| context.mappings_of(function).err());
    let mut letters: Vec<&Arn> = function.dead_letter.iter().collect();
    letters.extend(function.event_invoke.known().into_iter().flatten().filter_map(|config| config.on_failure.as_ref()));
    for &mapping in context.known_mappings_of(function) {
        letters.extend(&mapping.on_failure);
        let Some(source) = mapping.source.as_ref().filter(|source| source.service() == "sqs") else { continue };
        match find(&region.queues, source).map(|queue| queue.attributes.known()) {
            Some(Ok(attributes)) => letters.extend(&attributes.dead_letter_queue),
            Some(Err(why)) => _ = gap.get_or_insert_with(|| why.clone()),
            None => gap = gap.or_else(|| region.queues.all().err().map(|_| Gap::unread(Queue::LISTED_BY))),
        }
    }
    letters.retain(|queue| queue.service() == "sqs");
    (letters, gap)
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let account = &context.posture.account;
    let mut watches: BTreeMap<&str, (Watch<'_>, Watch<'_>)> = BTreeMap::new();
    for (name, region) in &context.posture.regions {
        let (acting, idle): (Vec<&Alarm>, Vec<&Alarm>) = region.alarms.items.iter().partition(|alarm| acts(region, alarm));
        watches.insert(name, (Watch::new(account, region, acting.into_iter()), Watch::new(account, region, idle.into_iter())));
    }
    context.each(
        &CHECK,
        |region| &region.functions,
        |region, function| {
            let Some((acting, idle)) = watches.get(function.arn.region()) else { return Err(Gap::unread("cloudwatch:DescribeAlarms")) };
            judge(context, region, function, acting, idle)
        },
    )
}

fn judge(context: &Context<'_>, region: &Region, function: &Function, acting: &Watch<'_>, idle: &Watch<'_>) -> Result<Ruling, Gap> {
    let (letters, unread) = letters(context, region, function);
    if acting.has(function, &letters) {
        return Ok(Ruling::Pass);
    }
    function.tags.known()?;
    if context.standing_of(function).is_development() {
        return Ok(Ruling::NotApplicable);
    }
    region.alarms.all()?;
    // What is watched may be of this function after all.
    if let Some(gap) = unread.filter(|_| !acting.queues.is_empty()) {
        return Err(gap);
    }
    if acting.counts {
        region.metric_filters.all()?;
    }
    if !acting.log_groups.is_empty() {
        function.log_group().known()?;
    }
    let (what, value) = if idle.has(function, &letters) {
        ("alarms that do nothing", "without AlarmActions, or ActionsEnabled=false")
    } else {
        ("no alarm", "none on it")
    };
    let evidence = vec![Evidence::field("cloudwatch:DescribeAlarms", "MetricAlarms", value)];
    Ok(Fault::new(format!("{} has {what}: when it fails nobody is told", function.name), evidence).into())
}

/// Whether `alarm` does something when it goes off, or a composite alarm that does names it.
pub(super) fn acts(region: &Region, alarm: &Alarm) -> bool {
    let does = |alarm: &Alarm| alarm.actions_enabled && !alarm.actions.is_empty();
    does(alarm)
        || region.alarms.items.iter().any(|other| match &other.watches {
            Watched::Rule(rule) => does(other) && names(rule, alarm),
            Watched::Metrics { .. } => false,
        })
}

/// Whether the rule of a composite alarm speaks of `alarm`.
fn names(rule: &str, alarm: &Alarm) -> bool {
    let ways = [format!("\"{}\"", alarm.name), format!("({})", alarm.name), alarm.arn.as_str().to_owned()];
    ways.iter().any(|way| rule.contains(way.as_str()))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let name = |metric: &str| format!("palisade-{}-{}", function.name, metric.to_lowercase());
    let mut plan = Plan::new(Effort::Prompt, Risk::Safe, "Tell the people on call when the function fails or is throttled");
    for metric in ["Errors", "Throttles"] {
        plan = plan.step(
            Call::new("cloudwatch", "put-metric-alarm", &*verdict.region)
                .with("alarm-name", name(metric))
                .with("namespace", "AWS/Lambda")
                .with("metric-name", metric)
                .with("dimensions", format!("Name=FunctionName,Value={}", function.name))
                .with("statistic", "Sum")
                .with("period", "60")
                .with("evaluation-periods", "5")
                .with("datapoints-to-alarm", "3")
                .with("threshold", "1")
                .with("comparison-operator", "GreaterThanOrEqualToThreshold")
                .with("treat-missing-data", "notBreaching")
                .ask("alarm-actions", "ARN of a topic of the people on call"),
        );
        plan = plan.undo(Call::new("cloudwatch", "delete-alarms", &*verdict.region).with("alarm-names", name(metric)));
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::CHECK;
    use crate::{
        checks::testing::{ACCOUNT, REGION, Says, cases, denied, with_function},
        model::{
            Alarm, Arn, EventSourceMapping, Fact, FilterMetric, Function, Gap, Listing, MetricFilter, Posture, Queue, QueueAttributes,
            Region, Watched, WatchedMetric,
        },
    };

    fn alarm(name: &str, watches: Watched) -> Alarm {
        Alarm {
            arn: Arn::build("aws", "cloudwatch", REGION, ACCOUNT, &format!("alarm:{name}")),
            name: name.to_owned(),
            actions_enabled: true,
            actions: vec![Arn::build("aws", "sns", REGION, ACCOUNT, "alerts")],
            state: "OK".to_owned(),
            watches,
        }
    }

    fn metric(namespace: &str, name: &str, dimension: Option<(&str, &str)>) -> Watched {
        let dimensions = dimension.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        let metric = WatchedMetric { namespace: namespace.to_owned(), name: name.to_owned(), dimensions, account: None };
        Watched::Metrics { metrics: vec![metric], expressions: Vec::new() }
    }

    fn with(alarms: Vec<Alarm>, change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(|_| ());
        let region = posture.regions.get_mut(REGION).unwrap();
        region.alarms = Listing::complete(alarms);
        change(region);
        posture
    }

    fn own(name: &str) -> Watched {
        metric("AWS/Lambda", name, Some(("FunctionName", "orders")))
    }

    #[test]
    fn rules() {
        let one = |watches| with(vec![alarm("a", watches)], |_| ());
        let query = |text: &str| one(Watched::Metrics { metrics: vec![], expressions: vec![text.to_owned()] });
        let silent = || Alarm { actions: vec![], ..alarm("a", own("Errors")) };
        let of = |region: &mut Region, change: &dyn Fn(&mut Function)| change(&mut region.functions.items[0]);
        let tag = |function: &mut Function| function.tags = Fact::Known(BTreeMap::from([("env".to_owned(), "dev".to_owned())]));
        let letters = |function: &mut Function| function.dead_letter = Some(Arn::build("aws", "sqs", REGION, ACCOUNT, "letters"));
        let foreign = |region: &mut Region| {
            if let Watched::Metrics { metrics, .. } = &mut region.alarms.items[0].watches {
                metrics[0].account = Some("999999999999".to_owned());
            }
        };
        let counting = |region: &mut Region| {
            region.metric_filters.items.push(MetricFilter {
                arn: Arn::build("aws", "logs", REGION, ACCOUNT, "metric-filter:f"),
                name: "f".to_owned(),
                log_group: "/aws/lambda/orders".to_owned(),
                pattern: "ERROR".to_owned(),
                metrics: vec![FilterMetric { namespace: "Shop".to_owned(), name: "Failed".to_owned() }],
            });
        };
        let feeding = |region: &mut Region, letters: Option<&str>| {
            let attributes = QueueAttributes {
                policy: None,
                sqs_managed_sse: Some(true),
                kms_key: None,
                retention_seconds: Some(345_600),
                dead_letter_queue: letters.map(|name| Arn::build("aws", "sqs", REGION, ACCOUNT, name)),
            };
            let arn = Arn::build("aws", "sqs", REGION, ACCOUNT, "jobs");
            let mapping = Arn::build("aws", "lambda", REGION, ACCOUNT, "event-source-mapping:m");
            region.event_source_mappings.items.push(EventSourceMapping {
                source: Some(arn.clone()),
                ..EventSourceMapping::new(mapping, "m", region.functions.items[0].arn.clone())
            });
            region.queues.items.push(Queue { arn, url: String::new(), attributes: Fact::Known(attributes) });
        };
        let depth = || alarm("a", metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", Some(("QueueName", "letters"))));
        cases(
            &CHECK,
            [
                ("on its errors", one(own("Errors")), Says::Pass),
                ("on all functions", one(metric("AWS/Lambda", "Errors", None)), Says::Pass),
                ("on another function", one(metric("AWS/Lambda", "Errors", Some(("FunctionName", "billing")))), Says::Fail),
                ("on something else of it", one(own("RecursiveInvocationsDropped")), Says::Fail),
                ("in another account", with(vec![alarm("a", own("Errors"))], foreign), Says::Fail),
                ("none", with(vec![], |_| ()), Says::Fail),
                ("one that does nothing", with(vec![silent()], |_| ()), Says::Fail),
                ("one that is muted", with(vec![Alarm { actions_enabled: false, ..alarm("a", own("Errors")) }], |_| ()), Says::Fail),
                (
                    "one of which a composite alarm speaks",
                    with(vec![silent(), alarm("b", Watched::Rule("ALARM(\"a\") OR ALARM(x)".to_owned()))], |_| ()),
                    Says::Pass,
                ),
                (
                    "a composite alarm that speaks of another",
                    with(vec![silent(), alarm("b", Watched::Rule("ALARM(aa)".to_owned()))], |_| ()),
                    Says::Fail,
                ),
                ("a query over all functions", query("SELECT MAX(Errors) FROM SCHEMA(\"AWS/Lambda\", FunctionName)"), Says::Pass),
                ("a query over another", query("SELECT MAX(Errors) FROM \"AWS/Lambda\" WHERE FunctionName = 'billing'"), Says::Fail),
                ("on what its log counts", with(vec![alarm("a", metric("Shop", "Failed", None))], counting), Says::Pass),
                ("on its dead-letter queue", with(vec![depth()], |region| of(region, &letters)), Says::Pass),
                ("on somebody's dead-letter queue", with(vec![depth()], |_| ()), Says::Fail),
                ("on that of the queue it works off", with(vec![depth()], |region| feeding(region, Some("letters"))), Says::Pass),
                ("on another than that", with(vec![depth()], |region| feeding(region, Some("others"))), Says::Fail),
                (
                    "on a queue, and its destinations denied",
                    with(vec![depth()], |region| {
                        of(region, &|it| it.event_invoke = Gap::denied("lambda:ListFunctionEventInvokeConfigs", "no").into());
                    }),
                    Says::Unknown,
                ),
                (
                    "on a queue, and its queue unread",
                    with(vec![depth()], |region| {
                        feeding(region, None);
                        region.queues.items[0].attributes = Fact::unread("sqs:GetQueueAttributes");
                    }),
                    Says::Unknown,
                ),
                (
                    "on something counted, and filters unread",
                    with(vec![alarm("a", metric("Shop", "Failed", None))], |region| region.metric_filters = Listing::default()),
                    Says::Unknown,
                ),
                ("a query over some others", query("SELECT MAX(Errors) FROM \"AWS/Lambda\" WHERE FunctionName IN ('pay')"), Says::Fail),
                ("development", with(vec![], |region| of(region, &tag)), Says::NotApplicable),
                ("alarms unread", with(vec![], |region| region.alarms = Listing::default()), Says::Unknown),
                (
                    "alarms denied",
                    with(vec![], |region| region.alarms.gap = Some(Gap::denied("cloudwatch:DescribeAlarms", "no"))),
                    Says::Unknown,
                ),
                ("tags unread", with(vec![], |region| region.functions.items[0].tags = Fact::unread("lambda:GetFunction")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
