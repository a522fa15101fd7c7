//! IA-001: a function runs as an administrator of the account.

use super::{glance, held};
use crate::{
    checks::{Check, Context, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::Source,
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-001",
    slug: "administrator-role",
    title: "No function runs as administrator",
    layer: Layer::Identity,
    severity: Severity::Critical,
    why: "Whoever gets one line of code into the function, by an injection, a dependency or a stolen key, has the account: \
          every secret, every backup and every other function.",
    how: "After denies and permissions boundary, the role may do any action on anything, administering roles and users among \
          it. Power users without IAM are not meant, and an administrator's policy under a tight boundary is none. Where a \
          condition stands before all of it, it is high. Service control policies bear on it as far as they were read.",
    links: Links {
        security_hub: &["IAM.1"],
        cis: &["2.14"],
        csf: &["PR.AA"],
        owasp: &["S5"],
        csa: &["SAS-4"],
        attack: &["T1078.004"],
        soc: &["CC1.3", "CC6.3"],
        ..Links::NONE
    },
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
        provider: "AWS holds a role to its policies and asks nothing of what its functions are for: how much they may do is yours",
        avoids: &[
            "An administrator's policy from which a Deny, a permissions boundary or a service control policy takes the administration",
            "A power user's policy, which leaves out IAM",
            "Every action of one service, or every action on one bucket",
            "An administrator's role that no function runs as",
        ],
        cli: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://needed.json
aws iam detach-role-policy --role-name <ROLE_NAME> --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
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
            Action: dynamodb:GetItem
            Resource: !GetAtt <TABLE>.Arn"#,
        terraform: r#"# Take out the aws_iam_role_policy_attachment of AdministratorAccess.
resource "aws_iam_role_policy" "<NAME>" {
  name = "needed"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "dynamodb:GetItem"
      Resource = aws_dynamodb_table.<TABLE>.arn
    }]
  })
}"#,
        undo: "aws iam attach-role-policy --role-name <ROLE_NAME> --policy-arn arn:aws:iam::aws:policy/AdministratorAccess
aws iam delete-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_execution_role(&CHECK, |role, functions| {
        if !glance::some_allow(context, &role.policies, glance::is_wide) {
            return Ok(Ruling::Pass);
        }
        let Some(grant) = held::administrator(context, &context.holder(role))? else { return Ok(Ruling::Pass) };
        let runs = match functions {
            [one] => one.name.clone(),
            many => format!("{} functions", many.len()),
        };
        let fault = Fault::new(format!("{}, as which {runs} runs, is an administrator{}", role.name, grant.suffix()), grant.evidence());
        Ok(if grant.condition.is_some() { fault.severity(Severity::High) } else { fault }.into())
    })
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let role = context.posture.role(&verdict.resource)?;
    let call = |operation: &'static str| Call::new("iam", operation, "").with("role-name", &role.name);
    let plan = Plan::new(Effort::Prompt, Risk::Careful, "Replace the administrator's policy by what the functions need")
        .step(call("put-role-policy").ask("policy-name", "policy name").ask("policy-document", "policy with the actions that are needed"));
    let plan = held::without(plan, context, role, |statement| statement.is_allow() && glance::is_wide(statement));
    Some(plan.undo(call("delete-role-policy").ask("policy-name", "policy name")))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{REGION, Says, ask, cases, denied, with_function, with_role},
        },
        model::{Arn, ControlPolicy, Fact, Gap, LevelKind, Listing, ManagedPolicy, Organization, OrganizationLevel, PolicyText, Posture},
    };

    fn allowing(statements: &str) -> Posture {
        with_role(&format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#))
    }

    const ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

    fn attached(document: Fact<PolicyText>) -> Posture {
        let mut posture = with_function(|_| ());
        let arn = Arn::from("arn:aws:iam::aws:policy/AdministratorAccess");
        posture.identity.roles.items[0].policies.attached = vec![arn.clone()];
        posture.identity.policies = Listing::complete(vec![ManagedPolicy { arn, name: "AdministratorAccess".to_owned(), document }]);
        posture
    }

    fn bounded(document: &str) -> Posture {
        let mut posture = allowing(ALL);
        let arn = Arn::from("arn:aws:iam::123456789012:policy/boundary");
        posture.identity.roles.items[0].boundary = Some(arn.clone());
        let document = Fact::Known(PolicyText::from(document));
        posture.identity.policies = Listing::complete(vec![ManagedPolicy { arn, name: "boundary".to_owned(), document }]);
        posture
    }

    /// An administrator in an organization whose service control policy has `statement` beside FullAWSAccess.
    fn governed(statement: &str) -> Posture {
        let mut posture = allowing(ALL);
        let text = PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{ALL},{statement}]}}"#));
        let policy = ControlPolicy { id: "p-1".to_owned(), name: "guard".to_owned(), aws_managed: false, document: Fact::Known(text) };
        posture.governance.organization = Fact::Known(Some(Organization {
            id: "o-a1b2c3d4e5".to_owned(),
            arn: Arn::from("arn:aws:organizations::999999999999:organization/o-a1b2c3d4e5"),
            management_account: "999999999999".to_owned(),
            feature_set: "ALL".to_owned(),
        }));
        posture.governance.organization_chain = Fact::Known(vec![OrganizationLevel {
            id: "r-1".to_owned(),
            kind: LevelKind::Root,
            service_control: Fact::Known(vec![policy]),
            resource_control: Fact::Known(Vec::new()),
        }]);
        posture
    }

    fn document(statement: &str) -> Fact<PolicyText> {
        Fact::Known(PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)))
    }

    #[test]
    fn rules() {
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        cases(
            &CHECK,
            [
                ("logs only", with_function(|_| ()), Says::Pass),
                ("everything, as a single statement", allowing(ALL), Says::Fail),
                ("everything, attached", attached(document(ALL)), Says::Fail),
                (
                    "everything but one deletion",
                    allowing(r#"[{"Effect":"Allow","NotAction":"s3:DeleteBucket","Resource":"*"}]"#),
                    Says::Fail,
                ),
                ("power user", allowing(r#"[{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}]"#), Says::Pass),
                ("one service", allowing(r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]"#), Says::Pass),
                ("everything on one bucket", allowing(r#"[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/*"}]"#), Says::Pass),
                (
                    "denied again, which others overlook",
                    allowing(&format!(r#"[{ALL},{{"Effect":"Deny","Action":"iam:*","Resource":"*"}}]"#)),
                    Says::Pass,
                ),
                (
                    "under a boundary",
                    bounded(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}"#),
                    Says::Pass,
                ),
                (
                    "under a boundary that bounds nothing",
                    bounded(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#),
                    Says::Fail,
                ),
                ("attached policy denied", attached(Gap::denied("iam:GetPolicyVersion", "no").into()), Says::Unknown),
                ("no policy", with_role("7"), Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
        assert_eq!(ask(&CHECK, &governed(r#"{"Effect":"Deny","Action":"iam:*","Resource":"*"}"#))[0].1, Says::Pass);
        assert_eq!(ask(&CHECK, &governed(ALL))[0].1, Says::Fail);
        let mut idle = allowing(ALL);
        idle.regions.get_mut(REGION).unwrap().functions.items.clear();
        assert!(ask(&CHECK, &idle).is_empty(), "a person's role is nobody's business here");
    }

    #[test]
    fn the_plan_detaches_and_can_attach_again() {
        let settings = Settings::default();
        let posture = attached(document(ALL));
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert!(plan.steps[1].line().starts_with("aws iam detach-role-policy --role-name orders-role"), "{plan:?}");
        assert!(plan.undo[0].line().starts_with("aws iam attach-role-policy --role-name orders-role"), "{plan:?}");
    }
}
