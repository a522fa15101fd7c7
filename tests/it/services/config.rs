//! AWS Config: a recorder of functions.

use palisade::model::{ConfigRecorder, Posture, Source};

use super::{Planted, Service, Shown::Right, same};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::Config,
    plant: include_str!("config.py"),
    facts: &[
        Planted {
            name: "functions are recorded, and queues are not",
            holds: |posture| {
                let recorder = recorder(posture)?;
                same((recorder.covers("AWS::Lambda::Function"), recorder.covers("AWS::SQS::Queue")), (true, false))?;
                same(recorder.role.as_ref().map(|arn| arn.name()), Some("config"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "the recorder records",
            holds: |posture| same(recorder(posture)?.status.known().map_err(ToString::to_string)?.recording, true),
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &[],
    ministack: &[],
};

fn recorder(posture: &Posture) -> Result<&ConfigRecorder, String> {
    let recorders = posture.regions[REGION].config_recorders.known().map_err(ToString::to_string)?;
    Ok(recorders.first().ok_or("no recorder")?)
}
