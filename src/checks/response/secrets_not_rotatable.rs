//! IR-011: secrets that a function can read cannot be rotated in one step.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, glance, held},
    iam::Holder,
    model::{Function, Gap, Resource, Role, Secret, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-011",
    slug: "secrets-not-rotatable",
    title: "Every secret that a function can read rotates by itself, and so can be rotated at once",
    layer: Layer::Response,
    severity: Severity::Medium,
    why: "Once a function is taken over, whatever it could read is known to somebody else. A secret with a rotation function is new in a \
          minute; one without is changed by hand, at night, in every system that uses it.",
    how: "The secrets on which the execution role may call secretsmanager:GetSecretValue, after denies and permissions boundary. Each must \
          have rotation turned on, with a function that exists, has not failed and is not stopped, and must not be overdue by more than \
          two days (thresholds.rotation_failed_days). Secrets that an AWS service rotates by itself are in order; replicas are judged where their primary is.",
    links: Links { csf: &["RS.MI"], owasp: &["S3"], csa: &["SAS-7"], attack: &["T1555.006"], ..Links::NONE },
    reads: &[Source::SecretsManager, Source::Lambda, Source::Iam, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &[
            "iam:GetAccountAuthorizationDetails",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "lambda:GetFunction",
            "lambda:ListFunctions",
            "organizations:DescribePolicy",
            "organizations:ListPoliciesForTarget",
            "secretsmanager:ListSecrets",
        ],
        provider: "Secrets Manager calls the rotation function on schedule or on demand; what that changes in the system behind the \
                   secret is yours.",
        avoids: &[
            "A secret that an AWS service rotates by itself",
            "A replica, which is rotated where its primary is",
            "A secret that the role cannot read",
            "A rotation that is late by no more than two days",
        ],
        cli: "aws lambda add-permission --function-name <ROTATION_FUNCTION_NAME> --statement-id <STATEMENT_ID> --action lambda:InvokeFunction --principal secretsmanager.amazonaws.com --source-account <ACCOUNT_ID> --region <REGION>
aws secretsmanager rotate-secret --secret-id <SECRET_ARN> --rotation-lambda-arn <ROTATION_FUNCTION_ARN> --rotation-rules AutomaticallyAfterDays=30 --no-rotate-immediately --region <REGION>",
        cloudformation: "Type: AWS::SecretsManager::RotationSchedule
Properties:
  SecretId: !Ref <SECRET>
  RotationLambdaARN: !GetAtt <FUNCTION>.Arn
  RotateImmediatelyOnUpdate: false
  RotationRules:
    AutomaticallyAfterDays: 30",
        terraform: r#"resource "aws_secretsmanager_secret_rotation" "<NAME>" {
  secret_id           = aws_secretsmanager_secret.<SECRET>.id
  rotation_lambda_arn = aws_lambda_function.<FUNCTION>.arn
  rotate_immediately  = false

  rotation_rules {
    automatically_after_days = 30
  }
}"#,
        undo: "aws secretsmanager cancel-rotate-secret --secret-id <SECRET_ARN> --region <REGION>
aws lambda remove-permission --function-name <ROTATION_FUNCTION_NAME> --statement-id <STATEMENT_ID> --region <REGION>",
    },
};

const READ: &str = "secretsmanager:GetSecretValue";

/// After how many secrets a role is let be.
const SHOWN: usize = 10;

/// A secret that cannot be rotated in one step, or of which that is not known.
struct Stuck<'c> {
    secret: &'c Secret,
    why: Result<Evidence, Gap>,
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let stuck = stuck(context);
    context.each_execution_role(&CHECK, |role, _| judge(context, &stuck, role))
}

/// Every secret with something in the way of its rotation, sorted by ARN.
fn stuck<'c>(context: &Context<'c>) -> Vec<Stuck<'c>> {
    let secrets = context.posture.regions.iter().flat_map(|(name, region)| {
        let of_here = move |secret: &&Secret| secret.primary_region.as_ref().is_none_or(|primary| primary == name);
        region.secrets.items.iter().filter(of_here)
    });
    let mut stuck: Vec<Stuck<'c>> = secrets
        .filter_map(|secret| match obstacle(context, secret) {
            Ok(None) => None,
            Ok(Some(evidence)) => Some(Stuck { secret, why: Ok(evidence) }),
            Err(gap) => Some(Stuck { secret, why: Err(gap) }),
        })
        .collect();
    stuck.sort_by(|a, b| a.secret.arn.cmp(&b.secret.arn));
    stuck
}

/// What keeps `secret` from being rotated in one step, if anything.
fn obstacle(context: &Context<'_>, secret: &Secret) -> Result<Option<Evidence>, Gap> {
    let field = |name: &str, value: String| Some(Evidence::field("secretsmanager:ListSecrets", format!("{} {name}", secret.name), value));
    if secret.owning_service.is_some() {
        return Ok(None);
    }
    if secret.rotation_enabled != Some(true) {
        return Ok(field("RotationEnabled", secret.rotation_enabled.map_or_else(|| "never set up".to_owned(), |on| on.to_string())));
    }
    let overdue = secret
        .next_rotation
        .map(|due| context.now().days_since(due))
        .filter(|days| *days > i64::from(context.settings.thresholds.rotation_failed_days));
    if let Some(days) = overdue {
        return Ok(field("NextRotationDate", format!("{days} days ago")));
    }
    // Without a function AWS rotates it by itself.
    let Some(arn) = &secret.rotation_function else { return Ok(None) };
    if arn.account() != context.posture.account {
        return Err(Gap::unsupported(format!("{arn}, which rotates {}, is of another account", secret.name)));
    }
    let Some(region) = context.posture.regions.get(arn.region()) else { return Err(Gap::unread(Function::LISTED_BY)) };
    let Some(function) = context.posture.function(&arn.unqualified()) else {
        return match &region.functions.gap {
            Some(gap) => Err(gap.clone()),
            None => Ok(field("RotationLambdaARN", format!("{arn} does not exist"))),
        };
    };
    if function.reserved_concurrency.known()? == &Some(0) {
        return Ok(field("RotationLambdaARN", format!("{arn} is stopped: its reserved concurrency is 0")));
    }
    let state = function.state.known()?;
    Ok(if state.state == "Failed" { field("RotationLambdaARN", format!("{arn} has failed")) } else { None })
}

fn judge(context: &Context<'_>, stuck: &[Stuck<'_>], role: &Role) -> Result<Ruling, Gap> {
    if !glance::some_touch(context, &role.policies, &["secretsmanager"]) {
        return Ok(Ruling::NotApplicable);
    }
    let holder = context.holder(role);
    let mut names: Vec<&str> = Vec::new();
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut unknown: Option<Gap> = None;
    for index in candidates(&holder, stuck) {
        let Some(Stuck { secret, why }) = stuck.get(index) else { continue };
        let grant = match held::grant(&holder, READ, secret.arn.as_str()) {
            Ok(Some(grant)) => grant,
            Ok(None) => continue,
            Err(gap) => {
                unknown.get_or_insert(gap);
                continue;
            }
        };
        match why {
            Ok(why) => {
                names.push(&secret.name);
                evidence.push(why.clone());
                evidence.extend(grant.evidence().into_iter().filter(|one| !evidence.contains(one)).collect::<Vec<_>>());
            }
            Err(gap) => _ = unknown.get_or_insert_with(|| gap.clone()),
        }
        if names.len() > SHOWN {
            break;
        }
    }
    if names.is_empty() {
        let unlisted = context.posture.regions.values().find_map(|region| region.secrets.all().err().cloned());
        return unknown.or(unlisted).map_or(Ok(Ruling::Pass), Err);
    }
    let listed = names.iter().take(3).copied().collect::<Vec<_>>().join(", ");
    let more = match names.len() {
        0..=3 => String::new(),
        some @ 4..=SHOWN => format!(" and {} more", some - 3),
        _ => " and many more".to_owned(),
    };
    let message = format!("{} can read secrets that cannot be rotated in one step: {listed}{more}", role.name);
    let subject = names.iter().map(|&name| name.to_owned()).collect();
    Ok(Fault::new(message, evidence).subject(subject).into())
}

/// Which of `stuck` the statements of `holder` may speak of: those between which a pattern's beginning lies.
fn candidates(holder: &Holder<'_>, stuck: &[Stuck<'_>]) -> Vec<usize> {
    let acts = holder
        .permissions
        .iter()
        .map(|permission| &permission.statement)
        .filter(|statement| statement.is_not_action() || statement.actions().any(|action| glance::fits(action, READ)));
    let mut found: Vec<usize> = Vec::new();
    for statement in acts {
        if statement.is_not_resource() || !holder.gaps.is_empty() {
            return (0..stuck.len()).collect();
        }
        for pattern in statement.resources() {
            let beginning = pattern.split(['*', '?', '$']).next().unwrap_or_default();
            let from = stuck.partition_point(|one| one.secret.arn.as_str() < beginning);
            let here = stuck.iter().enumerate().skip(from).take_while(|(_, one)| one.secret.arn.as_str().starts_with(beginning));
            found.extend(here.filter(|(_, one)| glance::fits(pattern, one.secret.arn.as_str())).map(|(index, _)| index));
        }
    }
    if !holder.gaps.is_empty() {
        return (0..stuck.len()).collect();
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let mut plan = Plan::new(Effort::Prompt, Risk::Careful, "Let every secret of this role be rotated by a function");
    let secrets: Vec<&Secret> = context.posture.regions.values().flat_map(|region| &region.secrets.items).collect();
    for name in fault.subject.iter().take(SHOWN) {
        let Some(secret) = secrets.iter().find(|secret| secret.name == *name) else { continue };
        let call = |operation| Call::new("secretsmanager", operation, secret.arn.region()).with("secret-id", secret.arn.as_str());
        plan = plan.step(
            call("rotate-secret")
                .ask("rotation-lambda-arn", "ARN of a function that rotates it")
                .with("rotation-rules", "AutomaticallyAfterDays=30")
                .flag("no-rotate-immediately"),
        );
        // What was on before is turned on again by the same call, with the function it had.
        plan = match &secret.rotation_function {
            Some(function) if secret.rotation_enabled == Some(true) => {
                plan.undo(call("rotate-secret").with("rotation-lambda-arn", function.as_str()).flag("no-rotate-immediately"))
            }
            _ => plan.undo(call("cancel-rotate-secret")),
        };
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{REGION, Says, ask, cases, denied, function, secret, with_role},
        },
        model::{Fact, Function, Gap, Posture, Secret, Timestamp},
    };

    /// A role that may read what `resource` covers, a secret, and the function that rotates it.
    fn reading(resource: &str, change: impl FnOnce(&mut Secret, &mut Function)) -> Posture {
        let mut posture = with_role(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"{resource}"}}]}}"#
        ));
        let mut rotator = function("rotator");
        rotator.role = crate::model::Arn::from("arn:aws:iam::123456789012:role/not-read");
        let mut secret = secret("orders-db");
        change(&mut secret, &mut rotator);
        let region = posture.regions.get_mut(REGION).unwrap();
        if rotator.name == "rotator" {
            region.functions.items.push(rotator);
        }
        region.secrets.items.push(secret);
        posture
    }

    const OWN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-*";

    #[test]
    fn rules() {
        let manual = |resource| reading(resource, |secret, _| secret.rotation_enabled = None);
        let date = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        cases(
            &CHECK,
            [
                ("nothing to do with secrets", crate::checks::testing::with_function(|_| ()), Says::NotApplicable),
                ("rotates", reading(OWN, |_, _| ()), Says::Pass),
                ("never set up", manual(OWN), Says::Fail),
                ("by the whole name", manual("arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-db-a1B2c3"), Says::Fail),
                ("by everything", manual("*"), Says::Fail),
                ("another one's", manual("arn:aws:secretsmanager:eu-west-1:123456789012:secret:billing-*"), Says::Pass),
                ("turned off", reading(OWN, |secret, _| secret.rotation_enabled = Some(false)), Says::Fail),
                ("its function is gone", reading(OWN, |_, function| function.name = String::new()), Says::Fail),
                ("its function is stopped", reading(OWN, |_, function| function.reserved_concurrency = Fact::Known(Some(0))), Says::Fail),
                ("overdue", reading(OWN, |secret, _| secret.next_rotation = date("2026-11-01T00:00:00Z")), Says::Fail),
                ("late by two days", reading(OWN, |secret, _| secret.next_rotation = date("2026-11-21T06:00:00Z")), Says::Pass),
                ("due", reading(OWN, |secret, _| secret.next_rotation = date("2026-11-25T00:00:00Z")), Says::Pass),
                (
                    "rotated by the service that owns it",
                    reading(OWN, |secret, _| {
                        secret.rotation_enabled = None;
                        secret.owning_service = Some("rds".to_owned());
                    }),
                    Says::Pass,
                ),
                (
                    "a replica",
                    reading(OWN, |secret, _| {
                        secret.rotation_enabled = None;
                        secret.primary_region = Some("us-east-1".to_owned());
                    }),
                    Says::Pass,
                ),
                (
                    "its function unread",
                    reading(OWN, |_, function| function.reserved_concurrency = Fact::unread("lambda:GetFunction")),
                    Says::Unknown,
                ),
                ("list denied", denied(), Says::Unknown),
            ],
        );
        let mut unlisted = reading(OWN, |_, _| ());
        let secrets = &mut unlisted.regions.get_mut(REGION).unwrap().secrets;
        (secrets.items, secrets.gap) = (Vec::new(), Some(Gap::denied("secretsmanager:ListSecrets", "no")));
        cases(&CHECK, [("secrets denied", unlisted, Says::Unknown)]);
    }

    #[test]
    fn a_role_that_reads_everything_is_told_in_one_line_and_the_plan_can_be_taken_back() {
        let mut posture = reading("*", |secret, _| secret.rotation_enabled = None);
        let region = posture.regions.get_mut(REGION).unwrap();
        region.secrets.items.extend((0..50).map(|number| Secret { rotation_enabled: None, ..secret(&format!("s{number:02}")) }));
        assert_eq!(ask(&CHECK, &posture), [("orders-role".to_owned(), Says::Fail)]);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert_eq!((plan.steps.len(), plan.undo.len()), (10, 10));
        assert!(plan.commands()[0].contains("rotate-secret") && plan.undo_commands()[0].contains("cancel-rotate-secret"));
    }
}
