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
                /// Cognito identity pools.
                identity_pools: IdentityPools of IdentityPool, "cognito-identity:ListIdentityPools", "cognito-identity" "identitypool/*";
            }
            regional facts {
                /// The account's Lambda limits.
                lambda_settings: LambdaSettings of LambdaSettings, "lambda" "account-settings";
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
