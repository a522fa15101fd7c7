//! S3 Control: what S3 blocks for every bucket of the account, whatever its Region.

use futures::{FutureExt, future::BoxFuture};
use serde_json::json;

use super::{
    Collector, Operation, Scope,
    reader::Reader,
    s3::{QUOTA, block_of},
    wire::{Protocol, Service, Wire},
};
use crate::model::{Learnt, Source};

static SERVICE: Service = Service::new("S3 Control", "s3-control", Protocol::RestXml).signing("s3").storage().of_account();

static GET_BLOCK: Operation = Operation::new("s3:GetAccountPublicAccessBlock", &QUOTA)
    .named("GetPublicAccessBlock")
    .of(&SERVICE)
    .get("/v20180820/configuration/publicAccessBlock");

pub(super) static COLLECTOR: Collector = Collector { source: Source::S3, scope: Scope::Global, operations: &[&GET_BLOCK], run };

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        // Every Region answers the same, so the account's own is asked.
        let wire = Wire::new(reader, &SERVICE);
        let block = reader.fact(block_of(wire.ask(&GET_BLOCK, json!({})).await));
        if block.known().is_ok() {
            reader.done(1);
        }
        vec![Learnt::AccountPublicAccessBlock(block)]
    }
    .boxed()
}
