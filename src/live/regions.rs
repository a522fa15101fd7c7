//! Regions: which there are, and which the account uses.

use std::net::IpAddr;

use aws_config::{Region, SdkConfig, retry::RetryConfig};
use futures::future::join_all;

use crate::collect::{Failure, Trouble};

/// Where an account that names no Region is asked which it uses.
pub(super) const HOME: &str = "us-east-1";

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

/// The partition that a Region belongs to.
pub(super) fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The Regions of `partition` that the account has switched on. One that refuses to list its functions stays: that
/// is a gap to show, where leaving it out would look like an empty Region.
pub(super) async fn in_use(sdk: &SdkConfig, partition: &str) -> Vec<String> {
    let names = match partition {
        "aws-cn" => AWS_CN,
        "aws-us-gov" => AWS_US_GOV,
        _ => AWS,
    };
    let asked = names.iter().map(|&name| async move {
        let retries = RetryConfig::standard().with_max_attempts(2);
        let config = aws_sdk_lambda::Config::from(sdk).to_builder().region(Region::new(name)).retry_config(retries).build();
        let answer = aws_sdk_lambda::Client::from_conf(config).list_functions().max_items(1).send().await;
        let off = answer.is_err_and(|error| Failure::read("lambda:ListFunctions", &error).trouble == Trouble::Rejected);
        (!off).then(|| name.to_owned())
    });
    join_all(asked).await.into_iter().flatten().collect()
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
