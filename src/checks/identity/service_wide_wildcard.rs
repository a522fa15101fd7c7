//! IA-003: a function's role may do everything a service offers.

use super::{glance, held};
use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Holder, Permission},
    model::{Gap, Source},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-003",
    slug: "service-wide-wildcard",
    title: "Roles name the actions they need",
    layer: Layer::Identity,
    severity: Severity::Medium,
    why: "A function that reads one table does not need to delete backups. A wildcard over a service holds its destructive and \
          its administrative actions, and every action that AWS adds next year.",
    how: "An Allow statement with an action such as s3:*, on whatever resources, of which denies and the permissions boundary \
          leave something. A role that is an administrator is reported as such and not here.",
    links: Links { security_hub: &["IAM.21"], csf: &["PR.AA"], owasp: &["S5"], csa: &["SAS-4"], ..Links::NONE },
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
        provider: "AWS gives a wildcard every action of its service that there is, and each that it adds later",
        avoids: &[
            "All reads of a service, such as s3:Get*",
            "A wildcard of which a Deny leaves nothing",
            "An administrator, which is reported as such",
        ],
        cli: "aws iam generate-service-last-accessed-details --arn <ROLE_ARN> --granularity ACTION_LEVEL
aws iam get-service-last-accessed-details --job-id <JOB_ID>
aws iam get-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --query PolicyDocument
aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://needed.json",
        cloudformation: r#"Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: needed
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: [dynamodb:GetItem, dynamodb:PutItem]
        Resource: !GetAtt <TABLE>.Arn"#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "needed"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
      Resource = aws_dynamodb_table.<TABLE>.arn
    }]
  })
}"#,
        undo: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://before.json",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_execution_role(&CHECK, |role, _| {
        if !glance::some_allow(context, &role.policies, |statement| statement.actions().any(is_service_wide)) {
            return Ok(Ruling::Pass);
        }
        let holder = context.holder(role);
        let mut wide: Vec<&str> = Vec::new();
        let mut evidence: Vec<Evidence> = Vec::new();
        for permission in &holder.permissions {
            let services = effective(&holder, permission)?;
            if !services.is_empty() {
                wide.extend(services);
                evidence.extend(held::evidence(std::slice::from_ref(permission)));
            }
        }
        if wide.is_empty() {
            return holder.gaps.first().map_or(Ok(Ruling::Pass), |gap| Err(gap.clone()));
        }
        if held::administrator(context, &holder)?.is_some() {
            return Ok(Ruling::NotApplicable);
        }
        wide.sort_unstable();
        wide.dedup();
        Ok(Ruling::fail(format!("{} may do {}", role.name, wide.join(", ")), evidence))
    })
}

/// The service wildcards of `permission` that hold after denies and boundary.
fn effective<'p>(holder: &Holder<'_>, permission: &'p Permission) -> Result<Vec<&'p str>, Gap> {
    let statement = &permission.statement;
    let mut wide = Vec::new();
    if !statement.is_allow() || statement.is_not_action() || held::allows_everything(statement) {
        return Ok(wide);
    }
    for action in statement.actions().filter(|action| is_service_wide(action)) {
        // An action of the service that nobody has thought of, on each resource as it is written.
        let service = glance::service_of(action).unwrap_or(held::ANY);
        let fresh = format!("{service}:{}", held::ANY);
        let resources: Vec<&str> = if statement.is_not_resource() { vec!["*"] } else { statement.resources().collect() };
        for resource in resources {
            if held::grant(holder, &fresh, resource)?.is_some() {
                wide.push(action);
                break;
            }
        }
    }
    Ok(wide)
}

/// Whether `action` covers every action of its service.
fn is_service_wide(action: &str) -> bool {
    action.split_once(':').map_or(action, |(_, name)| name).chars().all(|c| c == '*')
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Name the actions that the functions use")
            .step(
                "See which actions of the service the role used: aws iam generate-service-last-accessed-details --granularity ACTION_LEVEL",
            )
            .step("Replace the wildcard by those actions, and watch for AccessDenied after the deployment"),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{Says, cases, denied, with_function, with_role},
        model::{Arn, Listing, Posture},
    };

    fn allowing(statements: &str) -> Posture {
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
                ("named actions", with_function(|_| ()), Says::Pass),
                ("a service", allowing(r#"{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}"#), Says::Fail),
                (
                    "on one table",
                    allowing(
                        r#"[{"Effect":"Allow","Action":["s3:GetObject","DynamoDB:*"],"Resource":"arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}]"#,
                    ),
                    Says::Fail,
                ),
                ("all reads of a service", allowing(r#"[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]"#), Says::Pass),
                (
                    "denied again",
                    allowing(r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"*"}]"#),
                    Says::Pass,
                ),
                ("an administrator", allowing(r#"[{"Effect":"Allow","Action":"*","Resource":"*"}]"#), Says::Pass),
                (
                    "an administrator, and a service",
                    allowing(r#"[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Allow","Action":"s3:*","Resource":"*"}]"#),
                    Says::NotApplicable,
                ),
                ("attached policy unread", policy_unread, Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
