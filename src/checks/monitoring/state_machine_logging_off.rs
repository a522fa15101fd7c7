//! MV-015: a state machine logs nothing.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Gap, Source, StateMachine},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-015",
    slug: "state-machine-logging-off",
    title: "State machines log what they execute",
    layer: Layer::Monitoring,
    severity: Severity::Medium,
    why: "A workflow decides which function is called with what. Of an express workflow nothing at all remains without a log, and of a \
          standard one only what Step Functions keeps for ninety days: after that nobody can tell which step an intruder took.",
    how: "DescribeStateMachine says loggingConfiguration.level=OFF or nothing. Low for standard workflows, whose history Step Functions \
          keeps for ninety days by itself. ERROR and FATAL count as logging; machines that are being deleted are left alone.",
    links: Links {
        security_hub: &["StepFunctions.1"],
        csf: &["DE.CM", "PR.PS"],
        owasp: &["S10"],
        csa: &["SAS-5"],
        pci: &["10.4.2"],
        soc: &["A1.1", "PI1.3"],
        ..Links::NONE
    },
    reads: &[Source::States],
    run,
    fix,
    guide: Guide {
        calls: &["states:DescribeStateMachine", "states:ListStateMachines"],
        provider: "Step Functions keeps the history of a standard execution for ninety days after its end, and none of an express one.",
        avoids: &[
            "A machine that logs errors alone",
            "A standard workflow as more than low, as Step Functions keeps its history for ninety days",
            "A machine that is being deleted",
        ],
        cli: "aws stepfunctions update-state-machine --state-machine-arn <STATE_MACHINE_ARN> --logging-configuration 'level=ERROR,includeExecutionData=false,destinations=[{cloudWatchLogsLogGroup={logGroupArn=<LOG_GROUP_ARN>:*}}]' --region <REGION>",
        cloudformation: "Type: AWS::StepFunctions::StateMachine
Properties:
  LoggingConfiguration:
    Level: ERROR
    IncludeExecutionData: false
    Destinations:
      - CloudWatchLogsLogGroup:
          LogGroupArn: !GetAtt <LOG_GROUP>.Arn",
        terraform: r#"resource "aws_sfn_state_machine" "<NAME>" {
  logging_configuration {
    level                  = "ERROR"
    include_execution_data = false
    log_destination        = "${aws_cloudwatch_log_group.<LOG_GROUP>.arn}:*"
  }
}"#,
        undo: "aws stepfunctions update-state-machine --state-machine-arn <STATE_MACHINE_ARN> --logging-configuration level=OFF --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.state_machines, |_, machine| judge(machine))
}

fn judge(machine: &StateMachine) -> Result<Ruling, Gap> {
    let configuration = machine.configuration.known()?;
    if configuration.status.as_deref() == Some("DELETING") {
        return Ok(Ruling::NotApplicable);
    }
    let level = configuration.log_level.as_deref().unwrap_or("OFF");
    Ok(Ruling::pass_if(level != "OFF", || {
        let evidence = vec![
            Evidence::field("states:DescribeStateMachine", "loggingConfiguration.level", level),
            Evidence::field("states:ListStateMachines", "type", &machine.machine_type),
        ];
        let fault = Fault::new(format!("{} logs nothing of what it executes", machine.name), evidence);
        if machine.machine_type == "STANDARD" { fault.severity(Severity::Low) } else { fault }
    }))
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let set = || Call::new("stepfunctions", "update-state-machine", &*verdict.region).with("state-machine-arn", verdict.resource.as_str());
    Some(
        Plan::new(Effort::Prompt, Risk::Safe, "Log the errors of every execution, without the data that went through it")
            .step("Create a log group under /aws/vendedlogs/states/ for it, and let its role call the log delivery actions of CloudWatch Logs")
            .step(set().ask(
                "logging-configuration",
                "level=ERROR,includeExecutionData=false,destinations=[{cloudWatchLogsLogGroup={logGroupArn=ARN of the log group}}]",
            ))
            .undo(set().with("logging-configuration", "level=OFF")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings, Severity,
            testing::{ACCOUNT, REGION, Says, cases, denied, empty},
        },
        model::{Arn, Fact, Gap, Posture, StateMachine, StateMachineConfiguration},
    };

    fn with(level: Option<&str>, change: impl FnOnce(&mut StateMachine)) -> Posture {
        let mut posture = empty();
        let mut machine = StateMachine {
            arn: Arn::build("aws", "states", REGION, ACCOUNT, "stateMachine:checkout"),
            name: "checkout".to_owned(),
            machine_type: "EXPRESS".to_owned(),
            configuration: Fact::Known(StateMachineConfiguration {
                status: Some("ACTIVE".to_owned()),
                role: Arn::build("aws", "iam", "", ACCOUNT, "role/states"),
                log_level: level.map(str::to_owned),
                logs_execution_data: false,
                log_groups: Vec::new(),
                tracing: true,
                encryption: None,
                kms_key: None,
            }),
            definition: Fact::unread("states:DescribeStateMachine"),
        };
        change(&mut machine);
        posture.regions.get_mut(REGION).unwrap().state_machines.items.push(machine);
        posture
    }

    #[test]
    fn rules() {
        let deleting = |machine: &mut StateMachine| {
            machine.configuration.known_mut().unwrap().status = Some("DELETING".to_owned());
        };
        cases(
            &CHECK,
            [
                ("all", with(Some("ALL"), |_| ()), Says::Pass),
                ("errors", with(Some("ERROR"), |_| ()), Says::Pass),
                ("only what ends it", with(Some("FATAL"), |_| ()), Says::Pass),
                ("off", with(Some("OFF"), |_| ()), Says::Fail),
                ("never set", with(None, |_| ()), Says::Fail),
                ("being deleted", with(None, deleting), Says::NotApplicable),
                (
                    "denied",
                    with(None, |machine| machine.configuration = Gap::denied("states:DescribeStateMachine", "no").into()),
                    Says::Unknown,
                ),
                ("unread", with(None, |machine| machine.configuration = Fact::unread("states:DescribeStateMachine")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn a_standard_workflow_has_its_history_for_a_while() {
        let settings = Settings::default();
        for (kind, expected) in [("EXPRESS", None), ("STANDARD", Some(Severity::Low))] {
            let posture = with(None, |machine| machine.machine_type = kind.to_owned());
            let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
            let crate::checks::Ruling::Fail(fault) = verdict.ruling else { panic!("no fail") };
            assert_eq!(fault.severity, expected, "{kind}");
        }
    }
}
