//! FN-009: the function holds back patches of its runtime.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Gap, PackageType, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-009",
    slug: "runtime-updates-held-back",
    title: "AWS may patch the runtime, or deployments do so often enough",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "A pinned runtime version was meant to bridge one bad release. Left in place, it keeps every later patch away from the function \
          while the runtime's name still looks supported.",
    how: "GetRuntimeManagementConfig says UpdateRuntimeOn=Manual, or FunctionUpdate while the function was not changed for 90 days \
          (thresholds.runtime_undeployed_days). Read for $LATEST; published versions may pin one of their own. Container images are patched by their builders.",
    links: Links { csf: &["PR.PS"], owasp: &["S9"], csa: &["SAS-6"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:GetRuntimeManagementConfig"],
        provider: "AWS builds patched versions of its runtimes and moves functions with UpdateRuntimeOn=Auto to them by itself; a pin is \
                  yours to lift",
        avoids: &[
            "A function that is patched with its deployments and had one within 90 days",
            "Container images, which their builders patch",
            "A way of updating that is new, which is unknown",
        ],
        cli: "aws lambda get-runtime-management-config --function-name <FUNCTION_NAME> --region <REGION>
aws lambda put-runtime-management-config --function-name <FUNCTION_NAME> --update-runtime-on Auto --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  RuntimeManagementConfig:
    UpdateRuntimeOn: Auto",
        terraform: r#"resource "aws_lambda_runtime_management_config" "<NAME>" {
  function_name     = aws_lambda_function.<FUNCTION>.function_name
  update_runtime_on = "Auto"
}"#,
        undo: "aws lambda put-runtime-management-config --function-name <FUNCTION_NAME> --update-runtime-on Manual --runtime-version-arn <RUNTIME_VERSION_ARN> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            if function.package_type == PackageType::Image {
                return Ok(Ruling::NotApplicable);
            }
            let management = function.runtime_management.known()?;
            let mut evidence = vec![Evidence::field("lambda:GetRuntimeManagementConfig", "UpdateRuntimeOn", management.update_on.as_str())];
            match management.update_on.as_str() {
                "Auto" => Ok(Ruling::Pass),
                "Manual" => {
                    if let Some(version) = &management.version_arn {
                        evidence.push(Evidence::field("lambda:GetRuntimeManagementConfig", "RuntimeVersionArn", version));
                    }
                    Ok(Fault::new(format!("{} is pinned to one version of its runtime and gets no patches", function.name), evidence)
                        .into())
                }
                "FunctionUpdate" => {
                    let changed = function
                        .last_modified
                        .ok_or_else(|| Gap::failed("lambda:ListFunctions", "the answer names no LastModified that can be read"))?;
                    let days = context.now().days_since(changed);
                    if days <= i64::from(context.settings.thresholds.runtime_undeployed_days) {
                        return Ok(Ruling::Pass);
                    }
                    evidence.push(Evidence::field("lambda:ListFunctions", "LastModified", changed.to_string()));
                    let message = format!("{} is patched when it is deployed, and that was {days} days ago", function.name);
                    Ok(Fault::new(message, evidence).into())
                }
                other => Err(Gap::failed("lambda:GetRuntimeManagementConfig", format!("UpdateRuntimeOn is {other}"))),
            }
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let management = function.runtime_management.known().ok()?;
    let set = |to: &str| {
        Call::new("lambda", "put-runtime-management-config", &*verdict.region)
            .with("function-name", verdict.resource.as_str())
            .with("update-runtime-on", to)
    };
    let back = match &management.version_arn {
        Some(version) => set(&management.update_on).with("runtime-version-arn", version.as_str()),
        None => set(&management.update_on),
    };
    Some(Plan::new(Effort::OneKey, Risk::Careful, format!("Let AWS patch the runtime of {}", function.name)).step(set("Auto")).undo(back))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{Says, cases, denied, with_function},
        },
        model::{Fact, Gap, PackageType, Posture, RuntimeManagement},
    };

    fn updated(on: &str, deployed: Option<&str>) -> Posture {
        with_function(|function| {
            function.runtime_management = Fact::Known(RuntimeManagement {
                update_on: on.to_owned(),
                version_arn: (on == "Manual").then(|| "arn:aws:lambda:eu-west-1::runtime:0cdcfbdefbc5".to_owned()),
            });
            function.last_modified = deployed.map(|at| at.parse().unwrap());
        })
    }

    #[test]
    fn rules() {
        let recently = Some("2026-10-01T00:00:00Z");
        let long_ago = Some("2026-06-01T00:00:00Z");
        cases(
            &CHECK,
            [
                ("by AWS", updated("Auto", long_ago), Says::Pass),
                ("pinned", updated("Manual", recently), Says::Fail),
                ("with a recent deployment", updated("FunctionUpdate", recently), Says::Pass),
                ("with an old deployment", updated("FunctionUpdate", long_ago), Says::Fail),
                ("with a deployment of unknown age", updated("FunctionUpdate", None), Says::Unknown),
                ("by a word that is new", updated("Sometimes", recently), Says::Unknown),
                ("image", with_function(|function| function.package_type = PackageType::Image), Says::NotApplicable),
                (
                    "denied",
                    with_function(|function| {
                        function.runtime_management = Gap::denied("lambda:GetRuntimeManagementConfig", "no").into();
                    }),
                    Says::Unknown,
                ),
                ("unread", with_function(|function| function.runtime_management = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_pin_can_be_put_back() {
        let posture = updated("Manual", None);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert!(plan.commands()[0].contains("--update-runtime-on Auto"));
        assert!(plan.undo_commands()[0].contains("--update-runtime-on Manual --runtime-version-arn arn:aws:lambda:eu-west-1::runtime:"));
    }
}
