//! MV-008: active tracing is off.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::Source,
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-008",
    slug: "tracing-off",
    title: "Functions are traced",
    layer: Layer::Monitoring,
    severity: Severity::Low,
    why: "Without a trace nobody can say which request led to which call further down, and an intrusion that crosses \
          functions has to be pieced together from clocks.",
    how: "ListFunctions does not say TracingConfig.Mode=Active. PassThrough only forwards the decision of whoever calls.",
    links: Links { security_hub: &["Lambda.7"], csf: &["DE.CM", "DE.AE"], owasp: &["S10"], csa: &["SAS-5"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions"],
        provider: "Lambda samples requests and sends their traces to AWS X-Ray where tracing is active; else it only passes on what its \
                   caller decided.",
        avoids: &["A function whose mode is Active, whether or not its callers are traced"],
        cli: "aws iam attach-role-policy --role-name <ROLE_NAME> --policy-arn arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --tracing-config Mode=Active --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  TracingConfig:
    Mode: Active",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  tracing_config {
    mode = "Active"
  }
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --tracing-config Mode=PassThrough --region <REGION>
aws iam detach-role-policy --role-name <ROLE_NAME> --policy-arn arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            if function.tracing_active {
                return Ok(Ruling::Pass);
            }
            Ok(Ruling::fail(
                format!("{} is not traced", function.name),
                vec![Evidence::field("lambda:ListFunctions", "TracingConfig.Mode", "PassThrough")],
            ))
        },
    )
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let set = |mode: &str| {
        Call::new("lambda", "update-function-configuration", &*verdict.region)
            .with("function-name", verdict.resource.as_str())
            .with("tracing-config", format!("Mode={mode}"))
    };
    Some(
        Plan::new(Effort::OneKey, Risk::Safe, "Trace the function with AWS X-Ray")
            .step("The execution role needs xray:PutTraceSegments and xray:PutTelemetryRecords for traces to arrive")
            .step(set("Active"))
            .undo(set("PassThrough")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, cases, denied, empty, with_function},
        model::Listing,
    };

    #[test]
    fn rules() {
        let mut unread = empty();
        unread.regions.get_mut(REGION).unwrap().functions = Listing::default();
        cases(
            &CHECK,
            [
                ("active", with_function(|_| ()), Says::Pass),
                ("pass through", with_function(|function| function.tracing_active = false), Says::Fail),
                ("list unread", unread, Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
