//! FN-015: a layer comes from an account that nobody named as trusted.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, Function, Gap, Source},
    remedy::{Call, Effort, Plan, Risk},
};

use super::layer_publishers;

pub(super) static CHECK: Check = Check {
    id: "FN-015",
    slug: "foreign-layer",
    title: "Layers come from this account or from publishers that are trusted",
    layer: Layer::Function,
    severity: Severity::High,
    why: "A layer's code runs inside the function, with its role and before its own first line. Whoever owns the layer's account decides \
          what that code is, and a deleted version leaves the function without a way to be rebuilt.",
    how: "The account in each layer's ARN is neither this one, nor one from which AWS publishes layers, nor named in the configuration as \
          a trusted account or layer publisher. AWS's accounts are a dated list that is part of Palisade.",
    links: Links { csf: &["PR.PS"], owasp: &["S9"], csa: &["SAS-6"], attack: &["T1195.001", "T1574"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions"],
        provider: "Lambda unpacks a layer of any account into the function as it is; AWS vouches only for the layers that it publishes \
                  itself",
        avoids: &[
            "Layers that AWS publishes, in whatever Region",
            "Layers of this account, of trusted accounts and of publishers that the configuration names",
        ],
        cli: "# Read what is in the layer, and publish it from this account.
aws lambda get-layer-version-by-arn --arn <LAYER_VERSION_ARN> --query Content.Location --output text --region <REGION>
aws lambda publish-layer-version --layer-name <LAYER_NAME> --zip-file fileb://<FILE> --region <REGION>
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --layers <OWN_LAYER_VERSION_ARN> --region <REGION>",
        cloudformation: "Layer:
  Type: AWS::Lambda::LayerVersion
  Properties:
    Content:
      S3Bucket: <BUCKET_NAME>
      S3Key: <FILE>
Function:
  Type: AWS::Lambda::Function
  Properties:
    Layers:
      - !Ref Layer",
        terraform: r#"resource "aws_lambda_layer_version" "<NAME>" {
  layer_name = "<LAYER_NAME>"
  filename   = "<FILE>"
}

resource "aws_lambda_function" "<NAME>" {
  layers = [aws_lambda_layer_version.<NAME>.arn]
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --layers <OLD_LAYER_VERSION_ARN> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let foreign = foreign(context, function)?;
            Ok(Ruling::pass_if(foreign.is_empty(), || {
                let accounts: Vec<&str> = foreign.iter().map(|layer| layer.account()).collect();
                let evidence = foreign.iter().map(|layer| Evidence::field("lambda:ListFunctions", "Layers", layer)).collect();
                Fault::new(format!("{} runs code of account {}", function.name, accounts.join(", ")), evidence)
            }))
        },
    )
}

fn foreign<'a>(context: &Context<'_>, function: &'a Function) -> Result<Vec<&'a Arn>, Gap> {
    let mut foreign = Vec::new();
    for layer in &function.layers {
        if !context.settings.trusts_layer(&context.posture.account, layer) && !layer_publishers::is_published(context, layer)? {
            foreign.push(layer);
        }
    }
    Ok(foreign)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let update = || Call::new("lambda", "update-function-configuration", &*verdict.region).with("function-name", verdict.resource.as_str());
    let plan = Plan::new(Effort::Guided, Risk::Manual, format!("Give {} layers of your own", function.name));
    let plan = foreign(context, function)
        .ok()?
        .into_iter()
        .fold(plan, |plan, layer| plan.step(Call::new("lambda", "get-layer-version-by-arn", &*verdict.region).with("arn", layer.as_str())));
    let before: Vec<&str> = function.layers.iter().map(Arn::as_str).collect();
    Some(
        plan.step("Read what is in it, and publish it from this account with `aws lambda publish-layer-version`")
            .step(update().ask("layers", "all layers in order, with your own in place of the foreign ones"))
            .undo(update().with("layers", serde_json::to_string(&before).ok()?)),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            function::unread,
            testing::{Says, ask_with, cases, denied, with_function},
        },
        model::{Arn, Posture},
    };

    fn with_layer(arn: &str) -> Posture {
        with_function(|function| function.layers = vec![Arn::from(arn)])
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("no layers", with_function(|_| ()), Says::Pass),
                ("own", with_layer("arn:aws:lambda:eu-west-1:123456789012:layer:shared:3"), Says::Pass),
                (
                    "Powertools, published by AWS",
                    with_layer("arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:18"),
                    Says::Pass,
                ),
                (
                    "published by AWS in another Region",
                    with_layer("arn:aws:lambda:us-east-1:177933569100:layer:AWS-Parameters-and-Secrets-Lambda-Extension:11"),
                    Says::Pass,
                ),
                ("a stranger's", with_layer("arn:aws:lambda:eu-west-1:999999999999:layer:AWSLambdaPowertoolsPythonV3:1"), Says::Fail),
                ("no ARN at all", with_layer("layer"), Says::Fail),
                ("list denied", denied(), Says::Unknown),
                ("list unread", unread(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_user_names_publishers() {
        let posture = with_layer("arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension:60");
        assert_eq!(ask_with(&CHECK, &posture, &Settings::default())[0].1, Says::Fail);
        let named = Settings { layer_publishers: vec!["464622532012".to_owned()], ..Settings::default() };
        assert_eq!(ask_with(&CHECK, &posture, &named)[0].1, Says::Pass);
        let trusted = Settings { trusted_accounts: vec!["464622532012".to_owned()], ..Settings::default() };
        assert_eq!(ask_with(&CHECK, &posture, &trusted)[0].1, Says::Pass);
    }

    #[test]
    fn all_layers_come_back_in_order() {
        let posture = with_function(|function| {
            function.layers = ["123456789012:layer:own:1", "999999999999:layer:x:2"]
                .map(|layer| Arn::from(format!("arn:aws:lambda:eu-west-1:{layer}")))
                .into();
        });
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert!(plan.undo_commands()[0].contains(
            r#"--layers '["arn:aws:lambda:eu-west-1:123456789012:layer:own:1","arn:aws:lambda:eu-west-1:999999999999:layer:x:2"]'"#
        ));
    }
}
