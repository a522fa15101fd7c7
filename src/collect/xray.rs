//! X-Ray: how traces are encrypted.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Learnt, Source, TraceEncryption};

static SERVICE: Service = Service::new("XRay", "xray", Protocol::RestJson);

/// X-Ray publishes no quota for its settings; they are asked once.
static QUOTA: Quota = Quota::new("xray", 5);

static GET_ENCRYPTION: Operation = Operation::new("xray:GetEncryptionConfig", &QUOTA).of(&SERVICE).post("/EncryptionConfig");

pub(super) static COLLECTOR: Collector = Collector { source: Source::Xray, scope: Scope::Regional, operations: &[&GET_ENCRYPTION], run };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    encryption_config: Encryption,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Encryption {
    r#type: String,
    /// With `KMS` alone.
    key_id: Option<Arn>,
    status: String,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        reader.expect(1);
        let answer: Result<Answer, Failure> = Wire::new(reader, &SERVICE).ask(&GET_ENCRYPTION, json!({})).await;
        let encryption = reader.fact(answer.map(|answer| encryption(answer.encryption_config)));
        if encryption.gap().is_none() {
            reader.done(1);
        }
        vec![Learnt::TraceEncryption(encryption)]
    }
    .boxed()
}

fn encryption(said: Encryption) -> TraceEncryption {
    TraceEncryption { kms: said.r#type == "KMS", key: said.key_id.filter(|key| !key.as_str().is_empty()), status: said.status }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(config: serde_json::Value) -> Option<TraceEncryption> {
        let answer: Answer = serde_json::from_value(json!({ "EncryptionConfig": config })).ok()?;
        Some(encryption(answer.encryption_config))
    }

    #[test]
    fn a_key_of_the_customer_and_one_of_aws() {
        let key = Arn::from("arn:aws:kms:eu-west-1:1:key/k");
        assert_eq!(
            read(json!({ "Type": "KMS", "KeyId": key, "Status": "UPDATING" })),
            Some(TraceEncryption { kms: true, key: Some(key), status: "UPDATING".to_owned() })
        );
        assert_eq!(
            read(json!({ "Type": "NONE", "Status": "ACTIVE" })),
            Some(TraceEncryption { kms: false, key: None, status: "ACTIVE".to_owned() })
        );
        assert_eq!(read(json!({ "Status": "ACTIVE" })), None);
    }
}
