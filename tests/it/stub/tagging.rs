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

/// The type to filter by, where it is, and its class; without one it had tags once.
const TAGGED: &[(&str, &str, Option<&str>)] = &[
    ("apigateway", "/restapis/orders1", Some("internal")),
    ("dynamodb:table", "table/orders", Some("restricted")),
    ("elasticfilesystem:file-system", "file-system/fs-0002", Some("internal")),
    ("events:event-bus", "event-bus/orders", Some("internal")),
    ("kinesis:stream", "stream/clicks", Some("internal")),
    ("lambda:function", "function:orders", Some("restricted")),
    ("logs:log-group", "log-group:/aws/lambda/orders", Some("internal")),
    ("s3", "palisade-orders", Some("confidential")),
    ("s3", "palisade-copies", None),
    ("secretsmanager:secret", "secret:prod/db-AbCdEf", Some("restricted")),
    ("sns", "orders", Some("public")),
    ("sqs", "open", Some("internal")),
    ("ssm:parameter", "parameter/app/password", Some("restricted")),
    ("states:stateMachine", "stateMachine:checkout", Some("internal")),
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
        let (kind, resource, class) = tagged[number];
        let service = kind.split(':').next().unwrap_or_default();
        let (region, account) = match service {
            "s3" => ("", ""),
            "apigateway" => (ask.region.as_str(), ""),
            _ => (ask.region.as_str(), ACCOUNT),
        };
        let tags: Vec<_> = class.iter().map(|class| json!({ "Key": "data-class", "Value": class })).collect();
        json!({ "ResourceARN": format!("arn:aws:{service}:{region}:{account}:{resource}"), "Tags": tags }).to_string()
    });
    Some(Reply::ok(format!("{{{written}{last}}}")))
}
