//! FN-019: recursive-loop protection is off.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::Source,
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-019",
    slug: "recursive-loop-allowed",
    title: "Lambda stops the function when it calls itself in a loop",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "A function that writes to the queue, topic or bucket that starts it runs in a loop until the budget is gone. \
          Lambda stops such loops after about 16 turns, unless the function says that it wants them.",
    how: "GetFunctionRecursionConfig says RecursiveLoop=Allow.",
    links: Links { csf: &["PR.PS"], csa: &["SAS-8"], attack: &["T1499.003"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:GetFunctionRecursionConfig"],
        provider: "Lambda stops a loop through SQS, SNS or S3 after about 16 turns by itself, unless the function says that it wants it",
        avoids: &["A function that nobody changed in this: to stop loops is what Lambda does by itself"],
        cli: "aws lambda put-function-recursion-config --function-name <FUNCTION_NAME> --recursive-loop Terminate --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  RecursiveLoop: Terminate",
        terraform: r#"resource "aws_lambda_function_recursion_config" "<NAME>" {
  function_name  = aws_lambda_function.<FUNCTION>.function_name
  recursive_loop = "Terminate"
}"#,
        undo: "aws lambda put-function-recursion-config --function-name <FUNCTION_NAME> --recursive-loop Allow --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            if *function.recursive_loop_terminated.known()? {
                return Ok(Ruling::Pass);
            }
            Ok(Ruling::fail(
                format!("{} may call itself in a loop without end", function.name),
                vec![Evidence::field("lambda:GetFunctionRecursionConfig", "RecursiveLoop", "Allow")],
            ))
        },
    )
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let set = |to: &str| {
        Call::new("lambda", "put-function-recursion-config", &*verdict.region)
            .with("function-name", verdict.resource.as_str())
            .with("recursive-loop", to)
    };
    Some(Plan::new(Effort::OneKey, Risk::Careful, "Let Lambda stop the function in a loop").step(set("Terminate")).undo(set("Allow")))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{Says, cases, denied, with_function},
        model::{Fact, Gap},
    };

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("terminated", with_function(|_| ()), Says::Pass),
                ("allowed", with_function(|function| function.recursive_loop_terminated = Fact::Known(false)), Says::Fail),
                (
                    "denied",
                    with_function(|function| {
                        function.recursive_loop_terminated = Gap::denied("lambda:GetFunctionRecursionConfig", "no").into();
                    }),
                    Says::Unknown,
                ),
                ("unread", with_function(|function| function.recursive_loop_terminated = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
