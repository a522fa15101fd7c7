//! Alarms, and numbers of functions.

use palisade::model::{Alarm, FunctionMetrics, Posture, Source, Watched};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

const NO_PERCENTILES: &str = "it knows no percentiles, and answers a call that asks for one with an error page";

pub(super) static SERVICE: Service = Service {
    source: Source::Cloudwatch,
    plant: include_str!("cloudwatch.py"),
    facts: &[
        Planted {
            name: "an alarm on a function's errors tells a topic",
            holds: |posture| {
                let alarm = alarm(posture, "orders-errors")?;
                same((alarm.actions_enabled, alarm.actions.first().map(|arn| arn.name())), (true, Some("alarms")))?;
                same(watched(alarm)?, "AWS/Lambda Errors orders;".to_owned())
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an alarm on a rate watches both metrics and tells nobody",
            holds: |posture| {
                let alarm = alarm(posture, "orders-rate")?;
                same((alarm.actions_enabled, alarm.actions.len()), (false, 0))?;
                same(watched(alarm)?, "AWS/Lambda Errors orders;AWS/Lambda Invocations orders;errors / calls;".to_owned())
            },
            moto: Right,
            ministack: Wrong("it has no metric math"),
        },
        Planted {
            name: "an alarm on alarms has its rule",
            holds: |posture| {
                let alarm = alarm(posture, "orders")?;
                same(alarm.watches.clone(), Watched::Rule("ALARM(orders-errors) OR ALARM(orders-rate)".to_owned()))
            },
            moto: Wrong("it has no composite alarms"),
            ministack: Right,
        },
        Planted {
            name: "a function was invoked, and throttled",
            holds: |posture| {
                let metrics = metrics(posture, "orders")?;
                let invocations = metrics.invocations.known().map_err(ToString::to_string)?;
                let days = invocations.last.map(|last| posture.taken_at.days_since(last));
                same((invocations.count, days, metrics.throttles.known().ok()), (12, Some(2), Some(&4)))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a function had errors, took its time and ran side by side",
            holds: |posture| {
                let metrics = metrics(posture, "orders")?;
                let numbers =
                    (metrics.errors.known().cloned(), metrics.duration_p99.known().cloned(), metrics.iterator_age.known().cloned());
                same(numbers, (Ok(3), Ok(Some(121)), Ok(None)))?;
                same(metrics.concurrent_executions.known().cloned(), Ok(Some(3)))
            },
            moto: Wrong(NO_PERCENTILES),
            ministack: Right,
        },
        Planted {
            name: "a function was never invoked",
            holds: |posture| {
                let metrics = metrics(posture, "mail")?;
                let count = metrics.invocations.known().map(|invocations| (invocations.count, invocations.last));
                same((count, metrics.errors.known(), metrics.duration_p99.known()), (Ok((0, None)), Ok(&0), Ok(&None)))
            },
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &["failed cloudwatch:GetMetricData"],
    ministack: &[],
};

fn alarm<'a>(posture: &'a Posture, name: &str) -> Result<&'a Alarm, String> {
    let alarms = &posture.regions[REGION].alarms.items;
    alarms.iter().find(|alarm| alarm.name == name).ok_or_else(|| format!("no alarm {name}"))
}

/// Metrics with their functions, then expressions.
fn watched(alarm: &Alarm) -> Result<String, String> {
    let Watched::Metrics { metrics, expressions } = &alarm.watches else { return Err("no metric alarm".to_owned()) };
    let metrics = metrics.iter().map(|metric| {
        let function = metric.dimensions.get("FunctionName").map_or("", String::as_str);
        format!("{} {} {function};", metric.namespace, metric.name)
    });
    Ok(metrics.chain(expressions.iter().map(|expression| format!("{expression};"))).collect())
}

fn metrics<'a>(posture: &'a Posture, name: &str) -> Result<&'a FunctionMetrics, String> {
    let metrics = posture.regions[REGION].metrics.all().map_err(ToString::to_string)?;
    metrics.iter().find(|metrics| metrics.arn.name() == name).ok_or_else(|| format!("no metrics of {name}"))
}
