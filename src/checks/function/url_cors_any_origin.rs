//! FN-004: any web site may call a function URL from a visitor's browser.

use serde::Serialize;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Cors, FunctionUrl, Source},
    remedy::{Effort, Plan, Risk},
};

use super::urls;

pub(super) static CHECK: Check = Check {
    id: "FN-004",
    slug: "url-cors-any-origin",
    title: "Function URLs name the web sites that may call them",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "Any page that somebody visits can call the URL in the background and read the answer. With credentials allowed, it does so as \
          that visitor.",
    how: "Cors.AllowOrigins of a URL, of the function or of an alias, has `*`, `http://*` or `https://*`. High when \
          AllowCredentials is true. A URL without Cors, or whose Cors names no origins, lets no other site read its answers.",
    links: Links { csf: &["PR.PS"], owasp: &["S7"], csa: &["SAS-3"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:ListFunctionUrlConfigs"],
        provider: "Lambda tells browsers which other sites may read an answer from the Cors of the URL, and names them none where there is \
                  none; which sites it names is yours",
        avoids: &[
            "A URL without Cors, or whose Cors names no origins: no other site can read its answers",
            "Credentials, where the sites that may send them are named",
            "A function without a URL",
        ],
        cli: "# The new Cors replaces the old one: carry its other fields over.
aws lambda get-function-url-config --function-name <FUNCTION_NAME> --qualifier <ALIAS> --query Cors --region <REGION> > before.json
aws lambda update-function-url-config --function-name <FUNCTION_NAME> --qualifier <ALIAS> --cors AllowOrigins=https://<YOUR_SITE>,AllowMethods=<METHOD> --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Url
Properties:
  TargetFunctionArn: !GetAtt <FUNCTION>.Arn
  AuthType: AWS_IAM
  Cors:
    AllowOrigins:
      - https://<YOUR_SITE>
    AllowMethods:
      - <METHOD>",
        terraform: r#"resource "aws_lambda_function_url" "<NAME>" {
  function_name      = aws_lambda_function.<FUNCTION>.function_name
  authorization_type = "AWS_IAM"

  cors {
    allow_origins = ["https://<YOUR_SITE>"]
    allow_methods = ["<METHOD>"]
  }
}"#,
        undo: "aws lambda update-function-url-config --function-name <FUNCTION_NAME> --qualifier <ALIAS> --cors file://before.json --region <REGION>",
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
            let mut credentials = false;
            for (url, cors) in urls.iter().filter_map(open) {
                let source = "lambda:ListFunctionUrlConfigs";
                evidence.push(Evidence::field(source, urls::pointer(url, "Cors.AllowOrigins"), cors.allow_origins.join(", ")));
                if cors.allow_credentials {
                    credentials = true;
                    evidence.push(Evidence::field(source, urls::pointer(url, "Cors.AllowCredentials"), "true"));
                }
            }
            if evidence.is_empty() {
                return Ok(Ruling::Pass);
            }
            let with = if credentials { ", with the visitor's credentials" } else { "" };
            let fault = Fault::new(format!("Any web site may call the URL of {}{with}", function.name), evidence);
            Ok(if credentials { fault.severity(Severity::High) } else { fault }.into())
        },
    )
}

/// The URL with its Cors, when that lets any site in.
fn open(url: &FunctionUrl) -> Option<(&FunctionUrl, &Cors)> {
    let cors = url.cors.as_ref()?;
    cors.allow_origins.iter().any(|origin| matches!(origin.as_str(), "*" | "http://*" | "https://*")).then_some((url, cors))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Before<'a> {
        allow_origins: &'a [String],
        allow_methods: &'a [String],
        allow_credentials: bool,
    }
    let function = context.posture.function(&verdict.resource)?;
    let plan = Plan::new(Effort::Prompt, Risk::Careful, format!("Name the web sites that may call the URL of {}", function.name))
        .step("The new Cors replaces the old one: carry AllowMethods, AllowHeaders, ExposeHeaders and MaxAge over");
    let plan = function.urls.known().ok()?.iter().filter_map(open).try_fold(plan, |plan, (url, cors)| {
        let before =
            Before { allow_origins: &cors.allow_origins, allow_methods: &cors.allow_methods, allow_credentials: cors.allow_credentials };
        Some(
            plan.step(urls::update(function, url, &verdict.region).ask("cors", "AllowOrigins=https://your-site,AllowMethods=..."))
                .undo(urls::update(function, url, &verdict.region).with("cors", serde_json::to_string(&before).ok()?)),
        )
    })?;
    Some(plan.undo("AllowHeaders, ExposeHeaders and MaxAge are not part of a posture: set them again if there were any"))
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{REGION, Says, ask, cases, denied, function, with_function},
        },
        model::{Cors, Fact, Function, FunctionUrl, Gap, Posture},
    };

    fn with_cors(cors: Option<Cors>) -> Posture {
        with_function(|function| {
            function.urls = Fact::Known(vec![FunctionUrl {
                qualifier: Function::UNQUALIFIED.to_owned(),
                url: "https://abc.lambda-url.eu-west-1.on.aws/".to_owned(),
                auth_none: true,
                cors,
            }]);
        })
    }

    fn origins(origins: &[&str], allow_credentials: bool) -> Option<Cors> {
        Some(Cors { allow_origins: origins.iter().map(|&origin| origin.to_owned()).collect(), allow_methods: vec![], allow_credentials })
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("no URL", with_function(|_| ()), Says::NotApplicable),
                ("no Cors", with_cors(None), Says::Pass),
                ("Cors without AllowOrigins", with_cors(Some(Cors::default())), Says::Pass),
                ("one site", with_cors(origins(&["https://shop.example"], true)), Says::Pass),
                ("any site", with_cors(origins(&["*"], false)), Says::Fail),
                ("any secure site", with_cors(origins(&["https://shop.example", "https://*"], false)), Says::Fail),
                ("with credentials", with_cors(origins(&["*"], true)), Says::Fail),
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
    fn a_function_with_an_odd_cors_does_not_hide_the_next_one() {
        let mut posture = with_cors(Some(Cors::default()));
        let region = posture.regions.get_mut(REGION).unwrap();
        let mut next = function("payments");
        next.urls = region.functions.items[0].urls.clone();
        next.urls.known_mut().unwrap()[0].cors = origins(&["*"], false);
        region.functions.items.push(next);
        assert_eq!(ask(&CHECK, &posture), [("orders".to_owned(), Says::Pass), ("payments".to_owned(), Says::Fail)]);
    }

    #[test]
    fn credentials_make_it_high_and_the_plan_can_be_undone() {
        let posture = with_cors(origins(&["*"], true));
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
        assert_eq!(fault.severity, Some(Severity::High));
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert!(plan.undo_commands()[0].contains(r#"--cors '{"AllowOrigins":["*"],"AllowMethods":[],"AllowCredentials":true}'"#));
    }
}
