//! IR-003: what should answer a finding by itself does not.

use serde_json::json;

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        event_pattern::EventPattern,
        routes::{finding, obstacle, on_default_bus},
    },
    model::{EventRule, EventTarget, Gap, Source, find},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-003",
    slug: "responder-dead",
    title: "What answers findings by itself is alive",
    layer: Layer::Response,
    severity: Severity::Medium,
    why: "An automatic answer that has been broken since last spring is worse than none: everyone counts on it, and nobody looks.",
    how: "A rule on the default bus that takes findings of GuardDuty, Inspector or Security Hub, and not just everything, is disabled, has \
          no target, or one that is gone, stopped, failed or closed to EventBridge; or every invocation of its function failed in the \
          days that CloudWatch was asked for. Low where only a dead-letter queue is missing. Rules that an AWS service keeps are left \
          alone, and targets of other accounts count as alive.",
    links: Links { csf: &["RS.MI", "DE.AE"], owasp: &["S10"], csa: &["SAS-5"], ..Links::NONE },
    reads: &[Source::Events, Source::Lambda, Source::Sns, Source::Sqs, Source::States, Source::Cloudwatch],
    run,
    fix,
    guide: Guide {
        calls: &[
            "cloudwatch:GetMetricData",
            "events:ListRules",
            "events:ListTargetsByRule",
            "lambda:GetFunction",
            "lambda:GetPolicy",
            "lambda:ListFunctions",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptions",
            "sns:ListTopics",
            "sqs:GetQueueAttributes",
            "sqs:ListQueues",
            "states:ListStateMachines",
        ],
        provider: "EventBridge tries a target again for a day and then drops the event, unless a dead-letter queue of yours takes it.",
        avoids: &[
            "A rule that AWS keeps for one of its services",
            "A rule that takes everything, or other events than findings",
            "A target in another account",
            "A responder that was never called",
            "A target without a dead-letter queue as more than low",
        ],
        cli: r#"aws events enable-rule --name <RULE_NAME> --region <REGION>
aws lambda add-permission --function-name <FUNCTION_NAME> --statement-id <STATEMENT_ID> --action lambda:InvokeFunction --principal events.amazonaws.com --source-arn <RULE_ARN> --region <REGION>
aws events put-targets --rule <RULE_NAME> --targets '[{"Id":"1","Arn":"<FUNCTION_ARN>","DeadLetterConfig":{"Arn":"<QUEUE_ARN>"}}]' --region <REGION>
aws guardduty create-sample-findings --detector-id <DETECTOR_ID> --finding-types 'Backdoor:Lambda/C&CActivity.B' --region <REGION>"#,
        cloudformation: r#"Rule:
  Type: AWS::Events::Rule
  Properties:
    State: ENABLED
    Targets:
      - Id: "1"
        Arn: !GetAtt <FUNCTION>.Arn
        DeadLetterConfig:
          Arn: !GetAtt <QUEUE>.Arn
Permission:
  Type: AWS::Lambda::Permission
  Properties:
    FunctionName: !Ref <FUNCTION>
    Action: lambda:InvokeFunction
    Principal: events.amazonaws.com
    SourceArn: !GetAtt Rule.Arn"#,
        terraform: r#"resource "aws_cloudwatch_event_target" "<NAME>" {
  rule = aws_cloudwatch_event_rule.<RULE>.name
  arn  = aws_lambda_function.<FUNCTION>.arn

  dead_letter_config {
    arn = aws_sqs_queue.<QUEUE>.arn
  }
}

resource "aws_lambda_permission" "<NAME>" {
  function_name = aws_lambda_function.<FUNCTION>.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.<RULE>.arn
}"#,
        undo: "aws events disable-rule --name <RULE_NAME> --region <REGION>
aws lambda remove-permission --function-name <FUNCTION_NAME> --statement-id <STATEMENT_ID> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.event_rules, |_, rule| judge(context, rule))
}

/// Whether `rule` is there to take findings.
fn answers(context: &Context<'_>, rule: &EventRule) -> bool {
    let Some(pattern) = rule.pattern.as_deref().and_then(EventPattern::read) else { return false };
    let (account, region) = (&context.posture.account, rule.arn.region());
    let events = [finding::of_guardduty, finding::of_inspector, finding::of_security_hub].map(|event| event(account, region));
    let anything = json!({ "source": "palisade", "detail-type": "anything", "detail": {} });
    rule.managed_by.is_none()
        && on_default_bus(rule)
        && events.iter().any(|event| pattern.takes(event))
        && !pattern.takes(&anything)
        && !pattern.takes(&json!({ "source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification", "detail": {} }))
}

fn judge(context: &Context<'_>, rule: &EventRule) -> Result<Ruling, Gap> {
    if !answers(context, rule) {
        return Ok(Ruling::NotApplicable);
    }
    let fail = |what: &str, evidence: Evidence, subject: &str| {
        let fault = Fault::new(format!("rule {} is to answer findings, but {what}", rule.name), vec![evidence]);
        fault.subject(vec![subject.to_owned()])
    };
    if !rule.is_enabled() {
        return Ok(fail("it is disabled", Evidence::field("events:ListRules", "State", &rule.state), "rule").into());
    }
    let targets = rule.targets.known()?;
    if targets.is_empty() {
        return Ok(fail("it has no target", Evidence::field("events:ListTargetsByRule", "Targets", "none"), "").into());
    }
    let mut gap = None;
    for target in targets {
        match obstacle(context, rule, target) {
            Ok(None) => {}
            Ok(Some(found)) => {
                let subject = if found.is_permission { target.arn.as_str() } else { "" };
                return Ok(fail(&found.what, found.evidence, subject).into());
            }
            Err(why) => _ = gap.get_or_insert(why),
        }
        match only_fails(context, target) {
            Ok(None) => {}
            Ok(Some((what, evidence))) => return Ok(fail(&what, evidence, "").into()),
            Err(why) => _ = gap.get_or_insert(why),
        }
    }
    if let Some(gap) = gap {
        return Err(gap);
    }
    let Some(target) = targets.iter().find(|target| target.dead_letter_queue.is_none()) else { return Ok(Ruling::Pass) };
    let what = format!("what cannot be delivered to {} is lost", target.arn.name());
    let evidence = Evidence::field("events:ListTargetsByRule", format!("{} DeadLetterConfig.Arn", target.id), "none");
    Ok(fail(&what, evidence, "").severity(Severity::Low).into())
}

/// That every invocation of the target's function failed, if so.
fn only_fails(context: &Context<'_>, target: &EventTarget) -> Result<Option<(String, Evidence)>, Gap> {
    let arn = target.arn.unqualified();
    if target.arn.service() != "lambda" || arn.account() != context.posture.account {
        return Ok(None);
    }
    let Some(region) = context.posture.regions.get(arn.region()) else { return Ok(None) };
    let Some(metrics) = find(&region.metrics, &arn) else {
        return region.metrics.gap.clone().map_or(Ok(None), Err);
    };
    let (count, errors) = (metrics.invocations.known()?.count, *metrics.errors.known()?);
    Ok((count > 0 && errors >= count).then(|| {
        let evidence = Evidence::field("cloudwatch:GetMetricData", format!("{} Errors", arn.name()), format!("{errors} of {count}"));
        (format!("every one of the {count} invocations of {} failed", arn.name()), evidence)
    }))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let region = context.posture.regions.get(&*verdict.region)?;
    let rule = find(&region.event_rules, &verdict.resource)?;
    let call = |operation: &'static str| Call::new("events", operation, &*verdict.region).with("name", &rule.name);
    let plan = |effort| Plan::new(effort, Risk::Careful, "Bring the automatic answer to life again");
    let plan = match fault.subject.first().map(String::as_str) {
        Some("rule") => plan(Effort::OneKey).step(call("enable-rule")).undo(call("disable-rule")),
        Some(target) if target.starts_with("arn:") && target.contains(":lambda:") => {
            let of = |operation: &'static str| {
                let call = Call::new("lambda", operation, &*verdict.region).with("function-name", target);
                call.with("statement-id", "palisade-events")
            };
            let add = of("add-permission").with("action", "lambda:InvokeFunction").with("principal", "events.amazonaws.com");
            plan(Effort::OneKey).step(add.with("source-arn", rule.arn.as_str())).undo(of("remove-permission"))
        }
        _ => plan(Effort::Guided)
            .step("Give the rule a target that is there, is open to events.amazonaws.com, and has a dead-letter queue")
            .step("Mend the function if it fails: its log says why"),
    };
    Some(plan.step("Try it with a sample finding: `aws guardduty create-sample-findings`"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            routes::testing::rule,
            testing::{REGION, Says, ask, denied, with_function},
        },
        model::{Arn, EventRule, Fact, FunctionMetrics, Gap, Invocations, Listing, PolicyText, Posture, Region},
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

    fn with(pattern: &str, change: impl FnOnce(&mut EventRule, &mut Region)) -> Posture {
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"events.amazonaws.com"}},"Action":"lambda:InvokeFunction","Resource":"{FUNCTION}","Condition":{{"ArnLike":{{"AWS:SourceArn":"arn:aws:events:eu-west-1:123456789012:rule/answer"}}}}}}]}}"#
        );
        let mut posture = with_function(|function| {
            function.policies.insert("$LATEST".to_owned(), Fact::Known(Some(PolicyText::new(policy))));
        });
        let region = posture.regions.get_mut(REGION).unwrap();
        let invocations = Fact::Known(Invocations { count: 4, last: None });
        let metrics = FunctionMetrics::unread(Arn::from(FUNCTION), "cloudwatch:GetMetricData");
        region.metrics.items.push(FunctionMetrics { invocations, errors: Fact::Known(1), ..metrics });
        let mut rule = rule("answer", pattern, Arn::from(FUNCTION));
        change(&mut rule, region);
        region.event_rules.items.push(rule);
        posture
    }

    const FINDINGS: &str = r#"{"source":["aws.guardduty"]}"#;

    #[test]
    fn rules() {
        let mut unread = denied();
        unread.regions.get_mut(REGION).unwrap().event_rules = Listing::default();
        let target = |rule: &mut EventRule, arn: &str| rule.targets.known_mut().unwrap()[0].arn = Arn::from(arn);
        crate::checks::testing::cases(
            &CHECK,
            [
                ("alive", with(FINDINGS, |_, _| ()), Says::Pass),
                ("disabled", with(FINDINGS, |rule, _| rule.state = "DISABLED".to_owned()), Says::Fail),
                ("no target", with(FINDINGS, |rule, _| rule.targets = Fact::Known(vec![])), Says::Fail),
                ("gone", with(FINDINGS, |rule, _| target(rule, "arn:aws:lambda:eu-west-1:123456789012:function:gone")), Says::Fail),
                (
                    "of another account",
                    with(FINDINGS, |rule, _| target(rule, "arn:aws:lambda:eu-west-1:999999999999:function:x")),
                    Says::Pass,
                ),
                ("stopped", with(FINDINGS, |_, region| region.functions.items[0].reserved_concurrency = Fact::Known(Some(0))), Says::Fail),
                (
                    "closed to EventBridge",
                    with(FINDINGS, |_, region| _ = region.functions.items[0].policies.insert("$LATEST".to_owned(), Fact::Known(None))),
                    Says::Fail,
                ),
                ("fails every time", with(FINDINGS, |_, region| region.metrics.items[0].errors = Fact::Known(4)), Says::Fail),
                (
                    "never ran",
                    with(FINDINGS, |_, region| {
                        region.metrics.items[0].errors = Fact::Known(0);
                        region.metrics.items[0].invocations = Fact::Known(Invocations { count: 0, last: None });
                    }),
                    Says::Pass,
                ),
                (
                    "no dead-letter queue",
                    with(FINDINGS, |rule, _| rule.targets.known_mut().unwrap()[0].dead_letter_queue = None),
                    Says::Fail,
                ),
                (
                    "of AWS's own",
                    with(FINDINGS, |rule, _| (rule.managed_by, rule.state) = (Some("x".to_owned()), "DISABLED".to_owned())),
                    { Says::NotApplicable },
                ),
                ("takes everything", with(r#"{"account":["123456789012"]}"#, |rule, _| rule.state = "DISABLED".to_owned()), {
                    Says::NotApplicable
                }),
                ("takes other things", with(r#"{"source":["shop"]}"#, |rule, _| rule.state = "DISABLED".to_owned()), Says::NotApplicable),
                ("of another bus", with(FINDINGS, |rule, _| rule.bus = "shop".to_owned()), Says::NotApplicable),
                (
                    "targets denied",
                    with(FINDINGS, |rule, _| rule.targets = Gap::denied("events:ListTargetsByRule", "").into()),
                    Says::Unknown,
                ),
                ("metrics unread", with(FINDINGS, |_, region| region.metrics = Listing::default()), Says::Unknown),
                ("list unread", unread, Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn a_missing_dead_letter_queue_is_low() {
        let settings = Settings::default();
        let without = with(FINDINGS, |rule, _| rule.targets.known_mut().unwrap()[0].dead_letter_queue = None);
        let disabled = with(FINDINGS, |rule, _| rule.state = "DISABLED".to_owned());
        for (posture, expected) in [(without, Some(Severity::Low)), (disabled, None)] {
            let Ruling::Fail(fault) = (CHECK.run)(&Context::new(&posture, &settings)).remove(0).ruling else { panic!("no fail") };
            assert_eq!(fault.severity, expected, "{}", fault.message);
        }
    }

    #[test]
    fn the_plan_switches_it_on_or_lets_it_in() {
        let settings = Settings::default();
        let disabled = with(FINDINGS, |rule, _| rule.state = "DISABLED".to_owned());
        let closed = with(FINDINGS, |_, region| _ = region.functions.items[0].policies.insert("$LATEST".to_owned(), Fact::Known(None)));
        for (posture, step, undo) in [(disabled, "enable-rule", "disable-rule"), (closed, "add-permission", "remove-permission")] {
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let plan = (CHECK.fix)(&context, &verdict).unwrap();
            assert!(plan.commands()[0].contains(step) && plan.undo_commands()[0].contains(undo));
        }
        assert_eq!(ask(&CHECK, &with(FINDINGS, |_, _| ()))[0].0, "answer");
    }
}
