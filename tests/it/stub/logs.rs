//! CloudWatch Logs: JSON 1.1.

use std::{
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use super::{
    Account, Ask, Asked, Reply, Request, Service,
    account::{ACCOUNT, name},
    lambda::OWN,
    protocol::Protocol,
    quota::Quota,
    route,
};

/// The last thing that was logged; the same for as long as the tests run, so that an account read twice is the same.
static HOUR_AGO: LazyLock<u64> = LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() - 3600);

pub(super) static SERVICE: Service = Service { name: "logs", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "logs", &["logGroupName", "logGroupIdentifier", "resourceArn"])
}

/// The CloudWatch Logs quotas page: each operation has its own.
fn quota(operation: &str) -> Quota {
    match operation {
        "DescribeLogGroups" => Quota::of("logs:DescribeLogGroups", 10),
        "DescribeLogStreams" => Quota::of("logs:DescribeLogStreams", 25),
        "DescribeAccountPolicies" => Quota::of("logs:DescribeAccountPolicies", 5),
        "DescribeSubscriptionFilters" => Quota::of("logs:DescribeSubscriptionFilters", 5),
        "DescribeMetricFilters" => Quota::of("logs:DescribeMetricFilters", 5),
        "ListTagsForResource" => Quota::of("logs:ListTagsForResource", 5),
        "GetDataProtectionPolicy" => Quota::of("logs:GetDataProtectionPolicy", 5),
        _ => Quota::of("logs", 5),
    }
}

fn answer(ask: &Ask, account: &Account) -> Option<Reply> {
    Some(Reply::ok(match ask.operation.as_str() {
        "DescribeLogGroups" => {
            let page = ask.page(account.size.log_groups, 50, "limit", "nextToken");
            let group = |number| {
                let name = name(&OWN, "function", number);
                let arn = format!("arn:aws:logs:{}:{ACCOUNT}:log-group:/aws/lambda/{name}", ask.region);
                format!(r#"{{"logGroupName":"/aws/lambda/{name}","arn":"{arn}:*"}}"#)
            };
            format!("{{{}}}", page.json("logGroups", "nextToken", group))
        }
        // Every function but `mail` logs, and `orders` sends its errors on.
        "DescribeLogStreams" if ask.name.ends_with("/mail") => r#"{"logStreams":[]}"#.to_owned(),
        "DescribeLogStreams" => {
            let seconds = *HOUR_AGO;
            format!(r#"{{"logStreams":[{{"logStreamName":"new","lastEventTimestamp":{seconds}000}}]}}"#)
        }
        "DescribeSubscriptionFilters" if ask.name.ends_with("/orders") => {
            let destination = format!("arn:aws:kinesis:{}:{ACCOUNT}:stream/siem", ask.region);
            json!({ "subscriptionFilters": [{ "filterName": "siem", "logGroupName": ask.name, "filterPattern": "ERROR",
                "destinationArn": destination, "distribution": "ByLogStream" }] })
            .to_string()
        }
        "DescribeSubscriptionFilters" => r#"{"subscriptionFilters":[]}"#.to_owned(),
        "DescribeMetricFilters" => {
            let page = ask.page(1, 50, "limit", "nextToken");
            let filter = json!({ "filterName": "functions-changed", "logGroupName": "trail", "creationTime": 1_700_000_000_000_u64,
                "filterPattern": "{ $.eventSource = lambda.amazonaws.com }",
                "metricTransformations": [{ "metricName": "FunctionsChanged", "metricNamespace": "Security", "metricValue": "1" }] });
            format!("{{{}}}", page.json("metricFilters", "nextToken", |_| filter.to_string()))
        }
        "DescribeAccountPolicies" => {
            let statement = |sid: &str, operation: Value| json!({ "Sid": sid, "DataIdentifier": ["x"], "Operation": operation });
            let document = json!({ "Name": "account", "Version": "2021-06-01", "Statement": [
                statement("audit", json!({ "Audit": { "FindingsDestination": {} } })),
                statement("redact", json!({ "Deidentify": { "MaskConfig": {} } })),
            ] });
            json!({ "accountPolicies": [{ "policyName": "account", "policyDocument": document.to_string(), "scope": "ALL",
                "policyType": "DATA_PROTECTION_POLICY", "accountId": ACCOUNT }] })
            .to_string()
        }
        _ => return None,
    }))
}
