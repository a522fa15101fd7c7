//! Keys that outsiders may use: by the key policy, or by a grant.

use super::{
    outsider::{Ask, Front},
    survey::Survey,
};
use crate::{
    model::{Arn, Key},
    paths::{Edge, Grip, Node, edge::Proof},
};

const ASK: Ask = Ask {
    actions: &["kms:Decrypt", "kms:CreateGrant", "kms:PutKeyPolicy", "kms:ReEncryptFrom", "kms:Sign"],
    gives: Grip::Control,
    technique: "key-policy",
    front: Front::Signed,
    deputies: false,
};

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for key in survey.items(name, &region.keys) {
            // Nobody outside can use AWS's own keys, whatever their policies look like.
            if key.metadata.known().is_ok_and(|metadata| !metadata.customer_managed) {
                continue;
            }
            if let Some(text) = survey.known(&key.arn, &key.policy)
                && let Some(document) = survey.document(&key.arn, text)
            {
                survey.admitted("key policy", document, &key.arn, &key.arn, &ASK).into_iter().for_each(|edge| survey.push(edge));
            }
            by_grants(survey, key);
        }
    }
}

fn by_grants<'a>(survey: &mut Survey<'_, 'a>, key: &'a Key) {
    let Some(grants) = survey.known(&key.arn, &key.grants) else { return };
    for grant in grants {
        let grantee = Arn::from(grant.grantee.as_str());
        let used: Vec<String> = grant
            .operations
            .iter()
            .map(|operation| format!("kms:{operation}"))
            .filter(|action| ASK.actions.contains(&action.as_str()))
            .collect();
        if !survey.is_foreign(grantee.account()) || used.is_empty() {
            continue;
        }
        let from = if grantee.resource() == "root" { Node::Account(grantee.account().into()) } else { Node::from(&grantee) };
        let named = grant.name.clone().unwrap_or_else(|| grant.id.clone());
        survey.push(Edge {
            actions: used,
            condition: grant.constrained.then(|| "only in the encryption context that the grant names".to_owned()),
            proof: vec![Proof::field("kms:ListGrants", "GranteePrincipal", named)],
            ..Edge::new(from, &key.arn, Grip::Control, "key-grant")
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::key,
        model::{Fact, Gap, Grant, Key},
        paths::entry::testing::{empty, gaps, policy, region, steps},
    };

    const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/k";

    fn with(change: impl FnOnce(&mut Key)) -> (Vec<String>, Vec<String>) {
        let mut posture = empty();
        let mut k = key("k");
        change(&mut k);
        region(&mut posture).keys.items.push(k);
        (steps(&posture), gaps(&posture))
    }

    #[test]
    fn other_accounts_come_by_policy_and_by_grant() {
        let foreign = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"kms:Decrypt","Resource":"*"}"#;
        let by_policy = with(|key| key.policy = Fact::Known(policy(foreign)));
        assert_eq!(by_policy.0, [format!("account:210987654321 -> {KEY} Control key-policy")]);
        let by_grant = with(|key| {
            key.grants = Fact::Known(vec![Grant {
                id: "g".to_owned(),
                name: None,
                grantee: "arn:aws:iam::210987654321:role/reader".to_owned(),
                operations: vec!["Decrypt".to_owned(), "DescribeKey".to_owned()],
                constrained: true,
                encryption_context: [].into(),
                created: None,
            }]);
        });
        let words = "only in the encryption context that the grant names";
        assert_eq!(by_grant.0, [format!("arn:aws:iam::210987654321:role/reader -> {KEY} Control key-grant {words}")]);
    }

    #[test]
    fn ones_own_account_is_no_outsider_and_aws_keys_are_closed() {
        assert_eq!(with(|_| ()), (vec![], vec![]));
        let aws = with(|key| {
            key.policy = Fact::Known(policy(r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}"#));
            key.metadata.known_mut().expect("metadata").customer_managed = false;
        });
        assert!(aws.0.is_empty());
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let unread = with(|key| {
            key.policy = Gap::denied("kms:GetKeyPolicy", "no").into();
            key.grants = Gap::denied("kms:ListGrants", "no").into();
        });
        assert_eq!(unread, (vec![], vec![format!("{KEY} kms:GetKeyPolicy"), format!("{KEY} kms:ListGrants")]));
    }
}
