//! The table of Lambda runtimes, which `runtimes.toml` holds with its date and sources.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{
    checks::{Context, Evidence, RuntimeDates, Verdict},
    model::{Function, Gap, PackageType, Timestamp},
    remedy::{Call, Effort, Plan, Risk},
};

static TABLE: LazyLock<Result<Table, toml::de::Error>> = LazyLock::new(|| toml::from_str(include_str!("runtimes.toml")));

/// What is known of Lambda's runtimes, and since when.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Table {
    /// The oldest day that a part of it was looked up.
    #[serde(deserialize_with = "day")]
    pub(super) as_of: Timestamp,
    blocked: Vec<String>,
    successors: BTreeMap<String, String>,
    runtimes: BTreeMap<String, Dates>,
}

/// The dates of one runtime.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Dates {
    /// The end of support.
    #[serde(deserialize_with = "day")]
    pub(super) deprecated: Timestamp,
    /// From when on no function can be created with it.
    #[serde(default, deserialize_with = "optional_day")]
    pub(super) block_create: Option<Timestamp>,
    /// From when on no function that uses it can be changed.
    #[serde(default, deserialize_with = "optional_day")]
    pub(super) block_update: Option<Timestamp>,
}

/// What the configuration and the table say of one runtime.
#[derive(Debug)]
pub(super) enum Support<'f> {
    /// Blocked for years.
    Blocked,
    /// Known by its dates.
    Dated(Dated<'f>),
}

/// The dates of a runtime: the user's before the table's.
#[derive(Debug)]
pub(super) struct Dated<'f> {
    /// The end of support.
    pub(super) deprecated: Timestamp,
    /// From when on no function can be created with it.
    pub(super) block_create: Option<Timestamp>,
    /// From when on no function that uses it can be changed.
    pub(super) block_update: Option<Timestamp>,
    own: RuntimeDates,
    runtime: &'f str,
}

impl<'f> Dated<'f> {
    /// What the table says, if anything, where the user says nothing else; none without an end of support.
    fn new(runtime: &'f str, own: RuntimeDates, table: Option<&Dates>) -> Option<Self> {
        Some(Self {
            deprecated: own.deprecated.or(table.map(|dates| dates.deprecated))?,
            block_create: own.block_create.or(table.and_then(|dates| dates.block_create)),
            block_update: own.block_update.or(table.and_then(|dates| dates.block_update)),
            own,
            runtime,
        })
    }

    /// The date under `key`, and whose it is.
    pub(super) fn evidence(&self, key: &str, date: Timestamp) -> Evidence {
        let own = match key {
            "deprecated" => self.own.deprecated,
            "block-create" => self.own.block_create,
            _ => self.own.block_update,
        };
        match own {
            Some(_) => {
                let pointer = format!("runtimes.\"{}\".{}", self.runtime, key.replace('-', "_"));
                Evidence::field("configuration", pointer, date.date().to_string())
            }
            None => Evidence::field("runtimes.toml", key, date.date().to_string()),
        }
    }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    format!("{text}T00:00:00Z").parse().map_err(D::Error::custom)
}

fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    day(deserializer).map(Some)
}

/// The table.
///
/// # Errors
/// A gap when the file that was built in is broken; a test sees to it that it is not.
pub(super) fn table() -> Result<&'static Table, Gap> {
    TABLE.as_ref().map_err(|error| Gap::failed("", format!("runtimes.toml: {}", error.message())))
}

/// The runtime of `function`, and what the table says of it; `None` for container images, which have no managed runtime.
///
/// # Errors
/// A gap for a runtime that neither the configuration nor the table knows: nothing is claimed of it.
pub(super) fn support<'f>(context: &Context<'_>, function: &'f Function) -> Result<Option<(&'f str, Support<'f>)>, Gap> {
    if function.package_type == PackageType::Image {
        return Ok(None);
    }
    let table = table()?;
    let name = function.runtime.as_deref().ok_or_else(|| Gap::failed("lambda:ListFunctions", "the answer names no Runtime"))?;
    let own = context.settings.runtimes.get(name).copied().unwrap_or_default();
    if own.deprecated.is_none() && table.blocked.iter().any(|blocked| blocked == name) {
        return Ok(Some((name, Support::Blocked)));
    }
    match Dated::new(name, own, table.runtimes.get(name)) {
        Some(dates) => Ok(Some((name, Support::Dated(dates)))),
        None => Err(Gap::unsupported(format!("the runtime table of {} does not know {name}", table.as_of.date()))),
    }
}

impl Table {
    /// What to move to from `runtime`.
    pub(super) fn successor(&self, runtime: &str) -> Option<&str> {
        let family = runtime.split(|c: char| c.is_ascii_digit()).next()?;
        self.successors.get(family).map(String::as_str)
    }

    /// Whether it is more than 120 days older than `now`, so that dates may have moved since.
    pub(super) fn is_stale(&self, now: Timestamp) -> bool {
        now.days_since(self.as_of) > 120
    }
}

/// How old the table is that decided.
pub(super) fn as_of(now: Timestamp) -> Result<Evidence, Gap> {
    let table = table()?;
    let stale = if table.is_stale(now) { ": older than 120 days, dates may have moved" } else { "" };
    Ok(Evidence::field("runtimes.toml", "as-of", format!("{}{stale}", table.as_of.date())))
}

/// The plan that moves a function to the runtime that follows its own, where one is known.
pub(super) fn upgrade(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let runtime = function.runtime.as_deref()?;
    let successor = table().ok()?.successor(runtime)?;
    let update = |to: &str| {
        Call::new("lambda", "update-function-configuration", &*verdict.region)
            .with("function-name", verdict.resource.as_str())
            .with("runtime", to)
    };
    let plan = Plan::new(Effort::Guided, Risk::Manual, format!("Move {} to {successor}", function.name))
        .step(format!("Test the code on {successor} first: languages drop old syntax and libraries"))
        .step(update(successor));
    let frozen = match support(context, function) {
        Ok(Some((_, Support::Blocked))) => true,
        Ok(Some((_, Support::Dated(dates)))) => dates.block_update.is_some_and(|block| block <= context.now()),
        _ => false,
    };
    // AWS would refuse to go back.
    Some(if frozen { plan } else { plan.undo(update(runtime)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing;

    #[test]
    fn the_table_is_whole() {
        let table = table().unwrap();
        assert_eq!(table.runtimes.len(), 38);
        for (name, dates) in &table.runtimes {
            assert!(!table.blocked.contains(name), "{name} is both dated and blocked");
            assert!(dates.block_create.is_none_or(|create| create >= dates.deprecated), "{name} is blocked before its support ends");
            assert!(dates.block_update >= dates.block_create, "{name} cannot be changed before it cannot be created");
        }
        for name in table.runtimes.keys().chain(&table.blocked) {
            let successor = table.successor(name).unwrap_or_else(|| panic!("{name} has no successor"));
            assert!(table.runtimes[successor].deprecated > testing::now(), "{successor}, the successor of {name}, is out of support");
        }
    }

    #[test]
    fn says_when_it_is_out_of_date() {
        let table = table().unwrap();
        if table.is_stale(testing::now()) {
            eprintln!("warning: runtimes.toml is of {}: look the dates up again", table.as_of);
        }
        let day = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!table.is_stale(table.as_of));
        assert!(table.is_stale(day("2030-01-01T00:00:00Z")));
    }
}
