//! Schedules and their groups.

use palisade::model::{Posture, Schedule, ScheduleDetails, Source};

use super::{Planted, Service, Shown::Right, same};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::Scheduler,
    plant: include_str!("scheduler.py"),
    facts: &[
        Planted {
            name: "a schedule has its group, state and target",
            holds: |posture| {
                let schedule = schedule(posture, "report")?;
                let said = (schedule.group.as_str(), schedule.state.as_str(), schedule.target.name());
                same(said, ("nightly", "ENABLED", "report"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a schedule has its expression",
            holds: |posture| same(details(posture, "report")?.expression.as_str(), "rate(1 day)"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a schedule has its role, key and dead-letter queue",
            holds: |posture| {
                let details = details(posture, "report")?;
                let names = [&details.kms_key, &details.dead_letter_queue].map(|arn| arn.as_ref().map(|arn| arn.name()));
                same((details.role.name(), names), ("scheduler", [Some("reports"), Some("dead")]))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a schedule has its patience",
            holds: |posture| same(details(posture, "report")?.retries.and_then(|retries| retries.attempts), Some(3)),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a secret in the input of a schedule is found",
            holds: |posture| {
                let input = details(posture, "report")?.input.as_ref().ok_or("no input")?;
                same(input.secrets.iter().map(|secret| secret.key.as_str()).collect::<Vec<_>>(), vec!["db_password"])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a function in the input of a schedule is found",
            holds: |posture| {
                let input = details(posture, "plain")?.input.as_ref().ok_or("no input")?;
                same(input.functions.iter().map(|arn| arn.name()).collect::<Vec<_>>(), vec!["orders"])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a schedule is off",
            holds: |posture| same(schedule(posture, "plain")?.state.as_str(), "DISABLED"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "every group is there",
            holds: |posture| {
                let groups = &posture.regions[REGION].schedule_groups.items;
                let groups: Vec<_> = groups.iter().map(|group| (group.name.as_str(), group.state.as_str())).collect();
                same(groups, vec![("default", "ACTIVE"), ("nightly", "ACTIVE")])
            },
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &[],
    ministack: &[],
};

fn schedule<'a>(posture: &'a Posture, name: &str) -> Result<&'a Schedule, String> {
    let schedules = &posture.regions[REGION].schedules.items;
    schedules.iter().find(|schedule| schedule.name == name).ok_or_else(|| format!("no schedule {name}"))
}

fn details<'a>(posture: &'a Posture, name: &str) -> Result<&'a ScheduleDetails, String> {
    schedule(posture, name)?.details.known().map_err(ToString::to_string)
}
