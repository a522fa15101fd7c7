//! What holds for every check of the catalogue.

use super::{Context, Ruling, Settings, all, testing};
use crate::model::{Arn, CodeSigningConfig, Fact, Posture};

/// A posture with one function and nothing wrong: signed, beside what `with_function` gives it.
fn sound() -> Posture {
    let mut posture = testing::with_function(|_| ());
    for region in posture.regions.values_mut() {
        region.code_signing_configs.items.push(CodeSigningConfig {
            arn: Arn::build("aws", "lambda", testing::REGION, testing::ACCOUNT, "code-signing-config:csc-1"),
            enforced: true,
            profiles: vec![],
            functions: Fact::Known(region.functions.items.iter().map(|function| function.arn.clone()).collect()),
        });
    }
    posture
}

#[test]
fn no_check_passes_where_nothing_could_be_read() {
    let posture = testing::denied();
    let settings = Settings::default();
    let context = Context::new(&posture, &settings);
    for check in all() {
        for verdict in (check.run)(&context) {
            let judged = matches!(verdict.ruling, Ruling::Pass) || matches!(verdict.ruling, Ruling::Fail(_)) && check.id != "IR-016";
            assert!(!judged, "{} judges {} though everything was denied: {:?}", check.id, verdict.resource, verdict.ruling);
        }
    }
}

#[test]
fn no_check_fails_an_account_with_nothing_in_it_or_a_sound_function() {
    let settings = Settings::default();
    for posture in [testing::empty(), sound()] {
        let context = Context::new(&posture, &settings);
        for check in all() {
            for verdict in (check.run)(&context) {
                let sound = matches!(verdict.ruling, Ruling::Pass | Ruling::NotApplicable);
                assert!(sound, "{} on {}: {:?}", check.id, verdict.resource, verdict.ruling);
            }
        }
    }
}

#[test]
fn a_check_has_one_verdict_a_resource_and_its_own_name_on_it() {
    let settings = Settings::default();
    let posture = testing::with_function(|_| ());
    let context = Context::new(&posture, &settings);
    for check in all() {
        let verdicts = (check.run)(&context);
        let mut resources: Vec<_> = verdicts.iter().map(|verdict| &verdict.resource).collect();
        resources.sort();
        resources.dedup();
        assert_eq!(resources.len(), verdicts.len(), "{} judges a resource twice", check.id);
        assert!(verdicts.iter().all(|verdict| verdict.check.id == check.id));
    }
}
