//! IA-009: somebody other than Lambda can take on an execution role.

use super::trust;
use crate::{
    checks::{Check, Context, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Audience, Reach},
    model::{Gap, Role, Source},
    remedy::{Effort, Plan},
};

pub(super) static CHECK: Check = Check {
    id: "IA-009",
    slug: "execution-role-trusts-others",
    title: "Only Lambda can take on an execution role",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "An execution role is meant to be used through the function's code. Whoever can assume it directly, a person, \
          another account or another service, has the function's rights without its checks, and outside its logs.",
    how: "The trust policy, after its denies, lets in anyone but lambda.amazonaws.com and edgelambda.amazonaws.com. Where only other \
          AWS services are let in, which need somebody to pass the role to them, it is medium.",
    links: Links { csf: &["PR.AA"], owasp: &["S5"], attack: &["T1548.005"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "iam:GetAccountAuthorizationDetails"],
        provider: "AWS Lambda takes on the role for each function that names it; whom else the trust policy lets in is yours",
        avoids: &[
            "Lambda and Lambda@Edge",
            "Other services of AWS, as more than medium",
            "The id of a deleted user or role, which nobody can become again",
            "A role that no function runs as",
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
          Service: lambda.amazonaws.com
        Action: sts:AssumeRole"#,
        terraform: r#"resource "aws_iam_role" "<NAME>" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}"#,
        undo: "aws iam update-assume-role-policy --role-name <ROLE_NAME> --policy-document file://before.json",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_execution_role(&CHECK, |role, _| judge(context, role))
}

fn judge(context: &Context<'_>, role: &Role) -> Result<Ruling, Gap> {
    let others = others(context, role)?;
    if others.is_empty() {
        return Ok(Ruling::Pass);
    }
    let mut names: Vec<_> = others.iter().map(|reach| words(&reach.audience)).collect();
    names.sort();
    names.dedup();
    let fault = Fault::new(format!("{} can be taken on by {}", role.name, names.join(", ")), trust::all_evidence(others.iter().copied()));
    let only_services = others.iter().all(|reach| matches!(reach.audience, Audience::Service { .. }));
    Ok(if only_services { fault.severity(Severity::Medium) } else { fault }.into())
}

fn others<'a>(context: &'a Context<'_>, role: &Role) -> Result<Vec<&'a Reach>, Gap> {
    let is_meant = |reach: &&Reach| match &reach.audience {
        Audience::Service { name, .. } => trust::RUNNERS.contains(&name.as_str()),
        // A principal that was deleted is an id without an account: nobody can be it.
        Audience::Principal(arn) => arn.account().is_empty(),
        _ => false,
    };
    Ok(context.trust(role)?.iter().filter(|reach| !is_meant(reach)).collect())
}

fn words(audience: &Audience) -> String {
    match audience {
        Audience::Anyone | Audience::AnyAccount => "anyone with an AWS account".to_owned(),
        Audience::Network(condition) => format!("anyone with an AWS account, if {condition}"),
        Audience::Organization(id) => format!("organization {id}"),
        Audience::Account(id) => format!("principals of account {id}"),
        Audience::Principal(arn) => arn.to_string(),
        Audience::Federated(name) | Audience::Service { name, .. } => name.clone(),
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let role = context.posture.role(&verdict.resource)?;
    let others = others(context, role).ok()?;
    // A statement may name Lambda beside others: then a new one for Lambda takes its place.
    let keeps_lambda = context.trust(role).ok()?.iter().any(|reach| {
        matches!(&reach.audience, Audience::Service { name, .. } if name == trust::RUNNERS[0])
            && !others.iter().any(|other| other.statement.pointer() == reach.statement.pointer())
    });
    let lambda = (!keeps_lambda).then(|| serde_json::json!({ "Service": trust::RUNNERS[0] }));
    trust::without(role, &others, lambda, Effort::OneKey)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{REGION, Says, ask, cases, denied, with_function},
        },
        model::{Listing, PolicyText, Posture},
    };

    fn trusting(principal: &str) -> Posture {
        let mut posture = with_function(|_| ());
        posture.identity.roles.items[0].trust = PolicyText::new(format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}]}}"#
        ));
        posture
    }

    #[test]
    fn rules() {
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        cases(
            &CHECK,
            [
                ("lambda", with_function(|_| ()), Says::Pass),
                ("lambda and its edge", trusting(r#"{"Service":["lambda.amazonaws.com","edgelambda.amazonaws.com"]}"#), Says::Pass),
                ("a user", trusting(r#"{"AWS":"arn:aws:iam::123456789012:user/dev","Service":"lambda.amazonaws.com"}"#), Says::Fail),
                ("the account", trusting(r#"{"AWS":"arn:aws:iam::123456789012:root"}"#), Says::Fail),
                ("another account", trusting(r#"{"AWS":"210987654321"}"#), Says::Fail),
                ("another service", trusting(r#"{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}"#), Says::Fail),
                ("a user who is gone", trusting(r#"{"AWS":"AIDAEXAMPLE1234567890","Service":"lambda.amazonaws.com"}"#), Says::Pass),
                ("no policy", trusting("7"), Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
        let mut idle = trusting(r#"{"AWS":"*"}"#);
        idle.regions.get_mut(REGION).unwrap().functions.items.clear();
        assert!(ask(&CHECK, &idle).is_empty(), "not an execution role");
    }

    #[test]
    fn services_are_medium_and_the_plan_keeps_lambda() {
        let settings = Settings::default();
        let posture = trusting(r#"{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}"#);
        let context = Context::new(&posture, &settings);
        let verdicts = (CHECK.run)(&context);
        let Ruling::Fail(fault) = &verdicts[0].ruling else { panic!("{verdicts:?}") };
        assert_eq!(fault.severity, Some(Severity::Medium));
        let line = (CHECK.fix)(&context, &verdicts[0]).unwrap().steps[0].line();
        assert!(line.contains(r#"{"Service":"lambda.amazonaws.com"}"#) && !line.contains("ec2"), "{line}");
    }
}
