//! FN-005: an AWS service may invoke the function on behalf of any account.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        permission::{self, Grants, INVOKE},
    },
    iam::{Audience, Principal, Reach},
    model::{Function, Source},
    remedy::{Call, Effort, Plan},
};

pub(super) static CHECK: Check = Check {
    id: "FN-005",
    slug: "service-without-source",
    title: "Services may invoke the function for named sources only",
    layer: Layer::Function,
    severity: Severity::High,
    why: "The service is asked by its customer, and anyone can be its customer: a bucket, topic or rule in a stranger's account makes the \
          service invoke your function with the stranger's event. This is the confused deputy.",
    how: "A policy lets a service principal invoke the function, an alias or a version, and no condition fixes the account, the ARN or \
          the organization for which it acts. Medium when a condition names a source without an account in its ARN, as S3 buckets \
          are: whoever gets the name after its deletion gets the grant. Left alone: Secrets Manager, which names no source, and Alexa \
          with an event source token.",
    links: Links {
        security_hub: &["Lambda.1"],
        csf: &["PR.PS"],
        owasp: &["S5"],
        csa: &["SAS-3"],
        attack: &["T1199"],
        pci: &["7.2.1"],
        ..Links::NONE
    },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:ListAliases", "lambda:ListVersionsByFunction", "lambda:GetPolicy"],
        provider: "The service fills in for whom and from where it invokes; Lambda compares that only where a condition of the policy \
                  names an account, an ARN or an organization",
        avoids: &[
            "A source whose ARN names its account, such as a route of API Gateway or a target group",
            "A bucket by its name together with its account, or an organization in aws:SourceOrgID",
            "A bucket by its name alone, as more than medium",
            "Secrets Manager, which fills no source ARN in, and Alexa with an event source token",
            "A service whose other customers a Deny of the same policy keeps out",
        ],
        cli: "aws lambda remove-permission --function-name <FUNCTION_NAME> --statement-id <STATEMENT_ID> --region <REGION>
aws lambda add-permission --function-name <FUNCTION_NAME> --statement-id <STATEMENT_ID> --action lambda:InvokeFunction --principal <SERVICE>.amazonaws.com --source-arn <SOURCE_ARN> --source-account <ACCOUNT_ID> --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Permission
Properties:
  FunctionName: !Ref <FUNCTION>
  Action: lambda:InvokeFunction
  Principal: <SERVICE>.amazonaws.com
  SourceArn: <SOURCE_ARN>
  SourceAccount: !Ref AWS::AccountId",
        terraform: r#"resource "aws_lambda_permission" "<NAME>" {
  function_name  = aws_lambda_function.<FUNCTION>.function_name
  action         = "lambda:InvokeFunction"
  principal      = "<SERVICE>.amazonaws.com"
  source_arn     = "<SOURCE_ARN>"
  source_account = "<ACCOUNT_ID>"
}"#,
        undo: "aws lambda remove-permission --function-name <FUNCTION_NAME> --statement-id <STATEMENT_ID> --region <REGION>
aws lambda add-permission --function-name <FUNCTION_NAME> --statement-id <STATEMENT_ID> --action lambda:InvokeFunction --principal <SERVICE>.amazonaws.com --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let grants = services(context, function);
            let unbound: Vec<(&Reach, &str)> = grants.reaches.iter().filter_map(unbound).collect();
            let Some((first, service)) = unbound.first() else {
                return match grants.gap {
                    Some(gap) => Err(gap),
                    None => Ok(Ruling::Pass),
                };
            };
            let evidence = unbound
                .iter()
                .map(|(reach, _)| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement))
                .collect();
            let message = format!("{service} may invoke {} for any account{}", function.name, permission::through(&first.qualifier));
            let fault = Fault::new(message, evidence);
            let half_bound = unbound.iter().all(|(reach, _)| permission::named_sources(reach).is_some());
            Ok(if half_bound { fault.severity(Severity::Medium) } else { fault }.into())
        },
    )
}

fn services(context: &Context<'_>, function: &Function) -> Grants {
    let is_service = |principal: &Principal| matches!(principal, Principal::Service(_));
    let is_unbound = |audience: &Audience| matches!(audience, Audience::Service { bound: false, .. });
    permission::grants(&context.library, function, INVOKE, is_service, is_unbound)
}

/// The service, when it may act for anyone.
fn unbound(reach: &Reach) -> Option<(&Reach, &str)> {
    let Audience::Service { name, bound: false } = &reach.audience else { return None };
    // Secrets Manager rotates in the name of its owner and fills no source in; a token of Alexa binds the grant by itself.
    let exempt = name == "secretsmanager.amazonaws.com";
    (!exempt).then_some((reach, name))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let grants = services(context, function);
    let unbound: Vec<(&Reach, &str)> = grants.reaches.iter().filter_map(unbound).collect();
    let reaches: Vec<Reach> = unbound.iter().map(|(reach, _)| (*reach).clone()).collect();
    let summary = format!("Name the source for which a service may invoke {}", function.name);
    let mut plan = permission::revoke(context, function, &verdict.region, &reaches, Effort::Prompt, summary);
    let mut undo = Vec::new();
    for (index, (reach, service)) in unbound.iter().enumerate() {
        let sid = format!("{}-from-source-{}", service.split('.').next().unwrap_or("service"), index + 1);
        let at = |operation| {
            let call = Call::new("lambda", operation, &*verdict.region).with("function-name", function.arn.as_str());
            let call = if reach.qualifier == Function::UNQUALIFIED { call } else { call.with("qualifier", reach.qualifier.as_str()) };
            call.with("statement-id", sid.as_str())
        };
        let add = at("add-permission").with("action", "lambda:InvokeFunction").with("principal", *service);
        plan = plan.step(match permission::named_sources(reach) {
            Some([source]) => add.with("source-arn", source.as_str()).ask("source-account", "id of the account that owns it"),
            _ => add.ask("source-arn", "ARN of what may start it").with("source-account", context.posture.account.as_str()),
        });
        undo.push(at("remove-permission").into());
    }
    undo.append(&mut plan.undo);
    plan.undo = undo;
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{Says, cases, denied, with_function},
        },
        model::{Fact, Function, Gap, PolicyText, Posture},
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

    fn for_service(service: &str, condition: &str) -> Posture {
        let condition = if condition.is_empty() { String::new() } else { format!(r#","Condition":{condition}"#) };
        with_policy(&format!(
            r#"[{{"Sid":"trigger","Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"lambda:InvokeFunction","Resource":"{FUNCTION}"{condition}}}]"#
        ))
    }

    fn with_policy(statements: &str) -> Posture {
        with_function(|function| {
            let policy = PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#));
            function.policies.insert(Function::UNQUALIFIED.to_owned(), Fact::Known(Some(policy)));
        })
    }

    fn with_fact(policy: Fact<Option<PolicyText>>) -> Posture {
        with_function(|function| {
            function.policies.insert(Function::UNQUALIFIED.to_owned(), policy);
        })
    }

    const BUCKET: &str = r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::orders"}}"#;

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("no policy", with_function(|_| ()), Says::Pass),
                ("no source", for_service("s3.amazonaws.com", ""), Says::Fail),
                ("any topic", for_service("sns.amazonaws.com", r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:sns:*:*:*"}}"#), Says::Fail),
                ("a bucket, whosever", for_service("s3.amazonaws.com", BUCKET), Says::Fail),
                (
                    "a bucket of this account",
                    for_service(
                        "s3.amazonaws.com",
                        r#"{"StringEquals":{"AWS:SourceAccount":"123456789012"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::orders"}}"#,
                    ),
                    Says::Pass,
                ),
                (
                    "a load balancer's target group",
                    for_service(
                        "elasticloadbalancing.amazonaws.com",
                        r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/x/1"}}"#,
                    ),
                    Says::Pass,
                ),
                (
                    "a gateway's route",
                    for_service(
                        "apigateway.amazonaws.com",
                        r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:eu-west-1:123456789012:abc/*/GET/orders"}}"#,
                    ),
                    Says::Pass,
                ),
                ("a gateway, whosever", for_service("apigateway.amazonaws.com", ""), Says::Fail),
                ("an organization", for_service("events.amazonaws.com", r#"{"StringEquals":{"aws:SourceOrgID":"o-abc"}}"#), Says::Pass),
                ("Secrets Manager", for_service("secretsmanager.amazonaws.com", ""), Says::Pass),
                (
                    "Alexa with a token",
                    for_service("alexa-appkit.amazon.com", r#"{"StringEquals":{"lambda:EventSourceToken":"amzn1.ask.skill.1"}}"#),
                    Says::Pass,
                ),
                ("Alexa without a token", for_service("alexa-appkit.amazon.com", ""), Says::Fail),
                (
                    "other accounts denied",
                    with_policy(
                        r#"[{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"lambda:*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceAccount":"123456789012"}}}]"#,
                    ),
                    Says::Pass,
                ),
                ("denied", with_fact(Gap::denied("lambda:GetPolicy", "no").into()), Says::Unknown),
                ("unread", with_fact(Fact::unread("lambda:GetPolicy")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn a_bucket_without_its_account_is_less() {
        let settings = Settings::default();
        for (condition, expected) in [("", None), (BUCKET, Some(Severity::Medium))] {
            let posture = for_service("s3.amazonaws.com", condition);
            let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
            let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
            assert_eq!(fault.severity, expected);
        }
    }

    #[test]
    fn the_grant_is_replaced_by_one_with_a_source() {
        let settings = Settings::default();
        let posture = for_service("s3.amazonaws.com", BUCKET);
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert_eq!(plan.actions(), ["lambda:AddPermission", "lambda:RemovePermission"]);
        assert!(plan.commands()[1].contains("--source-arn arn:aws:s3:::orders --source-account '<id of the account that owns it>'"));
        let undo = plan.undo_commands();
        assert!(undo[0].contains("remove-permission") && undo[0].contains("s3-from-source-1"));
        assert!(undo[1].contains("add-permission") && undo[1].contains("--source-arn arn:aws:s3:::orders"));
    }
}
