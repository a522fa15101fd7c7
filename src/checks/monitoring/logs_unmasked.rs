//! MV-005: personal data in the logs of a sensitive function is not masked.

use super::demanding;
use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::{Gap, LogGroup, Source},
    remedy::{Call, Effort, Plan, Risk},
};

/// What is logged by mistake most often.
const IDENTIFIERS: &str = "EmailAddress, CreditCardNumber and AwsSecretKey";

pub(super) static CHECK: Check = Check {
    id: "MV-005",
    slug: "logs-unmasked",
    title: "Logs of sensitive functions mask personal data",
    layer: Layer::Monitoring,
    severity: Severity::Medium,
    why: "Functions log the events they fail on. What is protected in the database then lies in plain text where every \
          developer can read it, and where nobody looks for it when it has to be erased.",
    how: "DescribeLogGroups does not say dataProtectionStatus=ACTIVATED for a group to which a function of a class that demands masking \
          writes, and the group inherits no data protection policy of the account (inheritedProperties) that masks \
          (DescribeAccountPolicies). Groups of other functions are left alone.",
    links: Links { csf: &["DE.CM", "DE.AE"], owasp: &["S3"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Logs],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:GetFunction", "lambda:ListFunctions", "lambda:ListTags", "logs:DescribeAccountPolicies", "logs:DescribeLogGroups"],
        provider: "CloudWatch Logs masks what a data protection policy names as it arrives, and nothing that arrived before; which data \
                   is personal it leaves to you.",
        avoids: &[
            "A log group of functions that are not tagged as sensitive",
            "A group that inherits a policy of the account which masks",
        ],
        cli: "aws logs put-data-protection-policy --log-group-identifier <LOG_GROUP_NAME> --policy-document file://policy.json --region <REGION>
# The same for all log groups of the Region at once:
aws logs put-account-policy --policy-name <POLICY_NAME> --policy-type DATA_PROTECTION_POLICY --policy-document file://policy.json --scope ALL --region <REGION>",
        cloudformation: r#"Type: AWS::Logs::LogGroup
Properties:
  LogGroupName: <LOG_GROUP_NAME>
  DataProtectionPolicy:
    Name: mask
    Version: "2021-06-01"
    Statement:
      - Sid: audit
        DataIdentifier: [arn:aws:dataprotection::aws:data-identifier/EmailAddress]
        Operation:
          Audit:
            FindingsDestination: {}
      - Sid: mask
        DataIdentifier: [arn:aws:dataprotection::aws:data-identifier/EmailAddress]
        Operation:
          Deidentify:
            MaskConfig: {}"#,
        terraform: r#"resource "aws_cloudwatch_log_data_protection_policy" "<NAME>" {
  log_group_name = aws_cloudwatch_log_group.<LOG_GROUP>.name
  policy_document = jsonencode({
    Name    = "mask"
    Version = "2021-06-01"
    Statement = [
      {
        Sid            = "audit"
        DataIdentifier = ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]
        Operation      = { Audit = { FindingsDestination = {} } }
      },
      {
        Sid            = "mask"
        DataIdentifier = ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]
        Operation      = { Deidentify = { MaskConfig = {} } }
      },
    ]
  })
}"#,
        undo: "aws logs delete-data-protection-policy --log-group-identifier <LOG_GROUP_NAME> --region <REGION>
aws logs delete-account-policy --policy-name <POLICY_NAME> --policy-type DATA_PROTECTION_POLICY --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_function_log_group(&CHECK, |group, functions| {
        let Some((function, demand)) = demanding(context, functions, Protection::Masking)? else { return Ok(Ruling::NotApplicable) };
        let status = group.data_protection.as_deref().unwrap_or("absent");
        if status == "ACTIVATED" || inherits_a_mask(context, group)? {
            return Ok(Ruling::Pass);
        }
        let mut evidence = vec![Evidence::field("logs:DescribeLogGroups", "dataProtectionStatus", status)];
        evidence.push(if inherits(group) {
            Evidence::field("logs:DescribeAccountPolicies", "policyDocument", "no Deidentify statement")
        } else {
            Evidence::field("logs:DescribeLogGroups", "inheritedProperties", "none of data protection")
        });
        evidence.push(demand.evidence());
        Ok(Ruling::fail(format!("{}, to which {} writes, masks nothing: {demand}", group.name, function.name), evidence))
    })
}

/// Whether the data protection policy of the account holds for `group`.
fn inherits(group: &LogGroup) -> bool {
    group.inherited.iter().any(|property| property == "ACCOUNT_DATA_PROTECTION")
}

/// Whether it does, and masks.
fn inherits_a_mask(context: &Context<'_>, group: &LogGroup) -> Result<bool, Gap> {
    let Some(region) = context.posture.regions.get(group.arn.region()).filter(|_| inherits(group)) else { return Ok(false) };
    Ok(region.account_data_protection.known()?.as_ref().is_some_and(|policy| policy.masks))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call =
        |operation: &'static str| Call::new("logs", operation, &*verdict.region).with("log-group-identifier", verdict.resource.as_str());
    let identifiers = format!("arn:{}:dataprotection::aws:data-identifier/", context.posture.partition);
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Mask personal data in new log events")
            .step(format!("Mask at least {IDENTIFIERS} ({identifiers}NAME), with an Audit and a Deidentify statement"))
            .step(call("put-data-protection-policy").ask("policy-document", "data protection policy"))
            .undo(call("delete-data-protection-policy")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, cases, denied, with_function},
        model::{AccountDataProtection, Fact, Gap, Posture},
    };

    fn status(class: &str, status: Option<&str>) -> Posture {
        let mut posture = with_function(|function| {
            function.tags = Fact::Known([("DataClass".to_owned(), class.to_owned())].into());
        });
        posture.regions.get_mut(REGION).unwrap().log_groups.items[0].data_protection = status.map(str::to_owned);
        posture
    }

    /// A group that masks nothing by itself and inherits the policy of the account.
    fn inherited(policy: Fact<Option<AccountDataProtection>>) -> Posture {
        let mut posture = status("pii", None);
        let region = posture.regions.get_mut(REGION).unwrap();
        region.log_groups.items[0].inherited = vec!["ACCOUNT_DATA_PROTECTION".to_owned()];
        region.account_data_protection = policy;
        posture
    }

    #[test]
    fn rules() {
        let of_account = |masks| Fact::Known(Some(AccountDataProtection { name: "all".to_owned(), masks }));
        let mut not_inherited = inherited(of_account(true));
        not_inherited.regions.get_mut(REGION).unwrap().log_groups.items[0].inherited.clear();
        let mut unread = status("pii", None);
        unread.regions.get_mut(REGION).unwrap().functions.items[0].tags = Fact::unread("lambda:GetFunction");
        let mut refused = status("pii", None);
        refused.regions.get_mut(REGION).unwrap().functions.items[0].tags = Gap::denied("lambda:GetFunction", "no").into();
        cases(
            &CHECK,
            [
                ("masked", status("pii", Some("ACTIVATED")), Says::Pass),
                ("nothing", status("confidential", None), Says::Fail),
                ("switched off", status("pii", Some("DISABLED")), Says::Fail),
                ("masked by the account", inherited(of_account(true)), Says::Pass),
                ("the account only reports", inherited(of_account(false)), Says::Fail),
                ("the account does not reach it", not_inherited, Says::Fail),
                ("the account's policy denied", inherited(Gap::denied("logs:DescribeAccountPolicies", "no").into()), Says::Unknown),
                ("the account's policy unread", inherited(Fact::unread("logs:DescribeAccountPolicies")), Says::Unknown),
                ("public data", status("public", None), Says::NotApplicable),
                ("tags unread", unread, Says::Unknown),
                ("tags denied", refused, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
