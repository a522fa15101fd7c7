//! What the checks make of the demo account: the stories are found, and the sound functions are left alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::posture;
use crate::{
    checks::{self, Layer, Settings, Severity},
    model::{GapKind, Source, SourceState},
    world::{Finding, Origin, Status, World},
};

fn world() -> World {
    World::assess(Origin::Demo, Arc::new(posture()), Arc::new(Settings::default()))
}

/// What `demo` must show: a check that fails, and the resource on which it does.
const STORIES: &[(&str, &str)] = &[
    // From the internet to administrator.
    ("FN-002", "webhook-in"),
    ("FN-004", "webhook-in"),
    ("IA-002", "webhook-in-role"),
    ("IA-004", "webhook-in-role"),
    ("IA-005", "webhook-in-role"),
    ("IA-013", "legacy-etl"),
    ("IA-002", "billing-export-role"),
    ("IA-012", "billing-export-role"),
    ("IA-001", "etl-admin"),
    // A fair in 2025.
    ("FN-001", "returns-label"),
    // The pipeline.
    ("IA-011", "github-deploy"),
    // The partner.
    ("FN-006", "partner-sync"),
    // What nobody dares to touch.
    ("FN-007", "legacy-etl"),
    ("FN-009", "legacy-etl"),
    ("FN-011", "legacy-etl"),
    ("FN-017", "legacy-etl"),
    // Two more secrets that are no secret.
    ("FN-011", "notify-slack"),
    ("FN-011", "credit-check"),
    // Confused deputies.
    ("FN-005", "thumbnailer"),
    ("FN-005", "notify-digest"),
    // What was left behind.
    ("IR-007", "order-price"),
    ("IR-015", "carrier-dispatch"),
    ("IA-008", "workshop-2024"),
    ("IA-014", "release-notes"),
    // From the internet through an API to customers' data.
    ("FN-018", "credit-check"),
    // What everybody may write, and read.
    ("IA-025", "tracking-geocode"),
    ("DP-012", "larkspur-account-exports"),
    ("DP-019", "account-export"),
    // A partner again.
    ("DP-011", "tariffs"),
    // The night after.
    ("IR-004", "legacy-etl"),
    ("IR-011", "webhook-in-role"),
    ("IA-026", "root"),
    // And the rest of the catalogue.
    ("FN-003", "dns-check"),
    ("FN-008", "order-archive"),
    ("FN-014", "payment-webhook"),
    ("FN-015", "forecast-demand"),
    ("FN-016", "shared-utils:14"),
    ("FN-019", "tracking-replay"),
    ("IA-003", "tracking-eta-role"),
    ("IA-006", "lambda-shared"),
    ("IA-009", "warehouse-load-role"),
    ("IA-010", "monitoring-vendor"),
    ("IA-015", "data-quality-role"),
    ("IA-016", "report-nightly-role"),
    ("DP-001", "order-confirm"),
    ("DP-002", "billing-invoice"),
    ("DP-008", "/aws/lambda/thumbnailer"),
    ("MV-001", "template-render"),
    ("MV-003", "/aws/lambda/order-archive"),
    ("MV-004", "/aws/lambda/proof-of-delivery"),
    ("MV-005", "/aws/lambda/proof-of-delivery"),
    ("MV-007", "order-cancel"),
    ("MV-008", "cart-sync"),
    ("IR-005", "canary-probe"),
    ("FN-013", "thumbnailer"),
    ("FN-020", "returns-label"),
    ("FN-023", "key-rotator"),
    ("FN-024", "notify-sms"),
    ("FN-025", "legacy-etl"),
    // Nobody watches, and nobody answers.
    ("MV-015", "claims"),
    ("MV-016", "legacy-etl"),
    ("MV-016", "partner-sync"),
    ("IR-001", "returns-label"),
    ("IR-003", "isolate-function"),
    ("IR-006", "notify-digest"),
    ("IR-010", "larkspur-audit"),
    ("IR-012", "clickstream-ingest"),
    ("IR-013", "root"),
    ("IR-014", "proof-of-delivery"),
];

/// The same for keys, by alias: their names are made up.
const KEY_STORIES: &[(&str, &str)] = &[
    ("DP-003", "alias/media-cache"),
    ("DP-004", "alias/customer-data"),
    ("DP-005", "alias/data-lake"),
    ("DP-006", "alias/partner-exchange"),
];

#[test]
fn the_stories_are_found() {
    let world = world();
    let aliases: BTreeMap<&str, &str> = world
        .posture
        .regions
        .values()
        .flat_map(|region| &region.keys.items)
        .filter_map(|key| Some((key.arn.as_str(), key.aliases.known().ok()?.first()?.as_str())))
        .collect();
    let name = |finding: &Finding| {
        let alias = aliases.get(finding.resource.as_str()).map(|&alias| alias.to_owned());
        alias.unwrap_or_else(|| finding.resource.name().to_owned())
    };
    let failed: BTreeSet<(&str, String)> =
        world.findings.iter().filter(|finding| finding.status == Status::Fail).map(|finding| (finding.check.id, name(finding))).collect();
    let told = STORIES.iter().chain(KEY_STORIES);
    let missing: Vec<_> = told.filter(|(check, name)| !failed.contains(&(*check, (*name).to_owned()))).collect();
    assert!(missing.is_empty(), "not found: {missing:?}");
}

/// Checks that say nothing here: nobody tells when a key was used, of where data may be only a configuration tells, log events are never read, and there is no baseline.
const SILENT: &[&str] = &["DP-007", "DP-020", "MV-006", "IR-008"];

/// Somebody who looks for an example of a check finds one.
#[test]
fn every_check_finds_something() {
    let world = world();
    let failed: BTreeSet<&str> =
        world.findings.iter().filter(|finding| finding.status == Status::Fail).map(|finding| finding.check.id).collect();
    // Code and runtimes of one's own are not read, and the account has no REST API.
    let never = ["FN-012", "FN-021", "FN-028"];
    let idle: Vec<&str> =
        checks::all().map(|check| check.id).filter(|id| !never.contains(id) && !failed.contains(id) && !SILENT.contains(id)).collect();
    assert!(idle.is_empty(), "nothing to find for {idle:?}");
}

#[test]
fn three_functions_and_all_that_is_theirs_are_sound() {
    let world = world();
    for name in ["order-intake", "order-validate", "tracking-ingest"] {
        let (_, function) = world.posture.functions().find(|(_, function)| function.name == name).expect("the function");
        let group = function.log_group().known().expect("its log group").clone();
        let theirs = |finding: &&Finding| {
            finding.resource == function.arn || finding.resource == function.role || finding.resource.name() == group.as_str()
        };
        let against: Vec<String> = world.findings.iter().filter(theirs).map(|f| format!("{} {}", f.check.id, f.message)).collect();
        assert!(against.is_empty(), "{name}: {against:?}");
        let passed = world.passes().iter().filter(|pass| theirs(pass)).count();
        assert!(passed > 20, "{name} passes {passed} checks only");
    }
}

#[test]
fn every_layer_has_something_to_show() {
    let world = world();
    for layer in Layer::ALL {
        let counts = world.score.layers[layer.index()].counts;
        assert!(counts.fails() >= 5, "{layer}: {counts:?}");
        assert!(counts.pass > counts.fails(), "{layer} is worse than any company: {counts:?}");
        assert!(
            world.layer(layer).filter(|finding| finding.status == Status::Fail).map(|f| f.check.id).collect::<BTreeSet<_>>().len() >= 4
        );
    }
    let value = world.score.rating.value.expect("a score");
    assert!((30.0..75.0).contains(&value), "{value}");
    assert_eq!(world.worst(), Some(Severity::Critical));
    let values: BTreeSet<u32> =
        world.score.layers.iter().filter_map(|layer| layer.rating.value).map(|value| value.round() as u32).collect();
    assert!(values.len() >= 4, "the layers all look the same: {values:?}");
}

#[test]
fn the_denied_source_leaves_questions_open() {
    let world = world();
    let denied: Vec<_> = world.blind().filter(|run| run.state == SourceState::Denied).collect();
    assert!(matches!(denied.as_slice(), [run] if run.source == Source::Logs && run.region == "us-east-1"), "{denied:?}");
    let open = |layer| {
        let unknown = world.layer(layer).filter(|finding| finding.status == Status::Unknown);
        unknown.filter(|finding| finding.gap.as_ref().is_some_and(|gap| gap.kind == GapKind::Denied)).count()
    };
    assert!(open(Layer::Monitoring) > 0);
    assert!(open(Layer::Data) > 0);
    let rating = |layer: Layer| world.score.layers[layer.index()].rating;
    for layer in [Layer::Data, Layer::Monitoring, Layer::Response] {
        assert!(rating(layer).coverage < 1.0, "{layer}");
    }
    // A critical or high fail caps both ends of each layer; the whole is open still.
    assert!(world.score.rating.interval.is_some_and(|(low, high)| low < high));
}

/// Nothing in the account is judged in a way that no story means: the worst findings are all written above.
#[test]
fn nothing_critical_is_there_by_accident() {
    let world = world();
    let told: BTreeSet<&str> = STORIES.iter().map(|(_, name)| *name).collect();
    let accidents: Vec<String> = world
        .findings
        .iter()
        .filter(|finding| finding.status == Status::Fail && finding.severity == Severity::Critical)
        .filter(|finding| finding.resource.service() != "kms" && !told.contains(finding.resource.name()))
        .map(|finding| format!("{} {}", finding.check.id, finding.message))
        .collect();
    assert!(accidents.is_empty(), "{accidents:?}");
}
