//! MV-001: a function's role cannot write its logs.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Decision, Holder, Layer as Kind, Outcome},
    model::{Arn, Function, Gap, GapKind, Source},
    remedy::{Call, Effort, Plan, Risk},
};

/// What Lambda calls in the role's name for every execution environment.
const NEEDED: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

pub(super) static CHECK: Check = Check {
    id: "MV-001",
    slug: "logs-not-writable",
    title: "Functions can write their logs",
    layer: Layer::Monitoring,
    severity: Severity::High,
    why: "Lambda writes logs in the name of the execution role, and stays silent when the role may not. An attacker who takes \
          the permission away works unseen, and an incident leaves nothing to investigate.",
    how: "The role's policies, its denies and its permissions boundary are decided for logs:CreateLogStream and \
          logs:PutLogEvents on the function's log group, /aws/lambda/NAME unless LoggingConfig names another. A function of \
          which the role is gone is reported elsewhere.",
    links: Links { csf: &["DE.CM", "DE.AE"], owasp: &["S10"], csa: &["SAS-5"], attack: &["T1562.008"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &[
            "iam:GetAccountAuthorizationDetails",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "lambda:ListFunctions",
            "organizations:DescribePolicy",
            "organizations:ListPoliciesForTarget",
        ],
        provider: "Lambda writes what a function logs in the name of its role, and drops it without a word where the role may not.",
        avoids: &[
            "A grant on the group's streams, on a wildcard above them, or on everything",
            "A role without logs:CreateLogGroup, as the group may be there already",
            "A role that is gone, which other checks report",
            "An attached policy that was not read: what it allows is unknown",
        ],
        cli: r#"aws iam put-role-policy --role-name <ROLE_NAME> --policy-name write-logs --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:<REGION>:<ACCOUNT_ID>:log-group:<LOG_GROUP_NAME>:*"}]}'"#,
        cloudformation: r#"Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: write-logs
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: [logs:CreateLogStream, logs:PutLogEvents]
        Resource: !GetAtt <LOG_GROUP>.Arn"#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "write-logs"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.<LOG_GROUP>.arn}:*"
    }]
  })
}"#,
        undo: "aws iam delete-role-policy --role-name <ROLE_NAME> --policy-name write-logs",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, function))
}

fn judge(context: &Context<'_>, function: &Function) -> Result<Ruling, Gap> {
    let group = function.log_group();
    let group = group.known()?;
    let Some(role) = context.role(&function.role)? else { return Ok(Ruling::NotApplicable) };
    let holder = context.holder(role);
    let mut open = None;
    for action in NEEDED {
        let decision = decide(&holder, function, action, group)?;
        match decision.outcome {
            Outcome::Allowed => {}
            Outcome::Conditional => open = Some(format!("{action}: {}", decision.condition.unwrap_or_default())),
            Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => {
                let mut evidence = vec![
                    Evidence::field("lambda:ListFunctions", "LoggingConfig.LogGroup", group),
                    Evidence::field("iam:GetAccountAuthorizationDetails", role.arn.as_str(), format!("{action} is not allowed")),
                ];
                if let Some(boundary) = role.boundary.as_ref().filter(|_| decision.blocked_by.contains(&Kind::Boundary)) {
                    evidence.push(Evidence::field("iam:GetAccountAuthorizationDetails", "PermissionsBoundary", boundary.as_str()));
                }
                evidence.extend(decision.proof.iter().map(|permission| {
                    Evidence::statement("iam:GetAccountAuthorizationDetails", &permission.policy, &permission.statement)
                }));
                return Ok(Ruling::fail(format!("{} cannot write its logs: {} may not call {action}", function.name, role.name), evidence));
            }
        }
    }
    match open {
        None => Ok(Ruling::Pass),
        Some(condition) => Err(Gap::new(GapKind::Unread, "", condition)),
    }
}

/// The decision on a stream of the group; for the making of streams also on the group, in both of its spellings.
fn decide(holder: &Holder<'_>, function: &Function, action: &str, group: &str) -> Result<Decision, Gap> {
    let group = arn(function, group);
    let decision = holder.decide(action, &format!("{group}:log-stream:palisade"))?;
    if action != NEEDED[0] || decision.outcome != Outcome::ImplicitlyDenied {
        return Ok(decision);
    }
    let starred = holder.decide(action, &format!("{group}:*"))?;
    if starred.outcome == Outcome::ImplicitlyDenied { holder.decide(action, group.as_str()) } else { Ok(starred) }
}

fn arn(function: &Function, group: &str) -> Arn {
    Arn::build(function.arn.partition(), "logs", function.arn.region(), function.arn.account(), &format!("log-group:{group}"))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let role = context.posture.role(&function.role)?;
    let group = arn(function, function.log_group().known().ok()?);
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": NEEDED, "Resource": format!("{group}:*") }],
    });
    let call = |operation: &'static str| Call::new("iam", operation, "").with("role-name", &role.name).ask("policy-name", "policy name");
    Some(
        Plan::new(Effort::Prompt, Risk::Safe, "Let the role write to the function's log group")
            .step(call("put-role-policy").with("policy-document", policy.to_string()))
            .step("If it still cannot, a deny or a permissions boundary stands in the way")
            .undo(call("delete-role-policy")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, cases, denied, with_function, with_role},
        model::{Arn, Fact, Gap, Listing, LoggingConfig, Posture},
    };

    fn allowing(statements: &str) -> Posture {
        with_role(&format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#))
    }

    #[test]
    fn rules() {
        let on = |resource: &str| {
            allowing(&format!(r#"{{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"{resource}"}}"#))
        };
        let elsewhere = |posture: &mut Posture| {
            let function = &mut posture.regions.get_mut(REGION).unwrap().functions.items[0];
            function.logging = Fact::Known(LoggingConfig { group: Some("/shared/orders".to_owned()), ..LoggingConfig::default() });
        };
        let mut other_group = with_function(|_| ());
        elsewhere(&mut other_group);
        let mut gone = with_function(|_| ());
        gone.identity.roles.items.clear();
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        let mut policy_unread = allowing("[]");
        policy_unread.identity.roles.items[0].policies.attached = vec![Arn::from("arn:aws:iam::aws:policy/x")];
        policy_unread.identity.policies = Listing::default();
        cases(
            &CHECK,
            [
                ("basic", with_function(|_| ()), Says::Pass),
                ("on everything", on("*"), Says::Pass),
                ("on the group's streams", on("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/orders:*"), Says::Pass),
                ("on another group", on("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/billing:*"), Says::Fail),
                ("in another Region", on("arn:aws:logs:us-east-1:123456789012:log-group:*"), Says::Fail),
                ("nothing", allowing("[]"), Says::Fail),
                ("writes to a group it has no right on", other_group, Says::Fail),
                ("cannot make streams", allowing(r#"[{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*"}]"#), Says::Fail),
                (
                    "denied again",
                    allowing(
                        r#"[{"Effect":"Allow","Action":"logs:*","Resource":"*"},{"Effect":"Deny","Action":"logs:Put*","Resource":"*"}]"#,
                    ),
                    Says::Fail,
                ),
                ("role gone", gone, Says::NotApplicable),
                ("attached policy unread", policy_unread, Says::Unknown),
                ("group unread", with_function(|function| function.logging = Fact::unread("lambda:ListFunctions")), Says::Unknown),
                ("group denied", with_function(|function| function.logging = Gap::denied("x", "").into()), Says::Unknown),
                ("roles unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
