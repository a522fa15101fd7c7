//! GuardDuty: detectors with their features, and live findings on functions.

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
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
use crate::model::{Arn, Detector, DetectorFeature, DetectorSettings, Fact, Learnt, Listing, Source, Threat};

static SERVICE: Service = Service::new("GuardDuty", "guardduty", Protocol::RestJson);

/// GuardDuty publishes no quota for these; five a second is modest, and a Region takes a handful of calls.
static QUOTA: Quota = Quota::new("guardduty", 5);

static LIST_DETECTORS: Operation = Operation::new("guardduty:ListDetectors", &QUOTA).of(&SERVICE).get("/detector");
static GET_DETECTOR: Operation = Operation::new("guardduty:GetDetector", &QUOTA)
    .of(&SERVICE)
    .get("/detector/{DetectorId}")
    .calls(|at| at.region.detectors.items.len() as u64);
static LIST_FINDINGS: Operation = Operation::new("guardduty:ListFindings", &QUOTA)
    .of(&SERVICE)
    .post("/detector/{DetectorId}/findings")
    .calls(|at| if at.region.detectors.items.is_empty() { 0 } else { at.pages(at.region.threats.items.len(), PAGE) });
static GET_FINDINGS: Operation = Operation::new("guardduty:GetFindings", &QUOTA)
    .of(&SERVICE)
    .post("/detector/{DetectorId}/findings/get")
    .calls(|at| at.region.threats.items.len().div_ceil(PAGE) as u64);

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::GuardDuty,
    scope: Scope::Regional,
    operations: &[&LIST_DETECTORS, &GET_DETECTOR, &LIST_FINDINGS, &GET_FINDINGS],
    run,
};

/// What both lists of findings take at once.
const PAGE: usize = 50;
/// A thousand findings on functions, the worst ones first: whoever has more has seen none of them yet.
const MOST_PAGES: usize = 20;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detectors {
    detector_ids: Vec<String>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    status: String,
    finding_publishing_frequency: Option<String>,
    /// Optional by the model. A detector that leaves it out says nothing of any feature.
    features: Option<Vec<Feature>>,
}

#[derive(Debug, Deserialize)]
struct Feature {
    name: String,
    status: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FindingIds {
    finding_ids: Vec<String>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Findings {
    findings: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    arn: Arn,
    id: String,
    #[serde(rename = "type")]
    kind: String,
    severity: f64,
    updated_at: String,
    resource: Resource,
    service: Option<Seen>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    lambda_details: Option<LambdaDetails>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LambdaDetails {
    function_arn: Option<Arn>,
    function_name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Seen {
    count: Option<u64>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let ids = reader
            .pages(&LIST_DETECTORS, |token| async move {
                let answer: Detectors = wire.ask(&LIST_DETECTORS, json!({ "maxResults": 50, "nextToken": token })).await?;
                Ok(Page::new(Some(answer.detector_ids), answer.next_token))
            })
            .await;
        let detectors = reader.converted(&LIST_DETECTORS, ids, |id| {
            let arn = Arn::build(reader.partition(), "guardduty", reader.region(), reader.account(), &format!("detector/{id}"));
            (!id.is_empty()).then_some(Detector { arn, id, settings: Fact::unread(GET_DETECTOR.action) })
        });
        let (items, gap) = (detectors.items.clone(), detectors.gap.clone());
        reader.expect(items.len());
        reader.post(vec![Learnt::Detectors(detectors)]).await;
        if reader.depth() == Depth::Core {
            return Vec::new();
        }
        let mut threats = Listing { items: Vec::new(), gap };
        for mut detector in items {
            let answer: Result<Settings, Failure> = wire.ask(&GET_DETECTOR, json!({ "DetectorId": detector.id })).await;
            detector.settings = reader.fact(answer.and_then(settings));
            let found = findings(reader, wire, &detector.id).await;
            threats.items.extend(found.items);
            threats.gap = threats.gap.or(found.gap);
            reader.done(1);
            reader.post(vec![Learnt::Detector(Box::new(detector))]).await;
        }
        vec![Learnt::Threats(threats)]
    }
    .boxed()
}

fn settings(said: Settings) -> Result<DetectorSettings, Failure> {
    let features = said.features.ok_or_else(|| GET_DETECTOR.broken("the answer has no features"))?;
    let feature = |feature: Feature| DetectorFeature { enabled: feature.status == "ENABLED", name: feature.name };
    Ok(DetectorSettings {
        enabled: said.status == "ENABLED",
        features: features.into_iter().map(feature).collect(),
        publishing: said.finding_publishing_frequency,
    })
}

/// Findings on functions that are not archived.
async fn findings(reader: &Reader, wire: &Wire<'_>, detector: &str) -> Listing<Threat> {
    let Listing { items: ids, mut gap } = reader
        .pages_within(&LIST_FINDINGS, MOST_PAGES, |token| async move {
            let params = json!({
                "DetectorId": detector,
                "findingCriteria": { "criterion": {
                    "resource.resourceType": { "equals": ["Lambda"] },
                    "service.archived": { "equals": ["false"] },
                } },
                "sortCriteria": { "attributeName": "severity", "orderBy": "DESC" },
                "maxResults": PAGE,
                "nextToken": token,
            });
            let answer: FindingIds = wire.ask(&LIST_FINDINGS, params).await?;
            Ok(Page::new(Some(answer.finding_ids), answer.next_token))
        })
        .await;
    let chunks = stream::iter(ids.chunks(PAGE).map(<[String]>::to_vec));
    let answers: Vec<Result<Findings, Failure>> = chunks
        .map(|ids| async move { wire.ask(&GET_FINDINGS, json!({ "DetectorId": detector, "findingIds": ids })).await })
        .buffered(4)
        .collect()
        .await;
    let mut items = Vec::new();
    for answer in answers {
        match answer {
            Ok(answer) => items.extend(answer.findings.into_iter().map(threat)),
            Err(failure) => {
                let failed = reader.gap(failure);
                gap = gap.or(Some(failed));
            }
        }
    }
    Listing { items, gap }
}

fn threat(finding: Finding) -> Threat {
    let (function, function_name) =
        finding.resource.lambda_details.map_or((None, None), |function| (function.function_arn, function.function_name));
    Threat {
        arn: finding.arn,
        id: finding.id,
        kind: finding.kind,
        severity: finding.severity,
        function: function.map(|arn| arn.unqualified()),
        function_name,
        updated: finding.updated_at.parse().ok(),
        count: finding.service.and_then(|seen| seen.count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DetectorSettings, Failure> {
        settings(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn only_an_enabled_detector_with_the_feature_watches_functions() {
        let watches = |status: &str, feature: &str| {
            let text = format!(r#"{{"status":"{status}","features":[{{"name":"LAMBDA_NETWORK_LOGS","status":"{feature}"}}]}}"#);
            read(&text).unwrap().watches_functions()
        };
        assert!(watches("ENABLED", "ENABLED"));
        assert!(!watches("DISABLED", "ENABLED") && !watches("ENABLED", "DISABLED"));
        assert!(!read(r#"{"status":"ENABLED","features":[]}"#).unwrap().watches_functions());
    }

    #[test]
    fn a_detector_that_says_nothing_of_features_is_not_one_without() {
        assert!(read(r#"{"status":"ENABLED"}"#).is_err());
    }
}
