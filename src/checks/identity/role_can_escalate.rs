//! IA-002: a function's role can make itself administrator.

use super::{
    escalation::{SERVICES, Targets, Way},
    glance, held,
};
use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, reach},
    model::{Gap, Role, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-002",
    slug: "role-can-escalate",
    title: "No function can make itself administrator",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "The role looks harmless and is not: one call more and its holder has the account. Attack tools know these ways by \
          heart and try them first.",
    how: "After denies and permissions boundary the role may: write its own policies; make a role or user with any policy; get \
          credentials of a user who is administrator; take on, change the trust of, or pass to a service that runs code a role that \
          is administrator; or change the code of a function that runs as one. Each action is decided on the resource it is \
          needed on, and a role can only be passed to a service it trusts. Critical when anyone can invoke a function that runs as \
          the role; medium when all ways depend on conditions. Where no such step is enough by itself, steps over other principals and functions \
          are followed to their end.",
    links: Links { csf: &["PR.AA"], owasp: &["S5"], csa: &["SAS-4"], attack: &["T1098.003", "T1648"], soc: &["CC3.3"], ..Links::NONE },
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
        provider: "AWS decides each call by itself, and does not ask what several of them together make of their caller",
        avoids: &[
            "Writing policies of other roles than its own, or its own within a permissions boundary",
            "iam:PassRole where no administrator trusts the service, or where nothing can be started there with it",
            "iam:CreateAccessKey where no user is administrator",
            "sts:AssumeRole on an administrator whose trust policy does not let the role in",
            "An administrator, which is reported as such",
        ],
        cli: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name no-escalation --policy-document file://deny.json
aws iam put-role-permissions-boundary --role-name <ROLE_NAME> --permissions-boundary <POLICY_ARN>",
        cloudformation: r#"Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: no-escalation
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Deny
        Action:
          - iam:AttachRolePolicy
          - iam:CreatePolicyVersion
          - iam:PassRole
          - iam:PutRolePolicy
          - iam:UpdateAssumeRolePolicy
        Resource: "*""#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "no-escalation"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Deny"
      Action   = ["iam:AttachRolePolicy", "iam:CreatePolicyVersion", "iam:PassRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"]
      Resource = "*"
    }]
  })
}"#,
        undo: "aws iam delete-role-policy --role-name <ROLE_NAME> --policy-name no-escalation
aws iam delete-role-permissions-boundary --role-name <ROLE_NAME>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let targets = Targets::new(context);
    context.each_execution_role(&CHECK, |role, _| judge(context, &targets, role))
}

fn judge(context: &Context<'_>, targets: &Targets<'_>, role: &Role) -> Result<Ruling, Gap> {
    if !glance::some_touch(context, &role.policies, &SERVICES) {
        return Ok(Ruling::Pass);
    }
    if held::administrator(context, &context.holder(role))?.is_some() {
        return Ok(Ruling::NotApplicable);
    }
    let mut ways = targets.ways(context, role)?;
    // The certain ones first, and the shortest of them.
    ways.sort_by_key(|way| (way.is_conditional(), way.actions.len()));
    let Some(first) = ways.first() else { return Ok(over_others(context, role)) };
    let more = match ways.len() - 1 {
        0 => String::new(),
        1 => ", and one more way".to_owned(),
        more => format!(", and {more} more ways"),
    };
    let message = format!("{} can become administrator: {}{more}", role.name, first.summary);
    let fault = Fault::new(message, evidence(&ways)).subject(first.actions.clone());
    Ok(if first.is_conditional() {
        fault.severity(Severity::Medium).heuristic()
    } else if context.is_public(&role.arn) {
        fault.severity(Severity::Critical)
    } else {
        fault
    }
    .into())
}

/// Ways over other principals, where no step alone is enough.
fn over_others(context: &Context<'_>, role: &Role) -> Ruling {
    let Some((path, evidence)) = context.reach().escalation(&role.arn) else { return Ruling::Pass };
    let over: Vec<String> = path.hops.iter().map(|hop| reach::name(&hop.from)).skip(1).collect();
    let message = format!("{} can become administrator in {} steps, over {}", role.name, path.hops.len(), over.join(", "));
    let actions = path.hops.iter().flat_map(|hop| hop.actions.iter().cloned());
    let fault = Fault::new(message, evidence.clone()).subject(actions.collect::<Vec<_>>());
    if !reach::is_sure(path) {
        fault.severity(Severity::Medium).heuristic()
    } else if context.is_public(&role.arn) {
        fault.severity(Severity::Critical)
    } else {
        fault
    }
    .into()
}

fn evidence(ways: &[Way]) -> Vec<Evidence> {
    let mut all: Vec<Evidence> = Vec::new();
    for evidence in ways.iter().flat_map(|way| &way.grants).flat_map(held::Grant::evidence) {
        if !all.contains(&evidence) {
            all.push(evidence);
        }
    }
    all
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let role = context.posture.role(&verdict.resource)?;
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let first = fault.subject.first()?;
    let deny = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Deny", "Action": first, "Resource": "*" }],
    });
    let call = |operation: &'static str| Call::new("iam", operation, "").with("role-name", &role.name).ask("policy-name", "policy name");
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, format!("Deny {first} to {}, without which the first way is closed", role.name))
            .step(call("put-role-policy").with("policy-document", deny.to_string()))
            .step("Then take the action out of the statements in the evidence, and look whether another way is left")
            .undo(call("delete-role-policy")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{ACCOUNT, LOGS_ONLY, Says, ask, cases, denied, function, role, with_function, with_role},
        },
        model::{Arn, Gap, Listing, ManagedPolicy, Policies, PolicyText, Posture, Role, User},
    };

    const ADMINISTRATOR: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

    fn allowing(action: &str, resource: &str) -> Posture {
        with_role(&document(action, resource, "{}"))
    }

    fn document(action: &str, resource: &str, condition: &str) -> String {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{action},"Resource":"{resource}","Condition":{condition}}}]}}"#
        )
    }

    fn with_administrator(mut posture: Posture, trusted: &str) -> Posture {
        let mut administrator: Role = role("admin", ADMINISTRATOR);
        administrator.trust = PolicyText::new(format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{trusted},"Action":"sts:AssumeRole"}}]}}"#
        ));
        posture.identity.roles.items.insert(0, administrator);
        posture
    }

    fn with_user(mut posture: Posture) -> Posture {
        let inline = [("all".to_owned(), PolicyText::from(ADMINISTRATOR))].into();
        posture.identity.users = Listing::complete(vec![User {
            arn: Arn::build("aws", "iam", "", ACCOUNT, "user/root-of-all"),
            name: "root-of-all".to_owned(),
            policies: Policies { inline, attached: vec![] },
            groups: vec![],
            boundary: None,
            tags: Default::default(),
        }]);
        posture
    }

    const LAMBDA: &str = r#"{"Service":"lambda.amazonaws.com"}"#;
    const CREATE: &str = r#"["iam:PassRole","lambda:CreateFunction","lambda:InvokeFunction"]"#;

    #[test]
    fn rules() {
        let own = "arn:aws:iam::123456789012:role/orders-role";
        let mut users_denied = allowing(r#""iam:CreateAccessKey""#, "*");
        users_denied.identity.users = Listing::partial(vec![], Gap::denied("iam:GetAccountAuthorizationDetails", "no"));
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        let mut version = allowing(r#""iam:CreatePolicyVersion""#, "arn:aws:iam::123456789012:policy/*");
        let arn = Arn::from("arn:aws:iam::123456789012:policy/orders");
        version.identity.roles.items[0].policies.attached = vec![arn.clone()];
        version.identity.policies = Listing::complete(vec![ManagedPolicy {
            arn: arn.clone(),
            name: "orders".to_owned(),
            document: crate::model::Fact::Known(PolicyText::from(LOGS_ONLY)),
        }]);
        let mut bounded = allowing(r#""iam:PutRolePolicy""#, own);
        bounded.identity.roles.items[0].boundary = Some(arn.clone());
        bounded.identity.policies = Listing::complete(vec![ManagedPolicy {
            arn,
            name: "orders".to_owned(),
            document: crate::model::Fact::Known(PolicyText::new(document(r#"["iam:PutRolePolicy","logs:*"]"#, "*", "{}"))),
        }]);
        cases(
            &CHECK,
            [
                ("logs only", with_function(|_| ()), Says::Pass),
                ("writes its own policy", allowing(r#""iam:PutRolePolicy""#, own), Says::Fail),
                ("within its boundary", bounded, Says::Pass),
                ("writes another's policy", allowing(r#""iam:PutRolePolicy""#, "arn:aws:iam::123456789012:role/x"), Says::Pass),
                ("a new version of its policy", version, Says::Fail),
                (
                    "a new role of some names",
                    allowing(r#"["iam:CreateRole","iam:AttachRolePolicy"]"#, "arn:aws:iam::123456789012:role/app/*"),
                    Says::Fail,
                ),
                ("a new role", allowing(r#"["iam:CreateRole","iam:AttachRolePolicy"]"#, "*"), Says::Fail),
                (
                    "a key for an administrator",
                    with_user(allowing(r#""iam:CreateAccessKey""#, "arn:aws:iam::123456789012:user/root-of-all")),
                    Says::Fail,
                ),
                ("a key where nobody is", allowing(r#""iam:CreateAccessKey""#, "*"), Says::Pass),
                ("a key for nobody knows whom", users_denied, Says::Unknown),
                ("passes, and nobody to pass", allowing(CREATE, "*"), Says::Pass),
                ("an administrator", with_role(ADMINISTRATOR), Says::NotApplicable),
                ("no policy", with_role("7"), Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn through_an_administrator_that_is_a_role() {
        let assume = r#""sts:AssumeRole""#;
        let root = r#"{"AWS":"arn:aws:iam::123456789012:root"}"#;
        let to_ec2 = with_role(&document(CREATE, "*", r#"{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}"#));
        let split = |service: &str| {
            with_role(&format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{{"StringEquals":{{"iam:PassedToService":"{service}"}}}}}},{{"Effect":"Allow","Action":"lambda:*","Resource":"*"}}]}}"#
            ))
        };
        let named = |created: &str, run: &str| {
            with_role(&format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}},{{"Effect":"Allow","Action":"lambda:CreateFunction","Resource":"arn:aws:lambda:eu-west-1:123456789012:{created}"}},{{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:eu-west-1:123456789012:{run}"}}]}}"#
            ))
        };
        for (name, posture, expected) in [
            ("takes it on", with_administrator(allowing(assume, "*"), root), Says::Fail),
            ("does not trust", with_administrator(allowing(assume, "*"), LAMBDA), Says::Pass),
            ("passes it to Lambda", with_administrator(allowing(CREATE, "*"), LAMBDA), Says::Fail),
            ("to a function of some names", with_administrator(named("function:export-*", "function:export-*"), LAMBDA), Says::Fail),
            ("creates some, runs others", with_administrator(named("function:export-*", "function:import-*"), LAMBDA), Says::Pass),
            ("to a function that is there", with_administrator(named("function:orders", "function:orders"), LAMBDA), Says::Pass),
            ("to Lambda, by condition", with_administrator(split("lambda.amazonaws.com"), LAMBDA), Says::Fail),
            ("to another service, by condition", with_administrator(split("ec2.amazonaws.com"), LAMBDA), Says::Pass),
            ("role does not trust Lambda", with_administrator(allowing(CREATE, "*"), root), Says::Pass),
            ("nothing to create it with", with_administrator(to_ec2, LAMBDA), Says::Pass),
            ("passes others only", with_administrator(allowing(CREATE, "arn:aws:iam::123456789012:role/app-*"), LAMBDA), Says::Pass),
            ("changes its trust", with_administrator(allowing(r#""iam:UpdateAssumeRolePolicy""#, "*"), LAMBDA), Says::Fail),
        ] {
            let said = ask(&CHECK, &posture);
            assert_eq!(said, [("orders-role".to_owned(), expected)], "{name}");
        }
    }

    #[test]
    fn a_function_that_was_not_read_may_run_as_administrator() {
        let half_read = |mut posture: Posture| {
            let functions = &mut posture.regions.get_mut("eu-west-1").unwrap().functions;
            functions.gap = Some(Gap::denied("lambda:ListFunctions", "no"));
            ask(&CHECK, &posture)
        };
        let said = |expected| vec![("orders-role".to_owned(), expected), ("*".to_owned(), Says::Unknown)];
        let update = |resource: &str| allowing(r#""lambda:UpdateFunctionCode""#, resource);
        let (all, own) = ("arn:aws:lambda:*:*:function:export-*", "arn:aws:lambda:eu-west-1:123456789012:function:orders");
        assert_eq!(half_read(with_administrator(update(all), LAMBDA)), said(Says::Unknown));
        assert_eq!(half_read(with_administrator(update(own), LAMBDA)), said(Says::Pass));
        assert_eq!(half_read(update(all)), said(Says::Pass));
    }

    #[test]
    fn through_a_function_that_runs_as_administrator() {
        let mut posture = with_administrator(allowing(r#""lambda:UpdateFunctionCode""#, "*"), LAMBDA);
        let mut strong = function("strong");
        strong.role = posture.identity.roles.items[0].arn.clone();
        posture.regions.get_mut("eu-west-1").unwrap().functions.items.push(strong);
        let said = ask(&CHECK, &posture);
        assert_eq!(said, [("admin".to_owned(), Says::NotApplicable), ("orders-role".to_owned(), Says::Fail)]);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[1]).unwrap();
        assert!(plan.steps[0].line().contains(r#""Action":"lambda:UpdateFunctionCode""#), "{plan:?}");
    }
}
