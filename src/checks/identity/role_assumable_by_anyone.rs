//! IA-008: anyone with an AWS account can take on a role.

use std::collections::BTreeSet;

use super::trust;
use crate::{
    checks::{Check, Context, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Audience, Reach},
    model::{Gap, Role, Source},
    remedy::{Effort, Plan},
};

pub(super) static CHECK: Check = Check {
    id: "IA-008",
    slug: "role-assumable-by-anyone",
    title: "Only named principals can take on a role",
    layer: Layer::Identity,
    severity: Severity::Critical,
    why: "Role ARNs are no secret: they stand in logs, error messages and public repositories. When the trust policy lets \
          everyone in, any AWS account in the world can take on the role and work in this one.",
    how: "The trust policy, after its denies, lets any principal of any AWS account assume the role, and no condition fixes \
          the account, the organization or the principal. Where an address or a network binds it, it is high; an external id \
          is no secret, and binds nobody where everyone is let in. Service-linked roles are left out: nobody can change them.",
    links: Links { cis: &["2.21"], csf: &["PR.AA"], owasp: &["S5"], attack: &["T1078.004"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam],
    run,
    fix,
    guide: Guide {
        calls: &["iam:GetAccountAuthorizationDetails"],
        provider: "AWS checks who asks to take on a role against its trust policy, which you write, and lets in whomever that names",
        avoids: &[
            "A principal of everyone with a condition on the account or the organization",
            "An Allow for everyone that a Deny of the same policy takes back",
            "A principal of everyone with a condition on the address or the network, as more than high",
            "Service-linked roles, which nobody can change",
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
    context.each_global(&CHECK, &context.posture.identity.roles, |role| judge(context, role))
}

fn judge(context: &Context<'_>, role: &Role) -> Result<Ruling, Gap> {
    if trust::is_service_linked(role) {
        return Ok(Ruling::NotApplicable);
    }
    let open = open(context, role)?;
    let bounds = |reach: &&&Reach| usize::from(!reach.audience.is_public()) + reach.conditions.len();
    let Some(widest) = open.iter().min_by_key(bounds) else { return Ok(Ruling::Pass) };
    let evidence = trust::all_evidence(open.iter().copied());
    if widest.audience.is_public() && widest.conditions.is_empty() {
        return Ok(Ruling::fail(format!("Anyone with an AWS account can take on {}", role.name), evidence));
    }
    let message = format!("Anyone with an AWS account can take on {}, {}", role.name, widest.conditions.join(" and "));
    Ok(Fault::new(message, evidence).severity(Severity::High).into())
}

fn open<'a>(context: &'a Context<'_>, role: &Role) -> Result<Vec<&'a Reach>, Gap> {
    Ok(context
        .trust(role)?
        .iter()
        .filter(|reach| matches!(reach.audience, Audience::Anyone | Audience::AnyAccount | Audience::Network(_)))
        .collect())
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let role = context.posture.role(&verdict.resource)?;
    let open = open(context, role).ok()?;
    let is_open = |reach: &&Reach| open.iter().any(|open| open.statement.pointer() == reach.statement.pointer());
    let (going, staying): (Vec<&Reach>, Vec<&Reach>) = context.trust(role).ok()?.iter().partition(is_open);
    // Services that the open statement names beside everyone are meant, and so is Lambda where functions run.
    let mut services = named(&going);
    let lambda = trust::RUNNERS[0];
    let has_lambda = services.contains(lambda) || named(&staying).contains(lambda);
    if !has_lambda && context.functions_of(&role.arn).next().is_some() {
        services.insert(lambda);
    }
    let otherwise = match (services.is_empty(), staying.is_empty()) {
        (false, _) => Some(serde_json::json!({ "Service": services })),
        (true, true) => Some(serde_json::json!({ "AWS": context.posture.root().as_str() })),
        (true, false) => None,
    };
    if !has_lambda && context.functions_gap().is_some() {
        let plan = trust::without(role, &open, otherwise, Effort::Guided)?;
        return Some(plan.step(format!("Not all functions could be read: if one runs as {}, let {lambda} in as well", role.name)));
    }
    trust::without(role, &open, otherwise, Effort::OneKey)
}

/// The services that `reaches` let in.
fn named<'a>(reaches: &[&'a Reach]) -> BTreeSet<&'a str> {
    let service = |reach: &&'a Reach| match &reach.audience {
        Audience::Service { name, .. } => Some(name.as_str()),
        _ => None,
    };
    reaches.iter().filter_map(service).collect()
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{Says, cases, denied, with_function},
        },
        model::{Arn, Gap, Listing, PolicyText, Posture},
        remedy::Effort,
    };

    fn trusting(statements: &str) -> Posture {
        let mut posture = with_function(|_| ());
        posture.identity.roles.items[0].trust = PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#));
        posture
    }

    const OPEN: &str = r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}"#;

    #[test]
    fn rules() {
        let with = |condition: &str| {
            trusting(&format!(r#"[{{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{condition}}}]"#))
        };
        let mut service_linked = trusting(OPEN);
        service_linked.identity.roles.items[0].arn = Arn::from("arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/X");
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        let mut broken = with_function(|_| ());
        broken.identity.roles.items[0].trust = PolicyText::from("not a policy");
        cases(
            &CHECK,
            [
                ("lambda", with_function(|_| ()), Says::Pass),
                ("everyone, as a single statement", trusting(OPEN), Says::Fail),
                (
                    "everyone but",
                    trusting(r#"[{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/x"},"Action":"sts:*"}]"#),
                    Says::Fail,
                ),
                ("any role of any account", with(r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#), Says::Fail),
                ("with an external id", with(r#"{"StringEquals":{"sts:ExternalId":"x"}}"#), Says::Fail),
                ("the organization", with(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc1234567"}}"#), Says::Pass),
                ("the account", with(r#"{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}"#), Says::Pass),
                (
                    "denied again",
                    trusting(&format!(r#"[{OPEN},{{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}}]"#)),
                    Says::Pass,
                ),
                ("service-linked", service_linked, Says::NotApplicable),
                ("no policy", broken, Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn a_network_makes_it_high_and_an_external_id_does_not() {
        let settings = Settings::default();
        let bound = |condition: &str| format!(r#"{{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{condition}}}"#);
        for (statement, expected) in [
            (OPEN.to_owned(), None),
            (bound(r#"{"StringEquals":{"sts:ExternalId":"x"}}"#), None),
            (bound(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}}"#), Some(Severity::High)),
        ] {
            let posture = trusting(&statement);
            let verdicts = (CHECK.run)(&Context::new(&posture, &settings));
            let Ruling::Fail(fault) = &verdicts[0].ruling else { panic!("{verdicts:?}") };
            assert_eq!(fault.severity, expected, "{}", fault.message);
        }
    }

    #[test]
    fn the_plan_leaves_an_execution_role_to_lambda() {
        let settings = Settings::default();
        let posture = trusting(OPEN);
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert!(plan.steps[0].line().contains("lambda.amazonaws.com") && !plan.steps[0].line().contains(r#""AWS":"*""#), "{plan:?}");
        assert!(plan.undo[0].line().contains(r#""AWS":"*""#), "{plan:?}");
    }

    #[test]
    fn the_plan_takes_nothing_from_services_that_are_meant() {
        let settings = Settings::default();
        let beside = r#"{"Effect":"Allow","Principal":{"AWS":"*","Service":["lambda.amazonaws.com","ecs-tasks.amazonaws.com"]},"Action":"sts:AssumeRole"}"#;
        let user = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/x"},"Action":"sts:AssumeRole"}"#;
        for statements in [beside.to_owned(), format!("[{beside},{user}]")] {
            let posture = trusting(&statements);
            let context = Context::new(&posture, &settings);
            let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
            let line = plan.steps[0].line();
            assert!(line.contains("lambda.amazonaws.com") && line.contains("ecs-tasks.amazonaws.com"), "{line}");
            assert_eq!(line.contains("user/x"), statements.contains("user/x"), "{line}");
        }
    }

    #[test]
    fn where_functions_were_not_read_nobody_is_shut_out_in_one_key() {
        let settings = Settings::default();
        let mut posture = trusting(OPEN);
        posture.regions.get_mut("eu-west-1").unwrap().functions = Listing::partial(vec![], Gap::denied("lambda:ListFunctions", "no"));
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert_eq!(plan.effort, Effort::Guided);
        assert!(plan.steps.iter().any(|step| step.line().contains("lambda.amazonaws.com")), "{plan:?}");
    }
}
