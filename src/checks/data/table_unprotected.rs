//! DP-010: a table of a function can be lost: without point-in-time recovery, or deleted by one call.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::{Gap, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-010",
    slug: "table-unprotected",
    title: "Tables of functions can be restored and are not deleted by one call",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "Whoever may write a table may empty it, by a bug or on purpose. With point-in-time recovery it is as it was a second before; \
          without, it is gone. Deletion protection makes an intruder, or a stack that is torn down, ask twice.",
    how: "Of the tables whose stream triggers a function, that a variable of a function or a policy of its role names: \
          PointInTimeRecoveryStatus is not ENABLED, or DeletionProtectionEnabled is false. Only the latter is low, and so are tables for \
          development, unless the class of the table demands what it lacks: recovery or deletion-protection. Tables that a policy reaches by a wildcard are left alone.",
    links: Links {
        security_hub: &["DynamoDB.2", "DynamoDB.6"],
        csf: &["PR.DS", "RC.RP"],
        attack: &["T1485", "T1490"],
        soc: &["CC7.4", "A1.1"],
        ..Links::NONE
    },
    reads: &[Source::DynamoDb, Source::Lambda, Source::Iam, Source::Tag],
    run,
    fix,
    guide: Guide {
        calls: &[
            "dynamodb:ListTables",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeContinuousBackups",
            "lambda:ListFunctions",
            "lambda:ListEventSourceMappings",
            "lambda:GetFunction",
            "iam:GetAccountAuthorizationDetails",
            "tag:GetResources",
        ],
        provider: "AWS keeps three copies of a table in a Region against its own failures; recovery from your calls and protection from \
                   deletion are off until you switch them on",
        avoids: &[
            "A table that no function works with, or that a policy reaches by a wildcard only",
            "A table for development, or one that lacks deletion protection alone, as more than low, unless its class demands what it lacks",
            "A setting that could not be read",
        ],
        cli: "aws dynamodb update-continuous-backups --table-name <TABLE_NAME> --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true --region <REGION>\n\
aws dynamodb update-table --table-name <TABLE_NAME> --deletion-protection-enabled --region <REGION>",
        cloudformation: "Type: AWS::DynamoDB::Table
Properties:
  DeletionProtectionEnabled: true
  PointInTimeRecoverySpecification:
    PointInTimeRecoveryEnabled: true",
        terraform: r#"resource "aws_dynamodb_table" "<NAME>" {
  deletion_protection_enabled = true

  point_in_time_recovery {
    enabled = true
  }
}"#,
        undo: "aws dynamodb update-continuous-backups --table-name <TABLE_NAME> --point-in-time-recovery-specification PointInTimeRecoveryEnabled=false --region <REGION>\n\
aws dynamodb update-table --table-name <TABLE_NAME> --no-deletion-protection-enabled --region <REGION>",
    },
};

const RECOVERY: &str = "recovery";
const DELETION: &str = "deletion";

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let works = context.works_with();
    context.each(
        &CHECK,
        |region| &region.tables,
        |_, table| {
            let Some(user) = works.user(&table.arn)? else { return Ok(Ruling::NotApplicable) };
            let recovers = table.point_in_time_recovery.known().copied().map_err(Gap::clone);
            let unsaid = || Gap::failed("dynamodb:DescribeTable", "the answer does not say DeletionProtectionEnabled");
            let described = table.description.known().map_err(Gap::clone);
            let protected = described.and_then(|described| described.deletion_protection.ok_or_else(unsaid));
            let (mut words, mut evidence, mut subject) = (Vec::new(), Vec::new(), Vec::new());
            if recovers == Ok(false) {
                words.push("cannot be restored to a point in time");
                evidence.push(Evidence::field("dynamodb:DescribeContinuousBackups", "PointInTimeRecoveryStatus", "DISABLED"));
                subject.push(RECOVERY.to_owned());
            }
            if protected == Ok(false) {
                words.push("is deleted by one call");
                evidence.push(Evidence::field("dynamodb:DescribeTable", "DeletionProtectionEnabled", "false"));
                subject.push(DELETION.to_owned());
            }
            if words.is_empty() {
                // Passed is only what is known to be both.
                return recovers.and(protected).map(|_| Ruling::Pass);
            }
            evidence.push(user.evidence.clone());
            let mut message = format!("The table {}, which {} works with, {}", table.name, user.function.name, words.join(" and "));
            let standing = context.standing(&table.arn);
            let lacks = [(&recovers, Protection::Recovery), (&protected, Protection::DeletionProtection)];
            let demand = lacks.into_iter().find_map(|(has, demanded)| standing.known_demand(demanded).filter(|_| *has == Ok(false)));
            if let Some(demand) = demand {
                message.push_str(&format!(": {demand}"));
                evidence.push(demand.evidence());
            }
            let minor = demand.is_none() && (recovers == Ok(true) || standing.is_development());
            if let Some(placed) = standing.environment().filter(|_| minor && recovers != Ok(true)) {
                evidence.push(placed.by.evidence());
            }
            let fault = Fault { subject, ..Fault::new(message, evidence) };
            Ok(if minor { fault.severity(Severity::Low) } else { fault }.into())
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let table = crate::model::find(&context.posture.regions.get(&*verdict.region)?.tables, &verdict.resource)?;
    let call = |operation: &'static str| Call::new("dynamodb", operation, &*verdict.region).with("table-name", table.name.as_str());
    let mut plan = Plan::new(Effort::OneKey, Risk::Safe, "Protect the table; recovery costs by its size");
    if fault.subject.iter().any(|lacking| lacking == RECOVERY) {
        let set = |value: &str| {
            call("update-continuous-backups").with("point-in-time-recovery-specification", format!("PointInTimeRecoveryEnabled={value}"))
        };
        plan = plan.step(set("true")).undo(set("false"));
    }
    if fault.subject.iter().any(|lacking| lacking == DELETION) {
        plan = plan
            .step(call("update-table").flag("deletion-protection-enabled"))
            .undo(call("update-table").flag("no-deletion-protection-enabled"));
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{Says, ask, cases, denied, table, with_role},
        checks::{Context, Settings},
        model::{Fact, Posture, Table},
    };

    fn used(resource: &str, change: impl FnOnce(&mut Table)) -> Posture {
        let mut posture = with_role(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"{resource}"}}]}}"#
        ));
        let mut table = table("orders");
        change(&mut table);
        posture.regions.values_mut().next().expect("a Region").tables.items.push(table);
        posture
    }

    const NAMED: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";

    fn lossy(table: &mut Table) {
        table.point_in_time_recovery = Fact::Known(false);
    }

    fn loose(table: &mut Table) {
        if let Fact::Known(description) = &mut table.description {
            description.deletion_protection = Some(false);
        }
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("protected", used(NAMED, |_| ()), Says::Pass),
                ("cannot be restored", used(NAMED, lossy), Says::Fail),
                ("deleted by one call", used(NAMED, loose), Says::Fail),
                ("an index of it is named", used(&format!("{NAMED}/index/*"), lossy), Says::Fail),
                ("reached by a wildcard only", used("*", lossy), Says::NotApplicable),
                (
                    "not said",
                    used(NAMED, |table| table.description.known_mut().into_iter().for_each(|said| said.deletion_protection = None)),
                    Says::Unknown,
                ),
                (
                    "one not read, the other wrong",
                    used(NAMED, |table| {
                        loose(table);
                        table.point_in_time_recovery = Fact::unread("dynamodb:DescribeContinuousBackups");
                    }),
                    Says::Fail,
                ),
                (
                    "not read",
                    used(NAMED, |table| table.point_in_time_recovery = Fact::unread("dynamodb:DescribeContinuousBackups")),
                    Says::Unknown,
                ),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }

    #[test]
    fn what_lacks_is_switched_on_and_off_again() {
        let posture = used(NAMED, |table| {
            lossy(table);
            loose(table);
        });
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).expect("a plan");
        assert_eq!((plan.commands().len(), plan.undo_commands().len()), (2, 2));
        assert!(plan.commands()[0].contains("PointInTimeRecoveryEnabled=true"), "{:?}", plan.commands());
    }
}
