//! DP-014: a secret stands in the clear outside of functions: in a stage, a definition, an input or a plain parameter.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{EnvironmentValue, Gap, HiddenText, Source, names_a_secret, text},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-014",
    slug: "secret-in-clear",
    title: "Stages, definitions, inputs and plain parameters hold no secrets",
    layer: Layer::Data,
    severity: Severity::High,
    why: "These are read by everybody who may look at how things are set up, are in every template and every backup of them, and what passes \
          through an execution or a target ends in its log as well.",
    how: "Something with the shape of a secret is found in a stage variable, in the definition of a state machine, or in the input that a \
          rule, schedule or pipe hands to its target; without the shape, a telling name with a random value is a guess. A parameter of type \
          String or StringList whose name tells of a secret is a guess too, and counts only when a function works with it: its value is \
          never read. References to secrets, and SecureString parameters, are left alone. The values themselves are never kept.",
    links: Links { owasp: &["S3"], csa: &["SAS-7"], csf: &["PR.DS"], attack: &["T1552"], ..Links::NONE },
    reads: &[
        Source::ApiGateway,
        Source::States,
        Source::Events,
        Source::Scheduler,
        Source::Pipes,
        Source::Ssm,
        Source::Lambda,
        Source::Iam,
    ],
    run,
    fix,
    guide: Guide {
        calls: &[
            "apigateway:GET",
            "states:ListStateMachines",
            "states:DescribeStateMachine",
            "events:ListRules",
            "events:ListTargetsByRule",
            "scheduler:ListSchedules",
            "scheduler:GetSchedule",
            "pipes:ListPipes",
            "pipes:DescribePipe",
            "ssm:DescribeParameters",
            "lambda:ListFunctions",
            "iam:GetAccountAuthorizationDetails",
        ],
        provider: "AWS encrypts stages, definitions, inputs and parameters at rest, and shows them in full to whoever may describe them",
        avoids: &[
            "A reference to a secret: an ARN, a path such as prod/db/password, a dynamic reference",
            "A SecureString parameter",
            "A plain parameter with a telling name that no function works with",
            "A name that only tells where a secret is, such as DB_PASSWORD_ARN",
        ],
        cli: "aws ssm put-parameter --name <NEW_PARAMETER_NAME> --type SecureString --value file://new-secret.txt --region <REGION>\n\
aws secretsmanager create-secret --name <SECRET_NAME> --secret-string file://new-secret.txt --region <REGION>",
        cloudformation: "Type: AWS::SecretsManager::Secret
Properties:
  GenerateSecretString:
    PasswordLength: 32",
        terraform: r#"# The value is set outside of Terraform, so that its state does not hold it.
resource "aws_secretsmanager_secret" "<NAME>" {
  name = "<SECRET_NAME>"
}"#,
        undo: "Cannot be taken back: whoever could look may know the old secret, so it stays revoked",
    },
};

/// Secrets that were found on one resource.
#[derive(Default)]
struct Found {
    names: Vec<String>,
    evidence: Vec<Evidence>,
    proven: bool,
}

impl Found {
    fn text(&mut self, call: &'static str, pointer: &str, hidden: &HiddenText) {
        for secret in &hidden.secrets {
            self.note(call, &format!("{pointer} {}", secret.key), &secret.sign.rule, secret.length, secret.sign.proven);
        }
    }

    fn value(&mut self, call: &'static str, pointer: &str, value: &EnvironmentValue) {
        if let EnvironmentValue::Redacted { length, secret: Some(sign), .. } = value {
            self.note(call, pointer, &sign.rule, *length, sign.proven);
        }
    }

    fn note(&mut self, call: &'static str, pointer: &str, rule: &str, length: usize, proven: bool) {
        let pointer = text::clean(pointer).into_owned();
        self.evidence.push(Evidence::field(call, pointer.clone(), format!("{rule}, {length} bytes")));
        self.names.push(pointer);
        self.proven |= proven;
    }

    fn ruling(self, called: &str) -> Ruling {
        let Some(first) = self.names.first() else { return Ruling::Pass };
        let more = if self.names.len() > 1 { format!(" and {} more", self.names.len() - 1) } else { String::new() };
        let fault = Fault::new(format!("{called} holds a secret in the clear: {first}{more}"), self.evidence);
        if self.proven { fault } else { fault.severity(Severity::Medium).heuristic() }.into()
    }
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(
        &CHECK,
        |region| &region.rest_apis,
        |_, api| {
            let mut found = Found::default();
            for stage in api.stages.known()? {
                for (name, value) in stage.variables.iter().chain(&stage.canary_variables) {
                    found.value("apigateway:GET", &format!("{} variables.{name}", stage.name), value);
                }
            }
            Ok(found.ruling(&format!("The API {}", api.name)))
        },
    );
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.http_apis,
        |_, api| {
            let mut found = Found::default();
            for stage in api.stages.known()? {
                for (name, value) in &stage.variables {
                    found.value("apigateway:GET", &format!("{} stageVariables.{name}", stage.name), value);
                }
            }
            Ok(found.ruling(&format!("The API {}", api.name)))
        },
    ));
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.state_machines,
        |_, machine| {
            let mut found = Found::default();
            found.text("states:DescribeStateMachine", "definition", machine.definition.known()?);
            Ok(found.ruling(&format!("The state machine {}", machine.name)))
        },
    ));
    verdicts.extend(inputs(context));
    verdicts.extend(parameters(context));
    verdicts
}

/// What rules, schedules and pipes hand to their targets.
fn inputs(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(
        &CHECK,
        |region| &region.event_rules,
        |_, rule| {
            let mut found = Found::default();
            for target in rule.targets.known()? {
                for (pointer, hidden) in [("Input", &target.input), ("HttpParameters", &target.http_parameters)] {
                    if let Some(hidden) = hidden {
                        found.text("events:ListTargetsByRule", &format!("{} {pointer}", target.id), hidden);
                    }
                }
            }
            Ok(found.ruling(&format!("The rule {}", rule.name)))
        },
    );
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.schedules,
        |_, schedule| {
            let mut found = Found::default();
            if let Some(hidden) = &schedule.details.known()?.input {
                found.text("scheduler:GetSchedule", "Target.Input", hidden);
            }
            Ok(found.ruling(&format!("The schedule {}", schedule.name)))
        },
    ));
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.pipes,
        |_, pipe| {
            let mut found = Found::default();
            let details = pipe.details.known()?;
            let texts =
                [("TargetParameters.InputTemplate", &details.input), ("EnrichmentParameters.InputTemplate", &details.enrichment_input)];
            for (pointer, hidden) in texts.into_iter().chain([("HttpParameters", &details.http_parameters)]) {
                if let Some(hidden) = hidden {
                    found.text("pipes:DescribePipe", pointer, hidden);
                }
            }
            Ok(found.ruling(&format!("The pipe {}", pipe.name)))
        },
    ));
    verdicts
}

/// Plain parameters by the names of secrets, if a function works with them.
fn parameters(context: &Context<'_>) -> Vec<Verdict> {
    let works = context.works_with();
    context.each(
        &CHECK,
        |region| &region.parameters,
        |_, parameter| -> Result<Ruling, Gap> {
            let name = parameter.name.rsplit('/').next().unwrap_or(&parameter.name);
            if parameter.is_secure() || !names_a_secret(name) {
                return Ok(Ruling::NotApplicable);
            }
            let Some(user) = works.user(&parameter.arn)? else { return Ok(Ruling::NotApplicable) };
            let kind = Evidence::field("ssm:DescribeParameters", "Type", &parameter.value_type);
            let message = format!(
                "The parameter {}, which {} works with, is called a secret and is a plain {}",
                parameter.name, user.function.name, parameter.value_type
            );
            Ok(Fault::new(message, vec![kind, user.evidence.clone()]).severity(Severity::Medium).heuristic().into())
        },
    )
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Keep the secret where secrets are kept, and change it")
            .step("Change the secret: everybody who could look may know it")
            .step("Put the new one into Secrets Manager, or a parameter of type SecureString, and let the function ask for it by name")
            .step("A state machine or rule that calls an HTTP endpoint keeps it in a connection of EventBridge")
            .step("Take it out here, and delete what has copies: earlier deployments, versions of the definition, the parameter's history"),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            testing::{ACCOUNT, REGION, Says, ask, cases, denied, with_role},
            testing_api::with_rest_api,
        },
        model::{Arn, EnvironmentValue, Fact, Parameter, Posture, SecretSign},
    };

    fn stage(secret: Option<bool>) -> Posture {
        with_rest_api(|api| {
            let Fact::Known(stages) = &mut api.stages else { return };
            let secret = secret.map(|proven| SecretSign { rule: "stripe-secret-key".to_owned(), proven });
            let value = EnvironmentValue::Redacted { length: 32, fingerprint: "0".repeat(16), secret };
            stages[0].variables.insert("backend".to_owned(), value);
        })
    }

    fn parameter(name: &str, value_type: &str, used: bool) -> Posture {
        let arn = Arn::build("aws", "ssm", REGION, ACCOUNT, &format!("parameter/{name}"));
        let resource = if used { arn.as_str() } else { "*" };
        let mut posture = with_role(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"ssm:GetParameter","Resource":"{resource}"}}]}}"#
        ));
        let parameter =
            Parameter { arn, name: name.to_owned(), value_type: value_type.to_owned(), kms_key: None, tier: None, last_modified: None };
        posture.regions.get_mut(REGION).expect("the Region").parameters.items.push(parameter);
        posture
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("a secret's shape", stage(Some(true)), Says::Fail),
                ("a telling name", stage(Some(false)), Says::Fail),
                ("no sign of one", stage(None), Says::Pass),
                ("a plain password", parameter("shop/db-password", "String", true), Says::Fail),
                ("an encrypted one", parameter("shop/db-password", "SecureString", true), Says::NotApplicable),
                ("a host", parameter("shop/db-host", "String", true), Says::NotApplicable),
                ("a reference", parameter("shop/db-password-arn", "String", true), Says::NotApplicable),
                ("no function's", parameter("shop/db-password", "String", false), Says::NotApplicable),
                ("not read", with_rest_api(|api| api.stages = Fact::unread("apigateway:GET")), Says::Unknown),
            ],
        );
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
