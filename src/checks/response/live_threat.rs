//! IR-001: GuardDuty sees an attack on a function that nobody has closed.

use std::collections::BTreeMap;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, Function, Gap, Region, Source, Threat},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-001",
    slug: "live-threat",
    title: "GuardDuty sees no attack on a function",
    layer: Layer::Response,
    severity: Severity::Critical,
    why: "This is no weakness but an incident: the function talks to a command server, a miner or a place where stolen data is dropped. \
          Every minute it runs on, it does so with the permissions of its role.",
    how: "ListFindings has a finding on the function that is not archived. High instead of critical where GuardDuty itself rates it low. \
          Does not apply where no detector watches the network of functions: that is reported by itself, and is no sign of calm.",
    links: Links {
        csf: &["RS.AN", "RS.MI"],
        owasp: &["S10"],
        csa: &["SAS-5"],
        attack: &["T1648", "T1496"],
        soc: &["CC3.2", "CC4.2", "CC7.3", "CC7.4"],
        ..Links::NONE
    },
    reads: &[Source::GuardDuty, Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &[
            "guardduty:GetDetector",
            "guardduty:GetFindings",
            "guardduty:ListDetectors",
            "guardduty:ListFindings",
            "lambda:ListFunctions",
        ],
        provider: "GuardDuty tells what it sees of a function's network and stops nothing: to contain it is yours.",
        avoids: &[
            "A finding on another function, however alike its name",
            "A function that no detector watches, of which MV-012 tells",
            "A finding that GuardDuty itself rates low as more than high",
        ],
        cli: r#"aws lambda get-function --function-name <FUNCTION_NAME> --region <REGION>
aws lambda put-function-concurrency --function-name <FUNCTION_NAME> --reserved-concurrent-executions 0 --region <REGION>
aws iam put-role-policy --role-name <ROLE_NAME> --policy-name AWSRevokeOlderSessions --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"<NOW>"}}}]}'
# When the incident is closed:
aws guardduty archive-findings --detector-id <DETECTOR_ID> --finding-ids <FINDING_ID> --region <REGION>"#,
        cloudformation: "# Contain it with the AWS CLI first; this keeps a deployment from undoing that.
Type: AWS::Lambda::Function
Properties:
  ReservedConcurrentExecutions: 0",
        terraform: r#"# Contain it with the AWS CLI first; this keeps a deployment from undoing that.
resource "aws_lambda_function" "<NAME>" {
  reserved_concurrent_executions = 0
}"#,
        undo: "aws lambda delete-function-concurrency --function-name <FUNCTION_NAME> --region <REGION>
aws iam delete-role-policy --role-name <ROLE_NAME> --policy-name AWSRevokeOlderSessions
aws guardduty unarchive-findings --detector-id <DETECTOR_ID> --finding-ids <FINDING_ID> --region <REGION>",
    },
};

/// Below which severity GuardDuty itself calls a finding low.
const LOW_BELOW: f64 = 4.0;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut by_function: BTreeMap<Arn, Vec<&Threat>> = BTreeMap::new();
    for (name, region) in &context.posture.regions {
        for threat in &region.threats.items {
            // Some findings give no ARN, but a name.
            let named =
                |name: &String| region.functions.items.iter().find(|function| function.name == *name).map(|found| found.arn.clone());
            let function = threat.function.as_ref().map(Arn::unqualified).or_else(|| threat.function_name.as_ref().and_then(named));
            if let Some(function) = function.filter(|function| function.region() == name) {
                by_function.entry(function).or_default().push(threat);
            }
        }
    }
    context.each(
        &CHECK,
        |region| &region.functions,
        |region, function| match by_function.get(&function.arn) {
            Some(threats) => Ok(fault(function, threats).into()),
            None => calm(region),
        },
    )
}

fn fault(function: &Function, threats: &[&Threat]) -> Fault {
    let mut threats = threats.to_vec();
    threats.sort_by(|a, b| b.severity.total_cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
    let evidence = threats
        .iter()
        .map(|threat| {
            Evidence::field("guardduty:GetFindings", format!("{} Type", threat.id), format!("{} ({})", threat.kind, threat.severity))
        })
        .collect();
    let kind = threats.first().map_or("", |threat| threat.kind.as_str());
    let more = if threats.len() > 1 { format!(" and {} more", threats.len() - 1) } else { String::new() };
    let fault = Fault::new(format!("GuardDuty sees {kind}{more} on {}", function.name), evidence);
    if threats.iter().all(|threat| threat.severity < LOW_BELOW) { fault.severity(Severity::High) } else { fault }
}

/// What holds of a function without a finding.
fn calm(region: &Region) -> Result<Ruling, Gap> {
    region.threats.all()?;
    let mut watched = false;
    for detector in region.detectors.all()? {
        watched |= detector.settings.known()?.watches_functions();
    }
    Ok(if watched { Ruling::Pass } else { Ruling::NotApplicable })
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let name = verdict.resource.as_str();
    let call = |operation: &'static str| Call::new("lambda", operation, &*verdict.region).with("function-name", name);
    let undo = match function.reserved_concurrency.known() {
        Ok(Some(was)) => call("put-function-concurrency").with("reserved-concurrent-executions", was.to_string()),
        _ => call("delete-function-concurrency"),
    };
    Some(
        Plan::new(Effort::OneKey, Risk::Careful, "Stop the function, and keep what it ran for the investigation")
            .step(call("get-function"))
            .step(call("put-function-concurrency").with("reserved-concurrent-executions", "0"))
            .step("Revoke the sessions of its role and rotate the secrets that it can read: what it held is known to somebody else")
            .step("Archive the finding only when the incident is closed")
            .undo(undo),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{ACCOUNT, REGION, Says, cases, denied, with_function},
        },
        model::{Arn, Detector, DetectorFeature, DetectorSettings, Fact, Function, Gap, Listing, Posture, Region, Threat},
    };

    fn threat(function: Option<&str>, name: Option<&str>, severity: f64) -> Threat {
        Threat {
            arn: Arn::build("aws", "guardduty", REGION, ACCOUNT, "detector/d/finding/f"),
            id: "f".to_owned(),
            kind: "Backdoor:Lambda/C&CActivity.B".to_owned(),
            severity,
            function: function.map(|function| Arn::build("aws", "lambda", REGION, ACCOUNT, &format!("function:{function}"))),
            function_name: name.map(str::to_owned),
            updated: None,
            count: Some(2),
        }
    }

    fn with(threats: Vec<Threat>, change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(|_| ());
        let region = posture.regions.get_mut(REGION).unwrap();
        region.detectors.items.push(Detector {
            arn: Arn::build("aws", "guardduty", REGION, ACCOUNT, "detector/d"),
            id: "d".to_owned(),
            settings: Fact::Known(DetectorSettings {
                enabled: true,
                features: vec![DetectorFeature { name: DetectorSettings::LAMBDA.to_owned(), enabled: true }],
                publishing: None,
            }),
        });
        region.threats = Listing::complete(threats);
        change(region);
        posture
    }

    #[test]
    fn rules() {
        let gap = || Gap::denied("guardduty:ListFindings", "no");
        let found = || vec![threat(Some("orders"), Some("orders"), 8.0)];
        cases(
            &CHECK,
            [
                ("calm", with(vec![], |_| ()), Says::Pass),
                ("attacked", with(found(), |_| ()), Says::Fail),
                ("told by name only", with(vec![threat(None, Some("orders"), 8.0)], |_| ()), Says::Fail),
                ("told of an alias", with(vec![threat(Some("orders:live"), None, 8.0)], |_| ()), Says::Fail),
                ("of another function", with(vec![threat(Some("orders-eu"), None, 8.0)], |_| ()), Says::Pass),
                ("attacked, and there may be more", with(found(), |region| region.threats.gap = Some(gap())), Says::Fail),
                ("findings denied", with(vec![], |region| region.threats.gap = Some(gap())), Says::Unknown),
                ("nobody watches", with(vec![], |region| region.detectors = Listing::complete(vec![])), Says::NotApplicable),
                (
                    "functions are not watched",
                    with(vec![], |region| region.detectors.items[0].settings.known_mut().unwrap().features.clear()),
                    Says::NotApplicable,
                ),
                (
                    "detector denied",
                    with(vec![], |region| region.detectors.items[0].settings = Gap::denied("guardduty:GetDetector", "no").into()),
                    Says::Unknown,
                ),
                ("unread", with(vec![], |region| region.threats = Listing::default()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn what_guardduty_calls_low_is_high_and_the_plan_gives_the_reservation_back() {
        let settings = Settings::default();
        for (severity, reserved, expected, undo) in
            [(2.0, Some(7), Some(Severity::High), "--reserved-concurrent-executions 7"), (5.0, None, None, "delete-function-concurrency")]
        {
            let mut posture = with(vec![threat(Some("orders"), None, severity)], |_| ());
            let function: &mut Function = &mut posture.regions.get_mut(REGION).unwrap().functions.items[0];
            function.reserved_concurrency = Fact::Known(reserved);
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let plan = (CHECK.fix)(&context, &verdict).unwrap();
            let Ruling::Fail(fault) = verdict.ruling else { panic!("no fail") };
            assert_eq!(fault.severity, expected);
            assert!(plan.undo_commands()[0].contains(undo), "{:?}", plan.undo_commands());
        }
    }
}
