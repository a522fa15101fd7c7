//! DP-007: an enabled key that nobody has used for long.

use std::collections::BTreeSet;

use crate::{
    checks::{Check, Context, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Gap, GapKind, Key, Source},
    remedy::Plan,
};

pub(super) static CHECK: Check = Check {
    id: "DP-007",
    slug: "key-not-used",
    title: "Keys that nobody uses are disabled",
    layer: Layer::Data,
    severity: Severity::Info,
    why: "A key that is enabled can be used by whoever gets hold of a permission on it, to read old backups for example; and it costs.",
    how: "Since 2026 KMS tells when a key was last used (GetKeyLastUsage), and since when it has kept count. The library through which \
          Palisade asks KMS does not know that call yet, so with customer managed keys in the account this is unknown, once for the \
          account; without any there is nothing to ask.",
    links: Links { csf: &["PR.DS"], csa: &["SAS-11"], ..Links::NONE },
    reads: &[Source::Kms],
    run,
    fix: no_fix,
    guide: Guide {
        calls: &["kms:ListKeys", "kms:DescribeKey", "kms:GetKeyLastUsage"],
        provider: "AWS keeps count of when a key was last used and charges for each month that it is kept; it disables none by itself",
        avoids: &[
            "AWS managed keys, which cost nothing to keep",
            "A key of which it is not known when it was last used: Palisade calls none unused by guessing",
        ],
        cli: "aws kms get-key-last-usage --key-id <KEY_ARN> --region <REGION>\n\
aws kms disable-key --key-id <KEY_ARN> --region <REGION>",
        cloudformation: "Type: AWS::KMS::Key
Properties:
  Enabled: false",
        terraform: r#"resource "aws_kms_key" "<NAME>" {
  is_enabled = false
}"#,
        undo: "aws kms enable-key --key-id <KEY_ARN> --region <REGION>",
    },
};

/// What would tell.
const CALL: &str = "kms:GetKeyLastUsage";

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(&CHECK, |region| &region.keys, |_, _| Ok(Ruling::NotApplicable));
    let owned = |key: &&Key| key.metadata.known().is_ok_and(|metadata| metadata.customer_managed);
    let keys = context.posture.regions.values().flat_map(|region| &region.keys.items);
    let partitions: BTreeSet<&str> = keys.filter(owned).map(|key| key.arn.partition()).collect();
    if let Some(partition) = partitions.first() {
        let account = crate::model::Arn::build(partition, "kms", "", &context.posture.account, "key/*");
        let gap = Gap::new(GapKind::Unsupported, CALL, "the AWS SDK for Rust does not know this call yet");
        verdicts.push(context.one(&CHECK, account, "", Err(gap)));
    }
    verdicts
}

fn no_fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    None
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, ask, denied, empty, key},
        model::{Fact, Posture},
    };

    #[test]
    fn it_is_unknown_once_and_only_with_keys_of_ones_own() {
        let mut posture = empty();
        assert!(ask(&CHECK, &posture).iter().all(|(_, says)| *says == Says::NotApplicable));
        let region = posture.regions.get_mut(REGION).expect("the Region");
        region.keys.items.extend([key("one"), key("two")]);
        let unknown = |posture: &Posture| ask(&CHECK, posture).into_iter().filter(|(_, says)| *says == Says::Unknown).count();
        assert_eq!(unknown(&posture), 1);
        for key in &mut posture.regions.get_mut(REGION).expect("the Region").keys.items {
            if let Fact::Known(metadata) = &mut key.metadata {
                metadata.customer_managed = false;
            }
        }
        assert_eq!(unknown(&posture), 0);
        assert!(ask(&CHECK, &denied()).iter().all(|(_, says)| *says == Says::Unknown));
    }
}
