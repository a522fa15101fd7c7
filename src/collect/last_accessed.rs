//! When roles last used the services that their policies let them use: a job of IAM for each role, so only on request.

use std::time::Duration;

use aws_sdk_iam::{
    Client,
    types::{AccessAdvisorUsageGranularityType, JobStatusType, ServiceLastAccessed},
};
use futures::{StreamExt, stream};

use super::{
    Operation,
    gap::Failure,
    iam::{QUOTA, time},
    operation::Extent,
    pages::{Page, whole},
    reader::Reader,
};
use crate::model::{Fact, Role, ServiceUse};

pub(super) static GENERATE: Operation = Operation::new("iam:GenerateServiceLastAccessedDetails", &QUOTA).calls(asked);
/// Asked until the job has ended, which is at once as a rule.
pub(super) static GET: Operation = Operation::new("iam:GetServiceLastAccessedDetails", &QUOTA).calls(asked);

/// As often as there are roles of which somebody wanted to know.
fn asked(at: &Extent<'_>) -> u64 {
    let unasked = Role::unasked();
    at.posture.identity.roles.items.iter().filter(|role| role.services_used != unasked).count() as u64
}

/// How long a job may take; IAM says seconds.
const MOST: Duration = Duration::from_secs(60);
/// How long to wait before asking for the second time; twice as long each time after, up to eight seconds.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(8);
/// Jobs at the same time; IAM's pacer bounds the calls.
const AT_ONCE: usize = 8;

/// Asks it of each role of `roles` that functions can take on.
pub(super) async fn read(reader: &Reader, client: &Client, roles: &mut [Role]) {
    let wanted = roles.iter_mut().filter(|role| role.is_for_lambda());
    stream::iter(wanted)
        .for_each_concurrent(AT_ONCE, |role| async move {
            role.services_used = match start(reader, client, role).await {
                Ok(job) => services(reader, client, &job).await,
                Err(failure) => reader.gap(failure).into(),
            };
            reader.progress().await;
        })
        .await;
}

async fn start(reader: &Reader, client: &Client, role: &Role) -> Result<String, Failure> {
    let request = client.generate_service_last_accessed_details().arn(role.arn.as_str());
    let request = request.granularity(AccessAdvisorUsageGranularityType::ServiceLevel);
    let answer = reader.call(&GENERATE, request.send()).await?;
    answer.job_id.filter(|id| !id.is_empty()).ok_or_else(|| GENERATE.broken("the answer has no JobId"))
}

async fn services(reader: &Reader, client: &Client, job: &str) -> Fact<Vec<ServiceUse>> {
    let listing = reader.pages(&GET, |marker| page(reader, client, job, marker)).await;
    whole(reader.converted(&GET, listing, service))
}

/// A page of what `job` found, once it has ended.
async fn page(reader: &Reader, client: &Client, job: &str, marker: Option<String>) -> Result<Page<ServiceLastAccessed>, Failure> {
    let (mut pause, mut waited) = (FIRST, Duration::ZERO);
    loop {
        let request = client.get_service_last_accessed_details().job_id(job).max_items(1000).set_marker(marker.clone());
        let answer = reader.call(&GET, request.send()).await?;
        match answer.job_status {
            JobStatusType::Completed if answer.is_truncated && answer.marker.is_none() => {
                return Err(GET.broken("the answer is truncated and says not where to go on"));
            }
            JobStatusType::Completed => {
                let next = answer.marker.filter(|_| answer.is_truncated);
                return Ok(Page::new(Some(answer.services_last_accessed), next));
            }
            JobStatusType::InProgress if waited < MOST => {
                reader.wait(&GET, pause).await?;
                waited += pause;
                pause = (pause * 2).min(LONGEST);
            }
            JobStatusType::InProgress => return Err(GET.broken("the job did not end within a minute: try again later")),
            _ => return Err(GET.broken("the job failed")),
        }
    }
}

fn service(said: ServiceLastAccessed) -> Option<ServiceUse> {
    let last_used = said.last_authenticated.and_then(time);
    (!said.service_namespace.is_empty()).then_some(ServiceUse { service: said.service_namespace, last_used })
}
