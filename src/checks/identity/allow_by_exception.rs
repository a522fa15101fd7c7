//! IA-015: a function's role is allowed everything but what a statement lists.

use super::{glance, held};
use crate::{
    checks::{Check, Context, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Permission, Statement},
    model::Source,
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-015",
    slug: "allow-by-exception",
    title: "Roles are allowed what is listed, not all but what is listed",
    layer: Layer::Identity,
    severity: Severity::Medium,
    why: "Allow with NotAction or NotResource grants whatever its author did not think of: services that were launched since, \
          and resources that are created tomorrow.",
    how: "A policy that an execution role holds has an Allow statement with NotAction or NotResource. In a Deny statement both are \
          the usual way to write a guardrail, and are left alone.",
    links: Links { csf: &["PR.AA"], owasp: &["S5"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:GetPolicyVersion"],
        provider: "AWS takes an Allow by exception at its word: what it adds or you create later is allowed from the first day on",
        avoids: &["NotAction and NotResource in a Deny, as guardrails have them"],
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
        Action: s3:GetObject
        Resource: !Sub ${<BUCKET>.Arn}/*"#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "needed"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "${aws_s3_bucket.<BUCKET>.arn}/*"
    }]
  })
}"#,
        undo: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://before.json",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_execution_role(&CHECK, |role, _| {
        if !glance::some_allow(context, &role.policies, by_exception) {
            return Ok(Ruling::Pass);
        }
        let holder = context.holder(role);
        let found: Vec<Permission> = holder.permissions.iter().filter(|permission| by_exception(&permission.statement)).cloned().collect();
        let Some(first) = found.first() else {
            return holder.gaps.first().map_or(Ok(Ruling::Pass), |gap| Err(gap.clone()));
        };
        let element = if first.statement.is_not_action() { "NotAction" } else { "NotResource" };
        Ok(Ruling::fail(format!("{} is allowed by {element} in {}", role.name, first.policy), held::evidence(&found)))
    })
}

fn by_exception(statement: &Statement) -> bool {
    statement.is_allow() && (statement.is_not_action() || statement.is_not_resource())
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "List what the functions need")
            .step("Replace the statement by one with Action and Resource, or keep the exception as a Deny beside it"),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{Says, cases, denied, with_function, with_role},
        model::{Arn, Listing, Posture},
    };

    fn holding(statements: &str) -> Posture {
        with_role(&format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#))
    }

    #[test]
    fn rules() {
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        let mut policy_unread = with_function(|_| ());
        policy_unread.identity.roles.items[0].policies.attached = vec![Arn::from("arn:aws:iam::123456789012:policy/x")];
        policy_unread.identity.policies = Listing::default();
        cases(
            &CHECK,
            [
                ("listed", with_function(|_| ()), Says::Pass),
                ("all but IAM", holding(r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#), Says::Fail),
                (
                    "all but one bucket",
                    holding(r#"[{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::x/*"}]"#),
                    Says::Fail,
                ),
                (
                    "a guardrail",
                    holding(
                        r#"[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::x/*"},{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}]"#,
                    ),
                    Says::Pass,
                ),
                ("attached policy unread", policy_unread, Says::Unknown),
                ("no policy", with_role("7"), Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
