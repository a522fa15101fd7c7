//! The catalogue: rules that turn facts into verdicts.
//!
//! A check is one file in the folder of its layer: a [`Check`] literal, a `run` function that goes through
//! [`Context::each`], and its cases. `each` turns an unread list and a gap into an unknown verdict, so that
//! a failed read can never pass.

mod context;
mod data;
mod event_pattern;
mod explanation;
mod feeds;
mod framework;
mod function;
mod glance;
mod guide;
mod held;
mod identity;
mod monitoring;
mod open_routes;
mod permission;
#[cfg(test)]
mod planted;
mod reach;
mod resource_policy;
mod response;
mod routes;
mod settings;
mod standing;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
pub(crate) mod testing_api;
#[cfg(test)]
pub(crate) mod testing_watch;
#[cfg(test)]
mod tests;
mod verdict;
mod waiver;
mod works_with;

use std::fmt;

use serde::Serialize;

pub use context::Context;
pub use explanation::{Body, Part};
pub use feeds::{Feed, Feeds};
pub use framework::Framework;
pub use guide::Guide;
pub use settings::{
    Asset, Classes, Classified, DataClass, Demand, Described, Environment, Environments, Mark, Marks, Placed, Protection, RuntimeDates,
    Settings, Tags, Threshold, Thresholds,
};
pub use standing::Standing;
pub use verdict::{Confidence, Evidence, Fault, Ruling, Verdict};
pub use waiver::{Waiver, WaiverState, WaiverUse, parse_day};

use crate::{model::Source, remedy::Plan};

/// One of the five layers of a serverless account's posture, in their fixed order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// Only trusted code runs, and only for trusted callers.
    Function,
    /// Every function has the least permission it needs and explicit trust.
    Identity,
    /// Encrypted, rotated, where it may be.
    Data,
    /// Everything leaves a trace that somebody reads.
    Monitoring,
    /// When it happens we can contain, investigate and recover.
    Response,
}

impl Layer {
    /// The layers in order.
    pub const ALL: [Self; 5] = [Self::Function, Self::Identity, Self::Data, Self::Monitoring, Self::Response];

    /// The word of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Identity => "identity",
            Self::Data => "data",
            Self::Monitoring => "monitoring",
            Self::Response => "response",
        }
    }

    /// The name on screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Function => "Function",
            Self::Identity => "Identity",
            Self::Data => "Data",
            Self::Monitoring => "Monitoring",
            Self::Response => "Response",
        }
    }

    /// What the layer promises, in one sentence.
    pub const fn promise(self) -> &'static str {
        match self {
            Self::Function => "Only trusted code runs, and only for trusted callers",
            Self::Identity => "Every function has the least permission it needs and explicit trust",
            Self::Data => "Encrypted in transit and at rest, keys rotate, data stays where it may be",
            Self::Monitoring => "Everything leaves a trace that somebody reads",
            Self::Response => "When it happens we can contain, investigate and recover",
        }
    }

    /// Its place in [`Layer::ALL`], from 0.
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

/// How bad a failed check is; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Drop everything.
    Critical,
    /// Today.
    High,
    /// This sprint.
    Medium,
    /// When the file is open anyway.
    Low,
    /// Good to know.
    Info,
}

impl Severity {
    /// From worst to least.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word of the command line and the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }

    /// Its place in [`Severity::ALL`], from 0.
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The keys of a check in other people's frameworks; empty where there is none.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Links {
    /// AWS Security Hub CSPM controls, such as `Lambda.1`.
    #[serde(rename = "security-hub")]
    pub security_hub: &'static [&'static str],
    /// CIS AWS Foundations Benchmark v7.0.0 recommendations.
    #[serde(rename = "cis-aws-7.0")]
    pub cis: &'static [&'static str],
    /// NIST Cybersecurity Framework 2.0 categories.
    #[serde(rename = "nist-csf-2.0")]
    pub csf: &'static [&'static str],
    /// OWASP Serverless Top 10 (2018), `S1` to `S10`.
    #[serde(rename = "owasp-sls-2018")]
    pub owasp: &'static [&'static str],
    /// CSA's 12 most critical risks for serverless applications, `SAS-1` to `SAS-12`.
    #[serde(rename = "csa-sas")]
    pub csa: &'static [&'static str],
    /// MITRE ATT&CK v18 techniques.
    #[serde(rename = "attack-18")]
    pub attack: &'static [&'static str],
    /// PCI DSS v4.0.1 requirements.
    #[serde(rename = "pci-dss-4.0.1")]
    pub pci: &'static [&'static str],
    /// SOC 2, the AICPA's Trust Services Criteria (2017, points of focus revised 2022).
    #[serde(rename = "soc-2")]
    pub soc: &'static [&'static str],
}

impl Links {
    /// No keys: to fill in with struct update.
    pub const NONE: Self = Self { security_hub: &[], cis: &[], csf: &[], owasp: &[], csa: &[], attack: &[], pci: &[], soc: &[] };

    /// Framework name and keys, in a fixed order, those without keys left out.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        [
            ("security-hub", self.security_hub),
            ("cis-aws-7.0", self.cis),
            ("nist-csf-2.0", self.csf),
            ("owasp-sls-2018", self.owasp),
            ("csa-sas", self.csa),
            ("attack-18", self.attack),
            ("pci-dss-4.0.1", self.pci),
            ("soc-2", self.soc),
        ]
        .into_iter()
        .filter(|(_, keys)| !keys.is_empty())
    }
}

/// One rule of the catalogue.
#[derive(Debug)]
pub struct Check {
    /// Stable for ever: `FN-001`.
    pub id: &'static str,
    /// Names the defect; equal to the file's name.
    pub slug: &'static str,
    /// The good state, as a statement.
    pub title: &'static str,
    /// The layer; equal to the folder.
    pub layer: Layer,
    /// How bad it is, unless a verdict says otherwise.
    pub severity: Severity,
    /// What an attacker or an outage makes of the defect.
    pub why: &'static str,
    /// How it is decided, and which false positives it avoids.
    pub how: &'static str,
    /// Keys in other frameworks.
    pub links: Links,
    /// The sources it reads: it runs again when one of them changed.
    pub reads: &'static [Source],
    /// Decides.
    pub run: fn(&Context<'_>) -> Vec<Verdict>,
    /// The way back to the good state, for a failed verdict.
    pub fix: fn(&Context<'_>, &Verdict) -> Option<Plan>,
    /// What it keeps quiet about, and the fix for those who write it by hand.
    pub guide: Guide,
}

impl Check {
    /// The defect in a few words: the slug, as people would say it.
    pub fn defect(&self) -> String {
        self.slug.replace('-', " ")
    }
}

/// Every check, ordered by layer and id.
pub fn all() -> impl Iterator<Item = &'static Check> {
    [function::CHECKS, identity::CHECKS, data::CHECKS, monitoring::CHECKS, response::CHECKS].into_iter().flatten().copied()
}

/// The check with this id or slug, in any case.
pub fn find(name: &str) -> Option<&'static Check> {
    all().find(|check| check.id.eq_ignore_ascii_case(name) || check.slug.eq_ignore_ascii_case(name))
}
