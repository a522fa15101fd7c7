//! CloudTrail: trails with their status and selectors, and the event data stores of CloudTrail Lake.
//!
//! Shadows of multi-Region trails are listed as well, and asked for by ARN: a trail of another home Region logs here too,
//! must be seen when only this Region is read, and has a status of its own in each Region.

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{
    AdvancedEventSelector, Arn, DataResource, EventDataStore, EventDataStoreDetails, EventSelector, Fact, FieldSelector, Learnt, Listing,
    Source, Timestamp, Trail, TrailSelectors, TrailStatus,
};

static SERVICE: Service = Service::new(
    "CloudTrail",
    "cloudtrail",
    Protocol::Json { version: "1.1", target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101" },
);

/// "Quotas in AWS CloudTrail", transactions per second: ten for what reads trails.
static TRAIL_QUOTA: Quota = Quota::new("cloudtrail", 10);
/// CloudTrail names no quota for reading event data stores; there are at most ten in a Region.
static LAKE_QUOTA: Quota = Quota::new("cloudtrail:EventDataStores", 2);

static DESCRIBE_TRAILS: Operation = Operation::new("cloudtrail:DescribeTrails", &TRAIL_QUOTA).of(&SERVICE);
static GET_STATUS: Operation =
    Operation::new("cloudtrail:GetTrailStatus", &TRAIL_QUOTA).of(&SERVICE).detail(Depth::Full, |at| at.region.trails.items.len() as u64);
static GET_SELECTORS: Operation =
    Operation::new("cloudtrail:GetEventSelectors", &TRAIL_QUOTA).of(&SERVICE).detail(Depth::Full, |at| at.region.trails.items.len() as u64);
static LIST_STORES: Operation = Operation::new("cloudtrail:ListEventDataStores", &LAKE_QUOTA)
    .of(&SERVICE)
    .calls(|at| at.pages(at.region.event_data_stores.items.len(), 1000));
static GET_STORE: Operation = Operation::new("cloudtrail:GetEventDataStore", &LAKE_QUOTA)
    .of(&SERVICE)
    .detail(Depth::Full, |at| at.region.event_data_stores.items.len() as u64);

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::Cloudtrail,
    scope: Scope::Regional,
    operations: &[&DESCRIBE_TRAILS, &GET_STATUS, &GET_SELECTORS, &LIST_STORES, &GET_STORE],
    run,
};

/// Trails and stores that are read at the same time; the pacers bound the calls.
const AT_ONCE: usize = 16;

#[derive(Debug, Deserialize)]
struct Trails {
    #[serde(rename = "trailList")]
    trails: Vec<Described>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    name: String,
    #[serde(rename = "TrailARN")]
    arn: Arn,
    home_region: String,
    is_multi_region_trail: bool,
    is_organization_trail: bool,
    include_global_service_events: bool,
    log_file_validation_enabled: bool,
    // Texts are left out where the trail has none.
    #[serde(rename = "S3BucketName")]
    bucket: Option<String>,
    kms_key_id: Option<Arn>,
    cloud_watch_logs_log_group_arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    is_logging: bool,
    latest_delivery_error: Option<String>,
    latest_digest_delivery_error: Option<String>,
    latest_cloud_watch_logs_delivery_error: Option<String>,
    // Seconds with a fraction.
    latest_delivery_time: Option<f64>,
    stop_logging_time: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Selectors {
    // One of the two; the other is left out, or empty.
    event_selectors: Option<Vec<Basic>>,
    advanced_event_selectors: Option<Vec<Advanced>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Basic {
    read_write_type: String,
    include_management_events: bool,
    #[serde(default)]
    data_resources: Vec<Data>,
    #[serde(default)]
    exclude_management_event_sources: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    r#type: String,
    #[serde(default)]
    values: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Advanced {
    name: Option<String>,
    field_selectors: Vec<Field>,
}

/// Lists that a field does not have are left out.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Field {
    field: String,
    equals: Option<Vec<String>>,
    starts_with: Option<Vec<String>>,
    ends_with: Option<Vec<String>>,
    not_equals: Option<Vec<String>>,
    not_starts_with: Option<Vec<String>>,
    not_ends_with: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stores {
    event_data_stores: Vec<Store>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Store {
    event_data_store_arn: Arn,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StoreDetails {
    status: String,
    advanced_event_selectors: Vec<Advanced>,
    multi_region_enabled: bool,
    organization_enabled: bool,
    retention_period: u32,
    termination_protection_enabled: bool,
    kms_key_id: Option<Arn>,
}

/// A trail or a store, to be read in detail.
enum Listed {
    Trail(Trail),
    Store(EventDataStore),
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let (trails, stores) = tokio::join!(trails(reader, wire), stores(reader, wire));
        reader.expect(trails.items.len() + stores.items.len());
        let items = trails.items.iter().cloned().map(Listed::Trail).chain(stores.items.iter().cloned().map(Listed::Store));
        let items: Vec<Listed> = items.collect();
        reader.post(vec![Learnt::Trails(trails), Learnt::EventDataStores(stores)]).await;
        if reader.depth() == Depth::Full {
            let mut batches =
                stream::iter(items).map(|listed| detail(reader, wire, listed)).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
            while let Some(batch) = batches.next().await {
                reader.done(batch.len());
                reader.post(batch).await;
            }
        }
        Vec::new()
    }
    .boxed()
}

async fn trails(reader: &Reader, wire: &Wire<'_>) -> Listing<Trail> {
    // It has no pages: a Region has five trails.
    let answer: Result<Trails, Failure> = wire.ask(&DESCRIBE_TRAILS, json!({ "includeShadowTrails": true })).await;
    match answer {
        Ok(answer) => Listing::complete(answer.trails.into_iter().map(|trail| described(reader.region(), trail)).collect()),
        Err(failure) => Listing::partial(Vec::new(), reader.gap(failure)),
    }
}

async fn stores(reader: &Reader, wire: &Wire<'_>) -> Listing<EventDataStore> {
    let stores = reader
        .pages(&LIST_STORES, |token| async move {
            let answer: Stores = wire.ask(&LIST_STORES, json!({ "MaxResults": 1000, "NextToken": token })).await?;
            Ok(Page::new(Some(answer.event_data_stores), answer.next_token))
        })
        .await;
    reader.converted(&LIST_STORES, stores, |store| {
        Some(EventDataStore { arn: store.event_data_store_arn, name: store.name, details: Fact::unread(GET_STORE.action) })
    })
}

async fn detail(reader: &Reader, wire: &Wire<'_>, listed: Listed) -> Learnt {
    match listed {
        Listed::Trail(mut trail) => {
            let said = wire.ask::<Status>(&GET_STATUS, json!({ "Name": trail.arn }));
            let selected = wire.ask::<Selectors>(&GET_SELECTORS, json!({ "TrailName": trail.arn }));
            let (said, selected) = tokio::join!(said, selected);
            trail.status = reader.fact(said.map(status));
            trail.selectors = reader.fact(selected.and_then(selectors));
            Learnt::Trail(Box::new(trail))
        }
        Listed::Store(mut store) => {
            let answer = wire.ask::<StoreDetails>(&GET_STORE, json!({ "EventDataStore": store.arn })).await;
            store.details = reader.fact(answer.map(details));
            Learnt::EventDataStore(Box::new(store))
        }
    }
}

fn described(region: &str, trail: Described) -> Trail {
    Trail {
        arn: trail.arn,
        region: region.to_owned(),
        name: trail.name,
        home_region: trail.home_region,
        multi_region: trail.is_multi_region_trail,
        organization: trail.is_organization_trail,
        global_service_events: trail.include_global_service_events,
        bucket: trail.bucket.filter(|bucket| !bucket.is_empty()),
        kms_key: trail.kms_key_id.filter(|key| !key.as_str().is_empty()),
        log_file_validation: trail.log_file_validation_enabled,
        log_group: trail.cloud_watch_logs_log_group_arn.filter(|group| !group.as_str().is_empty()),
        status: Fact::unread(GET_STATUS.action),
        selectors: Fact::unread(GET_SELECTORS.action),
    }
}

fn status(said: Status) -> TrailStatus {
    let error = |error: Option<String>| error.filter(|error| !error.is_empty());
    let time = |seconds: Option<f64>| seconds.and_then(|seconds| Timestamp::from_unix(seconds as i64));
    TrailStatus {
        logging: said.is_logging,
        delivery_error: error(said.latest_delivery_error),
        digest_error: error(said.latest_digest_delivery_error),
        log_group_error: error(said.latest_cloud_watch_logs_delivery_error),
        delivered: time(said.latest_delivery_time),
        stopped: time(said.stop_logging_time),
    }
}

/// An answer without either form says nothing of what the trail logs.
fn selectors(said: Selectors) -> Result<TrailSelectors, Failure> {
    if said.event_selectors.is_none() && said.advanced_event_selectors.is_none() {
        return Err(GET_SELECTORS.broken("the answer has no selectors of either form"));
    }
    let basic = |basic: Basic| EventSelector {
        read_write: basic.read_write_type,
        management: basic.include_management_events,
        excluded_sources: basic.exclude_management_event_sources,
        data_resources: basic.data_resources.into_iter().map(|data| DataResource { kind: data.r#type, values: data.values }).collect(),
    };
    Ok(TrailSelectors {
        basic: said.event_selectors.into_iter().flatten().map(basic).collect(),
        advanced: said.advanced_event_selectors.into_iter().flatten().map(advanced).collect(),
    })
}

fn advanced(selector: Advanced) -> AdvancedEventSelector {
    let field = |field: Field| FieldSelector {
        field: field.field,
        equals: field.equals.unwrap_or_else(Vec::new),
        starts_with: field.starts_with.unwrap_or_else(Vec::new),
        ends_with: field.ends_with.unwrap_or_else(Vec::new),
        not_equals: field.not_equals.unwrap_or_else(Vec::new),
        not_starts_with: field.not_starts_with.unwrap_or_else(Vec::new),
        not_ends_with: field.not_ends_with.unwrap_or_else(Vec::new),
    };
    AdvancedEventSelector {
        name: selector.name.filter(|name| !name.is_empty()),
        fields: selector.field_selectors.into_iter().map(field).collect(),
    }
}

fn details(said: StoreDetails) -> EventDataStoreDetails {
    EventDataStoreDetails {
        status: said.status,
        selectors: said.advanced_event_selectors.into_iter().map(advanced).collect(),
        multi_region: said.multi_region_enabled,
        organization: said.organization_enabled,
        retention_days: said.retention_period,
        termination_protection: said.termination_protection_enabled,
        kms_key: said.kms_key_id.filter(|key| !key.as_str().is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_keep_every_condition() {
        let said = json!({ "AdvancedEventSelectors": [{ "Name": "", "FieldSelectors": [
            { "Field": "eventCategory", "Equals": ["Data"] },
            { "Field": "resources.ARN", "StartsWith": ["a"], "EndsWith": ["b"], "NotEquals": ["c"], "NotStartsWith": ["d"], "NotEndsWith": ["e", "f"] },
        ] }] });
        let said = selectors(serde_json::from_value(said).unwrap()).unwrap();
        let text = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(said.advanced[0].name, None);
        assert_eq!(
            said.advanced[0].fields,
            [
                FieldSelector { field: "eventCategory".to_owned(), equals: text(&["Data"]), ..FieldSelector::default() },
                FieldSelector {
                    field: "resources.ARN".to_owned(),
                    equals: Vec::new(),
                    starts_with: text(&["a"]),
                    ends_with: text(&["b"]),
                    not_equals: text(&["c"]),
                    not_starts_with: text(&["d"]),
                    not_ends_with: text(&["e", "f"]),
                },
            ]
        );
    }

    #[test]
    fn an_answer_without_selectors_is_not_a_trail_that_logs_nothing() {
        let read = |said| selectors(serde_json::from_value(said).unwrap());
        assert!(read(json!({ "TrailARN": "x" })).is_err());
        assert!(read(json!({ "EventSelectors": [], "AdvancedEventSelectors": null })).is_ok());
        assert!(serde_json::from_value::<Basic>(json!({ "ReadWriteType": "All" })).is_err());
    }

    #[test]
    fn a_status_has_its_errors_and_times() {
        let read = |said| status(serde_json::from_value(said).unwrap());
        let live = read(json!({ "IsLogging": true, "LatestDeliveryError": "", "LatestDeliveryTime": 1_700_000_000.25 }));
        assert_eq!((live.logging, live.delivery_error, live.delivered), (true, None, Timestamp::from_unix(1_700_000_000)));
        let broken = read(json!({ "IsLogging": false, "LatestDeliveryError": "AccessDenied", "StopLoggingTime": 1 }));
        assert_eq!((broken.delivery_error.as_deref(), broken.stopped), (Some("AccessDenied"), Timestamp::from_unix(1)));
        assert!(serde_json::from_value::<Status>(json!({})).is_err());
    }
}
