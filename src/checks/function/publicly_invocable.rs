//! FN-001: anyone can invoke the function.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        permission::{self, Grants, INVOKE},
    },
    iam::{Audience, Principal},
    model::{Function, Source},
    remedy::{Effort, Plan},
};

pub(super) static CHECK: Check = Check {
    id: "FN-001",
    slug: "publicly-invocable",
    title: "Only named accounts, organizations and services can invoke the function",
    layer: Layer::Function,
    severity: Severity::Critical,
    why: "Anyone with any AWS account can start the function with an input of their own: they reach whatever the function reaches, and \
          the bill is yours. A grant on an alias or a version opens the same code and is what reviews overlook.",
    how: "The resource policies of the function and of each alias and version are evaluated: an Allow of lambda:InvokeFunction or \
          lambda:InvokeAsync for everyone that is left after the Deny statements, with no condition that fixes an account, an \
          organization or a network. Grants that hold through a function URL only are judged by FN-002 and FN-003.",
    links: Links {
        security_hub: &["Lambda.1"],
        cis: &["2.21"],
        csf: &["PR.PS"],
        owasp: &["S5"],
        csa: &["SAS-3"],
        attack: &["T1190", "T1648"],
        pci: &["7.2.1"],
        ..Links::NONE
    },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:ListAliases", "lambda:ListVersionsByFunction", "lambda:GetPolicy"],
        provider: "Lambda gives a new function no policy and evaluates the one it has at every call; whom a statement lets in is yours, \
                  and AWS takes no open one out",
        avoids: &[
            "Everyone, under a condition that fixes an account, an organization, a VPC endpoint or an address",
            "An Allow for everyone that a Deny of the same policy takes back",
            "A grant that holds through a function URL only, which FN-002 and FN-003 judge",
            "A grant to a service or to a named account, which FN-005 and FN-006 judge",
        ],
        cli:
            "# Leave --qualifier out for the policy of the function itself.
aws lambda get-policy --function-name <FUNCTION_NAME> --qualifier <ALIAS_OR_VERSION> --query Policy --output text --region <REGION>
aws lambda remove-permission --function-name <FUNCTION_NAME> --qualifier <ALIAS_OR_VERSION> --statement-id <STATEMENT_ID> --region <REGION>",
        cloudformation: r#"# Take the permission out, or let in whom it is meant for.
Type: AWS::Lambda::Permission
Properties:
  FunctionName: !Ref <FUNCTION>
  Action: lambda:InvokeFunction
  Principal: "*"
  PrincipalOrgID: <ORGANIZATION_ID>"#,
        terraform: r#"# Take the permission out, or let in whom it is meant for.
resource "aws_lambda_permission" "<NAME>" {
  function_name    = aws_lambda_function.<FUNCTION>.function_name
  action           = "lambda:InvokeFunction"
  principal        = "*"
  principal_org_id = "<ORGANIZATION_ID>"
}"#,
        undo: r#"aws lambda add-permission --function-name <FUNCTION_NAME> --qualifier <ALIAS_OR_VERSION> --statement-id <STATEMENT_ID> --action lambda:InvokeFunction --principal "*" --region <REGION>"#,
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let grants = open(context, function);
            let Some(first) = grants.reaches.first() else {
                return match grants.gap {
                    Some(gap) => Err(gap),
                    None => Ok(Ruling::Pass),
                };
            };
            let whom = if first.audience == Audience::Anyone { "Anyone" } else { "Any AWS account" };
            let evidence = grants
                .reaches
                .iter()
                .map(|reach| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement))
                .collect();
            Ok(Fault::new(format!("{whom} can invoke {}{}", function.name, permission::through(&first.qualifier)), evidence).into())
        },
    )
}

/// The grants to everyone.
fn open(context: &Context<'_>, function: &Function) -> Grants {
    permission::grants(&context.library, function, INVOKE, |principal| *principal == Principal::Anyone, Audience::is_public)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let reaches = open(context, function).reaches;
    let summary = format!("Take the open statements out of the policy of {}", function.name);
    Some(permission::revoke(context, function, &verdict.region, &reaches, Effort::OneKey, summary))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{Says, cases, denied, with_function},
        },
        model::{Alias, Fact, Function, Gap, PolicyText, Posture},
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

    fn policy(statements: &str) -> Fact<Option<PolicyText>> {
        Fact::Known(Some(PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#))))
    }

    /// A function whose policy, of `qualifier`, is `statements`.
    fn on(qualifier: &str, statements: &str) -> Posture {
        with_function(|function| {
            if qualifier != Function::UNQUALIFIED {
                let alias = Alias { name: qualifier.to_owned(), version: "2".to_owned(), weights: [].into(), revision_id: None };
                function.aliases = Fact::Known(vec![alias]);
            }
            function.policies.insert(qualifier.to_owned(), policy(statements));
        })
    }

    fn with(statements: &str) -> Posture {
        on(Function::UNQUALIFIED, statements)
    }

    /// A statement that allows everyone under `condition`.
    fn open(condition: &str) -> String {
        let condition = if condition.is_empty() { String::new() } else { format!(r#","Condition":{condition}"#) };
        format!(r#"{{"Sid":"open","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"{FUNCTION}"{condition}}}"#)
    }

    fn to(principal: &str) -> String {
        format!(r#"{{"Effect":"Allow",{principal},"Action":"lambda:InvokeFunction","Resource":"{FUNCTION}"}}"#)
    }

    #[test]
    fn rules() {
        let outside = r#"{"Effect":"Deny","Principal":"*","Action":"lambda:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-abcde12345"}}}"#;
        let everything = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#;
        cases(
            &CHECK,
            [
                ("no policy", with_function(|_| ()), Says::Pass),
                ("anyone", with(&format!("[{}]", open(""))), Says::Fail),
                ("a statement that is no list", with(&open("")), Says::Fail),
                ("any AWS principal", with(&to(r#""Principal":{"AWS":"*"}"#)), Says::Fail),
                ("all but one", with(&to(r#""NotPrincipal":{"AWS":"arn:aws:iam::123456789012:root"}"#)), Says::Fail),
                ("any source", with(&open(r#"{"StringLike":{"aws:SourceArn":"*"}}"#)), Says::Fail),
                ("anyone's bucket", with(&open(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#)), Says::Fail),
                ("a condition that always holds", with(&open(r#"{"StringEquals":{"aws:ResourceAccount":"123456789012"}}"#)), Says::Fail),
                ("any account's roles", with(&open(r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#)), Says::Fail),
                ("TLS only", with(&open(r#"{"Bool":{"aws:SecureTransport":"true"}}"#)), Says::Fail),
                ("deny outside the organization", with(&format!("[{},{outside}]", open(""))), Says::Pass),
                ("deny everything", with(&format!("[{},{everything}]", open(""))), Says::Pass),
                ("own account, in any case", with(&open(r#"{"StringEqualsIgnoreCase":{"aws:SourceAccount":"123456789012"}}"#)), Says::Pass),
                ("one address", with(&open(r#"{"IpAddress":{"aws:SourceIp":"93.184.216.34/32"}}"#)), Says::Pass),
                ("one address for documentation", with(&open(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}}"#)), Says::Pass),
                ("organization", with(&open(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abcde12345"}}"#)), Says::Pass),
                ("endpoint", with(&open(r#"{"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}"#)), Says::Pass),
                ("a URL's grant", with(&open(r#"{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}"#)), Says::Pass),
                ("a service", with(&to(r#""Principal":{"Service":"s3.amazonaws.com"}"#)), Says::Pass),
                ("another account", with(&to(r#""Principal":{"AWS":"999999999999"}"#)), Says::Pass),
                ("an alias", on("live", &open("").replace(FUNCTION, &format!("{FUNCTION}:live"))), Says::Fail),
                ("a version", on("2", &open("").replace(FUNCTION, &format!("{FUNCTION}:2"))), Says::Fail),
                ("no policy at all", with("nonsense"), Says::Unknown),
                (
                    "denied",
                    with_function(|function| {
                        let denied = Gap::denied("lambda:GetPolicy", "AccessDeniedException");
                        function.policies = [(Function::UNQUALIFIED.to_owned(), denied.into())].into();
                    }),
                    Says::Unknown,
                ),
                (
                    "an alias denied",
                    with_function(|function| {
                        function.policies.insert("live".to_owned(), Gap::denied("lambda:GetPolicy", "no").into());
                    }),
                    Says::Unknown,
                ),
                (
                    "unread",
                    with_function(|function| {
                        function.policies = [(Function::UNQUALIFIED.to_owned(), Fact::unread("lambda:GetPolicy"))].into();
                    }),
                    Says::Unknown,
                ),
                ("aliases unread", with_function(|function| function.aliases = Fact::unread("lambda:ListAliases")), Says::Unknown),
                (
                    "versions denied",
                    with_function(|function| function.versions = Gap::denied("lambda:ListVersions", "no").into()),
                    Says::Unknown,
                ),
                ("an alias whose policy nobody read", with_unasked_alias(), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    fn with_unasked_alias() -> Posture {
        let mut posture = on("live", "[]");
        let region = posture.regions.values_mut().next().unwrap();
        region.functions.items[0].policies.remove("live");
        posture
    }

    #[track_caller]
    fn plan(posture: &Posture) -> (Vec<String>, Vec<String>) {
        let settings = Settings::default();
        let context = Context::new(posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        assert!(matches!(&verdict.ruling, Ruling::Fail(_)), "{verdict:?}");
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        (plan.commands(), plan.undo_commands())
    }

    #[test]
    fn the_statement_is_taken_out_and_put_back() {
        let (steps, undo) = plan(&on("live", &open("").replace(FUNCTION, &format!("{FUNCTION}:live"))));
        let at = format!("--function-name {FUNCTION} --qualifier live --statement-id open");
        assert_eq!(steps, [format!("aws lambda remove-permission {at} --region eu-west-1")]);
        assert_eq!(undo, [format!("aws lambda add-permission {at} --action lambda:InvokeFunction --principal '*' --region eu-west-1")]);
    }

    #[test]
    fn what_add_permission_cannot_say_comes_back_with_the_whole_policy() {
        let (steps, undo) = plan(&with(&open(r#"{"Bool":{"aws:SecureTransport":"true"}}"#)));
        assert!(steps[0].starts_with("aws lambda remove-permission"));
        assert!(undo[0].starts_with(&format!("aws lambda put-resource-policy --resource-arn {FUNCTION} --policy '")));
        assert!(undo[0].contains("aws:SecureTransport"));
    }

    #[test]
    fn statements_without_an_id_go_with_the_rest_of_the_policy_kept() {
        let service = to(r#""Principal":{"Service":"sns.amazonaws.com"}"#);
        let (steps, undo) = plan(&with(&format!("[{},{service}]", to(r#""Principal":"*""#))));
        assert!(steps[0].contains("put-resource-policy") && steps[0].contains("sns.amazonaws.com"));
        assert!(!steps[0].contains(r#""Principal": "*""#), "{}", steps[0]);
        assert!(undo[0].contains("put-resource-policy"));
        let (steps, _) = plan(&with(&to(r#""Principal":"*""#)));
        assert_eq!(steps, [format!("aws lambda delete-resource-policy --resource-arn {FUNCTION} --region eu-west-1")]);
    }
}
