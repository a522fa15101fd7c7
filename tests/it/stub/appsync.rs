//! AppSync: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "appsync", protocol: Protocol::RestJson, route, quota, answer };

const ROUTES: &[(&str, &str)] = &[("GET /v1/apis", "ListGraphqlApis"), ("GET /v1/apis/{}/datasources", "ListDataSources")];

fn route(request: &Request) -> Option<Asked> {
    route::rest(request, "appsync", ROUTES)
}

/// AppSync publishes none for these.
fn quota(_: &str) -> Quota {
    Quota::of("appsync", 20)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let arn = |service: &str, resource: &str| format!("arn:aws:{service}:{}:{ACCOUNT}:{resource}", ask.region);
    let role = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let (list, items) = match (ask.operation.as_str(), ask.name.as_str()) {
        ("ListGraphqlApis", _) => (
            "graphqlApis",
            vec![json!({
                "apiId": "shop1", "arn": arn("appsync", "apis/shop1"), "name": "shop", "authenticationType": "API_KEY", "apiType": "GRAPHQL",
                "additionalAuthenticationProviders": [
                    { "authenticationType": "AWS_LAMBDA", "lambdaAuthorizerConfig": { "authorizerUri": arn("lambda", "function:gate") } }],
                "logConfig": { "fieldLogLevel": "ALL", "cloudWatchLogsRoleArn": role("logs"), "excludeVerboseContent": false },
                "xrayEnabled": true, "visibility": "PRIVATE", "wafWebAclArn": arn("wafv2", "regional/webacl/graph/1"),
                "introspectionConfig": "ENABLED", "queryDepthLimit": 0, "resolverCountLimit": 0, "owner": ACCOUNT,
            })],
        ),
        ("ListDataSources", "shop1") => (
            "dataSources",
            vec![
                json!({
                    "name": "orders", "type": "AWS_LAMBDA", "dataSourceArn": arn("appsync", "apis/shop1/datasources/orders"),
                    "lambdaConfig": { "lambdaFunctionArn": arn("lambda", "function:orders") }, "serviceRoleArn": role("graph"),
                }),
                json!({ "name": "none", "type": "NONE", "dataSourceArn": arn("appsync", "apis/shop1/datasources/none") }),
            ],
        ),
        _ => return None,
    };
    let page = ask.page(items.len(), 25, "maxResults", "nextToken");
    Some(Reply::ok(format!("{{{}}}", page.json(list, "nextToken", |number| items[number].to_string()))))
}
