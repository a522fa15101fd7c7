//! IR-015: a containment is still in place.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Function, Role, Source},
    remedy::{Call, Effort, Plan, Risk},
};

/// The inline policy by which the IAM console revokes a role's sessions.
const REVOKED: &str = "AWSRevokeOlderSessions";

pub(super) static CHECK: Check = Check {
    id: "IR-015",
    slug: "containment-left-behind",
    title: "No containment is in place",
    layer: Layer::Response,
    severity: Severity::Info,
    why: "A function that was shut off during an incident stays shut off until somebody remembers. If nobody does, events are \
          lost unseen; and if the incident is still running, everyone should know that this is on purpose.",
    how: "GetFunction says a reserved concurrency of 0, ListEventSourceMappings has a disabled mapping of the function, or its role \
          holds the inline policy AWSRevokeOlderSessions. A mapping that was switched off for good looks the same.",
    links: Links { csf: &["RS.MI", "RC.RP"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Iam],
    run,
    fix,
    guide: Guide {
        calls: &["iam:GetAccountAuthorizationDetails", "lambda:GetFunction", "lambda:ListEventSourceMappings", "lambda:ListFunctions"],
        provider: "Lambda keeps a function stopped and a mapping disabled until somebody says otherwise, and reminds nobody.",
        avoids: &["A reservation above zero", "A containment as more than information, as it may be on purpose"],
        cli: "aws lambda delete-function-concurrency --function-name <FUNCTION_NAME> --region <REGION>
aws lambda update-event-source-mapping --uuid <MAPPING_UUID> --enabled --region <REGION>
aws iam delete-role-policy --role-name <ROLE_NAME> --policy-name AWSRevokeOlderSessions",
        cloudformation: "# Without ReservedConcurrentExecutions on the function.
Type: AWS::Lambda::EventSourceMapping
Properties:
  FunctionName: !Ref <FUNCTION>
  EventSourceArn: <EVENT_SOURCE_ARN>
  Enabled: true",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  reserved_concurrent_executions = -1
}

resource "aws_lambda_event_source_mapping" "<NAME>" {
  enabled = true
}"#,
        undo: "aws lambda put-function-concurrency --function-name <FUNCTION_NAME> --reserved-concurrent-executions 0 --region <REGION>
aws lambda update-event-source-mapping --uuid <MAPPING_UUID> --no-enabled --region <REGION>
aws iam put-role-policy --role-name <ROLE_NAME> --policy-name AWSRevokeOlderSessions --policy-document file://before.json",
    },
};

/// A sign of containment on a function.
enum Sign<'a> {
    Throttled,
    Unmapped(&'a str),
    Revoked(&'a Role),
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let signs = signs(context, function);
            if signs.is_empty() {
                function.reserved_concurrency.known()?;
                context.mappings_of(function)?;
                context.role(&function.role)?;
                return Ok(Ruling::Pass);
            }
            let what: Vec<_> = signs.iter().map(Sign::words).collect();
            Ok(Fault::new(format!("{}: {}", function.name, what.join(", ")), signs.iter().map(Sign::evidence).collect()).into())
        },
    )
}

fn signs<'a>(context: &Context<'a>, function: &Function) -> Vec<Sign<'a>> {
    let throttled = matches!(function.reserved_concurrency.known(), Ok(Some(0)));
    let disabled = context.known_mappings_of(function).iter().filter(|mapping| matches!(mapping.state.as_str(), "Disabled" | "Disabling"));
    let role = context.posture.role(&function.role).filter(|role| role.policies.inline.contains_key(REVOKED));
    let mut signs: Vec<_> = throttled.then_some(Sign::Throttled).into_iter().collect();
    signs.extend(disabled.map(|mapping| Sign::Unmapped(&mapping.uuid)));
    signs.extend(role.map(Sign::Revoked));
    signs
}

impl Sign<'_> {
    fn words(&self) -> String {
        match self {
            Self::Throttled => "reserved concurrency is 0, nothing runs".to_owned(),
            Self::Unmapped(uuid) => format!("event source mapping {uuid} is disabled"),
            Self::Revoked(role) => format!("sessions of role {} are revoked", role.name),
        }
    }

    fn evidence(&self) -> Evidence {
        match self {
            Self::Throttled => Evidence::field("lambda:GetFunction", "Concurrency.ReservedConcurrentExecutions", "0"),
            Self::Unmapped(uuid) => Evidence::field("lambda:ListEventSourceMappings", format!("{uuid}.State"), "Disabled"),
            Self::Revoked(role) => Evidence::field("iam:GetAccountAuthorizationDetails", format!("{}.RolePolicyList", role.name), REVOKED),
        }
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let call = |operation: &'static str| Call::new("lambda", operation, &*verdict.region);
    let mut plan = Plan::new(Effort::OneKey, Risk::Manual, "Lift the containment")
        .step("Make sure that the incident is closed: what was held back runs again at once");
    for sign in signs(context, function) {
        plan = match sign {
            Sign::Throttled => {
                let name = verdict.resource.as_str();
                plan.step(call("delete-function-concurrency").with("function-name", name))
                    .undo(call("put-function-concurrency").with("function-name", name).with("reserved-concurrent-executions", "0"))
            }
            Sign::Unmapped(uuid) => plan
                .step(call("update-event-source-mapping").with("uuid", uuid).flag("enabled"))
                .undo(call("update-event-source-mapping").with("uuid", uuid).flag("no-enabled")),
            Sign::Revoked(role) => {
                let policy =
                    |operation: &'static str| Call::new("iam", operation, "").with("role-name", &role.name).with("policy-name", REVOKED);
                let document = role.policies.inline.get(REVOKED).map_or("", |document| document.as_str());
                plan.step(policy("delete-role-policy")).undo(policy("put-role-policy").with("policy-document", document))
            }
        };
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::{CHECK, REVOKED};
    use crate::{
        checks::{
            Context, Settings,
            testing::{REGION, Says, cases, denied, with_function},
        },
        model::{Arn, EventSourceMapping, Fact, Gap, Listing, PolicyText, Posture},
    };

    fn disabled() -> Posture {
        let mut posture = with_function(|_| ());
        posture.regions.get_mut(REGION).unwrap().event_source_mappings = Listing::complete(vec![EventSourceMapping {
            state: "Disabled".to_owned(),
            ..EventSourceMapping::new(
                Arn::from("arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:a"),
                "a",
                Arn::from("arn:aws:lambda:eu-west-1:123456789012:function:orders:live"),
            )
        }]);
        posture
    }

    fn revoked() -> Posture {
        let mut posture = with_function(|_| ());
        posture.identity.roles.items[0].policies.inline.insert(REVOKED.to_owned(), PolicyText::from("{}"));
        posture
    }

    #[test]
    fn rules() {
        let mut roles_unread = with_function(|_| ());
        roles_unread.identity.roles = Listing::default();
        let mut mappings_denied = with_function(|_| ());
        mappings_denied.regions.get_mut(REGION).unwrap().event_source_mappings =
            Listing::partial(vec![], Gap::denied("lambda:ListEventSourceMappings", "no"));
        cases(
            &CHECK,
            [
                ("nothing", with_function(|_| ()), Says::Pass),
                ("a reservation", with_function(|function| function.reserved_concurrency = Fact::Known(Some(5))), Says::Pass),
                ("shut off", with_function(|function| function.reserved_concurrency = Fact::Known(Some(0))), Says::Fail),
                ("trigger off", disabled(), Says::Fail),
                ("sessions revoked", revoked(), Says::Fail),
                (
                    "denied",
                    with_function(|function| function.reserved_concurrency = Gap::denied("lambda:GetFunction", "no").into()),
                    Says::Unknown,
                ),
                ("unread", with_function(|function| function.reserved_concurrency = Fact::unread("lambda:GetFunction")), Says::Unknown),
                ("mappings denied", mappings_denied, Says::Unknown),
                ("roles unread", roles_unread, Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn every_sign_is_lifted_and_can_be_put_back() {
        let mut posture = disabled();
        posture.identity.roles = revoked().identity.roles;
        posture.regions.get_mut(REGION).unwrap().functions.items[0].reserved_concurrency = Fact::Known(Some(0));
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert_eq!((plan.steps.len(), plan.undo.len()), (4, 3), "{plan:?}");
    }
}
