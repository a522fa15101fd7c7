//! Buckets.

use palisade::model::{Bucket, BucketVersioning, Fact, Posture, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::S3,
    plant: include_str!("s3.py"),
    facts: &[
        Planted {
            name: "the buckets of this Region are there, and no other",
            holds: |posture| {
                let buckets = &posture.regions[REGION].buckets.items;
                let names: Vec<&str> = buckets.iter().map(|bucket| bucket.name.as_str()).collect();
                same(names, vec!["palisade-copies", "palisade-orders", "palisade-plain", "palisade-replica"])?;
                same(buckets.iter().all(|bucket| bucket.region == REGION && bucket.created.is_some()), true)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "every bucket says where it is",
            holds: |posture| same(posture.regions[REGION].buckets.items.iter().all(|bucket| bucket.region_stated), true),
            moto: Wrong("it leaves the Region out"),
            ministack: Right,
        },
        Planted {
            name: "a bucket has a policy, another has none",
            holds: |posture| {
                let policy = known(&bucket(posture, "orders")?.policy)?;
                same(policy.as_ref().is_some_and(|policy| policy.as_str().contains("s3:GetObject")), true)?;
                same(known(&bucket(posture, "plain")?.policy)?.as_ref(), None)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a policy is public",
            holds: |posture| same(known(&bucket(posture, "orders")?.policy_is_public)?, &Some(true)),
            moto: Right,
            ministack: Wrong("it lists the objects instead"),
        },
        Planted {
            name: "a bucket blocks lists and not policies, another blocks nothing",
            holds: |posture| {
                let block = known(&bucket(posture, "orders")?.public_access_block)?.ok_or("no block")?;
                let lists = (block.block_public_acls, block.ignore_public_acls);
                same((lists, block.block_public_policy, block.restrict_public_buckets), ((true, true), false, false))?;
                same(known(&bucket(posture, "plain")?.public_access_block)?, &None)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bucket is encrypted with a key",
            holds: |posture| {
                let encryption = known(&bucket(posture, "orders")?.encryption)?.as_ref().ok_or("no encryption")?;
                same((encryption.algorithm.as_str(), encryption.kms_key.as_deref()), ("aws:kms", Some("alias/orders")))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "another is encrypted by S3, as every bucket is",
            holds: |posture| {
                let encryption = known(&bucket(posture, "plain")?.encryption)?.as_ref();
                same(encryption.map(|encryption| encryption.algorithm.as_str()), Some("AES256"))
            },
            moto: Wrong("it says none, as S3 did before 2023"),
            ministack: Right,
        },
        Planted {
            name: "versions are kept, were kept, and never were",
            holds: |posture| {
                let versioning = |name| known(&bucket(posture, name)?.versioning).copied();
                same(versioning("orders")?, BucketVersioning::Enabled)?;
                same(versioning("copies")?, BucketVersioning::Suspended)?;
                same(versioning("plain")?, BucketVersioning::Never)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "objects are locked for four hundred days",
            holds: |posture| {
                let lock = known(&bucket(posture, "orders")?.object_lock)?.as_ref().ok_or("no lock")?;
                same((lock.mode.as_deref(), lock.days, lock.years), (Some("COMPLIANCE"), Some(400), None))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bucket without Object Lock has none",
            holds: |posture| same(known(&bucket(posture, "copies")?.object_lock)?.as_ref(), None),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bucket is copied to another, which is not",
            holds: |posture| {
                let rules = known(&bucket(posture, "orders")?.replication)?;
                let to: Vec<_> = rules.iter().map(|rule| (rule.enabled, rule.bucket.resource())).collect();
                same(to, vec![(true, "palisade-replica")])?;
                same(known(&bucket(posture, "replica")?.replication)?.len(), 0)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bucket tells a function, a topic and a queue of different events",
            holds: |posture| {
                let told = &known(&bucket(posture, "orders")?.notifications)?.targets;
                let told: Vec<_> = told.iter().map(|target| (target.arn.service(), target.events.join(" "))).collect();
                let wanted = [("lambda", "s3:ObjectCreated:*"), ("sns", "s3:ObjectCreated:Put"), ("sqs", "s3:ObjectRemoved:*")];
                same(told, wanted.map(|(service, event)| (service, event.to_owned())).to_vec())
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a bucket tells EventBridge",
            holds: |posture| same(known(&bucket(posture, "orders")?.notifications)?.event_bridge, true),
            moto: Wrong("it leaves that out"),
            ministack: Right,
        },
        Planted {
            name: "another bucket tells nobody",
            holds: |posture| {
                let plain = known(&bucket(posture, "plain")?.notifications)?;
                same((plain.event_bridge, plain.targets.len()), (false, 0))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "the account blocks everything public",
            holds: |posture| {
                let block = known(&posture.governance.s3_public_access_block)?.ok_or("no block")?;
                same(
                    block.block_public_acls && block.ignore_public_acls && block.restrict_public_buckets && block.block_public_policy,
                    true,
                )
            },
            moto: Right,
            ministack: Wrong("it does not have it"),
        },
    ],
    moto: &[],
    ministack: &["failed s3:GetAccountPublicAccessBlock", "failed s3:GetBucketPolicyStatus"],
};

fn known<T>(fact: &Fact<T>) -> Result<&T, String> {
    fact.known().map_err(ToString::to_string)
}

fn bucket<'a>(posture: &'a Posture, name: &str) -> Result<&'a Bucket, String> {
    let buckets = &posture.regions[REGION].buckets.items;
    buckets.iter().find(|bucket| bucket.name.strip_prefix("palisade-") == Some(name)).ok_or_else(|| format!("no bucket {name}"))
}
