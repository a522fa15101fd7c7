//! MV-013: Inspector does not look for vulnerabilities in a function.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, Coverage, Function, FunctionMetrics, Gap, PackageType, Region, Resource, Source, find},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-013",
    slug: "function-unscanned",
    title: "Inspector scans the functions",
    layer: Layer::Monitoring,
    severity: Severity::Medium,
    why: "A dependency that was sound when it was deployed is found to have a hole next year. Without a scanner that keeps on looking, \
          those who exploit it are the first to notice.",
    how: "In a Region with functions, Inspector scans no Lambda (BatchGetAccountStatus): one finding for the Region. Where it does, \
          ListCoverage has no active scan of this function: it is excluded by a tag, its key refuses Inspector, it is not known. Low where \
          Inspector does not support its runtime. Container images are scanned in ECR and not asked here, nor are functions that nobody \
          invoked or changed for 90 days, which Inspector lets go, and scans that have yet to begin.",
    links: Links {
        security_hub: &["Inspector.3", "Inspector.4"],
        csf: &["DE.CM", "PR.PS"],
        owasp: &["S9"],
        csa: &["SAS-6"],
        pci: &["6.2.4", "6.3.1"],
        ..Links::NONE
    },
    reads: &[Source::Inspector, Source::Lambda, Source::Cloudwatch],
    run,
    fix,
    guide: Guide {
        calls: &["cloudwatch:GetMetricData", "inspector2:BatchGetAccountStatus", "inspector2:ListCoverage", "lambda:ListFunctions"],
        provider: "Inspector scans functions again on each deployment and each new vulnerability once it is on; what it finds it leaves \
                   to you to mend.",
        avoids: &[
            "Each function of a Region where Inspector is off, as that is one finding",
            "A container image, which is scanned in ECR",
            "A function that nobody invoked or changed for 90 days, which Inspector lets go",
            "A scan that has yet to begin",
            "A runtime that Inspector does not support as more than low",
        ],
        cli: r#"aws inspector2 enable --resource-types LAMBDA LAMBDA_CODE --region <REGION>
aws inspector2 list-coverage --filter-criteria '{"lambdaFunctionName":[{"comparison":"EQUALS","value":"<FUNCTION_NAME>"}]}' --region <REGION>
aws lambda untag-resource --resource <FUNCTION_ARN> --tag-keys InspectorExclusion --region <REGION>"#,
        cloudformation: "# CloudFormation has no resource that switches Inspector on: do that with the AWS CLI.",
        terraform: r#"resource "aws_inspector2_enabler" "<NAME>" {
  account_ids    = ["<ACCOUNT_ID>"]
  resource_types = ["LAMBDA", "LAMBDA_CODE"]
}"#,
        undo: "aws inspector2 disable --resource-types LAMBDA LAMBDA_CODE --region <REGION>
aws lambda tag-resource --resource <FUNCTION_ARN> --tags InspectorExclusion=LambdaStandardScanning --region <REGION>",
    },
};

/// How many days after the last invocation or change Inspector lets a function go.
const IDLE_DAYS: i64 = 90;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = context
        .posture
        .regions
        .iter()
        .filter(|(_, region)| !region.functions.items.is_empty())
        .map(|(name, region)| {
            let status = Arn::build(&context.posture.partition, "inspector2", name, &context.posture.account, "account-status");
            context.one(&CHECK, status, name, of_region(name, region))
        })
        .collect();
    verdicts.extend(context.each(&CHECK, |region| &region.functions, |region, function| judge(context, region, function)));
    verdicts
}

fn read(gap: &Gap) -> Gap {
    if gap.action.is_empty() { Gap { action: "inspector2:BatchGetAccountStatus".to_owned(), ..gap.clone() } } else { gap.clone() }
}

fn of_region(name: &str, region: &Region) -> Result<Ruling, Gap> {
    let status = region.inspector.known().map_err(read)?;
    let count = region.functions.items.len();
    Ok(Ruling::pass_if(!status.is_off(), || {
        let evidence = vec![
            Evidence::field("inspector2:BatchGetAccountStatus", "resourceState.lambda.status", "DISABLED"),
            Evidence::field("lambda:ListFunctions", format!("functions of {name}"), count.to_string()),
        ];
        Fault::new(format!("Inspector scans no functions in {name}, which has {count}"), evidence)
    }))
}

fn judge(context: &Context<'_>, region: &Region, function: &Function) -> Result<Ruling, Gap> {
    if function.package_type == PackageType::Image {
        return Ok(Ruling::NotApplicable);
    }
    if region.inspector.known().map_err(read)?.is_off() {
        return Ok(Ruling::NotApplicable);
    }
    let Some(coverage) = find(&region.coverage, &function.arn) else {
        if let Some(gap) = &region.coverage.gap {
            return Err(if gap.action.is_empty() { Gap { action: Coverage::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() });
        }
        if is_idle(context, region, function)? {
            return Ok(Ruling::NotApplicable);
        }
        let evidence = vec![Evidence::field("inspector2:ListCoverage", function.name.as_str(), "not listed")];
        return Ok(Ruling::fail(format!("Inspector does not know {}", function.name), evidence));
    };
    let Some(scan) = coverage.packages.as_ref().or(coverage.code.as_ref()) else {
        return Err(Gap::failed(Coverage::LISTED_BY, "the entry says nothing of a scan"));
    };
    if scan.active {
        return Ok(Ruling::Pass);
    }
    if scan.reason.starts_with("PENDING") || scan.reason.contains("STALE") {
        return Ok(Ruling::NotApplicable);
    }
    let message = format!("Inspector does not scan {}: {}", function.name, scan.reason);
    let evidence = vec![Evidence::field("inspector2:ListCoverage", "scanStatus.reason", &scan.reason)];
    let fault = Fault::new(message, evidence).subject(vec![scan.reason.clone()]);
    Ok(if scan.reason == "UNSUPPORTED_RUNTIME" { fault.severity(Severity::Low).into() } else { fault.into() })
}

/// Whether `function` was neither changed nor invoked for so long that Inspector lets it go.
fn is_idle(context: &Context<'_>, region: &Region, function: &Function) -> Result<bool, Gap> {
    if function.last_modified.is_some_and(|changed| context.now().days_since(changed) < IDLE_DAYS) {
        return Ok(false);
    }
    let Some(metrics) = find(&region.metrics, &function.arn) else {
        let unread = || Gap::unread(FunctionMetrics::LISTED_BY);
        return Err(region.metrics.gap.clone().filter(|gap| !gap.action.is_empty()).unwrap_or_else(unread));
    };
    Ok(metrics.invocations.known()?.count == 0)
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let region = &*verdict.region;
    if verdict.resource.service() == "inspector2" {
        let call = |operation| Call::new("inspector2", operation, region).with("resource-types", "LAMBDA");
        return Some(
            Plan::new(Effort::OneKey, Risk::Safe, "Have Inspector scan functions")
                .step("Inspector is paid for by the function; where the organization manages it, its administrator switches it on")
                .step(call("enable"))
                .undo(call("disable")),
        );
    }
    let guided = |summary: &str| Plan::new(Effort::Guided, Risk::Safe, summary);
    Some(match fault.subject.first().map(String::as_str) {
        Some("EXCLUDED_BY_TAG") => {
            let call = |operation| Call::new("lambda", operation, region).with("resource", verdict.resource.as_str());
            Plan::new(Effort::OneKey, Risk::Safe, "Take away the tag that keeps Inspector out")
                .step(call("untag-resource").with("tag-keys", "InspectorExclusion"))
                .undo(call("tag-resource").with("tags", "InspectorExclusion=LambdaStandardScanning"))
        }
        Some("ACCESS_DENIED_TO_ENCRYPTION_KEY") => guided("Let Inspector read the code")
            .step("Let the key of the function's code be used by inspector2.amazonaws.com in its policy"),
        Some("UNSUPPORTED_RUNTIME") => guided("Move to a runtime that Inspector knows")
            .step("Until then, scan the packages of the function where it is built, and fail the build on what is found"),
        _ => guided("Have Inspector scan the function").step("See what inspector2 list-coverage says of it"),
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{REGION, Says, ask, denied, empty, now, with_function},
            testing_watch::{coverage, inspector},
        },
        model::{Fact, Function, FunctionMetrics, Gap, Invocations, Listing, PackageType, Posture, Region},
    };

    fn posture(change: impl FnOnce(&mut Function), region: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(change);
        let place = posture.regions.get_mut(REGION).unwrap();
        place.inspector = inspector("ENABLED");
        place.coverage.items = vec![coverage(&place.functions.items[0].arn, true, "SUCCESSFUL")];
        region(place);
        posture
    }

    fn because(reason: &'static str) -> Posture {
        posture(|_| (), |region| region.coverage.items[0] = coverage(&region.functions.items[0].arn, false, reason))
    }

    /// A function that Inspector does not list and that was last changed long ago.
    fn idle(invocations: Option<u64>) -> Posture {
        posture(
            |function| function.last_modified = "2025-01-01T00:00:00Z".parse().ok(),
            |region| {
                region.coverage.items.clear();
                if let Some(count) = invocations {
                    let mut metrics = FunctionMetrics::unread(region.functions.items[0].arn.clone(), "");
                    metrics.invocations = Fact::Known(Invocations { count, last: Some(now()) });
                    region.metrics.items.push(metrics);
                }
            },
        )
    }

    #[test]
    fn rules() {
        use Says::{Fail, NotApplicable, Pass, Unknown};
        for (name, posture, expected) in [
            ("scanned", posture(|_| (), |_| ()), [Pass, Pass]),
            ("off", posture(|_| (), |region| region.inspector = inspector("DISABLED")), [Fail, NotApplicable]),
            (
                "status denied",
                posture(|_| (), |region| region.inspector = Gap::denied("inspector2:BatchGetAccountStatus", "no").into()),
                [Unknown, Unknown],
            ),
            ("status unread", posture(|_| (), |region| region.inspector = Fact::default()), [Unknown, Unknown]),
            ("excluded", because("EXCLUDED_BY_TAG"), [Pass, Fail]),
            ("runtime", because("UNSUPPORTED_RUNTIME"), [Pass, Fail]),
            ("yet to begin", because("PENDING_INITIAL_SCAN"), [Pass, NotApplicable]),
            (
                "an image",
                posture(|function| function.package_type = PackageType::Image, |region| region.coverage.items.clear()),
                [Pass, NotApplicable],
            ),
            ("not listed", posture(|_| (), |region| region.coverage.items.clear()), [Pass, Fail]),
            ("not listed and idle", idle(Some(0)), [Pass, NotApplicable]),
            ("not listed and invoked", idle(Some(7)), [Pass, Fail]),
            ("not listed, metrics unread", idle(None), [Pass, Unknown]),
            (
                "coverage denied",
                posture(|_| (), |region| region.coverage = Listing::partial(vec![], Gap::denied("inspector2:ListCoverage", "no"))),
                [Pass, Unknown],
            ),
        ] {
            let said: Vec<Says> = ask(&CHECK, &posture).into_iter().map(|(_, says)| says).collect();
            assert_eq!(said, expected, "{name}");
        }
        assert_eq!(ask(&CHECK, &empty()), []);
        assert_eq!(ask(&CHECK, &denied())[0].1, Unknown);
    }

    #[test]
    fn what_nobody_can_change_here_is_low() {
        let settings = Settings::default();
        for (reason, expected) in [("UNSUPPORTED_RUNTIME", Some(Severity::Low)), ("EXCLUDED_BY_TAG", None)] {
            let posture = because(reason);
            let Ruling::Fail(fault) = (CHECK.run)(&Context::new(&posture, &settings)).remove(1).ruling else { panic!("{reason}") };
            assert_eq!(fault.severity, expected, "{reason}");
        }
    }

    #[test]
    fn what_is_done_depends_on_the_reason() {
        let settings = Settings::default();
        for (reason, expected) in
            [("EXCLUDED_BY_TAG", "untag-resource"), ("ACCESS_DENIED_TO_ENCRYPTION_KEY", "policy"), ("UNSUPPORTED_RUNTIME", "built")]
        {
            let posture = because(reason);
            let context = Context::new(&posture, &settings);
            let plan = (CHECK.fix)(&context, &(CHECK.run)(&context).remove(1)).unwrap();
            assert!(plan.commands()[0].contains(expected), "{reason}: {:?}", plan.commands());
        }
    }
}
