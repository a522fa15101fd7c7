//! Step Functions: state machines with their logging, tracing and encryption, and what their definitions give away.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    gap::{Failure, Trouble},
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Fact, Gap, HiddenText, Learnt, Source, StateMachine, StateMachineConfiguration};

static SERVICE: Service = Service::new("SFN", "states", Protocol::Json { version: "1.0", target: "AWSStepFunctions" });

/// Step Functions quotas, "Quotas related to API action throttling": refills of the token buckets a second.
static LIST_QUOTA: Quota = Quota::new("states:ListStateMachines", 5);
static DESCRIBE_QUOTA: Quota = Quota::new("states:DescribeStateMachine", 20);

static LIST_MACHINES: Operation =
    Operation::new("states:ListStateMachines", &LIST_QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.state_machines.items.len(), PAGE));
static DESCRIBE: Operation = Operation::new("states:DescribeStateMachine", &DESCRIBE_QUOTA)
    .of(&SERVICE)
    .detail(Depth::Full, |at| at.region.state_machines.items.len() as u64);

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::States, scope: Scope::Regional, operations: &[&LIST_MACHINES, &DESCRIBE], run };

/// The largest page.
const PAGE: usize = 1000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Machines {
    state_machines: Vec<Machine>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Machine {
    state_machine_arn: Arn,
    name: String,
    r#type: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    /// Not there in an answer of metadata only.
    definition: Option<String>,
    role_arn: Arn,
    status: Option<String>,
    logging_configuration: Option<Logging>,
    tracing_configuration: Option<Tracing>,
    encryption_configuration: Option<Encryption>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Logging {
    level: Option<String>,
    include_execution_data: Option<bool>,
    destinations: Option<Vec<Destination>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Destination {
    cloud_watch_logs_log_group: Option<LogGroup>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogGroup {
    log_group_arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tracing {
    enabled: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Encryption {
    r#type: String,
    kms_key_id: Option<String>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let machines = reader
            .pages(&LIST_MACHINES, |token| async move {
                let answer: Machines = wire.ask(&LIST_MACHINES, json!({ "maxResults": PAGE, "nextToken": token })).await?;
                Ok(Page::new(Some(answer.state_machines), answer.next_token))
            })
            .await;
        let machines = reader.converted(&LIST_MACHINES, machines, |machine| {
            Some(StateMachine {
                arn: machine.state_machine_arn,
                name: machine.name,
                machine_type: machine.r#type,
                configuration: Fact::unread(DESCRIBE.action),
                definition: Fact::unread(DESCRIBE.action),
            })
        });
        let items = machines.items.clone();
        reader.post(vec![Learnt::StateMachines(machines)]).await;
        reader.details(items, |machine| detail(reader, wire, machine), Learnt::StateMachine).await;
        Vec::new()
    }
    .boxed()
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut machine: StateMachine) -> StateMachine {
    let arn = &machine.arn;
    let ask = |included: &'static str| async move {
        let params = json!({ "stateMachineArn": arn, "includedData": included });
        wire.ask::<Described>(&DESCRIBE, params).await
    };
    let (answer, hidden) = match ask("ALL_DATA").await {
        // The definition is encrypted with a key that we may not use, or that is no good: the rest is not.
        Err(failure) if matches!(&failure.trouble, Trouble::Service(code) if code.starts_with("Kms")) => {
            (ask("METADATA_ONLY").await, Some(encrypted(failure)))
        }
        answer => (answer, None),
    };
    match answer {
        Err(failure) => {
            let gap = reader.gap(failure);
            machine.definition = gap.clone().into();
            machine.configuration = gap.into();
        }
        Ok(mut answer) => {
            let definition = match hidden {
                Some(failure) => Err(failure),
                None => answer.definition.take().ok_or_else(|| DESCRIBE.broken("the answer has no definition")),
            };
            machine.definition = reader.fact(definition.map(|text| HiddenText::read(&text, arn, reader.fingerprints())));
            machine.configuration = Fact::Known(configuration(answer));
        }
    }
    machine
}

/// What stands in the place of a definition that KMS does not decrypt.
fn encrypted(failure: Failure) -> Failure {
    let gap = if failure.is("KmsAccessDeniedException") { Gap::denied("kms:Decrypt", failure.gap.detail) } else { failure.gap };
    Failure { gap, trouble: failure.trouble }
}

fn configuration(answer: Described) -> StateMachineConfiguration {
    let logging = answer.logging_configuration.unwrap_or_default();
    let groups = logging.destinations.into_iter().flatten().filter_map(|to| to.cloud_watch_logs_log_group?.log_group_arn);
    let encryption = answer.encryption_configuration;
    StateMachineConfiguration {
        status: answer.status,
        role: answer.role_arn,
        log_level: logging.level,
        // Left out where it is not on.
        logs_execution_data: logging.include_execution_data == Some(true),
        log_groups: groups.collect(),
        tracing: answer.tracing_configuration.is_some_and(|tracing| tracing.enabled == Some(true)),
        kms_key: encryption.as_ref().and_then(|encryption| encryption.kms_key_id.clone()),
        encryption: encryption.map(|encryption| encryption.r#type),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_off() {
        let bare = serde_json::from_str::<Described>(r#"{"roleArn":"arn:aws:iam::1:role/x","definition":"{}"}"#).unwrap();
        let configuration = configuration(bare);
        assert_eq!((configuration.log_level, configuration.logs_execution_data, configuration.tracing), (None, false, false));
        assert_eq!((configuration.encryption, configuration.kms_key, configuration.log_groups.len()), (None, None, 0));
        assert!(serde_json::from_str::<Described>(r#"{"definition":"{}"}"#).is_err());
    }
}
