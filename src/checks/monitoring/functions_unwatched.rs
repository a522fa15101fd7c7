//! MV-012: GuardDuty does not watch what the functions of a Region talk to.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, Detector, DetectorSettings, Function, Gap, Region, Resource, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-012",
    slug: "functions-unwatched",
    title: "GuardDuty watches the functions of every Region that has some",
    layer: Layer::Monitoring,
    severity: Severity::High,
    why: "A function that mines coins or calls home to a botnet looks healthy from inside the account. GuardDuty sees whom it talks to, \
          and only where it is switched on, Region by Region.",
    how: "A Region has functions, and no detector, a detector that is suspended, or one whose feature LAMBDA_NETWORK_LOGS is not ENABLED. \
          Regions without functions are left alone, whatever is switched off there.",
    links: Links {
        security_hub: &["GuardDuty.1", "GuardDuty.6"],
        csf: &["DE.CM", "DE.AE"],
        owasp: &["S10"],
        pci: &["11.5.1"],
        soc: &["CC3.1", "CC3.2", "CC4.2", "CC6.8", "CC7.1", "CC7.2", "CC7.3", "CC7.4"],
        ..Links::NONE
    },
    reads: &[Source::GuardDuty, Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["guardduty:GetDetector", "guardduty:ListDetectors", "lambda:ListFunctions"],
        provider: "GuardDuty watches the network of functions without an agent, where its detector and Lambda Protection are on, and \
                   nowhere else.",
        avoids: &["A Region without functions, whatever is off there", "Other features of the detector that are off"],
        cli: "aws guardduty create-detector --enable --features Name=LAMBDA_NETWORK_LOGS,Status=ENABLED --region <REGION>
# Where there is a detector already:
aws guardduty update-detector --detector-id <DETECTOR_ID> --enable --features Name=LAMBDA_NETWORK_LOGS,Status=ENABLED --region <REGION>",
        cloudformation: "Type: AWS::GuardDuty::Detector
Properties:
  Enable: true
  Features:
    - Name: LAMBDA_NETWORK_LOGS
      Status: ENABLED",
        terraform: r#"resource "aws_guardduty_detector" "<NAME>" {
  enable = true
}

resource "aws_guardduty_detector_feature" "<NAME>" {
  detector_id = aws_guardduty_detector.<NAME>.id
  name        = "LAMBDA_NETWORK_LOGS"
  status      = "ENABLED"
}"#,
        undo:
            "aws guardduty update-detector --detector-id <DETECTOR_ID> --features Name=LAMBDA_NETWORK_LOGS,Status=DISABLED --region <REGION>
aws guardduty delete-detector --detector-id <DETECTOR_ID> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let judged = context.posture.regions.iter().map(|(name, region)| {
        let all = Arn::build(&context.posture.partition, "guardduty", name, &context.posture.account, "detector/*");
        let resource = region.detectors.items.first().map_or(all, |detector| detector.arn.clone());
        context.one(&CHECK, resource, name, judge(name, region))
    });
    judged.collect()
}

fn listed<T: Resource>(gap: &Gap) -> Gap {
    if gap.action.is_empty() { Gap { action: T::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() }
}

fn judge(name: &str, region: &Region) -> Result<Ruling, Gap> {
    let count = region.functions.items.len();
    if count == 0 {
        return region.functions.gap.as_ref().map_or(Ok(Ruling::NotApplicable), |gap| Err(listed::<Function>(gap)));
    }
    let mut off = None;
    for detector in &region.detectors.items {
        match detector.settings.known()? {
            settings if settings.watches_functions() => return Ok(Ruling::Pass),
            settings => off = Some((detector, settings)),
        }
    }
    if let Some(gap) = &region.detectors.gap {
        return Err(listed::<Detector>(gap));
    }
    let functions = if count == 1 { "one function".to_owned() } else { format!("{count} functions") };
    let has = Evidence::field("lambda:ListFunctions", format!("functions of {name}"), count.to_string());
    let fault =
        |message: String, source, pointer: &str, value: &str| Fault::new(message, vec![Evidence::field(source, pointer, value), has]);
    Ok(match off {
        None => fault(format!("GuardDuty is off in {name}, which has {functions}"), "guardduty:ListDetectors", "DetectorIds", "none"),
        Some((_, settings)) if !settings.enabled => {
            fault(format!("GuardDuty is suspended in {name}, which has {functions}"), "guardduty:GetDetector", "Status", "DISABLED")
        }
        Some(_) => {
            let message = format!("GuardDuty does not watch the network of functions in {name}, which has {functions}");
            fault(message, "guardduty:GetDetector", DetectorSettings::LAMBDA, "not ENABLED")
        }
    }
    .into())
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let feature = |status: &str| format!("Name={},Status={status}", DetectorSettings::LAMBDA);
    let detector = context.posture.regions.get(&*verdict.region)?.detectors.items.first();
    let Some(detector) = detector else {
        let create = Call::new("guardduty", "create-detector", &*verdict.region).flag("enable").with("features", feature("ENABLED"));
        return Some(
            Plan::new(Effort::Prompt, Risk::Safe, "Switch GuardDuty on, with Lambda protection")
                .step("GuardDuty is paid for by what it reads; the first 30 days are free")
                .step(create)
                .undo(Call::new("guardduty", "delete-detector", &*verdict.region).ask("detector-id", "id of the new detector")),
        );
    };
    let call = |status: &str| {
        Call::new("guardduty", "update-detector", &*verdict.region)
            .with("detector-id", detector.id.as_str())
            .with("features", feature(status))
    };
    let was_enabled = detector.settings.known().is_ok_and(|settings| settings.enabled);
    let (on, off) = (call("ENABLED"), call("DISABLED"));
    let plan = Plan::new(Effort::OneKey, Risk::Safe, "Have GuardDuty watch the network of functions");
    Some(if was_enabled { plan.step(on).undo(off) } else { plan.step(on.flag("enable")).undo(off.flag("no-enable")) })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{REGION, Says, ask, cases, denied, empty, with_function},
            testing_watch::detector,
        },
        model::{DetectorFeature, DetectorSettings, Fact, Gap, Listing, Posture, Region},
    };

    fn with_detector(change: impl FnOnce(&mut DetectorSettings)) -> Posture {
        let mut posture = with_function(|_| ());
        let mut detector = detector();
        change(detector.settings.known_mut().unwrap());
        posture.regions.get_mut(REGION).unwrap().detectors.items.push(detector);
        posture
    }

    #[test]
    fn rules() {
        let set = |change: &dyn Fn(&mut Region)| {
            let mut posture = with_detector(|_| ());
            change(posture.regions.get_mut(REGION).unwrap());
            posture
        };
        let mut idle = empty();
        idle.regions.get_mut(REGION).unwrap().detectors = Listing::default();
        cases(
            &CHECK,
            [
                ("watched", with_detector(|_| ()), Says::Pass),
                ("no detector", with_function(|_| ()), Says::Fail),
                ("suspended", with_detector(|settings| settings.enabled = false), Says::Fail),
                ("feature off", with_detector(|settings| settings.features[0].enabled = false), Says::Fail),
                (
                    "another feature off",
                    with_detector(|settings| {
                        settings.features.push(DetectorFeature { name: "RDS_LOGIN_EVENTS".to_owned(), enabled: false });
                    }),
                    Says::Pass,
                ),
                ("feature unheard of", with_detector(|settings| settings.features.clear()), Says::Fail),
                ("no functions, no detector", empty(), Says::NotApplicable),
                ("no functions, unread", idle, Says::NotApplicable),
                (
                    "settings denied",
                    set(&|region| region.detectors.items[0].settings = Gap::denied("guardduty:GetDetector", "no").into()),
                    Says::Unknown,
                ),
                (
                    "settings unread",
                    set(&|region| region.detectors.items[0].settings = Fact::unread("guardduty:GetDetector")),
                    Says::Unknown,
                ),
                ("detectors unread", set(&|region| region.detectors = Listing::default()), Says::Unknown),
                ("denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn every_region_with_functions_is_asked() {
        let mut posture = with_detector(|_| ());
        let functions = posture.regions[REGION].functions.clone();
        posture.regions.insert("us-east-1".to_owned(), Region { functions, ..Region::empty() });
        posture.regions.insert("us-west-2".to_owned(), Region::empty());
        let said: Vec<Says> = ask(&CHECK, &posture).into_iter().map(|(_, says)| says).collect();
        assert_eq!(said, [Says::Pass, Says::Fail, Says::NotApplicable]);
    }

    #[test]
    fn a_suspended_detector_is_woken() {
        let posture = with_detector(|settings| settings.enabled = false);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context).remove(0)).unwrap();
        assert_eq!(
            plan.commands(),
            [
                "aws guardduty update-detector --detector-id d1 --features Name=LAMBDA_NETWORK_LOGS,Status=ENABLED --enable --region eu-west-1"
            ]
        );
        assert!(plan.undo_commands()[0].contains("--no-enable"));
    }
}
