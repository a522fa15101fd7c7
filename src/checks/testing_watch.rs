//! What the cases about those who watch an account are made of.

use super::testing::{ACCOUNT, REGION, now};
use crate::model::{
    AdvancedEventSelector, Arn, Coverage, Detector, DetectorFeature, DetectorSettings, EventSelector, Fact, FieldSelector, InspectorStatus,
    Posture, ScanStatus, Trail, TrailSelectors, TrailStatus,
};

/// A multi-Region trail that logs management events and validates its files.
pub(crate) fn trail(name: &str) -> Trail {
    Trail {
        arn: Arn::build("aws", "cloudtrail", REGION, ACCOUNT, &format!("trail/{name}")),
        region: REGION.to_owned(),
        name: name.to_owned(),
        home_region: REGION.to_owned(),
        multi_region: true,
        organization: false,
        global_service_events: true,
        bucket: Some("trails".to_owned()),
        kms_key: None,
        log_file_validation: true,
        log_group: None,
        status: Fact::Known(TrailStatus {
            logging: true,
            delivery_error: None,
            digest_error: None,
            log_group_error: None,
            delivered: Some(now()),
            stopped: None,
        }),
        selectors: Fact::Known(TrailSelectors {
            basic: vec![EventSelector { read_write: "All".to_owned(), management: true, excluded_sources: vec![], data_resources: vec![] }],
            advanced: vec![],
        }),
    }
}

/// An advanced selector of data events with these fields, each `field=value`, `field^prefix` or `field!value`.
pub(crate) fn selector(fields: &[&str]) -> AdvancedEventSelector {
    let field = |text: &&str| {
        let at = text.find(['=', '^', '!']).expect("a sign");
        let (name, value) = (text[..at].to_owned(), vec![text[at + 1..].to_owned()]);
        match &text[at..=at] {
            "=" => FieldSelector { field: name, equals: value, ..FieldSelector::default() },
            "^" => FieldSelector { field: name, starts_with: value, ..FieldSelector::default() },
            _ => FieldSelector { field: name, not_starts_with: value, ..FieldSelector::default() },
        }
    };
    AdvancedEventSelector { name: None, fields: [&"eventCategory=Data"].into_iter().chain(fields).map(field).collect() }
}
/// A detector that watches functions.
pub(crate) fn detector() -> Detector {
    Detector {
        arn: Arn::build("aws", "guardduty", REGION, ACCOUNT, "detector/d1"),
        id: "d1".to_owned(),
        settings: Fact::Known(DetectorSettings {
            enabled: true,
            features: vec![DetectorFeature { name: DetectorSettings::LAMBDA.to_owned(), enabled: true }],
            publishing: None,
        }),
    }
}

/// Inspector in a Region where it is `status`.
pub(crate) fn inspector(status: &str) -> Fact<InspectorStatus> {
    let status = status.to_owned();
    Fact::Known(InspectorStatus { account: status.clone(), lambda: Some(status.clone()), lambda_code: Some(status) })
}

/// A function that Inspector scans, with `reason`.
pub(crate) fn coverage(function: &Arn, active: bool, reason: &str) -> Coverage {
    Coverage { arn: function.clone(), packages: Some(ScanStatus { active, reason: reason.to_owned() }), code: None }
}

/// The posture with everything switched on that watches its functions.
pub(crate) fn watched(mut posture: Posture) -> Posture {
    for region in posture.regions.values_mut() {
        let mut trail = trail("main");
        trail.selectors.known_mut().expect("selectors").basic[0].data_resources =
            vec![crate::model::DataResource { kind: "AWS::Lambda::Function".to_owned(), values: vec!["arn:aws:lambda".to_owned()] }];
        region.trails.items.push(trail);
        region.detectors.items.push(detector());
        region.inspector = inspector("ENABLED");
        region.coverage.items = region.functions.items.iter().map(|function| coverage(&function.arn, true, "SUCCESSFUL")).collect();
    }
    posture
}
