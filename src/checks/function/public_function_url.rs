//! FN-002: a function URL is open to everyone.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, permission},
    iam::{UrlReach, url_reach},
    model::{Gap, Source},
    remedy::Plan,
};

use super::urls;

pub(super) static CHECK: Check = Check {
    id: "FN-002",
    slug: "public-function-url",
    title: "Function URLs ask for signed requests",
    layer: Layer::Function,
    severity: Severity::Critical,
    why: "Whoever finds the address can send the function anything, without credentials and without a gateway, a firewall or a quota in \
          between. Addresses of functions are found in front ends, in logs and by guessing.",
    how: "AuthType of the URL, of the function or of an alias, is NONE, and the policy of the same qualifier lets everyone do both \
          lambda:InvokeFunctionUrl and lambda:InvokeFunction. A URL with NONE that the policy keeps shut is FN-003.",
    links: Links { cis: &["2.21"], csf: &["PR.PS"], owasp: &["S2"], csa: &["SAS-2"], attack: &["T1190"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:ListFunctionUrlConfigs", "lambda:GetPolicy"],
        provider: "Lambda answers at the address over TLS and checks signatures only where AuthType is AWS_IAM; whether it asks for them \
                  is yours",
        avoids: &[
            "A URL that asks for signatures, whatever its policy grants",
            "A URL with NONE whose policy lets nobody in, or grants one of the two actions only, which FN-003 tells of",
            "A function without a URL",
        ],
        cli: "# Let the callers hold lambda:InvokeFunctionUrl and sign their requests first; leave --qualifier out for the URL of the function itself.
aws lambda update-function-url-config --function-name <FUNCTION_NAME> --qualifier <ALIAS> --auth-type AWS_IAM --region <REGION>
aws lambda remove-permission --function-name <FUNCTION_NAME> --qualifier <ALIAS> --statement-id <STATEMENT_ID> --region <REGION>",
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
            let mut open = Vec::new();
            let mut gap: Option<Gap> = None;
            for url in urls {
                match url_reach(&context.library, function, url) {
                    Ok(UrlReach::Public(reaches)) => {
                        evidence.push(urls::auth_type(url));
                        evidence.extend(
                            reaches
                                .iter()
                                .map(|reach| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement)),
                        );
                        open.push(url);
                    }
                    Ok(UrlReach::OneActionOnly { .. } | UrlReach::Closed) => {}
                    Err(found) => gap = Some(found),
                }
            }
            match (open.first(), gap) {
                (Some(url), _) => {
                    Ok(Fault::new(format!("Anyone on the internet can call {} at {}", function.name, url.url), evidence).into())
                }
                (None, Some(gap)) => Err(gap),
                (None, None) => Ok(Ruling::Pass),
            }
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let is_public = |reach| matches!(reach, Ok(UrlReach::Public(_)));
    let open = function.urls.known().ok()?.iter().filter(|url| is_public(url_reach(&context.library, function, url)));
    Some(urls::ask_for_signatures(function, &verdict.region, open))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{Says, cases, denied, with_function},
        },
        model::{Fact, Function, FunctionUrl, Gap, PolicyText, Posture},
    };

    const BY_URL: &str = r#"{"Sid":"url","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#;
    const INVOKE: &str = r#"{"Sid":"invoke","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"*","Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}"#;

    fn with_url(qualifier: &str, auth_none: bool, statements: &str) -> Posture {
        with_function(|function| {
            let policy = PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
            function.policies.insert(qualifier.to_owned(), Fact::Known(Some(policy)));
            let url = "https://abc.lambda-url.eu-west-1.on.aws/".to_owned();
            function.urls = Fact::Known(vec![FunctionUrl { qualifier: qualifier.to_owned(), url, auth_none, cors: None }]);
        })
    }

    fn with_policy(policy: Option<Fact<Option<PolicyText>>>) -> Posture {
        let mut posture = with_url("live", true, "");
        let function = &mut posture.regions.values_mut().next().unwrap().functions.items[0];
        match policy {
            Some(policy) => function.policies.insert("live".to_owned(), policy),
            None => function.policies.remove("live"),
        };
        posture
    }

    #[test]
    fn rules() {
        let both = format!("{BY_URL},{INVOKE}");
        let unqualified = Function::UNQUALIFIED;
        cases(
            &CHECK,
            [
                ("no URL", with_function(|_| ()), Says::NotApplicable),
                ("open", with_url(unqualified, true, &both), Says::Fail),
                (
                    "open by one statement",
                    with_url(unqualified, true, r#"{"Effect":"Allow","Principal":"*","Action":"lambda:Invoke*","Resource":"*"}"#),
                    Says::Fail,
                ),
                ("an open alias", with_url("live", true, &both), Says::Fail),
                ("signed", with_url(unqualified, false, &both), Says::Pass),
                ("without a grant", with_policy(Some(Fact::Known(None))), Says::Pass),
                ("one of two actions", with_url(unqualified, true, BY_URL), Says::Pass),
                ("policy denied", with_policy(Some(Gap::denied("lambda:GetPolicy", "no").into())), Says::Unknown),
                ("policy unread", with_policy(None), Says::Unknown),
                ("policy is no JSON", with_policy(Some(Fact::Known(Some(PolicyText::from("{"))))), Says::Unknown),
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
    fn the_url_is_made_to_ask_for_signatures() {
        let posture = with_url("live", true, &format!("{BY_URL},{INVOKE}"));
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        let update =
            "aws lambda update-function-url-config --function-name arn:aws:lambda:eu-west-1:123456789012:function:orders --qualifier live";
        assert_eq!(plan.commands(), [format!("{update} --auth-type AWS_IAM --region eu-west-1")]);
        assert_eq!(plan.undo_commands(), [format!("{update} --auth-type NONE --region eu-west-1")]);
    }
}
