//! IA-016: a function's role holds one of AWS's broad policies.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, Role, Source},
    remedy::{Call, Effort, Plan, Risk},
};

/// AWS managed policies that are broad without saying so in the usual way, by name.
const BROAD: [&str; 7] = [
    "AdministratorAccess",
    "AdministratorAccess-Amplify",
    "AdministratorAccess-AWSElasticBeanstalk",
    "DatabaseAdministrator",
    "NetworkAdministrator",
    "PowerUserAccess",
    "SystemAdministrator",
];

pub(super) static CHECK: Check = Check {
    id: "IA-016",
    slug: "broad-managed-policy",
    title: "Function roles hold no broad policy of AWS",
    layer: Layer::Identity,
    severity: Severity::Medium,
    why: "Policies such as AWSLambda_FullAccess are made for people who administer a service. On a function they hand every \
          resource of that service, and often iam:PassRole, to whoever finds a hole in its code. AWS also widens them over time.",
    how: "An attached policy that AWS owns and that is called …FullAccess, …FullAccess_v2 and the like, PowerUserAccess or \
          another administrator's policy. A policy of the account's own with such a name is judged by its statements elsewhere.",
    links: Links { csf: &["PR.AA"], owasp: &["S5"], csa: &["SAS-4"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "iam:GetAccountAuthorizationDetails"],
        provider: "AWS writes its managed policies and changes them without asking; to which role they are attached is yours",
        avoids: &[
            "A policy of the account's own with such a name, which is judged by its statements",
            "Policies that AWS makes for functions, such as AWSLambdaBasicExecutionRole",
            "A role that no function runs as",
        ],
        cli: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://needed.json
aws iam detach-role-policy --role-name <ROLE_NAME> --policy-arn <POLICY_ARN>",
        cloudformation: r#"Type: AWS::IAM::Role
Properties:
  ManagedPolicyArns:
    - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
  Policies:
    - PolicyName: needed
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: lambda:InvokeFunction
            Resource: !GetAtt <FUNCTION>.Arn"#,
        terraform: r#"# Take out the aws_iam_role_policy_attachment of the broad policy.
resource "aws_iam_role_policy" "<NAME>" {
  name = "needed"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = aws_lambda_function.<FUNCTION>.arn
    }]
  })
}"#,
        undo: "aws iam attach-role-policy --role-name <ROLE_NAME> --policy-arn <POLICY_ARN>
aws iam delete-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_execution_role(&CHECK, |role, _| {
        let names: Vec<_> = broad(role).map(Arn::name).collect();
        if names.is_empty() {
            return Ok(Ruling::Pass);
        }
        let evidence =
            broad(role).map(|policy| Evidence::field("iam:GetAccountAuthorizationDetails", "AttachedManagedPolicies", policy.as_str()));
        Ok(Ruling::fail(format!("{} holds {}", role.name, names.join(", ")), evidence.collect()))
    })
}

fn broad(role: &Role) -> impl Iterator<Item = &Arn> {
    role.policies.attached.iter().filter(|policy| policy.account() == "aws" && is_broad(policy.name()))
}

fn is_broad(name: &str) -> bool {
    // Some end in a version: AmazonEC2ContainerRegistryFullAccess, AmazonSSMFullAccess_v2.
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['v', 'V', '_', '-']);
    BROAD.contains(&name) || stem.ends_with("FullAccess")
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let role = context.posture.role(&verdict.resource)?;
    let call = |operation: &'static str| Call::new("iam", operation, "").with("role-name", &role.name);
    let mut plan = Plan::new(Effort::Prompt, Risk::Careful, "Replace the broad policy by what the functions need")
        .step(call("put-role-policy").ask("policy-name", "policy name").ask("policy-document", "policy with the actions that are needed"));
    for policy in broad(role) {
        plan = plan
            .step(call("detach-role-policy").with("policy-arn", policy.as_str()))
            .undo(call("attach-role-policy").with("policy-arn", policy.as_str()));
    }
    Some(plan.undo(call("delete-role-policy").ask("policy-name", "policy name")))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, ask, cases, denied, empty, with_function},
        model::{Arn, Listing, Posture},
    };

    fn holds(policy: &str) -> Posture {
        let mut posture = with_function(|_| ());
        posture.identity.roles.items[0].policies.attached = vec![Arn::from(policy)];
        posture
    }

    #[test]
    fn rules() {
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        let mut functions_unread = empty();
        functions_unread.regions.get_mut(REGION).unwrap().functions = Listing::default();
        cases(
            &CHECK,
            [
                ("none", with_function(|_| ()), Says::Pass),
                ("basic execution", holds("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"), Says::Pass),
                ("Lambda", holds("arn:aws:iam::aws:policy/AWSLambda_FullAccess"), Says::Fail),
                ("a versioned one", holds("arn:aws:iam::aws:policy/AmazonRDSFullAccess_v2"), Says::Fail),
                ("power user, in China", holds("arn:aws-cn:iam::aws:policy/PowerUserAccess"), Says::Fail),
                ("a policy of one's own with the name", holds("arn:aws:iam::123456789012:policy/OrdersFullAccess"), Says::Pass),
                ("unread", unread, Says::Unknown),
                ("functions unread", functions_unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn roles_of_no_function_are_left_alone() {
        let mut posture = holds("arn:aws:iam::aws:policy/AdministratorAccess");
        posture.regions.get_mut(REGION).unwrap().functions.items.clear();
        assert!(ask(&CHECK, &posture).is_empty());
    }
}
