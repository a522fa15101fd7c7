//! SNS: forms and XML.

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "sns", protocol: Protocol::Query, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::query(request, "sns", &["TopicArn"])
}

/// SNS endpoints and quotas: thirty a second for the lists.
fn quota(operation: &str) -> Quota {
    match operation {
        "ListTopics" => Quota::of("sns:ListTopics", 30),
        "ListSubscriptions" => Quota::of("sns:ListSubscriptions", 30),
        _ => Quota::of("sns", 30),
    }
}

const POLICY: &str = "{&quot;Version&quot;:&quot;2012-10-17&quot;,&quot;Statement&quot;:[{&quot;Effect&quot;:&quot;Allow&quot;,\
                      &quot;Principal&quot;:&quot;*&quot;,&quot;Action&quot;:&quot;sns:Publish&quot;}]}";

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let arn = |service: &str, resource: &str| format!("arn:aws:{service}:{}:{ACCOUNT}:{resource}", ask.region);
    let result = |name: &str, inner: String| {
        format!(
            "<{name}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\n  <{name}Result>\n{inner}  </{name}Result>\n  \
             <ResponseMetadata>\n    <RequestId>1</RequestId>\n  </ResponseMetadata>\n</{name}Response>\n"
        )
    };
    let list = |name: &str, members: &[String]| {
        let page = ask.page(members.len(), 100, "none", "NextToken");
        let next = page.next.as_ref().map_or_else(String::new, |token| format!("<NextToken>{token}</NextToken>\n"));
        let members: String = members[page.items].iter().map(|member| format!("      <member>{member}</member>\n")).collect();
        format!("    <{name}>\n{members}    </{name}>\n{next}")
    };
    let entry = |key: &str, value: &str| format!("<entry><key>{key}</key><value>{value}</value></entry>\n");
    Some(Reply::ok(match (ask.operation.as_str(), ask.name.rsplit(':').next()?) {
        ("ListTopics", _) => {
            let topics = ["orders", "plain"].map(|name| format!("<TopicArn>{}</TopicArn>", arn("sns", name)));
            result("ListTopics", list("Topics", &topics))
        }
        ("GetTopicAttributes", name) => {
            let mut entries = entry("TopicArn", &ask.name) + &entry("DisplayName", "");
            if name == "orders" {
                entries += &(entry("Policy", POLICY) + &entry("KmsMasterKeyId", "alias/orders"));
            }
            result("GetTopicAttributes", format!("    <Attributes>\n{entries}    </Attributes>\n"))
        }
        ("ListSubscriptions", _) => {
            let topic = arn("sns", "orders");
            let subscription = |protocol: &str, endpoint: &str, id: &str| {
                let arn = if id.is_empty() { "PendingConfirmation".to_owned() } else { format!("{topic}:{id}") };
                format!(
                    "<TopicArn>{topic}</TopicArn><Protocol>{protocol}</Protocol><SubscriptionArn>{arn}</SubscriptionArn>\
                     <Owner>{ACCOUNT}</Owner><Endpoint>{endpoint}</Endpoint>"
                )
            };
            let subscriptions = [
                subscription("lambda", &arn("lambda", "function:orders"), "1"),
                subscription("sqs", &arn("sqs", "open"), "2"),
                subscription("https", "https://hooks.example.com/T0/secret", "3"),
                subscription("sms", "+15550100", "4"),
                subscription("email", "jane.doe@example.com", ""),
                subscription("email", "john.doe@example.com", ""),
            ];
            result("ListSubscriptions", list("Subscriptions", &subscriptions))
        }
        _ => return None,
    }))
}
