//! IR-013: AWS does not know whom to call, or nobody may call AWS.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Gap, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-013",
    slug: "nobody-to-call",
    title: "AWS knows whom to call about security, and somebody may call AWS Support",
    layer: Layer::Response,
    severity: Severity::Medium,
    why: "AWS writes to the security contact when it sees keys of the account abused; without one the mail goes to whoever once \
          opened the account. And when help is needed, whoever answers must be allowed to open a case.",
    how: "GetAlternateContact has no SECURITY contact; or, of low severity, no role, group or user has the policy AWSSupportAccess. Not \
          asked of an account without functions. Whether Security Hub collects what is to be handled, MV-018 says.",
    links: Links {
        security_hub: &["Account.1", "IAM.18"],
        cis: &["2.3", "2.15"],
        csf: &["RS.CO", "GV.RR"],
        owasp: &["S10"],
        pci: &["12.10.3"],
        ..Links::NONE
    },
    reads: &[Source::Account, Source::Iam, Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["account:GetAlternateContact", "iam:GetAccountAuthorizationDetails", "lambda:ListFunctions"],
        provider: "AWS writes to the security contact when it sees the account abused, and to the root user where there is none.",
        avoids: &[
            "An account without functions",
            "A missing policy for AWS Support as more than low, where there is a contact",
        ],
        cli: "aws account put-alternate-contact --alternate-contact-type SECURITY --name <NAME> --title <TITLE> --email-address <EMAIL_ADDRESS> --phone-number <PHONE_NUMBER>
aws iam attach-role-policy --role-name <ROLE_NAME> --policy-arn arn:aws:iam::aws:policy/AWSSupportAccess",
        cloudformation: "# CloudFormation has no resource for alternate contacts: name them with the AWS CLI.
Type: AWS::IAM::Role
Properties:
  ManagedPolicyArns:
    - arn:aws:iam::aws:policy/AWSSupportAccess",
        terraform: r#"resource "aws_account_alternate_contact" "<NAME>" {
  alternate_contact_type = "SECURITY"
  name                   = "<NAME>"
  title                  = "<TITLE>"
  email_address          = "<EMAIL_ADDRESS>"
  phone_number           = "<PHONE_NUMBER>"
}

resource "aws_iam_role_policy_attachment" "<NAME>" {
  role       = aws_iam_role.<ROLE>.name
  policy_arn = "arn:aws:iam::aws:policy/AWSSupportAccess"
}"#,
        undo: "aws account delete-alternate-contact --alternate-contact-type SECURITY
aws iam detach-role-policy --role-name <ROLE_NAME> --policy-arn arn:aws:iam::aws:policy/AWSSupportAccess",
    },
};

/// The managed policy of AWS by which one opens cases.
const SUPPORT: &str = "AWSSupportAccess";

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let posture = context.posture;
    vec![context.one(&CHECK, posture.root(), "", judge(context))]
}

fn judge(context: &Context<'_>) -> Result<Ruling, Gap> {
    if context.posture.functions().next().is_none() {
        return context.functions_gap().map_or(Ok(Ruling::NotApplicable), Err);
    }
    let contact = context.posture.governance.security_contact.known();
    let support = may_call(context);
    let mut lacks = Vec::new();
    let mut evidence = Vec::new();
    if contact == Ok(&false) {
        lacks.push("AWS has no contact for security");
        evidence.push(Evidence::field("account:GetAlternateContact", "AlternateContact SECURITY", "none"));
    }
    if support == Ok(false) {
        lacks.push("nobody has the policy that opens cases with AWS Support");
        evidence.push(Evidence::field("iam:GetAccountAuthorizationDetails", "AttachedManagedPolicies", format!("{SUPPORT} nowhere")));
    }
    if lacks.is_empty() {
        contact?;
        support?;
        return Ok(Ruling::Pass);
    }
    let fault = Fault::new(lacks.join(", and "), evidence);
    // Whether the worse half holds as well is not known when the contact is not.
    Ok(if contact == Ok(&false) { fault } else { fault.severity(Severity::Low) }.into())
}

/// Whether somebody has the policy that opens cases.
fn may_call(context: &Context<'_>) -> Result<bool, Gap> {
    let identity = &context.posture.identity;
    let held = identity.roles.items.iter().map(|role| &role.policies);
    let held = held.chain(identity.groups.items.iter().map(|group| &group.policies));
    let mut held = held.chain(identity.users.items.iter().map(|user| &user.policies));
    if held.any(|policies| policies.attached.iter().any(|policy| policy.account() == "aws" && policy.name() == SUPPORT)) {
        return Ok(true);
    }
    identity.roles.all()?;
    identity.groups.all()?;
    identity.users.all()?;
    Ok(false)
}

fn fix(context: &Context<'_>, _: &Verdict) -> Option<Plan> {
    let mut plan = Plan::new(Effort::Prompt, Risk::Safe, "Tell AWS whom to call, and let a role open cases");
    if context.posture.governance.security_contact.known() == Ok(&false) {
        plan = plan
            .step(
                Call::new("account", "put-alternate-contact", "")
                    .with("alternate-contact-type", "SECURITY")
                    .ask("name", "name of the team")
                    .ask("title", "its title")
                    .ask("email-address", "an address that is read day and night")
                    .ask("phone-number", "a number that is answered day and night"),
            )
            .undo(Call::new("account", "delete-alternate-contact", "").with("alternate-contact-type", "SECURITY"));
    }
    if may_call(context) == Ok(false) {
        let policy = format!("arn:{}:iam::aws:policy/{SUPPORT}", context.posture.partition);
        let call = |operation: &'static str| {
            Call::new("iam", operation, "").ask("role-name", "role of the people on call").with("policy-arn", &policy)
        };
        plan = plan.step(call("attach-role-policy")).undo(call("detach-role-policy"));
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{LOGS_ONLY, Says, cases, denied, empty, role, with_function},
        },
        model::{Arn, Fact, Gap, Posture},
    };

    fn with(contact: Fact<bool>, policy: &str) -> Posture {
        let mut posture = with_function(|_| ());
        posture.governance.security_contact = contact;
        let mut support = role("support", LOGS_ONLY);
        support.policies.attached.push(Arn::from(policy));
        posture.identity.roles.items.push(support);
        posture
    }

    const SUPPORT: &str = "arn:aws:iam::aws:policy/AWSSupportAccess";
    const OTHER: &str = "arn:aws:iam::123456789012:policy/AWSSupportAccess";

    #[test]
    fn rules() {
        let unread = || Fact::unread("account:GetAlternateContact");
        let mut roles_denied = with(Fact::Known(true), OTHER);
        roles_denied.identity.roles.gap = Some(Gap::denied("iam:GetAccountAuthorizationDetails", "no"));
        let mut both = roles_denied.clone();
        both.governance.security_contact = Fact::Known(false);
        cases(
            &CHECK,
            [
                ("known and allowed", with(Fact::Known(true), SUPPORT), Says::Pass),
                ("no contact", with(Fact::Known(false), SUPPORT), Says::Fail),
                ("nobody may call", with(Fact::Known(true), OTHER), Says::Fail),
                ("neither", with(Fact::Known(false), OTHER), Says::Fail),
                ("roles denied", roles_denied, Says::Unknown),
                ("no contact, and roles denied", both, Says::Fail),
                ("contact unread", with(unread(), SUPPORT), Says::Unknown),
                ("contact denied", with(Gap::denied("account:GetAlternateContact", "no").into(), SUPPORT), Says::Unknown),
                ("no functions", empty(), Says::NotApplicable),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn help_from_aws_is_less_than_a_call_from_it() {
        let settings = Settings::default();
        for (contact, expected) in [(true, Some(Severity::Low)), (false, None)] {
            let posture = with(Fact::Known(contact), OTHER);
            let Ruling::Fail(fault) = (CHECK.run)(&Context::new(&posture, &settings)).remove(0).ruling else { panic!("no fail") };
            assert_eq!(fault.severity, expected);
        }
    }

    #[test]
    fn the_plan_does_what_is_missing_and_takes_it_back() {
        let settings = Settings::default();
        for (posture, steps) in [(with(Fact::Known(false), OTHER), 2), (with(Fact::Known(true), OTHER), 1)] {
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let plan = (CHECK.fix)(&context, &verdict).unwrap();
            assert_eq!((plan.steps.len(), plan.undo.len()), (steps, steps));
        }
    }
}
