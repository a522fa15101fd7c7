//! Systems Manager: the parameters of Parameter Store. Their values are never read.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Operation, Scope,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Epoch, Protocol, Service, Wire},
};
use crate::model::{Arn, Learnt, Parameter, Source};

static SERVICE: Service = Service::new("SSM", "ssm", Protocol::Json { version: "1.1", target: "AmazonSSM" });

/// Systems Manager publishes quotas for reading values only; this many a second is modest.
static QUOTA: Quota = Quota::new("ssm:DescribeParameters", 10);

static DESCRIBE: Operation =
    Operation::new("ssm:DescribeParameters", &QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.parameters.items.len(), 50));

pub(super) static COLLECTOR: Collector = Collector { source: Source::Ssm, scope: Scope::Regional, operations: &[&DESCRIBE], run };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters {
    parameters: Vec<Said>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Said {
    name: Option<String>,
    #[serde(rename = "ARN")]
    arn: Option<Arn>,
    #[serde(rename = "Type")]
    value_type: Option<String>,
    key_id: Option<String>,
    tier: Option<String>,
    last_modified_date: Option<Epoch>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let parameters = reader
            .pages(&DESCRIBE, |token| async move {
                let answer: Parameters = wire.ask(&DESCRIBE, json!({ "MaxResults": 50, "NextToken": token })).await?;
                reader.done(answer.parameters.len());
                Ok(Page::new(Some(answer.parameters), answer.next_token))
            })
            .await;
        let built = |name: &str| {
            let resource = format!("parameter/{}", name.strip_prefix('/').unwrap_or(name));
            Arn::build(reader.partition(), "ssm", reader.region(), reader.account(), &resource)
        };
        vec![Learnt::Parameters(reader.converted(&DESCRIBE, parameters, |said| parameter(said, built)))]
    }
    .boxed()
}

/// `built` makes an ARN of a name, where the endpoint does not give it.
fn parameter(said: Said, built: impl Fn(&str) -> Arn) -> Option<Parameter> {
    let name = said.name?;
    Some(Parameter {
        arn: said.arn.unwrap_or_else(|| built(&name)),
        value_type: said.value_type?,
        kms_key: said.key_id.filter(|key| !key.is_empty()),
        tier: said.tier,
        last_modified: said.last_modified_date.and_then(Epoch::time),
        name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(said: serde_json::Value) -> Option<Parameter> {
        parameter(serde_json::from_value(said).unwrap(), |name| Arn::from(format!("built:{name}")))
    }

    #[test]
    fn a_parameter_without_its_type_is_none() {
        let parameter = read(json!({ "Name": "/app/key", "Type": "SecureString", "KeyId": "alias/aws/ssm" })).unwrap();
        assert!(parameter.is_secure());
        assert_eq!((parameter.arn.as_str(), parameter.kms_key.as_deref()), ("built:/app/key", Some("alias/aws/ssm")));
        assert!(!read(json!({ "Name": "a", "Type": "String", "ARN": "arn" })).unwrap().is_secure());
        assert_eq!(read(json!({ "Name": "a" })), None);
    }
}
