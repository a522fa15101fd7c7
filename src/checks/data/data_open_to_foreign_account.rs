//! DP-011: the policy of a table, stream or secret lets in somebody from outside.

use crate::{
    checks::{
        Check, Context, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        resource_policy::{self, Openings},
    },
    model::{Arn, Fact, Gap, PolicyText, Source, Table},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-011",
    slug: "data-open-to-foreign-account",
    title: "Policies of tables, streams and secrets let in nobody but trusted accounts",
    layer: Layer::Data,
    severity: Severity::High,
    why: "With a policy on the resource itself another account reads or changes the data without any role of this one: no identity \
          policy shows it, and what is copied out stays there.",
    how: "The resource policies of DynamoDB tables and of their streams, of Kinesis data streams and of secrets, after their denies: an \
          account, user, role or organization that is neither this account's nor named as trusted in the configuration. Critical when \
          every AWS account is let in.",
    links: Links { csf: &["PR.DS"], owasp: &["S3", "S5"], attack: &["T1537", "T1530"], ..Links::NONE },
    reads: &[Source::DynamoDb, Source::Kinesis, Source::SecretsManager, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &[
            "dynamodb:ListTables",
            "dynamodb:DescribeTable",
            "dynamodb:GetResourcePolicy",
            "kinesis:ListStreams",
            "kinesis:GetResourcePolicy",
            "secretsmanager:ListSecrets",
            "secretsmanager:GetResourcePolicy",
            "organizations:DescribeOrganization",
        ],
        provider: "AWS refuses another account unless a policy of the resource lets it in; whom that policy names is yours",
        avoids: &[
            "An account or organization that the configuration names as trusted",
            "A statement for a stranger that a Deny of the same policy takes back",
            "A statement for an AWS service",
            "The account's own organization, once it is known which that is",
        ],
        cli: "aws dynamodb get-resource-policy --resource-arn <TABLE_OR_STREAM_ARN> --region <REGION>\n\
aws dynamodb put-resource-policy --resource-arn <TABLE_OR_STREAM_ARN> --policy file://policy.json --region <REGION>\n\
aws kinesis put-resource-policy --resource-arn <STREAM_ARN> --policy file://policy.json --region <REGION>\n\
aws secretsmanager put-resource-policy --secret-id <SECRET_ARN> --resource-policy file://policy.json --region <REGION>",
        cloudformation: r#"# The same for AWS::Kinesis::ResourcePolicy, and for ResourcePolicy of an AWS::DynamoDB::Table.
Type: AWS::SecretsManager::ResourcePolicy
Properties:
  SecretId: !Ref <SECRET>
  ResourcePolicy:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Principal:
          AWS: !GetAtt <ROLE>.Arn
        Action: secretsmanager:GetSecretValue
        Resource: "*""#,
        terraform: r#"# The same for aws_dynamodb_resource_policy and aws_kinesis_resource_policy, by resource_arn.
resource "aws_secretsmanager_secret_policy" "<NAME>" {
  secret_arn = aws_secretsmanager_secret.<SECRET>.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.<ROLE>.arn }
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}"#,
        undo: "Put back the policy that was printed before with the same put-resource-policy",
    },
};

/// A policy that lets into data.
struct Door<'a> {
    /// What it belongs to.
    resource: Arn,
    policy: &'a Fact<Option<PolicyText>>,
    /// The call that gave it.
    source: &'static str,
    /// What evidence calls it; nothing when the resource has only one.
    name: &'static str,
}

impl Door<'_> {
    fn openings(&self, context: &Context<'_>) -> Openings {
        let everything = format!("{}:*", self.resource.service());
        match self.policy.known() {
            Ok(Some(text)) => {
                let mut openings = resource_policy::openings(context, text, &[&everything], &self.resource);
                // Services are told by their own checks: none of these three is fed by one that acts for others.
                openings.found.retain(|opening| !opening.deputy);
                openings
            }
            Ok(None) => Openings::default(),
            Err(gap) => Openings::unknown(gap.clone()),
        }
    }
}

fn of_table(table: &Table) -> Vec<Door<'_>> {
    let stream = table.description.known().ok().and_then(|description| description.stream.clone());
    vec![
        Door { resource: table.arn.clone(), policy: &table.policy, source: "dynamodb:GetResourcePolicy", name: "" },
        Door {
            resource: stream.unwrap_or_else(|| Arn::new(format!("{}/stream/latest", table.arn))),
            policy: &table.stream_policy,
            source: "dynamodb:GetResourcePolicy",
            name: "policy of the stream",
        },
    ]
}

fn of_stream<'a>(arn: &Arn, policy: &'a Fact<Option<PolicyText>>) -> Vec<Door<'a>> {
    vec![Door { resource: arn.clone(), policy, source: "kinesis:GetResourcePolicy", name: "" }]
}

fn of_secret<'a>(arn: &Arn, policy: &'a Fact<Option<PolicyText>>) -> Vec<Door<'a>> {
    vec![Door { resource: arn.clone(), policy, source: "secretsmanager:GetResourcePolicy", name: "" }]
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let tables =
        context.each(&CHECK, |region| &region.tables, |_, table| judge(context, &format!("table {}", table.name), &of_table(table)));
    let streams = context.each(
        &CHECK,
        |region| &region.kinesis_streams,
        |_, stream| judge(context, &format!("stream {}", stream.arn.name()), &of_stream(&stream.arn, &stream.policy)),
    );
    let secrets = context.each(
        &CHECK,
        |region| &region.secrets,
        |_, secret| judge(context, &format!("secret {}", secret.name), &of_secret(&secret.arn, &secret.policy)),
    );
    tables.into_iter().chain(streams).chain(secrets).collect()
}

fn judge(context: &Context<'_>, called: &str, doors: &[Door<'_>]) -> Result<Ruling, Gap> {
    let mut all = Openings::default();
    let mut evidence = Vec::new();
    for door in doors {
        let openings = door.openings(context);
        evidence.extend(openings.evidence(door.source, door.name));
        all = all.and(openings);
    }
    if all.found.is_empty() {
        return all.gap.map_or(Ok(Ruling::Pass), Err);
    }
    let fault = Fault::new(format!("The policy of the {called} lets in {}", resource_policy::names(&all.found)), evidence);
    let public = all.found.iter().any(|opening| opening.public);
    Ok(if public { fault.severity(Severity::Critical) } else { fault }.into())
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let arn = &verdict.resource;
    let region = context.posture.regions.get(&*verdict.region)?;
    let doors = match arn.service() {
        "dynamodb" => of_table(region.tables.items.iter().find(|table| table.arn == *arn)?),
        "kinesis" => of_stream(arn, &region.kinesis_streams.items.iter().find(|stream| stream.arn == *arn)?.policy),
        _ => of_secret(arn, &region.secrets.items.iter().find(|secret| secret.arn == *arn)?.policy),
    };
    let plan =
        Plan::new(Effort::OneKey, Risk::Careful, format!("Take the statements that let strangers in out of the policy of {}", arn.name()));
    Some(doors.iter().fold(plan, |plan, door| match door.policy.known() {
        Ok(Some(text)) => resource_policy::shut(context, plan, &door.resource, &verdict.region, text, &door.openings(context).found),
        _ => plan,
    }))
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{Says, ask_with, cases, denied, empty, with_secret, with_table},
        },
        model::{Arn, Fact, Gap, PolicyText, Posture},
    };

    fn grants(principal: &str) -> Fact<Option<PolicyText>> {
        Fact::Known(Some(PolicyText::new(format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"share","Effect":"Allow","Principal":{principal},"Action":"dynamodb:GetItem","Resource":"*"}}]}}"#
        ))))
    }

    /// A table with a stream that has a policy of its own.
    fn with_stream(policy: Fact<Option<PolicyText>>) -> Posture {
        with_table(|table| {
            let stream = Arn::new(format!("{}/stream/2026-11-01T00:00:00.000", table.arn));
            table.description.known_mut().unwrap().stream = Some(stream);
            table.stream_policy = policy;
        })
    }

    fn secret_for(principal: &str) -> Posture {
        with_secret(|secret| {
            secret.policy = Fact::Known(Some(PolicyText::new(format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"secretsmanager:GetSecretValue","Resource":"*"}},{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::123456789012:root"}},"Action":"secretsmanager:*","Resource":"*"}}]}}"#
            ))));
        })
    }

    const STRANGER: &str = r#"{"AWS":"arn:aws:iam::999999999999:root"}"#;

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("a table without a policy", with_table(|_| ()), Says::Pass),
                ("a secret without a policy", with_secret(|_| ()), Says::Pass),
                ("the account itself", with_table(|table| table.policy = grants(r#"{"AWS":"123456789012"}"#)), Says::Pass),
                ("a stranger", with_table(|table| table.policy = grants(STRANGER)), Says::Fail),
                ("a stranger at the stream", with_stream(grants(STRANGER)), Says::Fail),
                ("everyone", with_table(|table| table.policy = grants(r#""*""#)), Says::Fail),
                ("a stranger's secret", secret_for(STRANGER), Says::Fail),
                (
                    "an organization that may be the account's own",
                    with_table(|table| {
                        table.policy = Fact::Known(Some(PolicyText::from(
                            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"dynamodb:GetItem","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}}]}"#,
                        )));
                    }),
                    Says::Unknown,
                ),
                ("no policy at all", with_table(|table| table.policy = Fact::Known(Some(PolicyText::from("{")))), Says::Unknown),
                ("denied", with_table(|table| table.policy = Gap::denied("dynamodb:GetResourcePolicy", "no").into()), Says::Unknown),
                ("unread", with_secret(|secret| secret.policy = Fact::unread("secretsmanager:GetResourcePolicy")), Says::Unknown),
            ],
        );
        assert_eq!(ask_with(&CHECK, &denied(), &Settings::default()).len(), 3);
        assert!(ask_with(&CHECK, &empty(), &Settings::default()).is_empty());
    }

    #[test]
    fn the_worst_is_critical_and_all_can_be_undone() {
        let settings = Settings::default();
        let posture = secret_for(r#""*""#);
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
        assert_eq!(fault.severity, Some(Severity::Critical));
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert!(plan.commands()[0].contains("put-resource-policy"));
        assert!(plan.commands()[0].contains("123456789012:root") && !plan.commands()[0].contains("GetSecretValue"));
        assert!(plan.undo_commands()[0].contains("GetSecretValue"));
    }

    #[test]
    fn the_user_names_trusted_accounts() {
        let trusting = Settings { trusted_accounts: vec!["999999999999".to_owned()], ..Settings::default() };
        assert_eq!(ask_with(&CHECK, &secret_for(STRANGER), &trusting)[0].1, Says::Pass);
    }
}
