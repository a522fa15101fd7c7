//! Lambda MicroVMs: those that live, the images they come from, and what AWS says of the bases of these.
//!
//! AWS publishes no quota for these calls; as part of Lambda's control plane they are counted in with the others of it.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;

use super::AT_ONCE;
use crate::{
    collect::{
        Depth, Operation,
        pages::{Page, whole},
        reader::Reader,
        wire::{Protocol, Service, Wire},
    },
    model::{Arn, Fact, Learnt, Listing, Microvm, MicrovmDetails, MicrovmImage, MicrovmImageVersion},
};

static SERVICE: Service = Service::new("Lambda Microvms", "lambda", Protocol::RestJson);

pub(super) static LIST: Operation = Operation::new("lambda:ListMicrovms", &super::QUOTA)
    .of(&SERVICE)
    .get("/2025-09-09/microvms")
    .calls(|at| at.pages(at.region.microvms.items.len(), 50));
pub(super) static GET: Operation = Operation::new("lambda:GetMicrovm", &super::QUOTA)
    .of(&SERVICE)
    .get("/2025-09-09/microvms/{microvmIdentifier}")
    .detail(Depth::Core, |at| at.region.microvms.items.len() as u64);
pub(super) static LIST_IMAGES: Operation = Operation::new("lambda:ListMicrovmImages", &super::QUOTA)
    .of(&SERVICE)
    .get("/2025-09-09/microvm-images")
    .calls(|at| at.pages(at.region.microvm_images.items.len(), 50));
/// Of the latest version, and of others that MicroVMs still run.
pub(super) static GET_VERSION: Operation = Operation::new("lambda:GetMicrovmImageVersion", &super::QUOTA)
    .of(&SERVICE)
    .get("/2025-09-09/microvm-images/{imageIdentifier}/versions/{imageVersion}")
    .detail(Depth::Core, |at| at.region.microvm_images.items.len() as u64);
/// Of each base that is built upon: one most likely.
pub(super) static LIST_BASES: Operation = Operation::new("lambda:ListManagedMicrovmImageVersions", &super::QUOTA)
    .of(&SERVICE)
    .get("/2025-09-09/managed-microvm-images/{imageIdentifier}/versions")
    .detail(Depth::Core, |at| at.region.microvm_images.items.len().min(1) as u64);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed<T> {
    items: Option<Vec<T>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    microvm_id: String,
    state: String,
    image_arn: Arn,
    image_version: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Got {
    // Only to know that this is an answer: all that is kept may be left out.
    #[serde(rename = "microvmId")]
    _id: String,
    execution_role_arn: Option<Arn>,
    ingress_network_connectors: Option<Vec<Arn>>,
    egress_network_connectors: Option<Vec<Arn>>,
    maximum_duration_in_seconds: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    image_arn: Arn,
    name: String,
    state: String,
    latest_active_image_version: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    status: String,
    base_image_arn: Arn,
    base_image_version: Option<String>,
    build_role_arn: Option<Arn>,
    logging: Option<Logging>,
    additional_os_capabilities: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Logging {
    disabled: Option<IgnoredAny>,
    cloud_watch: Option<CloudWatch>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CloudWatch {
    log_group: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Base {
    image_version: String,
    status: Option<String>,
}

/// All of them.
pub(super) async fn read(reader: &Reader) -> Vec<Learnt> {
    let wire = &Wire::new(reader, &SERVICE);
    let (microvms, mut images) = tokio::join!(microvms(reader, wire), images(reader, wire));
    if reader.depth() < Depth::Core {
        return vec![Learnt::Microvms(microvms), Learnt::MicrovmImages(images)];
    }
    for image in &mut images.items {
        let run = microvms.items.iter().filter(|microvm| microvm.image == image.arn).map(|microvm| microvm.image_version.clone());
        let wanted: BTreeSet<String> = run.chain(image.latest_version.clone()).collect();
        for number in wanted {
            let version = version(reader, wire, &image.arn, &number).await;
            image.versions.insert(number, version);
        }
    }
    judge_bases(reader, wire, &mut images.items).await;
    vec![Learnt::Microvms(microvms), Learnt::MicrovmImages(images)]
}

async fn microvms(reader: &Reader, wire: &Wire<'_>) -> Listing<Microvm> {
    let listing = reader
        .pages(&LIST, |token| async move {
            let answer: Listed<Entry> = wire.ask(&LIST, json!({ "maxResults": 50, "nextToken": token })).await?;
            // The list goes on naming those that are gone.
            let alive = answer.items.map(|items| items.into_iter().filter(|entry| entry.state != "TERMINATED").collect());
            Ok(Page::new(alive, answer.next_token))
        })
        .await;
    let Listing { items, gap } = reader.converted(&LIST, listing, |entry| {
        Some(Microvm {
            arn: Arn::build(reader.partition(), "lambda", reader.region(), reader.account(), &format!("microvm:{}", entry.microvm_id)),
            id: entry.microvm_id,
            state: entry.state,
            image: entry.image_arn,
            image_version: entry.image_version,
            details: Fact::unread(GET.action),
        })
    });
    if reader.depth() < Depth::Core {
        return Listing { items, gap };
    }
    let items = stream::iter(items)
        .map(|mut microvm| async move {
            let answer = wire.ask::<Got>(&GET, json!({ "microvmIdentifier": microvm.id })).await;
            microvm.details = reader.fact(answer.map(|got| MicrovmDetails {
                execution_role: got.execution_role_arn,
                ingress: got.ingress_network_connectors.into_iter().flatten().collect(),
                egress: got.egress_network_connectors.into_iter().flatten().collect(),
                maximum_seconds: got.maximum_duration_in_seconds,
            }));
            microvm
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    Listing { items, gap }
}

async fn images(reader: &Reader, wire: &Wire<'_>) -> Listing<MicrovmImage> {
    let listing = reader
        .pages(&LIST_IMAGES, |token| async move {
            let answer: Listed<Image> = wire.ask(&LIST_IMAGES, json!({ "maxResults": 50, "nextToken": token })).await?;
            Ok(Page::new(answer.items, answer.next_token))
        })
        .await;
    reader.converted(&LIST_IMAGES, listing, |image| {
        Some(MicrovmImage {
            arn: image.image_arn,
            name: image.name,
            state: image.state,
            latest_version: image.latest_active_image_version,
            versions: BTreeMap::new(),
        })
    })
}

async fn version(reader: &Reader, wire: &Wire<'_>, image: &Arn, number: &str) -> Fact<MicrovmImageVersion> {
    let answer = wire.ask::<Version>(&GET_VERSION, json!({ "imageIdentifier": image, "imageVersion": number })).await;
    reader.fact(answer.map(|version| {
        let logging = version.logging.unwrap_or_default();
        MicrovmImageVersion {
            status: version.status,
            base_image: version.base_image_arn,
            base_version: version.base_image_version,
            base_status: Fact::unread(LIST_BASES.action),
            build_role: version.build_role_arn,
            log_group: logging.cloud_watch.and_then(|logs| logs.log_group),
            logging_disabled: logging.disabled.is_some(),
            capabilities: version.additional_os_capabilities.into_iter().flatten().collect(),
        }
    }))
}

/// Asks once for each base how its versions stand.
async fn judge_bases(reader: &Reader, wire: &Wire<'_>, images: &mut [MicrovmImage]) {
    let mut known: BTreeMap<Arn, Fact<BTreeMap<String, Option<String>>>> = BTreeMap::new();
    for version in images.iter_mut().flat_map(|image| image.versions.values_mut()).filter_map(Fact::known_mut) {
        if !known.contains_key(&version.base_image) {
            known.insert(version.base_image.clone(), base(reader, wire, &version.base_image).await);
        }
        if let Some(statuses) = known.get(&version.base_image) {
            let status = |statuses: BTreeMap<String, Option<String>>| statuses.get(version.base_version.as_ref()?).cloned().flatten();
            version.base_status = statuses.clone().map(status);
        }
    }
}

async fn base(reader: &Reader, wire: &Wire<'_>, image: &Arn) -> Fact<BTreeMap<String, Option<String>>> {
    let listing = reader
        .pages(&LIST_BASES, |token| async move {
            let params = json!({ "imageIdentifier": image, "maxResults": 50, "nextToken": token });
            let answer: Listed<Base> = wire.ask(&LIST_BASES, params).await?;
            Ok(Page::new(answer.items, answer.next_token))
        })
        .await;
    whole(listing).map(|bases| bases.into_iter().map(|base| (base.image_version, base.status)).collect())
}
