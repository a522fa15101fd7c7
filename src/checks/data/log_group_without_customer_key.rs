//! DP-008: the log group of a function is not encrypted with a key of the account's own.

use std::collections::HashMap;

use crate::{
    checks::{Check, Context, Demand, Evidence, Fault, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::{Gap, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-008",
    slug: "log-group-without-customer-key",
    title: "The logs of functions are encrypted with a customer managed key",
    layer: Layer::Data,
    severity: Severity::Low,
    why: "Logs repeat what the function saw. Under CloudWatch's own key, whoever may read log groups reads them; a key of your own adds a \
          second permission and a way to cut access at once.",
    how: "DescribeLogGroups names no kmsKeyId for a group that a function writes to. CloudWatch encrypts every group with a key of its own, \
          so this is low; medium when the class of the function's data demands customer-key. Groups that no function writes \
          to are left alone.",
    links: Links { csf: &["PR.DS"], owasp: &["S3"], soc: &["CC7.3", "PI1.4"], ..Links::NONE },
    reads: &[Source::Logs, Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["logs:DescribeLogGroups", "lambda:ListFunctions", "lambda:GetFunction"],
        provider: "AWS encrypts every log group at rest with a key of its own; whether a key of yours takes its place is yours to say",
        avoids: &[
            "A log group that no function writes to",
            "A group of a plain function as more than low: CloudWatch always encrypts, and only a class of data that demands customer-key makes it medium",
            "A group named after a function that logs to another group",
        ],
        cli: "aws logs associate-kms-key --log-group-name <LOG_GROUP_NAME> --kms-key-id <KEY_ARN> --region <REGION>",
        cloudformation: "# Let the service principal logs.<REGION>.amazonaws.com use the key in its policy first.
Type: AWS::Logs::LogGroup
Properties:
  LogGroupName: /aws/lambda/<FUNCTION_NAME>
  KmsKeyId: !GetAtt <KEY>.Arn",
        terraform: r#"resource "aws_cloudwatch_log_group" "<NAME>" {
  name       = "/aws/lambda/<FUNCTION_NAME>"
  kms_key_id = aws_kms_key.<KEY>.arn
}"#,
        undo: "aws logs disassociate-kms-key --log-group-name <LOG_GROUP_NAME> --region <REGION>",
    },
};

/// Where Lambda logs to, unless a function says otherwise.
const DEFAULT: &str = "/aws/lambda/";

/// What is known of the functions that write to a group.
enum Writers<'a> {
    Ordinary,
    Demanding(Demand<'a>),
    /// It may have one whose `LoggingConfig` is not known.
    Perhaps(Gap),
}

/// The groups that functions write to, by Region and name.
fn writers<'a>(context: &Context<'a>) -> HashMap<(&'a str, String), Writers<'a>> {
    let mut groups: HashMap<(&str, String), Writers<'_>> = HashMap::new();
    for (region, function) in context.posture.functions() {
        let demand = context.standing_of(function).known_demand(Protection::CustomerKey);
        match function.log_group().known() {
            Ok(group) => {
                let writers = groups.entry((region, group.clone())).or_insert(Writers::Ordinary);
                if let Some(demand) = demand {
                    *writers = Writers::Demanding(demand);
                } else if matches!(writers, Writers::Perhaps(_)) {
                    *writers = Writers::Ordinary;
                }
            }
            Err(gap) => {
                groups.entry((region, format!("{DEFAULT}{}", function.name))).or_insert_with(|| Writers::Perhaps(gap.clone()));
            }
        }
    }
    groups
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let writers = writers(context);
    context.each(
        &CHECK,
        |region| &region.log_groups,
        |region, group| {
            // Keyed by owned names: one short allocation a group.
            let demand = match writers.get(&(group.arn.region(), group.name.clone())) {
                Some(Writers::Ordinary) => None,
                Some(Writers::Demanding(demand)) => Some(demand),
                Some(Writers::Perhaps(gap)) => return Err(gap.clone()),
                None => {
                    return match &region.functions.gap {
                        Some(gap) if group.name.starts_with(DEFAULT) => Err(gap.clone()),
                        _ => Ok(Ruling::NotApplicable),
                    };
                }
            };
            Ok(Ruling::pass_if(group.kms_key.is_some(), || {
                let none = Evidence::field("logs:DescribeLogGroups", "kmsKeyId", "none");
                let message = format!("{} is encrypted with CloudWatch's key, not with your own", group.name);
                match demand {
                    None => Fault::new(message, vec![none]),
                    Some(demand) => Fault::new(format!("{message}: {demand}"), vec![none, demand.evidence()]).severity(Severity::Medium),
                }
            }))
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let group = crate::model::find(&context.posture.regions.get(&*verdict.region)?.log_groups, &verdict.resource)?;
    let call = |operation| Call::new("logs", operation, &*verdict.region).with("log-group-name", group.name.as_str());
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Encrypt new log events with a key of your own")
            .step(format!("Let logs.{}.amazonaws.com use the key in its policy, or the function's logs are refused", verdict.region))
            .step(call("associate-kms-key").ask("kms-key-id", "ARN of a customer managed key"))
            .undo(call("disassociate-kms-key")),
    )
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{REGION, Says, cases, denied, with_function},
        },
        model::{Fact, Function, Gap, Listing, LogGroup, LoggingConfig, Posture},
    };

    fn with_group(change: impl FnOnce(&mut LogGroup)) -> Posture {
        of_function(|_| (), change)
    }

    fn of_function(function: impl FnOnce(&mut Function), change: impl FnOnce(&mut LogGroup)) -> Posture {
        let mut posture = with_function(function);
        let group = &mut posture.regions.get_mut(REGION).unwrap().log_groups.items[0];
        group.kms_key = None;
        change(group);
        posture
    }

    fn without_functions(name: &str, gap: Option<Gap>) -> Posture {
        let mut posture = with_group(|group| group.name = name.to_owned());
        posture.regions.get_mut(REGION).unwrap().functions = Listing { items: vec![], gap };
        posture
    }

    fn logging_to(function: &mut Function, group: &str) {
        function.logging = Fact::Known(LoggingConfig { group: Some(group.to_owned()), ..LoggingConfig::default() });
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("own key", with_function(|_| ()), Says::Pass),
                ("CloudWatch's key", with_group(|_| ()), Says::Fail),
                (
                    "a group by another name",
                    of_function(|function| logging_to(function, "/shop/all"), |group| group.name = "/shop/all".to_owned()),
                    Says::Fail,
                ),
                ("a group left behind", of_function(|function| logging_to(function, "/shop/all"), |_| ()), Says::NotApplicable),
                ("not of a function", without_functions("/ecs/web", None), Says::NotApplicable),
                (
                    "not of a function by its name",
                    without_functions("/ecs/web", Some(Gap::unread("lambda:ListFunctions"))),
                    Says::NotApplicable,
                ),
                ("functions denied", without_functions("/aws/lambda/x", Some(Gap::denied("lambda:ListFunctions", "no"))), Says::Unknown),
                ("logging unread", of_function(|function| function.logging = Fact::unread(""), |_| ()), Says::Unknown),
                (
                    "logging denied",
                    of_function(|function| function.logging = Gap::denied("lambda:ListFunctions", "no").into(), |_| ()),
                    Says::Unknown,
                ),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn sensitive_functions_weigh_more() {
        let posture =
            of_function(|function| function.tags = Fact::Known([("classification".to_owned(), "restricted".to_owned())].into()), |_| ());
        let settings = Settings::default();
        let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
        let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
        assert_eq!(fault.severity, Some(Severity::Medium));
    }
}
