//! IA-026: nothing above the account keeps a function from being opened, or a role from being handed everything.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict, held},
    iam::{Caller, Document, Keyring, Layer as Kind, Named, Outcome, PolicySet, Request, decide},
    model::{ControlPolicy, Fact, Gap, OrganizationLevel, Source},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IA-026",
    slug: "no-guardrail",
    title: "The organization keeps functions from being opened and roles from being handed everything",
    layer: Layer::Identity,
    severity: Severity::Info,
    why: "Every other finding of this layer can come back with the next deployment. A service control policy above the account holds \
          where reviews do not, for administrators as well.",
    how: "The service and resource control policies from the root of the organization down to the account are asked whether an ordinary \
          role that may do everything may still create a function URL without authentication, and attach AdministratorAccess to a role. \
          The management account stands outside of service control, and an account without functions is left alone. What boundaries on roles take away is seen in the checks on roles.",
    links: Links { cis: &["2.1.2"], csf: &["PR.AA"], owasp: &["S6"], ..Links::NONE },
    reads: &[Source::Organizations, Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "organizations:DescribeOrganization",
            "organizations:ListParents",
            "organizations:ListPoliciesForTarget",
            "organizations:DescribePolicy",
        ],
        provider: "AWS enforces service control policies on every account of the organization but the management account, and writes \
                   none beside FullAWSAccess",
        avoids: &[
            "An account without functions",
            "A service control policy that refuses by listing what is allowed",
            "Guardrails that stand on different levels of the organization",
            "A guardrail that exempts a role which sets accounts up",
        ],
        cli: "# From the management account, or a delegated administrator of policies.
aws organizations create-policy --name serverless-guard --type SERVICE_CONTROL_POLICY --description <DESCRIPTION> --content file://guard.json
aws organizations attach-policy --policy-id <POLICY_ID> --target-id <ROOT_OR_UNIT_OR_ACCOUNT_ID>",
        cloudformation: r#"Type: AWS::Organizations::Policy
Properties:
  Name: serverless-guard
  Type: SERVICE_CONTROL_POLICY
  TargetIds: [<ROOT_OR_UNIT_OR_ACCOUNT_ID>]
  Content:
    Version: "2012-10-17"
    Statement:
      - Effect: Deny
        Action: [lambda:CreateFunctionUrlConfig, lambda:UpdateFunctionUrlConfig]
        Resource: "*"
        Condition:
          StringEquals: {"lambda:FunctionUrlAuthType": NONE}
      - Effect: Deny
        Action: [iam:AttachRolePolicy, iam:AttachUserPolicy]
        Resource: "*"
        Condition:
          ArnEquals: {"iam:PolicyARN": arn:aws:iam::aws:policy/AdministratorAccess}
          ArnNotLike: {"aws:PrincipalArn": arn:aws:iam::*:role/<PLATFORM_ROLE>}"#,
        terraform: r#"resource "aws_organizations_policy" "<NAME>" {
  name = "serverless-guard"
  type = "SERVICE_CONTROL_POLICY"
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Action    = ["lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig"]
        Resource  = "*"
        Condition = { StringEquals = { "lambda:FunctionUrlAuthType" = "NONE" } }
      },
      {
        Effect   = "Deny"
        Action   = ["iam:AttachRolePolicy", "iam:AttachUserPolicy"]
        Resource = "*"
        Condition = {
          ArnEquals  = { "iam:PolicyARN" = "arn:aws:iam::aws:policy/AdministratorAccess" }
          ArnNotLike = { "aws:PrincipalArn" = "arn:aws:iam::*:role/<PLATFORM_ROLE>" }
        }
      },
    ]
  })
}

resource "aws_organizations_policy_attachment" "<NAME>" {
  policy_id = aws_organizations_policy.<NAME>.id
  target_id = "<ROOT_OR_UNIT_OR_ACCOUNT_ID>"
}"#,
        undo: "aws organizations detach-policy --policy-id <POLICY_ID> --target-id <ROOT_OR_UNIT_OR_ACCOUNT_ID>",
    },
};

/// What a guardrail is to refuse: the call, what it is on, its context, and how that is told.
struct Misdeed {
    action: &'static str,
    service: &'static str,
    resource: &'static str,
    keys: &'static [(&'static str, &'static str)],
    called: &'static str,
}

const MISDEEDS: [Misdeed; 2] = [
    Misdeed {
        action: "lambda:CreateFunctionUrlConfig",
        service: "lambda",
        resource: "function:",
        keys: &[("lambda:FunctionUrlAuthType", "NONE")],
        called: "function URLs without authentication",
    },
    Misdeed {
        action: "iam:AttachRolePolicy",
        service: "iam",
        resource: "role/",
        keys: &[("iam:PolicyARN", "arn:aws:iam::aws:policy/AdministratorAccess")],
        called: "AdministratorAccess on roles",
    },
];

fn run(context: &Context<'_>) -> Vec<Verdict> {
    vec![context.one(&CHECK, context.posture.root(), "", judge(context))]
}

fn judge(context: &Context<'_>) -> Result<Ruling, Gap> {
    let posture = context.posture;
    // Without functions there is nothing to guard yet.
    if posture.functions().next().is_none() {
        return context.functions_gap().map_or(Ok(Ruling::NotApplicable), Err);
    }
    let read = |gap: &Gap| {
        if gap.action.is_empty() { Gap { action: "organizations:DescribeOrganization".to_owned(), ..gap.clone() } } else { gap.clone() }
    };
    let outside = |message: String, pointer: &str, value: &str| {
        Ok(Ruling::fail(message, vec![Evidence::field("organizations:DescribeOrganization", pointer, value)]))
    };
    let Some(organization) = posture.governance.organization.known().map_err(read)? else {
        return outside("The account belongs to no organization: no policy stands above its own".to_owned(), "Organization", "none");
    };
    if organization.management_account == posture.account {
        let message = "This is the management account of its organization: service control policies do not bear on it".to_owned();
        return outside(message, "MasterAccountId", &organization.management_account);
    }
    if organization.feature_set != "ALL" {
        let message = format!("The organization {} shares bills only: it can have no policies", organization.id);
        return outside(message, "FeatureSet", &organization.feature_set);
    }
    let chain = posture.governance.organization_chain.known().map_err(read)?;
    let mut gap = None;
    let policies = PolicySet {
        identity: vec![everything()?],
        scp: levels(context, chain, |level| &level.service_control, &mut gap),
        rcp: levels(context, chain, |level| &level.resource_control, &mut gap),
        ..PolicySet::default()
    };
    let allowed: Vec<&str> =
        MISDEEDS.iter().filter(|misdeed| !is_refused(context, &policies, misdeed)).map(|misdeed| misdeed.called).collect();
    if allowed.is_empty() {
        return Ok(Ruling::Pass);
    }
    // What was not read may refuse it, and nothing else can.
    if let Some(gap) = gap {
        return Err(gap);
    }
    let names = chain.iter().flat_map(|level| [&level.service_control, &level.resource_control]).filter_map(|fact| fact.known().ok());
    let names: Vec<&str> = names.flatten().map(|policy| policy.name.as_str()).collect();
    let evidence = vec![
        Evidence::field("organizations:DescribeOrganization", "Id", &organization.id),
        Evidence::field(
            "organizations:ListPoliciesForTarget",
            "Policies",
            if names.is_empty() { "none".to_owned() } else { names.join(", ") },
        ),
    ];
    Ok(Ruling::fail(format!("The organization {} refuses nobody {}", organization.id, allowed.join(", nor ")), evidence))
}

/// A policy that allows everything: what is refused then is refused from above.
fn everything() -> Result<Named, Gap> {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let document = Document::parse(text).map_err(|malformed| Gap::failed("", malformed.to_string()))?;
    Ok(Named::new("everything", document))
}

/// The policies of each level that has some; a level of which they are not known is one that allows all it can.
fn levels(
    context: &Context<'_>,
    chain: &[OrganizationLevel],
    of: impl Fn(&OrganizationLevel) -> &Fact<Vec<ControlPolicy>>,
    gap: &mut Option<Gap>,
) -> Vec<Vec<Named>> {
    let mut levels = Vec::new();
    for level in chain {
        let policies = match of(level).known() {
            Ok(policies) => policies,
            Err(found) => {
                gap.get_or_insert_with(|| found.clone());
                continue;
            }
        };
        let mut named = Vec::new();
        for policy in policies {
            match policy.document.known().map_err(Gap::clone).and_then(|text| context.library.shared(text)) {
                Ok(document) => named.push(Named::new(&policy.name, document.clone())),
                Err(found) => _ = gap.get_or_insert(found),
            }
        }
        // None at all means that this type of policy is turned off.
        if !named.is_empty() {
            levels.push(named);
        }
    }
    levels
}

fn is_refused(context: &Context<'_>, policies: &PolicySet, misdeed: &Misdeed) -> bool {
    let caller = held::arn(context, "iam", "", &format!("role/{}", held::ANY));
    let region = context.posture.regions.keys().next().map_or("us-east-1", String::as_str);
    let region = if misdeed.service == "iam" { "" } else { region };
    let resource = held::arn(context, misdeed.service, region, &format!("{}{}", misdeed.resource, held::ANY));
    let keys = Keyring::unknown().with("aws:PrincipalArn", caller.as_str()).with("aws:PrincipalAccount", caller.account());
    let keys = misdeed.keys.iter().fold(keys, |keys, (key, value)| keys.with(key, *value));
    let request =
        Request { context: keys, ..Request::new(Caller::Principal(caller.as_str().to_owned()), misdeed.action, resource.as_str()) };
    let decision = decide(&request, policies);
    let above = [Kind::ServiceControl, Kind::ResourceControl];
    matches!(decision.outcome, Outcome::ExplicitlyDenied | Outcome::ImplicitlyDenied)
        && decision.blocked_by.iter().any(|layer| above.contains(layer))
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    let urls = r#"{"Effect":"Deny","Action":["lambda:CreateFunctionUrlConfig","lambda:UpdateFunctionUrlConfig"],"Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#;
    let roles = r#"{"Effect":"Deny","Action":["iam:AttachRolePolicy","iam:AttachUserPolicy"],"Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AdministratorAccess"}}}"#;
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Have the organization refuse what no account should do")
            .step(format!("From the management account, attach a service control policy with this statement: {urls}"))
            .step(format!("And with this one, after exempting the roles that set accounts up: {roles}")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{Says, cases, denied, empty, with_function},
        model::{Arn, ControlPolicy, Fact, Gap, LevelKind, Organization, OrganizationLevel, PolicyText, Posture},
    };

    const URLS: &str = r#"{"Effect":"Deny","Action":"lambda:CreateFunctionUrlConfig","Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#;
    const ROLES: &str = r#"{"Effect":"Deny","Action":"iam:AttachRolePolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AdministratorAccess"},"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/platform"}}}"#;
    const FULL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

    fn policy(statements: &[&str]) -> ControlPolicy {
        let document = PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")));
        ControlPolicy { id: "p-1".to_owned(), name: "guard".to_owned(), aws_managed: false, document: Fact::Known(document) }
    }

    fn member(change: impl FnOnce(&mut Organization, &mut Vec<OrganizationLevel>)) -> Posture {
        let mut posture = with_function(|_| ());
        let mut organization = Organization {
            id: "o-a1b2c3d4e5".to_owned(),
            arn: Arn::from("arn:aws:organizations::999999999999:organization/o-a1b2c3d4e5"),
            management_account: "999999999999".to_owned(),
            feature_set: "ALL".to_owned(),
        };
        let level = |id: &str, kind| OrganizationLevel {
            id: id.to_owned(),
            kind,
            service_control: Fact::Known(vec![policy(&[FULL])]),
            resource_control: Fact::Known(Vec::new()),
        };
        let mut chain = vec![level("r-1", LevelKind::Root), level("123456789012", LevelKind::Account)];
        change(&mut organization, &mut chain);
        posture.governance.organization = Fact::Known(Some(organization));
        posture.governance.organization_chain = Fact::Known(chain);
        posture
    }

    fn scp(statements: &[&str]) -> Posture {
        member(|_, chain| chain[0].service_control.known_mut().unwrap().push(policy(statements)))
    }

    #[test]
    fn rules() {
        let mut alone = with_function(|_| ());
        alone.governance.organization = Fact::Known(None);
        let mut unread = member(|_, _| ());
        unread.governance.organization_chain = Gap::denied("organizations:ListPoliciesForTarget", "no").into();
        cases(
            &CHECK,
            [
                ("no functions", empty(), Says::NotApplicable),
                ("no organization", alone, Says::Fail),
                ("nothing but FullAWSAccess", member(|_, _| ()), Says::Fail),
                ("half of it", scp(&[URLS]), Says::Fail),
                ("both", scp(&[URLS, ROLES]), Says::Pass),
                (
                    "both, on two levels",
                    member(|_, chain| {
                        chain[0].service_control.known_mut().unwrap().push(policy(&[URLS]));
                        chain[1].service_control.known_mut().unwrap().push(policy(&[ROLES]));
                    }),
                    Says::Pass,
                ),
                (
                    "only what it lists",
                    member(|_, chain| {
                        *chain[0].service_control.known_mut().unwrap() =
                            vec![policy(&[r#"{"Effect":"Allow","Action":["s3:*","dynamodb:*"],"Resource":"*"}"#])];
                    }),
                    Says::Pass,
                ),
                (
                    "the management account",
                    member(|organization, chain| {
                        chain[0].service_control.known_mut().unwrap().push(policy(&[URLS, ROLES]));
                        organization.management_account = "123456789012".to_owned();
                    }),
                    Says::Fail,
                ),
                ("bills only", member(|organization, _| organization.feature_set = "CONSOLIDATED_BILLING".to_owned()), Says::Fail),
                (
                    "a level denied",
                    member(|_, chain| {
                        chain[1].service_control = Gap::denied("organizations:ListPoliciesForTarget", "no").into();
                    }),
                    Says::Unknown,
                ),
                (
                    "a level denied, and refused above",
                    member(|_, chain| {
                        chain[0].service_control.known_mut().unwrap().push(policy(&[URLS, ROLES]));
                        chain[1].service_control = Gap::denied("organizations:ListPoliciesForTarget", "no").into();
                    }),
                    Says::Pass,
                ),
                (
                    "a document unread",
                    member(|_, chain| {
                        chain[0].service_control.known_mut().unwrap()[0].document = Fact::unread("organizations:DescribePolicy");
                    }),
                    Says::Unknown,
                ),
                ("chain denied", unread, Says::Unknown),
                ("nothing known", denied(), Says::Unknown),
            ],
        );
    }
}
