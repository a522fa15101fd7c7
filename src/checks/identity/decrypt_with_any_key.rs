//! IA-005: a function's role can decrypt with every key.

use super::{
    glance,
    sensitive_data_unbounded::{judge_unbounded, regional},
};
use crate::{
    checks::{Check, Context, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Gap, Role, Source},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-005",
    slug: "decrypt-with-any-key",
    title: "Roles decrypt only with the keys they are meant for",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "Encryption is a second lock only as long as it has another key. A role that decrypts with every key of the account \
          opens whatever it can read, and whatever is copied to it.",
    how: "After denies and permissions boundary the role may call kms:Decrypt or kms:ReEncryptFrom with a key that nothing in the \
          account has. Key policies that do not leave the decision to IAM can still forbid it. Conditions on the key or its use, such \
          as kms:ViaService, bound it; with conditions on the caller it is medium. Administrators are reported as such.",
    links: Links { security_hub: &["KMS.1", "KMS.2"], csf: &["PR.AA"], owasp: &["S3"], csa: &["SAS-4"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "iam:GetAccountAuthorizationDetails",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "organizations:ListPoliciesForTarget",
            "organizations:DescribePolicy",
        ],
        provider: "AWS decrypts for whoever both the key's policy and IAM let in, and by its usual policy a key leaves that to IAM alone",
        avoids: &[
            "A key that the statement names",
            "A condition on the use of the key, such as kms:ViaService",
            "A condition on the caller, such as its address, as more than medium",
            "A role that only encrypts",
            "An administrator, which is reported as such",
        ],
        cli: "aws iam get-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --query PolicyDocument
aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://needed.json",
        cloudformation: r#"Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: needed
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: kms:Decrypt
        Resource: !GetAtt <KEY>.Arn"#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "needed"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = aws_kms_key.<KEY>.arn
    }]
  })
}"#,
        undo: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://before.json",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_execution_role(&CHECK, |role, _| judge(context, role))
}

fn judge(context: &Context<'_>, role: &Role) -> Result<Ruling, Gap> {
    if !glance::some_touch(context, &role.policies, &["kms"]) {
        return Ok(Ruling::Pass);
    }
    let keys = regional(context, "kms", "key/{any}");
    let asked = ["kms:Decrypt", "kms:ReEncryptFrom"].map(|action| (action.to_owned(), keys.clone()));
    judge_unbounded(context, role, asked, |actions| format!("{} may call {} with every key", role.name, actions.join(" and ")))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let mut plan = Plan::new(Effort::Guided, Risk::Manual, "Name the keys that the functions need");
    for function in context.functions_of(&verdict.resource) {
        if let Some(key) = &function.kms_key {
            plan = plan.step(format!("{} needs {key} for its environment", function.name));
        }
    }
    Some(plan.step("Replace the Resource of the statements in the evidence by the ARNs of the keys, or bind them with kms:ViaService"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{Says, cases, denied, with_function, with_role},
        model::{Listing, Posture},
    };

    fn allowing(action: &str, resource: &str, condition: &str) -> Posture {
        with_role(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}","Condition":{condition}}}]}}"#
        ))
    }

    #[test]
    fn rules() {
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        cases(
            &CHECK,
            [
                ("logs only", with_function(|_| ()), Says::Pass),
                ("every key", allowing("kms:Decrypt", "*", "{}"), Says::Fail),
                ("every key of the account", allowing("kms:ReEncrypt*", "arn:aws:kms:*:123456789012:key/*", "{}"), Says::Fail),
                ("one key", allowing("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/1", "{}"), Says::Pass),
                ("through a service", allowing("kms:*", "*", r#"{"StringLike":{"kms:ViaService":"s3.*.amazonaws.com"}}"#), Says::Pass),
                ("from one network", allowing("kms:Decrypt", "*", r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}}"#), Says::Fail),
                ("encrypts only", allowing("kms:Encrypt", "*", "{}"), Says::Pass),
                ("an administrator", allowing("*", "*", "{}"), Says::NotApplicable),
                ("no policy", with_role("7"), Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
