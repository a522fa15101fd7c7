//! Secrets that outsiders may read or replace.

use super::{
    outsider::{Ask, Front},
    survey::Survey,
};
use crate::paths::Grip;

const ASKS: [Ask; 1] = [Ask {
    actions: &["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "secretsmanager:PutResourcePolicy"],
    gives: Grip::Control,
    technique: "secret-policy",
    front: Front::Signed,
    deputies: false,
}];

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for secret in survey.items(name, &region.secrets) {
            let Some(Some(text)) = survey.known(&secret.arn, &secret.policy) else { continue };
            // Without a key of its own it is encrypted with AWS's, which no other account can use.
            let key = secret.kms_key.as_deref().unwrap_or("alias/aws/secretsmanager");
            survey.guarded("secret policy", text, &secret.arn, Some(key), &ASKS);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::key,
        model::{Arn, Fact, Gap, Posture, Secret},
        paths::entry::testing::{empty, gaps, policy, region, steps},
    };

    const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf";

    fn with(principal: &str, kms_key: Option<&str>) -> Posture {
        let mut posture = empty();
        let statement = |action: &str| format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"{action}","Resource":"*"}}"#);
        let mut seal = key("k");
        seal.policy = Fact::Known(policy(&statement("kms:Decrypt")));
        region(&mut posture).keys.items.push(seal);
        region(&mut posture).secrets.items.push(Secret {
            arn: Arn::new(SECRET),
            name: "db".to_owned(),
            kms_key: kms_key.map(str::to_owned),
            rotation_enabled: None,
            rotation_function: None,
            rotation_days: None,
            rotation_schedule: None,
            last_rotated: None,
            next_rotation: None,
            last_changed: None,
            last_accessed: None,
            created: None,
            primary_region: None,
            owning_service: None,
            policy: Fact::Known(Some(policy(&statement("secretsmanager:GetSecretValue")))),
            replicas: Fact::Known(Vec::new()),
        });
        posture
    }

    fn of_secret(posture: &Posture) -> Vec<String> {
        steps(posture).into_iter().filter(|step| step.contains(SECRET)).collect()
    }

    #[test]
    fn the_policy_and_the_key_must_let_them_in() {
        let foreign = r#"{"AWS":"210987654321"}"#;
        assert_eq!(of_secret(&with(foreign, Some("k"))), [format!("account:210987654321 -> {SECRET} Control secret-policy")]);
        assert!(of_secret(&with(foreign, None)).is_empty());
        assert!(of_secret(&with(r#"{"AWS":"123456789012"}"#, Some("k"))).is_empty());
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut posture = with(r#"{"AWS":"123456789012"}"#, None);
        region(&mut posture).secrets.items[0].policy = Gap::denied("secretsmanager:GetResourcePolicy", "no").into();
        assert_eq!((of_secret(&posture).len(), gaps(&posture)), (0, vec![format!("{SECRET} secretsmanager:GetResourcePolicy")]));
    }
}
