//! IR-002: serious findings tell nobody.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        routes::{Routes, finding},
    },
    model::{Arn, Gap, Region, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-002",
    slug: "findings-unrouted",
    title: "A serious finding reaches somebody",
    layer: Layer::Response,
    severity: Severity::High,
    why: "GuardDuty sees the function call a command server at night, and writes it into a console that nobody opens before the next \
          audit. A finding is worth what somebody makes of it.",
    how: "Where functions are and GuardDuty, Inspector or Security Hub is on: a sample of a serious finding on a function is held \
          against the pattern of every enabled rule on the default bus, and a target behind it must exist, be open to EventBridge and, \
          if it is a topic, have a subscriber. A route for Security Hub stands for all three, for it takes in the others' findings. \
          Unknown where another Region has such a route, which it may collect for. The administrator of an organization may be told \
          elsewhere: of a member account this is no more than likely.",
    links: Links { csf: &["DE.AE", "RS.MA"], owasp: &["S10"], csa: &["SAS-5"], ..Links::NONE },
    reads: &[
        Source::Events,
        Source::GuardDuty,
        Source::Inspector,
        Source::SecurityHub,
        Source::Sns,
        Source::Sqs,
        Source::States,
        Source::Lambda,
        Source::Organizations,
    ],
    run,
    fix,
    guide: Guide {
        calls: &[
            "events:ListRules",
            "events:ListTargetsByRule",
            "guardduty:GetDetector",
            "guardduty:ListDetectors",
            "inspector2:BatchGetAccountStatus",
            "lambda:GetFunction",
            "lambda:GetPolicy",
            "lambda:ListFunctions",
            "organizations:DescribeOrganization",
            "securityhub:DescribeHub",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptions",
            "sns:ListTopics",
            "sqs:GetQueueAttributes",
            "sqs:ListQueues",
            "states:ListStateMachines",
        ],
        provider: "GuardDuty, Inspector and Security Hub hand what they find to EventBridge by themselves, where it is dropped unless a \
                   rule of yours takes it.",
        avoids: &[
            "A Region without functions, or one where none of the three is on",
            "A single route for Security Hub, as it takes in the others' findings",
            "A Region whose findings another one may collect: it is unknown",
            "A member of an organization as certain, as its administrator may be told",
        ],
        cli: r#"aws events put-rule --name serious-findings --event-pattern '{"source":["aws.guardduty","aws.inspector2","aws.securityhub"],"$or":[{"detail":{"severity":[{"numeric":[">=",7]},"HIGH","CRITICAL"]}},{"detail":{"findings":{"Severity":{"Label":["HIGH","CRITICAL"]}}}}]}' --region <REGION>
aws events put-targets --rule serious-findings --targets Id=1,Arn=<TOPIC_ARN> --region <REGION>
# The topic's policy must let events.amazonaws.com publish."#,
        cloudformation: r#"Type: AWS::Events::Rule
Properties:
  EventPattern:
    source: [aws.guardduty, aws.inspector2, aws.securityhub]
    $or:
      - detail:
          severity:
            - numeric: [">=", 7]
            - HIGH
            - CRITICAL
      - detail:
          findings:
            Severity:
              Label: [HIGH, CRITICAL]
  Targets:
    - Id: "1"
      Arn: !Ref <TOPIC>"#,
        terraform: r#"resource "aws_cloudwatch_event_rule" "<NAME>" {
  name = "serious-findings"
  event_pattern = jsonencode({
    source = ["aws.guardduty", "aws.inspector2", "aws.securityhub"]
    "$or" = [
      { detail = { severity = [{ numeric = [">=", 7] }, "HIGH", "CRITICAL"] } },
      { detail = { findings = { Severity = { Label = ["HIGH", "CRITICAL"] } } } },
    ]
  })
}

resource "aws_cloudwatch_event_target" "<NAME>" {
  rule = aws_cloudwatch_event_rule.<NAME>.name
  arn  = aws_sns_topic.<TOPIC>.arn
}"#,
        undo: "aws events remove-targets --rule serious-findings --ids 1 --region <REGION>
aws events delete-rule --name serious-findings --region <REGION>",
    },
};

/// Sources of a rule that takes serious findings of all three.
const PATTERN: &str = r#"{"source":["aws.guardduty","aws.inspector2","aws.securityhub"],"$or":[{"detail":{"severity":[{"numeric":[">=",7]},"HIGH","CRITICAL"]}},{"detail":{"findings":{"Severity":{"Label":["HIGH","CRITICAL"]}}}}]}"#;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let posture = context.posture;
    let bus = |name: &str| Arn::build(&posture.partition, "events", name, &posture.account, "event-bus/default");
    posture.regions.iter().map(|(name, region)| context.one(&CHECK, bus(name), name, judge(context, name, region))).collect()
}

fn judge(context: &Context<'_>, name: &str, region: &Region) -> Result<Ruling, Gap> {
    if region.functions.items.is_empty() {
        region.functions.all()?;
        return Ok(Ruling::NotApplicable);
    }
    let account = &context.posture.account;
    let routes = Routes::new(region);
    let hub = region.security_hub.known().map(Option::is_some);
    let through_hub = match hub {
        Ok(true) => routes.lead(context, &finding::of_security_hub(account, name)),
        _ => Ok(false),
    };
    if through_hub == Ok(true) {
        return Ok(Ruling::Pass);
    }
    let guardduty = detecting(region);
    let inspector = region.inspector.known().map(|status| status.account == "ENABLED" && !status.is_off());
    let mut silent: Vec<(&str, Evidence)> = Vec::new();
    let mut gap: Option<Gap> = None;
    let producers = [
        ("GuardDuty", guardduty.clone(), finding::of_guardduty(account, name), "guardduty:GetDetector"),
        ("Inspector", inspector.map_err(Gap::from), finding::of_inspector(account, name), "inspector2:BatchGetAccountStatus"),
    ];
    for (service, on, event, source) in producers {
        match on.and_then(|on| Ok(on && !routes.lead(context, &event)?)) {
            Ok(true) => silent.push((service, Evidence::field(source, "Status", "ENABLED"))),
            Ok(false) => {}
            Err(why) => _ = gap.get_or_insert(why),
        }
    }
    // What the hub's rules might take is not held against this Region.
    hub.map_err(Gap::from)?;
    through_hub?;
    // Alone, the hub has findings of its own to tell.
    let alone = guardduty == Ok(false) && inspector == Ok(false);
    if hub == Ok(true) && alone {
        silent.push(("Security Hub", Evidence::field("securityhub:DescribeHub", "HubArn", "present")));
    }
    // One that tells nobody does so whatever the others do.
    if let Some(gap) = gap.filter(|_| silent.is_empty()) {
        return Err(gap);
    }
    if silent.is_empty() {
        return Ok(if alone { Ruling::NotApplicable } else { Ruling::Pass });
    }
    if matches!(hub, Ok(true)) && collected_elsewhere(context, name)? {
        return Err(Gap::unsupported("another Region has a route for Security Hub: whether it collects for this one is not read"));
    }
    let names: Vec<&str> = silent.iter().map(|(service, _)| *service).collect();
    let mut evidence: Vec<Evidence> = silent.into_iter().map(|(_, proof)| proof).collect();
    evidence.push(Evidence::field("events:ListRules", "EventPattern", "none takes them to a living target"));
    let fault = Fault::new(format!("what {} finds in {name} tells nobody", names.join(" and ")), evidence);
    let member = match context.posture.governance.organization.known() {
        Ok(Some(organization)) => organization.management_account != *account,
        Ok(None) => false,
        Err(_) => true,
    };
    Ok(if member { fault.heuristic() } else { fault }.into())
}

fn detecting(region: &Region) -> Result<bool, Gap> {
    let mut on = false;
    for detector in region.detectors.all()? {
        on |= detector.settings.known()?.enabled;
    }
    Ok(on)
}

/// Whether a Region other than `name` has a route for what Security Hub tells.
fn collected_elsewhere(context: &Context<'_>, name: &str) -> Result<bool, Gap> {
    for (other, region) in context.posture.regions.iter().filter(|(other, _)| *other != name) {
        let event = finding::of_security_hub(&context.posture.account, other);
        if Routes::new(region).lead(context, &event)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let rule = "palisade-serious-findings";
    let call = |operation: &'static str| Call::new("events", operation, &*verdict.region);
    Some(
        Plan::new(Effort::Prompt, Risk::Safe, "Let a rule hand serious findings to a topic that wakes somebody")
            .step(call("put-rule").with("name", rule).with("event-pattern", PATTERN))
            .step(call("put-targets").with("rule", rule).ask("targets", "Id=1,Arn=ARN of a topic of the people on call"))
            .step("The topic's policy must let events.amazonaws.com publish, and its key must let it encrypt")
            .undo(call("remove-targets").with("rule", rule).with("ids", "1"))
            .undo(call("delete-rule").with("name", rule)),
    )
}

#[cfg(test)]
mod tests {
    use super::{CHECK, PATTERN};
    use crate::{
        checks::{
            Confidence, Context, Ruling, Settings,
            event_pattern::EventPattern,
            routes::{finding, testing::alert},
            testing::{ACCOUNT, REGION, Says, ask, cases, denied, empty, with_function},
        },
        model::{Arn, Detector, DetectorSettings, Fact, Gap, InspectorStatus, Listing, Organization, Posture, Region, SecurityHub},
    };

    fn with(pattern: Option<&str>, change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(|_| ());
        posture.governance.organization = Fact::Known(None);
        if let Some(pattern) = pattern {
            alert(&mut posture, pattern);
        }
        let region = posture.regions.get_mut(REGION).unwrap();
        let settings = DetectorSettings { enabled: true, features: vec![], publishing: None };
        let arn = Arn::build("aws", "guardduty", REGION, ACCOUNT, "detector/d");
        region.detectors.items.push(Detector { arn, id: "d".to_owned(), settings: Fact::Known(settings) });
        region.inspector = Fact::Known(InspectorStatus { account: "DISABLED".to_owned(), lambda: None, lambda_code: None });
        region.security_hub = Fact::Known(None);
        change(region);
        posture
    }

    fn hub(region: &mut Region) {
        let arn = Arn::build("aws", "securityhub", REGION, ACCOUNT, "hub/default");
        region.security_hub = Fact::Known(Some(SecurityHub { arn, subscribed: None, auto_enable_controls: None }));
    }

    const GUARDDUTY: Option<&str> = Some(r#"{"source":["aws.guardduty"],"detail":{"severity":[{"numeric":[">=",7]}]}}"#);
    const HUB: Option<&str> = Some(r#"{"source":["aws.securityhub"],"detail":{"findings":{"Severity":{"Label":["HIGH"]}}}}"#);

    #[test]
    fn rules() {
        let deserted = |region: &mut Region| region.subscriptions.items.clear();
        let inspector = |region: &mut Region| region.inspector.known_mut().unwrap().account = "ENABLED".to_owned();
        let unread = |region: &mut Region| region.inspector = Gap::denied("inspector2:BatchGetAccountStatus", "").into();
        let alone = |region: &mut Region| {
            hub(region);
            region.detectors.items.clear();
        };
        cases(
            &CHECK,
            [
                ("routed", with(GUARDDUTY, |_| ()), Says::Pass),
                ("no rule", with(None, |_| ()), Says::Fail),
                ("a rule for little things", with(Some(r#"{"source":["aws.guardduty"],"detail":{"severity":[2]}}"#), |_| ()), Says::Fail),
                ("a rule for other things", with(Some(r#"{"source":["aws.ec2"]}"#), |_| ()), Says::Fail),
                ("a rule that is off", with(GUARDDUTY, |region| region.event_rules.items[0].state = "DISABLED".to_owned()), Says::Fail),
                ("a rule of another bus", with(GUARDDUTY, |region| region.event_rules.items[0].bus = "shop".to_owned()), Says::Fail),
                (
                    "a rule of AWS's own",
                    with(GUARDDUTY, |region| region.event_rules.items[0].managed_by = Some("x".to_owned())),
                    Says::Fail,
                ),
                ("nobody is subscribed", with(GUARDDUTY, deserted), Says::Fail),
                ("the topic is gone", with(GUARDDUTY, |region| region.topics.items.clear()), Says::Fail),
                (
                    "the topic is closed to it",
                    with(GUARDDUTY, |region| region.topics.items[0].attributes.known_mut().unwrap().policy = None),
                    Says::Fail,
                ),
                ("through Security Hub", with(HUB, hub), Says::Pass),
                ("Security Hub is off", with(HUB, |_| ()), Says::Fail),
                ("Security Hub alone", with(None, alone), Says::Fail),
                ("Inspector unread, and GuardDuty not routed", with(None, unread), Says::Fail),
                ("Inspector unread, and GuardDuty routed", with(GUARDDUTY, unread), Says::Unknown),
                (
                    "Security Hub denied",
                    with(None, |region| region.security_hub = Gap::denied("securityhub:DescribeHub", "").into()),
                    Says::Unknown,
                ),
                ("Inspector is not routed", with(GUARDDUTY, inspector), Says::Fail),
                ("nothing is on", with(None, |region| region.detectors.items.clear()), Says::NotApplicable),
                ("no functions", empty(), Says::NotApplicable),
                ("rules unread", with(None, |region| region.event_rules = Listing::default()), Says::Unknown),
                (
                    "targets denied",
                    with(GUARDDUTY, |region| region.event_rules.items[0].targets = Gap::denied("events:ListTargetsByRule", "").into()),
                    Says::Unknown,
                ),
                ("detectors denied", with(GUARDDUTY, |region| region.detectors = Listing::default()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn another_region_may_collect_for_this_one() {
        let mut posture = with(None, hub);
        let mut other = with(HUB, hub);
        let mut region = other.regions.remove(REGION).unwrap();
        region.functions.items.clear();
        region.event_rules.items[0].targets.known_mut().unwrap()[0].arn = Arn::from("arn:aws:sns:eu-central-1:999999999999:alerts");
        posture.regions.insert("eu-central-1".to_owned(), region);
        assert_eq!(ask(&CHECK, &posture).iter().map(|(_, says)| *says).collect::<Vec<_>>(), [Says::NotApplicable, Says::Unknown]);
    }

    #[test]
    fn the_administrator_of_a_member_may_be_told_elsewhere() {
        let settings = Settings::default();
        for (management, expected) in [(ACCOUNT, Confidence::Proven), ("999999999999", Confidence::Heuristic)] {
            let mut posture = with(None, |_| ());
            posture.governance.organization = Fact::Known(Some(Organization {
                id: "o-1".to_owned(),
                arn: Arn::from("arn:aws:organizations::999999999999:organization/o-1"),
                management_account: management.to_owned(),
                feature_set: "ALL".to_owned(),
            }));
            let Ruling::Fail(fault) = (CHECK.run)(&Context::new(&posture, &settings)).remove(0).ruling else { panic!("no fail") };
            assert_eq!(fault.confidence, expected, "{management}");
        }
    }

    #[test]
    fn what_the_fix_puts_there_takes_all_of_it() {
        let pattern = EventPattern::read(PATTERN).unwrap();
        for event in
            [finding::of_guardduty(ACCOUNT, REGION), finding::of_inspector(ACCOUNT, REGION), finding::of_security_hub(ACCOUNT, REGION)]
        {
            assert!(pattern.takes(&event), "{event}");
        }
    }
}
