//! Capacity providers: instances of the account's own that functions run on.
//!
//! Over the wire: the crate makes an empty list of an answer without one.

use serde::Deserialize;
use serde_json::json;

use crate::{
    collect::{
        Operation,
        pages::Page,
        reader::Reader,
        wire::{Protocol, Service, Wire},
    },
    model::{Arn, CapacityProvider, Learnt},
};

static SERVICE: Service = Service::new("Lambda", "lambda", Protocol::RestJson);

pub(super) static LIST: Operation = Operation::new("lambda:ListCapacityProviders", &super::QUOTA)
    .of(&SERVICE)
    .get("/2025-11-30/capacity-providers")
    .calls(|at| at.pages(at.region.capacity_providers.items.len(), 50));

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    capacity_providers: Option<Vec<Entry>>,
    next_marker: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    capacity_provider_arn: Arn,
    state: String,
    vpc_config: Option<Vpc>,
    permissions_config: Option<Permissions>,
    kms_key_arn: Option<String>,
    capacity_provider_scaling_config: Option<Scaling>,
    telemetry_config: Option<Telemetry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Vpc {
    #[serde(default)]
    subnet_ids: Vec<String>,
    #[serde(default)]
    security_group_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Permissions {
    capacity_provider_operator_role_arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
struct Scaling {
    #[serde(rename = "MaxVCpuCount")]
    max_vcpus: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Telemetry {
    logging_config: Option<Logging>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Logging {
    log_group: Option<String>,
}

/// All of them.
pub(super) async fn read(reader: &Reader) -> Learnt {
    let wire = &Wire::new(reader, &SERVICE);
    let listing = reader
        .pages(&LIST, |token| async move {
            let answer: Listed = wire.ask(&LIST, json!({ "MaxItems": 50, "Marker": token })).await?;
            Ok(Page::new(answer.capacity_providers, answer.next_marker))
        })
        .await;
    Learnt::CapacityProviders(reader.converted(&LIST, listing, |entry| {
        let vpc = entry.vpc_config.unwrap_or_default();
        Some(CapacityProvider {
            arn: entry.capacity_provider_arn,
            state: entry.state,
            subnets: vpc.subnet_ids,
            security_groups: vpc.security_group_ids,
            operator_role: entry.permissions_config.and_then(|config| config.capacity_provider_operator_role_arn),
            kms_key: super::function::arn_of(entry.kms_key_arn),
            max_vcpus: entry.capacity_provider_scaling_config.and_then(|config| config.max_vcpus),
            log_group: entry.telemetry_config.and_then(|config| config.logging_config).and_then(|config| config.log_group),
        })
    }))
}
