//! CloudFormation: stacks, without what was put into them.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Operation, Scope,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Learnt, Source, Stack};

static SERVICE: Service = Service::new("CloudFormation", "cloudformation", Protocol::Query { version: "2010-05-15" });

/// CloudFormation publishes no quota for it, and is throttled early in practice: two a second, one at a time.
static QUOTA: Quota = Quota::new("cloudformation", 2).in_flight(1);

/// Without a name it also needs `cloudformation:ListStacks`. AWS publishes no size of a page; a hundred has been seen.
static DESCRIBE_STACKS: Operation = Operation::new("cloudformation:DescribeStacks", &QUOTA)
    .of(&SERVICE)
    .with(&["cloudformation:ListStacks"])
    .calls(|at| at.pages(at.region.stacks.items.len(), 100));

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::CloudFormation, scope: Scope::Regional, operations: &[&DESCRIBE_STACKS], run };

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "DescribeStacksResult")]
    result: Described,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    stacks: Members,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Members {
    #[serde(default)]
    member: Vec<Member>,
}

/// Only what is kept: parameters and outputs are not read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Member {
    stack_id: Option<Arn>,
    stack_name: String,
    stack_status: String,
    creation_time: Option<String>,
    last_updated_time: Option<String>,
    #[serde(rename = "RoleARN")]
    role: Option<Arn>,
    enable_termination_protection: Option<bool>,
    root_id: Option<Arn>,
    drift_information: Option<Drift>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Drift {
    stack_drift_status: Option<String>,
    last_check_timestamp: Option<String>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let stacks = reader
            .pages(&DESCRIBE_STACKS, |token| async move {
                let answer: Answer = wire.ask(&DESCRIBE_STACKS, json!({ "NextToken": token })).await?;
                Ok(Page::new(Some(answer.result.stacks.member), answer.result.next_token))
            })
            .await;
        let stacks = reader.converted(&DESCRIBE_STACKS, stacks, stack);
        reader.done(stacks.items.len());
        vec![Learnt::Stacks(stacks)]
    }
    .boxed()
}

fn stack(said: Member) -> Option<Stack> {
    let filled = |arn: Option<Arn>| arn.filter(|arn| !arn.as_str().is_empty());
    let (drift, drift_checked) =
        said.drift_information.map_or((None, None), |drift| (drift.stack_drift_status, drift.last_check_timestamp));
    Some(Stack {
        arn: filled(said.stack_id)?,
        name: said.stack_name,
        status: said.stack_status,
        drift,
        drift_checked: drift_checked.and_then(|at| at.parse().ok()),
        termination_protection: said.enable_termination_protection,
        role: filled(said.role),
        root: filled(said.root_id),
        updated: said.last_updated_time.or(said.creation_time).and_then(|at| at.parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_read_without_its_parameters() {
        let text = "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><Parameters><member><ParameterKey>P</ParameterKey>\
            <ParameterValue>hush</ParameterValue></member></Parameters><StackId>arn:aws:cloudformation:eu-west-1:1:stack/a/1</StackId>\
            <StackName>a</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00.123Z</CreationTime>\
            <RoleARN/><DriftInformation><StackDriftStatus>DRIFTED</StackDriftStatus>\
            <LastCheckTimestamp>2026-02-01T00:00:00Z</LastCheckTimestamp></DriftInformation>\
            <EnableTerminationProtection>true</EnableTerminationProtection></member></Stacks></DescribeStacksResult></DescribeStacksResponse>";
        let mut answer: Answer = quick_xml::de::from_str(text).unwrap();
        assert!(!format!("{answer:?}").contains("hush"));
        let stack = stack(answer.result.stacks.member.remove(0)).unwrap();
        assert_eq!((stack.name.as_str(), stack.drift.as_deref(), stack.role), ("a", Some("DRIFTED"), None));
        assert!(stack.updated.is_some() && stack.drift_checked.is_some() && stack.termination_protection == Some(true));
    }
}
