//! Inspector: what it scans, and what it found.

use palisade::model::{Posture, Region, Source, Vulnerability};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::Inspector,
    plant: include_str!("inspector.py"),
    facts: &[
        Planted {
            name: "packages of functions are scanned, their code is not",
            holds: |posture| {
                let status = region(posture).inspector.known().map_err(ToString::to_string)?;
                same((status.account.as_str(), status.lambda.as_deref()), ("ENABLED", Some("ENABLED")))?;
                same(status.lambda_code.as_deref(), Some("DISABLED"))
            },
            moto: Right,
            ministack: Wrong("the account is always off, whatever is on"),
        },
        Planted {
            name: "a function is left out by its tag",
            holds: |posture| {
                let covered = region(posture).coverage.all().map_err(ToString::to_string)?;
                let mail = covered.iter().find(|function| function.arn.name() == "mail").ok_or("no mail")?;
                let scan = mail.packages.as_ref().ok_or("no scan")?;
                same((scan.active, scan.reason.as_str(), mail.code.is_none()), (false, "EXCLUDED_BY_TAG", true))
            },
            moto: Wrong("it knows no coverage"),
            ministack: Wrong("it covers what it likes"),
        },
        Planted {
            name: "a package of a function is vulnerable, exploited and fixed",
            holds: |posture| {
                let found = finding(posture, "CVE-2021-44228")?;
                same((found.function.name(), found.severity.as_str()), ("orders", "CRITICAL"))?;
                same((found.exploit_available, found.fix_available.as_deref(), found.epss), (Some(true), Some("YES"), Some(0.97)))?;
                let package = found.packages.first().ok_or("no package")?;
                same((package.name.as_str(), package.fixed_in.as_deref()), ("log4j-core", Some("2.15.0")))
            },
            moto: Wrong("it finds nothing"),
            ministack: Wrong("it finds other things, on things of its own"),
        },
        Planted {
            name: "the code of a function is vulnerable",
            holds: |posture| {
                let found = finding(posture, "python/sql-injection")?;
                let code = found.code.as_ref().ok_or("no code")?;
                same((code.cwes.as_slice(), code.file.as_str(), code.line), (["CWE-89".to_owned()].as_slice(), "src/app.py", 7))
            },
            moto: Wrong("it finds nothing"),
            ministack: Wrong("it finds other things, on things of its own"),
        },
    ],
    moto: &["unsupported inspector2:ListCoverage"],
    ministack: &[],
};

fn region(posture: &Posture) -> &Region {
    &posture.regions[REGION]
}

fn finding<'a>(posture: &'a Posture, id: &str) -> Result<&'a Vulnerability, String> {
    let found = region(posture).vulnerabilities.all().map_err(ToString::to_string)?;
    found.iter().find(|finding| finding.id.as_deref() == Some(id)).ok_or_else(|| format!("no {id}"))
}
