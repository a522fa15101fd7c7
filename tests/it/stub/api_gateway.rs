//! API Gateway: paths and JSON, REST APIs and the newer ones side by side. One IAM action for all of it.

use serde_json::{Value, json};

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "apigateway", protocol: Protocol::RestJson, route, quota, answer };

const ROUTES: &[(&str, &str)] = &[
    ("GET /restapis", "GetRestApis"),
    ("GET /restapis/{}/resources", "GetResources"),
    ("GET /restapis/{}/stages", "GetStages"),
    ("GET /restapis/{}/requestvalidators", "GetRequestValidators"),
    ("GET /restapis/{}/authorizers", "GetAuthorizers"),
    ("GET /usageplans", "GetUsagePlans"),
    ("GET /domainnames", "GetDomainNames"),
    ("GET /domainnames/{}/basepathmappings", "GetBasePathMappings"),
    ("GET /v2/apis", "GetApis"),
    ("GET /v2/apis/{}/routes", "GetRoutes"),
    ("GET /v2/apis/{}/integrations", "GetIntegrations"),
    ("GET /v2/apis/{}/stages", "GetStages"),
    ("GET /v2/apis/{}/authorizers", "GetAuthorizers"),
    ("GET /v2/domainnames/{}/apimappings", "GetApiMappings"),
];

fn route(request: &Request) -> Option<Asked> {
    Some(route::rest(request, "apigateway", ROUTES)?.by("apigateway:GET"))
}

/// The API Gateway quotas page. That `GetResources` draws on both buckets is left out: here a request has one.
fn quota(operation: &str) -> Quota {
    match operation {
        "GetResources" => Quota { bucket: "apigateway:GetResources", rate: 2.5, burst: 5.0 },
        _ => Quota { bucket: "apigateway", rate: 10.0, burst: 40.0 },
    }
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    // Unless it is told otherwise, it writes hypertext, whose lists are elsewhere.
    if ask.request.header("accept") != Some("application/json") {
        return Some(Reply::ok(json!({ "_links": {}, "_embedded": {} }).to_string()));
    }
    let newer = ask.text.contains("/v2/");
    let items = match (ask.operation.as_str(), ask.name.as_str()) {
        ("GetRestApis", _) => rest_apis(),
        ("GetResources", "orders1") => resources(ask),
        ("GetResources", "inner1") => vec![json!({ "id": "root", "path": "/" })],
        ("GetRequestValidators", "orders1") => {
            vec![json!({ "id": "body", "name": "body", "validateRequestBody": true, "validateRequestParameters": false })]
        }
        ("GetAuthorizers", "orders1") => rest_authorizers(ask),
        // They are asked only where it is not known that nothing uses them.
        ("GetRequestValidators" | "GetAuthorizers", "inner1") | ("GetIntegrations", "chat1") => Vec::new(),
        ("GetStages", "orders1") => vec![rest_stage(ask)],
        ("GetStages", "inner1") => Vec::new(),
        ("GetUsagePlans", _) => usage_plans(),
        ("GetDomainNames", _) => domain_names(),
        // Not an empty list, but none.
        ("GetBasePathMappings", "bare.example.com") => return Some(Reply::ok("{}")),
        ("GetBasePathMappings", _) => vec![json!({ "basePath": "v1", "restApiId": "orders1", "stage": "live" })],
        ("GetApiMappings", _) => vec![json!({ "apiId": "shop1", "apiMappingId": "m", "apiMappingKey": "shop", "stage": "live" })],
        ("GetApis", _) => apis(),
        ("GetRoutes", "shop1") => shop_routes(),
        ("GetRoutes", "chat1") => chat_routes(),
        ("GetIntegrations", "shop1") => integrations(ask),
        ("GetAuthorizers", "shop1") => vec![json!({
            "authorizerId": "tokens", "authorizerType": "JWT", "name": "tokens", "identitySource": ["$request.header.Authorization"],
            "jwtConfiguration": { "issuer": "https://issuer.example.com", "audience": ["shop"] },
        })],
        ("GetAuthorizers", "chat1") => vec![json!({
            "authorizerId": "door", "authorizerType": "REQUEST", "name": "door", "identitySource": ["route.request.header.Auth"],
            "authorizerUri": invoke(ask, "door"),
        })],
        ("GetStages", "shop1") => vec![shop_stage(ask)],
        ("GetStages", "chat1") => vec![json!({
            "stageName": "live", "autoDeploy": false, "stageVariables": {}, "routeSettings": {}, "tags": {},
            "defaultRouteSettings": { "dataTraceEnabled": true, "detailedMetricsEnabled": false, "loggingLevel": "INFO" },
        })],
        _ => return None,
    };
    let (list, token, limit) = if newer { ("items", "nextToken", "maxResults") } else { ("item", "position", "limit") };
    let page = ask.page(items.len(), if newer { 25 } else { 500 }, limit, token);
    Some(Reply::ok(format!("{{{}}}", page.json(list, token, |number| items[number].to_string()))))
}

fn function(ask: &Ask, name: &str) -> String {
    format!("arn:aws:lambda:{}:{ACCOUNT}:function:{name}", ask.region)
}

fn invoke(ask: &Ask, name: &str) -> String {
    format!("arn:aws:apigateway:{}:lambda:path/2015-03-31/functions/{}/invocations", ask.region, function(ask, name))
}

fn rest_apis() -> Vec<Value> {
    // As AWS writes it: what stands between the quotes of a JSON text.
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*" }] });
    let policy = policy.to_string().replace('"', "\\\"");
    vec![
        json!({
            "id": "orders1", "name": "orders", "createdDate": 1_767_225_600, "apiKeySource": "AUTHORIZER", "disableExecuteApiEndpoint": false,
            "endpointConfiguration": { "types": ["REGIONAL"], "ipAddressType": "ipv4" }, "policy": policy, "tags": { "team": "shop" },
            "securityPolicy": "SecurityPolicy_TLS13_1_2_2021_06", "rootResourceId": "root",
        }),
        json!({
            "id": "inner1", "name": "inner", "createdDate": 1_767_225_600, "apiKeySource": "HEADER", "disableExecuteApiEndpoint": true,
            "endpointConfiguration": { "types": ["PRIVATE"], "vpcEndpointIds": ["vpce-0a1"], "ipAddressType": "dualstack" },
        }),
    ]
}

fn resources(ask: &Ask) -> Vec<Value> {
    let methods = json!({
        "POST": {
            "httpMethod": "POST", "authorizationType": "NONE", "apiKeyRequired": true, "requestValidatorId": "body",
            "requestModels": { "application/json": "Order" }, "requestParameters": { "method.request.querystring.shop": true },
            "methodIntegration": { "type": "AWS_PROXY", "httpMethod": "POST", "uri": invoke(ask, "orders"), "timeoutInMillis": 20_000 },
        },
        "GET": {
            "httpMethod": "GET", "authorizationType": "CUSTOM", "authorizerId": "gate", "apiKeyRequired": false,
            "methodIntegration": { "type": "AWS_PROXY", "httpMethod": "POST", "uri": invoke(ask, "orders"), "timeoutInMillis": 29_000 },
        },
        "PUT": {
            "httpMethod": "PUT", "authorizationType": "COGNITO_USER_POOLS", "authorizerId": "customers", "apiKeyRequired": false,
            "methodIntegration": {
                "type": "AWS", "httpMethod": "POST", "uri": format!("arn:aws:apigateway:{}:states:action/StartExecution", ask.region),
            },
        },
        "OPTIONS": {
            "httpMethod": "OPTIONS", "authorizationType": "NONE", "apiKeyRequired": false,
            "methodIntegration": { "type": "MOCK", "requestTemplates": { "application/json": "{\"statusCode\": 200}" } },
        },
    });
    // Only whoever asks for them gets them.
    let embedded = ask.parameter("embed") == Some("methods");
    let methods = if embedded { methods } else { json!({ "POST": {}, "GET": {}, "PUT": {}, "OPTIONS": {} }) };
    vec![
        json!({ "id": "root", "path": "/" }),
        json!({ "id": "r1", "parentId": "root", "pathPart": "orders", "path": "/orders", "resourceMethods": methods }),
    ]
}

fn rest_authorizers(ask: &Ask) -> Vec<Value> {
    vec![
        json!({
            "id": "gate", "name": "gate", "type": "REQUEST", "authType": "custom", "authorizerUri": invoke(ask, "gate"),
            "identitySource": "method.request.header.Auth,context.path", "authorizerResultTtlInSeconds": 300,
        }),
        json!({
            "id": "customers", "name": "customers", "type": "COGNITO_USER_POOLS", "authType": "cognito_user_pools",
            "providerARNs": [format!("arn:aws:cognito-idp:{}:{ACCOUNT}:userpool/{}_customers", ask.region, ask.region)],
            "identitySource": "method.request.header.Authorization",
        }),
    ]
}

fn rest_stage(ask: &Ask) -> Value {
    json!({
        "deploymentId": "d1", "stageName": "live", "cacheClusterEnabled": true, "cacheClusterSize": "0.5", "tracingEnabled": true,
        "cacheClusterStatus": "AVAILABLE", "clientCertificateId": "cert-1", "createdDate": 1_767_225_600, "lastUpdatedDate": 1_767_225_600,
        "webAclArn": format!("arn:aws:wafv2:{}:{ACCOUNT}:regional/webacl/front/1", ask.region),
        "accessLogSettings": {
            "format": "$context.requestId", "destinationArn": format!("arn:aws:logs:{}:{ACCOUNT}:log-group:access", ask.region),
        },
        "methodSettings": { "*/*": {
            "metricsEnabled": false, "loggingLevel": "INFO", "dataTraceEnabled": true, "throttlingBurstLimit": 20,
            "throttlingRateLimit": 50.0, "cachingEnabled": true, "cacheTtlInSeconds": 300, "cacheDataEncrypted": false,
            "requireAuthorizationForCacheControl": true, "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
        } },
        "variables": { "DB_PASSWORD": "correct-horse-battery", "LOG_LEVEL": "info" },
        "canarySettings": {
            "percentTraffic": 5.0, "deploymentId": "d1", "stageVariableOverrides": { "DB_PASSWORD": "staple-horse-battery" },
        },
    })
}

fn usage_plans() -> Vec<Value> {
    vec![json!({
        "id": "gold1", "name": "gold", "throttle": { "rateLimit": 5.0, "burstLimit": 10 }, "quota": { "limit": 100, "period": "DAY", "offset": 0 },
        "apiStages": [{ "apiId": "orders1", "stage": "live", "throttle": { "/orders/POST": { "rateLimit": 2.0, "burstLimit": 1 } } }],
    })]
}

fn domain_names() -> Vec<Value> {
    vec![
        json!({
            "domainName": "edge.example.com", "endpointConfiguration": { "types": ["EDGE"] }, "securityPolicy": "TLS_1_0",
            "domainNameStatus": "AVAILABLE", "distributionDomainName": "d1.cloudfront.net",
        }),
        json!({
            "domainName": "api.example.com", "endpointConfiguration": { "types": ["REGIONAL"] }, "securityPolicy": "TLS_1_2",
            "domainNameStatus": "AVAILABLE", "mutualTlsAuthentication": { "truststoreUri": "s3://trust/ca.pem" },
            "routingMode": "BASE_PATH_MAPPING_ONLY",
        }),
        json!({
            "domainName": "bare.example.com", "endpointConfiguration": { "types": ["EDGE"] }, "securityPolicy": "TLS_1_2",
            "domainNameStatus": "AVAILABLE",
        }),
    ]
}

fn apis() -> Vec<Value> {
    vec![
        json!({
            "apiId": "shop1", "name": "shop", "protocolType": "HTTP", "disableExecuteApiEndpoint": true, "tags": { "team": "shop" },
            "routeSelectionExpression": "$request.method $request.path", "createdDate": "2026-01-01T00:00:00Z",
            "corsConfiguration": { "allowOrigins": ["*"], "allowMethods": ["GET"], "allowCredentials": false },
        }),
        json!({
            "apiId": "chat1", "name": "chat", "protocolType": "WEBSOCKET", "disableExecuteApiEndpoint": false,
            "routeSelectionExpression": "$request.body.action", "createdDate": "2026-01-01T00:00:00Z",
        }),
    ]
}

fn shop_routes() -> Vec<Value> {
    vec![
        json!({
            "routeId": "get", "routeKey": "GET /orders", "authorizationType": "NONE", "apiKeyRequired": false, "target": "integrations/lambda1",
        }),
        json!({
            "routeId": "post", "routeKey": "POST /orders", "authorizationType": "JWT", "authorizerId": "tokens", "apiKeyRequired": false,
            "authorizationScopes": [], "target": "integrations/queue1",
        }),
    ]
}

fn chat_routes() -> Vec<Value> {
    vec![
        json!({
            "routeId": "connect", "routeKey": "$connect", "authorizationType": "CUSTOM", "authorizerId": "door", "apiKeyRequired": true,
        }),
        json!({
            "routeId": "send", "routeKey": "send", "authorizationType": "NONE", "apiKeyRequired": false, "requestModels": { "model": "Message" },
            "requestParameters": { "route.request.querystring.room": { "required": true } },
        }),
    ]
}

fn integrations(ask: &Ask) -> Vec<Value> {
    vec![
        json!({
            "integrationId": "lambda1", "integrationType": "AWS_PROXY", "integrationUri": function(ask, "orders"), "connectionType": "INTERNET",
            "integrationMethod": "POST", "payloadFormatVersion": "2.0", "timeoutInMillis": 9000,
        }),
        json!({
            "integrationId": "queue1", "integrationType": "AWS_PROXY", "integrationSubtype": "SQS-SendMessage", "connectionType": "INTERNET",
            "payloadFormatVersion": "1.0", "timeoutInMillis": 30_000, "credentialsArn": format!("arn:aws:iam::{ACCOUNT}:role/api"),
        }),
    ]
}

fn shop_stage(ask: &Ask) -> Value {
    json!({
        "stageName": "live", "autoDeploy": true, "createdDate": "2026-01-01T00:00:00Z", "tags": {},
        "stageVariables": { "DB_PASSWORD": "correct-horse-battery" },
        "accessLogSettings": {
            "format": "$context.requestId", "destinationArn": format!("arn:aws:logs:{}:{ACCOUNT}:log-group:access", ask.region),
        },
        "defaultRouteSettings": { "detailedMetricsEnabled": false, "throttlingBurstLimit": 20, "throttlingRateLimit": 50.0 },
        "routeSettings": { "GET /orders": { "detailedMetricsEnabled": false, "throttlingBurstLimit": 2, "throttlingRateLimit": 5.0 } },
    })
}
