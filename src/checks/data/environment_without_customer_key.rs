//! DP-001: environment variables are not encrypted with a key of the account's own.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::Source,
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-001",
    slug: "environment-without-customer-key",
    title: "Environment variables are encrypted with a customer managed key",
    layer: Layer::Data,
    severity: Severity::Low,
    why: "Under AWS's own key, whoever may read the function's configuration reads its variables. A key of your own adds a second \
          permission, a log entry for each use, and a way to cut access at once.",
    how: "ListFunctions names environment variables but no KMSKeyArn. Lambda encrypts them all the same, so this is low; medium when the \
          class of the function's data demands customer-key. Functions without variables are left alone.",
    links: Links { csf: &["PR.DS"], owasp: &["S3"], csa: &["SAS-7"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:GetFunction"],
        provider: "AWS encrypts every function's variables at rest with a key of its own; whether a key of yours takes its place is \
                   yours to say",
        avoids: &[
            "A function that has no environment variables",
            "A function whose variables are under a customer managed key, whichever account the key is in",
            "A plain function as more than low: Lambda always encrypts, and only a class of data that demands customer-key makes it medium",
        ],
        cli: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --kms-key-arn <KEY_ARN> --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  KmsKeyArn: !GetAtt <KEY>.Arn",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  kms_key_arn = aws_kms_key.<KEY>.arn
}"#,
        undo: r#"aws lambda update-function-configuration --function-name <FUNCTION_NAME> --kms-key-arn "" --region <REGION>"#,
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            if function.kms_key.is_some() {
                return Ok(Ruling::Pass);
            }
            let variables = function.environment.known()?.len();
            if variables == 0 {
                return Ok(Ruling::NotApplicable);
            }
            let mut evidence = vec![
                Evidence::field("lambda:ListFunctions", "KMSKeyArn", "none"),
                Evidence::field("lambda:ListFunctions", "Environment.Variables", format!("{variables} set")),
            ];
            let message = format!("The environment of {} is encrypted with AWS's key, not with your own", function.name);
            let Some(demand) = context.standing_of(function).known_demand(Protection::CustomerKey) else {
                return Ok(Fault::new(message, evidence).into());
            };
            evidence.push(demand.evidence());
            Ok(Fault::new(format!("{message}: {demand}"), evidence).severity(Severity::Medium).into())
        },
    )
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let update = || Call::new("lambda", "update-function-configuration", &*verdict.region).with("function-name", verdict.resource.as_str());
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Encrypt the environment with a key of your own")
            .step("Let the execution role and whoever deploys use the key: kms:Decrypt, and kms:CreateGrant for the latter")
            .step(update().ask("kms-key-arn", "ARN of a customer managed key"))
            .undo(update().with("kms-key-arn", "")),
    )
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{Says, cases, denied, with_function},
        },
        model::{Arn, EnvironmentValue, Fact, Function, Gap},
    };

    fn set(function: &mut Function) {
        function.environment = Fact::Known([("LOG_LEVEL".to_owned(), EnvironmentValue::Plain("INFO".to_owned()))].into());
    }

    #[test]
    fn rules() {
        let own = || Some(Arn::from("arn:aws:kms:eu-west-1:123456789012:key/own"));
        cases(
            &CHECK,
            [
                ("no variables", with_function(|_| ()), Says::NotApplicable),
                ("AWS's key", with_function(set), Says::Fail),
                (
                    "own key",
                    with_function(|function| {
                        set(function);
                        function.kms_key = own();
                    }),
                    Says::Pass,
                ),
                (
                    "own key that could not be used",
                    with_function(|function| {
                        function.environment = Gap::denied("kms:Decrypt", "no").into();
                        function.kms_key = own();
                    }),
                    Says::Pass,
                ),
                ("denied", with_function(|function| function.environment = Gap::denied("kms:Decrypt", "no").into()), Says::Unknown),
                ("unread", with_function(|function| function.environment = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn sensitive_functions_weigh_more() {
        let posture = with_function(|function| {
            set(function);
            function.tags = Fact::Known([("Data-Class".to_owned(), "PII".to_owned())].into());
        });
        let settings = Settings::default();
        let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
        let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
        assert_eq!(fault.severity, Some(Severity::Medium));
    }
}
