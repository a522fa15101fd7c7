//! MV-004: the logs of a sensitive function, or those of a trail, can be deleted in one call.

use std::collections::{BTreeMap, BTreeSet};

use super::demanding;
use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Protection, Ruling, Severity, Verdict, context::listed},
    model::{Arn, Gap, GapKind, LogGroup, Resource, Source, Trail},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-004",
    slug: "log-group-deletable",
    title: "Logs of sensitive functions, and of trails, are protected from deletion",
    layer: Layer::Monitoring,
    severity: Severity::Low,
    why: "Whoever has broken in deletes the traces first, and one DeleteLogGroup is enough. With deletion protection they \
          have to lift it before, which is a second permission and a second event to notice.",
    how: "DescribeLogGroups says deletionProtectionEnabled=false for a group to which a function of a class that demands \
          deletion-protection writes, or to which a trail of CloudTrail delivers, whether or not it is logging now. Groups of other \
          functions are left alone; where the endpoint does not know the field it is unknown. Trails are not asked of an account \
          without functions.",
    links: Links { csf: &["DE.CM", "DE.AE"], attack: &["T1562.008", "T1070"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Logs, Source::Cloudtrail],
    run,
    fix,
    guide: Guide {
        calls: &["cloudtrail:DescribeTrails", "lambda:GetFunction", "lambda:ListFunctions", "lambda:ListTags", "logs:DescribeLogGroups"],
        provider: "CloudWatch Logs deletes a group with all of its events at one call and keeps no copy; deletion protection is off \
                   until you switch it on.",
        avoids: &[
            "A log group of functions that are not tagged as sensitive, unless a trail delivers to it",
            "A trail that delivers to another account, or to its bucket alone",
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
    let posture = context.posture;
    let trails = trails(context);
    let mut verdicts = context.each_function_log_group(&CHECK, |group, functions| {
        let (function, demand) = match (demanding(context, functions, Protection::DeletionProtection), trails.get(group.arn.as_str())) {
            (Ok(Some(demand)), _) => demand,
            (_, Some(trail)) => return of_trail(group, trail),
            (Ok(None), None) => return Ok(Ruling::NotApplicable),
            (Err(gap), None) => return Err(gap),
        };
        judge(group, || {
            let message = format!("{}, to which {} writes, can be deleted: {demand}", group.name, function.name);
            (message, demand.evidence())
        })
    });
    let judged: BTreeSet<Arn> = verdicts.iter().map(|verdict| verdict.resource.clone()).collect();
    let idle = posture.functions().next().is_none() && context.functions_gap().is_none();
    for (name, region) in posture.regions.iter().filter(|_| !idle) {
        for group in region.log_groups.items.iter().filter(|group| !judged.contains(&group.arn)) {
            if let Some(trail) = trails.get(group.arn.as_str()) {
                verdicts.push(context.one(&CHECK, group.arn.clone(), name, of_trail(group, trail)));
            }
        }
        if let Err(gap) = listed(&region.trails) {
            let (service, all) = Trail::ALL;
            let rest = Arn::build(&posture.partition, service, name, &posture.account, all);
            verdicts.push(context.one(&CHECK, rest, name, Err(gap)));
        }
    }
    verdicts
}

/// The trails that deliver to log groups, by ARN of the group.
fn trails<'a>(context: &Context<'a>) -> BTreeMap<&'a str, &'a Trail> {
    let all = context.posture.regions.values().flat_map(|region| &region.trails.items);
    all.filter_map(|trail| Some((trail.log_group.as_ref()?.as_str().trim_end_matches(":*"), trail))).collect()
}

fn of_trail(group: &LogGroup, trail: &Trail) -> Result<Ruling, Gap> {
    judge(group, || {
        let message = format!("{}, to which the trail {} delivers, can be deleted", group.name, trail.name);
        let pointer = format!("{} CloudWatchLogsLogGroupArn", trail.name);
        (message, Evidence::field("cloudtrail:DescribeTrails", pointer, group.arn.as_str()))
    })
}

/// `fault` says whose logs they are, and what shows that.
fn judge(group: &LogGroup, fault: impl FnOnce() -> (String, Evidence)) -> Result<Ruling, Gap> {
    match group.deletion_protection {
        None => Err(Gap::new(GapKind::Unsupported, LogGroup::LISTED_BY, "the answer does not give deletionProtectionEnabled")),
        Some(true) => Ok(Ruling::Pass),
        Some(false) => {
            let (message, whose) = fault();
            let field = Evidence::field("logs:DescribeLogGroups", "deletionProtectionEnabled", "false");
            Ok(Ruling::fail(message, vec![field, whose]))
        }
    }
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
        checks::{
            testing::{ACCOUNT, REGION, Says, ask, cases, denied, log_group, with_function},
            testing_watch::trail,
        },
        model::{Arn, Fact, Gap, Posture},
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
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }

    /// With a trail that delivers to the log group of this name.
    fn delivers(mut posture: Posture, group: &str) -> Posture {
        let mut trail = trail("main");
        trail.log_group = Some(Arn::build("aws", "logs", REGION, ACCOUNT, &format!("log-group:{group}:*")));
        posture.regions.get_mut(REGION).unwrap().trails.items.push(trail);
        posture
    }

    #[test]
    fn what_a_trail_delivers_to_is_an_audit_log_as_well() {
        let audit = |protection: Option<bool>| {
            let mut group = log_group("/audit/trail");
            group.deletion_protection = protection;
            let mut posture = protected(None, Some(false));
            posture.regions.get_mut(REGION).unwrap().log_groups.items.push(group);
            posture
        };
        let says = |posture: &Posture| ask(&CHECK, posture).into_iter().map(|(_, says)| says).collect::<Vec<_>>();
        use Says::{Fail, NotApplicable, Pass, Unknown};
        let one = |protection| says(&delivers(audit(protection), "/audit/trail"));
        assert_eq!(one(Some(false)), [NotApplicable, Fail]);
        assert_eq!(one(Some(true)), [NotApplicable, Pass]);
        assert_eq!(one(None), [NotApplicable, Unknown]);
        assert_eq!(says(&audit(Some(false))), [NotApplicable], "nobody delivers there");
        assert_eq!(says(&delivers(audit(Some(false)), "/audit/trail-2")), [NotApplicable], "a name that begins alike");
        // The log of a function that is a trail's as well has one verdict.
        assert_eq!(says(&delivers(protected(None, Some(false)), "/aws/lambda/orders")), [Fail]);
        assert_eq!(says(&delivers(protected(Some("pii"), Some(true)), "/aws/lambda/orders")), [Pass]);
        let mut denied_trails = protected(None, Some(false));
        denied_trails.regions.get_mut(REGION).unwrap().trails.gap = Some(Gap::denied("cloudtrail:DescribeTrails", "no"));
        assert_eq!(says(&denied_trails), [NotApplicable, Unknown]);
        let mut idle = delivers(audit(Some(false)), "/audit/trail");
        idle.regions.get_mut(REGION).unwrap().functions.items.clear();
        assert_eq!(says(&idle), [], "an account without functions");
    }
}
