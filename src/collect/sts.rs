//! STS: who is asking, and that it still is the same account.

use aws_sdk_sts::{Client, Config};
use futures::{FutureExt, future::BoxFuture};

use super::{Collector, Operation, Scope, pacer::Quota, reader::Reader};
use crate::model::{Arn, Fact, Learnt, Source};

/// STS publishes 600 requests a second for an account and Region, shared by all of its operations.
static QUOTA: Quota = Quota::new("sts", 50);

static WHO: Operation = Operation::new("sts:GetCallerIdentity", &QUOTA);

pub(super) static COLLECTOR: Collector = Collector { source: Source::Sts, scope: Scope::Global, operations: &[&WHO], run };

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let config = Config::from(reader.sdk()).to_builder().interceptor(reader.meter()).retry_partition(reader.retries());
        let client = Client::from_conf(config.build());
        match reader.call(&WHO, client.get_caller_identity().send()).await {
            Ok(caller) if caller.account() == Some(reader.account()) => {
                reader.done(1);
                // The account is the frame of the posture, not a part of it; who asked is.
                let arn = caller.arn().filter(|arn| !arn.is_empty());
                let missing = || WHO.broken("the answer does not say who asked");
                vec![Learnt::Caller(arn.map_or_else(|| reader.gap(missing()).into(), |arn| Fact::Known(Arn::from(arn))))]
            }
            Ok(_) => {
                let detail = "the credentials now belong to another account: start again";
                vec![Learnt::Caller(reader.gap(WHO.broken(detail)).into())]
            }
            Err(failure) => vec![Learnt::Caller(reader.gap(failure).into())],
        }
    }
    .boxed()
}
