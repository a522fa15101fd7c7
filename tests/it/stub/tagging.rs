//! Resource Groups Tagging API: JSON 1.1. What never had a tag is not listed.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "tagging", protocol: Protocol::Json11, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "tag", &[])
}

/// AWS publishes none.
fn quota(_: &str) -> Quota {
    Quota::of("tag", 10)
}

/// The type to filter by, where it is, and its tag; without one it had some once.
const TAGGED: &[(&str, &str, Option<(&str, &str)>)] = &[
    ("apigateway", "/restapis/orders1", Some(("data-class", "internal"))),
    ("dynamodb:table", "table/orders", Some(("data-class", "restricted"))),
    ("elasticfilesystem:file-system", "file-system/fs-0002", Some(("data-class", "internal"))),
    ("events:event-bus", "event-bus/orders", Some(("data-class", "internal"))),
    ("kinesis:stream", "stream/clicks", Some(("data-class", "internal"))),
    ("lambda:function", "function:orders", Some(("data-class", "restricted"))),
    ("logs:log-group", "log-group:/aws/lambda/orders", Some(("data-class", "internal"))),
    ("s3", "palisade-orders", Some(("data-class", "confidential"))),
    ("s3", "palisade-copies", None),
    ("secretsmanager:secret", "secret:prod/db-AbCdEf", Some(("data-class", "restricted"))),
    ("sns", "orders", Some(("data-class", "public"))),
    ("sqs", "open", Some(("data-class", "internal"))),
    ("ssm:parameter", "parameter/app/password", Some(("data-class", "restricted"))),
    ("states:stateMachine", "stateMachine:checkout", Some(("data-class", "internal"))),
];

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    if ask.operation != "GetResources" {
        return None;
    }
    let wanted: Vec<String> = serde_json::from_str(ask.parameter("ResourceTypeFilters").unwrap_or("[]")).ok()?;
    let tagged: Vec<_> = TAGGED.iter().filter(|(kind, ..)| wanted.is_empty() || wanted.iter().any(|wanted| wanted == kind)).collect();
    let page = ask.page(tagged.len(), 100, "ResourcesPerPage", "PaginationToken");
    let last = if page.next.is_none() { r#","PaginationToken":"""# } else { "" };
    let written = page.json("ResourceTagMappingList", "PaginationToken", |number| {
        let (kind, resource, tag) = tagged[number];
        let service = kind.split(':').next().unwrap_or_default();
        let (region, account) = match service {
            "s3" => ("", ""),
            "apigateway" => (ask.region.as_str(), ""),
            _ => (ask.region.as_str(), ACCOUNT),
        };
        let tags: Vec<_> = tag.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        json!({ "ResourceARN": format!("arn:aws:{service}:{region}:{account}:{resource}"), "Tags": tags }).to_string()
    });
    Some(Reply::ok(format!("{{{written}{last}}}")))
}
