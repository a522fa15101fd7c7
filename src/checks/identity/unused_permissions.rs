//! IA-007: a function's role may use services that it has not used for ninety days.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Catalog, Holder, Usage, least_privilege},
    model::{Gap, Role, Source, Timestamp},
    remedy::{Call, Effort, Plan, Risk, quote},
};

/// How many services a message lists.
const NAMED: usize = 5;

pub(super) static CHECK: Check = Check {
    id: "IA-007",
    slug: "unused-permissions",
    title: "Roles use what they may do",
    layer: Layer::Identity,
    severity: Severity::Low,
    why: "A permission that nobody has used for a quarter of a year serves only whoever takes over the function.",
    how: "The services of which a role's policies allow something, after denies, boundary and organization, against when IAM saw \
          the role ask something of them (service last accessed, read on request). Services count, not actions: IAM does not \
          record actions that read and write data. Unused are those of the last 90 days (thresholds.unused_permission_days), and a role younger than that is not judged.",
    links: Links { csf: &["PR.AA"], owasp: &["S5"], csa: &["SAS-4"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "iam:GetAccountAuthorizationDetails",
            "iam:GenerateServiceLastAccessedDetails",
            "iam:GetServiceLastAccessedDetails",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "organizations:ListPoliciesForTarget",
            "organizations:DescribePolicy",
        ],
        provider: "AWS keeps when a role last asked something of a service for at least 400 days, and takes no permission away for want \
                   of use",
        avoids: &[
            "A role younger than 90 days",
            "A service of which a Deny leaves nothing",
            "A service of which IAM does not say when it was used",
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
        Action: dynamodb:GetItem
        Resource: !GetAtt <TABLE>.Arn"#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
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
        undo: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://before.json",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_execution_role(&CHECK, |role, _| judge(role, &context.holder(role), context.now(), days(context)))
}

/// After how many days a service is taken for unused.
fn days(context: &Context<'_>) -> i64 {
    i64::from(context.settings.thresholds.unused_permission_days)
}

fn judge(role: &Role, holder: &Holder<'_>, now: Timestamp, days: i64) -> Result<Ruling, Gap> {
    role.services_used.known()?;
    let granted = holder.actions();
    let mut unused = Vec::new();
    let mut young = false;
    let mut unknown = None;
    for service in Catalog::embedded().services() {
        if !granted.has_service(service.name) {
            continue;
        }
        match Usage::of(role, service.name, now, days) {
            Usage::Used(_) => {}
            Usage::Unused(last) => unused.push((service.name, last)),
            Usage::TooYoung => young = true,
            // Services that IAM does not watch are not in its answer.
            Usage::Unknown(gap) => unknown = Some(gap),
        }
    }
    if unused.is_empty() {
        return match unknown.or_else(|| holder.gaps.first().cloned()) {
            Some(gap) => Err(gap),
            None if young => Ok(Ruling::NotApplicable),
            None => Ok(Ruling::Pass),
        };
    }
    let names: Vec<&str> = unused.iter().take(NAMED).map(|(name, _)| *name).collect();
    let more = if unused.len() > NAMED { format!(" and {} more", unused.len() - NAMED) } else { String::new() };
    let evidence = unused.iter().map(|(name, last)| {
        let said = last.map_or_else(|| "not within the tracking period".to_owned(), |last| last.to_string());
        Evidence::field("iam:GetServiceLastAccessedDetails", format!("{name}.LastAuthenticated"), said)
    });
    Ok(Ruling::fail(format!("{} has not used {}{more} for {days} days", role.name, names.join(", ")), evidence.collect()))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let mut plan = Plan::new(Effort::Guided, Risk::Manual, "Take the services out that the role does not use");
    let role = context.posture.role(&verdict.resource);
    // What the functions are configured for is kept, if used or not; without a proof nothing is suggested.
    let rewritten = role.and_then(|role| {
        let (needs, unread) = context.needs_of(role);
        let rewritten = || least_privilege(context.posture, &context.library, role, &needs, days(context)).ok();
        unread.is_empty().then(rewritten).flatten()
    });
    for rewrite in rewritten.iter().flatten() {
        let proven = rewrite.changes.iter().any(|change| !change.proposal);
        if let (true, Some(role), Some(name)) = (proven, role, rewrite.policy.strip_prefix("inline policy ")) {
            let Some(before) = role.policies.inline.get(name) else { continue };
            let call = |operation: &'static str| Call::new("iam", operation, "").with("role-name", &role.name).with("policy-name", name);
            plan = match &rewrite.after {
                Some(after) => plan.step(call("put-role-policy").with("policy-document", after)),
                None => plan.step(call("delete-role-policy")),
            };
            plan = plan.undo(call("put-role-policy").with("policy-document", before.as_str()));
        }
    }
    Some(
        plan.step(format!(
            "See what else is used: aws iam generate-service-last-accessed-details --granularity ACTION_LEVEL --arn {}",
            quote(verdict.resource.as_str())
        ))
        .step("Watch for AccessDenied: what runs once a year was not used for a quarter"),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{LOGS_ONLY, Says, cases, denied, now, with_function, with_role},
        },
        model::{Arn, Fact, Gap, Listing, Posture, Role, ServiceUse, Timestamp},
    };

    const BOTH: &str =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["logs:PutLogEvents","dynamodb:*"],"Resource":"*"}}"#;

    fn ago(days: i64) -> Timestamp {
        Timestamp::from_unix(now().unix() - days * 86_400).expect("a time")
    }

    /// A role that is `age` days old, with the days since it used each service.
    fn using(policy: &str, age: i64, used: &[(&str, Option<i64>)]) -> Posture {
        let mut posture = with_role(policy);
        let role = &mut posture.identity.roles.items[0];
        role.created = Some(ago(age));
        let used = used.iter().map(|(service, days)| ServiceUse { service: (*service).to_owned(), last_used: days.map(ago) });
        role.services_used = Fact::Known(used.collect());
        posture
    }

    #[test]
    fn the_remedy_is_the_policy_without_them() {
        let posture = using(BOTH, 400, &[("logs", Some(1)), ("dynamodb", None)]);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let verdicts = (CHECK.run)(&context);
        let plan = (CHECK.fix)(&context, &verdicts[0]).expect("a plan");
        let (commands, undo) = (plan.commands(), plan.undo_commands());
        assert!(commands[0].contains("put-role-policy") && !commands[0].contains("dynamodb"), "{commands:?}");
        assert!(undo[0].contains("put-role-policy") && undo[0].contains("dynamodb"), "{undo:?}");
    }

    #[test]
    fn rules() {
        let mut refused = with_role(BOTH);
        refused.identity.roles.items[0].services_used = Gap::denied("iam:GenerateServiceLastAccessedDetails", "no").into();
        let mut unasked = with_role(BOTH);
        unasked.identity.roles.items[0].services_used = Role::unasked();
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        let mut policy_unread = using(LOGS_ONLY, 400, &[("logs", Some(1))]);
        policy_unread.identity.roles.items[0].policies.attached = vec![Arn::from("arn:aws:iam::123456789012:policy/x")];
        policy_unread.identity.policies = Listing::default();
        let mut undated = using(BOTH, 400, &[("logs", Some(1)), ("dynamodb", None)]);
        undated.identity.roles.items[0].created = None;
        let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:PutLogEvents","dynamodb:*"],"Resource":"*"},{"Effect":"Deny","Action":"dynamodb:*","Resource":"*"}]}"#;
        cases(
            &CHECK,
            [
                ("all used", using(BOTH, 400, &[("logs", Some(1)), ("dynamodb", Some(89))]), Says::Pass),
                ("never used", using(BOTH, 400, &[("logs", Some(1)), ("dynamodb", None)]), Says::Fail),
                ("used long ago", using(BOTH, 400, &[("logs", Some(1)), ("dynamodb", Some(90))]), Says::Fail),
                ("a young role", using(BOTH, 30, &[("logs", Some(1)), ("dynamodb", None)]), Says::NotApplicable),
                ("one of which IAM says nothing", using(BOTH, 400, &[("logs", Some(1))]), Says::Unknown),
                ("denied again", using(deny, 400, &[("logs", Some(1)), ("dynamodb", None)]), Says::Pass),
                ("no date of its making", undated, Says::Unknown),
                ("nobody asked", unasked, Says::Unknown),
                ("asking refused", refused, Says::Unknown),
                ("attached policy unread", policy_unread, Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
