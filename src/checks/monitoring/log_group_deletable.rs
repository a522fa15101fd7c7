//! MV-004: the logs of a sensitive function can be deleted in one call.

use super::demanding;
use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::{Gap, GapKind, LogGroup, Resource, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-004",
    slug: "log-group-deletable",
    title: "Logs of sensitive functions are protected from deletion",
    layer: Layer::Monitoring,
    severity: Severity::Low,
    why: "Whoever has broken in deletes the traces first, and one DeleteLogGroup is enough. With deletion protection they \
          have to lift it before, which is a second permission and a second event to notice.",
    how: "DescribeLogGroups says deletionProtectionEnabled=false for a group to which a function of a class that demands deletion-protection writes. \
          Groups of other functions are left alone; where the endpoint does not know the field it is unknown.",
    links: Links { csf: &["DE.CM", "DE.AE"], attack: &["T1562.008", "T1070"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Logs],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:GetFunction", "lambda:ListFunctions", "lambda:ListTags", "logs:DescribeLogGroups"],
        provider: "CloudWatch Logs deletes a group with all of its events at one call and keeps no copy; deletion protection is off \
                   until you switch it on.",
        avoids: &[
            "A log group of functions that are not tagged as sensitive",
            "A function whose tags could not be read: it is unknown",
            "An endpoint that does not know deletionProtectionEnabled: there it is unknown",
        ],
        cli: "aws logs put-log-group-deletion-protection --log-group-identifier <LOG_GROUP_NAME> --deletion-protection-enabled --region <REGION>",
        cloudformation: "Type: AWS::Logs::LogGroup
Properties:
  LogGroupName: <LOG_GROUP_NAME>
  DeletionProtectionEnabled: true",
        terraform: r#"resource "aws_cloudwatch_log_group" "<NAME>" {
  name                        = "<LOG_GROUP_NAME>"
  deletion_protection_enabled = true
}"#,
        undo: "aws logs put-log-group-deletion-protection --log-group-identifier <LOG_GROUP_NAME> --no-deletion-protection-enabled --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_function_log_group(&CHECK, |group, functions| {
        let Some((function, demand)) = demanding(context, functions, Protection::DeletionProtection)? else {
            return Ok(Ruling::NotApplicable);
        };
        match group.deletion_protection {
            None => Err(Gap::new(GapKind::Unsupported, LogGroup::LISTED_BY, "the answer does not give deletionProtectionEnabled")),
            Some(true) => Ok(Ruling::Pass),
            Some(false) => Ok(Ruling::fail(
                format!("{}, to which {} writes, can be deleted: {demand}", group.name, function.name),
                vec![Evidence::field("logs:DescribeLogGroups", "deletionProtectionEnabled", "false"), demand.evidence()],
            )),
        }
    })
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let set = |flag: &'static str| {
        Call::new("logs", "put-log-group-deletion-protection", &*verdict.region)
            .with("log-group-identifier", verdict.resource.as_str())
            .flag(flag)
    };
    Some(
        Plan::new(Effort::OneKey, Risk::Safe, "Protect the log group from deletion")
            .step(set("deletion-protection-enabled"))
            .undo(set("no-deletion-protection-enabled")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, cases, denied, with_function},
        model::{Fact, Gap, Posture},
    };

    fn protected(class: Option<&str>, protection: Option<bool>) -> Posture {
        let mut posture = with_function(|function| {
            function.tags = Fact::Known(class.map(|class| ("data-class".to_owned(), class.to_owned())).into_iter().collect());
        });
        posture.regions.get_mut(REGION).unwrap().log_groups.items[0].deletion_protection = protection;
        posture
    }

    #[test]
    fn rules() {
        let mut denied_tags = protected(None, Some(false));
        denied_tags.regions.get_mut(REGION).unwrap().functions.items[0].tags = Gap::denied("lambda:GetFunction", "no").into();
        let mut unread_tags = protected(None, Some(false));
        unread_tags.regions.get_mut(REGION).unwrap().functions.items[0].tags = Fact::unread("lambda:GetFunction");
        cases(
            &CHECK,
            [
                ("protected", protected(Some("PII"), Some(true)), Says::Pass),
                ("deletable", protected(Some("pii"), Some(false)), Says::Fail),
                ("not sensitive", protected(None, Some(false)), Says::NotApplicable),
                ("field not offered", protected(Some("pii"), None), Says::Unknown),
                ("tags denied", denied_tags, Says::Unknown),
                ("tags unread", unread_tags, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
