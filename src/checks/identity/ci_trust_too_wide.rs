//! IA-011: more pipelines than meant can take on a role that deploys functions.

use super::{held, trust};
use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Reach, Width, pipelines},
    model::{Gap, Role, Source},
    remedy::{Call, Effort, Plan, Risk},
};

/// What gives a principal a function's code.
const DEPLOYS: [&str; 4] =
    ["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:CreateFunction", "lambda:AddPermission"];

pub(super) static CHECK: Check = Check {
    id: "IA-011",
    slug: "ci-trust-too-wide",
    title: "Only the pipelines that deploy functions can take on their role",
    layer: Layer::Identity,
    severity: Severity::Critical,
    why: "A build service signs tokens for all of its customers with one key. A trust policy that does not fix the token's \
          subject lets any repository on the service, which anyone can create for free, deploy into this account.",
    how: "The trust policy lets in a build service's token issuer, and no condition fixes the subject (or another claim that names the \
          project). Critical when everybody's pipelines are let in and the role may change functions; high when that cannot be \
          decided; medium when it may not, when all projects of one organization are let in, or when only the audience is open. \
          A wildcard after the project is as it should be.",
    links: Links { csf: &["PR.AA"], owasp: &["S5"], csa: &["SAS-3"], attack: &["T1677", "T1078.004"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "iam:GetAccountAuthorizationDetails",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "organizations:ListPoliciesForTarget",
            "organizations:DescribePolicy",
        ],
        provider: "AWS checks a token's signature, issuer and expiry, and that its audience is one of the provider's; whose subject it must \
                   have is what your trust policy says",
        avoids: &[
            "A wildcard behind the project, such as repo:org/app:*",
            "Providers at which people sign in, such as accounts.google.com",
            "All projects of one organization, as more than medium",
            "A role that may not change functions, as more than medium",
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
          Federated: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com
        Action: sts:AssumeRoleWithWebIdentity
        Condition:
          StringEquals:
            token.actions.githubusercontent.com:aud: sts.amazonaws.com
            token.actions.githubusercontent.com:sub: repo:<ORGANIZATION>/<REPOSITORY>:ref:refs/heads/main"#,
        terraform: r#"resource "aws_iam_role" "<NAME>" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.<PROVIDER>.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:<ORGANIZATION>/<REPOSITORY>:ref:refs/heads/main"
        }
      }
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
    let builders: Vec<_> = context.trust(role)?.iter().filter_map(|reach| Some((reach, pipelines(reach)?))).collect();
    let Some((reach, (issuer, width))) = builders.iter().max_by_key(|(_, (_, width))| *width) else {
        return Ok(Ruling::NotApplicable);
    };
    let mut evidence = vec![trust::evidence(reach)];
    let who = match width {
        Width::Everyone => format!("Anyone's pipelines on {issuer}"),
        Width::Organization => format!("Any project of one organization on {issuer}"),
        Width::Project => {
            let Some((reach, (issuer, _))) = builders.iter().find(|(reach, (issuer, _))| !fixes_audience(reach, issuer)) else {
                return Ok(Ruling::Pass);
            };
            let message = format!("{} takes tokens of {issuer} for any audience", role.name);
            return Ok(Fault::new(message, vec![trust::evidence(reach)]).severity(Severity::Medium).into());
        }
    };
    let everyone = *width == Width::Everyone;
    let (what, severity) = match deploys(context, role) {
        Ok(Some(proof)) => {
            evidence.extend(proof);
            (", and change functions as it", if everyone { Severity::Critical } else { Severity::Medium })
        }
        Ok(None) => ("", Severity::Medium),
        Err(_) => (", and it cannot be said whether it may change functions", if everyone { Severity::High } else { Severity::Medium }),
    };
    Ok(Fault::new(format!("{who} can take on {}{what}", role.name), evidence).severity(severity).into())
}

fn fixes_audience(reach: &Reach, issuer: &str) -> bool {
    trust::fixes(&reach.statement, &[&format!("{issuer}:aud")])
}

/// The statements that let `role` change some function, if any do.
fn deploys(context: &Context<'_>, role: &Role) -> Result<Option<Vec<Evidence>>, Gap> {
    let holder = context.holder(role);
    let fresh = context.posture.regions.keys().map(|region| held::arn(context, "lambda", region, &format!("function:{}", held::ANY)));
    let targets: Vec<String> =
        fresh.map(|arn| arn.as_str().to_owned()).chain(context.posture.functions().map(|(_, function)| function.arn.to_string())).collect();
    for action in DEPLOYS {
        for target in &targets {
            if let Some(grant) = held::grant(&holder, action, target)? {
                return Ok(Some(grant.evidence()));
            }
        }
    }
    Ok(None)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let role = context.posture.role(&verdict.resource)?;
    let (issuer, _) = context.trust(role).ok()?.iter().find_map(pipelines)?;
    let set = || Call::new("iam", "update-assume-role-policy", "").with("role-name", &role.name);
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Let in one project's pipelines only")
            .step(format!(
                "Fix {issuer}:sub to the project and branch that deploys, and {issuer}:aud to sts.amazonaws.com, with StringEquals"
            ))
            .step(set().ask("policy-document", "trust policy with both conditions"))
            .undo(set().with("policy-document", role.trust.as_str())),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{LOGS_ONLY, Says, cases, denied, role, with_function},
        },
        model::{Listing, PolicyText, Posture},
    };

    const DEPLOYER: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:Update*","Resource":"arn:aws:lambda:*:*:function:orders"}}"#;

    fn trusting(issuer: &str, condition: &str, policy: &str) -> Posture {
        let mut posture = with_function(|_| ());
        let mut deployer = role("deployer", policy);
        deployer.trust = PolicyText::new(format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Federated":"arn:aws:iam::123456789012:oidc-provider/{issuer}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{condition}}}]}}"#
        ));
        posture.regions.get_mut("eu-west-1").unwrap().functions.items[0].role = deployer.arn.clone();
        posture.identity.roles = Listing::complete(vec![deployer]);
        posture
    }

    fn github(sub: &str) -> Posture {
        let host = "token.actions.githubusercontent.com";
        trusting(host, &format!(r#"{{"StringEquals":{{"{host}:aud":"sts.amazonaws.com"}}{sub}}}"#), DEPLOYER)
    }

    fn like(sub: &str) -> Posture {
        github(&format!(r#","StringLike":{{"token.actions.githubusercontent.com:sub":{sub}}}"#))
    }

    #[test]
    fn rules() {
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        cases(
            &CHECK,
            [
                ("no build service", with_function(|_| ()), Says::NotApplicable),
                ("no subject", github(""), Says::Fail),
                ("any subject", like(r#""*""#), Says::Fail),
                ("any repository", like(r#""repo:*/*:ref:refs/heads/main""#), Says::Fail),
                ("one of two is any", like(r#"["repo:org/app:*","repo:*"]"#), Says::Fail),
                ("an organization", like(r#""repo:org/*""#), Says::Fail),
                ("a prefix of a repository", like(r#""repo:org/app*""#), Says::Fail),
                ("a repository", like(r#""repo:org/app:*""#), Says::Pass),
                ("a branch", like(r#""repo:org/app:ref:refs/heads/main""#), Says::Pass),
                (
                    "if exists",
                    github(r#","StringEqualsIfExists":{"token.actions.githubusercontent.com:sub":"repo:org/app:x"}"#),
                    Says::Fail,
                ),
                (
                    "no audience",
                    trusting("gitlab.com", r#"{"StringLike":{"gitlab.com:sub":"project_path:org/app:*"}}"#, DEPLOYER),
                    Says::Fail,
                ),
                (
                    "gitlab project",
                    trusting(
                        "gitlab.com",
                        r#"{"StringEquals":{"gitlab.com:aud":"https://gitlab.com"},"StringLike":{"gitlab.com:sub":"project_path:org/app:*"}}"#,
                        DEPLOYER,
                    ),
                    Says::Pass,
                ),
                ("people, not pipelines", trusting("accounts.google.com", "{}", DEPLOYER), Says::NotApplicable),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn severity_tells_who_may_do_what() {
        let settings = Settings::default();
        let host = "token.actions.githubusercontent.com";
        let bare = |policy| trusting(host, &format!(r#"{{"StringEquals":{{"{host}:aud":"sts.amazonaws.com"}}}}"#), policy);
        for (posture, expected) in [
            (bare(DEPLOYER), Severity::Critical),
            (bare("not a policy"), Severity::High),
            (bare(LOGS_ONLY), Severity::Medium),
            (like(r#""repo:org/*""#), Severity::Medium),
        ] {
            let context = Context::new(&posture, &settings);
            let verdicts = (CHECK.run)(&context);
            let Ruling::Fail(fault) = &verdicts[0].ruling else { panic!("{verdicts:?}") };
            assert_eq!(fault.severity, Some(expected), "{}", fault.message);
        }
    }
}
