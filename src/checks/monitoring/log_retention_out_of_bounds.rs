//! MV-003: a function's logs are kept too short, too long or for ever.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Settings, Severity, Verdict},
    model::{Arn, LogGroup, Source},
    remedy::{Call, Effort, Plan, Risk},
};

/// The values that `retentionInDays` can take.
const OFFERED: [u32; 22] = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

pub(super) static CHECK: Check = Check {
    id: "MV-003",
    slug: "log-retention-out-of-bounds",
    title: "Function logs are kept as long as they must be, and no longer",
    layer: Layer::Monitoring,
    severity: Severity::Medium,
    why: "Intrusions come to light weeks after they began: logs that have expired by then leave the question of what was \
          taken unanswered. Logs without an expiry pile up personal data and cost, and most privacy rules ask for an end.",
    how: "DescribeLogGroups gives the retention of every group that a function writes to. Below the least or above the most \
          days of the settings is medium; never expiring is low, and medium where the settings name an upper bound.",
    links: Links {
        security_hub: &["CloudWatch.16"],
        csf: &["DE.CM", "DE.AE"],
        owasp: &["S10"],
        soc: &["C1.2", "CC7.2", "CC7.3"],
        ..Links::NONE
    },
    reads: &[Source::Lambda, Source::Logs],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "logs:DescribeLogGroups"],
        provider: "CloudWatch Logs keeps events for ever until a retention is set, and deletes what is older from then on.",
        avoids: &[
            "A log group that no function writes to",
            "A group that never expires as more than low, unless the settings name an upper bound",
            "A long retention where the settings name no upper bound",
        ],
        cli: "aws logs put-retention-policy --log-group-name <LOG_GROUP_NAME> --retention-in-days <DAYS> --region <REGION>",
        cloudformation: "Type: AWS::Logs::LogGroup
Properties:
  LogGroupName: <LOG_GROUP_NAME>
  RetentionInDays: <DAYS>",
        terraform: r#"resource "aws_cloudwatch_log_group" "<NAME>" {
  name              = "<LOG_GROUP_NAME>"
  retention_in_days = <DAYS>
}"#,
        undo: "aws logs delete-retention-policy --log-group-name <LOG_GROUP_NAME> --region <REGION>
Events that have expired are not brought back",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_function_log_group(&CHECK, |group, _| Ok(judge(group, context.settings)))
}

fn judge(group: &LogGroup, settings: &Settings) -> Ruling {
    let (least, most) = (settings.retention_min_days, settings.retention_max_days);
    let fault = |message: String, severity: Severity| {
        let days = group.retention_days.map_or_else(|| "absent: never expires".to_owned(), |days| days.to_string());
        let evidence = vec![Evidence::field("logs:DescribeLogGroups", "retentionInDays", days)];
        Fault::new(message, evidence).severity(severity).into()
    };
    match (group.retention_days, most) {
        (None, Some(most)) => fault(format!("{} never expires, {most} days are the most", group.name), Severity::Medium),
        (None, None) => fault(format!("{} never expires", group.name), Severity::Low),
        (Some(days), _) if days < least => {
            fault(format!("{} is kept for {days} days, {least} are the least", group.name), Severity::Medium)
        }
        (Some(days), Some(most)) if days > most => {
            fault(format!("{} is kept for {days} days, {most} are the most", group.name), Severity::Medium)
        }
        (Some(_), _) => Ruling::Pass,
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let group = group(context, &verdict.resource)?;
    let put = || Call::new("logs", "put-retention-policy", &*verdict.region).with("log-group-name", &group.name);
    let least = context.settings.retention_min_days;
    let raised = OFFERED.into_iter().find(|offered| *offered >= least);
    let plan = match (group.retention_days, raised) {
        (Some(days), Some(raised)) if days < least => {
            return Some(
                Plan::new(Effort::OneKey, Risk::Safe, format!("Keep the logs for {raised} days"))
                    .step(put().with("retention-in-days", raised.to_string()))
                    .undo(put().with("retention-in-days", days.to_string())),
            );
        }
        // Shortening deletes what is older, for good: a person has to say how much may go.
        _ => Plan::new(Effort::Prompt, Risk::Careful, "Let the logs expire")
            .step("Events older than the new retention are deleted and do not come back: export them first if they are evidence")
            .step(put().ask("retention-in-days", "days")),
    };
    Some(match group.retention_days {
        Some(days) => plan.undo(put().with("retention-in-days", days.to_string())),
        None => plan.undo(Call::new("logs", "delete-retention-policy", &*verdict.region).with("log-group-name", &group.name)),
    })
}

fn group<'a>(context: &Context<'a>, arn: &Arn) -> Option<&'a LogGroup> {
    crate::model::find(&context.posture.regions.get(arn.region())?.log_groups, arn)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{REGION, Says, ask_with, cases, denied, empty, log_group, with_function},
        },
        model::{Fact, Gap, Listing, Posture},
        remedy::Effort,
    };

    fn kept(days: Option<u32>) -> Posture {
        let mut posture = with_function(|_| ());
        posture.regions.get_mut(REGION).unwrap().log_groups.items[0].retention_days = days;
        posture
    }

    #[test]
    fn rules() {
        let mut unlisted = with_function(|_| ());
        unlisted.regions.get_mut(REGION).unwrap().log_groups = Listing::partial(vec![], Gap::denied("logs:DescribeLogGroups", "no"));
        let mut unread = with_function(|_| ());
        unread.regions.get_mut(REGION).unwrap().log_groups = Listing::default();
        cases(
            &CHECK,
            [
                ("a year", kept(Some(365)), Says::Pass),
                ("just enough", kept(Some(30)), Says::Pass),
                ("ten years, where nothing bounds them", kept(Some(3653)), Says::Pass),
                ("a week", kept(Some(7)), Says::Fail),
                ("never expires, which others let pass", kept(None), Says::Fail),
                ("groups denied", unlisted, Says::Unknown),
                ("groups unread", unread, Says::Unknown),
                ("group not known", with_function(|function| function.logging = Fact::unread("lambda:ListFunctions")), Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
        let mut foreign = empty();
        foreign.regions.get_mut(REGION).unwrap().log_groups.items.push(log_group("/ecs/web"));
        assert!(ask_with(&CHECK, &foreign, &Settings::default()).is_empty(), "no function writes to it");
    }

    #[test]
    fn an_upper_bound_makes_long_keeping_medium() {
        for (days, most, expected) in
            [(Some(3653), Some(400), Severity::Medium), (None, Some(400), Severity::Medium), (None, None, Severity::Low)]
        {
            let settings = Settings { retention_max_days: most, ..Settings::default() };
            let posture = kept(days);
            let context = Context::new(&posture, &settings);
            let verdicts = (CHECK.run)(&context);
            let Ruling::Fail(fault) = &verdicts[0].ruling else { panic!("{verdicts:?}") };
            assert_eq!(fault.severity, Some(expected));
        }
    }

    #[test]
    fn only_lengthening_is_one_key() {
        let settings = Settings::default();
        for (days, effort, undo) in [
            (Some(7), Effort::OneKey, "put-retention-policy --log-group-name /aws/lambda/orders --retention-in-days 7"),
            (None, Effort::Prompt, "delete-retention-policy --log-group-name /aws/lambda/orders"),
        ] {
            let posture = kept(days);
            let context = Context::new(&posture, &settings);
            let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
            assert_eq!(plan.effort, effort);
            assert_eq!(plan.undo[0].line(), format!("aws logs {undo} --region eu-west-1"));
        }
    }
}
