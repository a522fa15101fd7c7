//! Actions that hand a role to a service, and which service the role must trust for it.

use std::{collections::BTreeMap, sync::OnceLock};

/// See `data/manifest.toml` for where it comes from, and `data/rebuild.py` for its form.
static PACKED: &[u8] = include_bytes!("data/pass_role.txt.zst");

/// An action that hands a role to a service: whoever may do it and `iam:PassRole` has the service act as the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleConsumer {
    /// The action, `lambda:CreateFunction`.
    pub action: &'static str,
    /// The service principals of which the role must trust one.
    pub trusted: &'static [&'static str],
    /// Whether the principals are known from the service's documents; else they follow from the action's prefix.
    pub documented: bool,
}

impl RoleConsumer {
    /// All of them, by action.
    pub fn all() -> &'static [Self] {
        static CONSUMERS: OnceLock<Vec<RoleConsumer>> = OnceLock::new();
        CONSUMERS.get_or_init(|| {
            // That it can be read is tested.
            let listed = super::data::unpack(PACKED).unwrap_or_default().lines();
            let mut consumers: BTreeMap<String, RoleConsumer> = BTreeMap::new();
            for action in listed.chain(UNLISTED.iter().copied()) {
                let (service, _) = action.split_once(':').unwrap_or((action, ""));
                let known =
                    BY_ACTION.iter().find(|(name, _)| *name == action).or_else(|| BY_SERVICE.iter().find(|(name, _)| *name == service));
                let consumer = match known {
                    Some((_, trusted)) => RoleConsumer { action, trusted, documented: true },
                    None => {
                        let guess: &'static str = format!("{service}.amazonaws.com").leak();
                        RoleConsumer { action, trusted: vec![guess].leak(), documented: false }
                    }
                };
                consumers.insert(action.to_ascii_lowercase(), consumer);
            }
            consumers.into_values().collect()
        })
    }

    /// What is known of `action`, in whatever case; none when it hands over no role.
    pub fn of(action: &str) -> Option<&'static Self> {
        let all = Self::all();
        let asked = action.to_ascii_lowercase();
        all.get(all.binary_search_by(|consumer| consumer.action.to_ascii_lowercase().cmp(&asked)).ok()?)
    }
}

/// Actions that take a role by their API and that the table lacks, as it follows an older edition of AWS's reference.
static UNLISTED: &[&str] = &[
    "apigateway:PUT",
    "apprunner:CreateService",
    "apprunner:UpdateService",
    "bedrock:CreateAgent",
    "bedrock:UpdateAgent",
    "bedrock-agentcore:CreateCodeInterpreter",
    "cloudformation:CreateChangeSet",
    "cloudformation:CreateStack",
    "cloudformation:CreateStackInstances",
    "cloudformation:CreateStackSet",
    "cloudformation:DeleteStack",
    "cloudformation:UpdateStack",
    "cloudformation:UpdateStackSet",
    "codebuild:CreateProject",
    "codebuild:StartBuild",
    "codebuild:StartBuildBatch",
    "codebuild:UpdateProject",
    "codedeploy:CreateDeploymentGroup",
    "codedeploy:UpdateDeploymentGroup",
    "codepipeline:CreatePipeline",
    "codepipeline:UpdatePipeline",
    "cognito-identity:SetIdentityPoolRoles",
    "cognito-idp:CreateUserPool",
    "cognito-idp:UpdateUserPool",
    "datapipeline:PutPipelineDefinition",
    "ecs:CreateService",
    "ecs:RegisterTaskDefinition",
    "ecs:UpdateService",
    "eks:CreateCluster",
    "eks:CreateNodegroup",
    "eks:CreatePodIdentityAssociation",
    "events:PutRule",
    "events:PutTargets",
    "firehose:CreateDeliveryStream",
    "firehose:UpdateDestination",
    "glue:CreateCrawler",
    "glue:CreateDevEndpoint",
    "glue:CreateJob",
    "glue:CreateSession",
    "glue:UpdateCrawler",
    "glue:UpdateDevEndpoint",
    "glue:UpdateJob",
    "iot:CreateTopicRule",
    "iot:ReplaceTopicRule",
    "lambda:RunMicrovm",
    "lambda:UpdateFunctionConfiguration",
    "sagemaker:UpdateNotebookInstance",
    "ssm:CreateActivation",
    "ssm:CreateAssociation",
    "ssm:RegisterTaskWithMaintenanceWindow",
    "ssm:StartAutomationExecution",
    "transfer:CreateWorkflow",
];

/// Where one service's actions hand roles to different services.
static BY_ACTION: &[(&str, &[&str])] = &[
    ("apigateway:PUT", &["apigateway.amazonaws.com"]),
    ("apprunner:CreateService", &["tasks.apprunner.amazonaws.com", "build.apprunner.amazonaws.com"]),
    ("apprunner:UpdateService", &["tasks.apprunner.amazonaws.com", "build.apprunner.amazonaws.com"]),
    ("autoscaling:CreateAutoScalingGroup", &["autoscaling.amazonaws.com", "ec2.amazonaws.com"]),
    ("autoscaling:UpdateAutoScalingGroup", &["autoscaling.amazonaws.com", "ec2.amazonaws.com"]),
    ("cognito-identity:SetIdentityPoolRoles", &["cognito-identity.amazonaws.com"]),
    ("ec2:CreateFlowLogs", &["vpc-flow-logs.amazonaws.com"]),
    ("ecs:CreateService", &["ecs.amazonaws.com"]),
    ("ecs:UpdateService", &["ecs.amazonaws.com"]),
    ("eks:CreateCluster", &["eks.amazonaws.com"]),
    ("eks:CreateNodegroup", &["ec2.amazonaws.com"]),
    ("eks:CreatePodIdentityAssociation", &["pods.eks.amazonaws.com"]),
    ("glue:CreateDevEndpoint", &["glue.amazonaws.com"]),
    ("iam:AddRoleToInstanceProfile", &["ec2.amazonaws.com"]),
    ("iot:CreateRoleAlias", &["credentials.iot.amazonaws.com"]),
    ("iot:UpdateRoleAlias", &["credentials.iot.amazonaws.com"]),
    ("lambda:CreateCapacityProvider", &["lambda.amazonaws.com"]),
    ("rds:CreateDBInstance", &["rds.amazonaws.com", "monitoring.rds.amazonaws.com"]),
    ("rds:ModifyDBInstance", &["rds.amazonaws.com", "monitoring.rds.amazonaws.com"]),
    ("rds:StartExportTask", &["export.rds.amazonaws.com"]),
    ("s3:CreateJob", &["batchoperations.s3.amazonaws.com"]),
    ("ssm:RegisterTaskWithMaintenanceWindow", &["ssm.amazonaws.com"]),
];

/// The principal that a service's roles trust; most are the action's prefix with the domain, and are here because the
/// service's documents say so.
static BY_SERVICE: &[(&str, &[&str])] = &[
    ("backup", &["backup.amazonaws.com"]),
    ("bedrock", &["bedrock.amazonaws.com"]),
    ("bedrock-agentcore", &["bedrock-agentcore.amazonaws.com"]),
    ("cloudformation", &["cloudformation.amazonaws.com"]),
    ("codebuild", &["codebuild.amazonaws.com"]),
    ("codedeploy", &["codedeploy.amazonaws.com"]),
    ("codepipeline", &["codepipeline.amazonaws.com"]),
    ("cognito-idp", &["cognito-idp.amazonaws.com"]),
    ("config", &["config.amazonaws.com"]),
    ("datapipeline", &["datapipeline.amazonaws.com", "ec2.amazonaws.com"]),
    ("dax", &["dax.amazonaws.com"]),
    ("dms", &["dms.amazonaws.com"]),
    ("ec2", &["ec2.amazonaws.com"]),
    ("ecs", &["ecs-tasks.amazonaws.com"]),
    ("elasticmapreduce", &["elasticmapreduce.amazonaws.com", "ec2.amazonaws.com"]),
    ("emr-serverless", &["emr-serverless.amazonaws.com"]),
    ("events", &["events.amazonaws.com"]),
    ("firehose", &["firehose.amazonaws.com"]),
    ("gamelift", &["gamelift.amazonaws.com"]),
    ("glue", &["glue.amazonaws.com"]),
    ("imagebuilder", &["imagebuilder.amazonaws.com", "ec2.amazonaws.com"]),
    ("iot", &["iot.amazonaws.com"]),
    ("kafkaconnect", &["kafkaconnect.amazonaws.com"]),
    ("kinesisanalytics", &["kinesisanalytics.amazonaws.com"]),
    ("lambda", &["lambda.amazonaws.com"]),
    ("logs", &["logs.amazonaws.com"]),
    ("omics", &["omics.amazonaws.com"]),
    ("osis", &["osis-pipelines.amazonaws.com"]),
    ("pipes", &["pipes.amazonaws.com"]),
    ("rds", &["rds.amazonaws.com"]),
    ("rolesanywhere", &["rolesanywhere.amazonaws.com"]),
    ("s3", &["s3.amazonaws.com"]),
    ("sagemaker", &["sagemaker.amazonaws.com"]),
    ("scheduler", &["scheduler.amazonaws.com"]),
    ("sns", &["sns.amazonaws.com"]),
    ("ssm", &["ssm.amazonaws.com", "ec2.amazonaws.com"]),
    ("states", &["states.amazonaws.com"]),
    ("transfer", &["transfer.amazonaws.com"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::{Catalog, PublishedPath};

    #[test]
    fn each_is_an_action_that_exists_and_names_whom_the_role_must_trust() {
        // Services that AWS has closed, of which the table still knows.
        const GONE: [&str; 2] = ["nimble", "proton"];
        let unknown: Vec<&str> = RoleConsumer::all()
            .iter()
            .map(|consumer| consumer.action)
            .filter(|action| !Catalog::embedded().is_known(action) && !GONE.iter().any(|gone| action.starts_with(gone)))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(RoleConsumer::all().len() > 290, "{}", RoleConsumer::all().len());
        for consumer in RoleConsumer::all() {
            assert!(!consumer.trusted.is_empty() && consumer.trusted.iter().all(|name| name.ends_with(".amazonaws.com")), "{consumer:?}");
            assert_eq!(RoleConsumer::of(&consumer.action.to_uppercase()), Some(consumer));
        }
        for (action, principal) in [
            ("lambda:CreateFunction", "lambda.amazonaws.com"),
            ("lambda:RunMicrovm", "lambda.amazonaws.com"),
            ("ecs:RegisterTaskDefinition", "ecs-tasks.amazonaws.com"),
            ("iot:CreateRoleAlias", "credentials.iot.amazonaws.com"),
            ("states:CreateStateMachine", "states.amazonaws.com"),
        ] {
            let consumer = RoleConsumer::of(action).expect(action);
            assert!(consumer.documented && consumer.trusted.contains(&principal), "{consumer:?}");
        }
        assert_eq!(RoleConsumer::of("s3:GetObject"), None);
    }

    #[test]
    fn each_published_path_that_passes_a_new_role_has_an_action_that_takes_it() {
        for path in PublishedPath::all().iter().filter(|path| path.required.contains(&"iam:PassRole")) {
            assert!(path.required.iter().any(|action| RoleConsumer::of(action).is_some()), "{}", path.id);
        }
    }
}
