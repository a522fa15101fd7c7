//! Addresses on this machine: nothing in the tests and benches can talk to any other.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use palisade::{live::Options, model::FingerprintKey};

/// Where all of it plays, unless a test says otherwise.
pub(crate) const REGION: &str = "eu-west-1";

/// An address on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint(String);

impl Endpoint {
    /// Refuses whatever is not loopback.
    pub(crate) fn new(url: &str) -> Self {
        let port = url.strip_prefix("http://127.0.0.1:").unwrap_or_else(|| panic!("{url} is not on this machine"));
        assert!(port.parse::<u16>().is_ok(), "{url} is not on this machine");
        Self(url.to_owned())
    }

    pub(crate) fn url(&self) -> &str {
        &self.0
    }

    /// What Palisade needs to read an account there.
    pub(crate) fn options(&self, region: &str) -> Options {
        let mut options = Options::new(FingerprintKey::new([1; 32]));
        options.endpoint_url = Some(self.0.clone());
        options.credentials = Some(credentials());
        options.regions = vec![region.to_owned()];
        options
    }

    /// What the SDK's clients need to write to it.
    pub(crate) fn sdk(&self, region: &str) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(&self.0)
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials()))
            .build()
    }

    /// Makes a queue, for the functions that read one.
    pub(crate) fn create_queue(&self, name: &str, attributes: &[(&str, &str)]) {
        let mut form = format!("Action=CreateQueue&Version=2012-11-05&QueueName={name}");
        for (number, (key, value)) in (1..).zip(attributes) {
            let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            form.push_str(&format!("&Attribute.{number}.Name={key}&Attribute.{number}.Value={encoded}"));
        }
        self.send("sqs", "POST /", "Content-Type: application/x-www-form-urlencoded\r\n", &form).unwrap();
    }

    /// Sends one request to a service of which there is no SDK here: `line` is the method and the path.
    pub(crate) fn send(&self, service: &str, line: &str, headers: &str, body: &str) -> Result<String, String> {
        let host = self.0.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\
             Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        if answer.starts_with("HTTP/1.1 200") { Ok(answer) } else { Err(answer) }
    }

    /// `palisade`, with nothing in its environment that leads elsewhere.
    pub(crate) fn palisade(&self, home: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        command
            .env_clear()
            .env("HOME", home)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_CONFIG_FILE", home.join("no-config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", home.join("no-credentials"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", &self.0)
            .env("AWS_REGION", REGION)
            .stdin(Stdio::null());
        command
    }
}

/// Credentials that no cloud knows.
fn credentials() -> Credentials {
    Credentials::new("test", "test", None, None, "palisade's tests")
}

#[test]
fn only_this_machine_is_an_endpoint() {
    for url in [
        "https://lambda.eu-west-1.amazonaws.com",
        "http://127.0.0.1.example.com:80",
        "http://10.0.0.1:80",
        "http://127.0.0.1:80@example.com",
    ] {
        assert!(std::panic::catch_unwind(|| Endpoint::new(url)).is_err(), "{url}");
    }
    assert_eq!(Endpoint::new("http://127.0.0.1:4566").url(), "http://127.0.0.1:4566");
}
