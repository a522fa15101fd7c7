//! IA-012: a role can hand any role to any service.

use super::{
    glance,
    held::{self, ANY},
    trust,
};
use crate::{
    checks::{Check, Context, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Gap, Role, Source},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-012",
    slug: "pass-role-unrestricted",
    title: "Roles can be passed only to the services that need them",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "Who may pass any role and create a function, a task or an instance gets whatever the strongest role of the account \
          may do. It is the shortest way from a deployment key to the whole account.",
    how: "After denies and permissions boundary the principal may call iam:PassRole on a role with a name that nothing in the account \
          has, to a service that does not exist. Administrators are left out, they need no such way; \
          so are service-linked roles.",
    links: Links { csf: &["PR.AA"], owasp: &["S5"], attack: &["T1098.003"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &[
            "iam:GetAccountAuthorizationDetails",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "organizations:ListPoliciesForTarget",
            "organizations:DescribePolicy",
        ],
        provider: "AWS asks for iam:PassRole whenever a role is handed to a service, and for a trust policy that lets the service in; \
                   which roles may go where is yours",
        avoids: &[
            "iam:PassRole on named roles, or on the roles of a path",
            "Any role to a service that the condition names",
            "Administrators, who need no such way, and service-linked roles",
        ],
        cli: "aws iam get-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --query PolicyDocument
aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://needed.json",
        cloudformation: r#"Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: pass-role
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: iam:PassRole
        Resource: !GetAtt <ROLE>.Arn
        Condition:
          StringEquals:
            iam:PassedToService: lambda.amazonaws.com"#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "pass-role"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "iam:PassRole"
      Resource = aws_iam_role.<PASSED_ROLE>.arn
      Condition = { StringEquals = { "iam:PassedToService" = "lambda.amazonaws.com" } }
    }]
  })
}"#,
        undo: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://before.json",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_global(&CHECK, &context.posture.identity.roles, |role| judge(context, role))
}

fn judge(context: &Context<'_>, role: &Role) -> Result<Ruling, Gap> {
    if trust::is_service_linked(role) {
        return Ok(Ruling::NotApplicable);
    }
    if !glance::some_touch(context, &role.policies, &["iam"]) {
        return Ok(Ruling::Pass);
    }
    let holder = context.holder(role);
    let target = held::arn(context, "iam", "", &format!("role/{ANY}"));
    // A service that does not exist: only what asks for none, or for any, lets it have the role.
    let service = format!("{ANY}.amazonaws.com");
    let Some(grant) = held::grant_when(&holder, "iam:PassRole", target.as_str(), &[("iam:PassedToService", &service)])? else {
        return Ok(Ruling::Pass);
    };
    if held::administrator(context, &holder)?.is_some() {
        return Ok(Ruling::NotApplicable);
    }
    Ok(Ruling::fail(format!("{} may pass any role to any service{}", role.name, grant.suffix()), grant.evidence()))
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Name the roles that may be passed, and the service")
            .step("Replace the Resource of iam:PassRole by the ARNs, or the path, of the roles that it is meant for")
            .step(r#"Add "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}, or the service that needs them"#),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{Says, cases, denied, with_function, with_role},
        model::{Arn, Listing, Posture},
    };

    fn passing(resource: &str, condition: &str) -> Posture {
        with_role(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"iam:PassRole","Resource":"{resource}","Condition":{condition}}}]}}"#
        ))
    }

    #[test]
    fn rules() {
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        let mut service_linked = passing("*", "{}");
        service_linked.identity.roles.items[0].arn = Arn::from("arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/X");
        cases(
            &CHECK,
            [
                ("cannot", with_function(|_| ()), Says::Pass),
                ("any role", passing("*", "{}"), Says::Fail),
                ("any role of the account", passing("arn:aws:iam::123456789012:role/*", "{}"), Says::Fail),
                ("any role to Lambda", passing("*", r#"{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}"#), Says::Pass),
                ("any role, on a condition of another kind", passing("*", r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7"}}"#), Says::Fail),
                ("one role", passing("arn:aws:iam::123456789012:role/orders-role", "{}"), Says::Pass),
                ("roles of a path", passing("arn:aws:iam::123456789012:role/orders/*", "{}"), Says::Pass),
                (
                    "an administrator",
                    with_role(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#),
                    Says::NotApplicable,
                ),
                ("service-linked", service_linked, Says::NotApplicable),
                ("no policy", with_role("7"), Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
