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
                /// MicroVMs that have not been terminated.
                microvms: Microvms of Microvm, "lambda:ListMicrovms", "lambda" "microvm:*";
                /// MicroVM images of the account.
                microvm_images: MicrovmImages of MicrovmImage, "lambda:ListMicrovmImages", "lambda" "microvm-image:*";
                /// Web Functions.
                web_functions: WebFunctions of WebFunction, "lambda:ListWebFunctions", "lambda" "web-function/*";
                /// KMS keys.
                keys: Keys of Key, "kms:ListKeys", "kms" "key/*";
                /// Log groups.
                log_groups: LogGroups of LogGroup, "logs:DescribeLogGroups", "logs" "log-group:*";
                /// SQS queues.
                queues: Queues of Queue, "sqs:ListQueues", "sqs" "*";
                /// Event buses of EventBridge.
                event_buses: EventBuses of EventBus, "events:ListEventBuses", "events" "event-bus/*";
                /// Rules of all event buses.
                event_rules: EventRules of EventRule, "events:ListRules", "events" "rule/*";
                /// Archives of EventBridge.
                event_archives: EventArchives of EventArchive, "events:ListArchives", "events" "archive/*";
                /// Schedules of EventBridge Scheduler.
                schedules: Schedules of Schedule, "scheduler:ListSchedules", "scheduler" "schedule/*";
                /// Groups of schedules.
                schedule_groups: ScheduleGroups of ScheduleGroup, "scheduler:ListScheduleGroups", "scheduler" "schedule-group/*";
                /// Pipes of EventBridge.
                pipes: Pipes of Pipe, "pipes:ListPipes", "pipes" "pipe/*";
                /// SNS topics.
                topics: Topics of Topic, "sns:ListTopics", "sns" "*";
                /// Confirmed SNS subscriptions.
                subscriptions: Subscriptions of Subscription, "sns:ListSubscriptions", "sns" "*:*";
                /// Kinesis data streams.
                kinesis_streams: KinesisStreams of KinesisStream, "kinesis:ListStreams", "kinesis" "stream/*";
                /// State machines of Step Functions.
                state_machines: StateMachines of StateMachine, "states:ListStateMachines", "states" "stateMachine:*";
                /// DynamoDB tables.
                tables: Tables of Table, "dynamodb:ListTables", "dynamodb" "table/*";
                /// S3 buckets.
                buckets: Buckets of Bucket, "s3:ListAllMyBuckets", "s3" "*" in region;
                /// Secrets of Secrets Manager.
                secrets: Secrets of Secret, "secretsmanager:ListSecrets", "secretsmanager" "secret:*";
                /// Parameters of Systems Manager.
                parameters: Parameters of Parameter, "ssm:DescribeParameters", "ssm" "parameter/*";
                /// EFS file systems.
                file_systems: FileSystems of FileSystem, "elasticfilesystem:DescribeFileSystems", "elasticfilesystem" "file-system/*";
                /// EFS access points.
                access_points: AccessPoints of AccessPoint, "elasticfilesystem:DescribeAccessPoints", "elasticfilesystem" "access-point/*";
                /// ECR repositories.
                repositories: Repositories of Repository, "ecr:DescribeRepositories", "ecr" "repository/*";
                /// Metric filters of log groups.
                metric_filters: MetricFilters of MetricFilter, "logs:DescribeMetricFilters", "logs" "metric-filter:*";
                /// CloudWatch alarms.
                alarms: Alarms of Alarm, "cloudwatch:DescribeAlarms", "cloudwatch" "alarm:*";
                /// What CloudWatch counted of each function, by the function's ARN.
                metrics: Metrics of FunctionMetrics, "cloudwatch:GetMetricData", "cloudwatch" "metric:AWS/Lambda";
                /// Trails that log here: multi-Region trails are in every Region.
                trails: Trails of Trail, "cloudtrail:DescribeTrails", "cloudtrail" "trail/*" in region;
                /// Event data stores of CloudTrail Lake.
                event_data_stores: EventDataStores of EventDataStore, "cloudtrail:ListEventDataStores", "cloudtrail" "eventdatastore/*";
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
                /// REST APIs.
                rest_apis: RestApis of RestApi, "apigateway:GET", "apigateway" "/restapis/*";
                /// HTTP and WebSocket APIs.
                http_apis: HttpApis of HttpApi, "apigateway:GET", "apigateway" "/apis/*";
                /// Custom domain names of APIs.
                api_domains: ApiDomains of ApiDomain, "apigateway:GET", "apigateway" "/domainnames/*";
                /// Usage plans of REST APIs.
                usage_plans: UsagePlans of UsagePlan, "apigateway:GET", "apigateway" "/usageplans/*";
                /// AppSync's GraphQL APIs.
                graphql_apis: GraphqlApis of GraphqlApi, "appsync:ListGraphqlApis", "appsync" "apis/*";
                /// Cognito user pools.
                user_pools: UserPools of UserPool, "cognito-idp:ListUserPools", "cognito-idp" "userpool/*";
                /// Tags of what holds or carries data, by the resource's ARN.
                tagged: TaggedResources of TaggedResource, "tag:GetResources", "tag" "resource/*" in region;
                /// Cognito identity pools.
                identity_pools: IdentityPools of IdentityPool, "cognito-identity:ListIdentityPools", "cognito-identity" "identitypool/*";
            }
            regional facts {
                /// The account's Lambda limits.
                lambda_settings: LambdaSettings of LambdaSettings, "lambda" "account-settings";
                /// The data protection policy of all log groups.
                account_data_protection: AccountDataProtection of Option<AccountDataProtection>, "logs" "account-policy:data-protection";
                /// How X-Ray encrypts traces.
                trace_encryption: TraceEncryption of TraceEncryption, "xray" "encryption-config";
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
                /// What S3 blocks for every bucket of the account (`GetPublicAccessBlock` of S3 Control); none where it blocks nothing.
                s3_public_access_block: AccountPublicAccessBlock of Option<PublicAccessBlock>, "s3" "account-public-access-block";
                /// The organization that the account belongs to, if there is one.
                organization: Organization of Option<Organization>, "organizations" "organization";
                /// The levels from the root of the organization down to the account; none without an organization.
                organization_chain: OrganizationChain of Vec<OrganizationLevel>, "organizations" "chain";
                /// Who read the account (`GetCallerIdentity`): a user, a session of a role, or the root user.
                caller: Caller of Arn, "sts" "caller";
                /// Whether there is an alternate contact for security (`GetAlternateContact`).
                security_contact: SecurityContact of bool, "account" "security-contact";
                /// Whether there is an alternate contact for operations (`GetAlternateContact`).
                operations_contact: OperationsContact of bool, "account" "operations-contact";
            }
        }
    };
}

pub(crate) use with_kinds;
