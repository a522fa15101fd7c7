//! CloudWatch: JSON 1.0, or CBOR.

use serde_json::{Value, json};

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "monitoring", protocol: Protocol::Json10, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    route::rpc(request, "cloudwatch", &[])
}

/// The quotas page of CloudWatch.
fn quota(operation: &str) -> Quota {
    match operation {
        "DescribeAlarms" => Quota::of("cloudwatch:DescribeAlarms", 9),
        "GetMetricData" => Quota::of("cloudwatch:GetMetricData", 50),
        _ => Quota::of("cloudwatch", 25),
    }
}

fn alarm(region: &str, name: &str, actions: bool, more: Value) -> Value {
    let topics: &[String] = if actions { &[format!("arn:aws:sns:{region}:{ACCOUNT}:alarms")] } else { &[] };
    let mut alarm = json!({
        "AlarmName": name, "AlarmArn": format!("arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:{name}"), "ActionsEnabled": actions,
        "AlarmActions": topics, "OKActions": [], "InsufficientDataActions": [], "StateValue": "OK",
        "StateUpdatedTimestamp": 1_763_900_000.5,
    });
    if let (Some(alarm), Value::Object(more)) = (alarm.as_object_mut(), more) {
        alarm.extend(more);
    }
    alarm
}

/// What was counted of a function so many seconds before the end of the window: every third one was not invoked.
fn points(function: &str, metric: &str) -> &'static [(i64, f64)] {
    const DAY: i64 = 86_400;
    let idle = function == "mail" || function.ends_with(['0', '3', '6', '9']);
    match metric {
        _ if idle => &[],
        "Invocations" => &[(3 * DAY, 7.0), (13 * DAY, 5.0)],
        "Errors" => &[(30 * DAY, 3.0)],
        "Throttles" => &[(30 * DAY, 4.0)],
        "Duration" => &[(30 * DAY, 120.5)],
        "ConcurrentExecutions" => &[(30 * DAY, 3.0)],
        _ => &[],
    }
}

fn numbers(ask: &Ask) -> Option<Value> {
    let queries: Vec<Value> = serde_json::from_str(ask.parameter("MetricDataQueries")?).ok()?;
    let end: i64 = ask.parameter("EndTime")?.parse().ok()?;
    let page = ask.page(queries.len(), 500, "", "NextToken");
    let results: Vec<Value> = queries
        .get(page.items.clone())?
        .iter()
        .map(|query| {
            let metric = &query["MetricStat"]["Metric"];
            let points =
                points(metric["Dimensions"][0]["Value"].as_str().unwrap_or_default(), metric["MetricName"].as_str().unwrap_or_default());
            json!({
                "Id": query["Id"], "Label": "x", "StatusCode": "Complete", "Messages": [],
                "Timestamps": points.iter().map(|(before, _)| (end - before) as f64).collect::<Vec<_>>(),
                "Values": points.iter().map(|(_, value)| value).collect::<Vec<_>>(),
            })
        })
        .collect();
    Some(json!({ "MetricDataResults": results, "Messages": [], "NextToken": page.next }))
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    let region = ask.region.as_str();
    let on_orders = json!([{ "Name": "FunctionName", "Value": "orders" }]);
    let stat = |id: &str, name: &str| {
        json!({ "Id": id, "ReturnData": false, "MetricStat": { "Period": 60, "Stat": "Sum",
            "Metric": { "Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": on_orders } } })
    };
    Some(Reply::ok(
        match ask.operation.as_str() {
            "DescribeAlarms" => {
                let alarms = [
                    alarm(
                        region,
                        "orders-errors",
                        true,
                        json!({ "Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": on_orders, "Statistic": "Sum" }),
                    ),
                    alarm(
                        region,
                        "orders-rate",
                        false,
                        json!({ "Dimensions": [], "Metrics": [
                        { "Id": "rate", "Expression": "errors / calls", "ReturnData": true },
                        stat("errors", "Errors"), stat("calls", "Invocations"),
                    ] }),
                    ),
                    alarm(region, "orders", true, json!({ "AlarmRule": "ALARM(orders-errors) OR ALARM(orders-rate)" })),
                ];
                let page = ask.page(alarms.len(), 100, "MaxRecords", "NextToken");
                let (composite, metric): (Vec<&Value>, Vec<&Value>) =
                    alarms[page.items.clone()].iter().partition(|alarm| alarm.get("AlarmRule").is_some());
                json!({ "MetricAlarms": metric, "CompositeAlarms": composite, "NextToken": page.next })
            }
            "GetMetricData" => numbers(ask)?,
            _ => return None,
        }
        .to_string(),
    ))
}
