//! STS: who is asking, and that it still is the same account.

use aws_sdk_sts::{Client, Config};
use futures::{FutureExt, future::BoxFuture};

use super::{Collector, Operation, Scope, pacer::Quota, reader::Reader};
use crate::model::{Learnt, Source};

/// STS publishes 600 requests a second for an account and Region, shared by all of its operations.
static QUOTA: Quota = Quota::new("sts", 50);

static WHO: Operation = Operation::new("sts:GetCallerIdentity", &QUOTA);

pub(super) static COLLECTOR: Collector = Collector { source: Source::Sts, scope: Scope::Global, operations: &[&WHO], run };

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let config = Config::from(reader.sdk()).to_builder().interceptor(reader.meter()).retry_partition(reader.retries());
        let client = Client::from_conf(config.build());
        match reader.call(&WHO, client.get_caller_identity().send()).await {
            Ok(caller) if caller.account() == Some(reader.account()) => reader.done(1),
            Ok(_) => {
                let detail = "the credentials now belong to another account: start again";
                reader.gap(WHO.broken(detail));
            }
            Err(failure) => {
                reader.gap(failure);
            }
        }
        // The account is the frame of the posture, not a part of it.
        Vec::new()
    }
    .boxed()
}
