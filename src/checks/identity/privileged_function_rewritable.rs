//! IA-013: somebody who is no administrator can change the code of a function that is.

use super::{
    escalation::{REWRITES, Targets},
    glance,
    held::{self, Grant},
    trust,
};
use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::Holder,
    model::{Function, Gap, Role, Source, User},
    remedy::{Effort, Plan, Risk},
};

/// How many names a message lists.
const NAMED: usize = 3;

pub(super) static CHECK: Check = Check {
    id: "IA-013",
    slug: "privileged-function-rewritable",
    title: "Only administrators can change functions that run as administrator",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "Whoever can change a function's code or its layers works as its role from the next invocation on. On a function that \
          runs as administrator, every deployment key and every developer who may update it is an administrator too.",
    how: "For each function whose role is an administrator, every role and user that is none is asked whether it may call \
          lambda:UpdateFunctionCode or lambda:UpdateFunctionConfiguration on it, after denies and permissions boundary. Other \
          functions are left alone. Medium when it depends on conditions.",
    links: Links { csf: &["PR.AA"], owasp: &["S5"], attack: &["T1648", "T1546"], ..Links::NONE },
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
        provider: "AWS lets whoever may update a function's code do so, however much more than he the function's role may do",
        avoids: &[
            "A function that does not run as administrator",
            "An administrator who can change it as well",
            "A deployer who may change other functions only",
            "A right to change it that depends on a condition, as more than medium",
        ],
        cli: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --role <NARROWER_ROLE_ARN> --region <REGION>
aws iam put-role-policy --role-name <DEPLOYER_ROLE_NAME> --policy-name not-this-function --policy-document file://deny.json",
        cloudformation: r#"Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: not-this-function
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Deny
        Action: [lambda:UpdateFunctionCode, lambda:UpdateFunctionConfiguration]
        Resource: !GetAtt <FUNCTION>.Arn"#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "not-this-function"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Deny"
      Action   = ["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"]
      Resource = aws_lambda_function.<FUNCTION>.arn
    }]
  })
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --role <OLD_ROLE_ARN> --region <REGION>
aws iam delete-role-policy --role-name <DEPLOYER_ROLE_NAME> --policy-name not-this-function",
    },
};

/// Of how many principals the statements are shown.
const SHOWN: usize = 10;

/// A principal that can change code somewhere.
struct Writer<'c> {
    name: &'c str,
    holder: Holder<'c>,
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let targets = Targets::new(context);
    let writers = writers(context, &targets);
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, &targets, &writers, function))
}

/// Every role and user that is no administrator and may speak of functions.
fn writers<'c>(context: &'c Context<'_>, targets: &Targets<'_>) -> Vec<Writer<'c>> {
    let identity = &context.posture.identity;
    let is_other_role = |role: &&Role| {
        !trust::is_service_linked(role)
            && glance::some_touch(context, &role.policies, &["lambda"])
            && !matches!(targets.has_role(context, &role.arn), Ok(true))
    };
    let is_other_user = |user: &&User| {
        glance::some_allow_of_user(context, user, |statement| glance::touches(statement, &["lambda"])) && !targets.has_user(user)
    };
    let roles = identity.roles.items.iter().filter(is_other_role);
    let users = identity.users.items.iter().filter(is_other_user);
    roles
        .map(|role| Writer { name: &role.name, holder: context.holder(role) })
        .chain(users.map(|user| Writer { name: &user.name, holder: Holder::user(context.posture, &context.library, user) }))
        .collect()
}

fn judge(context: &Context<'_>, targets: &Targets<'_>, writers: &[Writer<'_>], function: &Function) -> Result<Ruling, Gap> {
    if !targets.has_role(context, &function.role)? {
        return Ok(Ruling::NotApplicable);
    }
    let mut names: Vec<&str> = Vec::new();
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut is_certain = false;
    let mut unread = context.posture.identity.roles.gap.clone().or_else(|| context.posture.identity.users.gap.clone());
    for writer in writers {
        match rewrites(&writer.holder, function) {
            Ok(None) => {}
            Ok(Some(grant)) => {
                names.push(writer.name);
                is_certain |= grant.condition.is_none();
                if names.len() <= SHOWN {
                    evidence.extend(grant.evidence());
                }
            }
            Err(gap) => {
                unread.get_or_insert(gap);
            }
        }
    }
    if names.is_empty() {
        return unread.map_or(Ok(Ruling::Pass), Err);
    }
    let listed = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
    let message = format!("{listed}{more} can change {}, which runs as an administrator", function.name);
    let fault = Fault::new(message, evidence);
    Ok(if is_certain { fault } else { fault.severity(Severity::Medium) }.into())
}

fn rewrites(holder: &Holder<'_>, function: &Function) -> Result<Option<Grant>, Gap> {
    for action in REWRITES {
        if let Some(grant) = held::grant(holder, action, function.arn.as_str())? {
            return Ok(Some(grant));
        }
    }
    Ok(None)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Take away the function's rights, or others' say over its code")
            .step(format!("Give {} a role with the rights it needs: that closes the way for all of them", function.name))
            .step("Or deny lambda:UpdateFunctionCode and lambda:UpdateFunctionConfiguration on it to all but the pipeline that deploys it"),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{ACCOUNT, Says, cases, denied, with_function, with_role},
        },
        model::{Arn, Gap, Listing, Policies, PolicyText, Posture, User},
    };

    const ADMINISTRATOR: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

    fn beside(policy: &str, posture: &str) -> Posture {
        let mut posture = with_role(posture);
        posture.identity.users = Listing::complete(vec![User {
            arn: Arn::build("aws", "iam", "", ACCOUNT, "user/deploy"),
            name: "deploy".to_owned(),
            policies: Policies { inline: [("p".to_owned(), PolicyText::from(policy))].into(), attached: vec![] },
            groups: vec![],
            boundary: None,
            tags: Default::default(),
        }]);
        posture
    }

    fn updating(resource: &str) -> String {
        format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"lambda:Update*","Resource":"{resource}"}}}}"#)
    }

    #[test]
    fn rules() {
        let mut users_denied = with_role(ADMINISTRATOR);
        users_denied.identity.users = Listing::partial(vec![], Gap::denied("iam:GetAccountAuthorizationDetails", "no"));
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        cases(
            &CHECK,
            [
                ("an ordinary function", beside(&updating("*"), crate::checks::testing::LOGS_ONLY), Says::NotApplicable),
                ("nobody else", with_role(ADMINISTRATOR), Says::Pass),
                ("another administrator", beside(ADMINISTRATOR, ADMINISTRATOR), Says::Pass),
                ("a deployer of everything", beside(&updating("*"), ADMINISTRATOR), Says::Fail),
                ("a deployer of another", beside(&updating("arn:aws:lambda:*:*:function:billing"), ADMINISTRATOR), Says::Pass),
                ("users denied", users_denied, Says::Unknown),
                ("role is no policy", with_role("7"), Says::Unknown),
                ("roles unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn what_depends_on_a_condition_is_medium() {
        let settings = Settings::default();
        let bound = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:Update*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}}}}"#;
        for (policy, expected) in [(updating("*").as_str(), None), (bound, Some(Severity::Medium))] {
            let posture = beside(policy, ADMINISTRATOR);
            let verdicts = (CHECK.run)(&Context::new(&posture, &settings));
            let Ruling::Fail(fault) = &verdicts[0].ruling else { panic!("{verdicts:?}") };
            assert_eq!(fault.severity, expected, "{}", fault.message);
        }
    }
}
