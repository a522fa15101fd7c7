//! EventBridge Scheduler: paths and JSON.

use serde_json::json;

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "scheduler", protocol: Protocol::RestJson, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    let routes =
        [("GET /schedules", "ListSchedules"), ("GET /schedules/{}", "GetSchedule"), ("GET /schedule-groups", "ListScheduleGroups")];
    route::rest(request, "scheduler", &routes)
}

/// Adjustable, and different in each Region.
fn quota(_: &str) -> Quota {
    Quota::of("scheduler", 50)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const SCHEDULES: [(&str, &str); 2] = [("default", "plain"), ("nightly", "report")];
    let arn = |service: &str, resource: &str| format!("arn:aws:{service}:{}:{ACCOUNT}:{resource}", ask.region);
    let target = |name: &str| match name {
        "plain" => "arn:aws:scheduler:::aws-sdk:lambda:invoke".to_owned(),
        _ => arn("lambda", "function:report"),
    };
    let role = format!("arn:aws:iam::{ACCOUNT}:role/scheduler");
    Some(Reply::ok(match (ask.operation.as_str(), ask.name.as_str()) {
        ("ListSchedules", _) => {
            let page = ask.page(SCHEDULES.len(), 100, "MaxResults", "NextToken");
            let schedules = page.json("Schedules", "NextToken", |number| {
                let (group, name) = SCHEDULES[number];
                json!({ "Arn": arn("scheduler", &format!("schedule/{group}/{name}")), "Name": name, "GroupName": group,
                    "State": if name == "plain" { "DISABLED" } else { "ENABLED" }, "Target": { "Arn": target(name) } })
                .to_string()
            });
            format!("{{{schedules}}}")
        }
        ("GetSchedule", "report") if ask.parameter("groupName") == Some("nightly") => {
            json!({ "Name": "report", "GroupName": "nightly", "ScheduleExpression": "rate(1 day)", "State": "ENABLED",
            "KmsKeyArn": arn("kms", "key/reports"), "Target": { "Arn": target("report"), "RoleArn": role,
                "DeadLetterConfig": { "Arn": arn("sqs", "dead") }, "RetryPolicy": { "MaximumRetryAttempts": 3 },
                "Input": "{\"db_password\": \"S3cr3t-Hunter2\"}" } })
            .to_string()
        }
        ("GetSchedule", "plain") => json!({ "Name": "plain", "GroupName": "default", "ScheduleExpression": "at(2030-01-01T00:00:00)",
                "Target": { "Arn": target("plain"), "RoleArn": role, "Input": "{\"FunctionName\": \"orders\"}" } })
        .to_string(),
        ("ListScheduleGroups", _) => {
            let groups = ["default", "nightly"];
            let page = ask.page(groups.len(), 100, "MaxResults", "NextToken");
            let groups = page.json("ScheduleGroups", "NextToken", |number| {
                let name = groups[number];
                json!({ "Arn": arn("scheduler", &format!("schedule-group/{name}")), "Name": name, "State": "ACTIVE" }).to_string()
            });
            format!("{{{groups}}}")
        }
        _ => return None,
    }))
}
