//! What holds for every check of the catalogue.

use super::{Context, Ruling, Settings, all, testing};

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
    for posture in [testing::empty(), testing::with_function(|_| ())] {
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
