//! The file as it is written.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

use super::Dashboard;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Raw {
    pub(super) dashboard: Dashboard,
    pub(super) collect: Collect,
    pub(super) waivers: Waivers,
    pub(super) trust: Trust,
    pub(super) logs: Logs,
    pub(super) residency: Residency,
    pub(super) thresholds: BTreeMap<String, i64>,
    pub(super) owners: Owners,
    pub(super) environments: Environments,
    pub(super) classes: BTreeMap<String, Class>,
    pub(super) secrets: Secrets,
    pub(super) runtimes: BTreeMap<String, Runtime>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Collect {
    pub(super) details_max_age_minutes: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Waivers {
    pub(super) file: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Trust {
    pub(super) accounts: Vec<String>,
    pub(super) organizations: Vec<String>,
    pub(super) layer_publishers: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Logs {
    pub(super) retention_min_days: Option<u32>,
    pub(super) retention_max_days: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Residency {
    pub(super) regions: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Owners {
    pub(super) tags: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Environments {
    pub(super) production: Marks,
    pub(super) development: Marks,
}

/// What is not given stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Marks {
    pub(super) tags: Option<BTreeMap<String, Vec<String>>>,
    pub(super) names: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Class {
    pub(super) rank: Option<u32>,
    pub(super) tags: Option<BTreeMap<String, Vec<String>>>,
    pub(super) names: Option<Vec<String>>,
    pub(super) demands: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Secrets {
    pub(super) patterns: BTreeMap<String, String>,
}

/// Dates: texts, or as TOML writes them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Runtime {
    pub(super) deprecated: Option<toml::Value>,
    pub(super) block_create: Option<toml::Value>,
    pub(super) block_update: Option<toml::Value>,
}
