//! Lambda Web Functions, which are signed for as Lambda: one with an open endpoint and one that is open in one Region.

use super::{Ask, Reply, account::ACCOUNT};

pub(super) const ROUTES: &[(&str, &str)] = &[
    ("POST /2025-03-07/web-functions", "ListWebFunctions"),
    ("POST /2025-03-07/web-functions/{}/list-endpoints", "ListWebFunctionEndpoints"),
    ("GET /2025-03-07/web-functions/*/endpoints/{}", "GetWebFunctionEndpoint"),
    ("GET /2025-03-07/resource-policy/{+}", "GetResourcePolicy"),
];

pub(super) fn answer(ask: &Ask) -> Option<Reply> {
    let arn = format!("arn:aws:lambda:{}:{ACCOUNT}:web-function/shop", ask.region);
    let endpoint = |name: &str, kind: &str, more: &str| {
        format!(
            r#"{{"endpointArn":"{arn}/endpoint/{name}","endpointName":"{name}","endpointType":"{kind}","domainName":"{name}.example",
            "autoDeploymentMode":"Enabled","revisionWeights":[],"state":"Active","stateReason":"","createdAt":1790000000,
            "updatedAt":1790000000,{more}}}"#
        )
    };
    let own = r#""authType":"IamAuth","regions":["eu-west-1","us-east-1"],"throttleConfig":{"rateLimit":100},"scalingConfig":{"maxEnvironments":5}"#;
    Some(Reply::ok(match ask.operation.as_str() {
        "ListWebFunctions" => format!(
            r#"{{"functions":[{{"functionName":"shop","functionArn":"{arn}","state":"Active","stateReason":"","createdAt":1790000000,
            "updatedAt":1790000000}}]}}"#
        ),
        "ListWebFunctionEndpoints" => format!(
            r#"{{"endpoints":[{},{}]}}"#,
            endpoint("open", "HomeRegion", r#""authType":"ApplicationManaged","regions":["eu-west-1"]"#),
            endpoint("split", "PerRegion", own)
        ),
        "GetWebFunctionEndpoint" => {
            let regional = r#""regionalEndpoints":{"us-east-1":{"domainName":"us.example","authType":"ApplicationManaged","revisionWeights":[],
                "state":"Active","stateReason":""}}"#;
            endpoint("split", "PerRegion", &format!(r#""functionArn":"{arn}",{own},{regional}"#))
        }
        "GetResourcePolicy" => serde_json::json!({
            "Policy": format!(r#"{{"Statement":[{{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeWebFunctionEndpoint","Resource":"{arn}/endpoint/*"}}]}}"#),
            "RevisionId": "1",
        })
        .to_string(),
        _ => return None,
    }))
}
