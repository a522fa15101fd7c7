//! The accounts of an organisation: not a part of any posture, but which postures there are to be.

use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Operation, Scope,
    pacer::Quota,
    pages::Page,
    reader::{Assignment, Reader},
    wire::{Protocol, Service, Wire},
};
use crate::model::{Listing, Source};

pub(super) static SERVICE: Service =
    Service::new("Organizations", "organizations", Protocol::Json { version: "1.1", target: "AWSOrganizationsV20161128" }).global();

/// It is asked once a run, page after page.
static QUOTA: Quota = Quota::new("organizations:ListAccounts", 8);

static LIST_ACCOUNTS: Operation = Operation::new("organizations:ListAccounts", &QUOTA).of(&SERVICE);

/// Whoever asks STS for roles asks this: it stands outside [`Collector::ALL`], for members need no right to it.
static COLLECTOR: Collector =
    Collector { source: Source::Sts, scope: Scope::Global, operations: &[&LIST_ACCOUNTS], run: |_| Box::pin(async { Vec::new() }) };

/// An account of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    /// Why there is nothing to read: `SUSPENDED`, `PENDING_CLOSURE`, `CLOSED`, `PENDING_ACTIVATION`.
    pub(crate) inactive: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Accounts {
    accounts: Option<Vec<Account>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Account {
    id: Option<String>,
    name: Option<String>,
    /// Takes the place of `Status`, which AWS says it retires on 9 September 2026; emulators may know the older one alone.
    state: Option<String>,
    status: Option<String>,
}

/// Every account of the organisation that `assignment` asks in.
pub(crate) async fn accounts(assignment: Assignment) -> Listing<Listed> {
    let reader = &Reader::new(&COLLECTOR, assignment);
    let wire = &Wire::new(reader, &SERVICE);
    let listing = reader
        .pages(&LIST_ACCOUNTS, |token| async move {
            let answer: Accounts = wire.ask(&LIST_ACCOUNTS, json!({ "NextToken": token })).await?;
            Ok(Page::new(answer.accounts, answer.next_token))
        })
        .await;
    reader.converted(&LIST_ACCOUNTS, listing, listed)
}

fn listed(account: Account) -> Option<Listed> {
    let id = account.id.filter(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(Listed { id, name: account.name, inactive: account.state.or(account.status).filter(|state| state != "ACTIVE") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(account: serde_json::Value) -> Option<Listed> {
        listed(serde_json::from_value(account).unwrap())
    }

    #[test]
    fn the_state_goes_before_the_status() {
        let inactive = |account| read(account).unwrap().inactive;
        assert_eq!(inactive(json!({ "Id": "111122223333", "State": "ACTIVE" })), None);
        assert_eq!(inactive(json!({ "Id": "111122223333", "Status": "SUSPENDED" })), Some("SUSPENDED".to_owned()));
        let closed = json!({ "Id": "111122223333", "Status": "ACTIVE", "State": "PENDING_CLOSURE" });
        assert_eq!(inactive(closed), Some("PENDING_CLOSURE".to_owned()));
    }

    #[test]
    fn what_can_be_no_account_is_none() {
        for id in [json!(null), json!(""), json!("1"), json!("11112222333x"), json!("../../../../x")] {
            assert_eq!(read(json!({ "Id": id, "State": "ACTIVE" })), None, "{id}");
        }
    }
}
