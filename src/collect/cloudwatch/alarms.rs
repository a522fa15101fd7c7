//! Alarms, on metrics and on other alarms.

use serde::Deserialize;
use serde_json::json;

use super::DESCRIBE_ALARMS;
use crate::{
    collect::{pages::Page, reader::Reader, wire::Wire},
    model::{Alarm, Arn, Listing, Watched, WatchedMetric},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Alarms {
    // A list that is empty may be left out, the one or the other.
    metric_alarms: Option<Vec<MetricAlarm>>,
    composite_alarms: Option<Vec<CompositeAlarm>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricAlarm {
    alarm_arn: Arn,
    alarm_name: String,
    actions_enabled: bool,
    alarm_actions: Vec<Arn>,
    state_value: String,
    // Of a single metric; others have `Metrics`, and those in PromQL `EvaluationCriteria`.
    namespace: Option<String>,
    metric_name: Option<String>,
    dimensions: Option<Vec<Dimension>>,
    metrics: Option<Vec<Query>>,
    evaluation_criteria: Option<Criteria>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CompositeAlarm {
    alarm_arn: Arn,
    alarm_name: String,
    actions_enabled: bool,
    alarm_actions: Vec<Arn>,
    state_value: String,
    alarm_rule: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension {
    name: String,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    metric_stat: Option<Stat>,
    expression: Option<String>,
    account_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stat {
    metric: Metric,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    namespace: String,
    metric_name: String,
    dimensions: Option<Vec<Dimension>>,
}

#[derive(Debug, Deserialize)]
struct Criteria {
    #[serde(rename = "PromQLCriteria")]
    promql: Option<PromQl>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PromQl {
    query: String,
}

pub(super) async fn read(reader: &Reader, wire: &Wire<'_>) -> Listing<Alarm> {
    reader
        .pages(&DESCRIBE_ALARMS, |token| async move {
            // Without `AlarmTypes` AWS leaves composite alarms out. Alarms on logs watch queries and no metric.
            let params = json!({ "MaxRecords": 100, "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "NextToken": token });
            let answer: Alarms = wire.ask(&DESCRIBE_ALARMS, params).await?;
            let next = answer.next_token.clone();
            Ok(Page::new(alarms(answer), next))
        })
        .await
}

/// No alarms at all if the answer has neither list.
fn alarms(answer: Alarms) -> Option<Vec<Alarm>> {
    if answer.metric_alarms.is_none() && answer.composite_alarms.is_none() {
        return None;
    }
    let on_metrics = answer.metric_alarms.into_iter().flatten().map(on_metrics);
    let on_alarms = answer.composite_alarms.into_iter().flatten().map(|alarm| Alarm {
        arn: alarm.alarm_arn,
        name: alarm.alarm_name,
        actions_enabled: alarm.actions_enabled,
        actions: alarm.alarm_actions,
        state: alarm.state_value,
        watches: Watched::Rule(alarm.alarm_rule),
    });
    Some(on_metrics.chain(on_alarms).collect())
}

fn on_metrics(alarm: MetricAlarm) -> Alarm {
    let own = alarm.namespace.zip(alarm.metric_name);
    let own = own.map(|(namespace, metric_name)| Metric { namespace, metric_name, dimensions: alarm.dimensions });
    let mut metrics: Vec<WatchedMetric> = own.map(|metric| watched(metric, None)).into_iter().collect();
    let mut expressions = Vec::new();
    for query in alarm.metrics.into_iter().flatten() {
        metrics.extend(query.metric_stat.map(|stat| watched(stat.metric, query.account_id)));
        expressions.extend(query.expression.filter(|expression| !expression.is_empty()));
    }
    expressions.extend(alarm.evaluation_criteria.and_then(|criteria| criteria.promql).map(|promql| promql.query));
    Alarm {
        arn: alarm.alarm_arn,
        name: alarm.alarm_name,
        actions_enabled: alarm.actions_enabled,
        actions: alarm.alarm_actions,
        state: alarm.state_value,
        watches: Watched::Metrics { metrics, expressions },
    }
}

fn watched(metric: Metric, account: Option<String>) -> WatchedMetric {
    let dimensions = metric.dimensions.into_iter().flatten().map(|dimension| (dimension.name, dimension.value)).collect();
    WatchedMetric { namespace: metric.namespace, name: metric.metric_name, dimensions, account }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read(answer: serde_json::Value) -> Option<Vec<Alarm>> {
        alarms(serde_json::from_value(answer).unwrap())
    }

    fn alarm(more: serde_json::Value) -> serde_json::Value {
        let mut alarm = json!({ "AlarmArn": "arn", "AlarmName": "a", "ActionsEnabled": true, "AlarmActions": ["t"], "StateValue": "OK" });
        alarm.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        alarm
    }

    #[test]
    fn every_metric_of_an_alarm_is_watched() {
        let orders = json!([{ "Name": "FunctionName", "Value": "orders" }]);
        let metric = |name: &str| WatchedMetric {
            namespace: "AWS/Lambda".to_owned(),
            name: name.to_owned(),
            dimensions: BTreeMap::from([("FunctionName".to_owned(), "orders".to_owned())]),
            account: None,
        };
        let simple = alarm(json!({ "Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": orders, "Metrics": [] }));
        let stat = |name: &str| json!({ "Id": "m", "MetricStat": { "Stat": "Sum", "Period": 60, "Metric": { "Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": orders } } });
        let math = alarm(
            json!({ "Namespace": null, "MetricName": null, "Metrics": [{ "Id": "e", "Expression": "m1/m2" }, stat("Errors"), stat("Invocations")] }),
        );
        let alarms = read(json!({ "MetricAlarms": [simple, math] })).unwrap();
        assert_eq!(alarms[0].watches, Watched::Metrics { metrics: vec![metric("Errors")], expressions: Vec::new() });
        let both = vec![metric("Errors"), metric("Invocations")];
        assert_eq!(alarms[1].watches, Watched::Metrics { metrics: both, expressions: vec!["m1/m2".to_owned()] });
    }

    #[test]
    fn composite_alarms_and_queries_are_kept_as_they_are() {
        let rule = alarm(json!({ "AlarmRule": "ALARM(a)" }));
        assert_eq!(read(json!({ "CompositeAlarms": [rule] })).unwrap()[0].watches, Watched::Rule("ALARM(a)".to_owned()));
        let promql = alarm(json!({ "EvaluationCriteria": { "PromQLCriteria": { "Query": "up == 0" } } }));
        let Watched::Metrics { expressions, .. } = &read(json!({ "MetricAlarms": [promql] })).unwrap()[0].watches else {
            panic!("no metrics")
        };
        assert_eq!(expressions, &["up == 0"]);
    }

    #[test]
    fn an_answer_without_either_list_is_not_an_account_without_alarms() {
        assert_eq!(read(json!({})), None);
        assert_eq!(read(json!({ "MetricAlarms": [] })), Some(Vec::new()));
    }
}
