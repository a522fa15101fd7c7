//! MV-006: secrets stand in the logs of functions. Log events are not read, so it is never decided.

use crate::{
    checks::{Check, Context, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::Source,
    remedy::Plan,
};

pub(super) static CHECK: Check = Check {
    id: "MV-006",
    slug: "secret-in-log",
    title: "No secrets stand in the logs of functions",
    layer: Layer::Monitoring,
    severity: Severity::High,
    why: "A function that logs its event or its environment once has put passwords and tokens before everyone who may read logs, for as \
          long as the log group keeps them.",
    how: "Only events would tell, and Palisade reads none: logs:FilterLogEvents would have to see the data of the account's customers. So \
          the check is not applicable to any account, and never fails or passes. MV-005 says which sensitive functions have no data \
          protection policy, which masks secrets as they arrive; MV-014 tells of APIs that log whole requests, DP-017 of executions.",
    links: Links { csf: &["PR.DS"], owasp: &["S3", "S10"], csa: &["SAS-10"], ..Links::NONE },
    reads: &[Source::Logs],
    run,
    fix,
    guide: Guide {
        calls: &[],
        provider: "CloudWatch Logs keeps whatever a function writes, secrets as well, until the retention of the group ends.",
        avoids: &["Any account: log events are not read, so that it never fails"],
        cli: "aws logs filter-log-events --log-group-name <LOG_GROUP_NAME> --filter-pattern '?password ?secret ?token' --max-items 100 --region <REGION>
# Stop logging it, and change every secret that was found before its events are deleted.
aws logs put-data-protection-policy --log-group-identifier <LOG_GROUP_NAME> --policy-document file://policy.json --region <REGION>
aws logs delete-log-stream --log-group-name <LOG_GROUP_NAME> --log-stream-name <LOG_STREAM_NAME> --region <REGION>",
        cloudformation: r#"Type: AWS::Logs::LogGroup
Properties:
  LogGroupName: <LOG_GROUP_NAME>
  DataProtectionPolicy:
    Name: mask
    Version: "2021-06-01"
    Statement:
      - Sid: audit
        DataIdentifier: [arn:aws:dataprotection::aws:data-identifier/AwsSecretKey]
        Operation:
          Audit:
            FindingsDestination: {}
      - Sid: mask
        DataIdentifier: [arn:aws:dataprotection::aws:data-identifier/AwsSecretKey]
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
        DataIdentifier = ["arn:aws:dataprotection::aws:data-identifier/AwsSecretKey"]
        Operation      = { Audit = { FindingsDestination = {} } }
      },
      {
        Sid            = "mask"
        DataIdentifier = ["arn:aws:dataprotection::aws:data-identifier/AwsSecretKey"]
        Operation      = { Deidentify = { MaskConfig = {} } }
      },
    ]
  })
}"#,
        undo: "aws logs delete-data-protection-policy --log-group-identifier <LOG_GROUP_NAME> --region <REGION>
A log stream that was deleted is not brought back",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    vec![context.one(&CHECK, context.posture.root(), "", Ok(Ruling::NotApplicable))]
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    None
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::checks::testing::{Says, cases, denied, with_function};

    #[test]
    fn it_never_says_that_there_is_none() {
        cases(&CHECK, [("a function", with_function(|_| ()), Says::NotApplicable), ("denied", denied(), Says::NotApplicable)]);
    }
}
