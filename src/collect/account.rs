//! Account Management: whether somebody is named for security and for operations. Who it is nobody here wants to know.

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
use crate::model::{Fact, Learnt, Source};

static SERVICE: Service = Service::new("Account", "account", Protocol::RestJson).global();

/// AWS publishes ten a second for `GetAlternateContact`.
static QUOTA: Quota = Quota::new("account", 10);

static GET_CONTACT: Operation =
    Operation::new("account:GetAlternateContact", &QUOTA).of(&SERVICE).post("/getAlternateContact").calls(|_| 2);

pub(super) static COLLECTOR: Collector = Collector { source: Source::Account, scope: Scope::Global, operations: &[&GET_CONTACT], run };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(rename = "AlternateContact")]
    _contact: Contact,
}

/// A contact, of which nothing is read: name, mail address and phone number are no business of ours.
#[derive(Debug, Deserialize)]
struct Contact {}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let security = contact(reader, wire, "SECURITY").await;
        let operations = contact(reader, wire, "OPERATIONS").await;
        vec![Learnt::SecurityContact(security), Learnt::OperationsContact(operations)]
    }
    .boxed()
}

async fn contact(reader: &Reader, wire: &Wire<'_>, kind: &str) -> Fact<bool> {
    let answer: Result<Answer, Failure> = wire.ask(&GET_CONTACT, json!({ "AlternateContactType": kind })).await;
    let there = match answer {
        Ok(_) => Ok(true),
        Err(failure) if failure.is_not_found() => Ok(false),
        Err(failure) => Err(failure),
    };
    reader.done(usize::from(matches!(there, Ok(true))));
    reader.fact(there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_there_or_not_and_nothing_else_is_kept() {
        let text = r#"{"AlternateContact":{"AlternateContactType":"SECURITY","EmailAddress":"ann@example.com","Name":"Ann"}}"#;
        let answer: Answer = serde_json::from_str(text).unwrap();
        assert!(!format!("{answer:?}").contains("nn"));
        for none in ["{}", r#"{"AlternateContact":null}"#] {
            assert!(serde_json::from_str::<Answer>(none).is_err(), "{none}");
        }
    }
}
