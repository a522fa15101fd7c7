//! Other people's frameworks: which of their requirements the checks speak of.

use super::Check;

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
