//! IAM Access Analyzer: analyzers and what they found.

use palisade::model::{Analyzer, Posture, Source};

use super::{Planted, Service, Shown::Wrong, same};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::AccessAnalyzer,
    plant: include_str!("access_analyzer.py"),
    facts: &[
        Planted {
            name: "an analyzer of access from outside found a function",
            holds: |posture| {
                let analyzer = analyzer(posture, "outside")?;
                let finding = analyzer.findings.all().map_err(ToString::to_string)?.first().ok_or("no finding")?;
                same((analyzer.is_external(), analyzer.status.as_str()), (true, "ACTIVE"))?;
                same((finding.kind.as_deref(), finding.resource_type.as_str()), (Some("ExternalAccess"), "AWS::Lambda::Function"))?;
                same(finding.resource.as_ref().map(|arn| arn.name()), Some("orders"))
            },
            moto: Wrong("it has no Access Analyzer"),
            ministack: Wrong("it has no Access Analyzer"),
        },
        Planted {
            name: "an analyzer of unused access found a role",
            holds: |posture| {
                let analyzer = analyzer(posture, "unused")?;
                let finding = analyzer.findings.all().map_err(ToString::to_string)?.first().ok_or("no finding")?;
                same((analyzer.is_unused_access(), analyzer.unused_access_age), (true, Some(90)))?;
                same((finding.kind.as_deref(), finding.status.as_str()), (Some("UnusedPermission"), "ACTIVE"))?;
                same(finding.resource.as_ref().map(|arn| arn.name()), Some("worker"))
            },
            moto: Wrong("it has no Access Analyzer"),
            ministack: Wrong("it has no Access Analyzer"),
        },
    ],
    moto: &["failed access-analyzer:ListAnalyzers"],
    ministack: &["failed access-analyzer:ListAnalyzers"],
};

fn analyzer<'a>(posture: &'a Posture, name: &str) -> Result<&'a Analyzer, String> {
    let analyzers = posture.regions[REGION].analyzers.all().map_err(ToString::to_string)?;
    analyzers.iter().find(|analyzer| analyzer.name == name).ok_or_else(|| format!("no analyzer {name}"))
}
