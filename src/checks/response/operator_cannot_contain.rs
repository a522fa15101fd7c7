//! IR-004: whoever looks at the account could not stop a function.

use std::{cell::RefCell, collections::HashMap};

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, glance, held},
    iam::{Decision, Document, Holder, Outcome},
    model::{Arn, Function, Gap, GapKind, Policies, Resource, Role, Source, User},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-004",
    slug: "operator-cannot-contain",
    title: "Whoever watches the functions can contain them",
    layer: Layer::Response,
    severity: Severity::Medium,
    why: "At three in the morning a function has to be stopped, its triggers cut, its sessions revoked. Whoever finds out then that he may \
          not has to wake somebody else while it runs on.",
    how: "The role or user that read this account is asked, by its own policies and permissions boundary, for \
          lambda:PutFunctionConcurrency, lambda:RemovePermission, lambda:UpdateAlias and lambda:GetFunction on the function, \
          lambda:UpdateEventSourceMapping on its mappings, and iam:PutRolePolicy on its role, which is how older sessions are revoked. A \
          session is taken for its role. It is unknown when the caller is of another account or was not read.",
    links: Links { csf: &["RS.MI"], ..Links::NONE },
    reads: &[Source::Sts, Source::Lambda, Source::Iam, Source::Organizations],
    run,
    fix,
    guide: Guide {
        calls: &[
            "iam:GetAccountAuthorizationDetails",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctions",
            "organizations:DescribePolicy",
            "organizations:ListPoliciesForTarget",
            "sts:GetCallerIdentity",
        ],
        provider: "AWS contains no function for you: whoever is to do it in an incident needs the permissions beforehand.",
        avoids: &[
            "The root user, who may do everything",
            "A permission for the mappings of this function alone, by a condition",
            "lambda:UpdateEventSourceMapping where the function has no mapping",
            "A caller of another account, or one that was not read: it is unknown",
        ],
        cli: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name contain-functions --policy-document file://policy.json",
        cloudformation: r#"Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: contain-functions
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action:
          - lambda:GetFunction
          - lambda:PutFunctionConcurrency
          - lambda:RemovePermission
          - lambda:UpdateAlias
        Resource: <FUNCTION_ARN>
      - Effect: Allow
        Action: lambda:UpdateEventSourceMapping
        Resource: "*"
        Condition:
          ArnEquals: {"lambda:FunctionArn": <FUNCTION_ARN>}
      - Effect: Allow
        Action: iam:PutRolePolicy
        Resource: <EXECUTION_ROLE_ARN>"#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "contain-functions"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["lambda:GetFunction", "lambda:PutFunctionConcurrency", "lambda:RemovePermission", "lambda:UpdateAlias"]
        Resource = aws_lambda_function.<FUNCTION>.arn
      },
      {
        Effect    = "Allow"
        Action    = "lambda:UpdateEventSourceMapping"
        Resource  = "*"
        Condition = { ArnEquals = { "lambda:FunctionArn" = aws_lambda_function.<FUNCTION>.arn } }
      },
      {
        Effect   = "Allow"
        Action   = "iam:PutRolePolicy"
        Resource = aws_iam_role.<EXECUTION_ROLE>.arn
      },
    ]
  })
}"#,
        undo: "aws iam delete-role-policy --role-name <ROLE_NAME> --policy-name contain-functions",
    },
};

const ON_FUNCTION: [&str; 4] = ["lambda:GetFunction", "lambda:PutFunctionConcurrency", "lambda:RemovePermission", "lambda:UpdateAlias"];
const ON_MAPPING: &str = "lambda:UpdateEventSourceMapping";
const ON_ROLE: &str = "iam:PutRolePolicy";

/// Answers by action, Region, and which of the patterns cover the resource.
type Answers = HashMap<(&'static str, String, Vec<bool>), Result<Decision, Gap>>;

/// Who would have to contain.
enum Operator<'c> {
    /// The root user, who may do everything.
    Root,
    /// A role or user, with what is known of its answers.
    Holder(Box<Asked<'c>>),
}

/// A role or user with the answers it gave: ten thousand functions ask the same few questions.
struct Asked<'c> {
    caller: &'c Arn,
    name: &'c str,
    holder: Holder<'c>,
    /// Every pattern of resources that its policies have, or none when an answer depends on more than those.
    patterns: Option<Vec<&'c str>>,
    answers: RefCell<Answers>,
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let operator = operator(context);
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| match &operator {
            Ok(Operator::Root) => Ok(Ruling::Pass),
            Ok(Operator::Holder(asked)) => judge(context, asked, function),
            Err(gap) => Err(gap.clone()),
        },
    )
}

/// Who read the account.
fn operator<'c>(context: &'c Context<'_>) -> Result<Operator<'c>, Gap> {
    let posture = context.posture;
    let caller = posture.governance.caller.known().map_err(|gap| match gap.kind {
        GapKind::Unread if gap.action.is_empty() => Gap::unread("sts:GetCallerIdentity"),
        _ => gap.clone(),
    })?;
    let foreign = || Gap::unsupported(format!("{caller} is of another account, whose policies are not read here"));
    if caller.account() != posture.account {
        return Err(foreign());
    }
    let listed =
        |gap: &Option<Gap>| gap.clone().unwrap_or_else(|| Gap::failed(Role::LISTED_BY, format!("{caller} is not among what was read")));
    let mut parts = caller.resource().split('/');
    match (parts.next(), parts.next()) {
        (Some("root"), None) => Ok(Operator::Root),
        // A session's ARN leaves the path of its role out; the name alone is unique in an account.
        (Some("assumed-role"), Some(name)) => {
            let role = posture.identity.roles.items.iter().find(|role| role.name == name);
            let role = role.ok_or_else(|| listed(&posture.identity.roles.gap))?;
            let holder = Holder::role(posture, &context.library, role);
            let patterns = patterns(context, [&role.policies], role.boundary.as_ref());
            Ok(Operator::Holder(Box::new(Asked { caller, name: &role.name, holder, patterns, answers: RefCell::default() })))
        }
        (Some("user"), Some(_)) => {
            let user = posture.identity.users.items.iter().find(|user| user.arn == *caller);
            let user: &User = user.ok_or_else(|| listed(&posture.identity.users.gap))?;
            let holder = Holder::user(posture, &context.library, user);
            let groups =
                posture.identity.groups.items.iter().filter(|group| user.groups.contains(&group.name)).map(|group| &group.policies);
            let patterns = patterns(context, groups.chain([&user.policies]), user.boundary.as_ref());
            Ok(Operator::Holder(Box::new(Asked { caller, name: &user.name, holder, patterns, answers: RefCell::default() })))
        }
        _ => Err(Gap::unsupported(format!("what {caller} may do is not worked out"))),
    }
}

/// The patterns of resources in all these policies; none when conditions or variables look at more of a resource.
fn patterns<'c>(context: &'c Context<'_>, held: impl IntoIterator<Item = &'c Policies>, boundary: Option<&Arn>) -> Option<Vec<&'c str>> {
    let managed = |arn: &Arn| context.posture.policy(arn).and_then(|policy| policy.document.known().ok());
    let mut documents: Vec<&Document> = Vec::new();
    for policies in held {
        let texts = policies.inline.values().chain(policies.attached.iter().filter_map(managed));
        documents.extend(texts.filter_map(|text| context.library.document(text).ok()));
    }
    documents.extend(boundary.and_then(managed).and_then(|text| context.library.document(text).ok()));
    for level in context.posture.governance.organization_chain.known().into_iter().flatten() {
        let controls = [&level.service_control, &level.resource_control].into_iter().filter_map(|fact| fact.known().ok()).flatten();
        let texts = controls.filter_map(|policy| policy.document.known().ok());
        documents.extend(texts.filter_map(|text| context.library.document(text).ok()));
    }
    let mut patterns: Vec<&str> = Vec::new();
    for statement in documents.iter().flat_map(|document| &document.statements) {
        if !glance::touches(statement, &["lambda", "iam"]) {
            continue;
        }
        let of_the_resource =
            |key: &str| ["aws:resource", "lambda:", "iam:"].iter().any(|beginning| key.to_ascii_lowercase().starts_with(beginning));
        if statement.conditions().iter().any(|condition| of_the_resource(&condition.key)) {
            return None;
        }
        for pattern in statement.resources() {
            if pattern.contains("${") {
                return None;
            }
            if pattern != "*" && !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        }
    }
    Some(patterns)
}

impl Asked<'_> {
    /// Whether it may do `action` on `resource`: asked once for all resources that the same patterns cover.
    fn may(&self, action: &'static str, resource: &Arn, keys: &[(&str, &str)]) -> Result<Decision, Gap> {
        let Some(patterns) = &self.patterns else { return self.holder.decide_when(action, resource.as_str(), keys) };
        let covered = patterns.iter().map(|pattern| glance::is(pattern, resource.as_str())).collect();
        let question = (action, resource.region().to_owned(), covered);
        let mut answers = self.answers.borrow_mut();
        answers.entry(question).or_insert_with(|| self.holder.decide_when(action, resource.as_str(), keys)).clone()
    }
}

/// What is asked about `function`: an action, what it is on, and the context that goes with it.
fn questions<'f>(context: &Context<'_>, function: &'f Function) -> Vec<(&'static str, Arn, Option<&'f str>)> {
    let mut questions: Vec<_> = ON_FUNCTION.iter().map(|&action| (action, function.arn.clone(), None)).collect();
    for mapping in context.known_mappings_of(function) {
        questions.push((ON_MAPPING, mapping.arn.clone(), Some(function.arn.as_str())));
    }
    questions.push((ON_ROLE, function.role.clone(), None));
    questions
}

fn judge(context: &Context<'_>, asked: &Asked<'_>, function: &Function) -> Result<Ruling, Gap> {
    let mut lacking: Vec<(&'static str, Arn)> = Vec::new();
    let mut evidence = vec![Evidence::field("sts:GetCallerIdentity", "Arn", asked.caller.as_str())];
    let mut open: Option<Gap> = context.mappings_of(function).err();
    for (action, resource, of) in questions(context, function) {
        let keys: Vec<(&str, &str)> = of.map(|function| ("lambda:FunctionArn", function)).into_iter().collect();
        let decision = match asked.may(action, &resource, &keys) {
            Ok(decision) => decision,
            Err(gap) => {
                open.get_or_insert(gap);
                continue;
            }
        };
        match decision.outcome {
            Outcome::Allowed => {}
            Outcome::Conditional => {
                let condition = format!("{action}: {}", decision.condition.unwrap_or_default());
                open.get_or_insert(Gap::new(GapKind::Unread, "", condition));
            }
            Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => {
                evidence.push(Evidence::field(
                    "iam:GetAccountAuthorizationDetails",
                    asked.name,
                    format!("{action} is not allowed on {resource}"),
                ));
                evidence.extend(held::evidence(&decision.proof).into_iter().filter(|one| !evidence.contains(one)).collect::<Vec<_>>());
                lacking.push((action, resource));
            }
        }
    }
    if lacking.is_empty() {
        return open.map_or(Ok(Ruling::Pass), Err);
    }
    let mut actions: Vec<&str> = lacking.iter().map(|(action, _)| *action).collect();
    actions.dedup();
    let message = format!("{} could not contain {}: it may not call {}", asked.name, function.name, actions.join(", "));
    let subject = lacking.iter().map(|(action, resource)| format!("{action} {resource}")).collect();
    Ok(Fault::new(message, evidence).subject(subject).into())
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let Ok(Operator::Holder(asked)) = operator(context) else { return None };
    let lacking: Vec<(&str, &str)> = fault.subject.iter().filter_map(|note| note.split_once(' ')).collect();
    let statement = |service: &str| {
        let its = || lacking.iter().filter(move |(action, _)| action.starts_with(service));
        let once = |texts: Vec<&str>| {
            let mut once: Vec<String> = texts.into_iter().map(str::to_owned).collect();
            once.sort();
            once.dedup();
            once
        };
        let (actions, resources) = (once(its().map(|(action, _)| *action).collect()), once(its().map(|(_, resource)| *resource).collect()));
        (!actions.is_empty()).then(|| serde_json::json!({ "Effect": "Allow", "Action": actions, "Resource": resources }))
    };
    let statements: Vec<_> = ["lambda:", "iam:"].into_iter().filter_map(statement).collect();
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let is_user = asked.caller.resource().starts_with("user/");
    let (put, delete, option) = if is_user {
        ("put-user-policy", "delete-user-policy", "user-name")
    } else {
        ("put-role-policy", "delete-role-policy", "role-name")
    };
    let call = |operation| Call::new("iam", operation, "").with(option, asked.name).with("policy-name", "contain-functions");
    let mut plan = Plan::new(Effort::Guided, Risk::Careful, format!("Let {} contain this function", asked.name));
    plan = plan.step("Give it to a role that is taken on with a second factor and only for incidents, if there is one");
    if asked.name.starts_with("AWSReservedSSO_") {
        return Some(plan.step(format!("Add to the permission set that this role comes from: {policy}")));
    }
    Some(plan.step(call(put).with("policy-document", policy)).undo(call(delete)))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{ACCOUNT, REGION, Says, ask, cases, denied, function, role, with_function},
        },
        model::{Arn, EventSourceMapping, Fact, Gap, Posture},
    };

    /// The function, and a role `on-call` with this policy whose session looked at it.
    fn watched_by(statements: &str) -> Posture {
        let mut posture = with_function(|_| ());
        posture.identity.roles.items.insert(0, role("on-call", &format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)));
        posture.governance.caller = Fact::Known(Arn::from("arn:aws:sts::123456789012:assumed-role/on-call/jane"));
        posture
    }

    fn called(caller: Fact<Arn>) -> Posture {
        let mut posture = watched_by(ALL);
        posture.governance.caller = caller;
        posture
    }

    fn with_mapping(mut posture: Posture) -> Posture {
        let arn = Arn::build("aws", "lambda", REGION, ACCOUNT, "event-source-mapping:a");
        let region = posture.regions.get_mut(REGION).unwrap();
        region.event_source_mappings.items.push(EventSourceMapping::new(arn, "a", region.functions.items[0].arn.clone()));
        posture
    }

    const ALL: &str = r#"{"Effect":"Allow","Action":["lambda:*","iam:PutRolePolicy"],"Resource":"*"}"#;
    const FUNCTIONS: &str = r#"{"Effect":"Allow","Action":["lambda:GetFunction","lambda:PutFunctionConcurrency","lambda:RemovePermission","lambda:UpdateAlias"],"Resource":"arn:aws:lambda:eu-west-1:123456789012:function:*"},{"Effect":"Allow","Action":"iam:PutRolePolicy","Resource":"arn:aws:iam::123456789012:role/orders-*"}"#;

    #[test]
    fn rules() {
        let deny = format!(r#"{ALL},{{"Effect":"Deny","Action":"lambda:UpdateAlias","Resource":"arn:aws:lambda:*:*:function:orders"}}"#);
        let with_mfa =
            r#"{"Effect":"Allow","Action":["lambda:*","iam:*"],"Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}"#;
        let by_function = format!(
            r#"{FUNCTIONS},{{"Effect":"Allow","Action":"lambda:UpdateEventSourceMapping","Resource":"*","Condition":{{"ArnLike":{{"lambda:FunctionArn":"arn:aws:lambda:*:*:function:orders"}}}}}}"#
        );
        let arn = |text: &str| Fact::Known(Arn::from(text));
        cases(
            &CHECK,
            [
                ("may do all of it", watched_by(ALL), Says::Pass),
                ("may do what is needed", watched_by(FUNCTIONS), Says::Pass),
                ("but cannot cut the trigger", with_mapping(watched_by(FUNCTIONS)), Says::Fail),
                ("may cut the trigger of this function", with_mapping(watched_by(&by_function)), Says::Pass),
                ("may only look", watched_by(r#"{"Effect":"Allow","Action":"lambda:GetFunction","Resource":"*"}"#), Says::Fail),
                ("is denied one thing", watched_by(&deny), Says::Fail),
                ("only from somewhere", watched_by(with_mfa), Says::Unknown),
                ("the root user", called(arn("arn:aws:iam::123456789012:root")), Says::Pass),
                ("somebody of another account", called(arn("arn:aws:sts::999999999999:assumed-role/on-call/jane")), Says::Unknown),
                ("a role that is not listed", called(arn("arn:aws:sts::123456789012:assumed-role/gone/jane")), Says::Unknown),
                ("a federated user", called(arn("arn:aws:sts::123456789012:federated-user/jane")), Says::Unknown),
                ("nobody knows who", called(Fact::unread("sts:GetCallerIdentity")), Says::Unknown),
                ("denied who", called(Gap::denied("sts:GetCallerIdentity", "no").into()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn what_is_asked_once_is_right_for_each() {
        let mut posture = watched_by(
            r#"{"Effect":"Allow","Action":["lambda:*","iam:*"],"Resource":"*"},{"Effect":"Deny","Action":"lambda:UpdateAlias","Resource":["arn:aws:lambda:eu-west-1:123456789012:function:pay-*","arn:aws:lambda:eu-west-1:123456789012:function:Orders"]}"#,
        );
        let names = ["Orders", "orders-2", "pay-1", "pay-2"];
        posture.regions.get_mut(REGION).unwrap().functions.items.extend(names.map(function));
        let expected =
            [("orders", Says::Pass), ("Orders", Says::Fail), ("orders-2", Says::Pass), ("pay-1", Says::Fail), ("pay-2", Says::Fail)];
        assert_eq!(ask(&CHECK, &posture), expected.map(|(name, says)| (name.to_owned(), says)));
    }

    #[test]
    fn the_plan_is_the_missing_policy() {
        let posture = with_mapping(watched_by(
            r#"{"Sid":"look","Effect":"Allow","Action":["lambda:Get*","lambda:Put*","lambda:UpdateAlias"],"Resource":"*"}"#,
        ));
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
        let message =
            "on-call could not contain orders: it may not call lambda:RemovePermission, lambda:UpdateEventSourceMapping, iam:PutRolePolicy";
        assert_eq!(fault.message, message);
        let commands = (CHECK.fix)(&context, &verdict).unwrap().commands();
        assert!(commands[1].starts_with("aws iam put-role-policy --role-name on-call"), "{commands:?}");
        for text in ["lambda:RemovePermission", "event-source-mapping:a", "iam:PutRolePolicy", "role/orders-role"] {
            assert!(commands[1].contains(text), "{commands:?}");
        }
        assert!(!commands[1].contains("GetFunction"), "{commands:?}");
    }
}
