//! MV-002: a function is invoked, and nothing of it arrives in its log group.

use std::collections::BTreeMap;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Function, FunctionMetrics, Gap, LogGroup, Region, Resource, Source, Timestamp, find},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-002",
    slug: "log-silent",
    title: "Functions that are invoked leave something in their log",
    layer: Layer::Monitoring,
    severity: Severity::Medium,
    why: "Every invocation writes at least that it began and ended. Where nothing arrives, the log group was deleted, the role was cut, or \
          somebody would rather not be seen.",
    how: "CloudWatch counted Invocations within 90 days, and the function's log group does not exist, or its newest event is more than \
          seven days (thresholds.log_silence_days) older than the last day with invocations. Functions whose JSON system log level is WARN may rightly be silent and are \
          left alone, as are those last invoked longer ago than the group keeps events. A group that several functions share tells \
          nothing of one of them: unless it is silent they are unknown.",
    links: Links { csf: &["DE.CM", "DE.AE"], owasp: &["S10"], csa: &["SAS-5"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Logs, Source::Cloudwatch],
    run,
    fix,
    guide: Guide {
        calls: &["cloudwatch:GetMetricData", "lambda:ListFunctions", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
        provider: "Lambda makes the log group on the first invocation if the role may, writes when each begins and ends, and tells \
                   nobody that nothing arrives.",
        avoids: &[
            "A function that nobody invoked within 90 days",
            "A function whose JSON system log level is WARN, as START and END are of level INFO",
            "An event that is late by no more than seven days",
            "A log group that was made less than a week before the last invocation",
            "A function whose last invocation is older than what its group keeps",
        ],
        cli: "aws logs create-log-group --log-group-name <LOG_GROUP_NAME> --region <REGION>
aws logs put-retention-policy --log-group-name <LOG_GROUP_NAME> --retention-in-days <DAYS> --region <REGION>
# The execution role must be allowed logs:CreateLogStream and logs:PutLogEvents on it.
aws lambda get-function-configuration --function-name <FUNCTION_NAME> --query '[Role,LoggingConfig]' --region <REGION>",
        cloudformation: "Group:
  Type: AWS::Logs::LogGroup
  Properties:
    LogGroupName: <LOG_GROUP_NAME>
    RetentionInDays: <DAYS>
Function:
  Type: AWS::Lambda::Function
  Properties:
    LoggingConfig:
      LogGroup: !Ref Group",
        terraform: r#"resource "aws_cloudwatch_log_group" "<NAME>" {
  name              = "<LOG_GROUP_NAME>"
  retention_in_days = <DAYS>
}

resource "aws_lambda_function" "<NAME>" {
  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.<NAME>.name
  }
}"#,
        undo: "aws logs delete-log-group --log-group-name <LOG_GROUP_NAME> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut writers: BTreeMap<&str, BTreeMap<String, usize>> = BTreeMap::new();
    for (region, function) in context.posture.functions() {
        if let Ok(group) = function.log_group().known() {
            *writers.entry(region).or_default().entry(group.clone()).or_default() += 1;
        }
    }
    let shares = |function: &Function, group: &str| {
        writers.get(function.arn.region()).and_then(|groups| groups.get(group)).is_some_and(|functions| *functions > 1)
    };
    context.each(&CHECK, |region| &region.functions, |region, function| judge(context, region, function, &shares))
}

fn named<T: Resource>(gap: &Gap) -> Gap {
    if gap.action.is_empty() { Gap { action: T::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() }
}

/// Whether its log may stay empty by configuration: `START` and `END` are of level INFO.
fn is_quiet(function: &Function) -> bool {
    let quiet = |level: &str| !matches!(level, "INFO" | "DEBUG" | "TRACE");
    function.logging.known().is_ok_and(|logging| logging.format == "JSON" && logging.system_level.as_deref().is_some_and(quiet))
}

/// The last day with invocations; none without any.
fn last_invoked(region: &Region, function: &Function) -> Result<Option<Timestamp>, Gap> {
    let Some(metrics) = find(&region.metrics, &function.arn) else {
        return Err(region.metrics.gap.as_ref().map_or_else(|| Gap::unread(FunctionMetrics::LISTED_BY), named::<FunctionMetrics>));
    };
    let invocations = metrics.invocations.known()?;
    Ok(invocations.last.filter(|_| invocations.count > 0))
}

fn judge(context: &Context<'_>, region: &Region, function: &Function, shares: &dyn Fn(&Function, &str) -> bool) -> Result<Ruling, Gap> {
    if is_quiet(function) {
        return Ok(Ruling::NotApplicable);
    }
    let Some(last) = last_invoked(region, function)? else { return Ok(Ruling::NotApplicable) };
    let name = function.log_group();
    let name = name.known()?;
    let invoked = Evidence::field("cloudwatch:GetMetricData", "Invocations, last day", last.date().to_string());
    let Some(group) = region.log_group(name) else {
        if let Some(gap) = &region.log_groups.gap {
            return Err(named::<LogGroup>(gap));
        }
        let message = format!("{} was invoked on {}, and its log group does not exist", function.name, last.date());
        return Ok(Fault::new(message, vec![Evidence::field("logs:DescribeLogGroups", name.as_str(), "missing"), invoked]).into());
    };
    if group.retention_days.is_some_and(|days| context.now().days_since(last) >= i64::from(days)) {
        return Ok(Ruling::NotApplicable);
    }
    let newest = *group.last_event.known()?;
    let late = i64::from(context.settings.thresholds.log_silence_days);
    if newest.is_some_and(|newest| last.days_since(newest) <= late) {
        // The newest event may be another function's.
        let shared = || Gap::unsupported(format!("several functions write to {name}, which tells nothing of one of them"));
        return if shares(function, name) { Err(shared()) } else { Ok(Ruling::Pass) };
    }
    let (since, value) = match newest {
        Some(newest) => (format!("nothing has arrived in its log since {}", newest.date()), newest.date().to_string()),
        // A group that was made a moment ago has yet to fill.
        None if group.created.is_some_and(|created| last.days_since(created) <= late) => return Ok(Ruling::NotApplicable),
        None => ("nothing has ever arrived in its log".to_owned(), "none".to_owned()),
    };
    let message = format!("{} was invoked on {}, but {since}", function.name, last.date());
    Ok(Fault::new(message, vec![Evidence::field("logs:DescribeLogStreams", "lastEventTimestamp", value), invoked]).into())
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let region = context.posture.regions.get(&*verdict.region)?;
    let function = context.posture.function(&verdict.resource)?;
    let name = function.log_group();
    let name = name.known().ok()?;
    let role = "See that the execution role may create log streams in it and put log events: logs:CreateLogStream, logs:PutLogEvents";
    if region.log_group(name).is_some() {
        let plan = Plan::new(Effort::Guided, Risk::Safe, "Have the function write its log again").step(role);
        return Some(plan.step("See who changed role, log group or logging configuration since the last event"));
    }
    let call = |operation| Call::new("logs", operation, &*verdict.region).with("log-group-name", name.as_str());
    Some(
        Plan::new(Effort::Prompt, Risk::Safe, "Make the log group again")
            .step(call("create-log-group"))
            .step(call("put-retention-policy").ask("retention-in-days", "days"))
            .step(role)
            .undo(call("delete-log-group")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, ask, cases, denied, with_function},
        model::{Arn, Fact, Function, FunctionMetrics, Gap, Invocations, Listing, LogGroup, Posture, Region, Timestamp},
    };

    fn day(text: &str) -> Timestamp {
        format!("2026-{text}T00:00:00Z").parse().unwrap()
    }

    /// A function that says when it begins, was last invoked on `last`, and whose newest log event is of `event`.
    fn posture(last: Option<&str>, event: Option<&str>) -> Posture {
        let mut posture = with_function(|function| function.logging.known_mut().unwrap().format = "Text".to_owned());
        let region = posture.regions.get_mut(REGION).unwrap();
        let mut metrics = FunctionMetrics::unread(region.functions.items[0].arn.clone(), "");
        metrics.invocations = Fact::Known(Invocations { count: u64::from(last.is_some()), last: last.map(day) });
        region.metrics.items.push(metrics);
        region.log_groups.items[0].last_event = Fact::Known(event.map(day));
        region.log_groups.items[0].created = Some(day("01-01"));
        posture
    }

    fn change(mut posture: Posture, change: impl FnOnce(&mut Region)) -> Posture {
        change(posture.regions.get_mut(REGION).unwrap());
        posture
    }

    #[test]
    fn rules() {
        let silent = || posture(Some("11-22"), Some("11-01"));
        let function = |it: Posture, of: fn(&mut Function)| change(it, |region| of(&mut region.functions.items[0]));
        let group = |it: Posture, of: fn(&mut LogGroup)| change(it, |region| of(&mut region.log_groups.items[0]));
        cases(
            &CHECK,
            [
                ("events arrive", posture(Some("11-22"), Some("11-22")), Says::Pass),
                ("events are late", posture(Some("11-22"), Some("11-16")), Says::Pass),
                ("nothing for weeks", silent(), Says::Fail),
                ("nothing ever", posture(Some("11-22"), None), Says::Fail),
                (
                    "nothing yet in a new group",
                    group(posture(Some("11-22"), None), |group| group.created = Some(day("11-21"))),
                    Says::NotApplicable,
                ),
                ("no group", change(silent(), |region| region.log_groups.items.clear()), Says::Fail),
                ("not invoked", posture(None, None), Says::NotApplicable),
                ("not invoked, no group", change(posture(None, None), |region| region.log_groups.items.clear()), Says::NotApplicable),
                ("silent since it was last invoked", posture(Some("09-12"), Some("09-12")), Says::Pass),
                (
                    "older than what is kept",
                    group(posture(Some("09-12"), None), |group| group.retention_days = Some(30)),
                    Says::NotApplicable,
                ),
                (
                    "quiet by configuration",
                    function(silent(), |it| it.logging.known_mut().unwrap().format = "JSON".to_owned()),
                    Says::NotApplicable,
                ),
                ("metrics unread", change(silent(), |region| region.metrics = Listing::default()), Says::Unknown),
                (
                    "invocations denied",
                    change(silent(), |region| region.metrics.items[0].invocations = Gap::denied("cloudwatch:GetMetricData", "no").into()),
                    Says::Unknown,
                ),
                (
                    "groups denied",
                    change(silent(), |region| region.log_groups = Listing::partial(vec![], Gap::denied("logs:DescribeLogGroups", "no"))),
                    Says::Unknown,
                ),
                ("events unread", group(silent(), |group| group.last_event = Fact::unread("logs:DescribeLogStreams")), Says::Unknown),
                ("logging unread", function(silent(), |it| it.logging = Fact::unread("lambda:ListFunctions")), Says::Unknown),
                ("denied", denied(), Says::Unknown),
            ],
        );
    }
    #[test]
    fn a_group_that_functions_share_speaks_of_none_of_them() {
        for (event, expected) in [("11-22", Says::Unknown), ("11-01", Says::Fail)] {
            let shared = change(posture(Some("11-22"), Some(event)), |region| {
                let mut other = region.functions.items[0].clone();
                other.arn = Arn::from(format!("{}-eu", other.arn));
                other.logging.known_mut().unwrap().group = Some("/aws/lambda/orders".to_owned());
                let metrics = FunctionMetrics { arn: other.arn.clone(), ..region.metrics.items[0].clone() };
                region.metrics.items.push(metrics);
                region.functions.items.push(other);
            });
            assert_eq!(ask(&CHECK, &shared).into_iter().map(|(_, says)| says).collect::<Vec<_>>(), [expected, expected]);
        }
    }
}
