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
            }
            regional facts {
                /// The account's Lambda limits.
                lambda_settings: LambdaSettings of LambdaSettings, "lambda" "account-settings";
                /// The data protection policy of all log groups.
                account_data_protection: AccountDataProtection of Option<AccountDataProtection>, "logs" "account-policy:data-protection";
                /// How X-Ray encrypts traces.
                trace_encryption: TraceEncryption of TraceEncryption, "xray" "encryption-config";
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
            }
        }
    };
}

pub(crate) use with_kinds;
