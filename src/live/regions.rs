//! Regions: which there are, and which the account uses.

use std::net::IpAddr;

use aws_config::{Region, SdkConfig, retry::RetryConfig};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::future::join_all;

use super::ConnectError;
use crate::model::text;

/// Codes with which a Region says that it does not know the account.
///
/// Tokens of STS's global endpoint are taken for unknown as well, by Regions that have to be switched on.
const OFF: &[&str] = &["AuthFailure", "InvalidClientTokenId", "OptInRequired", "UnrecognizedClientException"];

/// Where credentials without a Region are asked whose they are: once a partition, for they are known in one only.
pub(super) const HOMES: [&str; 3] = ["us-east-1", "us-gov-west-1", "cn-north-1"];

/// Regions with Lambda, as the SDK's endpoint rules of November 2026 know them.
const AWS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];
const AWS_CN: &[&str] = &["cn-north-1", "cn-northwest-1"];
const AWS_US_GOV: &[&str] = &["us-gov-east-1", "us-gov-west-1"];

/// Whether `text` looks like a Region; new ones come, so there is no list of good names.
pub(super) fn is_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    let number = parts.next().is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    let mut words = 0;
    let letters = parts.inspect(|_| words += 1).all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    number && letters && words >= 2 && text.len() <= 32
}

/// The Regions of a partition.
fn of_partition(partition: &str) -> &'static [&'static str] {
    match partition {
        "aws-cn" => AWS_CN,
        "aws-us-gov" => AWS_US_GOV,
        _ => AWS,
    }
}

/// Refuses what can be neither a Region nor `all`.
pub(super) fn check(names: &[String]) -> Result<(), ConnectError> {
    match names.iter().find(|name| *name != "all" && !is_region(name)) {
        Some(bad) => Err(ConnectError::BadRegion(bad.clone())),
        None => Ok(()),
    }
}

/// The partition that a Region belongs to.
pub(super) fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The Regions of `all` that are read, and those that are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) names: Vec<String>,
    pub(super) left_out: Vec<LeftOut>,
}

/// A Region that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub region: String,
    /// Why.
    pub reason: Reason,
}

/// Why a Region is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It said itself that it has neither functions nor event source mappings.
    Empty,
    /// It does not know the credentials, with this code: nobody switched it on, or their token is not for it.
    Off(String),
}

/// What a Region said when it was asked what it has.
enum Answer {
    /// Something, or nothing that could be understood: it is read, and shows its gap.
    Read,
    Empty,
    Off(String),
}

/// The Regions of `partition` that have functions or event source mappings.
///
/// One that refuses to say, or cannot be reached, stays: that is a gap to show, where leaving it out would look like
/// an empty Region. With nothing anywhere it is `home`, so that the account still is looked at.
pub(super) async fn used(sdk: &SdkConfig, partition: &str, home: &str) -> Used {
    let known = of_partition(partition);
    // The account's own Region may be newer than the list.
    let own = (!known.contains(&home) && self::partition(home) == partition).then_some(home);
    let names: Vec<&str> = known.iter().copied().chain(own).collect();
    let answers = join_all(names.iter().map(|name| ask(sdk, name))).await;
    let mut used = Used { names: Vec::new(), left_out: Vec::new() };
    for (name, answer) in names.into_iter().zip(answers) {
        let reason = match answer {
            Answer::Read => {
                used.names.push(name.to_owned());
                continue;
            }
            Answer::Empty => Reason::Empty,
            Answer::Off(said) => Reason::Off(said),
        };
        used.left_out.push(LeftOut { region: name.to_owned(), reason });
    }
    if used.names.is_empty() {
        let home = used.left_out.iter().position(|left| left.region == home && left.reason == Reason::Empty);
        let first = || used.left_out.iter().position(|left| left.reason == Reason::Empty);
        let stays = home.or_else(first).unwrap_or(0);
        if stays < used.left_out.len() {
            used.names.push(used.left_out.remove(stays).region);
        }
    }
    used
}

async fn ask(sdk: &SdkConfig, region: &str) -> Answer {
    let retries = RetryConfig::standard().with_max_attempts(2);
    let config = aws_sdk_lambda::Config::from(sdk).to_builder().region(Region::new(region.to_owned())).retry_config(retries).build();
    let client = aws_sdk_lambda::Client::from_conf(config);
    match client.list_functions().max_items(1).send().await {
        Ok(answer) if answer.next_marker().is_none() && answer.functions.as_ref().is_some_and(Vec::is_empty) => {}
        Ok(_) => return Answer::Read,
        Err(error) => {
            return match error.code() {
                Some(code) if OFF.contains(&code) => Answer::Off(text::clean(code).into_owned()),
                _ => Answer::Read,
            };
        }
    }
    match client.list_event_source_mappings().max_items(1).send().await {
        Ok(answer) if answer.next_marker().is_none() && answer.event_source_mappings.as_ref().is_some_and(Vec::is_empty) => Answer::Empty,
        Ok(_) | Err(_) => Answer::Read,
    }
}

/// Whether `endpoint` is on this machine.
pub(super) fn is_loopback(endpoint: &str) -> bool {
    let rest = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(host) => host.split(']').next().unwrap_or(host),
        None => host.split(':').next().unwrap_or(host),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_by_their_looks() {
        for good in AWS.iter().chain(AWS_CN).chain(AWS_US_GOV) {
            assert!(is_region(good), "{good}");
        }
        for bad in ["", "eu", "eu-west", "eu-west-", "EU-WEST-1", "eu-west-1/..", "eu_west_1", "-west-1", "evil.com/eu-west-1", "1"] {
            assert!(!is_region(bad), "{bad}");
        }
    }

    #[test]
    fn every_region_is_of_its_partition() {
        for partition in ["aws", "aws-cn", "aws-us-gov"] {
            assert!(of_partition(partition).iter().all(|region| self::partition(region) == partition), "{partition}");
            assert_eq!(HOMES.iter().filter(|home| of_partition(partition).contains(home)).count(), 1, "{partition}");
        }
    }

    #[test]
    fn loopback_is_a_matter_of_the_host() {
        for here in ["http://127.0.0.1:5000", "http://localhost:4566/", "https://[::1]:80/x", "http://user@127.1.2.3", "LOCALHOST:1"] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in [
            "https://lambda.eu-west-1.amazonaws.com",
            "http://127.0.0.1.example.com",
            "http://localhost@example.com",
            "http://10.0.0.1",
            "",
        ] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }
}
