//! Lambda: paths and JSON.

use super::{
    Account, Ask, Asked, Reply, Request, Service,
    account::{ACCOUNT, name, number},
    microvms,
    protocol::Protocol,
    quota::Quota,
    route, web_functions,
};
use crate::endpoint::REGION;

pub(super) static SERVICE: Service = Service { name: "lambda", protocol: Protocol::RestJson, route, quota, answer };

/// The first functions.
pub(super) const OWN: [&str; 2] = ["orders", "mail"];

const ROUTES: &[(&str, &str)] = &[
    ("GET /2015-03-31/functions", "ListFunctions"),
    ("GET /2015-03-31/functions/{}", "GetFunction"),
    ("GET /2015-03-31/functions/{}/policy", "GetPolicy"),
    ("GET /2015-03-31/functions/{}/aliases", "ListAliases"),
    ("GET /2015-03-31/functions/{}/versions", "ListVersionsByFunction"),
    ("GET /2021-10-31/functions/{}/urls", "ListFunctionUrlConfigs"),
    ("GET /2021-07-20/functions/{}/runtime-management-config", "GetRuntimeManagementConfig"),
    ("GET /2024-08-31/functions/{}/recursion-config", "GetFunctionRecursionConfig"),
    ("GET /2019-09-25/functions/{}/event-invoke-config/list", "ListFunctionEventInvokeConfigs"),
    ("GET /2025-11-30/functions/{}/function-scaling-config", "GetFunctionScalingConfig"),
    ("GET /2025-11-30/capacity-providers", "ListCapacityProviders"),
    ("GET /2015-03-31/event-source-mappings", "ListEventSourceMappings"),
    ("GET /2018-10-31/layers", "ListLayers"),
    ("GET /2018-10-31/layers/{}/versions/*/policy", "GetLayerVersionPolicy"),
    ("GET /2020-04-22/code-signing-configs", "ListCodeSigningConfigs"),
    ("GET /2020-04-22/code-signing-configs/{}/functions", "ListFunctionsByCodeSigningConfig"),
    ("GET /2016-08-19/account-settings", "GetAccountSettings"),
];

fn route(request: &Request) -> Option<Asked> {
    // MicroVMs and Web Functions are signed for as Lambda.
    let asked = [ROUTES, microvms::ROUTES, web_functions::ROUTES].into_iter().find_map(|routes| route::rest(request, "lambda", routes))?;
    Some(asked.also("GetFunction", "lambda:ListTags"))
}

/// The Lambda quotas page: `GetFunction` and `GetPolicy` have their own, all others of the control plane share one.
fn quota(operation: &str) -> Quota {
    match operation {
        "GetFunction" => Quota::of("lambda:GetFunction", 100),
        "GetPolicy" => Quota::of("lambda:GetPolicy", 15),
        _ => Quota::of("lambda", 15),
    }
}

fn answer(ask: &Ask, account: &Account) -> Option<Reply> {
    let arn = |resource: &str| format!("arn:aws:lambda:{}:{ACCOUNT}:{resource}", ask.region);
    let size = account.size;
    // Functions that only a test's own list has are like the first one.
    let asked = match ask.name.strip_prefix("function-") {
        Some(_) => number(&OWN, &ask.name, size.functions),
        None => number(&OWN, &ask.name, OWN.len()).or(Some(0)),
    };
    let of_function = |body: &dyn Fn(usize) -> String| {
        Some(asked.map_or_else(|| Reply::error(404, "ResourceNotFoundException"), |number| Reply::ok(body(number))))
    };
    Some(Reply::ok(match ask.operation.as_str() {
        "ListFunctions" => {
            let page = ask.page(size.functions, 50, "MaxItems", "Marker");
            let listed = |number| format!("{{{}}}", configuration(&ask.region, account, &name(&OWN, "function", number), number));
            format!("{{{}}}", page.json("Functions", "NextMarker", listed))
        }
        "GetFunction" => {
            let tags = if ask.lacks("lambda:ListTags") {
                r#""TagsError":{"ErrorCode":"AccessDeniedException","Message":"not authorized to perform: lambda:ListTags"}"#
            } else {
                r#""Tags":{"team":"shop"}"#
            };
            return of_function(&|number| {
                let configuration = configuration(&ask.region, account, &ask.name, number);
                format!(r#"{{"Configuration":{{{configuration},{STATE}}},"Code":{{"RepositoryType":"S3","Location":"https://x"}},{tags}}}"#)
            });
        }
        "GetPolicy" => {
            return match asked.filter(|number| *number >= OWN.len() && number.is_multiple_of(3)) {
                Some(number) if ask.parameter("Qualifier").is_none() => Some(Reply::ok(policy(&arn("function"), number))),
                _ => Some(Reply::error(404, "ResourceNotFoundException")),
            };
        }
        "GetLayerVersionPolicy" => return Some(Reply::error(404, "ResourceNotFoundException")),
        "ListAliases" => return of_function(&|_| r#"{"Aliases":[{"Name":"live","FunctionVersion":"1"}]}"#.to_owned()),
        "ListVersionsByFunction" => return of_function(&|_| r#"{"Versions":[{"Version":"$LATEST"},{"Version":"1"}]}"#.to_owned()),
        "ListFunctionUrlConfigs" => return of_function(&|_| r#"{"FunctionUrlConfigs":[]}"#.to_owned()),
        "GetRuntimeManagementConfig" => return of_function(&|_| r#"{"UpdateRuntimeOn":"Auto"}"#.to_owned()),
        "GetFunctionRecursionConfig" => return of_function(&|_| r#"{"RecursiveLoop":"Terminate"}"#.to_owned()),
        "ListFunctionEventInvokeConfigs" => return of_function(&|_| r#"{"FunctionEventInvokeConfigs":[]}"#.to_owned()),
        "GetFunctionScalingConfig" => {
            return of_function(&|_| {
                r#"{"AppliedFunctionScalingConfig":{"MinExecutionEnvironments":2,"MaxExecutionEnvironments":40}}"#.to_owned()
            });
        }
        "ListCapacityProviders" => r#"{"CapacityProviders":[]}"#.to_owned(),
        "ListEventSourceMappings" => {
            let page = ask.page(size.mappings, 100, "MaxItems", "Marker");
            let mapping = |number| {
                format!(
                    r#"{{"UUID":"{number:08x}-0000-4000-8000-000000000000","FunctionArn":"{}","State":"Enabled",
                    "EventSourceArn":"arn:aws:sqs:{}:{ACCOUNT}:queue-{number:06}","BatchSize":10}}"#,
                    arn(&format!("function:{}", name(&OWN, "function", number))),
                    ask.region
                )
            };
            format!("{{{}}}", page.json("EventSourceMappings", "NextMarker", mapping))
        }
        "ListLayers" => {
            let layer = arn("layer:tools");
            format!(
                r#"{{"Layers":[{{"LayerName":"tools","LayerArn":"{layer}","LatestMatchingVersion":{{"LayerVersionArn":"{layer}:4","Version":4}}}}]}}"#
            )
        }
        "ListCodeSigningConfigs" => format!(
            r#"{{"CodeSigningConfigs":[{{"CodeSigningConfigId":"csc-1","CodeSigningConfigArn":"{}","LastModified":"2026-01-01T00:00:00Z",
            "AllowedPublishers":{{"SigningProfileVersionArns":[]}},"CodeSigningPolicies":{{"UntrustedArtifactOnDeployment":"Enforce"}}}}]}}"#,
            arn("code-signing-config:csc-1")
        ),
        "ListFunctionsByCodeSigningConfig" => r#"{"FunctionArns":[]}"#.to_owned(),
        "GetAccountSettings" => {
            r#"{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":900},"AccountUsage":{}}"#.to_owned()
        }
        _ => return microvms::answer(ask).or_else(|| web_functions::answer(ask)),
    }))
}

/// What only `GetFunction` says.
const STATE: &str = r#""State":"Active","LastUpdateStatus":"Successful""#;

/// The members of a function's configuration, as `ListFunctions` writes them.
fn configuration(region: &str, account: &Account, own: &str, number: usize) -> String {
    let role = name(&super::iam::OWN, "role", number.checked_rem(account.size.roles).unwrap_or(0));
    let role = if number < OWN.len() { super::iam::OWN[0] } else { &role };
    let changes = account.changes(number);
    let environment = if number < OWN.len() {
        ""
    } else {
        r#""Environment":{"Variables":{"TABLE_NAME":"orders","LOG_LEVEL":"info","API_BASE":"https://api.example.com/v1","STAGE":"production"}},
        "Description":"Handles what the other services send it","Layers":[],"Version":"$LATEST","EphemeralStorage":{"Size":512},"#
    };
    format!(
        r#""FunctionName":"{own}","FunctionArn":"arn:aws:lambda:{region}:{ACCOUNT}:function:{own}","Role":"arn:aws:iam::{ACCOUNT}:role/{role}",
        "Runtime":"python3.13","PackageType":"Zip","Handler":"main.handler","MemorySize":256,"Timeout":10,"Architectures":["arm64"],{environment}
        "LastModified":"2026-11-01T10:{:02}:00.000+0000","RevisionId":"{changes:08x}-0000-4000-8000-{number:012x}",
        "CodeSize":1024,"CodeSha256":"{number:032x}{changes:08x}","LoggingConfig":{{"LogFormat":"JSON","LogGroup":"/aws/lambda/{own}"}},
        "TracingConfig":{{"Mode":"Active"}}"#,
        changes % 60
    )
}

fn policy(functions: &str, number: usize) -> String {
    let arn = format!("{functions}:{}", name(&OWN, "function", number));
    let policy = format!(
        r#"{{"Version":"2012-10-17","Id":"default","Statement":[{{"Sid":"rule","Effect":"Allow","Principal":{{"Service":"events.amazonaws.com"}},"Action":"lambda:InvokeFunction","Resource":"{arn}","Condition":{{"StringEquals":{{"AWS:SourceAccount":"{ACCOUNT}"}}}}}}]}}"#
    );
    serde_json::json!({"Policy": policy, "RevisionId": format!("{number:012x}")}).to_string()
}

/// A function as `GetFunction` writes it.
pub(crate) fn function(name: &str) -> String {
    let number = number(&OWN, name, OWN.len()).unwrap_or(0);
    format!("{{{},{STATE}}}", configuration(REGION, &Account::default(), name, number))
}
