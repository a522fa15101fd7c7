//! Step Functions: JSON 1.0.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "states", protocol: Protocol::Json10, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "states", &["stateMachineArn"])
}

/// "Quotas related to API action throttling": refills a second.
fn quota(operation: &str) -> Quota {
    match operation {
        "ListStateMachines" => Quota::of("states:ListStateMachines", 5),
        _ => Quota::of("states:DescribeStateMachine", 20),
    }
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const MACHINES: [(&str, &str); 2] = [("checkout", "EXPRESS"), ("plain", "STANDARD")];
    let arn = |service: &str, resource: &str| format!("arn:aws:{service}:{}:{ACCOUNT}:{resource}", ask.region);
    let machine = |number: usize| {
        let (name, kind) = MACHINES[number];
        json!({ "stateMachineArn": arn("states", &format!("stateMachine:{name}")), "name": name, "type": kind, "creationDate": 1.7e9 })
    };
    Some(Reply::ok(match (ask.operation.as_str(), ask.name.rsplit(':').next()?) {
        ("ListStateMachines", _) => {
            let page = ask.page(MACHINES.len(), 1000, "maxResults", "nextToken");
            format!("{{{}}}", page.json("stateMachines", "nextToken", |number| machine(number).to_string()))
        }
        ("DescribeStateMachine", name) => {
            let number = MACHINES.iter().position(|(known, _)| *known == name)?;
            let mut machine = machine(number);
            machine["status"] = "ACTIVE".into();
            machine["roleArn"] = format!("arn:aws:iam::{ACCOUNT}:role/states").into();
            machine["definition"] = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#.into();
            machine["loggingConfiguration"] = json!({ "level": "OFF", "includeExecutionData": false });
            machine["tracingConfiguration"] = json!({ "enabled": false });
            machine["encryptionConfiguration"] = json!({ "type": "AWS_OWNED_KEY" });
            if name == "checkout" {
                let states = json!({ "StartAt": "A", "States": {
                    "A": { "Type": "Task", "Resource": arn("lambda", "function:orders:live"), "Next": "B" },
                    "B": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                        "Parameters": { "FunctionName": "mail", "Payload": { "db_password": "S3cr3t-Hunter2" } } } } });
                machine["definition"] = states.to_string().into();
                machine["loggingConfiguration"] = json!({ "level": "ALL", "includeExecutionData": true, "destinations": [
                    { "cloudWatchLogsLogGroup": { "logGroupArn": arn("logs", "log-group:/aws/states/checkout:*") } }] });
                machine["tracingConfiguration"] = json!({ "enabled": true });
                machine["encryptionConfiguration"] = json!({ "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/checkout",
                    "kmsDataKeyReusePeriodSeconds": 300 });
            }
            machine.to_string()
        }
        _ => return None,
    }))
}
