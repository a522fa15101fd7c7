//! AWS Config: the recorders, what they record, and whether they do.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, ConfigRecorder, Fact, Learnt, RecorderStatus, Source, Timestamp};

static SERVICE: Service = Service::new("Config Service", "config", Protocol::Json { version: "1.1", target: "StarlingDoveService" });

/// AWS Config publishes no quota for these; five a second is modest, and a Region takes two calls.
static QUOTA: Quota = Quota::new("config", 5);

static DESCRIBE_RECORDERS: Operation = Operation::new("config:DescribeConfigurationRecorders", &QUOTA).of(&SERVICE);
static DESCRIBE_STATUS: Operation = Operation::new("config:DescribeConfigurationRecorderStatus", &QUOTA)
    .of(&SERVICE)
    .calls(|at| u64::from(at.region.config_recorders.known().is_ok_and(|recorders| !recorders.is_empty())));

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::Config, scope: Scope::Regional, operations: &[&DESCRIBE_RECORDERS, &DESCRIBE_STATUS], run };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Recorders {
    /// Not in pages, and there when it is empty.
    configuration_recorders: Vec<Recorder>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recorder {
    name: String,
    #[serde(rename = "roleARN")]
    role: Option<Arn>,
    service_principal: Option<String>,
    recording_group: Option<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    #[serde(default)]
    all_supported: bool,
    #[serde(default)]
    resource_types: Vec<String>,
    exclusion_by_resource_types: Option<Exclusion>,
    recording_strategy: Option<Strategy>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exclusion {
    #[serde(default)]
    resource_types: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Strategy {
    use_only: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statuses {
    configuration_recorders_status: Vec<Status>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    name: String,
    recording: bool,
    last_status: Option<String>,
    last_error_code: Option<String>,
    last_status_change_time: Option<f64>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = Wire::new(reader, &SERVICE);
        let answer: Result<Recorders, Failure> = wire.ask(&DESCRIBE_RECORDERS, json!({})).await;
        let mut recorders: Vec<ConfigRecorder> = match answer {
            Ok(answer) => answer.configuration_recorders.into_iter().map(recorder).collect(),
            Err(failure) => return vec![Learnt::ConfigRecorders(reader.gap(failure).into())],
        };
        if !recorders.is_empty() {
            let answer: Result<Statuses, Failure> = wire.ask(&DESCRIBE_STATUS, json!({})).await;
            match answer {
                Ok(mut answer) => {
                    for recorder in &mut recorders {
                        recorder.status = reader.fact(status(&mut answer.configuration_recorders_status, &recorder.name));
                    }
                }
                Err(failure) => {
                    let gap = reader.gap(failure);
                    for recorder in &mut recorders {
                        recorder.status = gap.clone().into();
                    }
                }
            }
        }
        reader.done(recorders.len());
        vec![Learnt::ConfigRecorders(Fact::Known(recorders))]
    }
    .boxed()
}

fn recorder(said: Recorder) -> ConfigRecorder {
    // Without a group everything is recorded, which is AWS's default.
    let group = said.recording_group.unwrap_or(Group {
        all_supported: true,
        resource_types: Vec::new(),
        exclusion_by_resource_types: None,
        recording_strategy: None,
    });
    let strategy = group.recording_strategy.and_then(|strategy| strategy.use_only);
    // A recorder that leaves types out has `allSupported` off.
    let all = group.all_supported || matches!(strategy.as_deref(), Some("ALL_SUPPORTED_RESOURCE_TYPES" | "EXCLUSION_BY_RESOURCE_TYPES"));
    ConfigRecorder {
        name: said.name,
        role: said.role,
        service: said.service_principal.filter(|service| !service.is_empty()),
        all,
        types: group.resource_types.into_iter().collect(),
        excluded: group.exclusion_by_resource_types.unwrap_or_default().resource_types.into_iter().collect(),
        status: Fact::unread(DESCRIBE_STATUS.action),
    }
}

fn status(said: &mut Vec<Status>, name: &str) -> Result<RecorderStatus, Failure> {
    let place = said.iter().position(|status| status.name == name);
    let status = place.map(|place| said.swap_remove(place));
    let status = status.ok_or_else(|| DESCRIBE_STATUS.broken("the answer does not have a recorder that there is"))?;
    Ok(RecorderStatus {
        recording: status.recording,
        last: status.last_status,
        error: status.last_error_code,
        changed: status.last_status_change_time.and_then(|at| Timestamp::from_unix(at as i64)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTION: &str = "AWS::Lambda::Function";

    fn covers(group: &str) -> bool {
        recorder(serde_json::from_str(&format!(r#"{{"name":"default"{group}}}"#)).unwrap()).covers(FUNCTION)
    }

    #[test]
    fn what_is_recorded_follows_the_strategy() {
        assert!(covers(""));
        assert!(covers(r#","recordingGroup":{"allSupported":true,"resourceTypes":[]}"#));
        assert!(!covers(r#","recordingGroup":{"allSupported":false,"resourceTypes":["AWS::S3::Bucket"]}"#));
        assert!(covers(r#","recordingGroup":{"resourceTypes":["AWS::Lambda::Function"]}"#));
        let without = |name: &str| {
            covers(&format!(
                r#","recordingGroup":{{"allSupported":false,"exclusionByResourceTypes":{{"resourceTypes":["{name}"]}},
                    "recordingStrategy":{{"useOnly":"EXCLUSION_BY_RESOURCE_TYPES"}}}}"#
            ))
        };
        assert!(without("AWS::S3::Bucket") && !without(FUNCTION));
    }

    #[test]
    fn a_recorder_without_its_status_is_not_one_that_stands_still() {
        assert!(status(&mut Vec::new(), "default").is_err());
    }
}
