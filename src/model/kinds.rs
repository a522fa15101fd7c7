//! Every kind of thing that a posture holds, one line each. The posture's lists, the parts that fill them and the
//! snapshot's records are made from these lines, so a new kind is its own file and a line here.

/// Hands the table to the macro `$then`.
///
/// A list: `field: List of Item, "IAM action that lists it", "service" "resource part that stands for all of them"`, where
/// the item has an `arn`; with `in field` when its Region is in that field and not in its ARN.
/// A fact: `field: Name of Type, "service" "resource part of its own"`.
macro_rules! with_kinds {
    ($then:ident) => {
        $then! {
            regional {
                /// Lambda functions.
                functions: Functions of Function, "lambda:ListFunctions", "lambda" "function:*";
                /// Event source mappings.
                event_source_mappings: EventSourceMappings of EventSourceMapping, "lambda:ListEventSourceMappings", "lambda" "event-source-mapping:*";
                /// Newest versions of the account's own layers.
                layers: Layers of LayerVersion, "lambda:ListLayers", "lambda" "layer:*";
                /// Code signing configurations.
                code_signing_configs: CodeSigningConfigs of CodeSigningConfig, "lambda:ListCodeSigningConfigs", "lambda" "code-signing-config:*";
                /// Capacity providers.
                capacity_providers: CapacityProviders of CapacityProvider, "lambda:ListCapacityProviders", "lambda" "capacity-provider:*";
                /// KMS keys.
                keys: Keys of Key, "kms:ListKeys", "kms" "key/*";
                /// Log groups.
                log_groups: LogGroups of LogGroup, "logs:DescribeLogGroups", "logs" "log-group:*";
                /// SQS queues.
                queues: Queues of Queue, "sqs:ListQueues", "sqs" "*";
                /// GuardDuty detectors.
                detectors: Detectors of Detector, "guardduty:ListDetectors", "guardduty" "detector/*";
                /// Findings of GuardDuty on functions that are not archived, the worst ones first where there are too many.
                threats: Threats of Threat, "guardduty:ListFindings", "guardduty" "detector/*/finding/*";
                /// Functions that Inspector knows of.
                coverage: Coverages of Coverage, "inspector2:ListCoverage", "inspector2" "coverage/*";
                /// Active findings of Inspector on functions, of medium severity or worse.
                vulnerabilities: Vulnerabilities of Vulnerability, "inspector2:ListFindings", "inspector2" "finding/*";
                /// IAM Access Analyzer's analyzers.
                analyzers: Analyzers of Analyzer, "access-analyzer:ListAnalyzers", "access-analyzer" "analyzer/*";
                /// CloudFormation stacks.
                stacks: Stacks of Stack, "cloudformation:DescribeStacks", "cloudformation" "stack/*";
                /// Incident Manager's response plans.
                response_plans: ResponsePlans of ResponsePlan, "ssm-incidents:ListResponsePlans", "ssm-incidents" "response-plan/*" in region;
            }
            regional facts {
                /// The account's Lambda limits.
                lambda_settings: LambdaSettings of LambdaSettings, "lambda" "account-settings";
                /// Whether Inspector looks at functions.
                inspector: Inspector of InspectorStatus, "inspector2" "account-status";
                /// Security Hub, if the account is subscribed to it.
                security_hub: SecurityHub of Option<SecurityHub>, "securityhub" "hub/default";
                /// The recorders of AWS Config.
                config_recorders: ConfigRecorders of Vec<ConfigRecorder>, "config" "configuration-recorder";
            }
            identity {
                /// Roles.
                roles: Roles of Role, "iam:GetAccountAuthorizationDetails", "iam" "role/*";
                /// Users.
                users: Users of User, "iam:GetAccountAuthorizationDetails", "iam" "user/*";
                /// Groups.
                groups: Groups of Group, "iam:GetAccountAuthorizationDetails", "iam" "group/*";
                /// Managed policies: the account's, and those of AWS that are attached.
                policies: Policies of ManagedPolicy, "iam:GetAccountAuthorizationDetails", "iam" "policy/*";
            }
            account facts {
                /// The organization that the account belongs to, if there is one.
                organization: Organization of Option<Organization>, "organizations" "organization";
                /// The levels from the root of the organization down to the account; none without an organization.
                organization_chain: OrganizationChain of Vec<OrganizationLevel>, "organizations" "chain";
                /// Whether there is an alternate contact for security (`GetAlternateContact`).
                security_contact: SecurityContact of bool, "account" "security-contact";
                /// Whether there is an alternate contact for operations (`GetAlternateContact`).
                operations_contact: OperationsContact of bool, "account" "operations-contact";
            }
        }
    };
}

pub(crate) use with_kinds;
