//! Every technique.

use super::{Gives, Need, On, Technique, Victim, on, passed};

const LAMBDA: &str = "lambda.amazonaws.com";
const GLUE: &str = "glue.amazonaws.com";
const ECS: &str = "ecs-tasks.amazonaws.com";
const EC2: &str = "ec2.amazonaws.com";
const CODEBUILD: &str = "codebuild.amazonaws.com";
const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";
const SAGEMAKER: &str = "sagemaker.amazonaws.com";
const STATES: &str = "states.amazonaws.com";
const SCHEDULER: &str = "scheduler.amazonaws.com";
const AGENTCORE: &str = "bedrock-agentcore.amazonaws.com";
const APPRUNNER: &str = "tasks.apprunner.amazonaws.com";
const DATAPIPELINE: &str = "datapipeline.amazonaws.com";

const NEW_FUNCTION: On = On::New("lambda", "function:");
const NEW_JOB: On = On::New("glue", "job/");
const NEW_PROJECT: On = On::New("codebuild", "project/");
const NEW_STACK: On = On::New("cloudformation", "stack/");
const NEW_MACHINE: On = On::New("states", "stateMachine:");
const NEW_TASK: On = On::New("ecs", "task-definition/");

/// Every technique; where one includes another, the surer comes first.
pub(in crate::paths) static TECHNIQUES: &[Technique] = &[
    passed(
        "lambda-001",
        LAMBDA,
        &[
            Need("iam:PassRole", On::Passed(LAMBDA)),
            Need("lambda:CreateFunction", NEW_FUNCTION),
            Need("lambda:InvokeFunction", NEW_FUNCTION),
        ],
    ),
    passed(
        "lambda-006",
        LAMBDA,
        &[
            Need("iam:PassRole", On::Passed(LAMBDA)),
            Need("lambda:CreateFunction", NEW_FUNCTION),
            Need("lambda:AddPermission", NEW_FUNCTION),
        ],
    ),
    passed(
        "lambda-002",
        LAMBDA,
        &[
            Need("iam:PassRole", On::Passed(LAMBDA)),
            Need("lambda:CreateFunction", NEW_FUNCTION),
            Need("lambda:CreateEventSourceMapping", On::New("lambda", "event-source-mapping:")),
        ],
    )
    .triggered(),
    passed("lambda-microvm", LAMBDA, &[Need("iam:PassRole", On::Passed(LAMBDA)), Need("lambda:RunMicrovm", On::New("lambda", "microvm:"))]),
    passed(
        "lambda-web-function",
        LAMBDA,
        &[Need("iam:PassRole", On::Passed(LAMBDA)), Need("lambda:CreateWebFunction", On::New("lambda", "web-function/"))],
    ),
    on(
        "lambda-004",
        Victim::Function,
        &[Need("lambda:UpdateFunctionCode", On::Victim), Need("lambda:InvokeFunction", On::Victim)],
        Gives::Control,
    ),
    on(
        "lambda-005",
        Victim::Function,
        &[Need("lambda:UpdateFunctionCode", On::Victim), Need("lambda:AddPermission", On::Victim)],
        Gives::Control,
    ),
    on("lambda-003", Victim::Function, &[Need("lambda:UpdateFunctionCode", On::Victim)], Gives::Control).triggered(),
    on(
        "lambda-configuration",
        Victim::Function,
        &[Need("lambda:UpdateFunctionConfiguration", On::Victim), Need("lambda:InvokeFunction", On::Victim)],
        Gives::Control,
    ),
    on("lambda-configuration", Victim::Function, &[Need("lambda:UpdateFunctionConfiguration", On::Victim)], Gives::Control).triggered(),
    on("iam-012", Victim::Role, &[Need("iam:UpdateAssumeRolePolicy", On::Victim)], Gives::Control),
    on("iam-002", Victim::User, &[Need("iam:CreateAccessKey", On::Victim)], Gives::Control),
    on("iam-004", Victim::User, &[Need("iam:CreateLoginProfile", On::Victim)], Gives::Control),
    on("iam-006", Victim::User, &[Need("iam:UpdateLoginProfile", On::Victim)], Gives::Control),
    // More policy for a principal: it is administrator then. By itself that is an escalation, of another one half of one.
    on(
        "iam-005",
        Victim::Role,
        &[Need("iam:PutRolePolicy", On::Victim), Need("iam:DeleteRolePermissionsBoundary", On::Boundary)],
        Gives::Administrator,
    ),
    on(
        "iam-009",
        Victim::Role,
        &[Need("iam:AttachRolePolicy", On::Victim), Need("iam:DeleteRolePermissionsBoundary", On::Boundary)],
        Gives::Administrator,
    ),
    on(
        "iam-001",
        Victim::Role,
        &[Need("iam:CreatePolicyVersion", On::HeldPolicy), Need("iam:DeleteRolePermissionsBoundary", On::Boundary)],
        Gives::Administrator,
    ),
    on(
        "iam-007",
        Victim::User,
        &[Need("iam:PutUserPolicy", On::Victim), Need("iam:DeleteUserPermissionsBoundary", On::Boundary)],
        Gives::Administrator,
    ),
    on(
        "iam-008",
        Victim::User,
        &[Need("iam:AttachUserPolicy", On::Victim), Need("iam:DeleteUserPermissionsBoundary", On::Boundary)],
        Gives::Administrator,
    ),
    on(
        "iam-001",
        Victim::User,
        &[Need("iam:CreatePolicyVersion", On::HeldPolicy), Need("iam:DeleteUserPermissionsBoundary", On::Boundary)],
        Gives::Administrator,
    ),
    on(
        "iam-010",
        Victim::User,
        &[Need("iam:AttachGroupPolicy", On::OwnGroup), Need("iam:DeleteUserPermissionsBoundary", On::Boundary)],
        Gives::Administrator,
    ),
    on(
        "iam-011",
        Victim::User,
        &[Need("iam:PutGroupPolicy", On::OwnGroup), Need("iam:DeleteUserPermissionsBoundary", On::Boundary)],
        Gives::Administrator,
    ),
    // … and with control of it, all of one.
    on(
        "iam-017",
        Victim::Role,
        &[Need("iam:PutRolePolicy", On::Victim), Need("iam:DeleteRolePermissionsBoundary", On::Boundary)],
        Gives::AdministratorAndControl,
    )
    .assuming(),
    on(
        "iam-014",
        Victim::Role,
        &[Need("iam:AttachRolePolicy", On::Victim), Need("iam:DeleteRolePermissionsBoundary", On::Boundary)],
        Gives::AdministratorAndControl,
    )
    .assuming(),
    on(
        "iam-016",
        Victim::Role,
        &[Need("iam:CreatePolicyVersion", On::HeldPolicy), Need("iam:DeleteRolePermissionsBoundary", On::Boundary)],
        Gives::AdministratorAndControl,
    )
    .assuming(),
    on(
        "iam-021",
        Victim::Role,
        &[
            Need("iam:PutRolePolicy", On::Victim),
            Need("iam:UpdateAssumeRolePolicy", On::Victim),
            Need("iam:DeleteRolePermissionsBoundary", On::Boundary),
        ],
        Gives::AdministratorAndControl,
    ),
    on(
        "iam-019",
        Victim::Role,
        &[
            Need("iam:AttachRolePolicy", On::Victim),
            Need("iam:UpdateAssumeRolePolicy", On::Victim),
            Need("iam:DeleteRolePermissionsBoundary", On::Boundary),
        ],
        Gives::AdministratorAndControl,
    ),
    on(
        "iam-020",
        Victim::Role,
        &[
            Need("iam:CreatePolicyVersion", On::HeldPolicy),
            Need("iam:UpdateAssumeRolePolicy", On::Victim),
            Need("iam:DeleteRolePermissionsBoundary", On::Boundary),
        ],
        Gives::AdministratorAndControl,
    ),
    on(
        "iam-018",
        Victim::User,
        &[
            Need("iam:PutUserPolicy", On::Victim),
            Need("iam:CreateAccessKey", On::Victim),
            Need("iam:DeleteUserPermissionsBoundary", On::Boundary),
        ],
        Gives::AdministratorAndControl,
    ),
    on(
        "iam-015",
        Victim::User,
        &[
            Need("iam:AttachUserPolicy", On::Victim),
            Need("iam:CreateAccessKey", On::Victim),
            Need("iam:DeleteUserPermissionsBoundary", On::Boundary),
        ],
        Gives::AdministratorAndControl,
    ),
    on(
        "iam-new-role",
        Victim::Nobody,
        &[Need("iam:CreateRole", On::New("iam", "role/")), Need("iam:AttachRolePolicy", On::New("iam", "role/"))],
        Gives::AdministratorAndControl,
    ),
    on(
        "iam-new-role",
        Victim::Nobody,
        &[Need("iam:CreateRole", On::New("iam", "role/")), Need("iam:PutRolePolicy", On::New("iam", "role/"))],
        Gives::AdministratorAndControl,
    ),
    on(
        "iam-new-user",
        Victim::Nobody,
        &[
            Need("iam:CreateUser", On::New("iam", "user/")),
            Need("iam:AttachUserPolicy", On::New("iam", "user/")),
            Need("iam:CreateAccessKey", On::New("iam", "user/")),
        ],
        Gives::AdministratorAndControl,
    ),
    on(
        "iam-new-user",
        Victim::Nobody,
        &[
            Need("iam:CreateUser", On::New("iam", "user/")),
            Need("iam:PutUserPolicy", On::New("iam", "user/")),
            Need("iam:CreateAccessKey", On::New("iam", "user/")),
        ],
        Gives::AdministratorAndControl,
    ),
    passed(
        "apprunner-001",
        APPRUNNER,
        &[Need("iam:PassRole", On::Passed(APPRUNNER)), Need("apprunner:CreateService", On::New("apprunner", "service/"))],
    ),
    passed(
        "bedrock-001",
        AGENTCORE,
        &[
            Need("iam:PassRole", On::Passed(AGENTCORE)),
            Need("bedrock-agentcore:CreateCodeInterpreter", On::New("bedrock-agentcore", "code-interpreter-custom/")),
            Need("bedrock-agentcore:StartCodeInterpreterSession", On::New("bedrock-agentcore", "code-interpreter-custom/")),
            Need("bedrock-agentcore:InvokeCodeInterpreter", On::New("bedrock-agentcore", "code-interpreter-custom/")),
        ],
    ),
    passed(
        "cloudformation-001",
        CLOUDFORMATION,
        &[Need("iam:PassRole", On::Passed(CLOUDFORMATION)), Need("cloudformation:CreateStack", NEW_STACK)],
    ),
    passed(
        "codebuild-001",
        CODEBUILD,
        &[
            Need("iam:PassRole", On::Passed(CODEBUILD)),
            Need("codebuild:CreateProject", NEW_PROJECT),
            Need("codebuild:StartBuild", NEW_PROJECT),
        ],
    ),
    passed(
        "codebuild-004",
        CODEBUILD,
        &[
            Need("iam:PassRole", On::Passed(CODEBUILD)),
            Need("codebuild:CreateProject", NEW_PROJECT),
            Need("codebuild:StartBuildBatch", NEW_PROJECT),
        ],
    ),
    passed(
        "datapipeline-001",
        DATAPIPELINE,
        &[
            Need("iam:PassRole", On::Passed(DATAPIPELINE)),
            Need("datapipeline:CreatePipeline", On::New("datapipeline", "pipeline/")),
            Need("datapipeline:PutPipelineDefinition", On::New("datapipeline", "pipeline/")),
            Need("datapipeline:ActivatePipeline", On::New("datapipeline", "pipeline/")),
        ],
    ),
    passed("ec2-001", EC2, &[Need("iam:PassRole", On::Passed(EC2)), Need("ec2:RunInstances", On::New("ec2", "instance/"))]),
    passed(
        "ec2-003",
        EC2,
        &[Need("iam:PassRole", On::Passed(EC2)), Need("ec2:RequestSpotInstances", On::New("ec2", "spot-instances-request/"))],
    ),
    passed(
        "ecs-004",
        ECS,
        &[Need("iam:PassRole", On::Passed(ECS)), Need("ecs:RegisterTaskDefinition", NEW_TASK), Need("ecs:RunTask", NEW_TASK)],
    ),
    passed(
        "ecs-003",
        ECS,
        &[
            Need("iam:PassRole", On::Passed(ECS)),
            Need("ecs:RegisterTaskDefinition", NEW_TASK),
            Need("ecs:CreateService", On::New("ecs", "service/")),
        ],
    ),
    passed("glue-001", GLUE, &[Need("iam:PassRole", On::Passed(GLUE)), Need("glue:CreateDevEndpoint", On::New("glue", "devEndpoint/"))]),
    passed("glue-003", GLUE, &[Need("iam:PassRole", On::Passed(GLUE)), Need("glue:CreateJob", NEW_JOB), Need("glue:StartJobRun", NEW_JOB)]),
    passed(
        "glue-004",
        GLUE,
        &[Need("iam:PassRole", On::Passed(GLUE)), Need("glue:CreateJob", NEW_JOB), Need("glue:CreateTrigger", On::New("glue", "trigger/"))],
    ),
    passed("glue-005", GLUE, &[Need("iam:PassRole", On::Passed(GLUE)), Need("glue:UpdateJob", NEW_JOB), Need("glue:StartJobRun", NEW_JOB)]),
    passed(
        "sagemaker-001",
        SAGEMAKER,
        &[
            Need("iam:PassRole", On::Passed(SAGEMAKER)),
            Need("sagemaker:CreateNotebookInstance", On::New("sagemaker", "notebook-instance/")),
        ],
    ),
    passed(
        "sagemaker-002",
        SAGEMAKER,
        &[Need("iam:PassRole", On::Passed(SAGEMAKER)), Need("sagemaker:CreateTrainingJob", On::New("sagemaker", "training-job/"))],
    ),
    passed(
        "sagemaker-003",
        SAGEMAKER,
        &[Need("iam:PassRole", On::Passed(SAGEMAKER)), Need("sagemaker:CreateProcessingJob", On::New("sagemaker", "processing-job/"))],
    ),
    passed(
        "states-create",
        STATES,
        &[
            Need("iam:PassRole", On::Passed(STATES)),
            Need("states:CreateStateMachine", NEW_MACHINE),
            Need("states:StartExecution", NEW_MACHINE),
        ],
    ),
    passed(
        "scheduler-create",
        SCHEDULER,
        &[Need("iam:PassRole", On::Passed(SCHEDULER)), Need("scheduler:CreateSchedule", On::New("scheduler", "schedule/"))],
    ),
];
