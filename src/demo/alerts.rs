//! Who is told of what happens, and what happens: well looked after in Europe, and forgotten in North America.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Alarm, Analyzer, Arn, ConfigRecorder, EventRule, EventTarget, Fact, Learnt, Listing, Part, PolicyText, Posture, RecorderStatus,
    SecurityHub, Source, SourceRun, Stack, StateMachine, StateMachineConfiguration, Subscription, SubscriptionEndpoint, Threat, Topic,
    TopicAttributes, Version, Watched, WatchedMetric,
};

use super::{ACCOUNT, EU, PARTITION, US, made_up, policy::document, sources};

/// The team whose template nobody kept up with.
const DRIFTED: &str = "billing";
/// A function of which the alarm wakes nobody.
const MUTED: &str = "partner-sync";
/// A function that lost its owner.
const ORPHAN: &str = "proof-of-delivery";
/// A function that was released once, and to which somebody uploaded code by hand since.
const BY_HAND: &str = "notify-digest";

fn arn(service: &str, region: &str, resource: &str) -> Arn {
    Arn::build(PARTITION, service, region, ACCOUNT, resource)
}

/// Adds to `posture` what watches it.
pub(super) fn note(posture: &mut Posture) {
    let contacts = vec![Learnt::SecurityContact(Fact::Known(true)), Learnt::OperationsContact(Fact::Known(false))];
    posture.absorb(Part { run: sources::run(Source::Account, SourceRun::GLOBAL), learnt: contacts });
    for region in [EU, US] {
        let names: Vec<String> =
            posture.functions().filter(|(name, _)| *name == region).map(|(_, function)| function.name.clone()).collect();
        let mut part = |source, learnt| posture.absorb(Part { run: sources::run(source, region), learnt });
        part(Source::Cloudwatch, vec![Learnt::Alarms(Listing::complete(alarms(region, &names)))]);
        part(Source::GuardDuty, vec![Learnt::Threats(Listing::complete(threats(region)))]);
        let hub = SecurityHub { arn: arn("securityhub", region, "hub/default"), subscribed: None, auto_enable_controls: Some(true) };
        part(Source::SecurityHub, vec![Learnt::SecurityHub(Fact::Known((region == EU).then_some(hub)))]);
        part(Source::AccessAnalyzer, vec![Learnt::Analyzers(Listing::complete(analyzers(region)))]);
        part(Source::Config, vec![Learnt::ConfigRecorders(Fact::Known(vec![recorder()]))]);
        part(Source::CloudFormation, vec![Learnt::Stacks(Listing::complete(stacks(region)))]);
        part(Source::SsmIncidents, vec![Learnt::ResponsePlans(Listing::complete(Vec::new()))]);
    }
    alerts(posture);
    owners(posture);
}

fn alarms(region: &str, names: &[String]) -> Vec<Alarm> {
    let alarm = |name: &String| {
        let dimensions = BTreeMap::from([("FunctionName".to_owned(), name.clone())]);
        let metric = WatchedMetric { namespace: "AWS/Lambda".to_owned(), name: "Errors".to_owned(), dimensions, account: None };
        Alarm {
            arn: arn("cloudwatch", region, &format!("alarm:{name}-errors")),
            name: format!("{name}-errors"),
            actions_enabled: name != MUTED,
            actions: vec![arn("sns", EU, "on-call")],
            state: "OK".to_owned(),
            watches: Watched::Metrics { metrics: vec![metric], expressions: Vec::new() },
        }
    };
    // Nobody dares to touch it, not even for an alarm.
    names.iter().filter(|name| *name != "legacy-etl").map(alarm).collect()
}

/// Story: what was opened for a fair somebody else makes use of.
fn threats(region: &str) -> Vec<Threat> {
    if region != EU {
        return Vec::new();
    }
    let id = "9ac6d1f0b2e34c5d8f7a6b5c4d3e2f10".to_owned();
    vec![Threat {
        arn: arn("guardduty", region, &format!("detector/c2b7f0a1d94e4f0f8e5b6a7c8d9e0f12/finding/{id}")),
        id,
        kind: "CryptoCurrency:Lambda/BitcoinTool.B".to_owned(),
        severity: 8.0,
        function: Some(arn("lambda", region, "function:returns-label")),
        function_name: Some("returns-label".to_owned()),
        updated: Some(made_up::days_ago(2, "finding")),
        count: Some(31),
    }]
}

fn analyzers(region: &str) -> Vec<Analyzer> {
    let analyzer = Analyzer {
        arn: arn("access-analyzer", region, "analyzer/external"),
        name: "external".to_owned(),
        kind: "ACCOUNT".to_owned(),
        status: "ACTIVE".to_owned(),
        unused_access_age: None,
        findings: Listing::complete(Vec::new()),
    };
    if region == EU { vec![analyzer] } else { Vec::new() }
}

fn recorder() -> ConfigRecorder {
    ConfigRecorder {
        name: "default".to_owned(),
        role: None,
        service: None,
        all: true,
        types: BTreeSet::new(),
        excluded: BTreeSet::new(),
        status: Fact::Known(RecorderStatus { recording: true, last: Some("Success".to_owned()), error: None, changed: None }),
    }
}

fn stack_arn(region: &str, team: &str) -> Arn {
    arn("cloudformation", region, &format!("stack/{team}/0f3c9b7e-41d2-11f0-9c54-0a1b2c3d4e5f"))
}

fn stacks(region: &str) -> Vec<Stack> {
    let stack = |team: &str| Stack {
        arn: stack_arn(region, team),
        name: team.to_owned(),
        status: "UPDATE_COMPLETE".to_owned(),
        drift: Some(if team == DRIFTED { "DRIFTED" } else { "IN_SYNC" }.to_owned()),
        drift_checked: Some(made_up::days_ago(1, "drift")),
        termination_protection: Some(true),
        role: None,
        root: None,
        updated: Some(made_up::days_ago(30, team)),
    };
    if region == EU { ["billing", "tracking"].map(stack).into() } else { Vec::new() }
}

fn machines() -> [StateMachine; 2] {
    let machine = |name: &str, kind: &str, level: &str| StateMachine {
        arn: arn("states", EU, &format!("stateMachine:{name}")),
        name: name.to_owned(),
        machine_type: kind.to_owned(),
        configuration: Fact::Known(StateMachineConfiguration {
            status: Some("ACTIVE".to_owned()),
            role: arn("iam", "", "role/state-machines"),
            log_level: Some(level.to_owned()),
            logs_execution_data: false,
            log_groups: Vec::new(),
            tracing: true,
            encryption: None,
            kms_key: None,
        }),
        definition: Fact::unread("states:DescribeStateMachine"),
    };
    [machine("claims", "EXPRESS", "OFF"), machine("returns", "STANDARD", "ERROR")]
}

/// The rules of Europe that tell people of findings and changes, and one that has answered nothing since its function went.
fn alerts(posture: &mut Posture) {
    let Some(region) = posture.regions.get_mut(EU) else { return };
    region.state_machines.items.extend(machines());
    region.state_machines.items.sort_by(|a, b| a.arn.cmp(&b.arn));
    let topic = arn("sns", EU, "on-call");
    let policy: PolicyText = document(&[format!(
        r#"{{"Effect":"Allow","Principal":{{"Service":"events.amazonaws.com"}},"Action":"sns:Publish","Resource":"{topic}","Condition":{{"StringEquals":{{"aws:SourceAccount":"{ACCOUNT}"}}}}}}"#
    )]);
    let attributes = TopicAttributes { policy: Some(policy), kms_key: Some("alias/aws/sns".to_owned()) };
    region.topics.items.push(Topic { arn: topic.clone(), attributes: Fact::Known(attributes) });
    region.topics.items.sort_by(|a, b| a.arn.cmp(&b.arn));
    region.subscriptions.items.push(Subscription {
        arn: Arn::new(format!("{topic}:5b1f7c2e-93d4-4a77-8f0e-6c2d1b0a9e8f")),
        topic: topic.clone(),
        owner: ACCOUNT.to_owned(),
        protocol: "https".to_owned(),
        endpoint: SubscriptionEndpoint::Host("events.pager.example".to_owned()),
    });
    region.subscriptions.items.sort_by(|a, b| a.arn.cmp(&b.arn));
    let rule = |name: &str, pattern: &str, target: Arn| EventRule {
        arn: arn("events", EU, &format!("rule/{name}")),
        name: name.to_owned(),
        bus: "default".to_owned(),
        pattern: Some(pattern.to_owned()),
        schedule: None,
        state: "ENABLED".to_owned(),
        role: None,
        managed_by: None,
        targets: Fact::Known(vec![EventTarget {
            id: "target".to_owned(),
            arn: target,
            role: None,
            dead_letter_queue: Some(arn("sqs", EU, "alerts-undelivered")),
            retries: None,
            input: None,
            http_parameters: None,
        }]),
    };
    let findings = r#"{"source":["aws.guardduty","aws.securityhub"]}"#;
    let changes = r#"{"source":["aws.lambda"],"detail-type":["AWS API Call via CloudTrail"]}"#;
    region.event_rules.items.extend([
        rule("findings-to-on-call", findings, topic.clone()),
        rule("lambda-changes-to-on-call", changes, topic),
        rule("isolate-function", r#"{"source":["aws.guardduty"]}"#, arn("lambda", EU, "function:isolate-function")),
    ]);
    region.event_rules.items.sort_by(|a, b| a.arn.cmp(&b.arn));
}

/// What is written on the functions themselves.
fn owners(posture: &mut Posture) {
    for (name, region) in &mut posture.regions {
        for function in &mut region.functions.items {
            if function.name == BY_HAND {
                let released = ["1", "2"].map(|number| Version {
                    number: number.to_owned(),
                    code_sha256: Some(made_up::sha256(&format!("{BY_HAND} {number}"))),
                    last_modified: None,
                });
                function.versions = Fact::Known(released.into());
                function.code_sha256 = Some(made_up::sha256("by hand"));
            }
            let Some(tags) = function.tags.known_mut() else { continue };
            let stack = tags.get("team").filter(|team| name == EU && matches!(team.as_str(), "billing" | "tracking"));
            if let Some(stack) = stack.map(|team| stack_arn(name, team)) {
                tags.insert(Stack::ID_TAG.to_owned(), stack.as_str().to_owned());
            }
            if function.name == ORPHAN {
                tags.remove("team");
            }
        }
    }
}
