//! FN-014: the function takes code that nobody signed.

use std::collections::HashMap;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{CodeSigningConfig, PackageType, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-014",
    slug: "unsigned-code-accepted",
    title: "Only signed code can be deployed",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "Whoever may update the function, or has stolen a pipeline's credentials, can deploy code of their own. With code signing \
          enforced they need the signing key as well.",
    how: "No code signing configuration lists the function, or the one that does only warns of untrusted artefacts. Container images \
          cannot have one. Whether the signing profiles are still valid is not read.",
    links: Links { csf: &["PR.PS"], owasp: &["S6"], csa: &["SAS-3"], attack: &["T1195.002", "T1525"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:ListCodeSigningConfigs", "lambda:ListFunctionsByCodeSigningConfig"],
        provider: "Lambda checks signatures at each deployment of a function that has a code signing configuration, and of no other; \
                  giving it one is yours",
        avoids: &[
            "Container images, which cannot have a code signing configuration",
            "Which signing profiles an enforced configuration names",
        ],
        cli: "# Let the next deployment be signed first, or it is refused.
aws lambda create-code-signing-config --allowed-publishers SigningProfileVersionArns=<SIGNING_PROFILE_VERSION_ARN> --code-signing-policies UntrustedArtifactOnDeployment=Enforce --region <REGION>
aws lambda put-function-code-signing-config --function-name <FUNCTION_NAME> --code-signing-config-arn <CODE_SIGNING_CONFIG_ARN> --region <REGION>",
        cloudformation: "Config:
  Type: AWS::Lambda::CodeSigningConfig
  Properties:
    AllowedPublishers:
      SigningProfileVersionArns:
        - !GetAtt <SIGNING_PROFILE>.ProfileVersionArn
    CodeSigningPolicies:
      UntrustedArtifactOnDeployment: Enforce
Function:
  Type: AWS::Lambda::Function
  Properties:
    CodeSigningConfigArn: !Ref Config",
        terraform: r#"resource "aws_lambda_code_signing_config" "<NAME>" {
  allowed_publishers {
    signing_profile_version_arns = [aws_signer_signing_profile.<PROFILE>.version_arn]
  }

  policies {
    untrusted_artifact_on_deployment = "Enforce"
  }
}

resource "aws_lambda_function" "<NAME>" {
  code_signing_config_arn = aws_lambda_code_signing_config.<NAME>.arn
}"#,
        undo: "aws lambda update-code-signing-config --code-signing-config-arn <CODE_SIGNING_CONFIG_ARN> --code-signing-policies UntrustedArtifactOnDeployment=Warn --region <REGION>
aws lambda delete-function-code-signing-config --function-name <FUNCTION_NAME> --region <REGION>",
    },
};

/// The configurations by the functions that use them.
fn by_function<'a>(context: &Context<'a>) -> HashMap<&'a str, &'a CodeSigningConfig> {
    let mut configs = HashMap::new();
    for region in context.posture.regions.values() {
        for config in &region.code_signing_configs.items {
            configs.extend(config.functions.known().into_iter().flatten().map(|function| (function.as_str(), config)));
        }
    }
    configs
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let configs = by_function(context);
    context.each(
        &CHECK,
        |region| &region.functions,
        |region, function| {
            if function.package_type == PackageType::Image {
                return Ok(Ruling::NotApplicable);
            }
            if let Some(config) = configs.get(function.arn.as_str()) {
                return Ok(Ruling::pass_if(config.enforced, || {
                    let mode =
                        Evidence::field("lambda:ListCodeSigningConfigs", "CodeSigningPolicies.UntrustedArtifactOnDeployment", "Warn");
                    let which = Evidence::field("lambda:ListFunctionsByCodeSigningConfig", "CodeSigningConfigArn", &config.arn);
                    Fault::new(format!("{} takes unsigned code and only warns of it", function.name), vec![which, mode])
                }));
            }
            let all = region.code_signing_configs.all()?;
            if let Some(gap) = all.iter().find_map(|config| config.functions.gap()) {
                return Err(gap.clone());
            }
            let none = Evidence::field("lambda:ListFunctionsByCodeSigningConfig", "FunctionArns", format!("not in any of {}", all.len()));
            Ok(Ruling::fail(format!("{} takes code that nobody signed", function.name), vec![none]))
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    if let Some(config) = by_function(context).get(verdict.resource.as_str()) {
        let set = |to: &str| {
            Call::new("lambda", "update-code-signing-config", &*verdict.region)
                .with("code-signing-config-arn", config.arn.as_str())
                .with("code-signing-policies", format!("UntrustedArtifactOnDeployment={to}"))
        };
        let plan = Plan::new(Effort::OneKey, Risk::Careful, "Refuse unsigned code in every function of this configuration");
        return Some(plan.step(set("Enforce")).undo(set("Warn")));
    }
    let call = |operation| Call::new("lambda", operation, &*verdict.region).with("function-name", verdict.resource.as_str());
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, format!("Let {} take signed code only", function.name))
            .step(format!("Let the next deployment of {} be signed, or it is refused", function.name))
            .step(call("put-function-code-signing-config").ask("code-signing-config-arn", "ARN of a code signing configuration"))
            .undo(call("delete-function-code-signing-config")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{REGION, Says, cases, denied, with_function},
        },
        model::{Arn, CodeSigningConfig, Fact, Gap, Listing, PackageType, Posture},
    };

    fn with_config(enforced: bool, functions: impl FnOnce(Arn) -> Fact<Vec<Arn>>) -> Posture {
        let mut posture = with_function(|_| ());
        let region = posture.regions.get_mut(REGION).unwrap();
        let function = region.functions.items[0].arn.clone();
        region.code_signing_configs = Listing::complete(vec![CodeSigningConfig {
            arn: Arn::from("arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0f6c334abcdea4d8b"),
            enforced,
            profiles: vec![],
            functions: functions(function),
        }]);
        posture
    }

    fn with_list(configs: Listing<CodeSigningConfig>) -> Posture {
        let mut posture = with_function(|_| ());
        posture.regions.get_mut(REGION).unwrap().code_signing_configs = configs;
        posture
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("enforced", with_config(true, |function| Fact::Known(vec![function])), Says::Pass),
                ("warns", with_config(false, |function| Fact::Known(vec![function])), Says::Fail),
                ("another function's", with_config(true, |_| Fact::Known(vec![])), Says::Fail),
                ("no configurations", with_list(Listing::complete(vec![])), Says::Fail),
                ("image", with_function(|function| function.package_type = PackageType::Image), Says::NotApplicable),
                ("users denied", with_config(true, |_| Gap::denied("lambda:ListFunctionsByCodeSigningConfig", "no").into()), Says::Unknown),
                ("users unread", with_config(true, |_| Fact::unread("")), Says::Unknown),
                (
                    "configurations denied",
                    with_list(Listing::partial(vec![], Gap::denied("lambda:ListCodeSigningConfigs", "no"))),
                    Says::Unknown,
                ),
                ("configurations unread", with_list(Listing::default()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn a_configuration_that_warns_is_made_to_enforce() {
        let settings = Settings::default();
        let posture = with_config(false, |function| Fact::Known(vec![function]));
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert!(plan.commands()[0].starts_with("aws lambda update-code-signing-config"));
        let posture = with_list(Listing::complete(vec![]));
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert!(plan.undo_commands()[0].starts_with("aws lambda delete-function-code-signing-config"));
    }
}
