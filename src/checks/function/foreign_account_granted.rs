//! FN-006: an account that nobody named as trusted may invoke or change the function.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        permission::{self, Grants, INVOKE, Stranger},
    },
    iam::{Audience, Principal, Reach},
    model::{Function, Source},
    remedy::{Effort, Plan},
};

/// What a resource policy of a function can grant besides starting it, as far as it harms.
const MANAGE: &[&str] = &[
    "lambda:AddPermission",
    "lambda:CreateAlias",
    "lambda:CreateFunctionUrlConfig",
    "lambda:DeleteFunction",
    "lambda:DeleteFunctionConcurrency",
    "lambda:GetFunction",
    "lambda:GetFunctionConfiguration",
    "lambda:PublishVersion",
    "lambda:PutFunctionConcurrency",
    "lambda:PutFunctionEventInvokeConfig",
    "lambda:PutResourcePolicy",
    "lambda:RemovePermission",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "lambda:UpdateFunctionUrlConfig",
];

pub(super) static CHECK: Check = Check {
    id: "FN-006",
    slug: "foreign-account-granted",
    title: "Only trusted accounts may invoke or manage the function",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "Whoever takes over that account takes over the grant with it, and nothing in this account shows how well it is kept. Grants to \
          vendors and former partners outlive the contract.",
    how: "A policy of the function, of an alias or of a version grants an account, user, role or organization that is neither this \
          account nor named as trusted in the configuration. A grant that lets everyone change or read the function, beyond invoking \
          it, is critical. Where it was not read which organization the account is in, and the configuration names none as trusted, it is \
          unknown whether an organization is the account's own.",
    links: Links { csf: &["PR.PS"], owasp: &["S5"], attack: &["T1199", "T1078.004"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "lambda:ListAliases",
            "lambda:ListVersionsByFunction",
            "lambda:GetPolicy",
            "organizations:DescribeOrganization",
        ],
        provider: "Lambda lets in whomever the policy names, across accounts and for as long as the statement stands; AWS does not know \
                  which accounts you still work with",
        avoids: &[
            "Accounts and organizations that the configuration names as trusted",
            "The account's own organization, where it was read which one that is",
            "The id of a deleted user or role, which nobody can be again",
            "Services, which FN-005 judges, and everyone who may only invoke the function, which FN-001 judges",
        ],
        cli:
            "# Leave --qualifier out for the policy of the function itself.
aws lambda get-policy --function-name <FUNCTION_NAME> --qualifier <ALIAS_OR_VERSION> --query Policy --output text --region <REGION>
aws lambda remove-permission --function-name <FUNCTION_NAME> --qualifier <ALIAS_OR_VERSION> --statement-id <STATEMENT_ID> --region <REGION>",
        cloudformation: "# Take the permission out, or name an account that you trust.
Type: AWS::Lambda::Permission
Properties:
  FunctionName: !Ref <FUNCTION>
  Action: lambda:InvokeFunction
  Principal: <TRUSTED_ACCOUNT_ID>",
        terraform: r#"# Take the permission out, or name an account that you trust.
resource "aws_lambda_permission" "<NAME>" {
  function_name = aws_lambda_function.<FUNCTION>.function_name
  action        = "lambda:InvokeFunction"
  principal     = "<TRUSTED_ACCOUNT_ID>"
}"#,
        undo: "aws lambda add-permission --function-name <FUNCTION_NAME> --qualifier <ALIAS_OR_VERSION> --statement-id <STATEMENT_ID> --action lambda:InvokeFunction --principal <ACCOUNT_ID> --region <REGION>",
    },
};

fn actions() -> Vec<&'static str> {
    [INVOKE, &["lambda:InvokeFunctionUrl"], MANAGE].concat()
}

fn grants(context: &Context<'_>, function: &Function, actions: &[&str]) -> Grants {
    let may_be_foreign = |principal: &Principal| match principal {
        Principal::Service(_) => false,
        Principal::Account(id) => !context.settings.trusts(&context.posture.account, id),
        _ => true,
    };
    permission::grants(&context.library, function, actions, may_be_foreign, |audience| !matches!(audience, Audience::Service { .. }))
}

/// Whom a grant lets in that should not be: what to call them, and whether it is everyone.
fn foreign(context: &Context<'_>, reach: &Reach) -> Result<Option<(String, bool)>, String> {
    if reach.audience.is_public() {
        let manages = reach.actions.iter().any(|action| MANAGE.iter().any(|manage| manage.eq_ignore_ascii_case(action)));
        return Ok(manages.then(|| ("everyone".to_owned(), true)));
    }
    match permission::stranger(context, &reach.audience) {
        Stranger::No => Ok(None),
        Stranger::Yes(who) => Ok(Some((who, false))),
        Stranger::MaybeOwn(id) => Err(id),
    }
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let actions = actions();
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let grants = grants(context, function, &actions);
            let mut gap = grants.gap;
            let mut named: Vec<String> = Vec::new();
            let mut evidence = Vec::new();
            let mut everyone = false;
            for reach in &grants.reaches {
                match foreign(context, reach) {
                    Ok(None) => {}
                    Ok(Some((who, all))) => {
                        everyone |= all;
                        if !named.contains(&who) {
                            named.push(who);
                        }
                        let statement = Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement);
                        if !evidence.contains(&statement) {
                            evidence.push(statement);
                        }
                    }
                    Err(organization) => gap = Some(permission::maybe_own(&organization)),
                }
            }
            if named.is_empty() {
                return match gap {
                    Some(gap) => Err(gap),
                    None => Ok(Ruling::Pass),
                };
            }
            let fault = Fault::new(format!("The policy of {} lets in {}", function.name, named.join(", ")), evidence);
            Ok(if everyone { fault.severity(Severity::Critical) } else { fault }.into())
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let mut reaches = grants(context, function, &actions()).reaches;
    reaches.retain(|reach| matches!(foreign(context, reach), Ok(Some(_))));
    let summary = format!("Take the grants to strangers out of the policy of {}", function.name);
    Some(permission::revoke(context, function, &verdict.region, &reaches, Effort::OneKey, summary))
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{Says, ask_with, cases, denied, with_function},
        },
        model::{Arn, Fact, Function, Gap, Organization, PolicyText, Posture},
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

    fn granting(principal: &str, action: &str, condition: &str) -> Posture {
        let condition = if condition.is_empty() { String::new() } else { format!(r#","Condition":{condition}"#) };
        with_fact(Fact::Known(Some(PolicyText::new(format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"partner","Effect":"Allow","Principal":{principal},"Action":"{action}","Resource":"{FUNCTION}"{condition}}}]}}"#
        )))))
    }

    fn with_fact(policy: Fact<Option<PolicyText>>) -> Posture {
        with_function(|function| {
            function.policies.insert(Function::UNQUALIFIED.to_owned(), policy);
        })
    }

    const THEIRS: &str = r#"{"AWS":"arn:aws:iam::999999999999:root"}"#;
    const OWN: &str = r#"{"AWS":"arn:aws:iam::123456789012:role/deploy"}"#;
    const ORGANIZATION: &str = r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abcde12345"}}"#;

    #[test]
    fn rules() {
        let invoke = "lambda:InvokeFunction";
        cases(
            &CHECK,
            [
                ("no policy", with_function(|_| ()), Says::Pass),
                ("an own role", granting(OWN, "lambda:*", ""), Says::Pass),
                ("another account", granting(THEIRS, invoke, ""), Says::Fail),
                ("another account's role", granting(r#"{"AWS":"arn:aws:iam::999999999999:role/x"}"#, invoke, ""), Says::Fail),
                ("another account among own ones", granting(r#"{"AWS":["123456789012","999999999999"]}"#, invoke, ""), Says::Fail),
                ("another account by URL", granting(THEIRS, "lambda:InvokeFunctionUrl", ""), Says::Fail),
                ("another account may change it", granting(THEIRS, "lambda:UpdateFunctionCode", ""), Says::Fail),
                ("a user that was deleted", granting(r#"{"AWS":"AIDAJQABLZS4A3QDU576Q"}"#, invoke, ""), Says::Pass),
                ("a service", granting(r#"{"Service":"s3.amazonaws.com"}"#, invoke, ""), Says::Pass),
                ("everyone may invoke it", granting(r#""*""#, invoke, ""), Says::Pass),
                ("everyone may change it", granting(r#""*""#, "lambda:Update*", ""), Says::Fail),
                ("an organization that may be the own", granting(r#""*""#, invoke, ORGANIZATION), Says::Unknown),
                (
                    "this account by condition",
                    granting(r#""*""#, invoke, r#"{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}"#),
                    Says::Pass,
                ),
                (
                    "another account by condition",
                    granting(r#""*""#, invoke, r#"{"StringEquals":{"aws:PrincipalAccount":"999999999999"}}"#),
                    Says::Fail,
                ),
                ("denied", with_fact(Gap::denied("lambda:GetPolicy", "no").into()), Says::Unknown),
                ("unread", with_fact(Fact::unread("lambda:GetPolicy")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_user_names_trusted_accounts_and_organizations() {
        let settings = Settings {
            trusted_accounts: vec!["999999999999".to_owned()],
            trusted_organizations: vec!["o-abcde12345".to_owned()],
            ..Settings::default()
        };
        let invoke = "lambda:InvokeFunction";
        assert_eq!(ask_with(&CHECK, &granting(THEIRS, invoke, ""), &settings)[0].1, Says::Pass);
        assert_eq!(ask_with(&CHECK, &granting(r#""*""#, invoke, ORGANIZATION), &settings)[0].1, Says::Pass);
        let mut member = granting(r#""*""#, invoke, ORGANIZATION);
        member.governance.organization = Fact::Known(Some(Organization {
            id: "o-abcde12345".to_owned(),
            arn: Arn::from("arn:aws:organizations::999999999999:organization/o-abcde12345"),
            management_account: "999999999999".to_owned(),
            feature_set: "ALL".to_owned(),
        }));
        assert_eq!(ask_with(&CHECK, &member, &Settings::default())[0].1, Says::Pass);
        let other = Settings { trusted_organizations: vec!["o-other00000".to_owned()], ..Settings::default() };
        assert_eq!(ask_with(&CHECK, &granting(r#""*""#, invoke, ORGANIZATION), &other)[0].1, Says::Fail);
    }

    #[test]
    fn everyone_who_may_change_it_is_critical_and_the_grant_goes() {
        let settings = Settings::default();
        for (principal, expected) in [(r#""*""#, Some(Severity::Critical)), (THEIRS, None)] {
            let posture = granting(principal, "lambda:UpdateFunctionCode", "");
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
            assert_eq!(fault.severity, expected);
            let plan = (CHECK.fix)(&context, &verdict).unwrap();
            assert!(plan.commands()[0].contains("remove-permission") && plan.commands()[0].contains("--statement-id partner"));
            assert!(plan.undo_commands()[0].contains("add-permission"));
        }
    }
}
