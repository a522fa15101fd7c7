//! AWS's protocols, as far as answers and errors look different in them.

use serde_json::json;

use super::{cbor, request::Request};

/// A protocol of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// awsJson 1.0: DynamoDB, SQS, Step Functions.
    Json10,
    /// awsJson 1.1: most services with a target header.
    Json11,
    /// Paths and JSON: Lambda, API Gateway.
    RestJson,
    /// Forms and XML: IAM, STS, SNS.
    Query,
    /// Paths and XML: S3.
    RestXml,
    /// Smithy's RPC v2 in CBOR: CloudWatch.
    Cbor,
}

/// Errors that every service has, each protocol under its own code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Throttled,
    Denied,
    ExpiredToken,
    InternalError,
    Unavailable,
}

impl Protocol {
    /// The protocol of a request; a service with paths says which one is its own.
    pub(super) fn of(request: &Request, own: Self) -> Self {
        if request.is_cbor() {
            Self::Cbor
        } else if request.header("x-amz-target").is_some() {
            let first = request.header("content-type").is_some_and(|kind| kind.ends_with("1.0"));
            if first { Self::Json10 } else { Self::Json11 }
        } else if request.body.starts_with(b"Action=") {
            Self::Query
        } else {
            own
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json10 => "application/x-amz-json-1.0",
            Self::Json11 => "application/x-amz-json-1.1",
            Self::RestJson => "application/json",
            Self::Query => "text/xml",
            Self::RestXml => "application/xml",
            Self::Cbor => "application/cbor",
        }
    }

    /// Status and code of a refusal.
    pub(super) fn refusal(self, refusal: Refusal) -> (u16, &'static str) {
        let xml = matches!(self, Self::Query | Self::RestXml);
        let rpc = matches!(self, Self::Json10 | Self::Json11 | Self::Cbor);
        match refusal {
            Refusal::Throttled if self == Self::RestXml => (503, "SlowDown"),
            Refusal::Throttled if self == Self::RestJson => (429, "TooManyRequestsException"),
            Refusal::Throttled if xml => (400, "Throttling"),
            Refusal::Throttled => (400, "ThrottlingException"),
            Refusal::Denied if xml => (403, "AccessDenied"),
            Refusal::Denied => (if rpc { 400 } else { 403 }, "AccessDeniedException"),
            Refusal::ExpiredToken if xml => (if self == Self::RestXml { 400 } else { 403 }, "ExpiredToken"),
            Refusal::ExpiredToken => (if rpc { 400 } else { 403 }, "ExpiredTokenException"),
            Refusal::InternalError => (500, if xml { "InternalFailure" } else { "InternalServerError" }),
            Refusal::Unavailable => (503, if xml { "ServiceUnavailable" } else { "ServiceUnavailableException" }),
        }
    }

    /// An error: the headers that go with it, and its body.
    pub(super) fn error(self, code: &str, said: &str) -> (Vec<(&'static str, String)>, Vec<u8>) {
        let none = Vec::new();
        match self {
            Self::Json10 => (none, json!({"__type": format!("com.amazonaws.service#{code}"), "message": said}).to_string().into_bytes()),
            Self::Json11 => (none, json!({"__type": code, "message": said}).to_string().into_bytes()),
            Self::RestJson => {
                let header = ("x-amzn-ErrorType", format!("{code}:http://internal.amazon.com/coral/com.amazon.coral.service/"));
                (vec![header], json!({"Type": "User", "Message": said}).to_string().into_bytes())
            }
            Self::Query => {
                let body = format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{said}</Message></Error>\
                     <RequestId>1</RequestId></ErrorResponse>"
                );
                (none, body.into_bytes())
            }
            Self::RestXml => {
                let body = format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{said}</Message>\
                     <RequestId>1</RequestId></Error>"
                );
                (none, body.into_bytes())
            }
            Self::Cbor => (none, cbor::encode(&json!({"__type": format!("com.amazonaws.service#{code}"), "message": said}))),
        }
    }
}
