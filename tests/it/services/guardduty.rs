//! GuardDuty: a detector that watches functions, and what it found.

use palisade::model::{DetectorSettings, Posture, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::GuardDuty,
    plant: include_str!("guardduty.py"),
    facts: &[
        Planted {
            name: "a detector is on and says how often it tells",
            holds: |posture| {
                let settings = settings(posture)?;
                same((settings.enabled, settings.publishing.as_deref()), (true, Some("SIX_HOURS")))
            },
            moto: Right,
            ministack: Wrong("it has no GuardDuty"),
        },
        Planted {
            name: "functions are watched",
            holds: |posture| same(settings(posture)?.watches_functions(), true),
            moto: Right,
            ministack: Wrong("it has no GuardDuty"),
        },
        Planted {
            name: "a finding is on a function",
            holds: |posture| {
                let threat = posture.regions[REGION].threats.all().map_err(ToString::to_string)?.first().ok_or("no finding")?;
                same((threat.kind.as_str(), threat.severity), ("Backdoor:Lambda/C&CActivity.B", 8.0))?;
                same(threat.function.as_ref().map(|arn| arn.name()), Some("orders"))?;
                let seen = threat.updated.map(|at| at.to_string());
                same((threat.id.as_str(), threat.count, seen.as_deref()), ("f1", Some(3), Some("2026-11-20T10:00:00Z")))
            },
            moto: Wrong("it has no findings"),
            ministack: Wrong("it has no GuardDuty"),
        },
    ],
    moto: &["unsupported guardduty:ListFindings"],
    ministack: &["failed guardduty:ListDetectors"],
};

fn settings(posture: &Posture) -> Result<&DetectorSettings, String> {
    let detectors = posture.regions[REGION].detectors.all().map_err(ToString::to_string)?;
    detectors.first().ok_or("no detector")?.settings.known().map_err(ToString::to_string)
}
