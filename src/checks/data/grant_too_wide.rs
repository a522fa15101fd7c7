//! DP-005: a grant gives more of a key away than anyone meant to, or for longer.

use crate::{
    checks::{
        Check, Context, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        permission::{self, Stranger},
    },
    iam::Audience,
    model::{Arn, Grant, Source},
    remedy::{Call, Effort, Plan, Risk},
};

use super::key_actions;

pub(super) static CHECK: Check = Check {
    id: "DP-005",
    slug: "grant-too-wide",
    title: "Grants on keys are bound, and are retired when they have served",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "A grant opens the key beside its policy, and nobody who reviews policies sees it. Whoever could make one for an hour can leave it \
          behind as a way back in.",
    how: "A grant to a user, role or account that binds no encryption context and that may make further grants, or goes to an account \
          which is not trusted, or is older than 365 days (low, by heuristic; thresholds.stale_grant_days). Grants to AWS services and to their linked roles are \
          theirs to make, and those on AWS managed keys are left alone.",
    links: Links { csf: &["PR.DS"], owasp: &["S3"], attack: &["T1098"], ..Links::NONE },
    reads: &[Source::Kms],
    run,
    fix,
    guide: Guide {
        calls: &["kms:ListKeys", "kms:DescribeKey", "kms:ListGrants"],
        provider: "AWS enforces the constraints of a grant and retires those that its services made for themselves; grants of your own \
                   stay until you revoke them",
        avoids: &[
            "A grant to an AWS service, or to the linked role that one keeps in the account",
            "A grant that is bound to an encryption context",
            "Any grant on an AWS managed key",
            "An unbound grant to the account itself or to a trusted one, while it is no older than 365 days and makes no further grants",
        ],
        cli: "aws kms list-grants --key-id <KEY_ARN> --region <REGION>\n\
aws kms revoke-grant --key-id <KEY_ARN> --grant-id <GRANT_ID> --region <REGION>",
        cloudformation: r#"# CloudFormation has no resource for grants: revoke the grant, and give the role the key by its policy.
Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: use-key
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: kms:Decrypt
        Resource: <KEY_ARN>"#,
        terraform: r#"resource "aws_kms_grant" "<NAME>" {
  key_id            = aws_kms_key.<KEY>.key_id
  grantee_principal = aws_iam_role.<ROLE>.arn
  operations        = ["Decrypt"]

  constraints {
    encryption_context_equals = {
      "<CONTEXT_KEY>" = "<CONTEXT_VALUE>"
    }
  }
}"#,
        undo: "aws kms create-grant --key-id <KEY_ARN> --grantee-principal <PRINCIPAL_ARN> --operations <OPERATIONS> --region <REGION>",
    },
};

/// What is wrong with a grant.
enum Flaw {
    Delegates,
    Foreign(String),
    Stale(i64),
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.keys,
        |_, key| {
            if key_actions::is_aws_managed(key) {
                return Ok(Ruling::NotApplicable);
            }
            let flaws: Vec<(&Grant, Flaw)> = key.grants.known()?.iter().filter_map(|grant| Some((grant, flaw(context, grant)?))).collect();
            let Some((first, flaw)) = flaws.first() else { return Ok(Ruling::Pass) };
            let what = match flaw {
                Flaw::Delegates => "may make further grants".to_owned(),
                Flaw::Foreign(who) => format!("belongs to {who}"),
                Flaw::Stale(days) => format!("was given it {days} days ago"),
            };
            let message = format!("{} holds an unbound grant on the key {} and {what}", first.grantee, key_actions::called(key));
            let evidence = flaws.iter().flat_map(|(grant, _)| key_actions::grant_evidence(grant)).collect();
            let fault = Fault::new(message, evidence);
            let only_old = flaws.iter().all(|(_, flaw)| matches!(flaw, Flaw::Stale(_)));
            Ok(if only_old { fault.severity(Severity::Low).heuristic() } else { fault }.into())
        },
    )
}

fn flaw(context: &Context<'_>, grant: &Grant) -> Option<Flaw> {
    if grant.constrained || key_actions::is_service(&grant.grantee) {
        return None;
    }
    let grantee = Audience::Principal(Arn::from(grant.grantee.as_str()));
    if let Stranger::Yes(who) = permission::stranger(context, &grantee) {
        return Some(Flaw::Foreign(who));
    }
    if grant.operations.iter().any(|operation| operation == "CreateGrant") {
        return Some(Flaw::Delegates);
    }
    let days = context.now().days_since(grant.created?);
    (days > i64::from(context.settings.thresholds.stale_grant_days)).then_some(Flaw::Stale(days))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let key = context.posture.key(&verdict.resource)?;
    let plan = Plan::new(Effort::OneKey, Risk::Careful, format!("Revoke the grants on {} that nothing binds", key_actions::called(key)));
    key.grants.known().ok()?.iter().filter(|grant| flaw(context, grant).is_some()).try_fold(plan, |plan, grant| {
        let call = |operation| Call::new("kms", operation, &*verdict.region).with("key-id", key.arn.as_str());
        let again = call("create-grant")
            .with("grantee-principal", grant.grantee.as_str())
            .with("operations", serde_json::to_string(&grant.operations).ok()?);
        let again = match &grant.name {
            Some(name) => again.with("name", name.as_str()),
            None => again,
        };
        Some(plan.step(call("revoke-grant").with("grant-id", grant.id.as_str())).undo(again))
    })
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Confidence, Context, Ruling, Settings,
            testing::{REGION, Says, ask_with, cases, denied, empty, key},
        },
        model::{Fact, Gap, Grant, Key, Posture},
    };

    const ROLE: &str = "arn:aws:iam::123456789012:role/orders-role";

    fn grant(grantee: &str, operations: &[&str], created: &str) -> Grant {
        Grant {
            id: "0d8aa621".to_owned(),
            name: None,
            grantee: grantee.to_owned(),
            operations: operations.iter().map(|&operation| operation.to_owned()).collect(),
            constrained: false,
            encryption_context: [].into(),
            created: Some(created.parse().unwrap()),
        }
    }

    fn with_key(change: impl FnOnce(&mut Key)) -> Posture {
        let mut posture = empty();
        let mut key = key("own");
        change(&mut key);
        posture.regions.get_mut(REGION).unwrap().keys.items.push(key);
        posture
    }

    fn with_grant(grant: Grant) -> Posture {
        with_key(|key| key.grants = Fact::Known(vec![grant]))
    }

    const NEW: &str = "2026-11-01T00:00:00Z";
    const OLD: &str = "2024-01-01T00:00:00Z";

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("no grants", with_key(|_| ()), Says::Pass),
                ("to an own role", with_grant(grant(ROLE, &["Decrypt"], NEW)), Says::Pass),
                ("may grant further", with_grant(grant(ROLE, &["Decrypt", "CreateGrant"], NEW)), Says::Fail),
                ("forgotten", with_grant(grant(ROLE, &["Decrypt"], OLD)), Says::Fail),
                (
                    "of a function's environment, old",
                    with_grant(Grant { constrained: true, ..grant(ROLE, &["Decrypt", "RetireGrant"], OLD) }),
                    Says::Pass,
                ),
                ("a stranger's", with_grant(grant("arn:aws:iam::999999999999:role/x", &["Decrypt"], NEW)), Says::Fail),
                ("a service's", with_grant(grant("dynamodb.eu-west-1.amazonaws.com", &["Decrypt", "CreateGrant"], OLD)), Says::Pass),
                (
                    "a service's linked role",
                    with_grant(grant(
                        "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
                        &["Decrypt", "CreateGrant"],
                        OLD,
                    )),
                    Says::Pass,
                ),
                (
                    "on AWS's key",
                    with_key(|key| {
                        key.metadata.known_mut().unwrap().customer_managed = false;
                        key.grants = Fact::Known(vec![grant(ROLE, &["CreateGrant"], OLD)]);
                    }),
                    Says::NotApplicable,
                ),
                ("denied", with_key(|key| key.grants = Gap::denied("kms:ListGrants", "no").into()), Says::Unknown),
                ("unread", with_key(|key| key.grants = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn age_alone_is_a_guess() {
        let posture = with_grant(grant(ROLE, &["Decrypt"], OLD));
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
        assert_eq!((fault.severity, fault.confidence), (Some(Severity::Low), Confidence::Heuristic));
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert!(plan.commands()[0].contains("revoke-grant") && plan.commands()[0].contains("--grant-id 0d8aa621"));
        assert!(plan.undo_commands()[0].contains(r#"--operations '["Decrypt"]'"#));
    }

    #[test]
    fn the_user_names_trusted_accounts() {
        let trusting = Settings { trusted_accounts: vec!["999999999999".to_owned()], ..Settings::default() };
        let posture = with_grant(grant("arn:aws:iam::999999999999:role/x", &["Decrypt"], NEW));
        assert_eq!(ask_with(&CHECK, &posture, &trusting)[0].1, Says::Pass);
    }
}
