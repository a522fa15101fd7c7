//! IA-010: another account can take on a role, and nothing binds who in it.

use super::trust;
use crate::{
    checks::{Check, Context, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Audience, Reach},
    model::{Gap, Role, Source},
    remedy::{Call, Effort, Plan, Risk},
};

/// Condition keys that say more of the caller than its account.
const BINDING: [&str; 4] = ["sts:ExternalId", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:MultiFactorAuthPresent"];

pub(super) static CHECK: Check = Check {
    id: "IA-010",
    slug: "cross-account-trust-unbound",
    title: "Trust in another account asks for an external id, an organization or MFA",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "A vendor works for many customers from one account. Without an external id, any of them can give the vendor this \
          role's ARN and have it work here; and whoever takes over anything in that account is in this one too.",
    how: "The trust policy, after its denies, lets in another account or a principal of one, and no condition fixes sts:ExternalId, \
          the organization or multi-factor authentication. A condition that also holds when the key is missing, or for any \
          value, does not count. This account and the trusted accounts of the settings are left alone; a single principal is medium.",
    links: Links { csf: &["PR.AA"], attack: &["T1199"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam],
    run,
    fix,
    guide: Guide {
        calls: &["iam:GetAccountAuthorizationDetails"],
        provider: "AWS vouches for which account and principal asks, and hands an external id on as it is given: to ask for one is yours",
        avoids: &[
            "This account, and accounts that the configuration names as trusted",
            "Another account from which a condition asks an external id, an organization or MFA",
            "A single principal of another account, as more than medium",
            "AWS services and service-linked roles",
        ],
        cli: "aws iam get-role --role-name <ROLE_NAME> --query Role.AssumeRolePolicyDocument
aws iam update-assume-role-policy --role-name <ROLE_NAME> --policy-document file://trust.json",
        cloudformation: r#"Type: AWS::IAM::Role
Properties:
  AssumeRolePolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Principal:
          AWS: "<OTHER_ACCOUNT_ID>"
        Action: sts:AssumeRole
        Condition:
          StringEquals:
            sts:ExternalId: <EXTERNAL_ID>"#,
        terraform: r#"resource "aws_iam_role" "<NAME>" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "<OTHER_ACCOUNT_ID>" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = "<EXTERNAL_ID>" } }
    }]
  })
}"#,
        undo: "aws iam update-assume-role-policy --role-name <ROLE_NAME> --policy-document file://before.json",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_global(&CHECK, &context.posture.identity.roles, |role| judge(context, role))
}

fn judge(context: &Context<'_>, role: &Role) -> Result<Ruling, Gap> {
    if trust::is_service_linked(role) {
        return Ok(Ruling::NotApplicable);
    }
    let foreign: Vec<_> = context.trust(role)?.iter().filter_map(|reach| Some((reach, foreigner(context, reach)?))).collect();
    if foreign.is_empty() {
        return Ok(Ruling::NotApplicable);
    }
    let unbound: Vec<_> = foreign.into_iter().filter(|(reach, _)| !trust::fixes(&reach.statement, &BINDING)).collect();
    let Some((_, first)) = unbound.first() else { return Ok(Ruling::Pass) };
    let evidence = trust::all_evidence(unbound.iter().map(|(reach, _)| *reach));
    let fault = Fault::new(format!("{first} can take on {} without an external id, organization or MFA", role.name), evidence);
    let whole = unbound.iter().any(|(reach, _)| matches!(reach.audience, Audience::Account(_)));
    Ok(if whole { fault } else { fault.severity(Severity::Medium) }.into())
}

/// Who of another account `reach` lets in, if so.
fn foreigner(context: &Context<'_>, reach: &Reach) -> Option<String> {
    let (account, name) = match &reach.audience {
        Audience::Account(id) => (id.as_str(), format!("Account {id}")),
        // A principal that was deleted is an id without an account: nobody can be it.
        Audience::Principal(arn) => (arn.account(), arn.to_string()),
        _ => return None,
    };
    (!account.is_empty() && !context.settings.trusts(&context.posture.account, account)).then_some(name)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let role = context.posture.role(&verdict.resource)?;
    let set = || Call::new("iam", "update-assume-role-policy", "").with("role-name", &role.name);
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Ask the other account for an external id")
            .step(r#"Agree on an external id, and add "Condition": {"StringEquals": {"sts:ExternalId": "ID"}} to the statement"#)
            .step(set().ask("policy-document", "trust policy with the condition"))
            .undo(set().with("policy-document", role.trust.as_str())),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{Says, ask_with, cases, denied, with_function},
        },
        model::{Arn, Listing, PolicyText, Posture},
    };

    fn trusting(principal: &str, condition: &str) -> Posture {
        let mut posture = with_function(|_| ());
        posture.identity.roles.items[0].trust = PolicyText::new(format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":{principal}}},"Action":"sts:AssumeRole","Condition":{condition}}}]}}"#
        ));
        posture
    }

    const OTHER: &str = r#""arn:aws:iam::210987654321:root""#;

    #[test]
    fn rules() {
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        let mut service_linked = trusting(OTHER, "{}");
        service_linked.identity.roles.items[0].arn = Arn::from("arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/X");
        cases(
            &CHECK,
            [
                ("service-linked", service_linked, Says::NotApplicable),
                ("lambda only", with_function(|_| ()), Says::NotApplicable),
                ("own account", trusting(r#""123456789012""#, "{}"), Says::NotApplicable),
                ("another account", trusting(OTHER, "{}"), Says::Fail),
                ("one of a list", trusting(r#"["123456789012","210987654321"]"#, "{}"), Says::Fail),
                ("a role there", trusting(r#""arn:aws:iam::210987654321:role/deploy""#, "{}"), Says::Fail),
                ("external id", trusting(OTHER, r#"{"StringEquals":{"sts:externalid":"x-1"}}"#), Says::Pass),
                ("any external id", trusting(OTHER, r#"{"StringLike":{"sts:ExternalId":"*"}}"#), Says::Fail),
                ("an external id, whichever", trusting(OTHER, r#"{"Null":{"sts:ExternalId":"false"}}"#), Says::Fail),
                ("MFA", trusting(OTHER, r#"{"Bool":{"aws:MultiFactorAuthPresent":true}}"#), Says::Pass),
                ("MFA, if anybody says so", trusting(OTHER, r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}"#), Says::Fail),
                ("organization", trusting(OTHER, r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc1234567"}}"#), Says::Pass),
                ("no policy", trusting("7", "{}"), Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
        let settings = Settings { trusted_accounts: vec!["210987654321".to_owned()], ..Settings::default() };
        assert_eq!(ask_with(&CHECK, &trusting(OTHER, "{}"), &settings), [("orders-role".to_owned(), Says::NotApplicable)]);
    }

    #[test]
    fn one_principal_there_is_less_than_all_of_them() {
        let settings = Settings::default();
        for (principal, expected) in [(OTHER, None), (r#""arn:aws:iam::210987654321:role/deploy""#, Some(Severity::Medium))] {
            let posture = trusting(principal, "{}");
            let verdicts = (CHECK.run)(&Context::new(&posture, &settings));
            let Ruling::Fail(fault) = &verdicts[0].ruling else { panic!("{verdicts:?}") };
            assert_eq!(fault.severity, expected, "{}", fault.message);
        }
    }
}
