//! FN-011: an environment variable holds a secret.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{EnvironmentValue, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-011",
    slug: "secret-in-environment",
    title: "Environment variables name secrets instead of holding them",
    layer: Layer::Function,
    severity: Severity::Critical,
    why: "Everyone who may list functions reads the value, every deployment copies it, and so do crash reports and the process table. It \
          cannot be rotated without a deployment.",
    how: "The value's own shape (a token's prefix, a PEM block) proves it: critical. Only a telling name with a random value is a guess: \
          high, by heuristic. Names and ARNs of secrets, ids, paths, booleans and numbers are left alone. The value is never kept: the \
          evidence is the variable's name, the rule that matched and the value's length.",
    links: Links { csf: &["PR.PS"], owasp: &["S3"], csa: &["SAS-7"], attack: &["T1552.001"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions"],
        provider: "Lambda encrypts the variables at rest and shows them to whoever may list functions; what you write into them is yours",
        avoids: &[
            "Names and ARNs of secrets, ids and paths",
            "Numbers, booleans, levels of logs and other words that say nothing",
            "A random value under a name that tells nothing",
            "A random value under a telling name, as more than high: that is a guess",
        ],
        cli: "# Let the code fetch the secret at its start, let the role read it, and change the secret at its origin afterwards.
aws secretsmanager create-secret --name <SECRET_NAME> --secret-string file://<FILE> --region <REGION>
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --environment file://environment.json --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  Environment:
    Variables:
      <NAME>_SECRET_ARN: !Ref <SECRET>",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  environment {
    variables = {
      <NAME>_SECRET_ARN = aws_secretsmanager_secret.<SECRET>.arn
    }
  }
}"#,
        undo: "Not to be taken back: the old value has been read by whoever could list functions, and published versions still hold it",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let mut evidence = Vec::new();
            let mut names = Vec::new();
            let mut proven = false;
            for (name, value) in function.environment.known()? {
                let EnvironmentValue::Redacted { length, secret: Some(sign), .. } = value else { continue };
                proven |= sign.proven;
                names.push(name.as_str());
                evidence.push(Evidence::field(
                    "lambda:ListFunctions",
                    format!("Environment.Variables.{}", crate::model::text::clean(name)),
                    format!("{}, {length} bytes", sign.rule),
                ));
            }
            if names.is_empty() {
                return Ok(Ruling::Pass);
            }
            let message = format!("{} holds a secret in {}", function.name, names.join(", "));
            Ok(if proven { Fault::new(message, evidence) } else { Fault::new(message, evidence).severity(Severity::High).heuristic() }
                .into())
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let environment = Call::new("lambda", "update-function-configuration", &*verdict.region)
        .with("function-name", verdict.resource.as_str())
        .ask("environment", "all variables, with the secret's ARN instead of the secret");
    Some(
        Plan::new(Effort::Guided, Risk::Manual, format!("Move the secrets of {} to Secrets Manager", function.name))
            .step(
                Call::new("secretsmanager", "create-secret", &*verdict.region)
                    .ask("name", "name of the secret")
                    .ask("secret-string", "file://path to a file that holds it"),
            )
            .step(format!("Let the role {} read that secret, and let the code fetch it at start", function.role.name()))
            .step(environment)
            .step("Rotate the secret at its origin: whoever listed functions has seen the old one, and published versions still hold it"),
    )
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Confidence, Context, Ruling, Settings,
            testing::{Says, cases, denied, with_function},
        },
        model::{EnvironmentValue, Fact, FingerprintKey, Gap, Posture, SecretSign},
    };

    fn redacted(rule: Option<(&str, bool)>) -> EnvironmentValue {
        EnvironmentValue::Redacted {
            length: 40,
            fingerprint: "0123456789abcdef".to_owned(),
            secret: rule.map(|(rule, proven)| SecretSign { rule: rule.to_owned(), proven }),
        }
    }

    fn with_variables<const N: usize>(variables: [(&str, EnvironmentValue); N]) -> Posture {
        with_function(|function| function.environment = Fact::Known(variables.map(|(key, value)| (key.to_owned(), value)).into()))
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("no variables", with_function(|_| ()), Says::Pass),
                ("harmless", with_variables([("LOG_LEVEL", EnvironmentValue::Plain("INFO".to_owned()))]), Says::Pass),
                ("unremarkable", with_variables([("TABLE", redacted(None))]), Says::Pass),
                ("name of a secret", with_variables([("DB_SECRET_NAME", redacted(None))]), Says::Pass),
                ("proven", with_variables([("KEY", redacted(Some(("aws-secret-access-key", true))))]), Says::Fail),
                ("guessed", with_variables([("DB_PASSWORD", redacted(Some(("entropy-under-telling-name", false))))]), Says::Fail),
                (
                    "not decrypted",
                    with_function(|function| function.environment = Gap::denied("kms:Decrypt", "AccessDeniedException").into()),
                    Says::Unknown,
                ),
                ("unread", with_function(|function| function.environment = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    /// As they are read of an account: what is kept of them is decided there.
    fn read(name: &str, value: &str) -> Posture {
        with_variables([(name, EnvironmentValue::classify(name, value, &FingerprintKey::new([7; 32])))])
    }

    #[test]
    fn what_names_a_secret_or_says_nothing_is_left_alone() {
        for (name, value) in [
            ("DB_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1B2c3"),
            ("DB_SECRET_NAME", "prod/db/credentials"),
            ("API_KEY_ID", "a1b2c3d4-0000-4000-8000-000000000000"),
            ("SSL_CERT_FILE", "/opt/certs/ca-bundle.crt"),
            ("TOKEN_PATH", "/run/secrets/token"),
            ("POWERTOOLS_SERVICE_NAME", "orders"),
            ("PASSWORD_RESET_ENABLED", "true"),
            ("TOKEN_SECONDS", "3600"),
            ("LOG_LEVEL", "DEBUG"),
        ] {
            cases(&CHECK, [(name, read(name, value), Says::Pass)]);
        }
        let random = "q7Vt2LxPz9KfWm4RbYc8Nd3JhGs6TaEu";
        cases(&CHECK, [("DB_PASSWORD", read("DB_PASSWORD", random), Says::Fail), ("NONCE", read("NONCE", random), Says::Pass)]);
    }

    #[test]
    fn a_guess_is_less_than_a_proof() {
        for (proven, severity, confidence) in [(true, None, Confidence::Proven), (false, Some(Severity::High), Confidence::Heuristic)] {
            let posture = with_variables([("TOKEN", redacted(Some(("rule", proven))))]);
            let settings = Settings::default();
            let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
            let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
            assert_eq!((fault.severity, fault.confidence), (severity, confidence));
            assert_eq!(fault.evidence[0].pointer, "Environment.Variables.TOKEN");
            assert_eq!(fault.evidence[0].value, "rule, 40 bytes");
        }
    }
}
