//! FN-012: a secret is in the package of a function or in a layer.

use crate::{
    checks::{Check, Context, Guide, Layer, Links, Severity, Verdict},
    model::{Arn, Gap, Source},
    remedy::Plan,
};

pub(super) static CHECK: Check = Check {
    id: "FN-012",
    slug: "secret-in-package",
    title: "No secret is in a function's package or its layers",
    layer: Layer::Function,
    severity: Severity::Critical,
    why: "Whoever may call GetFunction downloads the package, and whoever may use a layer reads it: a password in either is a password \
          for all of them, and stays in every version that was ever published.",
    how: "It takes the code itself (Code.Location of GetFunction, Content.Location of GetLayerVersion) to know. Palisade downloads no \
          code, so this check is unknown once for each Region with functions, and never passes or fails. What Inspector finds in code is \
          told by FN-013.",
    links: Links { csf: &["PR.DS", "PR.AA"], owasp: &["S3"], csa: &["SAS-7"], attack: &["T1552.001"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions"],
        provider: "Lambda stores packages and layers encrypted and hands them to whoever may call GetFunction or GetLayerVersion; what is \
                  packed into them is yours",
        avoids: &["Functions whose code was not read, which are all: they are unknown, never failed", "Regions without functions"],
        cli: "# Take the secret out of the source, let the code fetch it from Secrets Manager, build and deploy again, and change the secret at its origin.
aws lambda delete-layer-version --layer-name <LAYER_NAME> --version-number <VERSION> --region <REGION>
aws lambda delete-function --function-name <FUNCTION_NAME> --qualifier <VERSION> --region <REGION>",
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
        undo: "Cannot be taken back: a deleted version is gone, and a secret that was changed does not come back",
    },
};

/// One verdict a Region: the reason is the same for each function, and saying it once is enough.
fn run(context: &Context<'_>) -> Vec<Verdict> {
    let posture = context.posture;
    let verdicts = posture.regions.iter().filter_map(|(name, region)| {
        let gap = match region.functions.all() {
            Ok([]) => return None,
            Ok(_) => Gap::unsupported("code not read: Palisade downloads no package and no layer"),
            Err(gap) if gap.action.is_empty() => Gap { action: "lambda:ListFunctions".to_owned(), ..gap.clone() },
            Err(gap) => gap.clone(),
        };
        let all = Arn::build(&posture.partition, "lambda", name, &posture.account, "function:*");
        Some(context.one(&CHECK, all, name, Err(gap)))
    });
    verdicts.collect()
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    None
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings,
            function::unread,
            testing::{Says, ask, cases, denied, empty, with_function},
        },
        model::GapKind,
    };

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("a function", with_function(|_| ()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
                ("list unread", unread(), Says::Unknown),
            ],
        );
        assert_eq!(ask(&CHECK, &empty()), []);
    }

    #[test]
    fn the_reason_is_no_missing_permission() {
        let (posture, settings) = (with_function(|_| ()), Settings::default());
        let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
        let Ruling::Unknown(gap) = verdict.ruling else { panic!("{verdict:?}") };
        assert_eq!(gap.kind, GapKind::Unsupported);
        assert!(gap.detail.starts_with("code not read"), "{gap:?}");
    }
}
