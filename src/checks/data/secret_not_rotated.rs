//! DP-013: the secret of a function does not rotate, or should have by now.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::{Gap, Secret, Source, Timestamp},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-013",
    slug: "secret-not-rotated",
    title: "Secrets of functions rotate, and on time",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "A secret that never changes is good for ever for whoever once saw it: in a log, in a leaver's notes, in a backup. Rotation that \
          fails is worse than none: everybody believes in it.",
    how: "Of the secrets that a variable of a function or a policy of its role names: RotationEnabled is false; or NextRotationDate has \
          passed by more than a day (thresholds.rotation_grace_days); or LastRotatedDate is older than the rule's days. Secrets that a service of AWS manages and replicas, \
          which follow their primary, are left alone, and so are those that no function works with.",
    links: Links {
        security_hub: &["SecretsManager.1", "SecretsManager.2", "SecretsManager.4"],
        csf: &["PR.AA"],
        owasp: &["S3"],
        csa: &["SAS-7"],
        pci: &["8.3.9", "8.6.3"],
        ..Links::NONE
    },
    reads: &[Source::SecretsManager, Source::Lambda, Source::Iam, Source::Tag],
    run,
    fix,
    guide: Guide {
        calls: &["secretsmanager:ListSecrets", "lambda:ListFunctions", "iam:GetAccountAuthorizationDetails", "tag:GetResources"],
        provider: "AWS rotates the secrets that its services manage, and starts the rotation of yours on the schedule that you set",
        avoids: &[
            "A secret that no function works with",
            "A secret that a service of AWS manages",
            "A replica, which follows its primary",
            "A rotation that is late by no more than a day, as it runs within a window",
        ],
        cli: "aws secretsmanager rotate-secret --secret-id <SECRET_ARN> --rotation-lambda-arn <FUNCTION_ARN> --rotation-rules AutomaticallyAfterDays=30 --region <REGION>",
        cloudformation: "Type: AWS::SecretsManager::RotationSchedule
Properties:
  SecretId: !Ref <SECRET>
  RotationLambdaARN: !GetAtt <FUNCTION>.Arn
  RotationRules:
    AutomaticallyAfterDays: 30",
        terraform: r#"resource "aws_secretsmanager_secret_rotation" "<NAME>" {
  secret_id           = aws_secretsmanager_secret.<SECRET>.id
  rotation_lambda_arn = aws_lambda_function.<FUNCTION>.arn

  rotation_rules {
    automatically_after_days = 30
  }
}"#,
        undo: "aws secretsmanager cancel-rotate-secret --secret-id <SECRET_ARN> --region <REGION>\n\
A value that has been rotated is not brought back",
    },
};

/// What tells of rotations.
const LIST: &str = "secretsmanager:ListSecrets";

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let works = context.works_with();
    context.each(
        &CHECK,
        |region| &region.secrets,
        |_, secret| {
            let replica = secret.primary_region.as_deref().is_some_and(|primary| primary != secret.arn.region());
            if secret.owning_service.is_some() || replica {
                return Ok(Ruling::NotApplicable);
            }
            let Some(user) = works.user(&secret.arn)? else { return Ok(Ruling::NotApplicable) };
            let Some((what, evidence)) = fault(secret, context.now(), i64::from(context.settings.thresholds.rotation_grace_days)) else {
                let is_dated = secret.next_rotation.is_some() || secret.rotation_days.is_some();
                let gap = || Gap::failed(LIST, "the answer says neither NextRotationDate nor AutomaticallyAfterDays");
                return if is_dated { Ok(Ruling::Pass) } else { Err(gap()) };
            };
            let mut message = format!("The secret {}, which {} works with, {what}", secret.name, user.function.name);
            let mut evidence = vec![evidence, user.evidence.clone()];
            if let Some(demand) = context.standing(&secret.arn).known_demand(Protection::Rotation) {
                message.push_str(&format!(": {demand}"));
                evidence.push(demand.evidence());
            }
            Ok(Ruling::fail(message, evidence))
        },
    )
}

/// What is wrong with its rotation, which may be late by `grace` days: Secrets Manager rotates within a window.
fn fault(secret: &Secret, now: Timestamp, grace: i64) -> Option<(String, Evidence)> {
    let field = |pointer: &'static str, value: String| Evidence::field(LIST, pointer, value);
    if secret.rotation_enabled != Some(true) {
        return Some(("does not rotate".to_owned(), field("RotationEnabled", "false".to_owned())));
    }
    if let Some(next) = secret.next_rotation.filter(|next| now.days_since(*next) > grace) {
        let late = now.days_since(next);
        return Some((format!("should have rotated {late} days ago"), field("NextRotationDate", next.to_string())));
    }
    let days = i64::from(secret.rotation_days?);
    let last = secret.last_rotated.or(secret.created)?;
    let age = now.days_since(last);
    (age > days + grace).then(|| {
        let pointer = if secret.last_rotated.is_some() { "LastRotatedDate" } else { "CreatedDate" };
        (format!("was last rotated {age} days ago, and should be every {days}"), field(pointer, last.to_string()))
    })
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call =
        |operation: &'static str| Call::new("secretsmanager", operation, &*verdict.region).with("secret-id", verdict.resource.as_str());
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Let the secret rotate")
            .step("Whoever keeps it in memory has to ask again when it is refused")
            .step(
                call("rotate-secret")
                    .ask("rotation-lambda-arn", "ARN of a function that rotates it")
                    .with("rotation-rules", "AutomaticallyAfterDays=30"),
            )
            .undo(call("cancel-rotate-secret")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{Says, ask, cases, denied, now, secret, with_role},
        model::{Posture, Secret, Timestamp},
    };

    fn used(pattern: &str, change: impl FnOnce(&mut Secret)) -> Posture {
        let mut posture = with_role(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"{pattern}"}}]}}"#
        ));
        let mut secret = secret("orders-db");
        change(&mut secret);
        posture.regions.values_mut().next().expect("a Region").secrets.items.push(secret);
        posture
    }

    fn ago(days: i64) -> Option<Timestamp> {
        Timestamp::from_unix(now().unix() - days * 86_400)
    }

    const NAMED: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-db-??????";

    #[test]
    fn rules() {
        let off = |secret: &mut Secret| secret.rotation_enabled = Some(false);
        cases(
            &CHECK,
            [
                ("rotates", used(NAMED, |_| ()), Says::Pass),
                ("does not", used(NAMED, off), Says::Fail),
                ("never did", used(NAMED, |secret| secret.rotation_enabled = None), Says::Fail),
                ("named in full", used("arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-db-a1B2c3", off), Says::Fail),
                ("late", used(NAMED, |secret| secret.next_rotation = ago(9)), Says::Fail),
                ("within its window", used(NAMED, |secret| secret.next_rotation = ago(1)), Says::Pass),
                ("fails", used(NAMED, |secret| secret.last_rotated = ago(40)), Says::Fail),
                ("nobody says when", used(NAMED, |secret| secret.rotation_days = None), Says::Unknown),
                ("no function's", used("*", off), Says::NotApplicable),
                (
                    "a service's own",
                    used(NAMED, |secret| {
                        off(secret);
                        secret.owning_service = Some("rds".to_owned());
                    }),
                    Says::NotApplicable,
                ),
                (
                    "a replica",
                    used(NAMED, |secret| {
                        off(secret);
                        secret.primary_region = Some("us-east-1".to_owned());
                    }),
                    Says::NotApplicable,
                ),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
