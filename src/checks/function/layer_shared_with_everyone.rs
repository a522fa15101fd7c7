//! FN-016: a layer of the account is open to everyone.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Reach, audience},
    model::{Gap, LayerVersion, Source},
    remedy::{Call, Effort, Plan, Risk, Step},
};

pub(super) static CHECK: Check = Check {
    id: "FN-016",
    slug: "layer-shared-with-everyone",
    title: "Layers are shared with named accounts only",
    layer: Layer::Function,
    severity: Severity::High,
    why: "Any AWS account can download the layer and read what is in it: your code, the versions of your libraries, and whatever else was \
          packed by mistake.",
    how: "The policy of the newest version of each layer lets everyone do lambda:GetLayerVersion, with no condition that fixes an \
          organization or an account. Older versions have policies of their own and are not read.",
    links: Links { csf: &["PR.PS"], owasp: &["S5"], attack: &["T1530"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListLayers", "lambda:GetLayerVersionPolicy"],
        provider: "Lambda keeps a layer to its account until a version's policy says otherwise; AWS takes no open permission back",
        avoids: &[
            "A layer that is shared with named accounts",
            "Everyone, under a condition that fixes an organization",
            "A layer without a policy",
        ],
        cli: "aws lambda get-layer-version-policy --layer-name <LAYER_NAME> --version-number <VERSION> --query Policy --output text --region <REGION>
aws lambda remove-layer-version-permission --layer-name <LAYER_NAME> --version-number <VERSION> --statement-id <STATEMENT_ID> --region <REGION>",
        cloudformation: r#"Type: AWS::Lambda::LayerVersionPermission
Properties:
  LayerVersionArn: !Ref <LAYER>
  Action: lambda:GetLayerVersion
  Principal: "*"
  OrganizationId: <ORGANIZATION_ID>"#,
        terraform: r#"resource "aws_lambda_layer_version_permission" "<NAME>" {
  layer_name      = aws_lambda_layer_version.<LAYER>.layer_name
  version_number  = aws_lambda_layer_version.<LAYER>.version
  statement_id    = "<STATEMENT_ID>"
  action          = "lambda:GetLayerVersion"
  principal       = "*"
  organization_id = "<ORGANIZATION_ID>"
}"#,
        undo: r#"aws lambda add-layer-version-permission --layer-name <LAYER_NAME> --version-number <VERSION> --statement-id <STATEMENT_ID> --action lambda:GetLayerVersion --principal "*" --region <REGION>
What was downloaded in the meantime is not taken back by either"#,
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.layers,
        |_, layer| {
            let open = open(context, layer)?;
            Ok(Ruling::pass_if(open.is_empty(), || {
                let statement = |reach: &Reach| Evidence::statement("lambda:GetLayerVersionPolicy", "", &reach.statement);
                let message = format!("Any AWS account can download the layer {}", layer.arn.name());
                Fault::new(message, open.iter().map(statement).collect())
            }))
        },
    )
}

/// The grants to everyone.
fn open(context: &Context<'_>, layer: &LayerVersion) -> Result<Vec<Reach>, Gap> {
    let Some(policy) = layer.policy.known()? else { return Ok(Vec::new()) };
    let mut reaches = audience(context.library.document(policy)?, &["lambda:GetLayerVersion"], &layer.arn);
    reaches.retain(|reach| reach.audience.is_public());
    Ok(reaches)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let layer = crate::model::find(&context.posture.regions.get(&*verdict.region)?.layers, &verdict.resource)?;
    let version = layer.version.to_string();
    let name = layer.arn.as_str().strip_suffix(&format!(":{version}"))?;
    let call = |operation, sid: &str| {
        Call::new("lambda", operation, &*verdict.region)
            .with("layer-name", name)
            .with("version-number", version.as_str())
            .with("statement-id", sid)
    };
    let mut plan = Plan::new(Effort::OneKey, Risk::Careful, format!("Stop sharing {} with everyone", layer.arn.name()));
    for reach in open(context, layer).ok()? {
        match reach.statement.sid.as_deref() {
            Some(sid) => {
                let add = call("add-layer-version-permission", sid).with("action", "lambda:GetLayerVersion").with("principal", "*");
                plan = plan.step(call("remove-layer-version-permission", sid)).undo(add);
            }
            None => {
                plan.steps.push(Step::from("The statement has no id to remove it by: publish the layer again, and delete this version"))
            }
        }
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{REGION, Says, cases, denied, empty},
        },
        model::{Arn, Fact, Gap, LayerVersion, Listing, PolicyText, Posture},
    };

    fn with_policy(policy: Fact<Option<PolicyText>>) -> Posture {
        let mut posture = empty();
        posture.regions.get_mut(REGION).unwrap().layers = Listing::complete(vec![LayerVersion {
            arn: Arn::from("arn:aws:lambda:eu-west-1:123456789012:layer:shared:7"),
            version: 7,
            policy,
        }]);
        posture
    }

    fn granting(principal: &str, condition: &str) -> Posture {
        with_policy(Fact::Known(Some(PolicyText::from(
            format!(
                r#"{{"Version":"2012-10-17","Id":"default","Statement":[{{"Sid":"share","Effect":"Allow","Principal":{principal},"Action":"lambda:GetLayerVersion","Resource":"arn:aws:lambda:eu-west-1:123456789012:layer:shared:7"{condition}}}]}}"#
            )
            .as_str(),
        ))))
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("not shared", with_policy(Fact::Known(None)), Says::Pass),
                ("with one account", granting(r#"{"AWS":"arn:aws:iam::999999999999:root"}"#, ""), Says::Pass),
                ("with everyone", granting(r#""*""#, ""), Says::Fail),
                (
                    "with an organization",
                    granting(r#""*""#, r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abcde12345"}}"#),
                    Says::Pass,
                ),
                ("no JSON", with_policy(Fact::Known(Some(PolicyText::from("{")))), Says::Unknown),
                ("denied", with_policy(Gap::denied("lambda:GetLayerVersionPolicy", "no").into()), Says::Unknown),
                ("unread", with_policy(Fact::unread("lambda:GetLayerVersionPolicy")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_permission_can_be_given_back() {
        let posture = granting(r#""*""#, "");
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        let arguments = "--layer-name arn:aws:lambda:eu-west-1:123456789012:layer:shared --version-number 7 --statement-id share";
        assert_eq!(plan.commands(), [format!("aws lambda remove-layer-version-permission {arguments} --region eu-west-1")]);
        assert!(plan.undo_commands()[0].starts_with(&format!("aws lambda add-layer-version-permission {arguments}")));
    }
}
