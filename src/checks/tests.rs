//! What holds for every check of the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Ruling, Settings, all, routes, testing, testing_watch};
use crate::model::{
    Alarm, Analyzer, Arn, CodeSigningConfig, ConfigRecorder, ControlPolicy, Coverage, Fact, Function, InspectorStatus, LevelKind, Listing,
    ManagedPolicy, Organization, OrganizationLevel, PolicyText, Posture, RecorderStatus, ScanStatus, SecurityHub, Watched, WatchedMetric,
};

/// A posture with one function and nothing wrong: signed and scanned, beside what `with_function` gives it.
fn sound() -> Posture {
    let mut posture = testing::with_function(|_| ());
    for region in posture.regions.values_mut() {
        let on = || Some("ENABLED".to_owned());
        region.inspector = Fact::Known(InspectorStatus { account: "ENABLED".to_owned(), lambda: on(), lambda_code: on() });
        region.coverage.items = region.functions.items.iter().map(scanned).collect();
        region.code_signing_configs.items.push(CodeSigningConfig {
            arn: Arn::build("aws", "lambda", testing::REGION, testing::ACCOUNT, "code-signing-config:csc-1"),
            enforced: true,
            profiles: vec![],
            functions: Fact::Known(region.functions.items.iter().map(|function| function.arn.clone()).collect()),
        });
    }
    posture
}

/// What Inspector says of a function that it scans.
fn scanned(function: &Function) -> Coverage {
    let scan = || Some(ScanStatus { active: true, reason: "SUCCESSFUL".to_owned() });
    Coverage { arn: function.arn.clone(), packages: scan(), code: scan() }
}

/// The posture in an organization that leaves no function open and hands nobody everything.
fn guarded(mut posture: Posture) -> Posture {
    told(&mut posture);
    let document = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"*","Resource":"*"},
        {"Effect":"Deny","Action":["lambda:CreateFunctionUrlConfig","lambda:UpdateFunctionUrlConfig"],"Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}},
        {"Effect":"Deny","Action":["iam:AttachRolePolicy"],"Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AdministratorAccess"}}}]}"#;
    let policy = ControlPolicy {
        id: "p-guard".to_owned(),
        name: "guard".to_owned(),
        aws_managed: false,
        document: Fact::Known(PolicyText::from(document)),
    };
    posture.governance.organization = Fact::Known(Some(Organization {
        id: "o-a1b2c3d4e5".to_owned(),
        arn: Arn::from("arn:aws:organizations::999999999999:organization/o-a1b2c3d4e5"),
        management_account: "999999999999".to_owned(),
        feature_set: "ALL".to_owned(),
    }));
    posture.governance.organization_chain = Fact::Known(vec![OrganizationLevel {
        id: "r-1".to_owned(),
        kind: LevelKind::Root,
        service_control: Fact::Known(vec![policy]),
        resource_control: Fact::Known(Vec::new()),
    }]);
    posture
}

/// Lets somebody watch the account and be called about it.
fn told(posture: &mut Posture) {
    posture.governance.security_contact = Fact::Known(true);
    let mut support = testing::role("support", testing::LOGS_ONLY);
    let policy = Arn::from("arn:aws:iam::aws:policy/AWSSupportAccess");
    support.policies.attached.push(policy.clone());
    posture.identity.roles.items.push(support);
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"support:*","Resource":"*"}]}"#;
    let document = Fact::Known(PolicyText::from(document));
    routes::testing::alert(posture, r#"{"source":["aws.lambda","aws.securityhub"]}"#);
    for region in posture.regions.values_mut() {
        let arn = |service, resource| Arn::build("aws", service, testing::REGION, testing::ACCOUNT, resource);
        let hub = SecurityHub { arn: arn("securityhub", "hub/default"), subscribed: None, auto_enable_controls: None };
        region.security_hub = Fact::Known(Some(hub));
        if region.inspector.gap().is_some() {
            region.inspector = Fact::Known(InspectorStatus { account: "DISABLED".to_owned(), lambda: None, lambda_code: None });
        }
        region.config_recorders = Fact::Known(vec![ConfigRecorder {
            name: "default".to_owned(),
            role: None,
            service: None,
            all: true,
            types: BTreeSet::new(),
            excluded: BTreeSet::new(),
            status: Fact::Known(RecorderStatus { recording: true, last: None, error: None, changed: None }),
        }]);
        region.analyzers.items.push(Analyzer {
            arn: arn("access-analyzer", "analyzer/external"),
            name: "external".to_owned(),
            kind: "ACCOUNT".to_owned(),
            status: "ACTIVE".to_owned(),
            unused_access_age: None,
            findings: Listing::complete(Vec::new()),
        });
        let metric = |name: &str| WatchedMetric {
            namespace: "AWS/Lambda".to_owned(),
            name: name.to_owned(),
            dimensions: BTreeMap::new(),
            account: None,
        };
        region.alarms.items.push(Alarm {
            arn: arn("cloudwatch", "alarm:errors"),
            name: "errors".to_owned(),
            actions_enabled: true,
            actions: vec![routes::testing::topic()],
            state: "OK".to_owned(),
            watches: Watched::Metrics { metrics: vec![metric("Errors")], expressions: Vec::new() },
        });
    }
    posture.identity.policies.items.push(ManagedPolicy { name: policy.name().to_owned(), arn: policy, document });
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
    for posture in [testing::empty(), testing_watch::watched(sound())].map(guarded) {
        let context = Context::new(&posture, &settings);
        for check in all() {
            for verdict in (check.run)(&context) {
                // FN-012 says that code is not read, of any function.
                let sound = matches!(verdict.ruling, Ruling::Pass | Ruling::NotApplicable)
                    || (check.id == "FN-012" && matches!(verdict.ruling, Ruling::Unknown(_)));
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

#[test]
fn every_check_has_a_guide() {
    for check in all() {
        let guide = &check.guide;
        // MV-006 asks nothing, and IR-016 is decided by what went wrong with any call.
        assert!(!guide.calls.is_empty() || ["MV-006", "IR-016"].contains(&check.id), "{} names no call", check.id);
        assert!(!guide.provider.is_empty() && !guide.undo.is_empty(), "{}", check.id);
        assert_eq!(guide.ways().count(), 4, "{} lacks a way", check.id);
        for phrase in guide.avoids {
            assert!(!phrase.ends_with('.') && !phrase.is_empty(), "{}: {phrase}", check.id);
        }
    }
}
