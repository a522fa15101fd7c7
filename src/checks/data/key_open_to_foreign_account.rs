//! DP-006: an account that nobody named as trusted can use a key.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        permission::{self, Stranger},
    },
    iam::{Audience, audience},
    model::{Arn, Gap, Grant, Source},
    remedy::{Call, Effort, Plan, Risk},
};

use super::key_actions::{self, KEY_ACTIONS};

pub(super) static CHECK: Check = Check {
    id: "DP-006",
    slug: "key-open-to-foreign-account",
    title: "Only trusted accounts can use a key",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "A copy of the data in that account can be read there for as long as the grant stands, out of sight of this account's logs of \
          who reads what.",
    how: "The key policy or a grant lets in an account, user, role or organization that is neither this account nor named as trusted in \
          the configuration. Without a list of trusted organizations it is unknown whether an organization is the account's own. \
          Policies for everyone are DP-003; AWS managed keys are left alone.",
    links: Links { csf: &["PR.DS"], owasp: &["S3"], attack: &["T1537"], ..Links::NONE },
    reads: &[Source::Kms, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &["kms:ListKeys", "kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants", "organizations:DescribeOrganization"],
        provider: "AWS lets another account use a key only where your key policy or a grant says so, and does not judge which account \
                   that is",
        avoids: &[
            "An account or organization that the configuration names as trusted",
            "The account's own organization, once it is known which that is",
            "A grant to an AWS service or to a service-linked role",
            "The id of a deleted user or role, which nobody can become again",
        ],
        cli: "aws kms get-key-policy --key-id <KEY_ARN> --policy-name default --query Policy --output text --region <REGION>\n\
aws kms put-key-policy --key-id <KEY_ARN> --policy-name default --policy file://policy.json --region <REGION>\n\
aws kms list-grants --key-id <KEY_ARN> --region <REGION>\n\
aws kms revoke-grant --key-id <KEY_ARN> --grant-id <GRANT_ID> --region <REGION>",
        cloudformation: r#"# Grants are no part of a template: revoke those with the AWS CLI.
Type: AWS::KMS::Key
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
        undo: "aws kms put-key-policy --key-id <KEY_ARN> --policy-name default --policy file://before.json --region <REGION>\n\
A revoked grant is not brought back: whoever held it asks for another, which has a new id",
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
            let mut strangers: Vec<String> = Vec::new();
            let mut evidence = Vec::new();
            let mut gap: Option<Gap> = None;
            let reaches = key.policy.known().map_err(Gap::from).and_then(|text| {
                let document = context.library.document(text)?;
                Ok(audience(document, KEY_ACTIONS, &key.arn))
            });
            match reaches {
                Ok(reaches) => {
                    for reach in reaches {
                        match permission::stranger(context, &reach.audience) {
                            Stranger::No => {}
                            Stranger::Yes(who) => {
                                let statement = Evidence::statement("kms:GetKeyPolicy", "", &reach.statement);
                                if !evidence.contains(&statement) {
                                    evidence.push(statement);
                                }
                                strangers.push(who);
                            }
                            Stranger::MaybeOwn(id) => gap = Some(permission::maybe_own(&id)),
                        }
                    }
                }
                Err(found) => gap = Some(found),
            }
            match key.grants.known() {
                Ok(grants) => {
                    for (grant, who) in grants.iter().filter_map(|grant| foreign(context, grant)) {
                        evidence.extend(key_actions::grant_evidence(grant));
                        strangers.push(who);
                    }
                }
                Err(found) => gap = Some(found.clone()),
            }
            strangers.sort();
            strangers.dedup();
            match (strangers.is_empty(), gap) {
                (false, _) => {
                    let message = format!("The key {} lets in {}", key_actions::called(key), strangers.join(", "));
                    Ok(Fault::new(message, evidence).into())
                }
                (true, Some(gap)) => Err(gap),
                (true, None) => Ok(Ruling::Pass),
            }
        },
    )
}

/// The grant with whom it lets in, when that is a stranger.
fn foreign<'a>(context: &Context<'_>, grant: &'a Grant) -> Option<(&'a Grant, String)> {
    if key_actions::is_service(&grant.grantee) {
        return None;
    }
    match permission::stranger(context, &Audience::Principal(Arn::from(grant.grantee.as_str()))) {
        Stranger::Yes(who) => Some((grant, who)),
        Stranger::No | Stranger::MaybeOwn(_) => None,
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let key = context.posture.key(&verdict.resource)?;
    let mut plan = Plan::new(Effort::Prompt, Risk::Careful, format!("Shut strangers out of {}", key_actions::called(key)));
    let document = key.policy.known().ok().and_then(|text| context.library.document(text).ok());
    let is_stranger = |audience: &Audience| matches!(permission::stranger(context, audience), Stranger::Yes(_));
    if document.is_some_and(|document| audience(document, KEY_ACTIONS, &key.arn).iter().any(|reach| is_stranger(&reach.audience))) {
        plan = key_actions::replace_policy(plan, key)?;
    }
    for (grant, who) in key.grants.known().into_iter().flatten().filter_map(|grant| foreign(context, grant)) {
        let revoke =
            Call::new("kms", "revoke-grant", &*verdict.region).with("key-id", key.arn.as_str()).with("grant-id", grant.id.as_str());
        plan = plan.step(revoke).undo(format!("Let {who} ask for a grant again if it was legitimate: its constraints are not kept whole"));
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Settings,
            testing::{REGION, Says, ask_with, cases, denied, empty, key},
        },
        model::{Fact, Gap, Grant, Key, PolicyText, Posture},
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
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":["kms:Decrypt","kms:DescribeKey"],"Resource":"*"{condition}}}]}}"#
            );
            key.policy = Fact::Known(PolicyText::from(policy.as_str()));
        })
    }

    fn with_grant(grantee: &str) -> Posture {
        with_key(|key| {
            key.grants = Fact::Known(vec![Grant {
                id: "0d8aa621".to_owned(),
                name: None,
                grantee: grantee.to_owned(),
                operations: vec!["Decrypt".to_owned()],
                constrained: true,
                encryption_context: [].into(),
                created: None,
            }]);
        })
    }

    const THEIRS: &str = r#"{"AWS":"arn:aws:iam::999999999999:root"}"#;
    const ORGANIZATION: &str = r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abcde12345"}}"#;

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("the account's root", with_key(|_| ()), Says::Pass),
                ("a role of the account", granting(r#"{"AWS":"arn:aws:iam::123456789012:role/app"}"#, ""), Says::Pass),
                ("a service", granting(r#"{"Service":"logs.eu-west-1.amazonaws.com"}"#, ""), Says::Pass),
                ("another account", granting(THEIRS, ""), Says::Fail),
                ("another account by its number", granting(r#"{"AWS":"999999999999"}"#, ""), Says::Fail),
                ("a role of another account", granting(r#"{"AWS":["arn:aws:iam::999999999999:role/x"]}"#, ""), Says::Fail),
                ("an organization that may be the own", granting(r#"{"AWS":"*"}"#, ORGANIZATION), Says::Unknown),
                ("a grant to another account", with_grant("arn:aws:iam::999999999999:user/x"), Says::Fail),
                ("a grant to a service", with_grant("rds.eu-west-1.amazonaws.com"), Says::Pass),
                ("AWS's own key", with_key(|key| key.metadata.known_mut().unwrap().customer_managed = false), Says::NotApplicable),
                ("policy denied", with_key(|key| key.policy = Gap::denied("kms:GetKeyPolicy", "no").into()), Says::Unknown),
                ("policy unread", with_key(|key| key.policy = Fact::unread("")), Says::Unknown),
                ("grants denied", with_key(|key| key.grants = Gap::denied("kms:ListGrants", "no").into()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_user_names_trusted_accounts_and_organizations() {
        let trusting = Settings {
            trusted_accounts: vec!["999999999999".to_owned()],
            trusted_organizations: vec!["o-abcde12345".to_owned()],
            ..Settings::default()
        };
        assert_eq!(ask_with(&CHECK, &granting(THEIRS, ""), &trusting)[0].1, Says::Pass);
        assert_eq!(ask_with(&CHECK, &granting(r#"{"AWS":"*"}"#, ORGANIZATION), &trusting)[0].1, Says::Pass);
        let other = Settings { trusted_organizations: vec!["o-other00000".to_owned()], ..Settings::default() };
        assert_eq!(ask_with(&CHECK, &granting(r#"{"AWS":"*"}"#, ORGANIZATION), &other)[0].1, Says::Fail);
    }
}
