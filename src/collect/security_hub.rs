//! Security Hub: whether the account is subscribed to it.

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
use crate::model::{Arn, Learnt, SecurityHub, Source};

static SERVICE: Service = Service::new("SecurityHub", "securityhub", Protocol::RestJson);

/// AWS publishes ten a second for most of its operations.
static QUOTA: Quota = Quota::new("securityhub", 10);

static DESCRIBE_HUB: Operation = Operation::new("securityhub:DescribeHub", &QUOTA).of(&SERVICE).get("/accounts");

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::SecurityHub, scope: Scope::Regional, operations: &[&DESCRIBE_HUB], run };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Hub {
    hub_arn: Arn,
    subscribed_at: Option<String>,
    auto_enable_controls: Option<bool>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let answer: Result<Hub, Failure> = Wire::new(reader, &SERVICE).ask(&DESCRIBE_HUB, json!({})).await;
        let hub = match answer {
            Ok(hub) => Ok(Some(SecurityHub {
                arn: hub.hub_arn,
                subscribed: hub.subscribed_at.and_then(|at| at.parse().ok()),
                auto_enable_controls: hub.auto_enable_controls,
            })),
            Err(failure) if is_not_subscribed(&failure) => Ok(None),
            Err(failure) => Err(failure),
        };
        reader.done(usize::from(matches!(hub, Ok(Some(_)))));
        vec![Learnt::SecurityHub(reader.fact(hub))]
    }
    .boxed()
}

/// The code is also that of an account that may not ask, so only what is said tells.
fn is_not_subscribed(failure: &Failure) -> bool {
    failure.is("InvalidAccessException") && ["not subscribed", "not enabled"].iter().any(|said| failure.gap.detail.contains(said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{collect::gap::Trouble, model::Gap};

    #[test]
    fn only_what_says_so_is_no_subscription() {
        let said = |code: &str, detail: &str| {
            is_not_subscribed(&Failure { gap: Gap::failed("securityhub:DescribeHub", detail), trouble: Trouble::Service(code.to_owned()) })
        };
        assert!(said("InvalidAccessException", "InvalidAccessException: Account 1 is not subscribed to AWS Security Hub"));
        assert!(!said("InvalidAccessException", "InvalidAccessException: the account may not do this"));
        assert!(!said("AccessDeniedException", "AccessDeniedException: not subscribed"));
    }
}
