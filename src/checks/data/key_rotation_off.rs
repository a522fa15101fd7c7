//! DP-004: a key that can rotate does not.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::Source,
    remedy::{Call, Effort, Plan, Risk},
};

use super::key_actions;

pub(super) static CHECK: Check = Check {
    id: "DP-004",
    slug: "key-rotation-off",
    title: "Keys that can rotate do so every year",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "With one key material for ever, whatever was once encrypted stays open to whoever gets hold of that material. Rotation bounds the \
          data of each, costs nothing to use, and old data stays readable.",
    how: "GetKeyRotationStatus says no, for customer managed keys that are enabled and whose material KMS made for symmetric encryption. \
          Asymmetric and HMAC keys, imported material and custom key stores cannot rotate by themselves and are left alone, as are AWS's \
          keys and keys that are not in use.",
    links: Links { security_hub: &["KMS.4"], cis: &["4.6"], csf: &["PR.DS"], pci: &["3.7.4"], soc: &["PI1.5"], ..Links::NONE },
    reads: &[Source::Kms],
    run,
    fix,
    guide: Guide {
        calls: &["kms:ListKeys", "kms:DescribeKey", "kms:GetKeyRotationStatus"],
        provider: "AWS rotates its own keys, and yours too once rotation is on, and keeps the old material for what was encrypted with it",
        avoids: &[
            "Asymmetric and HMAC keys, which KMS cannot rotate by itself",
            "Keys with imported material or in a custom key store",
            "AWS managed keys, which AWS rotates",
            "Keys that are disabled or about to be deleted",
        ],
        cli: "aws kms enable-key-rotation --key-id <KEY_ARN> --region <REGION>",
        cloudformation: "Type: AWS::KMS::Key
Properties:
  EnableKeyRotation: true",
        terraform: r#"resource "aws_kms_key" "<NAME>" {
  enable_key_rotation = true
}"#,
        undo: "aws kms disable-key-rotation --key-id <KEY_ARN> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.keys,
        |_, key| {
            let metadata = key.metadata.known()?;
            let rotates = metadata.customer_managed
                && metadata.origin == "AWS_KMS"
                && metadata.spec == "SYMMETRIC_DEFAULT"
                && metadata.state == "Enabled";
            if !rotates {
                return Ok(Ruling::NotApplicable);
            }
            Ok(Ruling::pass_if(*key.rotation_enabled.known()?, || {
                let off = Evidence::field("kms:GetKeyRotationStatus", "KeyRotationEnabled", "false");
                Fault::new(format!("The key {} never changes its material", key_actions::called(key)), vec![off])
            }))
        },
    )
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call = |operation| Call::new("kms", operation, &*verdict.region).with("key-id", verdict.resource.as_str());
    Some(
        Plan::new(Effort::OneKey, Risk::Safe, "Rotate the key every year")
            .step(call("enable-key-rotation"))
            .undo(call("disable-key-rotation")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, cases, denied, empty, key},
        model::{Fact, Gap, Key, KeyMetadata, Posture},
    };

    fn with_key(change: impl FnOnce(&mut Key)) -> Posture {
        let mut posture = empty();
        let mut key = key("own");
        change(&mut key);
        posture.regions.get_mut(REGION).unwrap().keys.items.push(key);
        posture
    }

    /// A key that does not rotate, changed by `change`.
    fn still(change: impl FnOnce(&mut KeyMetadata)) -> Posture {
        with_key(|key| {
            key.rotation_enabled = Fact::Known(false);
            change(key.metadata.known_mut().unwrap());
        })
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("rotates", with_key(|_| ()), Says::Pass),
                ("does not rotate", still(|_| ()), Says::Fail),
                ("asymmetric", still(|metadata| metadata.spec = "RSA_4096".to_owned()), Says::NotApplicable),
                ("HMAC", still(|metadata| metadata.spec = "HMAC_256".to_owned()), Says::NotApplicable),
                ("imported material", still(|metadata| metadata.origin = "EXTERNAL".to_owned()), Says::NotApplicable),
                ("custom key store", still(|metadata| metadata.origin = "AWS_CLOUDHSM".to_owned()), Says::NotApplicable),
                ("AWS's", still(|metadata| metadata.customer_managed = false), Says::NotApplicable),
                ("disabled", still(|metadata| metadata.state = "Disabled".to_owned()), Says::NotApplicable),
                ("denied", with_key(|key| key.rotation_enabled = Gap::denied("kms:GetKeyRotationStatus", "no").into()), Says::Unknown),
                ("unread", with_key(|key| key.rotation_enabled = Fact::unread("")), Says::Unknown),
                ("key denied", with_key(|key| key.metadata = Gap::denied("kms:DescribeKey", "no").into()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
