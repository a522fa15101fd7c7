//! MV-018: a service that watches the account is off where functions are.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, ConfigRecorder, Gap, Region, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-018",
    slug: "watchers-missing",
    title: "Access Analyzer, AWS Config and Security Hub watch where functions are",
    layer: Layer::Monitoring,
    severity: Severity::Medium,
    why: "Each of them works in its own Region only. Where functions run and it is off, nobody notices a resource that is opened to the \
          outside, nothing remembers how a function was configured last week, and no control is evaluated.",
    how: "Only in Regions with functions. ListAnalyzers has no active analyzer for external access; no recorder of AWS Config records \
          AWS::Lambda::Function without failing; DescribeHub finds no subscription. A member of an organization may be watched by an \
          analyzer that only its administrator sees: there a missing one is no more than likely.",
    links: Links {
        security_hub: &["Config.1"],
        cis: &["2.18", "4.3", "5.16"],
        csf: &["DE.CM"],
        owasp: &["S10"],
        csa: &["SAS-5"],
        soc: &["CC2.1", "CC3.1", "CC3.4", "CC6.8", "CC7.1", "CC7.2", "CC7.3", "CC7.4", "CC8.1", "PI1.3"],
        ..Links::NONE
    },
    reads: &[Source::AccessAnalyzer, Source::Config, Source::SecurityHub, Source::Lambda, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &[
            "access-analyzer:ListAnalyzers",
            "config:DescribeConfigurationRecorderStatus",
            "config:DescribeConfigurationRecorders",
            "lambda:ListFunctions",
            "organizations:DescribeOrganization",
            "securityhub:DescribeHub",
        ],
        provider: "AWS runs the three Region by Region once they are on, and switches none of them on by itself.",
        avoids: &[
            "A Region without functions",
            "A missing analyzer of a member of an organization as certain, as its administrator may have one",
        ],
        cli: "aws accessanalyzer create-analyzer --analyzer-name <ANALYZER_NAME> --type ACCOUNT --region <REGION>
aws configservice put-configuration-recorder --configuration-recorder name=default,roleARN=<ROLE_ARN> --recording-group allSupported=true --region <REGION>
aws configservice put-delivery-channel --delivery-channel name=default,s3BucketName=<BUCKET_NAME> --region <REGION>
aws configservice start-configuration-recorder --configuration-recorder-name default --region <REGION>
aws securityhub enable-security-hub --enable-default-standards --region <REGION>",
        cloudformation: "Analyzer:
  Type: AWS::AccessAnalyzer::Analyzer
  Properties:
    Type: ACCOUNT
Recorder:
  Type: AWS::Config::ConfigurationRecorder
  Properties:
    RoleARN: <ROLE_ARN>
    RecordingGroup:
      AllSupported: true
Channel:
  Type: AWS::Config::DeliveryChannel
  Properties:
    S3BucketName: <BUCKET_NAME>
Hub:
  Type: AWS::SecurityHub::Hub
  Properties:
    EnableDefaultStandards: true",
        terraform: r#"resource "aws_accessanalyzer_analyzer" "<NAME>" {
  analyzer_name = "<ANALYZER_NAME>"
  type          = "ACCOUNT"
}

resource "aws_config_configuration_recorder" "<NAME>" {
  role_arn = aws_iam_role.<ROLE>.arn

  recording_group {
    all_supported = true
  }
}

resource "aws_config_delivery_channel" "<NAME>" {
  s3_bucket_name = aws_s3_bucket.<BUCKET>.id
  depends_on     = [aws_config_configuration_recorder.<NAME>]
}

resource "aws_config_configuration_recorder_status" "<NAME>" {
  name       = aws_config_configuration_recorder.<NAME>.name
  is_enabled = true
  depends_on = [aws_config_delivery_channel.<NAME>]
}

resource "aws_securityhub_account" "<NAME>" {}"#,
        undo: "aws accessanalyzer delete-analyzer --analyzer-name <ANALYZER_NAME> --region <REGION>
aws configservice stop-configuration-recorder --configuration-recorder-name default --region <REGION>
aws securityhub disable-security-hub --region <REGION>",
    },
};

const FUNCTION: &str = "AWS::Lambda::Function";

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let posture = context.posture;
    let mut verdicts = Vec::new();
    for (name, region) in &posture.regions {
        let idle = region.functions.items.is_empty();
        if idle && region.functions.gap.is_none() {
            continue;
        }
        let rulings = [
            ("access-analyzer", "analyzer/*", analyzer(context, region)),
            ("config", "configuration-recorder/*", recorder(region)),
            ("securityhub", "hub/default", hub(region)),
        ];
        for (service, resource, ruling) in rulings {
            // Whether there are functions is not known, so neither is whether anything is missing.
            let ruling = match &region.functions.gap {
                Some(gap) if idle => Err(gap.clone()),
                _ => ruling,
            };
            let arn = Arn::build(&posture.partition, service, name, &posture.account, resource);
            verdicts.push(context.one(&CHECK, arn, name, ruling));
        }
    }
    verdicts
}

fn analyzer(context: &Context<'_>, region: &Region) -> Result<Ruling, Gap> {
    if region.analyzers.items.iter().any(|analyzer| analyzer.is_external() && analyzer.status == "ACTIVE") {
        return Ok(Ruling::Pass);
    }
    region.analyzers.all()?;
    let evidence = vec![Evidence::field("access-analyzer:ListAnalyzers", "analyzers", "none that is active and looks for external access")];
    let fault = Fault::new("no analyzer tells when something is opened to the outside", evidence);
    let alone = match context.posture.governance.organization.known() {
        Ok(organization) => organization.is_none(),
        Err(_) => false,
    };
    Ok(if alone { fault } else { fault.heuristic() }.into())
}

fn recorder(region: &Region) -> Result<Ruling, Gap> {
    // Recorders of other services record for those.
    let own: Vec<&ConfigRecorder> = region.config_recorders.known()?.iter().filter(|recorder| recorder.service.is_none()).collect();
    let field = |pointer: &str, value: &str| vec![Evidence::field("config:DescribeConfigurationRecorderStatus", pointer, value)];
    if own.is_empty() {
        return Ok(Ruling::fail("AWS Config records nothing", field("ConfigurationRecordersStatus", "none")));
    }
    let Some(recorder) = own.into_iter().find(|recorder| recorder.covers(FUNCTION)) else {
        let evidence = vec![Evidence::field("config:DescribeConfigurationRecorders", "recordingGroup", format!("without {FUNCTION}"))];
        return Ok(Ruling::fail("AWS Config does not record functions", evidence));
    };
    let status = recorder.status.known()?;
    Ok(if !status.recording {
        Ruling::fail("the recorder of AWS Config is switched off", field("recording", "false"))
    } else if status.last.as_deref().is_some_and(|last| last.eq_ignore_ascii_case("FAILURE")) {
        Ruling::fail("the recorder of AWS Config fails", field("lastStatus", status.error.as_deref().unwrap_or("Failure")))
    } else {
        Ruling::Pass
    })
}

fn hub(region: &Region) -> Result<Ruling, Gap> {
    let is_on = region.security_hub.known()?.is_some();
    let evidence = || vec![Evidence::field("securityhub:DescribeHub", "HubArn", "none")];
    Ok(Ruling::pass_if(is_on, || Fault::new("Security Hub is off", evidence())))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call = |service, operation| Call::new(service, operation, &*verdict.region);
    let plan = |effort, summary: &str| Plan::new(effort, Risk::Safe, summary);
    Some(match verdict.resource.service() {
        "access-analyzer" => {
            let name = "palisade-external";
            plan(Effort::OneKey, "Let an analyzer watch what is opened to the outside")
                .step(call("accessanalyzer", "create-analyzer").with("analyzer-name", name).with("type", "ACCOUNT"))
                .undo(call("accessanalyzer", "delete-analyzer").with("analyzer-name", name))
        }
        "config" => {
            let region = context.posture.regions.get(&*verdict.region)?;
            let own = region.config_recorders.known().ok()?.iter().find(|recorder| recorder.service.is_none());
            match own.filter(|recorder| recorder.covers(FUNCTION)) {
                Some(recorder) => {
                    let switch = |operation| call("configservice", operation).with("configuration-recorder-name", &recorder.name);
                    plan(Effort::OneKey, "Let AWS Config record again")
                        .step(switch("start-configuration-recorder"))
                        .undo(switch("stop-configuration-recorder"))
                }
                None => plan(Effort::Guided, "Let AWS Config record functions")
                    .step("Set a recorder up with a role, a bucket to deliver to, and AWS::Lambda::Function among its types: it is paid by what it records")
                    .step(call("configservice", "start-configuration-recorder").with("configuration-recorder-name", "default")),
            }
        }
        _ => plan(Effort::OneKey, "Switch Security Hub on: it is paid by what it checks")
            .step(call("securityhub", "enable-security-hub").flag("enable-default-standards"))
            .undo(call("securityhub", "disable-security-hub")),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::CHECK;
    use crate::{
        checks::{
            Confidence, Context, Ruling, Settings,
            testing::{ACCOUNT, REGION, Says, ask, denied, empty, with_function},
        },
        model::{Analyzer, Arn, ConfigRecorder, Fact, Gap, Listing, Organization, Posture, RecorderStatus, Region, SecurityHub},
    };

    fn with(change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(|_| ());
        let arn = |service, resource| Arn::build("aws", service, REGION, ACCOUNT, resource);
        let region = posture.regions.get_mut(REGION).unwrap();
        region.analyzers.items.push(Analyzer {
            arn: arn("access-analyzer", "analyzer/external"),
            name: "external".to_owned(),
            kind: "ACCOUNT".to_owned(),
            status: "ACTIVE".to_owned(),
            unused_access_age: None,
            findings: Listing::complete(vec![]),
        });
        region.config_recorders = Fact::Known(vec![ConfigRecorder {
            name: "default".to_owned(),
            role: None,
            service: None,
            all: true,
            types: BTreeSet::new(),
            excluded: BTreeSet::new(),
            status: Fact::Known(RecorderStatus { recording: true, last: Some("Success".to_owned()), error: None, changed: None }),
        }]);
        let hub = SecurityHub { arn: arn("securityhub", "hub/default"), subscribed: None, auto_enable_controls: None };
        region.security_hub = Fact::Known(Some(hub));
        change(region);
        posture
    }

    fn recorder(change: impl FnOnce(&mut ConfigRecorder)) -> Posture {
        with(|region| change(&mut region.config_recorders.known_mut().unwrap()[0]))
    }

    #[test]
    fn rules() {
        use Says::{Fail, Pass, Unknown};
        let mut unread = empty();
        unread.regions.get_mut(REGION).unwrap().functions = Listing::default();
        for (name, posture, expected) in [
            ("all are on", with(|_| ()), [Pass, Pass, Pass]),
            ("no analyzer", with(|region| region.analyzers.items.clear()), [Fail, Pass, Pass]),
            ("one that is not active", with(|region| region.analyzers.items[0].status = "DISABLED".to_owned()), [Fail, Pass, Pass]),
            (
                "one for unused access",
                with(|region| region.analyzers.items[0].kind = "ACCOUNT_UNUSED_ACCESS".to_owned()),
                [Fail, Pass, Pass],
            ),
            ("no recorder", with(|region| region.config_recorders = Fact::Known(vec![])), [Pass, Fail, Pass]),
            ("only that of a service", recorder(|recorder| recorder.service = Some("x.amazonaws.com".to_owned())), [Pass, Fail, Pass]),
            ("functions left out", recorder(|recorder| _ = recorder.excluded.insert(super::FUNCTION.to_owned())), [Pass, Fail, Pass]),
            ("not recording", recorder(|recorder| recorder.status.known_mut().unwrap().recording = false), [Pass, Fail, Pass]),
            ("failing", recorder(|recorder| recorder.status.known_mut().unwrap().last = Some("Failure".to_owned())), [Pass, Fail, Pass]),
            ("status unread", recorder(|recorder| recorder.status = Fact::unread("x")), [Pass, Unknown, Pass]),
            ("no hub", with(|region| region.security_hub = Fact::Known(None)), [Pass, Pass, Fail]),
            ("hub denied", with(|region| region.security_hub = Gap::denied("securityhub:DescribeHub", "").into()), [Pass, Pass, Unknown]),
            ("analyzers unread", with(|region| region.analyzers = Listing::default()), [Unknown, Pass, Pass]),
            ("functions unread", unread, [Unknown, Unknown, Unknown]),
            ("denied", denied(), [Unknown, Unknown, Unknown]),
        ] {
            let said: Vec<Says> = ask(&CHECK, &posture).into_iter().map(|(_, says)| says).collect();
            assert_eq!(said, expected, "{name}");
        }
        assert_eq!(ask(&CHECK, &empty()), [], "no functions");
    }
    #[test]
    fn a_member_may_be_watched_by_its_administrator() {
        let organization = Organization {
            id: "o-1".to_owned(),
            arn: Arn::from("arn:aws:organizations::999999999999:organization/o-1"),
            management_account: "999999999999".to_owned(),
            feature_set: "ALL".to_owned(),
        };
        let settings = Settings::default();
        for (organization, expected) in [(None, Confidence::Proven), (Some(organization), Confidence::Heuristic)] {
            let mut posture = with(|region| region.analyzers.items.clear());
            posture.governance.organization = Fact::Known(organization);
            let Ruling::Fail(fault) = (CHECK.run)(&Context::new(&posture, &settings)).remove(0).ruling else { panic!("no fail") };
            assert_eq!(fault.confidence, expected);
        }
    }
}
