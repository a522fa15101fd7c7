//! What is asked of all log groups at once: metric filters, and the data protection that every one inherits.

use aws_sdk_cloudwatchlogs::{Client, types};
use serde::Deserialize;
use serde_json::Value;

use super::{ACCOUNT_POLICIES, METRIC_FILTERS};
use crate::{
    collect::{
        gap::Failure,
        pages::{Page, whole},
        reader::Reader,
    },
    model::{AccountDataProtection, Arn, Fact, FilterMetric, Learnt, Listing, MetricFilter},
};

pub(super) async fn read(reader: &Reader, client: &Client) -> Vec<Learnt> {
    let (filters, protection) = tokio::join!(metric_filters(reader, client), data_protection(reader, client));
    vec![Learnt::MetricFilters(filters), Learnt::AccountDataProtection(protection)]
}

async fn metric_filters(reader: &Reader, client: &Client) -> Listing<MetricFilter> {
    let filters = reader
        .pages(&METRIC_FILTERS, |token| async move {
            let answer = reader.call(&METRIC_FILTERS, client.describe_metric_filters().limit(50).set_next_token(token).send()).await?;
            Ok(Page::new(answer.metric_filters, answer.next_token))
        })
        .await;
    reader.converted(&METRIC_FILTERS, filters, |filter| metric_filter(reader, filter))
}

fn metric_filter(reader: &Reader, filter: types::MetricFilter) -> Option<MetricFilter> {
    let (name, group) = (filter.filter_name?, filter.log_group_name?);
    let resource = format!("log-group:{group}:metric-filter:{name}");
    let metrics = filter.metric_transformations.into_iter().flatten();
    Some(MetricFilter {
        arn: Arn::build(reader.partition(), "logs", reader.region(), reader.account(), &resource),
        name,
        log_group: group,
        pattern: filter.filter_pattern.into_iter().collect(),
        metrics: metrics.map(|metric| FilterMetric { namespace: metric.metric_namespace, name: metric.metric_name }).collect(),
    })
}

async fn data_protection(reader: &Reader, client: &Client) -> Fact<Option<AccountDataProtection>> {
    let policies = reader.pages(&ACCOUNT_POLICIES, |token| async move {
        let request = client.describe_account_policies().policy_type(types::PolicyType::DataProtectionPolicy).set_next_token(token);
        let answer = reader.call(&ACCOUNT_POLICIES, request.send()).await?;
        Ok(Page::new(answer.account_policies, answer.next_token))
    });
    // A Region has one of this type at most.
    match whole(policies.await) {
        Fact::Known(policies) => reader.fact(policies.into_iter().next().map(protection).transpose()),
        Fact::Gap(gap) => Fact::Gap(gap),
    }
}

fn protection(policy: types::AccountPolicy) -> Result<AccountDataProtection, Failure> {
    let document = policy.policy_document.ok_or_else(|| ACCOUNT_POLICIES.broken("a policy has no policyDocument"))?;
    let masks = masks(&document).ok_or_else(|| ACCOUNT_POLICIES.broken("a policyDocument is none of data protection"))?;
    Ok(AccountDataProtection { name: policy.policy_name.into_iter().collect(), masks })
}

/// Whether a statement of the policy masks what it finds, where another one only reports it.
fn masks(document: &str) -> Option<bool> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Document {
        statement: Vec<Statement>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Statement {
        operation: serde_json::Map<String, Value>,
    }
    let document: Document = serde_json::from_str(document).ok()?;
    Some(document.statement.iter().any(|statement| statement.operation.contains_key("Deidentify")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_only_reports_masks_nothing() {
        let audit = r#"{"Sid":"audit","DataIdentifier":["x"],"Operation":{"Audit":{"FindingsDestination":{}}}}"#;
        let redact = r#"{"Sid":"redact","DataIdentifier":["x"],"Operation":{"Deidentify":{"MaskConfig":{}}}}"#;
        let document = |statements: &str| format!(r#"{{"Name":"n","Version":"2021-06-01","Statement":[{statements}]}}"#);
        assert_eq!(masks(&document(audit)), Some(false));
        assert_eq!(masks(&document(&format!("{audit},{redact}"))), Some(true));
        assert_eq!([masks("{"), masks("{}")], [None, None]);
    }
}
