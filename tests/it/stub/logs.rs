//! CloudWatch Logs: JSON 1.1.

use super::{
    Account, Ask, Asked, Reply, Request, Service,
    account::{ACCOUNT, name},
    lambda::OWN,
    protocol::Protocol,
    quota::Quota,
    route,
};

pub(super) static SERVICE: Service = Service { name: "logs", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "logs", &["logGroupName", "logGroupIdentifier", "resourceArn"])
}

/// The CloudWatch Logs quotas page: each operation has its own.
fn quota(operation: &str) -> Quota {
    match operation {
        "DescribeLogGroups" => Quota::of("logs:DescribeLogGroups", 10),
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
        _ => return None,
    }))
}
