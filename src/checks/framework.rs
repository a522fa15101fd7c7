//! Other people's frameworks: which of their requirements the checks speak of.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::Check;

static TITLES: LazyLock<Result<Titles, toml::de::Error>> = LazyLock::new(|| toml::from_str(include_str!("requirements.toml")));

/// What requirements ask for, which `requirements.toml` holds with its date and sources.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Titles {
    /// The day on which it was looked up.
    #[allow(dead_code, reason = "for the reader of the file")]
    as_of: String,
    #[serde(flatten)]
    frameworks: BTreeMap<String, BTreeMap<String, String>>,
}

/// A framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framework {
    /// AWS Security Hub CSPM controls, such as `Lambda.1`.
    SecurityHub,
    /// CIS AWS Foundations Benchmark v7.0.0 recommendations.
    Cis,
    /// NIST Cybersecurity Framework 2.0 categories.
    Csf,
    /// OWASP Serverless Top 10 (2018).
    Owasp,
    /// CSA's 12 most critical risks for serverless applications.
    Csa,
    /// MITRE ATT&CK v18 techniques.
    Attack,
    /// PCI DSS v4.0.1 requirements.
    Pci,
    /// SOC 2's Trust Services Criteria.
    Soc,
}

impl Framework {
    /// Every framework, in the order of reports.
    pub const ALL: [Self; 8] = [Self::SecurityHub, Self::Cis, Self::Csf, Self::Owasp, Self::Csa, Self::Attack, Self::Pci, Self::Soc];

    /// Its name on the command line and in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SecurityHub => "security-hub",
            Self::Cis => "cis-aws-7.0",
            Self::Csf => "nist-csf-2.0",
            Self::Owasp => "owasp-sls-2018",
            Self::Csa => "csa-sas",
            Self::Attack => "attack-18",
            Self::Pci => "pci-dss-4.0.1",
            Self::Soc => "soc-2",
        }
    }

    /// Its name in full.
    pub const fn title(self) -> &'static str {
        match self {
            Self::SecurityHub => "AWS Security Hub CSPM controls",
            Self::Cis => "CIS AWS Foundations Benchmark 7.0.0",
            Self::Csf => "NIST Cybersecurity Framework 2.0",
            Self::Owasp => "OWASP Serverless Top 10 (2018)",
            Self::Csa => "CSA 12 Most Critical Risks for Serverless Applications",
            Self::Attack => "MITRE ATT&CK 18",
            Self::Pci => "PCI DSS 4.0.1",
            Self::Soc => "SOC 2 Trust Services Criteria",
        }
    }

    /// Its name in the few words that a list has room for.
    pub const fn short(self) -> &'static str {
        match self {
            Self::SecurityHub => "AWS Security Hub",
            Self::Cis => "CIS AWS Foundations 7.0.0",
            Self::Csf => "NIST CSF 2.0",
            Self::Owasp => "OWASP Serverless 2018",
            Self::Csa => "CSA Serverless 12",
            Self::Attack => "MITRE ATT&CK 18",
            Self::Pci => "PCI DSS 4.0.1",
            Self::Soc => "SOC 2",
        }
    }

    /// Whether its entries are risks and techniques rather than demands: one is met where no check finds an opening for it.
    pub const fn names_risks(self) -> bool {
        matches!(self, Self::Owasp | Self::Csa | Self::Attack)
    }

    /// What its requirement `key` asks for, in a few words; empty for one that is not known.
    pub fn requirement(self, key: &str) -> &'static str {
        let titles = TITLES.as_ref().ok().and_then(|titles| titles.frameworks.get(self.word()));
        titles.and_then(|titles| titles.get(key)).map_or("", String::as_str)
    }

    /// Its requirements that `check` speaks of.
    pub const fn keys(self, check: &Check) -> &'static [&'static str] {
        let links = &check.links;
        match self {
            Self::SecurityHub => links.security_hub,
            Self::Cis => links.cis,
            Self::Csf => links.csf,
            Self::Owasp => links.owasp,
            Self::Csa => links.csa,
            Self::Attack => links.attack,
            Self::Pci => links.pci,
            Self::Soc => links.soc,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::all;

    #[test]
    fn every_requirement_that_a_check_speaks_of_has_a_title() {
        let titles = TITLES.as_ref().expect("requirements.toml is sound");
        assert_eq!(titles.frameworks.len(), Framework::ALL.len());
        for framework in Framework::ALL {
            assert!(titles.frameworks.contains_key(framework.word()), "{}", framework.word());
            for check in all() {
                for key in framework.keys(check) {
                    assert!(!framework.requirement(key).is_empty(), "{}: {} {key} has no title", check.id, framework.word());
                }
            }
        }
        assert_eq!(Framework::Owasp.requirement("S99"), "");
    }
}
