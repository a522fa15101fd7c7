//! IA-004: a function's role can read data of a kind wherever it lies.

use super::{
    glance,
    held::{self, ANY},
};
use crate::{
    checks::{Check, Context, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    iam::{Holder, Permission, Statement},
    model::{Gap, Role, Source},
    remedy::{Effort, Plan, Risk},
};

/// The calls that read data, by service, with what stands for a resource that nobody has named: `{any}`.
const READS: [(&str, &[&str], &str); 5] = [
    ("s3", &["GetObject"], "{any}/{any}"),
    ("dynamodb", &["GetItem", "BatchGetItem", "Query", "Scan"], "table/{any}"),
    ("secretsmanager", &["GetSecretValue"], "secret:{any}-a1B2c3"),
    ("ssm", &["GetParameter", "GetParameters", "GetParametersByPath"], "parameter/{any}"),
    ("rds-data", &["ExecuteStatement", "BatchExecuteStatement"], "cluster:{any}"),
];

/// Condition keys that say who asks, from where or when, and nothing of what is asked for.
const NOT_OF_THE_RESOURCE: [&str; 28] = [
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalType",
    "aws:Referer",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:SecureTransport",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:VpcSourceIp",
    "aws:userid",
    "aws:username",
    "lambda:SourceFunctionArn",
];

/// How the keys of the caller's tags begin.
const PRINCIPAL_TAG: &str = "aws:PrincipalTag/";

pub(super) static CHECK: Check = Check {
    id: "IA-004",
    slug: "sensitive-data-unbounded",
    title: "Roles read only the data they are meant for",
    layer: Layer::Identity,
    severity: Severity::High,
    why: "A function that may read every bucket, table or secret of the account turns one hole in its code into a leak of all \
          of them, next year's among them.",
    how: "After denies and permissions boundary the role may call s3:GetObject, dynamodb:GetItem, Query or Scan, \
          secretsmanager:GetSecretValue, ssm:GetParameter or rds-data:ExecuteStatement on a resource with a name that nothing in \
          the account has. Conditions on the resource, such as its tags, bound it; with conditions on the caller it is medium. \
          A role that is an administrator is reported as such and not here.",
    links: Links { csf: &["PR.AA"], owasp: &["S3", "S5"], csa: &["SAS-4"], attack: &["T1530", "T1555.006"], ..Links::NONE },
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
        provider: "AWS lets a role read what its policies reach, resources that are made tomorrow among it",
        avoids: &[
            "Objects of a bucket, or tables of a prefix, that the statement names",
            "A condition on the resource, such as its tags",
            "A condition on the caller, such as its address or function, as more than medium",
            "Calls that only list, such as s3:ListAllMyBuckets",
            "An administrator, which is reported as such",
        ],
        cli: "aws iam get-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --query PolicyDocument
aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://needed.json",
        cloudformation: r#"Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: needed
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: secretsmanager:GetSecretValue
        Resource: !Ref <SECRET>"#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "needed"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = aws_secretsmanager_secret.<SECRET>.arn
    }]
  })
}"#,
        undo: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name <POLICY_NAME> --policy-document file://before.json",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_execution_role(&CHECK, |role, _| judge(context, role))
}

fn judge(context: &Context<'_>, role: &Role) -> Result<Ruling, Gap> {
    if !glance::some_touch(context, &role.policies, &READS.map(|(service, ..)| service)) {
        return Ok(Ruling::Pass);
    }
    let asked = READS.iter().flat_map(|(service, calls, resource)| {
        let arns: Vec<String> = match *service {
            "s3" => vec![format!("arn:{}:s3:::{}", context.posture.partition, resource.replace("{any}", ANY))],
            // The service that is called and the one that owns the resource have different names here.
            "rds-data" => regional(context, "rds", resource),
            service => regional(context, service, resource),
        };
        calls.iter().map(move |call| (format!("{service}:{call}"), arns.clone()))
    });
    judge_unbounded(context, role, asked, |actions| format!("{} may call {} on anything", role.name, actions.join(", ")))
}

/// Rules on `role` by what it may do on resources that nobody has named: `asked` are actions with such ARNs.
///
/// # Errors
/// The gap, when a policy that could not be read may change the answer.
pub(super) fn judge_unbounded(
    context: &Context<'_>,
    role: &Role,
    asked: impl IntoIterator<Item = (String, Vec<String>)>,
    say: impl FnOnce(&[String]) -> String,
) -> Result<Ruling, Gap> {
    let holder = context.holder(role);
    let mut found: Vec<String> = Vec::new();
    let mut proof: Vec<Permission> = Vec::new();
    let mut bound = true;
    for (action, arns) in asked {
        if let Some((permissions, is_free)) = unbounded(&holder, &action, &arns)? {
            found.push(action);
            proof.extend(permissions);
            bound &= !is_free;
        }
    }
    if found.is_empty() {
        return Ok(Ruling::Pass);
    }
    if held::administrator(context, &holder)?.is_some() {
        return Ok(Ruling::NotApplicable);
    }
    let fault = Fault::new(say(&found), held::evidence(&proof));
    Ok(if bound { fault.severity(Severity::Medium) } else { fault }.into())
}

/// The ARN of a resource that nobody has named, in each Region of the posture.
pub(super) fn regional(context: &Context<'_>, service: &str, resource: &str) -> Vec<String> {
    let resource = resource.replace("{any}", ANY);
    context.posture.regions.keys().map(|region| held::arn(context, service, region, &resource).to_string()).collect()
}

/// What lets `holder` do `action` on one of `arns`, which nobody has named, and whether it does so without any condition.
///
/// # Errors
/// The gap, when a policy that could not be read may change the answer.
fn unbounded(holder: &Holder<'_>, action: &str, arns: &[String]) -> Result<Option<(Vec<Permission>, bool)>, Gap> {
    for arn in arns {
        let Some(grant) = held::grant(holder, action, arn)? else { continue };
        if grant.condition.is_none() {
            return Ok(Some((grant.proof, true)));
        }
        if grant.allows().any(says_nothing_of_the_resource) {
            return Ok(Some((grant.proof, false)));
        }
    }
    Ok(None)
}

fn says_nothing_of_the_resource(statement: &Statement) -> bool {
    let is_of_the_caller = |key: &str| {
        let tag = key.get(..PRINCIPAL_TAG.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(PRINCIPAL_TAG));
        tag || NOT_OF_THE_RESOURCE.iter().any(|known| known.eq_ignore_ascii_case(key))
    };
    statement.conditions().iter().all(|condition| is_of_the_caller(&condition.key))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let mut plan = Plan::new(Effort::Guided, Risk::Manual, "Name the resources that the functions read");
    for function in context.functions_of(&verdict.resource).take(5) {
        let names = function.environment.known().map(|variables| variables.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        if !names.is_empty() {
            plan = plan.step(format!("{} may be told what it reads by its variables {}", function.name, names.join(", ")));
        }
    }
    Some(plan.step("Replace the Resource of the statements in the evidence by the ARNs of those resources"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{Says, cases, denied, with_function, with_role},
        },
        model::{Arn, Fact, Listing, ManagedPolicy, PolicyText, Posture},
    };

    fn allowing(action: &str, resource: &str, condition: &str) -> Posture {
        with_role(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}","Condition":{condition}}}]}}"#
        ))
    }

    #[test]
    fn rules() {
        let mut unread = with_function(|_| ());
        unread.identity.roles = Listing::default();
        let by_tag = || allowing("secretsmanager:GetSecretValue", "*", r#"{"StringEquals":{"aws:ResourceTag/app":"orders"}}"#);
        let mut bounded = by_tag();
        let arn = Arn::from("arn:aws:iam::123456789012:policy/boundary");
        let text = PolicyText::from(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#);
        bounded.identity.roles.items[0].boundary = Some(arn.clone());
        bounded.identity.policies =
            Listing::complete(vec![ManagedPolicy { arn, name: "boundary".to_owned(), document: Fact::Known(text) }]);
        cases(
            &CHECK,
            [
                ("logs only", with_function(|_| ()), Says::Pass),
                ("every secret", allowing("secretsmanager:GetSecretValue", "*", "{}"), Says::Fail),
                ("every object", allowing("s3:Get*", "arn:aws:s3:::*", "{}"), Says::Fail),
                ("every table of the account", allowing("dynamodb:Scan", "arn:aws:dynamodb:*:123456789012:table/*", "{}"), Says::Fail),
                ("one bucket", allowing("s3:GetObject", "arn:aws:s3:::orders/*", "{}"), Says::Pass),
                ("tables of a prefix", allowing("dynamodb:*", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders-*", "{}"), Says::Pass),
                ("lists only", allowing("s3:ListAllMyBuckets", "*", "{}"), Says::Pass),
                ("by tag", by_tag(), Says::Pass),
                ("by tag, under a boundary that bounds nothing", bounded, Says::Pass),
                ("from one network", allowing("s3:GetObject", "*", r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}}"#), Says::Fail),
                (
                    "for one function",
                    allowing(
                        "s3:GetObject",
                        "*",
                        r#"{"ArnEquals":{"lambda:SourceFunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:orders"}}"#,
                    ),
                    Says::Fail,
                ),
                (
                    "for one function, by tag",
                    allowing(
                        "s3:GetObject",
                        "*",
                        r#"{"ArnEquals":{"lambda:SourceFunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:orders"},"StringEquals":{"s3:ExistingObjectTag/team":"a"}}"#,
                    ),
                    Says::Pass,
                ),
                ("an administrator", allowing("*", "*", "{}"), Says::NotApplicable),
                ("no policy", with_role("7"), Says::Unknown),
                ("unread", unread, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn a_condition_on_the_caller_makes_it_medium() {
        let settings = Settings::default();
        for condition in [
            r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}}"#,
            r#"{"ArnEquals":{"lambda:SourceFunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:orders"}}"#,
        ] {
            let posture = allowing("s3:GetObject", "*", condition);
            let context = Context::new(&posture, &settings);
            let verdicts = (CHECK.run)(&context);
            let Ruling::Fail(fault) = &verdicts[0].ruling else { panic!("{verdicts:?}") };
            assert_eq!(fault.severity, Some(Severity::Medium), "{condition}");
        }
    }
}
