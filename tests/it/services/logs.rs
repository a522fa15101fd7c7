//! What happens to logs.

use palisade::model::{AccountDataProtection, LogGroup, Posture, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

const NO_ACCOUNT_POLICIES: &str = "it has no policies of the account";

pub(super) static SERVICE: Service = Service {
    source: Source::Logs,
    plant: include_str!("logs.py"),
    facts: &[
        Planted {
            name: "a function's last event is an hour old",
            holds: |posture| {
                let last = group(posture, "orders")?.last_event.known().map_err(ToString::to_string)?;
                // The clock of the one who planted it, and of the one who read it.
                same(last.map(|last| (3500..4600).contains(&(posture.taken_at.unix() - last.unix()))), Some(true))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a function has no event",
            holds: |posture| same(group(posture, "mail")?.last_event.known().cloned(), Ok(None)),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a function's errors go on to a stream",
            holds: |posture| {
                let filters = group(posture, "orders")?.subscriptions.known().map_err(ToString::to_string)?;
                let filter = filters.first().ok_or("no filter")?;
                same((filter.name.as_str(), filter.destination.name(), filter.pattern.as_str()), ("siem", "siem", "ERROR"))?;
                same(group(posture, "mail")?.subscriptions.known().map(Vec::len), Ok(0))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a metric counts changes of functions",
            holds: |posture| {
                let filters = posture.regions[REGION].metric_filters.all().map_err(ToString::to_string)?;
                let filter = filters.first().ok_or("no filter")?;
                let metric = filter.metrics.first().ok_or("no metric")?;
                same(
                    (filter.log_group.as_str(), metric.namespace.as_str(), metric.name.as_str()),
                    ("trail", "Security", "FunctionsChanged"),
                )?;
                same(filter.pattern.as_str(), "{ $.eventSource = lambda.amazonaws.com }")
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "all log groups are masked",
            holds: |posture| {
                let protection = posture.regions[REGION].account_data_protection.known().cloned();
                same(protection, Ok(Some(AccountDataProtection { name: "account".to_owned(), masks: true })))
            },
            moto: Wrong(NO_ACCOUNT_POLICIES),
            ministack: Wrong(NO_ACCOUNT_POLICIES),
        },
    ],
    moto: &["failed logs:DescribeAccountPolicies"],
    ministack: &["failed logs:DescribeAccountPolicies"],
};

fn group<'a>(posture: &'a Posture, function: &str) -> Result<&'a LogGroup, String> {
    let name = format!("/aws/lambda/{function}");
    posture.regions[REGION].log_group(&name).ok_or_else(|| format!("no log group {name}"))
}
