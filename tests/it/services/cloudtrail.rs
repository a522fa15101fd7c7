//! Trails and event data stores.

use palisade::model::{EventDataStoreDetails, Posture, Source, Trail, TrailSelectors};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

const NO_LAKE: &str = "it has no event data stores";

pub(super) static SERVICE: Service = Service {
    source: Source::Cloudtrail,
    plant: include_str!("cloudtrail.py"),
    facts: &[
        Planted {
            name: "a trail has its settings",
            holds: |posture| {
                let trail = trail(posture, "everything")?;
                let settings =
                    (trail.multi_region, trail.organization, trail.log_file_validation, trail.global_service_events, trail.is_home());
                same(settings, (true, false, true, true, true))?;
                same(trail.bucket.as_deref(), Some("trail-logs"))?;
                let key = trail.kms_key.as_ref().map(|key| key.name());
                same(key, Some("11111111-2222-3333-4444-555555555555"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a trail goes to a log group",
            holds: |posture| {
                let group = trail(posture, "everything")?.log_group.as_ref();
                same(group.map(|group| group.name()), Some("trail"))
            },
            moto: Right,
            ministack: Wrong("it forgets the log group"),
        },
        Planted {
            name: "a trail is live and another is not",
            holds: |posture| {
                let live = |name| {
                    let status = trail(posture, name)?.status.known().map_err(ToString::to_string)?;
                    Ok::<_, String>((status.logging, status.delivery_error.clone()))
                };
                same((live("everything")?, live("local")?), ((true, None), (false, None)))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "advanced selectors keep what they exclude",
            holds: |posture| {
                let selectors = &selectors(posture, "everything")?.advanced;
                let selector = selectors.first().ok_or("no selector")?;
                same(selector.name.as_deref(), Some("functions but one"))?;
                let field = |name| selector.fields.iter().find(|field| field.field == name).ok_or("no such field");
                same(field("resources.type")?.equals.as_slice(), &["AWS::Lambda::Function".to_owned()])?;
                let excluded = &field("resources.ARN")?.not_starts_with;
                same(excluded.iter().any(|arn| arn.ends_with(":function:noisy")), true)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "basic selectors keep their resources",
            holds: |posture| {
                let selectors = selectors(posture, "local")?;
                let selector = selectors.basic.first().ok_or("no selector")?;
                same((selector.read_write.as_str(), selector.management, selectors.advanced.len()), ("WriteOnly", true, 0))?;
                same(selector.excluded_sources.as_slice(), &["kms.amazonaws.com".to_owned()])?;
                let resource = selector.data_resources.first().ok_or("no resource")?;
                same((resource.kind.as_str(), resource.values.concat().as_str()), ("AWS::S3::Object", "arn:aws:s3"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a trail of another Region is seen here as a shadow",
            holds: |posture| {
                let shadow = trail(posture, "elsewhere")?;
                same((shadow.is_home(), shadow.home_region.as_str(), shadow.arn.region()), (false, "us-east-1", "us-east-1"))?;
                same((shadow.status.gap(), shadow.selectors.gap()), (None, None))
            },
            moto: Wrong("it knows the selectors at home alone"),
            ministack: Right,
        },
        Planted {
            name: "an event data store cannot be deleted and keeps seven years",
            holds: |posture| {
                let store = store(posture)?;
                let settings = (store.termination_protection, store.multi_region, store.organization, store.retention_days);
                same(settings, (true, true, false, 2557))?;
                same(store.status.as_str(), "ENABLED")?;
                let fields = store.selectors.iter().flat_map(|selector| &selector.fields);
                same(fields.map(|field| field.equals.concat()).collect::<Vec<_>>(), vec!["Management".to_owned()])
            },
            moto: Wrong(NO_LAKE),
            ministack: Wrong(NO_LAKE),
        },
    ],
    // One has an error page for it, the other says that the parameters are wrong.
    moto: &["failed cloudtrail:GetEventSelectors", "failed cloudtrail:ListEventDataStores"],
    ministack: &["failed cloudtrail:ListEventDataStores"],
};

fn trail<'a>(posture: &'a Posture, name: &str) -> Result<&'a Trail, String> {
    let trails = &posture.regions[REGION].trails.items;
    trails.iter().find(|trail| trail.name == name).ok_or_else(|| format!("no trail {name}"))
}

fn selectors<'a>(posture: &'a Posture, name: &str) -> Result<&'a TrailSelectors, String> {
    trail(posture, name)?.selectors.known().map_err(ToString::to_string)
}

fn store(posture: &Posture) -> Result<&EventDataStoreDetails, String> {
    let store = posture.regions[REGION].event_data_stores.items.first().ok_or("no store")?;
    store.details.known().map_err(ToString::to_string)
}
