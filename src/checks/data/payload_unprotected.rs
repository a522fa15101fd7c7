//! DP-017: what goes to a function with sensitive data on its way stands in clear to others, or in a log.

use crate::{
    checks::{Check, Context, Demand, Evidence, Fault, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::{Arn, Function, Gap, Pipe, Resource, Schedule, Source, StateMachine},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-017",
    slug: "payload-unprotected",
    title: "State machines, pipes and schedules keep sensitive payloads under a customer managed key and out of their logs",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "What a function is given stands in the history of executions for ninety days, in the pipe and in the schedule: whoever may \
          describe those reads it, and whoever may read their log. A key of your own adds a second permission.",
    how: "State machines whose definition names, pipes that call, and schedules with an input that go to a function of a sensitive \
          class. The class demands customer-key, and they are encrypted with AWS's own key (encryptionConfiguration, KmsKeyIdentifier, \
          KmsKeyArn); or it demands masking, and their log has the execution data (includeExecutionData) while its level is not OFF. All others are encrypted by AWS, and left alone, as are \
          schedules without an input.",
    links: Links { csf: &["PR.DS"], owasp: &["S3"], ..Links::NONE },
    reads: &[Source::States, Source::Pipes, Source::Scheduler, Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &[
            "states:ListStateMachines",
            "states:DescribeStateMachine",
            "pipes:ListPipes",
            "pipes:DescribePipe",
            "scheduler:ListSchedules",
            "scheduler:GetSchedule",
            "lambda:ListFunctions",
            "lambda:GetFunction",
        ],
        provider: "AWS encrypts executions, pipes and schedules at rest with keys of its own; a key of yours, and what goes into logs, \
                   are yours to say",
        avoids: &[
            "A state machine, pipe or schedule that leads to no function of a class that demands customer-key or masking",
            "A schedule that hands over no input",
            "Execution data in the settings of a log whose level is OFF",
        ],
        cli: "aws stepfunctions update-state-machine --state-machine-arn <STATE_MACHINE_ARN> --encryption-configuration type=CUSTOMER_MANAGED_KMS_KEY,kmsKeyId=<KEY_ARN> --region <REGION>\n\
aws stepfunctions update-state-machine --state-machine-arn <STATE_MACHINE_ARN> --logging-configuration file://logging.json --region <REGION>\n\
aws pipes update-pipe --name <PIPE_NAME> --role-arn <ROLE_ARN> --kms-key-identifier <KEY_ARN> --region <REGION>",
        cloudformation: "Machine:
  Type: AWS::StepFunctions::StateMachine
  Properties:
    EncryptionConfiguration:
      Type: CUSTOMER_MANAGED_KMS_KEY
      KmsKeyId: !GetAtt <KEY>.Arn
    LoggingConfiguration:
      IncludeExecutionData: false
Pipe:
  Type: AWS::Pipes::Pipe
  Properties:
    KmsKeyIdentifier: !GetAtt <KEY>.Arn
Schedule:
  Type: AWS::Scheduler::Schedule
  Properties:
    KmsKeyArn: !GetAtt <KEY>.Arn",
        terraform: r#"resource "aws_sfn_state_machine" "<NAME>" {
  encryption_configuration {
    type       = "CUSTOMER_MANAGED_KMS_KEY"
    kms_key_id = aws_kms_key.<KEY>.arn
  }

  logging_configuration {
    include_execution_data = false
  }
}

resource "aws_pipes_pipe" "<NAME>" {
  kms_key_identifier = aws_kms_key.<KEY>.arn
}

resource "aws_scheduler_schedule" "<NAME>" {
  kms_key_arn = aws_kms_key.<KEY>.arn
}"#,
        undo: r#"aws stepfunctions update-state-machine --state-machine-arn <STATE_MACHINE_ARN> --encryption-configuration type=AWS_OWNED_KEY --region <REGION>
aws pipes update-pipe --name <PIPE_NAME> --role-arn <ROLE_ARN> --kms-key-identifier "" --region <REGION>"#,
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = context.each(&CHECK, |region| &region.state_machines, |_, machine| of_machine(context, machine));
    verdicts.extend(context.each(&CHECK, |region| &region.pipes, |_, pipe| of_pipe(context, pipe)));
    verdicts.extend(context.each(&CHECK, |region| &region.schedules, |_, schedule| of_schedule(context, schedule)));
    verdicts
}

/// A function with sensitive data, and what its class demands of what carries it.
struct Sensitive<'a> {
    name: &'a str,
    key: Option<Demand<'a>>,
    /// That it stays out of logs.
    masking: Option<Demand<'a>>,
}

/// The first of `arns` that is a function with sensitive data.
fn sensitive<'a, 'b>(context: &Context<'a>, arns: impl Iterator<Item = &'b Arn>) -> Result<Option<Sensitive<'a>>, Gap> {
    let mut gap = None;
    for arn in arns.filter(|arn| arn.service() == "lambda") {
        let Some(function) = context.posture.function(&arn.unqualified()) else {
            let listed = context.posture.regions.get(arn.region()).map(|region| &region.functions);
            gap = gap.or_else(|| {
                listed.and_then(|functions| functions.gap.clone()).map(|gap| Gap { action: Function::LISTED_BY.to_owned(), ..gap })
            });
            continue;
        };
        let standing = context.standing_of(function);
        let [key, masking] = [Protection::CustomerKey, Protection::Masking].map(|protection| standing.known_demand(protection));
        if key.is_some() || masking.is_some() {
            return Ok(Some(Sensitive { name: &function.name, key, masking }));
        }
        gap = gap.or_else(|| function.tags.gap().cloned());
    }
    gap.map_or(Ok(None), Err)
}

/// What is wrong with one of them.
#[derive(Default)]
struct Faults {
    evidence: Vec<Evidence>,
    said: Vec<&'static str>,
    subject: Vec<String>,
    /// The first demand that is not met, and what makes it one.
    demand: Option<(String, Evidence)>,
}

impl Faults {
    fn in_clear(&mut self, demand: &Demand<'_>, source: &'static str, pointer: &str) {
        self.demanded(demand);
        self.evidence.push(Evidence::field(source, pointer, "AWS's own key"));
        self.said.push("without a key of your own");
        self.subject.push(KEY.to_owned());
    }

    fn demanded(&mut self, demand: &Demand<'_>) {
        self.demand.get_or_insert_with(|| (demand.to_string(), demand.evidence()));
    }

    fn logged(&mut self, demand: &Demand<'_>, source: &'static str, pointer: &str) {
        self.demanded(demand);
        self.evidence.push(Evidence::field(source, pointer, "true"));
        self.said.push("into its log");
        self.subject.push(LOG.to_owned());
    }

    fn judge(mut self, kind: &str, name: &str, function: &str) -> Ruling {
        let Some((demand, evidence)) = self.demand.take() else { return Ruling::Pass };
        let message = format!("{kind} {name} carries what {function} is given {}: {demand}", self.said.join(" and "));
        self.evidence.push(evidence);
        Fault::new(message, self.evidence).subject(self.subject).into()
    }
}

/// What `fix` has to do.
const KEY: &str = "key";
const LOG: &str = "log";

fn of_machine(context: &Context<'_>, machine: &StateMachine) -> Result<Ruling, Gap> {
    let Some(function) = sensitive(context, machine.definition.known()?.functions.iter())? else { return Ok(Ruling::NotApplicable) };
    let configuration = machine.configuration.known()?;
    let mut faults = Faults::default();
    if let Some(demand) = function.key.filter(|_| configuration.encryption.as_deref() != Some("CUSTOMER_MANAGED_KMS_KEY")) {
        faults.in_clear(&demand, "states:DescribeStateMachine", "encryptionConfiguration.type");
    }
    let logs = configuration.logs_execution_data && configuration.log_level.as_deref().is_some_and(|level| level != "OFF");
    if let Some(demand) = function.masking.filter(|_| logs) {
        faults.logged(&demand, "states:DescribeStateMachine", "loggingConfiguration.includeExecutionData");
    }
    Ok(faults.judge("The state machine", &machine.name, function.name))
}

fn of_pipe(context: &Context<'_>, pipe: &Pipe) -> Result<Ruling, Gap> {
    let Some(function) = sensitive(context, pipe.enrichment.iter().chain([&pipe.target]))? else { return Ok(Ruling::NotApplicable) };
    let details = pipe.details.known()?;
    let mut faults = Faults::default();
    if let Some(demand) = function.key.filter(|_| details.kms_key.is_none()) {
        faults.in_clear(&demand, "pipes:DescribePipe", "KmsKeyIdentifier");
    }
    let logs = details.logging.as_ref().is_some_and(|logging| logging.includes_execution_data && logging.level != "OFF");
    if let Some(demand) = function.masking.filter(|_| logs) {
        faults.logged(&demand, "pipes:DescribePipe", "LogConfiguration.IncludeExecutionData");
    }
    Ok(faults.judge("The pipe", &pipe.name, function.name))
}

fn of_schedule(context: &Context<'_>, schedule: &Schedule) -> Result<Ruling, Gap> {
    // The ARN of an API call names no function: its input does.
    let of_input = schedule.details.known().ok().and_then(|details| details.input.as_ref()).into_iter().flat_map(|input| &input.functions);
    let targets = [&schedule.target].into_iter().filter(|arn| !arn.account().is_empty()).chain(of_input);
    let function = sensitive(context, targets);
    if matches!(function, Ok(None)) && !schedule.target.account().is_empty() {
        return Ok(Ruling::NotApplicable);
    }
    let details = schedule.details.known()?;
    let Some(function) = function?.filter(|_| details.input.is_some()) else { return Ok(Ruling::NotApplicable) };
    let mut faults = Faults::default();
    if let Some(demand) = function.key.filter(|_| details.kms_key.is_none()) {
        faults.in_clear(&demand, "scheduler:GetSchedule", "KmsKeyArn");
    }
    Ok(faults.judge("The schedule", &schedule.name, function.name))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let region = context.posture.regions.get(&*verdict.region)?;
    let has = |what: &str| fault.subject.iter().any(|subject| subject == what);
    let mut plan = Plan::new(Effort::Prompt, Risk::Careful, "Keep payloads under a key of your own, and out of the log");
    if has(KEY) {
        plan = plan.step("Let the role use the key in its policy first, or executions fail");
    }
    if let Some(machine) = crate::model::find(&region.state_machines, &verdict.resource) {
        let call = || Call::new("stepfunctions", "update-state-machine", &*verdict.region).with("state-machine-arn", machine.arn.as_str());
        if has(KEY) {
            plan = plan
                .step(call().ask("encryption-configuration", "type=CUSTOMER_MANAGED_KMS_KEY,kmsKeyId=ARN of a customer managed key"))
                .undo(call().with("encryption-configuration", "type=AWS_OWNED_KEY"));
        }
        if has(LOG) {
            let configuration = machine.configuration.known().ok()?;
            let groups: Vec<_> = configuration
                .log_groups
                .iter()
                .map(|group| serde_json::json!({ "cloudWatchLogsLogGroup": { "logGroupArn": group.as_str() } }))
                .collect();
            let logging = |data: bool| {
                serde_json::json!({ "level": configuration.log_level, "includeExecutionData": data, "destinations": groups }).to_string()
            };
            plan =
                plan.step(call().with("logging-configuration", logging(false))).undo(call().with("logging-configuration", logging(true)));
        }
        return Some(plan);
    }
    if let Some(pipe) = crate::model::find(&region.pipes, &verdict.resource) {
        let role = &pipe.details.known().ok()?.role;
        let call = || Call::new("pipes", "update-pipe", &*verdict.region).with("name", pipe.name.as_str()).with("role-arn", role.as_str());
        if has(KEY) {
            plan = plan.step(call().ask("kms-key-identifier", "ARN of a customer managed key")).undo(call().with("kms-key-identifier", ""));
        }
        return Some(if has(LOG) { plan.step("Take ALL out of IncludeExecutionData of the pipe's log configuration") } else { plan });
    }
    Some(Plan { effort: Effort::Guided, ..plan.step("Set KmsKeyArn where the schedule is defined: UpdateSchedule takes it as a whole") })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{ACCOUNT, REGION, Says, ask, denied, with_function},
        },
        model::{
            Arn, Fact, Function, Gap, HiddenText, Pipe, PipeDetails, PipeLogging, Posture, Schedule, ScheduleDetails, StateMachine,
            StateMachineConfiguration,
        },
    };

    fn arn(service: &str, resource: &str) -> Arn {
        Arn::build("aws", service, REGION, ACCOUNT, resource)
    }

    fn sensitive(function: &mut Function) {
        function.tags = Fact::Known([("classification".to_owned(), "pii".to_owned())].into());
    }

    fn input(functions: &[Arn]) -> HiddenText {
        HiddenText { length: 1, fingerprint: String::new(), functions: functions.iter().cloned().collect(), secrets: Default::default() }
    }

    fn machine(function: impl FnOnce(&mut Function), change: impl FnOnce(&mut StateMachineConfiguration)) -> Posture {
        let mut configuration = StateMachineConfiguration {
            status: Some("ACTIVE".to_owned()),
            role: Arn::build("aws", "iam", "", ACCOUNT, "role/flow"),
            log_level: Some("ALL".to_owned()),
            logs_execution_data: false,
            log_groups: vec![arn("logs", "log-group:/flow:*")],
            tracing: true,
            encryption: Some("CUSTOMER_MANAGED_KMS_KEY".to_owned()),
            kms_key: Some("key".to_owned()),
        };
        change(&mut configuration);
        let mut posture = with_function(function);
        posture.regions.get_mut(REGION).unwrap().state_machines.items.push(StateMachine {
            arn: arn("states", "stateMachine:flow"),
            name: "flow".to_owned(),
            machine_type: "STANDARD".to_owned(),
            configuration: Fact::Known(configuration),
            definition: Fact::Known(input(&[arn("lambda", "function:orders:live")])),
        });
        posture
    }

    fn with_machine(function: impl FnOnce(&mut Function), change: impl FnOnce(&mut StateMachine)) -> Posture {
        let mut posture = machine(function, |configuration| configuration.encryption = None);
        change(&mut posture.regions.get_mut(REGION).unwrap().state_machines.items[0]);
        posture
    }

    fn pipe(function: impl FnOnce(&mut Function), change: impl FnOnce(&mut PipeDetails)) -> Posture {
        let mut details = PipeDetails {
            role: Arn::build("aws", "iam", "", ACCOUNT, "role/pipe"),
            kms_key: Some("key".to_owned()),
            dead_letter_queue: None,
            input: None,
            enrichment_input: None,
            http_parameters: None,
            logging: None,
        };
        change(&mut details);
        let mut posture = with_function(function);
        posture.regions.get_mut(REGION).unwrap().pipes.items.push(Pipe {
            arn: arn("pipes", "pipe/in"),
            name: "in".to_owned(),
            source: arn("sqs", "orders").as_str().to_owned(),
            enrichment: None,
            target: arn("lambda", "function:orders"),
            state: "RUNNING".to_owned(),
            details: Fact::Known(details),
        });
        posture
    }

    fn schedule(function: impl FnOnce(&mut Function), target: Arn, change: impl FnOnce(&mut ScheduleDetails)) -> Posture {
        let mut details = ScheduleDetails {
            expression: "rate(1 day)".to_owned(),
            role: Arn::build("aws", "iam", "", ACCOUNT, "role/clock"),
            dead_letter_queue: None,
            retries: None,
            kms_key: None,
            input: Some(input(&[])),
        };
        change(&mut details);
        let mut posture = with_function(function);
        posture.regions.get_mut(REGION).unwrap().schedules.items.push(Schedule {
            arn: arn("scheduler", "schedule/default/nightly"),
            name: "nightly".to_owned(),
            group: "default".to_owned(),
            state: "ENABLED".to_owned(),
            target,
            details: Fact::Known(details),
        });
        posture
    }

    #[test]
    fn rules() {
        let orders = || arn("lambda", "function:orders");
        let denied_tags = |function: &mut Function| function.tags = Gap::denied("lambda:GetFunction", "no").into();
        let without_functions = || {
            let mut posture = with_machine(sensitive, |_| ());
            let functions = &mut posture.regions.get_mut(REGION).unwrap().functions;
            (functions.items, functions.gap) = (vec![], Some(Gap::denied("lambda:ListFunctions", "no")));
            posture
        };
        let logging = |level: &str| {
            Some(PipeLogging {
                level: level.to_owned(),
                includes_execution_data: true,
                log_group: None,
                delivery_stream: None,
                bucket: None,
            })
        };
        let by_call = || Arn::from("arn:aws:scheduler:::aws-sdk:lambda:invoke");
        let cases = [
            ("own key", machine(sensitive, |_| ()), Says::Pass),
            ("AWS's key", machine(sensitive, |it| it.encryption = None), Says::Fail),
            ("data in the log", machine(sensitive, |it| it.logs_execution_data = true), Says::Fail),
            (
                "data in no log",
                machine(sensitive, |it| (it.logs_execution_data, it.log_level) = (true, Some("OFF".to_owned()))),
                Says::Pass,
            ),
            ("AWS's key, nothing sensitive", machine(|_| (), |it| it.encryption = None), Says::NotApplicable),
            ("function unread", without_functions(), Says::Unknown),
            ("tags denied", machine(denied_tags, |it| it.encryption = None), Says::Unknown),
            ("definition unread", with_machine(sensitive, |it| it.definition = Fact::unread("states:DescribeStateMachine")), Says::Unknown),
            (
                "configuration denied",
                with_machine(sensitive, |it| it.configuration = Gap::denied("states:DescribeStateMachine", "no").into()),
                Says::Unknown,
            ),
            ("pipe", pipe(sensitive, |_| ()), Says::Pass),
            ("pipe with AWS's key", pipe(sensitive, |it| it.kms_key = None), Says::Fail),
            ("pipe that logs data", pipe(sensitive, |it| it.logging = logging("ERROR")), Says::Fail),
            ("pipe that logs nothing", pipe(sensitive, |it| it.logging = logging("OFF")), Says::Pass),
            ("pipe, nothing sensitive", pipe(|_| (), |it| it.kms_key = None), Says::NotApplicable),
            ("schedule with AWS's key", schedule(sensitive, orders(), |_| ()), Says::Fail),
            ("schedule with a key", schedule(sensitive, orders(), |it| it.kms_key = Some(arn("kms", "key/k"))), Says::Pass),
            ("schedule without an input", schedule(sensitive, orders(), |it| it.input = None), Says::NotApplicable),
            ("schedule of a call", schedule(sensitive, by_call(), |it| it.input = Some(input(&[orders()]))), Says::Fail),
            ("schedule, nothing sensitive", schedule(|_| (), orders(), |_| ()), Says::NotApplicable),
        ];
        for (name, posture, expected) in cases {
            let said = ask(&CHECK, &posture);
            assert!(said.len() == 1 && said[0].1 == expected, "{name}: expected one {expected:?}, got {said:?}");
        }
        let unread = schedule(sensitive, orders(), |_| ());
        let mut unread_details = unread;
        unread_details.regions.get_mut(REGION).unwrap().schedules.items[0].details = Fact::unread("scheduler:GetSchedule");
        assert_eq!(ask(&CHECK, &unread_details)[0].1, Says::Unknown);
        assert_eq!(ask(&CHECK, &denied()).iter().map(|(_, says)| *says).collect::<Vec<_>>(), [Says::Unknown; 3]);
    }

    #[test]
    fn the_log_goes_on_without_the_data() {
        let posture = machine(sensitive, |it| it.logs_execution_data = true);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert!(plan.commands()[0].contains(r#""includeExecutionData":false"#), "{:?}", plan.commands());
        assert!(plan.undo_commands()[0].contains(r#""includeExecutionData":true"#));
    }
}
