//! MV-008: active tracing is off, for a function or for what stands in front of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict, open_routes},
    model::{Arn, Function, Gap, Listing, Region, Resource, RestApi, Source, StateMachine},
    paths::filled,
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-008",
    slug: "tracing-off",
    title: "Functions are traced, and so is what calls them",
    layer: Layer::Monitoring,
    severity: Severity::Low,
    why: "Without a trace nobody can say which request led to which call further down, and an intrusion that crosses \
          functions has to be pieced together from clocks. A trace that begins behind the API does not tell who came in.",
    how: "ListFunctions does not say TracingConfig.Mode=Active: PassThrough only forwards the decision of whoever calls. Or the \
          function is traced, and a stage of a REST API with a method that calls it says tracingEnabled=false, or a state machine \
          whose definition names it says tracingConfiguration.enabled=false: the chain breaks there. Which function a method calls is \
          asked stage by stage, with the variables of each. HTTP and WebSocket APIs, which cannot be traced, are left alone.",
    links: Links {
        security_hub: &["Lambda.7", "APIGateway.3"],
        csf: &["DE.CM", "DE.AE"],
        owasp: &["S10"],
        csa: &["SAS-5"],
        ..Links::NONE
    },
    reads: &[Source::Lambda, Source::ApiGateway, Source::States],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET", "lambda:GetPolicy", "lambda:ListFunctions", "states:DescribeStateMachine", "states:ListStateMachines"],
        provider: "Lambda samples requests and sends their traces to AWS X-Ray where tracing is active; else it only passes on what its \
                   caller decided. A stage or a state machine that is not traced decides nothing, and the trace begins at the function.",
        avoids: &[
            "An HTTP or WebSocket API in front of a function: API Gateway does not trace those",
            "A stage that calls no function, or another one by its variables",
            "A state machine that is being deleted",
            "An API that was not read, where no policy of the function lets API Gateway call it",
        ],
        cli: "aws iam attach-role-policy --role-name <ROLE_NAME> --policy-arn arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --tracing-config Mode=Active --region <REGION>
aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE> --patch-operations op=replace,path=/tracingEnabled,value=true --region <REGION>
aws stepfunctions update-state-machine --state-machine-arn <STATE_MACHINE_ARN> --tracing-configuration enabled=true --region <REGION>",
        cloudformation: "Function:
  Type: AWS::Lambda::Function
  Properties:
    TracingConfig:
      Mode: Active
Stage:
  Type: AWS::ApiGateway::Stage
  Properties:
    TracingEnabled: true
StateMachine:
  Type: AWS::StepFunctions::StateMachine
  Properties:
    TracingConfiguration:
      Enabled: true",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  tracing_config {
    mode = "Active"
  }
}

resource "aws_api_gateway_stage" "<NAME>" {
  xray_tracing_enabled = true
}

resource "aws_sfn_state_machine" "<NAME>" {
  tracing_configuration {
    enabled = true
  }
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --tracing-config Mode=PassThrough --region <REGION>
aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE> --patch-operations op=replace,path=/tracingEnabled,value=false --region <REGION>
aws stepfunctions update-state-machine --state-machine-arn <STATE_MACHINE_ARN> --tracing-configuration enabled=false --region <REGION>
aws iam detach-role-policy --role-name <ROLE_NAME> --policy-arn arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
    },
};

/// What calls a function, and is not traced.
enum Caller<'a> {
    Stage {
        api: &'a RestApi,
        stage: &'a str,
        /// The method that calls the function, as in `GET /orders`.
        method: String,
    },
    Machine(&'a StateMachine),
}

impl Caller<'_> {
    /// As in `the stage prod of the API shop`.
    fn called(&self) -> String {
        match self {
            Self::Stage { api, stage, .. } => format!("the stage {stage} of the API {}", api.name),
            Self::Machine(machine) => format!("the state machine {}", machine.name),
        }
    }

    /// That it calls `function`, and is not traced.
    fn evidence(&self, function: &Function) -> [Evidence; 2] {
        let name = function.arn.as_str();
        match self {
            Self::Stage { api, stage, method } => [
                Evidence::field("apigateway:GET", format!("{method} of {} integration", api.name), name),
                Evidence::field("apigateway:GET", format!("{} {stage} tracingEnabled", api.name), "false"),
            ],
            Self::Machine(machine) => [
                Evidence::field("states:DescribeStateMachine", format!("{} definition", machine.name), name),
                Evidence::field("states:DescribeStateMachine", format!("{} tracingConfiguration.enabled", machine.name), "false"),
            ],
        }
    }

    /// The call that has it traced, or not.
    fn set(&self, region: &str, on: bool) -> Call {
        match self {
            Self::Stage { api, stage, .. } => Call::new("apigateway", "update-stage", region)
                .with("rest-api-id", &api.id)
                .with("stage-name", *stage)
                .with("patch-operations", format!("op=replace,path=/tracingEnabled,value={on}")),
            Self::Machine(machine) => Call::new("stepfunctions", "update-state-machine", region)
                .with("state-machine-arn", machine.arn.as_str())
                .with("tracing-configuration", format!("enabled={on}")),
        }
    }
}

/// What is not traced and calls functions, by function.
#[derive(Default)]
struct Callers<'a> {
    by_function: BTreeMap<Arn, Vec<Caller<'a>>>,
    /// By Region: why an API may be missing, and why a state machine may.
    gaps: BTreeMap<&'a str, (Option<Gap>, Option<Gap>)>,
}

impl<'a> Callers<'a> {
    fn new(context: &Context<'a>) -> Self {
        let mut callers = Self::default();
        for (name, region) in &context.posture.regions {
            let apis = callers.stages(region);
            let machines = callers.machines(region);
            callers.gaps.insert(name, (apis, machines));
        }
        callers
    }

    /// Adds the stages of a Region, and gives why there may be more.
    fn stages(&mut self, region: &'a Region) -> Option<Gap> {
        let mut gap = gap_of(&region.rest_apis);
        for api in &region.rest_apis.items {
            let (stages, methods) = match (api.stages.known(), api.methods.known()) {
                (Ok(stages), Ok(methods)) => (stages, methods),
                (Ok(stages), Err(_)) if stages.iter().all(|stage| stage.tracing_enabled) => continue,
                (Err(unread), _) | (_, Err(unread)) => {
                    gap = gap.or_else(|| Some(unread.clone()));
                    continue;
                }
            };
            for stage in stages.iter().filter(|stage| !stage.tracing_enabled) {
                // Of several methods that call a function the first shows it.
                let mut told: BTreeMap<Arn, String> = BTreeMap::new();
                for method in methods {
                    let function = method.integration.as_ref().and_then(|integration| integration.function.as_ref());
                    let Some(function) = function.and_then(|function| filled(function, &stage.variables)) else { continue };
                    told.entry(function.unqualified()).or_insert_with(|| format!("{} {}", method.method, method.path));
                }
                for (function, method) in told {
                    self.by_function.entry(function).or_default().push(Caller::Stage { api, stage: &stage.name, method });
                }
            }
        }
        gap
    }

    /// The same for state machines.
    fn machines(&mut self, region: &'a Region) -> Option<Gap> {
        let mut gap = gap_of(&region.state_machines);
        for machine in &region.state_machines.items {
            let definition = match (machine.configuration.known(), machine.definition.known()) {
                (Ok(configuration), _) if configuration.tracing || configuration.status.as_deref() == Some("DELETING") => continue,
                (Ok(_), Ok(definition)) => definition,
                (Err(unread), _) | (_, Err(unread)) => {
                    gap = gap.or_else(|| Some(unread.clone()));
                    continue;
                }
            };
            let functions: BTreeSet<Arn> = definition.functions.iter().map(Arn::unqualified).collect();
            for function in functions {
                self.by_function.entry(function).or_default().push(Caller::Machine(machine));
            }
        }
        gap
    }

    fn of(&self, function: &Function) -> &[Caller<'a>] {
        self.by_function.get(&function.arn).map_or(&[], Vec::as_slice)
    }

    /// Why something that is not traced may call `function`.
    fn unread(&self, context: &Context<'_>, function: &Function) -> Option<Gap> {
        let (apis, machines) = self.gaps.get(function.arn.region())?;
        let apis = apis.as_ref().filter(|_| open_routes::may_be_called(context, function));
        apis.or(machines.as_ref()).cloned()
    }
}

/// Why `listing` is not whole, with the call that would have listed the rest.
fn gap_of<T: Resource>(listing: &Listing<T>) -> Option<Gap> {
    let gap = listing.gap.as_ref()?;
    Some(if gap.action.is_empty() { Gap { action: T::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() })
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let callers = Callers::new(context);
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let breaks = callers.of(function);
            let named = |first: &Caller<'_>| match breaks.len() {
                1 => (first.called(), "which calls it", "is"),
                count => (format!("{} and {} more", first.called(), count - 1), "which call it", "are"),
            };
            let message = match (function.tracing_active, breaks.first().map(named)) {
                (true, None) => return callers.unread(context, function).map_or(Ok(Ruling::Pass), Err),
                (true, Some((who, which, is))) => format!("the trace of {} breaks: {who}, {which}, {is} not traced", function.name),
                (false, None) => format!("{} is not traced", function.name),
                (false, Some((who, which, is))) => format!("{} is not traced, nor {is} {who}, {which}", function.name),
            };
            let mode = if function.tracing_active { "Active" } else { "PassThrough" };
            let mut evidence = vec![Evidence::field("lambda:ListFunctions", "TracingConfig.Mode", mode)];
            evidence.extend(breaks.iter().flat_map(|caller| caller.evidence(function)));
            Ok(Ruling::fail(message, evidence))
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let callers = Callers::new(context);
    let set = |mode: &str| {
        Call::new("lambda", "update-function-configuration", &*verdict.region)
            .with("function-name", verdict.resource.as_str())
            .with("tracing-config", format!("Mode={mode}"))
    };
    let mut plan = Plan::new(Effort::OneKey, Risk::Safe, "Trace the function, and what calls it, with AWS X-Ray");
    if !function.tracing_active {
        plan = plan
            .step("The execution role needs xray:PutTraceSegments and xray:PutTelemetryRecords for traces to arrive")
            .step(set("Active"))
            .undo(set("PassThrough"));
    }
    for caller in callers.of(function) {
        if matches!(caller, Caller::Machine(_)) {
            plan = plan.step("The role of the state machine needs xray:PutTraceSegments and xray:PutTelemetryRecords as well");
        }
        plan = plan.step(caller.set(&verdict.region, true)).undo(caller.set(&verdict.region, false));
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{ACCOUNT, REGION, Says, cases, denied, empty, with_function},
            testing_api::{http_api, rest_api, rest_method},
        },
        model::{
            Arn, EnvironmentValue, Fact, Function, Gap, HiddenText, Listing, PolicyText, Posture, Region, RestApi, StateMachine,
            StateMachineConfiguration,
        },
    };

    fn change(mut posture: Posture, change: impl FnOnce(&mut Region)) -> Posture {
        change(posture.regions.get_mut(REGION).unwrap());
        posture
    }

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

    /// A function that is traced, behind a REST API whose method calls `target` and whose stages are changed by `edit`.
    fn behind(target: &str, edit: impl FnOnce(&mut RestApi)) -> Posture {
        let mut api = rest_api("a1");
        let mut method = rest_method("GET", "/orders");
        method.integration.as_mut().unwrap().function = Some(Arn::from(target));
        api.methods = Fact::Known(vec![method]);
        edit(&mut api);
        change(with_function(|_| ()), |region| region.rest_apis.items.push(api))
    }

    fn untraced(api: &mut RestApi) {
        api.stages.known_mut().unwrap()[0].tracing_enabled = false;
    }

    /// A function that is traced, which a state machine calls.
    fn called(tracing: bool, edit: impl FnOnce(&mut StateMachine)) -> Posture {
        let configuration = StateMachineConfiguration {
            status: Some("ACTIVE".to_owned()),
            role: Arn::build("aws", "iam", "", ACCOUNT, "role/flow"),
            log_level: None,
            logs_execution_data: false,
            log_groups: Vec::new(),
            tracing,
            encryption: None,
            kms_key: None,
        };
        let functions = [Arn::from(FUNCTION), Arn::new(format!("{FUNCTION}:live"))].into();
        let mut machine = StateMachine {
            arn: Arn::build("aws", "states", REGION, ACCOUNT, "stateMachine:flow"),
            name: "flow".to_owned(),
            machine_type: "STANDARD".to_owned(),
            configuration: Fact::Known(configuration),
            definition: Fact::Known(HiddenText { length: 1, fingerprint: String::new(), functions, secrets: Default::default() }),
        };
        edit(&mut machine);
        change(with_function(|_| ()), |region| region.state_machines.items.push(machine))
    }

    #[test]
    fn rules() {
        let mut unread = empty();
        unread.regions.get_mut(REGION).unwrap().functions = Listing::default();
        let no_apis = |lets: bool| {
            change(with_function(|_| ()), |region| {
                region.rest_apis.gap = Some(Gap::denied("apigateway:GET", "no"));
                let principal = if lets { "apigateway" } else { "sns" };
                let text = format!(
                    r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{principal}.amazonaws.com"}},"Action":"lambda:InvokeFunction","Resource":"*"}}]}}"#
                );
                region.functions.items[0].policies.insert(Function::UNQUALIFIED.to_owned(), Fact::Known(Some(PolicyText::new(text))));
            })
        };
        let variable = |name: &str| {
            behind("arn:aws:lambda:eu-west-1:123456789012:function:${stageVariables.target}", |api| {
                untraced(api);
                let value = EnvironmentValue::Plain(name.to_owned());
                api.stages.known_mut().unwrap()[0].variables.insert("target".to_owned(), value);
            })
        };
        cases(
            &CHECK,
            [
                ("active", with_function(|_| ()), Says::Pass),
                ("pass through", with_function(|function| function.tracing_active = false), Says::Fail),
                ("behind a stage that is traced", behind(FUNCTION, |_| ()), Says::Pass),
                ("behind a stage that is not", behind(FUNCTION, untraced), Says::Fail),
                ("the stage calls an alias of it", behind(&format!("{FUNCTION}:live"), untraced), Says::Fail),
                ("the stage calls another", behind("arn:aws:lambda:eu-west-1:123456789012:function:other", untraced), Says::Pass),
                ("the stage calls it by its variable", variable("orders"), Says::Fail),
                ("the stage calls another by its variable", variable("other"), Says::Pass),
                ("an API without stages", behind(FUNCTION, |api| api.stages = Fact::Known(Vec::new())), Says::Pass),
                ("behind an HTTP API", change(with_function(|_| ()), |region| region.http_apis.items.push(http_api("a2"))), Says::Pass),
                ("called by a state machine that is traced", called(true, |_| ()), Says::Pass),
                ("called by one that is not", called(false, |_| ()), Says::Fail),
                (
                    "called by one that is being deleted",
                    called(false, |machine| machine.configuration.known_mut().unwrap().status = Some("DELETING".to_owned())),
                    Says::Pass,
                ),
                (
                    "a definition denied",
                    called(false, |machine| machine.definition = Gap::denied("states:DescribeStateMachine", "no").into()),
                    Says::Unknown,
                ),
                (
                    "a definition denied of one that is traced",
                    called(true, |machine| machine.definition = Gap::denied("kms:Decrypt", "no").into()),
                    Says::Pass,
                ),
                ("APIs denied, and API Gateway may call it", no_apis(true), Says::Unknown),
                ("APIs denied, and API Gateway may not", no_apis(false), Says::Pass),
                ("list unread", unread, Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn one_fault_lists_what_is_off_and_the_plan_mends_it() {
        let settings = Settings::default();
        let mut posture = called(false, |_| ());
        let api = behind(FUNCTION, untraced).regions[REGION].rest_apis.items[0].clone();
        posture.regions.get_mut(REGION).unwrap().rest_apis.items.push(api);
        let told = |posture: &Posture| {
            let context = Context::new(posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let plan = (CHECK.fix)(&context, &verdict).unwrap();
            let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
            let shown: Vec<_> = fault.evidence.iter().map(|one| format!("{}={}", one.pointer, one.value)).collect();
            (fault.message.clone(), shown, plan.commands(), plan.undo_commands())
        };
        let (message, shown, commands, undo) = told(&posture);
        assert_eq!(message, "the trace of orders breaks: the stage prod of the API shop and 1 more, which call it, are not traced");
        assert_eq!(
            shown,
            [
                "TracingConfig.Mode=Active".to_owned(),
                format!("GET /orders of shop integration={FUNCTION}"),
                "shop prod tracingEnabled=false".to_owned(),
                format!("flow definition={FUNCTION}"),
                "flow tracingConfiguration.enabled=false".to_owned(),
            ]
        );
        assert!(commands[0].contains("--stage-name prod") && commands[0].contains("value=true"), "{commands:?}");
        assert!(undo.iter().any(|line| line.contains("enabled=false")) && !undo.iter().any(|line| line.contains("lambda")), "{undo:?}");
        posture.regions.get_mut(REGION).unwrap().functions.items[0].tracing_active = false;
        let (message, shown, commands, _) = told(&posture);
        assert_eq!(message, "orders is not traced, nor are the stage prod of the API shop and 1 more, which call it");
        assert_eq!(shown.len(), 5, "{shown:?}");
        assert!(commands.iter().any(|line| line.contains("Mode=Active")), "{commands:?}");
    }
}
