//! DP-003: a key's policy lets everyone use it.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Reach, audience},
    model::{Gap, Key, Source},
    remedy::{Effort, Plan, Risk},
};

use super::key_actions::{self, KEY_ACTIONS};

pub(super) static CHECK: Check = Check {
    id: "DP-003",
    slug: "key-policy-public",
    title: "The policy of a key lets in named accounts only",
    layer: Layer::Data,
    severity: Severity::Critical,
    why: "Any AWS account can decrypt with the key, so encryption protects nothing from whoever gets hold of the data; and where the grant \
          reaches further, strangers can change the policy or delete the key.",
    how: "The key policy is evaluated: an Allow for everyone that is left after the Deny statements, with no condition that fixes the \
          calling account, an organization or a network. kms:ViaService alone fixes none of them. The policies of AWS managed keys are \
          AWS's, and are left alone.",
    links: Links { security_hub: &["KMS.5"], csf: &["PR.DS"], owasp: &["S3"], ..Links::NONE },
    reads: &[Source::Kms],
    run,
    fix,
    guide: Guide {
        calls: &["kms:ListKeys", "kms:DescribeKey", "kms:GetKeyPolicy"],
        provider: "AWS lets only those use a key whom its policy lets in, or a grant, or IAM where the policy leaves that to it; it takes \
                   the policy as you write it",
        avoids: &[
            "A principal of everyone with a condition on kms:CallerAccount, an organization or a network",
            "An Allow for everyone that a Deny of the same policy takes back",
            "The policy of an AWS managed key, which lets in whoever comes through the service",
            "A statement for the root of the account, which hands the decision to IAM",
        ],
        cli: "aws kms get-key-policy --key-id <KEY_ARN> --policy-name default --query Policy --output text --region <REGION>\n\
aws kms put-key-policy --key-id <KEY_ARN> --policy-name default --policy file://policy.json --region <REGION>",
        cloudformation: r#"Type: AWS::KMS::Key
Properties:
  KeyPolicy:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Principal:
          AWS: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:root
        Action: kms:*
        Resource: "*""#,
        terraform: r#"resource "aws_kms_key_policy" "<NAME>" {
  key_id = aws_kms_key.<KEY>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::<ACCOUNT_ID>:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}"#,
        undo: "aws kms put-key-policy --key-id <KEY_ARN> --policy-name default --policy file://before.json --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.keys,
        |_, key| {
            if key_actions::is_aws_managed(key) {
                return Ok(Ruling::NotApplicable);
            }
            let open = open(context, key)?;
            Ok(Ruling::pass_if(open.is_empty(), || {
                let evidence = open.iter().map(|reach| Evidence::statement("kms:GetKeyPolicy", "", &reach.statement)).collect();
                Fault::new(format!("Any AWS account can use the key {}", key_actions::called(key)), evidence)
            }))
        },
    )
}

/// The grants to everyone.
fn open(context: &Context<'_>, key: &Key) -> Result<Vec<Reach>, Gap> {
    let mut reaches = audience(context.library.document(key.policy.known()?)?, KEY_ACTIONS, &key.arn);
    reaches.retain(|reach| reach.audience.is_public());
    Ok(reaches)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let key = context.posture.key(&verdict.resource)?;
    let plan = Plan::new(Effort::Prompt, Risk::Careful, format!("Close the policy of {}", key_actions::called(key)));
    key_actions::replace_policy(plan, key)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{REGION, Says, cases, denied, empty, key},
        },
        model::{Fact, Gap, Key, PolicyText, Posture},
    };

    fn with_key(change: impl FnOnce(&mut Key)) -> Posture {
        let mut posture = empty();
        let mut key = key("own");
        change(&mut key);
        posture.regions.get_mut(REGION).unwrap().keys.items.push(key);
        posture
    }

    fn granting(principal: &str, condition: &str) -> Posture {
        with_key(|key| {
            let policy = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{principal},"Action":"kms:Decrypt","Resource":"*"{condition}}}}}"#
            );
            key.policy = Fact::Known(PolicyText::from(policy.as_str()));
        })
    }

    #[test]
    fn rules() {
        let everyone = r#"{"AWS":"*"}"#;
        cases(
            &CHECK,
            [
                ("the account's root", with_key(|_| ()), Says::Pass),
                ("everyone", granting(everyone, ""), Says::Fail),
                (
                    "everyone of the account, through a service",
                    granting(
                        everyone,
                        r#","Condition":{"StringEquals":{"kms:CallerAccount":"123456789012","kms:ViaService":"s3.eu-west-1.amazonaws.com"}}"#,
                    ),
                    Says::Pass,
                ),
                (
                    "everyone, through a service",
                    granting(everyone, r#","Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}"#),
                    Says::Fail,
                ),
                (
                    "an organization",
                    granting(everyone, r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abcde12345"}}"#),
                    Says::Pass,
                ),
                ("AWS's own key", with_key(|key| key.metadata.known_mut().unwrap().customer_managed = false), Says::NotApplicable),
                ("no JSON", with_key(|key| key.policy = Fact::Known(PolicyText::from("nonsense"))), Says::Unknown),
                ("denied", with_key(|key| key.policy = Gap::denied("kms:GetKeyPolicy", "no").into()), Says::Unknown),
                ("unread", with_key(|key| key.policy = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_old_policy_is_the_way_back() {
        let posture = granting(r#""*""#, "");
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert!(plan.undo_commands()[0].contains(r#"--policy '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*""#));
    }
}
