//! What a role needs for how its functions are configured: what Lambda itself does as the role.

use crate::model::{Arn, EventSourceMapping, Function, Gap};

/// Something that Lambda does as the role, by a function's configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed {
    /// The action.
    pub action: &'static str,
    /// The resource; `*` for actions that know none.
    pub resource: String,
    /// What of the configuration asks for it.
    pub reason: &'static str,
}

/// What `function` needs of its role, with those of its `mappings` that are known; and why there may be more.
pub fn needed(function: &Function, mappings: &[&EventSourceMapping]) -> (Vec<Needed>, Vec<Gap>) {
    let mut found = Vec::new();
    let mut gaps = Vec::new();
    let arn = &function.arn;
    let mut need = |actions: &[&'static str], resource: &str, reason: &'static str| {
        found.extend(actions.iter().map(|action| Needed { action, resource: resource.to_owned(), reason }));
    };
    match function.log_group().known() {
        Ok(group) => {
            let group = Arn::build(arn.partition(), "logs", arn.region(), arn.account(), &format!("log-group:{group}"));
            need(&["logs:CreateLogGroup"], group.as_str(), "its log group");
            need(&["logs:CreateLogStream", "logs:PutLogEvents"], &format!("{group}:*"), "its log group");
        }
        Err(gap) => gaps.push(gap.clone()),
    }
    for mapping in mappings {
        if let Some(source) = &mapping.source {
            match source.service() {
                "sqs" => {
                    let read = &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
                    need(read, source.as_str(), "an event source mapping");
                }
                "kinesis" => {
                    let read = &[
                        "kinesis:DescribeStream",
                        "kinesis:DescribeStreamSummary",
                        "kinesis:GetRecords",
                        "kinesis:GetShardIterator",
                        "kinesis:ListShards",
                    ];
                    need(read, source.as_str(), "an event source mapping");
                    need(&["kinesis:ListStreams"], "*", "an event source mapping");
                }
                "dynamodb" => {
                    let read = &["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
                    need(read, source.as_str(), "an event source mapping");
                    need(&["dynamodb:ListStreams"], "*", "an event source mapping");
                }
                "kafka" => {
                    need(
                        &["kafka:DescribeCluster", "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"],
                        source.as_str(),
                        "an event source mapping",
                    );
                }
                _ => {}
            }
        }
        if let Some(target) = &mapping.on_failure {
            send(target, "a destination of failed batches", &mut need);
        }
        if let Some(key) = &mapping.kms_key {
            need(&["kms:Decrypt"], key.as_str(), "the key of an event source mapping's filters");
        }
    }
    if let Some(target) = &function.dead_letter {
        send(target, "its dead-letter queue", &mut need);
    }
    match function.event_invoke.known() {
        Ok(configs) => {
            for target in configs.iter().flat_map(|config| [&config.on_success, &config.on_failure]).flatten() {
                send(target, "a destination of asynchronous invocations", &mut need);
            }
        }
        Err(gap) => gaps.push(gap.clone()),
    }
    if function.vpc.is_some() {
        let interfaces = &[
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ];
        need(interfaces, "*", "its network interfaces");
    }
    if function.tracing_active {
        need(&["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*", "active tracing");
    }
    if let Some(key) = &function.kms_key {
        need(&["kms:Decrypt"], key.as_str(), "the key of its environment");
    }
    for system in &function.file_systems {
        if system.arn.service() == "elasticfilesystem" {
            need(&["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], system.arn.as_str(), "its file system");
        }
    }
    found.sort();
    found.dedup();
    (found, gaps)
}

fn send(target: &Arn, reason: &'static str, need: &mut impl FnMut(&[&'static str], &str, &'static str)) {
    let action = match target.service() {
        "sqs" => "sqs:SendMessage",
        "sns" => "sns:Publish",
        "lambda" => "lambda:InvokeFunction",
        "events" => "events:PutEvents",
        "s3" => return need(&["s3:PutObject"], &format!("{target}/*"), reason),
        _ => return,
    };
    need(&[action], target.as_str(), reason);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{checks::testing::function, iam::Catalog};

    #[test]
    fn the_configuration_says_what_is_needed() {
        let mut orders = function("orders");
        orders.dead_letter = Some(Arn::new("arn:aws:sqs:eu-west-1:123456789012:dead"));
        orders.kms_key = Some(Arn::new("arn:aws:kms:eu-west-1:123456789012:key/k"));
        let mut mapping =
            EventSourceMapping::new(Arn::new("arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:1"), "1", orders.arn.clone());
        mapping.source = Some(Arn::new("arn:aws:sqs:eu-west-1:123456789012:in"));
        let (found, gaps) = needed(&orders, &[&mapping]);
        let told: Vec<(&str, &str)> =
            found.iter().map(|needed| (needed.action, needed.resource.rsplit(':').next().unwrap_or_default())).collect();
        assert_eq!(
            told,
            [
                ("kms:Decrypt", "key/k"),
                ("logs:CreateLogGroup", "/aws/lambda/orders"),
                ("logs:CreateLogStream", "*"),
                ("logs:PutLogEvents", "*"),
                ("sqs:DeleteMessage", "in"),
                ("sqs:GetQueueAttributes", "in"),
                ("sqs:ReceiveMessage", "in"),
                ("sqs:SendMessage", "dead"),
                ("xray:PutTelemetryRecords", "*"),
                ("xray:PutTraceSegments", "*"),
            ]
        );
        assert!(gaps.is_empty() && found.iter().all(|needed| Catalog::embedded().is_known(needed.action)));
        let unread = Function::new(orders.arn, orders.role);
        assert_eq!(needed(&unread, &[]).1.len(), 2, "log group and destinations");
    }
}
