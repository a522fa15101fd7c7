//! EventBridge Scheduler: schedules with their targets, and their groups.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Fact, HiddenText, Learnt, RetryPolicy, Schedule, ScheduleDetails, ScheduleGroup, Source};

static SERVICE: Service = Service::new("Scheduler", "scheduler", Protocol::RestJson);

/// Its quotas are adjustable and differ from Region to Region; those of reading are in the hundreds. Modest.
static QUOTA: Quota = Quota::new("scheduler", 50);

static LIST_SCHEDULES: Operation = Operation::new("scheduler:ListSchedules", &QUOTA)
    .of(&SERVICE)
    .get("/schedules")
    .calls(|at| at.pages(at.region.schedules.items.len(), PAGE));
static GET_SCHEDULE: Operation = Operation::new("scheduler:GetSchedule", &QUOTA)
    .of(&SERVICE)
    .get("/schedules/{Name}")
    .detail(Depth::Full, |at| at.region.schedules.items.len() as u64);
static LIST_GROUPS: Operation = Operation::new("scheduler:ListScheduleGroups", &QUOTA)
    .of(&SERVICE)
    .get("/schedule-groups")
    .calls(|at| at.pages(at.region.schedule_groups.items.len(), PAGE));

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::Scheduler, scope: Scope::Regional, operations: &[&LIST_SCHEDULES, &GET_SCHEDULE, &LIST_GROUPS], run };

/// The largest page.
const PAGE: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Schedules {
    schedules: Vec<Summary>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    arn: Option<Arn>,
    name: Option<String>,
    group_name: Option<String>,
    state: Option<String>,
    target: Option<SummaryTarget>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SummaryTarget {
    arn: Arn,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Groups {
    schedule_groups: Vec<Group>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    arn: Option<Arn>,
    name: Option<String>,
    state: Option<String>,
}

/// Required here, though the model of AWS requires nothing: every schedule has an expression and a target.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    schedule_expression: String,
    kms_key_arn: Option<Arn>,
    target: Target,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    role_arn: Arn,
    input: Option<String>,
    dead_letter_config: Option<DeadLetter>,
    retry_policy: Option<Retry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeadLetter {
    arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Retry {
    maximum_retry_attempts: Option<u32>,
    maximum_event_age_in_seconds: Option<u32>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let schedules = reader.pages(&LIST_SCHEDULES, |token| async move {
            let answer: Schedules = wire.ask(&LIST_SCHEDULES, json!({ "MaxResults": PAGE, "NextToken": token })).await?;
            Ok(Page::new(Some(answer.schedules), answer.next_token))
        });
        let groups = reader.pages(&LIST_GROUPS, |token| async move {
            let answer: Groups = wire.ask(&LIST_GROUPS, json!({ "MaxResults": PAGE, "NextToken": token })).await?;
            Ok(Page::new(Some(answer.schedule_groups), answer.next_token))
        });
        let (schedules, groups) = tokio::join!(schedules, groups);
        let schedules = reader.converted(&LIST_SCHEDULES, schedules, |summary| {
            Some(Schedule {
                arn: summary.arn?,
                name: summary.name?,
                group: summary.group_name?,
                state: summary.state?,
                target: summary.target?.arn,
                details: Fact::unread(GET_SCHEDULE.action),
            })
        });
        let groups =
            reader.converted(&LIST_GROUPS, groups, |group| Some(ScheduleGroup { arn: group.arn?, name: group.name?, state: group.state? }));
        let items = schedules.items.clone();
        reader.expect(groups.items.len());
        reader.done(groups.items.len());
        reader.post(vec![Learnt::Schedules(schedules), Learnt::ScheduleGroups(groups)]).await;
        reader.details(items, |schedule| detail(reader, wire, schedule), Learnt::Schedule).await;
        Vec::new()
    }
    .boxed()
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut schedule: Schedule) -> Schedule {
    let params = json!({ "Name": schedule.name, "groupName": schedule.group });
    let answer: Result<Details, Failure> = wire.ask(&GET_SCHEDULE, params).await;
    schedule.details = reader.fact(answer.map(|Details { schedule_expression, kms_key_arn, target }| {
        ScheduleDetails {
            expression: schedule_expression,
            role: target.role_arn,
            dead_letter_queue: target.dead_letter_config.and_then(|config| config.arn),
            retries: target
                .retry_policy
                .map(|policy| RetryPolicy { attempts: policy.maximum_retry_attempts, age_seconds: policy.maximum_event_age_in_seconds }),
            kms_key: kms_key_arn,
            input: target.input.map(|input| HiddenText::read(&input, &schedule.arn, reader.fingerprints())),
        }
    }));
    schedule
}
