//! FN-013: the function carries a vulnerability that Inspector knows.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, context::listed},
    model::{Arn, Function, Gap, Region, Source, Vulnerability, find},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-013",
    slug: "vulnerable-code",
    title: "Functions carry no severe or exploited vulnerability",
    layer: Layer::Function,
    severity: Severity::High,
    why: "A vulnerable package is run by whoever sends the right event. Scanners of the internet try the known ones within hours.",
    how: "Amazon Inspector has an active finding on the function: critical or high, or of any severity above low with an exploit at large \
          (exploitAvailable) or at least one chance in ten of one within thirty days (epss; thresholds.exploit_percent). Critical when there is an exploit and anyone can \
          reach the function. Palisade itself reads no package: where Inspector does not scan the function, has yet to, or was told by a \
          tag to leave it out, the check is unknown, never passed. Where Inspector scans packages only, nothing is said of the \
          function's own code.",
    links: Links {
        security_hub: &["Inspector.3", "Inspector.4"],
        csf: &["ID.RA", "PR.PS"],
        owasp: &["S1", "S9"],
        csa: &["SAS-1", "SAS-6"],
        attack: &["T1195.001"],
        pci: &["6.2.4", "6.3.1"],
        ..Links::NONE
    },
    reads: &[Source::Lambda, Source::Inspector],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "inspector2:BatchGetAccountStatus", "inspector2:ListCoverage", "inspector2:ListFindings"],
        provider: "AWS patches the managed runtime below the code; packages, layers and the code itself are yours, and Inspector tells of \
                  them where you switched it on",
        avoids: &[
            "Findings below high, unless there is an exploit at large or one is likely",
            "Findings on another function whose name begins alike",
            "A function that Inspector does not scan, was told to leave out or has yet to scan: it is unknown",
        ],
        cli: r#"# Upgrade what the finding names to its fixed version, test, and deploy.
aws inspector2 list-findings --filter-criteria '{"resourceId":[{"comparison":"PREFIX","value":"<FUNCTION_ARN>"}],"findingStatus":[{"comparison":"EQUALS","value":"ACTIVE"}]}' --region <REGION>
aws lambda update-function-code --function-name <FUNCTION_NAME> --zip-file fileb://<PACKAGE> --publish --region <REGION>"#,
        cloudformation: "# Deploy the package that was built with the fixed versions.
Type: AWS::Lambda::Function
Properties:
  Code:
    S3Bucket: <BUCKET_NAME>
    S3Key: <NEW_PACKAGE>",
        terraform: r#"# Deploy the package that was built with the fixed versions.
resource "aws_lambda_function" "<NAME>" {
  s3_bucket = "<BUCKET_NAME>"
  s3_key    = "<NEW_PACKAGE>"
}"#,
        undo: "aws lambda update-alias --function-name <FUNCTION_NAME> --name <ALIAS> --function-version <OLD_VERSION> --region <REGION>",
    },
};

/// How many findings the evidence names, the worst first.
const SHOWN: usize = 5;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    // Inspector has thousands of findings in a large account: they are gone through once, not once a function.
    let mut by_function: BTreeMap<Arn, Vec<&Vulnerability>> = BTreeMap::new();
    for found in context.posture.regions.values().flat_map(|region| &region.vulnerabilities.items) {
        by_function.entry(found.function.unqualified()).or_default().push(found);
    }
    let found = |function: &Function| worst_first(context, by_function.get(&function.arn).into_iter().flatten().copied());
    context.each(&CHECK, |region| &region.functions, |region, function| judge(context, region, function, &found(function)))
}

fn is_exploited(found: &Vulnerability) -> bool {
    found.exploit_available == Some(true)
}

fn matters(found: &Vulnerability, likely: f64) -> bool {
    matches!(found.severity.as_str(), "CRITICAL" | "HIGH") || is_exploited(found) || found.epss.is_some_and(|score| score >= likely)
}

/// Those that matter, the worst first.
fn worst_first<'a>(context: &Context<'_>, found: impl Iterator<Item = &'a Vulnerability>) -> Vec<&'a Vulnerability> {
    // From this probability of exploitation on.
    let likely = f64::from(context.settings.thresholds.exploit_percent) / 100.0;
    let mut found: Vec<_> = found.filter(|found| matters(found, likely)).collect();
    found.sort_by_key(|found| (Reverse(is_exploited(found)), found.severity != "CRITICAL", found.severity != "HIGH", &found.arn));
    found
}

fn judge(context: &Context<'_>, region: &Region, function: &Function, found: &[&Vulnerability]) -> Result<Ruling, Gap> {
    let Some(worst) = found.first() else {
        return match unread(region, function) {
            Some(gap) => Err(gap),
            None => Ok(Ruling::Pass),
        };
    };
    let exploited = found.iter().filter(|found| is_exploited(found)).count();
    let evidence = found.iter().take(SHOWN).map(|found| evidence(found)).collect();
    let called = worst.id.as_deref().unwrap_or("a vulnerability");
    let more = if found.len() > 1 { format!(" and {} more", found.len() - 1) } else { String::new() };
    let how = if exploited > 0 { ", with an exploit at large" } else { "" };
    let fault = Fault::new(format!("{} carries {called}{more}{how}", function.name), evidence);
    let public = exploited > 0 && context.is_public(&function.arn);
    Ok(if public { fault.severity(Severity::Critical) } else { fault }.into())
}

fn evidence(found: &Vulnerability) -> Evidence {
    let pointer = format!("{} severity", found.id.as_deref().unwrap_or(found.arn.name()));
    let mut value = found.severity.clone();
    if let Some(package) = found.packages.first() {
        value.push_str(&format!(", {} {}", package.name, package.version));
        if let Some(fixed) = &package.fixed_in {
            value.push_str(&format!(", fixed in {fixed}"));
        }
    }
    if let Some(code) = &found.code {
        value.push_str(&format!(", {} line {}", code.file, code.line));
    }
    if is_exploited(found) {
        value.push_str(", exploit available");
    }
    Evidence::field("inspector2:ListFindings", pointer, value)
}

/// Why a finding on `function` may not be known.
fn unread(region: &Region, function: &Function) -> Option<Gap> {
    let not_read = |why: &str| Some(Gap::unsupported(format!("code not read: {why}")));
    match region.inspector.known() {
        Err(gap) => return Some(gap.clone()),
        Ok(status) if status.is_off() => return not_read("Amazon Inspector does not scan functions here"),
        Ok(_) => {}
    }
    if let Some(gap) = listed(&region.vulnerabilities).err() {
        return Some(gap);
    }
    let Some(covered) = find(&region.coverage, &function.arn) else {
        return listed(&region.coverage).err().or_else(|| not_read("Amazon Inspector does not know the function"));
    };
    match &covered.packages {
        Some(scan) if scan.active && !scan.reason.starts_with("PENDING") => None,
        Some(scan) => not_read(&format!("Amazon Inspector does not scan it ({})", scan.reason)),
        None => not_read("Amazon Inspector does not scan its packages"),
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let region = context.posture.regions.get(&*verdict.region)?;
    let found = worst_first(context, region.vulnerabilities.items.iter().filter(|found| found.function.unqualified() == function.arn));
    let mut advice: Vec<String> = Vec::new();
    for package in found.iter().flat_map(|found| &found.packages) {
        let Some(fixed) = &package.fixed_in else { continue };
        let layer = package.layer.as_ref().map(|layer| format!(" of the layer {}", layer.name())).unwrap_or_default();
        advice.push(format!("Upgrade {} {}{layer} to {fixed}", package.name, package.version));
    }
    for code in found.iter().filter_map(|found| found.code.as_ref()) {
        advice.push(format!("Mend {} line {}: {}", code.file, code.line, code.detector));
    }
    if advice.is_empty() {
        advice.push("There is no fixed version yet: take the package out, or keep what reaches it away".to_owned());
    }
    advice.sort();
    advice.dedup();
    let plan = Plan::new(Effort::Guided, Risk::Manual, format!("Upgrade what {} carries, test, and deploy it", function.name));
    Some(advice.into_iter().fold(plan, Plan::step))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{REGION, Says, cases, denied, with_function},
        },
        model::{
            Arn, Coverage, Fact, Function, Gap, InspectorStatus, Listing, PolicyText, Posture, Region, ScanStatus, Vulnerability,
            VulnerablePackage,
        },
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

    fn scanned(change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(|_| ());
        let region = posture.regions.get_mut(REGION).unwrap();
        let enabled = Some("ENABLED".to_owned());
        region.inspector = Fact::Known(InspectorStatus { account: "ENABLED".to_owned(), lambda: enabled.clone(), lambda_code: enabled });
        let packages = Some(ScanStatus { active: true, reason: "SUCCESSFUL".to_owned() });
        region.coverage.items.push(Coverage { arn: Arn::from(FUNCTION), packages, code: None });
        change(region);
        posture
    }

    fn vulnerability(severity: &str) -> Vulnerability {
        Vulnerability {
            arn: Arn::from("arn:aws:inspector2:eu-west-1:123456789012:finding/f1"),
            function: Arn::from(FUNCTION),
            kind: "PACKAGE_VULNERABILITY".to_owned(),
            severity: severity.to_owned(),
            id: Some("CVE-2026-1234".to_owned()),
            exploit_available: None,
            fix_available: Some("YES".to_owned()),
            epss: Some(0.001),
            packages: vec![VulnerablePackage {
                name: "requests".to_owned(),
                version: "2.0.0".to_owned(),
                fixed_in: Some("2.99.1".to_owned()),
                layer: None,
            }],
            code: None,
            updated: None,
        }
    }

    fn with(found: Vulnerability) -> Posture {
        scanned(|region| region.vulnerabilities.items.push(found))
    }

    #[test]
    fn rules() {
        let gap = || Some(Gap::denied("inspector2:ListFindings", "no"));
        cases(
            &CHECK,
            [
                ("nothing found", scanned(|_| ()), Says::Pass),
                ("high", with(vulnerability("HIGH")), Says::Fail),
                ("medium", with(vulnerability("MEDIUM")), Says::Pass),
                ("medium, exploited", with(Vulnerability { exploit_available: Some(true), ..vulnerability("MEDIUM") }), Says::Fail),
                ("medium, likely", with(Vulnerability { epss: Some(0.4), ..vulnerability("MEDIUM") }), Says::Fail),
                (
                    "of another function",
                    with(Vulnerability { function: Arn::from(format!("{FUNCTION}-eu")), ..vulnerability("HIGH") }),
                    Says::Pass,
                ),
                ("findings denied", scanned(|region| region.vulnerabilities.gap = gap()), Says::Unknown),
                (
                    "high, more denied",
                    scanned(|region| {
                        region.vulnerabilities.items.push(vulnerability("HIGH"));
                        region.vulnerabilities.gap = gap();
                    }),
                    Says::Fail,
                ),
                (
                    "Inspector off",
                    scanned(|region| {
                        let status = InspectorStatus { account: "DISABLED".to_owned(), lambda: None, lambda_code: None };
                        region.inspector = Fact::Known(status);
                    }),
                    Says::Unknown,
                ),
                ("not covered", scanned(|region| region.coverage.items.clear()), Says::Unknown),
                (
                    "left out by a tag",
                    scanned(|region| {
                        region.coverage.items[0].packages = Some(ScanStatus { active: false, reason: "EXCLUDED_BY_TAG".to_owned() });
                    }),
                    Says::Unknown,
                ),
                (
                    "yet to be scanned",
                    scanned(|region| {
                        region.coverage.items[0].packages = Some(ScanStatus { active: true, reason: "PENDING_INITIAL_SCAN".to_owned() });
                    }),
                    Says::Unknown,
                ),
                ("coverage denied", scanned(|region| region.coverage = Listing::partial(vec![], gap().unwrap())), Says::Unknown),
                ("status denied", scanned(|region| region.inspector = gap().unwrap().into()), Says::Unknown),
                ("unread", scanned(|region| region.inspector = Fact::unread("inspector2:BatchGetAccountStatus")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn an_exploit_on_a_public_function_is_critical_and_the_plan_names_the_version() {
        let settings = Settings::default();
        let open = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"*"}}"#;
        for (public, exploit, severity) in [(true, true, Some(Severity::Critical)), (true, false, None), (false, true, None)] {
            let mut posture = with(Vulnerability { exploit_available: Some(exploit), ..vulnerability("HIGH") });
            if public {
                let function = &mut posture.regions.get_mut(REGION).unwrap().functions.items[0];
                function.policies.insert(Function::UNQUALIFIED.to_owned(), Fact::Known(Some(PolicyText::from(open))));
            }
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
            assert_eq!(fault.severity, severity, "public {public}, exploit {exploit}");
            let commands = (CHECK.fix)(&context, &verdict).unwrap().commands();
            assert!(commands[0].contains("Upgrade requests 2.0.0 to 2.99.1"), "{commands:?}");
        }
    }
}
