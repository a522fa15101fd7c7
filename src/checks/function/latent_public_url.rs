//! FN-003: a function URL is one permission away from everyone.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, permission},
    iam::{UrlReach, url_reach},
    model::{Function, FunctionUrl, Gap, Source},
    remedy::Plan,
};

use super::urls;

pub(super) static CHECK: Check = Check {
    id: "FN-003",
    slug: "latent-public-url",
    title: "No function URL is one permission away from the internet",
    layer: Layer::Function,
    severity: Severity::Low,
    why: "The address answers everyone with a refusal, and a single AddPermission turns the refusal into an answer. Nobody who reviews \
          that permission sees that the URL was waiting for it.",
    how: "AuthType is NONE, and the policy of the same qualifier grants everyone neither or only one of lambda:InvokeFunctionUrl and \
          lambda:InvokeFunction. Nothing is reachable now. Until 1 November 2026 the first of them was enough for older URLs: in a \
          posture from before, such a URL is high, by heuristic.",
    links: Links { csf: &["PR.PS"], owasp: &["S6"], csa: &["SAS-3"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:ListFunctionUrlConfigs", "lambda:GetPolicy"],
        provider: "Since 1 November 2026 Lambda lets strangers through a URL only where its policy grants lambda:InvokeFunctionUrl and \
                  lambda:InvokeFunction; an AuthType of NONE that waits for them stays until you change it",
        avoids: &[
            "A URL that asks for signatures",
            "A URL that is open already, which FN-002 tells of",
            "One action of the two, as more than low since both are needed",
        ],
        cli: "# Leave --qualifier out for the URL of the function itself.
aws lambda update-function-url-config --function-name <FUNCTION_NAME> --qualifier <ALIAS> --auth-type AWS_IAM --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Url
Properties:
  TargetFunctionArn: !GetAtt <FUNCTION>.Arn
  AuthType: AWS_IAM",
        terraform: r#"resource "aws_lambda_function_url" "<NAME>" {
  function_name      = aws_lambda_function.<FUNCTION>.function_name
  authorization_type = "AWS_IAM"
}"#,
        undo: "aws lambda update-function-url-config --function-name <FUNCTION_NAME> --qualifier <ALIAS> --auth-type NONE --region <REGION>",
    },
};

/// 1 November 2026, in seconds since the Unix epoch: since then every URL needs both actions.
const BOTH_NEEDED: i64 = 1_793_491_200;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let urls = function.urls.known()?;
            if urls.is_empty() {
                return Ok(Ruling::NotApplicable);
            }
            let mut evidence = Vec::new();
            let mut message = None;
            let mut gap: Option<Gap> = None;
            let mut may_be_open = false;
            for url in urls.iter().filter(|url| url.auth_none) {
                let lacks = match url_reach(&context.library, function, url) {
                    Ok(UrlReach::Public(_)) => continue,
                    Ok(UrlReach::Closed) => "its policy lets nobody in yet".to_owned(),
                    Ok(UrlReach::OneActionOnly { granted, missing }) => {
                        evidence.extend(
                            granted
                                .iter()
                                .map(|reach| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement)),
                        );
                        may_be_open |= missing == "lambda:InvokeFunction" && context.now().unix() < BOTH_NEEDED;
                        format!("only {missing} is missing from its policy")
                    }
                    Err(found) => {
                        gap = Some(found);
                        continue;
                    }
                };
                evidence.push(urls::auth_type(url));
                message.get_or_insert_with(|| format!("The URL of {} asks for no authentication; {lacks}", function.name));
            }
            match (message, gap) {
                (Some(message), _) if may_be_open => Ok(Fault::new(message, evidence).severity(Severity::High).heuristic().into()),
                (Some(message), _) => Ok(Fault::new(message, evidence).into()),
                (None, Some(gap)) => Err(gap),
                (None, None) => Ok(Ruling::Pass),
            }
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let is_latent = |function: &Function, url: &FunctionUrl| {
        url.auth_none && matches!(url_reach(&context.library, function, url), Ok(UrlReach::Closed | UrlReach::OneActionOnly { .. }))
    };
    let latent = function.urls.known().ok()?.iter().filter(|url| is_latent(function, url));
    Some(urls::ask_for_signatures(function, &verdict.region, latent))
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{Says, cases, denied, with_function},
        },
        model::{Fact, Function, FunctionUrl, Gap, PolicyText, Posture},
    };

    const BY_URL: &str = r#"{"Sid":"url","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#;
    const INVOKE: &str = r#"{"Sid":"invoke","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"*","Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}"#;

    fn with_url(auth_none: bool, policy: Fact<Option<PolicyText>>) -> Posture {
        with_function(|function| {
            let qualifier = Function::UNQUALIFIED.to_owned();
            function.policies.insert(qualifier.clone(), policy);
            function.urls = Fact::Known(vec![FunctionUrl { qualifier, url: "https://abc/".to_owned(), auth_none, cors: None }]);
        })
    }

    fn granting(statements: &str) -> Posture {
        with_url(true, Fact::Known(Some(PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)))))
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("no URL", with_function(|_| ()), Says::NotApplicable),
                ("signed", with_url(false, Fact::Known(None)), Says::Pass),
                ("no policy", with_url(true, Fact::Known(None)), Says::Fail),
                ("one of two actions", granting(BY_URL), Says::Fail),
                ("the other of two actions", granting(INVOKE), Says::Fail),
                ("open already", granting(&format!("{BY_URL},{INVOKE}")), Says::Pass),
                ("policy denied", with_url(true, Gap::denied("lambda:GetPolicy", "no").into()), Says::Unknown),
                ("policy unread", with_url(true, Fact::unread("lambda:GetPolicy")), Says::Unknown),
                (
                    "denied",
                    with_function(|function| function.urls = Gap::denied("lambda:ListFunctionUrlConfigs", "no").into()),
                    Says::Unknown,
                ),
                ("unread", with_function(|function| function.urls = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn one_action_was_enough_for_older_urls() {
        let settings = Settings::default();
        for (taken_at, expected) in [("2026-10-31T23:59:59Z", Some(Severity::High)), ("2026-11-01T00:00:00Z", None)] {
            let mut posture = granting(BY_URL);
            posture.taken_at = taken_at.parse().unwrap();
            let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
            let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
            assert_eq!(fault.severity, expected, "{taken_at}");
        }
    }

    #[test]
    fn says_which_action_is_missing() {
        let posture = granting(BY_URL);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
        assert!(fault.message.contains("lambda:InvokeFunction is missing"), "{}", fault.message);
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert!(plan.commands()[0].contains("--auth-type AWS_IAM"));
    }
}
