//! Pipes.

use palisade::model::{Pipe, PipeDetails, Posture, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::Pipes,
    plant: include_str!("pipes.py"),
    facts: &[
        Planted {
            name: "a pipe has its source, target and state",
            holds: |posture| {
                let pipe = pipe(posture)?;
                same((pipe.source.contains(":table/orders/stream/"), pipe.target.name(), pipe.state.as_str()), (true, "orders", "RUNNING"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a pipe asks a function on the way",
            holds: |posture| same(pipe(posture)?.enrichment.as_ref().map(|arn| arn.name()), Some("enrich")),
            moto: Right,
            ministack: Wrong("it drops Enrichment"),
        },
        Planted {
            name: "a pipe has its role",
            holds: |posture| same(details(posture)?.role.name(), "pipes"),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a pipe is encrypted with a key",
            holds: |posture| same(details(posture)?.kms_key.as_deref().is_some_and(|key| key.ends_with(":key/pipes")), true),
            moto: Right,
            ministack: Wrong("it drops KmsKeyIdentifier"),
        },
        Planted {
            name: "a pipe has a dead-letter queue",
            holds: |posture| same(details(posture)?.dead_letter_queue.as_ref().map(|arn| arn.name()), Some("dead")),
            moto: Right,
            ministack: Wrong("it drops SourceParameters"),
        },
        Planted {
            name: "a secret in the template of a pipe is found",
            holds: |posture| {
                let input = details(posture)?.input.as_ref().ok_or("no input")?;
                same(input.secrets.iter().map(|secret| secret.key.as_str()).collect::<Vec<_>>(), vec!["db_password"])
            },
            moto: Right,
            ministack: Wrong("it drops TargetParameters"),
        },
        Planted {
            name: "a secret in a header of a pipe is found",
            holds: |posture| {
                let http = details(posture)?.http_parameters.as_ref().ok_or("no parameters")?;
                same(http.secrets.iter().map(|secret| secret.key.as_str()).collect::<Vec<_>>(), vec!["x-api-key"])
            },
            moto: Right,
            ministack: Wrong("it drops EnrichmentParameters"),
        },
        Planted {
            name: "a pipe logs its payloads",
            holds: |posture| {
                let logging = details(posture)?.logging.as_ref().ok_or("no logging")?;
                let group = logging.log_group.as_ref().map(|arn| arn.name());
                let said = (logging.level.as_str(), logging.includes_execution_data, group);
                same(said, ("TRACE", true, Some("/aws/vendedlogs/pipes/changes")))
            },
            moto: Right,
            ministack: Wrong("it drops LogConfiguration"),
        },
    ],
    moto: &[],
    ministack: &[],
};

fn pipe(posture: &Posture) -> Result<&Pipe, String> {
    posture.regions[REGION].pipes.items.iter().find(|pipe| pipe.name == "changes").ok_or_else(|| "no pipe".to_owned())
}

fn details(posture: &Posture) -> Result<&PipeDetails, String> {
    pipe(posture)?.details.known().map_err(ToString::to_string)
}
